import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
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

beforeAll(async () => {
  stage = await Stage.open({ at: NIGHT });
  agent = await stage.agent('maintenance_agent', 'night desk');
  const { candidates } = await agent.ok<Found>('search_portfolio', { query: 'Juniper Terrace', kinds: ['property'] });
  property = { id: String(candidates[0]?.property_id), name: String(candidates[0]?.label) };
  books = await stage.pms.state();
});
afterAll(() => stage.close());

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
    const made = await stage.taking(1, () =>
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
    expect(await stage.record('work_order', jobId)).toMatchObject({
      severity: 'emergency',
      reporter_name: 'Maria',
      callback_phone: CALLER,
      location: 'upstairs, blue building',
    });
  });

  it('is dispatched to a technician by its write id, with a number to call and a text to send', async () => {
    const { candidates } = await agent.ok<Vendors>('find_vendors', { work_order_id: write.write_id });
    const { technician_id } = first(candidates, (one) => one.technician_id !== undefined);
    const sent = await stage.taking(1, () =>
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
    expect(await stage.record('work_order', jobId)).toMatchObject({
      technician_id,
      visit: { start: '2026-11-24T10:45:00.000Z' },
    });
  });

  it('is logged, and handed to a person for the name', async () => {
    await stage.taking(1, () =>
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
    const handed = await stage.taking(0, () =>
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

    const made = await stage.taking(1, () =>
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
    const early = await stage.taking(0, () =>
      agent.refused('dispatch_vendor', { request_id: 'gas-dispatch-00000001', ...visit }),
    );
    expect(early).toMatchObject({ code: 'invalid_input', field: 'work_order_id' });
    expect(early.message).toMatch(/cleared/);

    await stage.taking(1, () =>
      agent.done('update_work_order', {
        request_id: requestId('gas'),
        work_order_id,
        version,
        hazard_cleared_by: 'Texas Gas, 03:40',
        note: 'Cleared',
      }),
    );
    await stage.taking(1, () => agent.done('dispatch_vendor', { request_id: 'gas-dispatch-00000001', ...visit }));
    expect(await stage.record('work_order', work_order_id)).toMatchObject({
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
      expect(await stage.record('work_order', made.work_order.work_order_id)).toMatchObject({
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
