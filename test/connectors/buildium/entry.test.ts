import { describe, expect, it } from 'vitest';
import type { WorkOrder } from '../../../src/model/records.ts';
import { openForm } from './guest_cards.ts';

describe('whether anybody may go in', () => {
  it.each(['yes', 'no', 'call_first'] as const)(
    'is known of a to-do too, which has no place for it: %s',
    async (entry) => {
      const { rig, ledger, carry, unit } = await openForm('sidecar');
      const report = { property_id: unit.property_id, unit_id: unit.id, trade: 'plumbing', severity: 'emergency' };
      const words = { title: 'Water', description: 'Water is pouring out under the sink.' };
      expect(await carry('create_work_order', { ...report, ...words, entry })).toBe('done');
      const id = (await rig.simulator.effects()).at(-1)!.id;
      const order = async () => (await ledger.connector.get('work_order', '', id)) as WorkOrder;
      expect(await order()).toMatchObject({ entry, severity: 'emergency' });
      expect((await rig.connector.get('work_order', '', id))?.entry).toBe('unknown');
      // Once a vendor has it, Buildium has a place for it, and what stands there counts.
      const [vendor] = (await rig.simulator.state()).vendor!;
      const given = { work_order_id: id, property_id: unit.property_id, vendor_id: vendor!.id };
      const visit = { start: '2026-11-25T15:00:00.000Z' };
      expect(await carry('assign_work_order', { ...given, visit }, await order())).toBe('done');
      const [task] = (await rig.simulator.effects()).slice(-1);
      await rig.simulator.staff({ change: { table: 'workOrders', id: task!.id, set: { EntryAllowed: 'Yes' } } });
      expect((await order()).entry).toBe('yes');
    },
  );
});
