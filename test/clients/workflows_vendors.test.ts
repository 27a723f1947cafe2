import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import { type Agent, first, requestId, type Write } from './agent.ts';
import { Stage } from './stage.ts';

/** Two in the morning at the property with the blue building, on a Tuesday. */
const NIGHT = '2026-11-24T10:00:00.000Z';
const TODAY = '2026-11-24';

interface Candidate {
  kind: string;
  label: string;
  property_id?: string;
  unit_id?: string;
  resident_id?: string;
  lease_ids?: string[];
  phone?: string;
}
interface Found {
  found: string;
  question?: string;
  candidates: Candidate[];
}
interface Job {
  work_order_id: string;
  version: string;
  severity: string;
  status: string;
  unit_id?: string;
  vendor_id?: string;
  vendor?: string;
  visit_start?: string;
  latest_note?: { text: string };
  next_step?: string;
  reply_overdue?: boolean;
  estimate?: { amount: string; by?: string };
}
interface Who {
  vendor_id?: string;
  technician_id?: string;
  name: string;
  insured?: string;
}
interface Vendors {
  candidates: Who[];
  excluded: { name: string; vendor_id?: string; reasons: string[] }[];
}

let stage: Stage;
let agent: Agent;
let books: SandboxState;
let property: { id: string; name: string };
let decide: Awaited<ReturnType<Stage['manager']>>;

beforeAll(async () => {
  stage = await Stage.open({ at: NIGHT });
  [agent, decide] = await Promise.all([stage.agent('maintenance_agent', 'night desk'), stage.manager()]);
  const { candidates } = await agent.ok<Found>('search_portfolio', { query: 'Juniper Terrace', kinds: ['property'] });
  property = { id: String(candidates[0]?.property_id), name: String(candidates[0]?.label) };
  books = await stage.pms.state();
});
afterAll(() => stage.close());

/** A unit of the property with one household, found by what a caller calls it. */
async function unitBySearch(unit: { name: string }): Promise<Candidate> {
  const { candidates } = await agent.ok<Found>('search_portfolio', {
    query: `${unit.name} ${property.name}`,
    kinds: ['unit'],
  });
  return first(candidates, ({ unit_id }) => unit_id !== undefined);
}

describe('4: a follow-up call', () => {
  it('finds the caller, reads out how the job stands, and raises it where it got worse', async () => {
    const open = ['new', 'estimate_requested', 'assigned', 'scheduled', 'in_progress', 'on_hold'];
    const job = first(books.work_order, ({ resident_id, severity, status, notes }) => {
      const known = books.resident.find(({ id }) => id === resident_id);
      return severity === 'routine' && open.includes(status) && notes.length > 0 && known?.phones[0] !== undefined;
    });
    const resident = first(books.resident, ({ id }) => id === job.resident_id);
    const unit = first(books.unit, ({ id }) => id === job.unit_id);
    const found = await agent.ok<Found>('search_portfolio', {
      query: `${resident.last_name ?? resident.name} ${unit.name}`,
      caller_phone: resident.phones[0]?.number,
    });
    const caller = first(found.candidates, ({ resident_id }) => resident_id === resident.id);
    expect(caller.unit_id).toBe(unit.id);

    const listed = await agent.ok<{ work_orders: Job[] }>('list_work_orders', { unit_id: caller.unit_id, open: true });
    const shown = first(listed.work_orders, ({ work_order_id }) => work_order_id === job.id);
    expect(shown.latest_note?.text).toBe('Called back, no answer.');
    if (job.vendor_id !== undefined)
      expect(shown.vendor).toBe(books.vendor.find(({ id }) => id === job.vendor_id)?.name);

    const raised = await stage.taking(1, () =>
      agent.done('update_work_order', {
        request_id: requestId('follow'),
        work_order_id: shown.work_order_id,
        version: shown.version,
        note: 'Leak is worse',
        note_public: true,
        raise_severity: 'urgent',
      }),
    );
    expect(raised.work_order.latest_note.text).toBe('Leak is worse');
    const kept = await stage.record('work_order', job.id);
    expect(kept.severity).toBe('urgent');
    expect(kept.notes.at(-1)).toMatchObject({ text: 'Leak is worse', is_public: true });
    const lower = await agent.refused('update_work_order', {
      request_id: requestId('follow'),
      work_order_id: shown.work_order_id,
      version: raised.work_order.version,
      raise_severity: 'urgent',
    });
    expect(lower).toMatchObject({ code: 'invalid_input', field: 'raise_severity' });
  });
});

describe('5: a vendor who does not come, down to the last one', () => {
  let job: Job;

  it('finds the reply that is overdue and takes it down', async () => {
    const { work_orders } = await agent.ok<{ work_orders: Job[] }>('list_work_orders', { needs: 'vendor_reply' });
    expect(work_orders[0]?.reply_overdue).toBe(true);
    const overdue = first(work_orders, ({ reply_overdue, vendor_id }) => reply_overdue === true && !!vendor_id);
    const answer = await stage.taking(1, () =>
      agent.done('update_work_order', {
        request_id: requestId('reply'),
        work_order_id: overdue.work_order_id,
        version: overdue.version,
        vendor_reply: 'no_reply',
      }),
    );
    job = answer.work_order;
    expect((await stage.record('work_order', job.work_order_id)).vendor_reply).toBe('no_reply');
    const { vendor_replies } = await agent.ok('list_changes', {});
    expect(JSON.stringify(vendor_replies)).not.toContain(`"work_order_id":"${job.work_order_id}"`);
  });

  it('says until which day the next one is insured, and blocks the day after', async () => {
    const soon = `${TODAY.slice(0, 8)}26`;
    const after = `${TODAY.slice(0, 8)}27`;
    const work_order_id = job.work_order_id;
    const covered = await agent.ok<Vendors>('find_vendors', { work_order_id, visit_date: soon });
    const next = first(covered.candidates, ({ insured }) => /Nov 26 yes, Nov 27 no/.test(insured ?? ''));
    const late = await agent.ok<Vendors>('find_vendors', { work_order_id, visit_date: after });
    expect(late.candidates.map(({ vendor_id }) => vendor_id)).not.toContain(next.vendor_id);
    const excluded = first(late.excluded, ({ vendor_id }) => vendor_id === next.vendor_id);
    expect(excluded.reasons.join()).toMatch(/expires on Nov 26, 2026, before the visit/);

    const dispatch = { work_order_id, vendor_id: next.vendor_id, reply_within_minutes: 45 };
    const blocked = await stage.taking(0, () =>
      agent.refused('dispatch_vendor', { request_id: requestId('next'), ...dispatch, visit_start: `${after}T09:00` }),
    );
    expect(blocked).toMatchObject({ code: 'vendor_blocked', details: { reasons: [expect.any(String)] } });

    const sent = await stage.taking(1, () =>
      agent.done('dispatch_vendor', {
        request_id: requestId('next'),
        ...dispatch,
        visit_start: `${soon}T09:00`,
        visit_end: `${soon}T11:00`,
      }),
    );
    const kept = await stage.record('work_order', work_order_id);
    expect(Date.parse(kept.reply_due_at ?? '') - Date.parse(NIGHT)).toBeGreaterThanOrEqual(45 * 60_000);
    expect(kept).toMatchObject({ vendor_id: next.vendor_id, vendor_reply: 'pending' });
    expect(sent.reply_due_at).toBe(sent.work_order.reply_due_at);

    const moved = await stage.taking(0, () =>
      agent.refused('update_work_order', {
        request_id: requestId('next'),
        work_order_id,
        version: sent.work_order.version,
        visit_start: `${after}T09:00`,
      }),
    );
    expect(moved.code).toBe('vendor_blocked');
    job = sent.work_order;
  });

  it('leaves out who has declined, and hands over when nobody is left', async () => {
    const work_order_id = job.work_order_id;
    const declined = await agent.done('update_work_order', {
      request_id: requestId('decline'),
      work_order_id,
      version: job.version,
      vendor_reply: 'declined',
      note: 'Fully booked',
    });
    const left = await agent.ok<Vendors>('find_vendors', { work_order_id, visit_date: `${TODAY.slice(0, 8)}26` });
    expect(left.candidates.map(({ vendor_id }) => vendor_id)).not.toContain(job.vendor_id);
    expect(declined.work_order.vendor_reply).toBe('declined');
    const waiting = await agent.ok<{ work_orders: Job[] }>('list_work_orders', { needs: 'dispatch' });
    expect(waiting.work_orders.map((one) => one.work_order_id)).toContain(work_order_id);
    const handed = await agent.ok('escalate_to_staff', {
      request_id: requestId('novendor'),
      reason: 'no_vendor',
      urgency: 'now',
      summary: 'All plumbers declined or uninsured',
      record_id: work_order_id,
    });
    expect(handed).toMatchObject({ state: 'open', about: { kind: 'work_order', record_id: work_order_id } });
  });
});

describe('6: an estimate over the limit', () => {
  it('waits for a person, is heard of through list_changes, and is found by its request id', async () => {
    const place = await unitBySearch(first(books.unit, (unit) => unit.property_id === property.id));
    const made = await agent.done('create_work_order', {
      request_id: requestId('estimate'),
      property_id: property.id,
      unit_id: place.unit_id,
      description: 'The kitchen faucet drips and the old pipe under the sink has to be replaced',
      entry: 'call_first',
    });
    const { work_order_id } = made.work_order;
    const asked = await agent.done('update_work_order', {
      request_id: requestId('estimate'),
      work_order_id,
      version: made.work_order.version,
      status: 'estimate_requested',
    });
    const { work_orders } = await agent.ok<{ work_orders: Job[] }>('list_work_orders', { needs: 'estimate' });
    expect(work_orders.map((one) => one.work_order_id)).toContain(work_order_id);

    const visit_date = `${TODAY.slice(0, 8)}28`;
    const { candidates } = await agent.ok<Vendors>('find_vendors', { work_order_id, visit_date });
    const { vendor_id } = first(candidates, (one) => one.vendor_id !== undefined);
    const came = await agent.done('update_work_order', {
      request_id: requestId('estimate'),
      work_order_id,
      version: asked.work_order.version,
      estimate: '1850.00',
      estimate_by: vendor_id,
      file_ids: ['f_1'],
    });
    expect(came.work_order).toMatchObject({ status: 'estimated', estimate: { amount: '1850.00', by: vendor_id } });
    const kept = await stage.record('work_order', work_order_id);
    expect(kept).toMatchObject({ estimate: { amount: 185_000, vendor_id }, file_ids: ['f_1'] });

    const { cursor } = await agent.ok<{ cursor: string }>('list_changes', {});
    const waiting = await stage.taking(0, () =>
      agent.ok<{ write: Write }>('dispatch_vendor', {
        request_id: 'estimate-dispatch-0001',
        work_order_id,
        vendor_id,
        visit_start: `${visit_date}T09:00`,
        not_to_exceed: '1850.00',
      }),
    );
    expect(waiting.write).toMatchObject({ state: 'awaiting_approval', approval: { reason: expect.any(String) } });
    expect((await stage.record('work_order', work_order_id)).vendor_id).toBeUndefined();

    await stage.taking(1, () => decide('approve', waiting.write.write_id));
    expect(await stage.record('work_order', work_order_id)).toMatchObject({ vendor_id, not_to_exceed: 185_000 });
    const { changes } = await agent.ok<{ changes: { event: string; write_id?: string; record_id: string }[] }>(
      'list_changes',
      { cursor, kinds: ['approval'] },
    );
    expect(changes.map(({ event }) => event)).toEqual(expect.arrayContaining(['approved']));
    const { writes } = await agent.ok<{ writes: Write[] }>('list_writes', { request_id: 'estimate-dispatch-0001' });
    expect(writes).toMatchObject([{ write_id: waiting.write.write_id, state: 'done', proof: 'full' }]);
  });
});
