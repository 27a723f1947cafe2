import { checkJournalEntry } from '../accounting/journal_entry.ts';
import type { CommandOf } from '../model/commands.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import { enforce, freshById, idOf, recordsOf } from './posting_facts.ts';

/** A journal entry as it is asked for; records are named by their refs. */
export interface JournalRequest {
  property: string;
  date: string;
  memo: string;
  lines: readonly {
    account: string;
    debit: number;
    credit: number;
    unit?: string | undefined;
    memo?: string | undefined;
  }[];
}

export interface JournalPlan {
  command: CommandOf<'post_journal_entry'>;
  property: Found<'property'>;
  /** The sum of the debits, in cents. */
  amount: number;
}

/** Judges a journal entry on what the PMS says now. Throws `CaretakerError` where the rules do not allow it. */
export async function planJournalEntry(call: Call, request: JournalRequest): Promise<JournalPlan> {
  const property = await call.records.fresh('property', request.property, 'property_id');
  const [accounts, units] = await Promise.all([
    freshById(
      call,
      property,
      'gl_account',
      request.lines.map(({ account }) => account),
    ),
    freshById(
      call,
      property,
      'unit',
      request.lines.flatMap(({ unit }) => unit ?? []),
    ),
  ]);
  const command: CommandOf<'post_journal_entry'> = {
    kind: 'post_journal_entry',
    property_id: property.record.id,
    date: request.date,
    memo: request.memo,
    lines: request.lines.map(({ account, debit, credit, unit, memo }) => ({
      gl_account_id: idOf(accounts, account),
      debit,
      credit,
      ...(unit !== undefined && { unit_id: idOf(units, unit) }),
      ...(memo !== undefined && { memo }),
    })),
  };
  enforce(
    checkJournalEntry(command, {
      property: property.record,
      units: recordsOf(units),
      gl_accounts: recordsOf(accounts),
      today: call.today(property),
    }),
  );
  return { command, property, amount: command.lines.reduce((sum, { debit }) => sum + debit, 0) };
}
