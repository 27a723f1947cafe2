import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import createWorkOrder from '../../tools/create-work-order.ts';
import dispatchVendor from '../../tools/dispatch-vendor.ts';
import findVendors from '../../tools/find-vendors.ts';
import assess from '../../tools/assess-maintenance-request.ts';
import updateWorkOrder from '../../tools/update-work-order.ts';
import { first, type Harness, openHarness } from './harness.ts';

describe('while the PMS does not answer', () => {
  let house: Harness;
  let place: { property_id: string; unit_id: string };

  beforeEach(async () => {
    house = await openHarness({ tools: [assess, createWorkOrder, findVendors, dispatchVendor, updateWorkOrder] });
    const { unit } = await house.sandbox.state();
    const home = first(unit, ({ property_id }) => property_id === '11');
    place = { property_id: home.property_id, unit_id: home.id };
    await house.records.ensureLoaded('sandbox');
    house.pms.down = true;
  });
  afterEach(async () => {
    expect(house.troubles).toEqual([]);
    await house.close();
  });

  const burst = () => ({ ...place, description: 'Pipe burst, water pouring through the ceiling', entry: 'yes' });
  const visit = '2026-11-25T02:45';

  async function backAgain(): Promise<void> {
    house.pms.down = false;
    for (let round = 0; round < 8; round += 1) {
      house.time.now += 60_000;
      await house.writeback.recover();
    }
  }

  it('still triages, without any PMS', async () => {
    const answer = await house.ok('maintenance_agent', 'assess_maintenance_request', {
      description: 'I smell gas',
      ...place,
    });
    expect(answer).toMatchObject({ severity: 'life_safety' });
    expect(answer.instructions.length).toBeGreaterThan(0);
  });

  it('takes an emergency to a dispatch that is sent when the PMS is back, once', async () => {
    const made = await house.ok('maintenance_agent', 'create_work_order', {
      request_id: house.requestId(),
      ...burst(),
    });
    expect(made.write).toMatchObject({ state: 'ready' });
    expect(made.work_order).toMatchObject({ work_order_id: made.write.write_id, severity: 'emergency', status: 'new' });

    const who = await house.ok('maintenance_agent', 'find_vendors', { work_order_id: made.write.write_id });
    const vendor = first<{ vendor_id?: string }>(who.candidates, ({ vendor_id }) => vendor_id !== undefined);
    const sent = await house.ok('maintenance_agent', 'dispatch_vendor', {
      request_id: house.requestId(),
      work_order_id: made.write.write_id,
      vendor_id: vendor.vendor_id,
      visit_start: visit,
    });
    expect(sent.write.state).toBe('ready');
    expect(sent.checked_as_of).toBeDefined();
    expect(await house.sandbox.effects()).toEqual([]);

    await backAgain();
    const [create, dispatch] = await Promise.all([made, sent].map(({ write }) => house.writeback.byId(write.write_id)));
    expect(create?.row.state).toBe('done');
    expect(dispatch?.row).toMatchObject({ state: 'done', record_id: create?.row.record_id, proof: 'full' });
    const stored = await house.sandbox.get('work_order', '', create?.row.record_id as string);
    expect(stored).toMatchObject({ vendor_id: vendor.vendor_id, status: 'scheduled' });
    expect(await house.sandbox.effects()).toHaveLength(2);
  });

  it('hands over to a person where the insurance has run out by the time the PMS answers', async () => {
    const made = await house.ok('maintenance_agent', 'create_work_order', {
      request_id: house.requestId(),
      ...burst(),
    });
    const who = await house.ok('maintenance_agent', 'find_vendors', { work_order_id: made.write.write_id });
    const vendor = first<{ vendor_id?: string }>(who.candidates, ({ vendor_id }) => vendor_id !== undefined);
    const sent = await house.ok('maintenance_agent', 'dispatch_vendor', {
      request_id: house.requestId(),
      work_order_id: made.write.write_id,
      vendor_id: vendor.vendor_id,
      visit_start: visit,
    });
    await house.sandbox.asStaff().updateVendor(vendor.vendor_id as string, {
      compliance: { licences: [], general_liability_expires: '2026-11-01', workers_comp_expires: '2026-11-01' },
    });
    await backAgain();
    const dispatch = await house.writeback.byId(sent.write.write_id);
    expect(dispatch?.row.state).toBe('needs_attention');
    const stored = await house.sandbox.get(
      'work_order',
      '',
      (await house.writeback.byId(made.write.write_id))?.row.record_id as string,
    );
    expect(stored?.vendor_id).toBeUndefined();
  });

  it('does not dispatch routine work on old data', async () => {
    const made = await house.ok('maintenance_agent', 'create_work_order', {
      request_id: house.requestId(),
      ...place,
      description: 'The closet door squeaks',
      entry: 'yes',
    });
    const error = await house.refused('maintenance_agent', 'dispatch_vendor', {
      request_id: house.requestId(),
      work_order_id: made.write.write_id,
      vendor_id: '501',
      visit_start: visit,
    });
    expect(error.code).toBe('pms_unavailable');
  });

  it('does not dispatch an emergency on data older than a day', async () => {
    house.time.now += 25 * 3_600_000;
    const made = await house.ok('maintenance_agent', 'create_work_order', {
      request_id: house.requestId(),
      ...burst(),
    });
    const error = await house.refused('maintenance_agent', 'dispatch_vendor', {
      request_id: house.requestId(),
      work_order_id: made.write.write_id,
      vendor_id: '501',
      visit_start: '2026-11-27T02:45',
    });
    expect(error.code).toBe('pms_unavailable');
  });
});
