import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import type { RecordKind, RecordOf } from '../../src/model/records.ts';
import { type Agent, first, requestId, type Write } from './agent.ts';
import { Stage } from './stage.ts';

/** Two in the morning at the property with the blue building, on a Tuesday. */
const NIGHT = '2026-11-24T10:00:00.000Z';
const TODAY = '2026-11-24';
const CALLER = '+15125550143';

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

/** A record as the PMS has it. */
async function inPms<K extends RecordKind>(kind: K, id: string | undefined): Promise<RecordOf<K>> {
  const record = await stage.pms.get(kind, '', String(id));
  if (record === undefined) throw new Error(`the PMS has no ${kind} ${id}`);
  return record;
}

/** Runs `work`, during which the PMS has to take exactly so many changes. */
async function taking<T>(changes: number, work: () => Promise<T>): Promise<T> {
  const before = await stage.taken();
  const answer = await work();
  expect(await stage.taken(), 'changes that the PMS took').toBe(before + changes);
  return answer;
}

const sendable = ({ vendor_id, technician_id }: Who) => (vendor_id === undefined ? { technician_id } : { vendor_id });

/** A unit of the property with one household, found by what a caller calls it. */
async function unitBySearch(unit: { name: string }): Promise<Candidate> {
  const { candidates } = await agent.ok<Found>('search_portfolio', {
    query: `${unit.name} ${property.name}`,
    kinds: ['unit'],
  });
  return first(candidates, ({ unit_id }) => unit_id !== undefined);
}

describe('1: a burst pipe at 2 AM, from a half-sentence', () => {
  let write: Write;
  let jobId: string;

  it('is screened as an emergency, with where to shut the water off once the place is known', async () => {
    const words = 'water pouring from the ceiling, pipe burst';
    expect(await agent.ok('assess_maintenance_request', { description: words })).toMatchObject({
      severity: 'emergency',
      trade: 'plumbing',
    });
    const there = await agent.ok('assess_maintenance_request', { description: words, property_id: property.id });
    expect(there.shut_offs).toBe(books.property.find(({ id }) => id === property.id)?.shut_offs);
  });

  it('does not guess which Maria it is, and shows no number in full', async () => {
    const found = await agent.ok<Found>('search_portfolio', {
      query: 'Maria, blue building, upstairs',
      caller_phone: CALLER,
      kinds: ['unit', 'resident'],
    });
    expect(found.found).toBe('several');
    expect(found.question).toBeTruthy();
    expect(found.candidates.length).toBeGreaterThan(1);
    expect(JSON.stringify(found)).not.toContain(CALLER.slice(2));
    expect(found.candidates.map(({ label }) => label).join()).toMatch(/Mar[ií]a/);
  });

  it('becomes a work order without unit or resident, and is never under-declared', async () => {
    const made = await taking(1, () =>
      agent.done('create_work_order', {
        request_id: 'call-0213-work-order',
        property_id: property.id,
        location: 'upstairs, blue building',
        description: 'Pipe burst, water through ceiling',
        severity: 'routine',
        reporter_name: 'Maria',
        callback_phone: '(512) 555-0143',
        entry: 'yes',
      }),
    );
    ({ write } = made);
    jobId = made.work_order.work_order_id;
    expect(made).toMatchObject({ work_order: { severity: 'emergency', status: 'new' }, screening: { raised: true } });
    expect(made.can_take_it.length).toBeGreaterThan(0);
    expect(await inPms('work_order', jobId)).toMatchObject({
      severity: 'emergency',
      reporter_name: 'Maria',
      callback_phone: CALLER,
      location: 'upstairs, blue building',
    });
  });

  it('is dispatched to a technician by its write id, with a number to call and a text to send', async () => {
    const { candidates } = await agent.ok<Vendors>('find_vendors', { work_order_id: write.write_id });
    const { technician_id } = first(candidates, (one) => one.technician_id !== undefined);
    const sent = await taking(1, () =>
      agent.done('dispatch_vendor', {
        request_id: 'call-0213-dispatch',
        work_order_id: write.write_id,
        technician_id,
        visit_start: `${TODAY}T02:45`,
        reply_within_minutes: 15,
      }),
    );
    expect(sent).toMatchObject({ vendor_notified: 'no', call: [expect.stringMatching(/^\+1\d{10}$/)] });
    expect(sent.message).toContain('Pipe burst');
    expect(await inPms('work_order', jobId)).toMatchObject({
      technician_id,
      visit: { start: '2026-11-24T10:45:00.000Z' },
    });
  });

  it('is logged, and handed to a person for the name', async () => {
    await taking(1, () =>
      agent.done('record_communication', {
        request_id: 'call-0213-communication',
        channel: 'phone',
        direction: 'inbound',
        work_order_id: write.write_id,
        summary: 'Told to shut valve; tech on way',
      }),
    );
    const said = (await stage.pms.state()).communication.at(-1);
    expect(said).toMatchObject({ work_order_id: jobId, summary: 'Told to shut valve; tech on way' });
    const handed = await taking(0, () =>
      agent.ok('escalate_to_staff', {
        request_id: 'call-0213-escalation',
        reason: 'identity_unclear',
        urgency: 'now',
        summary: 'Unit unknown, 3 candidates',
        callback_phone: CALLER,
        record_id: write.write_id,
      }),
    );
    expect(handed).toMatchObject({
      state: 'open',
      about: { record_id: write.write_id, property_id: property.id },
      paged: { name: expect.any(String) },
    });
  });
});

describe('2: a gas smell', () => {
  it('reads out what to do, sends nobody before the utility has cleared the place, and then does', async () => {
    const place = await unitBySearch(first(books.unit, (unit) => unit.property_id === property.id));
    const description = 'rotten egg smell near water heater';
    const triage = await agent.ok('assess_maintenance_request', { description, property_id: property.id });
    expect(triage).toMatchObject({ severity: 'life_safety', self_help: [], hazards: [{ kind: 'gas' }] });
    expect(triage.instructions[0].lines.length).toBeGreaterThan(0);

    const made = await taking(1, () =>
      agent.done('create_work_order', {
        request_id: requestId('gas'),
        property_id: property.id,
        unit_id: place.unit_id,
        description: 'Gas smell',
        entry: 'no',
      }),
    );
    const { work_order_id, version } = made.work_order;
    const handed = await agent.ok('escalate_to_staff', {
      request_id: requestId('gas'),
      reason: 'life_safety',
      urgency: 'today',
      summary: 'Gas, resident out, 911 called',
      record_id: work_order_id,
    });
    expect(handed).toMatchObject({ urgency: 'now', urgency_raised: true });

    const { candidates } = await agent.ok<Vendors>('find_vendors', { work_order_id, visit_date: TODAY });
    const visit = { work_order_id, ...sendable(first(candidates)), visit_start: `${TODAY}T08:00` };
    const early = await taking(0, () =>
      agent.refused('dispatch_vendor', { request_id: 'gas-dispatch-00000001', ...visit }),
    );
    expect(early).toMatchObject({ code: 'invalid_input', field: 'work_order_id' });
    expect(early.message).toMatch(/cleared/);

    await taking(1, () =>
      agent.done('update_work_order', {
        request_id: requestId('gas'),
        work_order_id,
        version,
        hazard_cleared_by: 'Texas Gas, 03:40',
        note: 'Cleared',
      }),
    );
    await taking(1, () => agent.done('dispatch_vendor', { request_id: 'gas-dispatch-00000001', ...visit }));
    expect(await inPms('work_order', work_order_id)).toMatchObject({
      severity: 'life_safety',
      hazard_cleared_by: 'Texas Gas, 03:40',
      visit: { start: '2026-11-24T16:00:00.000Z' },
    });
  });
});

describe('3: a unit with two active leases', () => {
  interface Home {
    several_households?: string;
    leases: { lease_id: string; residents: { resident_id: string; name: string }[] }[];
  }
  const active = ['current', 'notice', 'eviction'];
  let unitId: string;
  let home: Home;

  it('shows all of them with their residents', async () => {
    const unit = first(
      books.unit,
      ({ id, property_id }) =>
        property_id === property.id &&
        books.lease.filter(({ unit_id, status }) => unit_id === id && active.includes(status)).length === 2,
    );
    const found = await unitBySearch(unit);
    unitId = String(found.unit_id);
    expect(found.lease_ids).toHaveLength(2);
    home = await agent.ok<Home>('get_unit', { unit_id: unitId });
    expect(home.leases).toHaveLength(2);
    expect(home.several_households).toBeTruthy();
  });

  it("bills the reporter's own lease", async () => {
    for (const { lease_id, residents } of home.leases) {
      const made = await agent.done('create_work_order', {
        request_id: requestId('shared'),
        property_id: property.id,
        unit_id: unitId,
        resident_id: first(residents).resident_id,
        description: `Toilet leaks at base, says ${first(residents).name}`,
        entry: 'call_first',
        entry_notes: 'Dog',
      });
      expect(made.bill_to_lease_id).toBe(lease_id);
      expect(await inPms('work_order', made.work_order.work_order_id)).toMatchObject({
        bill_to_lease_id: lease_id,
        entry: 'call_first',
        entry_notes: 'Dog',
      });
    }
  });

  it('never keeps an emergency waiting for whose it is', async () => {
    const made = await agent.done('create_work_order', {
      request_id: requestId('shared'),
      property_id: property.id,
      unit_id: unitId,
      description: 'Water is pouring through the ceiling',
      entry: 'yes',
    });
    expect(made).not.toHaveProperty('bill_to_lease_id');
    expect(made.work_order.severity).toBe('emergency');
  });
});

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

    const raised = await taking(1, () =>
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
    const kept = await inPms('work_order', job.id);
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
    const answer = await taking(1, () =>
      agent.done('update_work_order', {
        request_id: requestId('reply'),
        work_order_id: overdue.work_order_id,
        version: overdue.version,
        vendor_reply: 'no_reply',
      }),
    );
    job = answer.work_order;
    expect((await inPms('work_order', job.work_order_id)).vendor_reply).toBe('no_reply');
    const { vendor_replies } = await agent.ok('list_changes', {});
    expect(JSON.stringify(vendor_replies)).not.toContain(`"work_order_id":"${job.work_order_id}"`);
  });

  it('says until which day the next one is insured, and blocks the day after', async () => {
    const soon = `${TODAY.slice(0, 8)}26`;
    const after = `${TODAY.slice(0, 8)}27`;
    const work_order_id = job.work_order_id;
    const covered = await agent.ok<Vendors>('find_vendors', { work_order_id, visit_date: soon });
    const next = first(covered.candidates, ({ insured }) => /26 Nov yes, 27 Nov no/.test(insured ?? ''));
    const late = await agent.ok<Vendors>('find_vendors', { work_order_id, visit_date: after });
    expect(late.candidates.map(({ vendor_id }) => vendor_id)).not.toContain(next.vendor_id);
    const excluded = first(late.excluded, ({ vendor_id }) => vendor_id === next.vendor_id);
    expect(excluded.reasons.join()).toMatch(/expires on 26 Nov 2026, before the visit/);

    const dispatch = { work_order_id, vendor_id: next.vendor_id, reply_within_minutes: 45 };
    const blocked = await taking(0, () =>
      agent.refused('dispatch_vendor', { request_id: requestId('next'), ...dispatch, visit_start: `${after}T09:00` }),
    );
    expect(blocked).toMatchObject({ code: 'vendor_blocked', details: { reasons: [expect.any(String)] } });

    const sent = await taking(1, () =>
      agent.done('dispatch_vendor', {
        request_id: requestId('next'),
        ...dispatch,
        visit_start: `${soon}T09:00`,
        visit_end: `${soon}T11:00`,
      }),
    );
    const kept = await inPms('work_order', work_order_id);
    expect(Date.parse(kept.reply_due_at ?? '') - Date.parse(NIGHT)).toBeGreaterThanOrEqual(45 * 60_000);
    expect(kept).toMatchObject({ vendor_id: next.vendor_id, vendor_reply: 'pending' });
    expect(sent.reply_due_at).toBe(sent.work_order.reply_due_at);

    const moved = await taking(0, () =>
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
    const kept = await inPms('work_order', work_order_id);
    expect(kept).toMatchObject({ estimate: { amount: 185_000, vendor_id }, file_ids: ['f_1'] });

    const { cursor } = await agent.ok<{ cursor: string }>('list_changes', {});
    const waiting = await taking(0, () =>
      agent.ok<{ write: Write }>('dispatch_vendor', {
        request_id: 'estimate-dispatch-0001',
        work_order_id,
        vendor_id,
        visit_start: `${visit_date}T09:00`,
        not_to_exceed: '1850.00',
      }),
    );
    expect(waiting.write).toMatchObject({ state: 'awaiting_approval', approval: { reason: expect.any(String) } });
    expect((await inPms('work_order', work_order_id)).vendor_id).toBeUndefined();

    await taking(1, () => decide('approve', waiting.write.write_id));
    expect(await inPms('work_order', work_order_id)).toMatchObject({ vendor_id, not_to_exceed: 185_000 });
    const { changes } = await agent.ok<{ changes: { event: string; write_id?: string; record_id: string }[] }>(
      'list_changes',
      { cursor, kinds: ['approval'] },
    );
    expect(changes.map(({ event }) => event)).toEqual(expect.arrayContaining(['approved']));
    const { writes } = await agent.ok<{ writes: Write[] }>('list_writes', { request_id: 'estimate-dispatch-0001' });
    expect(writes).toMatchObject([{ write_id: waiting.write.write_id, state: 'done', proof: 'full' }]);
  });
});
