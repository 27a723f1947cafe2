import type { CommandOf } from '../../model/commands.ts';
import type { StepResult } from '../connector.ts';
import { checkPostable } from './bills.ts';
import { resultFor, type Pms } from './pms.ts';
import {
  LENGTHS,
  activeProperty,
  checkLength,
  checkOpenPeriod,
  checkText,
  conflict,
  ownRecord,
  referred,
  refuse,
} from './rules.ts';

function checkLines(pms: Pms, command: CommandOf<'post_journal_entry'>): void {
  command.lines.forEach((line, i) => {
    checkPostable(pms, line.gl_account_id, `lines.${i}.gl_account_id`);
    if (line.debit < 0 || line.credit < 0 || line.debit > 0 === line.credit > 0) {
      refuse(`lines.${i}`, 'Exactly one of debit and credit is above zero.');
    }
    if (line.unit_id !== undefined) referred(pms, 'unit', line.unit_id, `lines.${i}.unit_id`, command.property_id);
    checkLength(`lines.${i}.memo`, line.memo, LENGTHS.journal_memo);
  });
  const debits = command.lines.reduce((sum, line) => sum + line.debit, 0);
  const credits = command.lines.reduce((sum, line) => sum + line.credit, 0);
  if (debits !== credits) {
    refuse('lines', `Debits are ${(debits / 100).toFixed(2)} and credits ${(credits / 100).toFixed(2)}.`);
  }
}

export function postJournalEntry(pms: Pms, command: CommandOf<'post_journal_entry'>): StepResult {
  const property = activeProperty(pms, command.property_id);
  checkText('memo', command.memo, LENGTHS.journal_memo);
  checkLines(pms, command);
  checkOpenPeriod(property, command.date, 'date');
  const { kind: _kind, ...fields } = command;
  const { id } = pms.records.insert('journal_entry', (id) => ({ id, ...fields }));
  return resultFor('journal_entry', id, { posting: 'posted' });
}

/** Takes an entry back by one with debits and credits exchanged. */
export function reverseJournalEntry(pms: Pms, command: CommandOf<'reverse_journal_entry'>): StepResult {
  const property = activeProperty(pms, command.property_id);
  const entry = ownRecord(pms, 'journal_entry', command.journal_entry_id, command.property_id);
  if (entry.reversed_by_id !== undefined) {
    conflict('journal_entry_id', `Journal entry ${entry.id} was reversed by ${entry.reversed_by_id}.`);
  }
  if (entry.reverses_id !== undefined) conflict('journal_entry_id', `Journal entry ${entry.id} is a reversal itself.`);
  checkText('reason', command.reason, LENGTHS.reason);
  if (command.date < entry.date) refuse('date', 'A reversal is not dated before what it reverses.');
  checkOpenPeriod(property, command.date, 'date');
  const { id } = pms.records.insert('journal_entry', (id) => ({
    id,
    property_id: entry.property_id,
    date: command.date,
    memo: command.reason,
    lines: entry.lines.map((line) => ({ ...line, debit: line.credit, credit: line.debit })),
    reverses_id: entry.id,
  }));
  pms.records.replace('journal_entry', { ...entry, reversed_by_id: id });
  return resultFor('journal_entry', id, { posting: 'posted' });
}
