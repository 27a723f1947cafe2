import { type Command, type CommandKind, type CommandOf, COMMANDS } from '../../model/commands.ts';
import { guestCardUpdate, newGuestCard } from '../../model/guest_card_change.ts';
import { changeOf, type Fields, type RecordChange } from '../../model/record_change.ts';
import type { RecordKind, Tour, WorkOrder } from '../../model/records.ts';
import { consentGiven, newCommunication, residentUpdate } from '../../model/resident_change.ts';
import { BEYOND_TOURS, funnelMove, newTour, tourEnd, tourMove } from '../../model/tour_change.ts';
import { workOrderAssignment, workOrderNote, workOrderUpdate } from '../../model/work_order_change.ts';
import { expectedFields } from '../../writeback/expectations.ts';

/*
 * What each command does to which records, in canonical values, whoever holds them.
 */

/** What is known of a command when its changes are asked for. */
export interface Known {
  /** The record as it was before, where it changes one. */
  before: Fields | undefined;
  /** The id of the record that it makes, once there is one. */
  made: string | undefined;
  /** Now, ISO 8601. */
  at: string;
  /** Whether the prospect of a tour that is cancelled has another one scheduled. */
  still_booked?: boolean;
}

/** The change of one record. */
export interface ChangeTo extends RecordChange {
  kind: RecordKind;
  /** Undefined where it is not known yet. */
  id: string | undefined;
  /** The statuses in which it can be done at all. */
  only_from?: readonly string[];
  /** The statuses that it leaves as they are. */
  not_from?: readonly string[];
}

type Changes<K extends CommandKind> = (command: CommandOf<K>, known: Known) => ChangeTo[];

/** Who stands beside a note that Caretaker keeps. */
const BY = 'Caretaker';

const SCHEDULED = ['scheduled'];

function to(kind: RecordKind, id: string | undefined, change: RecordChange, more: Partial<ChangeTo> = {}): ChangeTo {
  return { kind, id, ...change, ...more };
}

/** What a command makes, as it says itself. */
function made(command: Command, { made: id, before }: Known): ChangeTo {
  return to(COMMANDS[command.kind].record, id, changeOf(expectedFields(command, before)));
}

function funnel(id: string | undefined, status: Parameters<typeof funnelMove>[0]): ChangeTo {
  return to('guest_card', id, funnelMove(status), { not_from: BEYOND_TOURS });
}

const prospectOf = (before: Fields | undefined) => (before as Partial<Tour> | undefined)?.guest_card_id;

const CHANGES: { readonly [K in CommandKind]: Changes<K> } = {
  create_work_order: (command, known) => [made(command, known)],
  update_work_order: (command, { before, at }) => [
    to('work_order', command.work_order_id, workOrderUpdate(command, before as WorkOrder | undefined, { at, by: BY })),
  ],
  add_work_order_note: (command, { at }) => [
    to('work_order', command.work_order_id, workOrderNote(command, { at, by: BY })),
  ],
  assign_work_order: (command) => [to('work_order', command.work_order_id, workOrderAssignment(command))],
  create_guest_card: (command, { made: id, at }) => [to('guest_card', id, changeOf({ ...newGuestCard(command, at) }))],
  update_guest_card: (command, { at }) => [
    to('guest_card', command.guest_card_id, guestCardUpdate(command, { at, by: BY })),
  ],
  schedule_tour: (command, { made: id }) => [
    to('tour', id, changeOf({ ...newTour(command) })),
    funnel(command.guest_card_id, 'tour_scheduled'),
  ],
  reschedule_tour: (command) => [to('tour', command.tour_id, tourMove(command), { only_from: SCHEDULED })],
  cancel_tour: (command, { before, still_booked }) => [
    to('tour', command.tour_id, tourEnd('cancelled', command.notes), { only_from: SCHEDULED }),
    ...(still_booked === true ? [] : [funnel(prospectOf(before), 'contacted')]),
  ],
  record_tour_outcome: (command, { before }) => [
    to('tour', command.tour_id, tourEnd(command.outcome, command.notes), { only_from: SCHEDULED }),
    funnel(prospectOf(before), command.outcome),
  ],
  // A lease is changed in the PMS or not at all.
  update_lease: () => [],
  update_resident: (command) => [to('resident', command.resident_id, residentUpdate(command))],
  post_charge: (command, known) => [made(command, known)],
  reverse_charge: (command, known) => [
    made(command, known),
    to('ledger_entry', command.charge_id, changeOf({}, { reversed_amount: command.amount })),
  ],
  post_bill: (command, known) => [made(command, known)],
  reverse_bill: (command, known) => [
    made(command, known),
    to('bill', command.bill_id, changeOf({ reversed_by_id: known.made ?? null })),
  ],
  post_journal_entry: (command, known) => [made(command, known)],
  reverse_journal_entry: (command, known) => [
    made(command, known),
    to('journal_entry', command.journal_entry_id, changeOf({ reversed_by_id: known.made ?? null })),
  ],
  record_communication: (command, { made: id }) => [
    to('communication', id, changeOf(newCommunication(command))),
    ...consentsOf(command),
  ],
};

function consentsOf({ consent, resident_id, guest_card_id }: CommandOf<'record_communication'>): ChangeTo[] {
  if (consent === undefined) return [];
  return [
    ...(resident_id === undefined ? [] : [to('resident', resident_id, consentGiven(consent))]),
    ...(guest_card_id === undefined ? [] : [to('guest_card', guest_card_id, consentGiven(consent))]),
  ];
}

/** The changes of a command, that of its own record first; none where nothing of it is ever kept beside the PMS. */
export function changesOf(command: Command, known: Known): ChangeTo[] {
  const changes = CHANGES[command.kind] as Changes<CommandKind>;
  return changes(command as CommandOf<CommandKind>, known);
}

/** Fields that may follow from a command as well, by how its record was before. */
export function mayFollow(command: Command): readonly string[] {
  if (command.kind !== 'update_work_order') return [];
  const { vendor_id, visit, estimate } = command;
  return vendor_id !== undefined || visit !== undefined || estimate !== undefined ? ['status'] : [];
}

/** Commands that Caretaker can carry out by itself where a PMS has no place for any of it. */
export const KEEPABLE: ReadonlySet<CommandKind> = new Set([
  'update_work_order',
  'add_work_order_note',
  'assign_work_order',
  'create_guest_card',
  'update_guest_card',
  'schedule_tour',
  'reschedule_tour',
  'cancel_tour',
  'record_tour_outcome',
  'update_resident',
  'record_communication',
]);
