import { afterEach, describe, expect, it } from 'vitest';
import { CaretakerError } from '../../src/model/errors.ts';
import { StoreUnavailable } from '../../src/store/unavailable.ts';
import type { Tool, WriteTool } from '../../src/tool.ts';
import createWorkOrder from '../../tools/create-work-order.ts';
import updateWorkOrder from '../../tools/update-work-order.ts';
import { first, type Harness, openHarness } from './harness.ts';

describe('the answer to a change', () => {
  let h: Harness;
  afterEach(() => h.close());

  async function open(...tools: readonly Tool[]) {
    h = await openHarness({ tools });
    const { properties } = { properties: (await h.sandbox.list('property', { scope: '' })).records };
    const property = first(properties, ({ is_active }) => is_active);
    const elsewhere = first(properties, ({ id, is_active }) => is_active && id !== property.id);
    const report = () => ({
      request_id: h.requestId(),
      property_id: property.id,
      location: 'laundry room',
      description: 'The laundry room sink drips.',
      entry: 'yes',
    });
    return { property, elsewhere, report };
  }

  it('says that it was made also where the record cannot be shown any more', async () => {
    const tool: Tool = {
      ...(createWorkOrder as WriteTool),
      present: () =>
        Promise.reject(new CaretakerError('pms_unavailable', 'It could not be read. Nothing was changed.')),
    };
    const { report } = await open(tool);
    const answer = await h.ok('maintenance_agent', 'create_work_order', report());
    expect(answer.write).toMatchObject({ state: 'done', proof: 'full' });
    expect(answer.work_order).toBeUndefined();
  });

  it('does not say that nothing was changed where the store fails after it was recorded', async () => {
    const { report } = await open(createWorkOrder);
    const { view } = h.writeback;
    h.writeback.view = () => Promise.reject(new StoreUnavailable('locked'));
    const request = report();
    const error = await h.refused('maintenance_agent', 'create_work_order', request);
    expect(error.code).toBe('internal');
    expect(error.message).not.toContain('Nothing was changed');
    h.writeback.view = view;
    const replay = await h.ok('maintenance_agent', 'create_work_order', request);
    expect(replay.write).toMatchObject({ state: 'done', replayed: true, write_id: error.details?.['write_id'] });
  });

  it('is a replay where the same request was overtaken by its own twin', async () => {
    const twinDone = Promise.withResolvers<void>();
    let calls = 0;
    const { propose } = createWorkOrder as WriteTool;
    const tool: Tool = {
      ...(createWorkOrder as WriteTool),
      async propose(call, input) {
        calls += 1;
        if (calls === 1) return propose(call, input);
        await twinDone.promise;
        throw new CaretakerError('duplicate', 'There is such a work order already. Nothing was changed now.');
      },
    };
    const { report } = await open(tool);
    const request = report();
    const [answer, twin] = [
      h.ok('maintenance_agent', 'create_work_order', request).finally(twinDone.resolve),
      h.ok('maintenance_agent', 'create_work_order', request),
    ];
    expect((await twin).write).toMatchObject({ replayed: true, write_id: (await answer).write.write_id });
    const stranger = h.refused('maintenance_agent', 'create_work_order', report());
    expect((await stranger).code).toBe('duplicate');
  });

  it('is not repeated to a key that no longer reaches the property', async () => {
    const { property, elsewhere, report } = await open(createWorkOrder, updateWorkOrder);
    const made = await h.ok('maintenance_agent', 'create_work_order', report());
    const { work_order_id, version } = made.work_order;
    const change = { request_id: h.requestId(), work_order_id, version, note: 'Bring a washer.' };
    // It waits, so that nothing but the ledger is needed to answer.
    h.pms.read_only = true;
    await h.ok('maintenance_agent', 'update_work_order', change);
    const pinned = (id: string) => ({ role: 'maintenance_agent' as const, pins: [id] });
    expect((await h.ok(pinned(property.id), 'update_work_order', change)).write.replayed).toBe(true);
    const error = await h.refused(pinned(elsewhere.id), 'update_work_order', change);
    expect(error.code).toBe('not_found');
    expect(JSON.stringify(error)).not.toContain(made.write.write_id);
  });

  it('repeats no more of an unknown argument than names it', async () => {
    const { report } = await open(createWorkOrder);
    const name = `a\u202e${'b'.repeat(50_000)}`;
    const error = await h.refused('maintenance_agent', 'create_work_order', { ...report(), [name]: 1 });
    expect(error.code).toBe('invalid_input');
    expect(JSON.stringify(error).length).toBeLessThan(1_000);
    expect(error.field).toMatch(/^ab+…$/);
    const kept = await h.store.ledger.selectFrom('refusals').select('message').execute();
    expect(kept.map(({ message }) => message.length < 200)).toEqual([true]);
  });
});
