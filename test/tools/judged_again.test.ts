import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import dispatchVendor from '../../tools/dispatch-vendor.ts';
import listWorkOrders from '../../tools/list-work-orders.ts';
import updateWorkOrder from '../../tools/update-work-order.ts';
import createWorkOrder from '../../tools/create-work-order.ts';
import { CONNECTION, first, type Harness, openHarness } from './harness.ts';

const AGENT = 'maintenance_agent';

describe('what is judged again before it is sent', () => {
  let h: Harness;
  let state: SandboxState;
  beforeEach(async () => {
    h = await openHarness({ tools: [createWorkOrder, updateWorkOrder, dispatchVendor, listWorkOrders] });
    state = await h.sandbox.state();
  });
  afterEach(() => h.close());

  async function drip() {
    const property = first(state.property, ({ is_active }) => is_active);
    const made = await h.ok(AGENT, 'create_work_order', {
      request_id: h.requestId(),
      property_id: property.id,
      location: 'laundry room',
      description: 'The laundry room sink drips.',
      entry: 'yes',
    });
    return { property, ...made.work_order } as { property: typeof property; work_order_id: string; version: string };
  }

  const update = (more: object) => h.call(AGENT, 'update_work_order', { request_id: h.requestId(), ...more });
  const stateOf = ({ structured }: { structured: Record<string, any> }) =>
    structured['write']?.state ?? structured['error'].code;

  it('lets one of two changes of the same field through that rest on the same reading', async () => {
    const { work_order_id, version } = await drip();
    const answers = await Promise.all(
      ['hvac', 'electrical', 'appliance'].map((trade) => update({ work_order_id, version, trade })),
    );
    const outcomes = answers.map(stateOf);
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
    const losers = answers.filter(({ isError }) => isError).map(({ structured }) => structured as any);
    expect(losers.map(({ error, write }) => (error ?? write.error).code)).toEqual(['conflict', 'conflict']);
  });

  it('lets every change through that touches something else', async () => {
    const { work_order_id, version } = await drip();
    const changes = [{ trade: 'hvac' }, { note: 'Bring a washer.' }, { note: 'And a ladder.' }, { file_ids: ['f1'] }];
    const answers = await Promise.all(changes.map((change) => update({ work_order_id, version, ...change })));
    expect(answers.map(stateOf)).toEqual(changes.map(() => 'done'));
    expect(answers.map(({ structured }) => (structured as any).write.proof)).toEqual(changes.map(() => 'full'));
  });

  it('sends no dispatch without a person that has come to need one', async () => {
    const { property, work_order_id } = await drip();
    const technician = first(
      state.staff,
      ({ roles, is_active, trades, property_ids }) =>
        is_active &&
        roles.includes('technician') &&
        trades.includes('plumbing') &&
        (property_ids.length === 0 || property_ids.includes(property.id)),
    );
    h.pms.read_only = true;
    const asked = await h.ok(AGENT, 'dispatch_vendor', {
      request_id: h.requestId(),
      work_order_id,
      technician_id: technician.id,
      visit_start: '2026-11-25T10:00',
      not_to_exceed: '100.00',
    });
    expect(asked.write.state).toBe('ready');
    h.time.now += 60_000;
    const changed = await h.sandbox.asStaff().change('property', property.id, { maintenance_limit: 5_000 });
    await h.records.mirror.put(CONNECTION, 'property', '', [changed], h.time.now);
    h.pms.read_only = false;
    await h.writeback.recover();
    const after = (await h.writeback.byId(asked.write.write_id))?.row;
    expect(after).toMatchObject({ state: 'failed', error_code: 'conflict' });
    expect((await h.sandbox.get('work_order', '', work_order_id))?.technician_id).toBeUndefined();
  });
});
