import type { Command, CommandKind, CommandOf } from '../model/commands.ts';
import { formatAmount } from '../model/money.ts';
import { quoted } from './untrusted.ts';

/** Names that go with the ids of a command; what is not known is told by its id alone. */
export interface CommandNames {
  unit?: string;
  vendor?: string;
  technician?: string;
  /** Its number. */
  work_order?: string;
}

type Words = { [K in CommandKind]: (command: CommandOf<K>, names: CommandNames) => string };

const named = (id: string | undefined, name: string | undefined): string =>
  name === undefined || name === id ? (id ?? '') : `${name} (${id})`;

const fields = (command: object, names: readonly string[]): string =>
  names.filter((name) => (command as Record<string, unknown>)[name] !== undefined).join(', ');

/** What each command is about, in a few words: ids, codes and amounts, but no resident's name or number. */
const WORDS: Words = {
  create_work_order: ({ severity, trade, title, unit_id, location }, { unit }) =>
    `${severity} ${trade}, ${unit_id === undefined ? (location ?? 'common area') : `unit ${named(unit_id, unit)}`}: ${quoted(title, 40)}`,
  update_work_order: ({ kind: _kind, work_order_id, property_id: _property, ...changes }, { work_order }) =>
    `work order ${named(work_order_id, work_order)}: ${Object.keys(changes).join(', ')}`,
  add_work_order_note: ({ work_order_id }, { work_order }) => `work order ${named(work_order_id, work_order)}: note`,
  assign_work_order: ({ work_order_id, vendor_id, technician_id, not_to_exceed }, { work_order, vendor, technician }) =>
    `work order ${named(work_order_id, work_order)} to ${vendor_id === undefined ? `technician ${named(technician_id, technician)}` : `vendor ${named(vendor_id, vendor)}`}${not_to_exceed === undefined ? '' : `, up to ${formatAmount(not_to_exceed)}`}`,
  create_guest_card: ({ source }) => `lead from ${quoted(source, 40)}`,
  update_guest_card: (command) =>
    `guest card ${command.guest_card_id}: ${fields(command, ['status', 'lost_reason', 'assigned_to', 'follow_up_on', 'unit_ids', 'touch', 'note', 'consents'])}`,
  schedule_tour: ({ unit_id, type, start }, { unit }) => `${type} tour of unit ${named(unit_id, unit)}, ${start}`,
  reschedule_tour: ({ tour_id, start }) => `tour ${tour_id} to ${start}`,
  cancel_tour: ({ tour_id }) => `tour ${tour_id}`,
  record_tour_outcome: ({ tour_id, outcome }) => `tour ${tour_id}: ${outcome}`,
  update_lease: ({ lease_id, change }) => `lease ${lease_id}: ${change.action}`,
  update_resident: (command) =>
    `resident ${command.resident_id}: ${fields(command, ['phones', 'emails', 'preferred_channel', 'forwarding_address', 'consents'])}`,
  post_charge: ({ lease_id, amount, memo }) => `${formatAmount(amount)} on lease ${lease_id}: ${quoted(memo, 80)}`,
  reverse_charge: ({ charge_id, amount }) => `${formatAmount(amount)} of charge ${charge_id}`,
  post_bill: ({ vendor_id, invoice_number, total }, { vendor }) =>
    `${formatAmount(total)}, vendor ${named(vendor_id, vendor)}, invoice ${quoted(invoice_number, 40)}`,
  reverse_bill: ({ bill_id }) => `bill ${bill_id}`,
  post_journal_entry: ({ lines, memo }) =>
    `${formatAmount(lines.reduce((sum, { debit }) => sum + debit, 0))}: ${quoted(memo, 80)}`,
  reverse_journal_entry: ({ journal_entry_id }) => `journal entry ${journal_entry_id}`,
  record_communication: ({ channel, direction, consent }) =>
    `${direction} ${channel}${consent === undefined ? '' : `, consent ${consent.state}`}`,
};

/** A command in a few words, for lists of what was done. */
export function commandWords(command: Command, names: CommandNames = {}): string {
  return (WORDS[command.kind] as (command: Command, names: CommandNames) => string)(command, names);
}
