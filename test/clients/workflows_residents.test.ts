import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import { type Agent, first, requestId, type Write } from './agent.ts';
import { Stage } from './stage.ts';

/** Ten in the morning on a Tuesday. */
const MORNING = '2026-11-24T18:00:00.000Z';

interface Lease {
  lease_id: string;
  version: string;
  status: string;
  unit_id: string;
  open_offers?: number;
}

let stage: Stage;
let agent: Agent;
let books: SandboxState;
let decide: Awaited<ReturnType<Stage['manager']>>;

beforeAll(async () => {
  stage = await Stage.open({ at: MORNING });
  const terms = ['--scope', 'leases:write', '--scope', 'residents:write'];
  [agent, decide] = await Promise.all([stage.agent('leasing_agent', 'front desk', ...terms), stage.manager()]);
  await agent.ok('list_leases', {});
  books = await stage.pms.state();
});
afterAll(() => stage.close());

describe('12: a renewal, a notice, and another move-out date', () => {
  /** Asks for a change, which has to wait, and has a person approve it. */
  async function decided(lease: { lease_id: string; version: string }, change: Record<string, unknown>) {
    const request = { request_id: requestId('lease'), lease_id: lease.lease_id, version: lease.version, ...change };
    const waiting = await stage.taking(0, () =>
      agent.ok<{ change: string; notes: string[]; write: Write }>('update_lease', request),
    );
    expect(waiting.write.state).toBe('awaiting_approval');
    expect((await stage.taking(1, () => decide('approve', waiting.write.write_id))).state).toBe('done');
    const replay = await agent.ok<{ lease: Lease; write: Write }>('update_lease', request);
    expect(replay.write).toMatchObject({ state: 'done', replayed: true });
    return { ...waiting, lease: replay.lease };
  }

  it('accepts an offer by its id', async () => {
    const { leases } = await agent.ok<{ leases: Lease[] }>('list_leases', {
      ends_from: stage.day(0),
      ends_to: stage.day(100),
    });
    const ending = first(leases, ({ open_offers, status }) => (open_offers ?? 0) > 0 && status === 'current');
    const { leases: read, detail } = await agent.ok('list_leases', { lease_id: ending.lease_id });
    const offer = first<{ renewal_offer_id: string; status: string; end_date: string; rent: string }>(
      detail.renewal_offers,
      ({ status }) => status === 'offered',
    );
    await decided(first<Lease>(read), { action: 'accept_renewal', renewal_offer_id: offer.renewal_offer_id });
    const kept = await stage.pms.get('lease', '', ending.lease_id);
    expect(kept).toMatchObject({ end_date: offer.end_date, rent: Math.round(Number(offer.rent) * 100) });
    expect(kept?.renewal_offers.map(({ status }) => status)).toContain('accepted');
  });

  it('records the notice of one of two residents, then another date, and hands over what the PMS cannot do', async () => {
    const shared = first(
      books.lease,
      ({ status, parties, term }) => status === 'current' && term === 'fixed' && parties.length === 2,
    );
    const [leaving, staying] = shared.parties.map(({ resident_id }) => resident_id);
    const { leases } = await agent.ok('list_leases', { lease_id: shared.id });
    const given = await decided(first<Lease>(leases), {
      action: 'give_notice',
      notice_date: stage.day(0),
      move_out_date: stage.day(37),
      resident_ids: [leaving],
    });
    expect(given.notes.join()).toMatch(/1 of 2 residents stay/);
    const party = async (id: string | undefined) =>
      (await stage.pms.get('lease', '', shared.id))?.parties.find(({ resident_id }) => resident_id === id);
    expect(await party(leaving)).toMatchObject({ notice_date: stage.day(0), move_out: stage.day(37) });
    expect(await party(staying)).not.toHaveProperty('notice_date');

    await decided(given.lease, {
      action: 'change_move_out',
      move_out_date: stage.day(52),
      resident_ids: [leaving],
    });
    expect(await party(leaving)).toMatchObject({ move_out: stage.day(52) });
    expect(await party(staying)).not.toHaveProperty('move_out');

    // Where a PMS takes no move-out, the case goes to a person; the sandbox does take it.
    const handed = await stage.taking(0, () =>
      agent.ok('escalate_to_staff', {
        request_id: requestId('lease'),
        reason: 'unsupported',
        urgency: 'today',
        summary: 'AppFolio has no move-out write',
        record_id: shared.id,
      }),
    );
    expect(handed).toMatchObject({ state: 'open', urgency: 'today', about: { kind: 'lease', record_id: shared.id } });
  });

  it('changes nothing where the person says no', async () => {
    const lease = first(
      books.lease,
      ({ status, parties, term }) => status === 'current' && term === 'fixed' && parties.length === 1,
    );
    const { leases } = await agent.ok('list_leases', { lease_id: lease.id });
    const request = {
      request_id: requestId('lease'),
      lease_id: lease.id,
      version: first<Lease>(leases).version,
      action: 'give_notice',
      notice_date: stage.day(0),
      move_out_date: stage.day(60),
    };
    const waiting = await agent.ok<{ write: Write }>('update_lease', request);
    await stage.taking(0, () => decide('reject', waiting.write.write_id));
    const { writes } = await agent.ok<{ writes: Write[] }>('list_writes', { request_id: request.request_id });
    expect(writes).toMatchObject([{ state: 'rejected' }]);
    expect((await stage.pms.get('lease', '', lease.id))?.status).toBe('current');
  });
});

describe('13: a resident with new contact details, who says STOP', () => {
  it('changes them once the person was checked, asks for consent anew, and takes the opt-out', async () => {
    const known = first(
      books.resident,
      ({ status, phones, emails, consents }) =>
        status === 'current' && phones.length > 0 && emails.length > 0 && consents[0]?.state === 'granted',
    );
    const { candidates } = await agent.ok('search_portfolio', { query: known.name, kinds: ['resident'] });
    const { resident_id } = first<{ resident_id: string }>(candidates, (one) => one.resident_id === known.id);
    const { resident } = await agent.ok('get_resident', { resident_id });
    const change = { resident_id, version: resident.version, phone: '(512) 555-0200', email: 'm@example.com' };
    const unchecked = await stage.taking(0, () =>
      agent.refused('update_resident', { request_id: requestId('contact'), ...change }),
    );
    expect(unchecked).toMatchObject({ code: 'invalid_input', field: 'verified_by' });
    const changed = await stage.taking(1, () =>
      agent.done('update_resident', { request_id: requestId('contact'), ...change, verified_by: 'one_time_code' }),
    );
    expect(changed.ask_consent_again).toContain('sms');
    expect(changed.old_contact_told).toBe('no');
    const kept = await stage.pms.get('resident', '', resident_id);
    expect(kept?.phones[0]?.number).toBe('+15125550200');
    expect(kept?.emails[0]).toBe('m@example.com');

    const stale = await stage.taking(0, () =>
      agent.refused('update_resident', {
        request_id: requestId('contact'),
        ...change,
        phone: '+15125550199',
        verified_by: 'one_time_code',
      }),
    );
    expect(stale.code).toBe('conflict');

    const stopped = await stage.taking(1, () =>
      agent.done('record_communication', {
        request_id: requestId('contact'),
        channel: 'sms',
        direction: 'inbound',
        resident_id,
        summary: 'STOP',
        consent: 'revoked',
      }),
    );
    expect(stopped.consent).toEqual({ channel: 'sms', state: 'revoked' });
    const after = await stage.pms.get('resident', '', resident_id);
    expect(after?.consents.find(({ channel }) => channel === 'sms')?.state).toBe('revoked');
    const shown = await agent.ok('get_resident', { resident_id });
    expect(JSON.stringify(shown.contact)).toContain('revoked');
  });
});
