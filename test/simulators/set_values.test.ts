import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../src/model/commands.ts';
import { validCommands } from '../connectors/sandbox/cast.ts';
import { type Faulty, openFaulty } from './rig.ts';

let rig: Faulty;
beforeAll(async () => {
  rig = await openFaulty({ personality: 'key' });
});
afterAll(() => rig.close());

describe('values that are set', () => {
  it('are found as asked, as before, or as somebody else has left them', async () => {
    const { update_work_order: command } = validCommands(rig.cast);
    const asked = { ...command, severity: 'life_safety' as const, trade: 'roofing' as const };
    const write = await rig.write(asked, 'values', { before: rig.cast.order });
    expect(await write.locate()).toEqual({ outcome: 'absent', covers_all: true });
    const set = (fields: Record<string, unknown>) =>
      rig.simulator.staff({ change: { kind: 'work_order', id: command.work_order_id, fields } });
    await set({ instructions: 'Ring twice' });
    expect(await write.locate()).toEqual({ outcome: 'absent', covers_all: true });
    await set({ trade: 'painting' });
    expect(await write.locate()).toEqual({ outcome: 'differs', detail: 'changed meanwhile by others: trade' });
    await write.send();
    expect(await write.locate()).toMatchObject({ outcome: 'found', result: { record: { id: command.work_order_id } } });
  });

  it('are told apart in each kind of lease change and tour change', async () => {
    const { offered } = rig.cast;
    const { schedule_tour } = validCommands(rig.cast);
    const tour = await (await rig.write(schedule_tour, 'tour')).send();
    const onTour = { property_id: schedule_tour.property_id, tour_id: tour.record?.id ?? '' };
    const offer = offered.renewal_offers.find(({ status }) => status === 'offered');
    const resident_ids = offered.parties.map(({ resident_id }) => resident_id);
    const lease = (change: Extract<Command, { kind: 'update_lease' }>['change']): Command => ({
      ...{ kind: 'update_lease', property_id: offered.property_id, lease_id: offered.id, change },
    });
    const times = { start: '2027-01-06T17:00:00.000Z', end: '2027-01-06T17:30:00.000Z' };
    const commands: Command[] = [
      lease({ action: 'accept_renewal', renewal_offer_id: offer?.id ?? '' }),
      lease({ action: 'give_notice', notice_date: '2026-11-24', move_out_date: '2026-12-31', resident_ids }),
      lease({ action: 'change_move_out', move_out_date: '2027-01-15', resident_ids }),
      lease({ action: 'withdraw_notice', resident_ids }),
      { kind: 'reschedule_tour', ...onTour, ...times },
      { kind: 'cancel_tour', ...onTour, notes: 'By phone' },
    ];
    for (const [at, command] of commands.entries()) {
      const kind = command.kind === 'update_lease' ? 'lease' : 'tour';
      const before = await rig.connector.get(kind, '', kind === 'lease' ? offered.id : onTour.tour_id);
      const write = await rig.write(command, `w${at}`, { before });
      expect(await write.locate(), command.kind).toEqual({ outcome: 'absent', covers_all: true });
      await write.send();
      expect(await write.locate(), command.kind).toMatchObject({ outcome: 'found' });
    }
  });
});
