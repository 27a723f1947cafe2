import { COMMAND_KINDS, COMMANDS, type CommandKind } from '../model/commands.ts';
import { type RecordKind, RECORDS } from '../model/records.ts';

/** What a command sets on its record beside the fields that it carries under their own names. */
const BESIDE_ITS_OWN: { readonly [K in CommandKind]?: readonly string[] } = {
  update_work_order: ['notes'],
  add_work_order_note: ['notes'],
  create_guest_card: ['touches'],
  update_guest_card: ['touches', 'notes'],
  schedule_tour: ['status'],
  reschedule_tour: ['status'],
  cancel_tour: ['status'],
  record_tour_outcome: ['status'],
  update_lease: ['parties', 'status', 'notice_date', 'move_out_date', 'end_date', 'rent', 'renewal_offers'],
  post_charge: ['kind'],
  reverse_charge: ['kind', 'reverses_id'],
  reverse_bill: ['reverses_id'],
  reverse_journal_entry: ['reverses_id'],
};

/** Names that a command carries to say what it is about, not to set them. */
const NAMES_ONLY: Readonly<Record<'creates' | 'changes', ReadonlySet<string>>> = {
  creates: new Set(['kind']),
  changes: new Set(['kind', 'property_id']),
};

/** The fields of its record that a kind of command can set, in the record's order. */
export function fieldsSetBy(kind: CommandKind): string[] {
  const { schema, record, creates } = COMMANDS[kind];
  const named = NAMES_ONLY[creates ? 'creates' : 'changes'];
  const set = new Set([
    ...Object.keys(schema.shape).filter((name) => !named.has(name)),
    ...(BESIDE_ITS_OWN[kind] ?? []),
  ]);
  return Object.keys(RECORDS[record].shape).filter((field) => set.has(field));
}

/** The commands that can set a field of a record. */
export function commandsThatSet(record: RecordKind, field: string): CommandKind[] {
  return COMMAND_KINDS.filter((kind) => COMMANDS[kind].record === record && fieldsSetBy(kind).includes(field));
}
