import fc from 'fast-check';
import type { Command } from '../../src/model/commands.ts';
import { GUEST_CARD_STATUSES, GuestCard, LOST_REASONS, Resident, Tour, WorkOrder } from '../../src/model/records.ts';
import { SEVERITIES, TRADES, WORK_ORDER_STATUSES } from '../../src/model/values.ts';

/*
 * Commands of all forms on one record of each kind.
 */

const AT = '2026-11-20T09:00:00.000Z';
const note = { at: AT, by: 'Office', text: 'From before', is_public: true };

/** The records as they are before the first command. */
export const RECORDS_TO_CHANGE = {
  work_order: WorkOrder.parse({
    ...{ id: '1', number: '10001', property_id: '11', title: 'Leak', description: 'Leak under the sink' },
    ...{ trade: 'plumbing', severity: 'routine', status: 'new', entry: 'yes', notes: [note], created_at: AT },
    ...{ vendor_id: '501', file_ids: ['plan'], location: 'Kitchen' },
  }),
  guest_card: GuestCard.parse({
    ...{ id: '1', property_id: '11', name: 'Robin Vale', source: 'Website', status: 'new', created_at: AT },
    ...{ touches: [{ at: AT, source: 'Website', message: 'Hello' }], notes: [note], unit_ids: ['301'] },
  }),
  tour: Tour.parse({
    ...{ id: '1', property_id: '11', guest_card_id: '3001', unit_id: '301', type: 'agent_led', agent_id: '71' },
    ...{ start: '2026-12-01T15:00:00.000Z', end: '2026-12-01T15:30:00.000Z', status: 'scheduled' },
  }),
  resident: Resident.parse({
    ...{ id: '1', property_id: '11', name: 'Ada Moss', status: 'current', emails: ['ada@example.com'] },
    phones: [{ number: '+15125550101', type: 'mobile' }],
  }),
} as const;

const id = fc.constantFrom('501', '502', '503');
const text = fc.string({ minLength: 1, maxLength: 20 });
const cents = fc.integer({ min: 0, max: 1_000_000 });
const instant = fc
  .integer({ min: 0, max: 100_000 })
  .map((minutes) => new Date(Date.parse('2026-12-01T00:00:00.000Z') + minutes * 60_000).toISOString());
const visit = fc.record({ start: instant, end: instant }, { requiredKeys: ['start'] });
const written = fc.record({ text, is_public: fc.boolean() });
const touch = fc.record({ at: instant, source: text, message: text }, { requiredKeys: ['at', 'source'] });
const phones = fc.array(fc.record({ number: text, type: fc.constantFrom('mobile' as const, 'home' as const) }));
const consents = fc.uniqueArray(
  fc.record({
    channel: fc.constantFrom('phone' as const, 'sms' as const, 'email' as const),
    state: fc.constantFrom('granted' as const, 'revoked' as const),
    at: instant,
    source: text,
  }),
  { selector: ({ channel }) => channel, minLength: 1 },
);

const reply = fc.constantFrom('pending' as const, 'accepted' as const, 'declined' as const, 'no_reply' as const);
const order = { work_order_id: fc.constant('1'), property_id: fc.constant('11') };
const tour = { tour_id: fc.constant('1'), property_id: fc.constant('11') };

/** Commands with some of their fields; `always` are those that each of them has. */
function some<T extends object>(always: object, fields: T): fc.Arbitrary<Command> {
  const required = Object.keys(always);
  return fc.record({ ...always, ...fields }, { requiredKeys: required as never }) as fc.Arbitrary<unknown> as never;
}

const assignment = fc.oneof(
  some(
    { kind: fc.constant('assign_work_order'), ...order, vendor_id: id, visit },
    { not_to_exceed: cents, reply_due_at: instant, instructions: text },
  ),
  some({ kind: fc.constant('assign_work_order'), ...order, technician_id: id, visit }, { not_to_exceed: cents }),
);

/** A reason goes with being lost, and with nothing else. */
function withReason(command: Command): Command {
  if (command.kind !== 'update_guest_card' || command.status === 'lost') return command;
  const { lost_reason: _none, ...rest } = command;
  return rest;
}

const COMMANDS_ON = {
  work_order: fc.oneof(
    some(
      { kind: fc.constant('update_work_order'), ...order },
      {
        ...{ status: fc.constantFrom(...WORK_ORDER_STATUSES), severity: fc.constantFrom(...SEVERITIES) },
        ...{ trade: fc.constantFrom(...TRADES), vendor_reply: reply, vendor_id: fc.option(id) },
        ...{ visit: fc.option(visit), hazard_cleared_by: text, note: written },
        ...{ file_ids: fc.array(id, { minLength: 1 }) },
        estimate: fc.record({ amount: cents, vendor_id: id, status: fc.constantFrom('pending', 'approved') }),
      },
    ),
    some({ kind: fc.constant('add_work_order_note'), ...order, note: written }, {}),
    assignment,
  ),
  guest_card: some(
    { kind: fc.constant('update_guest_card'), guest_card_id: fc.constant('1'), property_id: fc.constant('11') },
    {
      ...{ name: text, phones, emails: fc.array(text), unit_ids: fc.array(id, { minLength: 1 }), bedrooms: cents },
      ...{ rent_max: cents, move_in_date: fc.constant('2027-01-01'), occupants: cents, pets: text, touch },
      ...{ status: fc.constantFrom(...GUEST_CARD_STATUSES), lost_reason: fc.constantFrom(...LOST_REASONS) },
      ...{ assigned_to: id, follow_up_on: fc.option(fc.constant('2026-12-24')), consents, note: written },
    },
  ).map(withReason),
  tour: fc.oneof(
    some(
      { kind: fc.constant('reschedule_tour'), ...tour, start: instant, end: instant },
      { agent_id: id, notes: text },
    ),
    some({ kind: fc.constant('cancel_tour'), ...tour }, { notes: text }),
    some(
      { kind: fc.constant('record_tour_outcome'), ...tour, outcome: fc.constantFrom('toured', 'no_show') },
      { notes: text },
    ),
  ),
  resident: some(
    { kind: fc.constant('update_resident'), resident_id: fc.constant('1'), property_id: fc.constant('11') },
    {
      ...{ phones, emails: fc.array(text), preferred_channel: fc.constantFrom('phone', 'sms', 'email') },
      ...{ forwarding_address: text, consents },
    },
  ),
} as const;

export function commandsOn(kind: keyof typeof COMMANDS_ON): fc.Arbitrary<Command> {
  return COMMANDS_ON[kind];
}
