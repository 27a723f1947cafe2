import { afterAll, beforeAll, expect, it } from 'vitest';
import createWorkOrder from '../../tools/create-work-order.ts';
import { type Harness, openHarness } from './harness.ts';

let h: Harness;
beforeAll(async () => {
  h = await openHarness({ tools: [createWorkOrder] });
});
afterAll(() => h.close());

it('runs a write through the whole pipeline to the PMS and back', async () => {
  const { unit } = await h.sandbox.state();
  const [one] = unit;
  const args = {
    request_id: h.requestId(),
    property_id: one?.property_id,
    unit_id: one?.id,
    description: 'Sink leaks',
    entry: 'yes',
  };
  const result = await h.ok('maintenance_agent', 'create_work_order', args);
  expect(result.write).toMatchObject({ state: 'done', proof: 'full' });
  expect((await h.ok('maintenance_agent', 'create_work_order', args)).write).toMatchObject({ replayed: true });
  expect(await h.sandbox.effects()).toHaveLength(1);
  expect(h.troubles).toEqual([]);
});
