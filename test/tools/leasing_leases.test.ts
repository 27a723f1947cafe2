import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import findAvailableUnits from '../../tools/find-available-units.ts';
import listLeases from '../../tools/list-leases.ts';
import updateLease from '../../tools/update-lease.ts';
import type { Lease } from '../../src/model/records.ts';
import { first, type Harness, openHarness } from './harness.ts';

let h: Harness;
let leases: Lease[];

beforeEach(async () => {
  h = await openHarness({ tools: [listLeases, updateLease, findAvailableUnits] });
  leases = (await h.sandbox.state()).lease;
});
afterEach(async () => {
  expect(h.troubles).toEqual([]);
  await h.close();
});

const WHO = 'property_manager';
const person = { role: 'admin', kind: 'person', principal: 'decider' } as const;
const inFull = async (lease_id: string) => {
  const answer = await h.ok(WHO, 'list_leases', { lease_id });
  return { ...answer.leases[0], ...answer.detail };
};
const change = (lease: { lease_id: string; version: string }, more: object) => ({
  request_id: h.requestId(),
  lease_id: lease.lease_id,
  version: lease.version,
  ...more,
});
async function approve(write_id: string) {
  return h.writeback.decide(h.grantOf(person), write_id, { approve: true });
}
const stored = async (id: string) => first((await h.sandbox.state()).lease, (lease) => lease.id === id);
const settled = (lease: Lease) => lease.status === 'current' && lease.parties.every(({ notice_date }) => !notice_date);

describe('list_leases', () => {
  it('lists what ends in a stretch, and nothing past', async () => {
    const window = { ends_from: '2026-12-01', ends_to: '2027-02-28' };
    const found = await h.ok(WHO, 'list_leases', { property_id: '11', ...window });
    const expected = leases.filter(
      ({ property_id, end_date = '', status }) =>
        property_id === '11' && end_date >= window.ends_from && end_date <= window.ends_to && status !== 'past',
    );
    expect(found.leases.map(({ lease_id }: any) => lease_id).sort()).toEqual(expected.map(({ id }) => id).sort());
    expect(found.leases[0].residents[0]).toEqual(expect.any(String));
    expect(found.leases.some(({ attention }: any) => attention.length > 0)).toBe(true);
  });

  it('pages through all of them once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await h.ok(WHO, 'list_leases', cursor === undefined ? {} : { cursor });
      seen.push(...page.leases.map(({ lease_id }: any) => lease_id));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    const standing = leases.filter(({ status }) => status !== 'past' && status !== 'cancelled');
    expect(seen.sort()).toEqual(standing.map(({ id }) => id).sort());
  });

  it('shows one in full, with offers that can be accepted and the balance of its household', async () => {
    const lease = first(leases, ({ renewal_offers }) => renewal_offers.some(({ status }) => status === 'offered'));
    const shown = await inFull(lease.id);
    expect(shown.renewal_offers).toMatchObject(
      lease.renewal_offers.map(({ id, status }) => ({ renewal_offer_id: id, status })),
    );
    const owed = (await h.sandbox.state()).ledger_entry
      .filter((entry) => entry.household_id === lease.household_id && entry.kind !== 'deposit_held')
      .filter(({ date }) => date <= '2026-11-24')
      .reduce((sum, { amount }) => sum + amount, 0);
    expect(Number(shown.balance) * 100).toBeCloseTo(owed);
    const [resident_id] = lease.parties.map((party) => party.resident_id);
    const byResident = await h.ok(WHO, 'list_leases', { resident_id });
    expect(byResident.leases.map(({ lease_id }: any) => lease_id)).toEqual([lease.id]);
  });

  it('says of a deposit what is known: nothing is not zero', async () => {
    const { ledger_entry } = await h.sandbox.state();
    const told = new Set(
      ledger_entry.filter(({ kind }) => kind === 'deposit_held').map(({ household_id }) => household_id),
    );
    const untold = first(leases, ({ household_id, status }) => status === 'current' && !told.has(household_id));
    expect(await inFull(untold.id)).not.toHaveProperty('deposits_held');
  });
});

describe('update_lease', () => {
  it('accepts a renewal only once a person has decided', async () => {
    const lease = first(leases, (one) => one.renewal_offers.some(({ status }) => status === 'offered') && settled(one));
    const offer = first(lease.renewal_offers);
    const args = change(await inFull(lease.id), { action: 'accept_renewal', renewal_offer_id: offer.id });
    const asked = await h.ok(WHO, 'update_lease', args);
    expect(asked).toMatchObject({
      write: { state: 'awaiting_approval' },
      change: expect.stringContaining(offer.end_date),
    });
    expect(await stored(lease.id)).toEqual(lease);
    expect(await h.refused(WHO, 'update_lease', { ...args, request_id: h.requestId() })).toMatchObject({
      code: 'duplicate',
      details: { write_id: asked.write.write_id },
    });
    expect((await approve(asked.write.write_id)).state).toBe('done');
    expect(await stored(lease.id)).toMatchObject({ end_date: offer.end_date, rent: offer.rent });
    expect(await h.ok(WHO, 'update_lease', args)).toMatchObject({
      write: { replayed: true, state: 'done', proof: 'full' },
      lease: { end_date: offer.end_date },
    });
  });

  it('takes notice of one of several residents, and moves the date of that one', async () => {
    const lease = first(leases, (one) => one.parties.length === 2 && settled(one));
    const [leaves, stays] = lease.parties.map(({ resident_id }) => resident_id) as [string, string];
    const given = await h.ok(
      WHO,
      'update_lease',
      change(await inFull(lease.id), {
        action: 'give_notice',
        notice_date: '2026-11-24',
        move_out_date: '2026-12-10',
        resident_ids: [leaves],
      }),
    );
    expect(given.notes).toEqual(
      expect.arrayContaining([expect.stringMatching(/16 days/), expect.stringMatching(/stay/)]),
    );
    await approve(given.write.write_id);
    const moved = await h.ok(
      WHO,
      'update_lease',
      change(await inFull(lease.id), { action: 'change_move_out', move_out_date: '2027-01-15' }),
    );
    expect(moved.resident_ids).toEqual([leaves]);
    await approve(moved.write.write_id);
    const { parties } = await stored(lease.id);
    expect(parties.find(({ resident_id }) => resident_id === leaves)).toMatchObject({
      notice_date: '2026-11-24',
      move_out: '2027-01-15',
    });
    expect(parties.find(({ resident_id }) => resident_id === stays)?.notice_date).toBeUndefined();
  });

  it('counts no guarantor among those who stay or leave', async () => {
    const { resident } = await h.sandbox.state();
    const guarantors = new Set(resident.filter(({ role }) => role === 'guarantor').map(({ id }) => id));
    const lease = first(
      leases,
      (one) =>
        settled(one) &&
        one.parties.filter(({ resident_id }) => !guarantors.has(resident_id)).length === 1 &&
        one.parties.length === 2,
    );
    const leaves = lease.parties.filter(({ resident_id }) => !guarantors.has(resident_id));
    const given = await h.ok(
      WHO,
      'update_lease',
      change(await inFull(lease.id), {
        action: 'give_notice',
        notice_date: '2026-11-24',
        move_out_date: '2026-12-31',
      }),
    );
    expect(given.resident_ids).toEqual(leaves.map(({ resident_id }) => resident_id));
    expect(given.notes.join()).not.toMatch(/stay/);
    await approve(given.write.write_id);
    expect((await stored(lease.id)).status).toBe('notice');
  });

  it('is judged again before it is sent: what changed meanwhile stops it', async () => {
    const lease = first(leases, settled);
    const asked = await h.ok(
      WHO,
      'update_lease',
      change(await inFull(lease.id), {
        action: 'give_notice',
        notice_date: '2026-11-24',
        move_out_date: '2026-12-31',
      }),
    );
    expect(asked.resident_ids).toEqual(lease.parties.map(({ resident_id }) => resident_id));
    await h.sandbox.asStaff().change('lease', lease.id, { status: 'eviction' });
    expect(await approve(asked.write.write_id)).toMatchObject({ state: 'failed', error_code: 'conflict' });
    expect((await stored(lease.id)).parties).toEqual(lease.parties);
  });

  it('refuses what does not fit before anybody is asked', async () => {
    const lease = first(leases, settled);
    const stranger = first(first(leases, ({ id }) => id !== lease.id).parties).resident_id;
    const shown = await inFull(lease.id);
    const notice = { action: 'give_notice', notice_date: '2026-11-24', move_out_date: '2026-12-31' };
    const cases: [object, object][] = [
      [{ action: 'accept_renewal' }, { code: 'invalid_input', field: 'renewal_offer_id' }],
      [
        { action: 'accept_renewal', renewal_offer_id: 'none' },
        { code: 'not_found', field: 'renewal_offer_id' },
      ],
      [
        { ...notice, move_out_date: '2026-11-01' },
        { code: 'invalid_input', field: 'move_out_date' },
      ],
      [
        { ...notice, notice_date: '2026-12-01' },
        { code: 'invalid_input', field: 'notice_date' },
      ],
      [
        { ...notice, resident_ids: [stranger] },
        { code: 'not_found', field: 'resident_ids' },
      ],
      [{ action: 'withdraw_notice' }, { code: 'conflict' }],
      [
        { action: 'withdraw_notice', move_out_date: '2026-12-31' },
        { code: 'invalid_input', field: 'move_out_date' },
      ],
      [
        { ...notice, version: 'old' },
        { code: 'conflict', field: 'version' },
      ],
    ];
    for (const [more, error] of cases)
      expect(await h.refused(WHO, 'update_lease', change(shown, more)), JSON.stringify(more)).toMatchObject(error);
    expect(await h.sandbox.effects()).toEqual([]);
    const { text } = await h.call(WHO, 'update_lease', change(shown, { ...notice, move_out_date: '2026-11-01' }));
    expect(text).toMatch(/Check both dates\.$/);
    expect(text).not.toMatch(/\.\./);
  });

  it('is not there for a leasing agent', async () => {
    expect(h.pipeline.tools(h.grantOf('leasing_agent')).map(({ name }) => name)).not.toContain('update_lease');
  });
});

describe('find_available_units', () => {
  const ids = (answer: any) => answer.units.map(({ unit_id }: any) => unit_id);

  it('answers the same whoever asks, with policy wording, and enters it in the audit log', async () => {
    const criteria = { bedrooms_min: 1, rent_max: '2500.00', occupants: 3 };
    const [one, two] = [
      await h.ok('leasing_agent', 'find_available_units', criteria),
      await h.ok({ role: 'property_manager', principal: 'somebody-else' }, 'find_available_units', criteria),
    ];
    expect(ids(one).length).toBeGreaterThan(1);
    expect(two).toEqual(one);
    expect(one.policies[0].accommodations).toMatch(/reasonable accommodation/);
    expect(one.units[0].next_tours[0]).toMatchObject({ slot_id: expect.any(String), spoken: expect.any(String) });
    const entries = await h.store.ledger
      .selectFrom('audit_entries')
      .select(['actor', 'subject', 'outcome'])
      .where('action', '=', 'availability.answered')
      .execute();
    expect(entries).toMatchObject([
      { actor: 'leasing_agent-1', subject: one.criteria_digest },
      { actor: 'somebody-else', subject: one.criteria_digest },
    ]);
  });

  it('narrows by what was asked, and never offers what is taken', async () => {
    const all = await h.ok(WHO, 'find_available_units', {});
    const { unit, household } = await h.sandbox.state();
    expect(ids(all).sort()).toEqual(
      unit
        .filter(({ is_listed }) => is_listed)
        .map(({ id }) => id)
        .sort(),
    );
    const taken = first(unit, ({ is_listed }) => is_listed);
    const { id: _id, ...future } = first(leases);
    await h.sandbox
      .asStaff()
      .add('lease', { ...future, unit_id: taken.id, household_id: first(household).id, status: 'future' });
    await h.records.refresh('sandbox', ['lease']);
    expect(ids(await h.ok(WHO, 'find_available_units', {}))).not.toContain(taken.id);
    const cases: [object, (one: (typeof unit)[number]) => boolean][] = [
      [{ bedrooms_min: 3 }, ({ bedrooms = 0 }) => bedrooms >= 3],
      [{ rent_max: '1500.00' }, ({ market_rent = 0 }) => market_rent <= 150_000],
      [{ move_in_date: '2026-12-01' }, ({ available_on = '' }) => available_on <= '2026-12-01'],
      [{ property_id: '12' }, ({ property_id }) => property_id === '12'],
    ];
    for (const [criteria, fits] of cases)
      expect(ids(await h.ok(WHO, 'find_available_units', criteria)).sort(), JSON.stringify(criteria)).toEqual(
        unit
          .filter((one) => one.is_listed && one.id !== taken.id && fits(one))
          .map(({ id }) => id)
          .sort(),
      );
  });

  it('gives every unit once over its pages, and refuses a cursor of other criteria', async () => {
    await h.close();
    h = await openHarness({ tools: [findAvailableUnits], units: 600 });
    const one = await h.ok(WHO, 'find_available_units', {});
    const two = await h.ok(WHO, 'find_available_units', { cursor: one.next_cursor });
    const seen = [...ids(one), ...ids(two)];
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(Math.min(50, one.total));
    expect(await h.refused(WHO, 'find_available_units', { bedrooms_min: 2, cursor: one.next_cursor })).toMatchObject({
      code: 'invalid_input',
      field: 'cursor',
    });
  });

  it.each([['voucher'], ['pets'], ['children']])('has no argument "%s"', async (field) => {
    expect(await h.refused(WHO, 'find_available_units', { [field]: 'yes' })).toMatchObject({
      code: 'invalid_input',
      field,
    });
  });
});
