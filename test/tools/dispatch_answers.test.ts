import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import assess from '../../tools/assess-maintenance-request.ts';
import createWorkOrder from '../../tools/create-work-order.ts';
import dispatchVendor from '../../tools/dispatch-vendor.ts';
import findVendors from '../../tools/find-vendors.ts';
import listChanges from '../../tools/list-changes.ts';
import listWorkOrders from '../../tools/list-work-orders.ts';
import listWrites from '../../tools/list-writes.ts';
import updateWorkOrder from '../../tools/update-work-order.ts';
import { first, type Harness, openHarness } from './harness.ts';

const AGENT = 'maintenance_agent';
const DECIDER = { role: 'admin', kind: 'person', principal: 'decider' } as const;
/** Nine in the morning in Denver, three days on. */
const VISIT = '2026-11-27T09:00';

let house: Harness;
let vendors: { vendor_id: string; name: string }[];

beforeEach(async () => {
  house = await openHarness({
    tools: [
      assess,
      createWorkOrder,
      findVendors,
      dispatchVendor,
      listWorkOrders,
      updateWorkOrder,
      listChanges,
      listWrites,
    ],
  });
});
afterEach(async () => {
  expect(house.troubles).toEqual([]);
  await house.close();
});

/** A leaking sink at the first property, and the vendors who can go on the day of the visit, best first. */
async function leak() {
  const made = await house.ok(AGENT, 'create_work_order', {
    request_id: house.requestId(),
    property_id: '11',
    description: 'Kitchen sink leaks into the cabinet',
    entry: 'yes',
  });
  const { work_order_id } = made.work_order;
  const who = await house.ok(AGENT, 'find_vendors', { work_order_id, visit_date: VISIT.slice(0, 10) });
  vendors = who.candidates.filter(({ vendor_id }: any) => vendor_id !== undefined);
  expect(vendors.length).toBeGreaterThan(1);
  return work_order_id as string;
}
const dispatch = (work_order_id: string, over: object) => ({
  request_id: house.requestId(),
  work_order_id,
  visit_start: VISIT,
  ...over,
});
const inPms = async (id: string) => (await house.sandbox.get('work_order', '', id))!;

describe('a dispatch that waits for a person', () => {
  it('gives nobody a number or a message to send before the decision, and both after it', async () => {
    const id = await leak();
    const asked = dispatch(id, { vendor_id: vendors[0]!.vendor_id, not_to_exceed: '1850.00' });
    const waits = await house.call(AGENT, 'dispatch_vendor', asked);
    expect(waits.structured).toMatchObject({ write: { state: 'awaiting_approval' }, vendor_notified: 'no' });
    for (const field of ['call', 'message', 'reply_due_at']) expect(waits.structured[field]).toBeUndefined();
    expect(waits.text).toMatch(/above the limit/);
    expect(waits.text).toMatch(/nothing yet/);

    // The person takes a day, which is more than the vendor has to answer.
    house.time.now += 86_400_000;
    const { write_id } = waits.structured['write'] as { write_id: string };
    expect((await house.writeback.decide(house.grantOf(DECIDER), write_id, { approve: true })).state).toBe('done');
    const sent = await house.ok(AGENT, 'dispatch_vendor', asked);
    expect(sent.message).toContain('Not to exceed: $1850.00');
    expect(sent.call).toHaveLength(1);
    expect(sent.work_order.reply_overdue).toBeUndefined();
  });

  it('does not take the job from whoever was given it meanwhile', async () => {
    const id = await leak();
    const [one, other] = vendors as [(typeof vendors)[0], (typeof vendors)[0]];
    const waits = await house.ok(
      AGENT,
      'dispatch_vendor',
      dispatch(id, { vendor_id: one.vendor_id, not_to_exceed: '1850.00' }),
    );
    await house.ok(AGENT, 'dispatch_vendor', dispatch(id, { vendor_id: other.vendor_id }));
    const late = await house.writeback.decide(house.grantOf(DECIDER), waits.write.write_id, { approve: true });
    expect(late).toMatchObject({ state: 'failed', error_code: 'conflict' });
    expect((await inPms(id)).vendor_id).toBe(other.vendor_id);
    // Approved is not done: whoever follows the decision hears how it ended, and why.
    const { text: changes } = await house.call(AGENT, 'list_changes', { kinds: ['approval'] });
    expect(changes).toMatch(/approved.*\n.* write w_\w+ failed/);
    expect((await house.call(AGENT, 'list_writes', { states: ['failed'] })).text).toMatch(/given to somebody else/);
  });
});

describe('what a dispatch says', () => {
  it('who had the job before and has to be told, unless they declined', async () => {
    const id = await leak();
    const [one, other] = vendors as [(typeof vendors)[0], (typeof vendors)[0]];
    const sent = await house.ok(AGENT, 'dispatch_vendor', dispatch(id, { vendor_id: one.vendor_id }));
    expect(sent.replaces).toBeUndefined();
    const again = await house.call(AGENT, 'dispatch_vendor', dispatch(id, { vendor_id: other.vendor_id }));
    expect(again.structured['replaces']).toMatchObject({ name: one.name, call: [expect.stringMatching(/^\+1/)] });
    expect(again.text).toContain(`${one.name} had this job`);

    const { version } = again.structured['work_order'] as { version: string };
    const declined = { request_id: house.requestId(), work_order_id: id, version, vendor_reply: 'declined' };
    await house.ok(AGENT, 'update_work_order', declined);
    const back = await house.ok(
      AGENT,
      'dispatch_vendor',
      dispatch(id, { vendor_id: one.vendor_id, visit_start: '2026-11-27T13:00' }),
    );
    expect(back.replaces).toBeUndefined();
  });

  it('that it is not accepted, and until when, on the clock of the property', async () => {
    const id = await leak();
    const answer = await house.call(
      AGENT,
      'dispatch_vendor',
      dispatch(id, { vendor_id: vendors[0]!.vendor_id, visit_end: '2026-11-27T11:00', reply_within_minutes: 45 }),
    );
    expect(answer.structured).toMatchObject({
      reply_due_at: '2026-11-24T08:45',
      work_order: { reply_due_at: '2026-11-24T08:45', next_step: expect.stringMatching(/not accepted yet/) },
    });
    expect(answer.text).toMatch(/not accepted yet/);
    expect(answer.structured['message']).toContain('9:00 AM to 11:00 AM\n');
  });

  it('that an own technician has not answered in time, like a vendor', async () => {
    const id = await leak();
    const who = await house.ok(AGENT, 'find_vendors', { work_order_id: id, visit_date: VISIT.slice(0, 10) });
    const { technician_id, name } = first(who.candidates as any[], (one) => one.technician_id !== undefined);
    const sent = await house.ok(AGENT, 'dispatch_vendor', dispatch(id, { technician_id, reply_within_minutes: 20 }));
    expect(sent).toMatchObject({ reply_due_at: '2026-11-24T08:20', work_order: { vendor_reply: 'pending' } });
    house.time.now += 30 * 60_000;
    const { structured, text } = await house.call(AGENT, 'list_changes');
    expect(structured['vendor_replies']).toMatchObject([{ work_order_id: id, technician_id, state: 'overdue' }]);
    expect(text).toContain(`${name} has not answered in time about work order ${id}`);
    const told = await house.ok(AGENT, 'update_work_order', {
      request_id: house.requestId(),
      work_order_id: id,
      version: sent.work_order.version,
      vendor_reply: 'accepted',
    });
    expect(told.work_order.vendor_reply).toBe('accepted');
    expect((await house.ok(AGENT, 'list_changes')).vendor_replies).toEqual([]);
  });

  it('that a vendor who declined does not come', async () => {
    const id = await leak();
    const sent = await house.ok(AGENT, 'dispatch_vendor', dispatch(id, { vendor_id: vendors[0]!.vendor_id }));
    const told = await house.call(AGENT, 'update_work_order', {
      request_id: house.requestId(),
      work_order_id: id,
      version: sent.work_order.version,
      vendor_reply: 'declined',
    });
    expect(told.text).toMatch(/nobody comes: the vendor declined/);
  });

  it('that the limit is below the estimate, or the estimate somebody else’s', async () => {
    const id = await leak();
    const [one, other] = vendors as [(typeof vendors)[0], (typeof vendors)[0]];
    const { work_orders } = await house.ok(AGENT, 'list_work_orders', { work_order_id: id });
    await house.ok(AGENT, 'update_work_order', {
      request_id: house.requestId(),
      work_order_id: id,
      version: work_orders[0].version,
      estimate: '400.00',
      estimate_by: one.vendor_id,
    });
    const low = { vendor_id: one.vendor_id, not_to_exceed: '300.00' };
    const sent = await house.ok(AGENT, 'dispatch_vendor', dispatch(id, low));
    expect(sent.warnings.join(' ')).toMatch(/below the estimate of 400\.00/);
    const others = await house.ok(AGENT, 'dispatch_vendor', dispatch(id, { vendor_id: other.vendor_id }));
    expect(others.warnings.join(' ')).toMatch(/by somebody else/);
  });

  it('what follows once the bill is entered: nothing that would enter it twice', async () => {
    const { work_order } = await house.sandbox.state();
    const { id } = first(work_order, (one) => one.status === 'ready_to_bill');
    await house.sandbox.asStaff().updateWorkOrder(id, { bill_ids: ['8001'] });
    const { work_orders } = await house.ok(AGENT, 'list_work_orders', { work_order_id: id });
    expect(work_orders[0].next_step).toMatch(/status closed/);
  });

  it('what time it is there, where the visit lies in the past', async () => {
    const id = await leak();
    const error = await house.refused(
      AGENT,
      'dispatch_vendor',
      dispatch(id, { vendor_id: vendors[0]!.vendor_id, visit_start: '2026-11-20T09:00' }),
    );
    expect(error).toMatchObject({ field: 'visit_start', next: expect.stringContaining('2026-11-24T08:00') });
    expect(error.message).not.toMatch(/\d{4}-/);
  });
});

describe('what a new work order says', () => {
  const create = (description: string, over: object = {}) =>
    house.call(AGENT, 'create_work_order', {
      request_id: house.requestId(),
      property_id: '11',
      description,
      entry: 'yes',
      ...over,
    });

  it('who can take it, with the ids that send them, and what to ask', async () => {
    const { text, structured } = await create('Pipe burst, water through the ceiling');
    const [best] = structured['can_take_it'] as any[];
    expect(text).toContain(best.name);
    expect(text).toMatch(/(vendor|technician)_id \d+/);
    expect(text).toMatch(/Ask: .*shut-off valve/);
  });

  it('that it may be the same job, before anybody is sent a second time', async () => {
    await create('Kitchen sink leaks into the cabinet');
    const { text } = await create('The sink in the kitchen is leaking again');
    expect(text).toMatch(/May be the same as work order \d+/);
    expect(text).toMatch(/Next: if it is the same job, .* to cancelled; else dispatch_vendor/);
  });

  it('names nobody to send while there is a danger to life', async () => {
    const { text, structured } = await create('Strong gas smell in the kitchen');
    expect(structured['can_take_it']).toEqual([]);
    expect(text).not.toMatch(/dispatch_vendor|_id \d+,/);
  });

  it('goes by the temperature outside, as the triage did', async () => {
    const severity = async (outdoor_temperature_f: number) => {
      const made = await create('heater not working', {
        outdoor_temperature_f,
        location: `at ${outdoor_temperature_f}`,
      });
      return (made.structured['work_order'] as any).severity;
    };
    expect(await severity(20)).toBe('emergency');
    const warm = await house.ok(AGENT, 'assess_maintenance_request', {
      description: 'heater not working',
      outdoor_temperature_f: 60,
    });
    expect(await severity(60)).toBe(warm.severity);
    expect(warm.severity).toBe('urgent');
  });

  it('repeats no status in other letters', async () => {
    const { structured } = await create('The closet door squeaks');
    expect(structured['work_order']).toMatchObject({ status: 'new' });
    expect(structured['work_order']).not.toHaveProperty('raw_status');
  });
});

describe('the text alone', () => {
  it('of a refusal has the ids that the next call takes', async () => {
    const id = await leak();
    const args = { property_id: '11', description: 'Kitchen sink leaks into the cabinet', entry: 'yes' };
    const twice = await house.call(AGENT, 'create_work_order', { request_id: house.requestId(), ...args });
    expect(twice.structured).toMatchObject({ error: { code: 'duplicate', details: { record_id: id } } });
    expect(twice.text).toContain(`"record_id":"${id}"`);
  });

  it('names the tool that finds what has no such id', async () => {
    const next = async (args: object) => (await house.refused(AGENT, 'list_work_orders', args)).next?.split(' ')[0];
    expect(await next({ work_order_id: '999999' })).toBe('list_work_orders');
    expect(await next({ unit_id: '999999' })).toBe('search_portfolio');
  });

  it('speaks of a request_id only where there is one', async () => {
    const read = await house.call(AGENT, 'list_work_orders', { work_order_id: '' });
    expect(read.text).toMatch(/work_order_id is empty/);
    expect(read.text).not.toMatch(/request_id/);
    const write = await house.call(AGENT, 'create_work_order', { property_id: '11' });
    expect(write.text).toMatch(/request_id/);
  });

  it('of a triage has the self-help, the doubt and who does not wait', async () => {
    const burst = await house.call(AGENT, 'assess_maintenance_request', { description: 'pipe burst' });
    expect(burst.text).toMatch(/Close the main water valve/);
    const cold = await house.call(AGENT, 'assess_maintenance_request', { description: 'no heat' });
    expect(cold.text).toMatch(/temperature is not known/);
    const out = await house.call(AGENT, 'assess_maintenance_request', { description: 'I am locked out' });
    expect(out.text).toMatch(/does not wait for days/);
  });
});
