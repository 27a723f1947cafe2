import type { Command } from '../../../src/model/commands.ts';
import { canonicalJson } from '../../../src/model/version.ts';

type Fields = { [field: string]: unknown };

/** What tells the record of a create from others, without any help of ours. */
function identityOf(command: Command): Fields {
  const only = (...fields: string[]) =>
    Object.fromEntries(fields.map((field) => [field, (command as unknown as Fields)[field]]));
  switch (command.kind) {
    case 'create_work_order':
      return only('property_id', 'unit_id', 'title', 'description');
    case 'create_guest_card':
      return { ...only('property_id', 'name', 'source'), phones: command.phones ?? [], emails: command.emails ?? [] };
    case 'schedule_tour':
      return only('unit_id', 'agent_id', 'start');
    case 'post_charge':
      return { kind: 'charge', ...only('household_id', 'charge_code_id', 'amount', 'date', 'memo') };
    case 'reverse_charge':
      return { reverses_id: command.charge_id, amount: -command.amount, date: command.date };
    case 'post_bill':
      return only('vendor_id', 'invoice_number');
    case 'reverse_bill':
      return { reverses_id: command.bill_id };
    case 'post_journal_entry':
      return only('property_id', 'date', 'memo', 'lines');
    case 'reverse_journal_entry':
      return { reverses_id: command.journal_entry_id };
    case 'record_communication': {
      const { kind: _kind, consent: _consent, ...fields } = command;
      return fields;
    }
    default:
      throw new RangeError(`${command.kind} creates nothing`);
  }
}

/** Whether a record may be what a create made. */
export function fits(command: Command, record: Fields): boolean {
  return Object.entries(identityOf(command)).every(
    ([field, value]) => canonicalJson([value]) === canonicalJson([record[field]]),
  );
}

interface Appended {
  at: string;
  text?: string;
}

/** Whether a record has gained the note or the inquiry that a command appends, at or after a moment. */
export function hasGained(command: Command, before: unknown, record: Fields, since: string): boolean {
  const note = 'note' in command ? command.note : undefined;
  const touch = 'touch' in command ? canonicalJson(command.touch) : undefined;
  const isIt = (item: Appended) =>
    note === undefined ? canonicalJson(item) === touch : item.text === note.text && item.at >= since;
  const count = (holder: unknown) => {
    const list = (holder as Fields | undefined)?.[note === undefined ? 'touches' : 'notes'];
    return ((list as Appended[] | undefined) ?? []).filter(isIt).length;
  };
  return count(record) > count(before);
}
