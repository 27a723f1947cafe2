import type { CommandOf } from '../model/commands.ts';
import { formatAmount } from '../model/money.ts';
import type { GlAccount, Property, Unit } from '../model/records.ts';
import type { Refusal } from '../model/refusal.ts';
import { checkPostingDate } from './posting_date.ts';
import { checkText, DEFAULT_TEXT_LIMITS, refusePosting } from './posting_input.ts';

/** What is known about a journal entry, by id, read from the PMS right before it is judged. */
export interface JournalFacts {
  property: Property;
  units: ReadonlyMap<string, Unit>;
  gl_accounts: ReadonlyMap<string, GlAccount>;
  today: string;
  memo_max?: number;
}

type JournalInput = Omit<CommandOf<'post_journal_entry'>, 'kind'>;
type Line = JournalInput['lines'][number];

/** Accounts with a ledger behind them, and what to use instead of a journal entry, which would set the two apart. */
const KEPT_BY_LEDGERS: Readonly<Partial<Record<NonNullable<GlAccount['role']>, string>>> = {
  bank: 'Money is moved between bank accounts by a person.',
  receivable: 'Charge a resident with post_gl_charge, take it back with reverse_posting.',
  payable: 'Enter a bill with post_vendor_bill, take it back with reverse_posting.',
};

/** Whether a journal entry may be posted: balanced, one side per line, and none of the accounts that ledgers stand behind. */
export function checkJournalEntry(entry: JournalInput, facts: JournalFacts): Refusal | undefined {
  const memo_max = facts.memo_max ?? DEFAULT_TEXT_LIMITS.journal_memo;
  if (entry.lines.length < 2) {
    return refusePosting(
      'invalid_input',
      'lines',
      'A journal entry has at least two lines',
      'Add the line on the other side.',
    );
  }
  for (const [i, line] of entry.lines.entries()) {
    const wrong = checkLine(line, facts, `lines.${i}`) ?? checkText(line.memo, `lines.${i}.memo`, memo_max, false);
    if (wrong) return wrong;
  }
  return (
    checkBalance(entry.lines) ??
    checkDeposits(entry.lines, facts.gl_accounts) ??
    checkText(entry.memo, 'memo', memo_max, true) ??
    checkPostingDate(facts.property, entry.date, facts.today, 'entry_date')
  );
}

/** Whether a journal line may name an account. */
export function checkJournalAccount(account: GlAccount | undefined, field: string): Refusal | undefined {
  const find = 'Take an account from list_gl_accounts with usage "journal_entry".';
  if (!account) return refusePosting('not_found', field, 'There is no such GL account', find);
  if (!account.is_active) return refusePosting('invalid_input', field, 'This GL account is inactive', find);
  const instead = account.role && KEPT_BY_LEDGERS[account.role];
  if (!instead) return undefined;
  return refusePosting('not_permitted', field, `A journal entry never touches a ${account.role} account`, instead);
}

function checkLine(line: Line, facts: JournalFacts, field: string): Refusal | undefined {
  const wrong = checkJournalAccount(facts.gl_accounts.get(line.gl_account_id), `${field}.account_id`);
  if (wrong) return wrong;
  const sides = [line.debit, line.credit].filter((amount) => amount !== 0);
  if (sides.length !== 1 || !Number.isSafeInteger(sides[0]) || sides[0]! < 0) {
    return refusePosting(
      'invalid_input',
      field,
      'Each line has either a debit or a credit, above zero',
      'Give exactly one of the two.',
    );
  }
  if (line.unit_id === undefined || facts.units.get(line.unit_id)?.property_id === facts.property.id) return undefined;
  return refusePosting(
    'not_found',
    `${field}.unit_id`,
    'There is no such unit at this property',
    'Find it with search_portfolio.',
  );
}

function checkBalance(lines: readonly Line[]): Refusal | undefined {
  const debits = lines.reduce((sum, line) => sum + line.debit, 0);
  const credits = lines.reduce((sum, line) => sum + line.credit, 0);
  if (debits === credits) return undefined;
  return refusePosting(
    'invalid_input',
    'lines',
    `Debits are ${formatAmount(debits)} and credits ${formatAmount(credits)}`,
    'Correct the line that is wrong; do not add one to make up the difference.',
    { debits: formatAmount(debits), credits: formatAmount(credits) },
  );
}

/**
 * Deposits are the residents' money. A journal entry may move them between deposit accounts only: to income directly is
 * forbidden, and so is every account on the way there.
 */
function checkDeposits(lines: readonly Line[], accounts: ReadonlyMap<string, GlAccount>): Refusal | undefined {
  const deposit = lines.map((line) => accounts.get(line.gl_account_id)?.role === 'deposit_liability');
  if (!deposit.includes(true) || !deposit.includes(false)) return undefined;
  return refusePosting(
    'not_permitted',
    `lines.${deposit.indexOf(true)}.account_id`,
    'Deposits are held for the residents and are moved only between deposit accounts',
    'Hand over with escalate_to_staff: a person applies or refunds a deposit.',
  );
}
