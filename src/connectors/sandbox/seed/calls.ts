import type { Communication, Unit } from '../../../model/records.ts';
import type { Layout } from './layout.ts';

type Call = Pick<Communication, 'channel' | 'direction' | 'summary'>;

const CALLS: readonly Call[] = [
  { channel: 'phone', direction: 'inbound', summary: 'Asked when the hallway will be painted.' },
  { channel: 'sms', direction: 'outbound', summary: 'Reminded of the water shut-off on Thursday, 9 to 11.' },
  { channel: 'email', direction: 'inbound', summary: 'Wants a copy of the lease.' },
  { channel: 'phone', direction: 'inbound', summary: 'Noise from upstairs after midnight; will call again.' },
  { channel: 'in_person', direction: 'inbound', summary: 'Picked up a second mailbox key.' },
  { channel: 'chat', direction: 'outbound', summary: 'Sent the portal’s link for setting up payments.' },
];

/** What was said between the office and the residents of one property lately. */
export function addCalls(layout: Layout, units: readonly Unit[], residentOf: (unit: Unit) => string | undefined): void {
  units.forEach((unit, index) => {
    const resident_id = residentOf(unit);
    const call = CALLS[Math.floor(index / 12) % CALLS.length];
    if (index % 12 !== 5 || resident_id === undefined || call === undefined) return;
    const at = layout.days.at(-layout.random.int(1, 40), layout.random.int(9, 17));
    layout.add('communication', { property_id: unit.property_id, resident_id, ...call, at });
  });
}
