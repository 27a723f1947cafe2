import type { LedgerEntry } from '../model/records.ts';

export interface ResidentLedger {
  /** What was owed before the first line, in cents; negative means credit. */
  opening_balance: number;
  lines: { entry: LedgerEntry; balance: number }[];
  closing_balance: number;
  /** Held for the resident and owed back: never part of the balance. */
  deposits_held: number;
}

/** On one day charges come before credits and payments, so that a rent paid on the first is never shown as a credit. */
const ORDER: Readonly<Record<LedgerEntry['kind'], number>> = { charge: 0, credit: 1, payment: 2, deposit_held: 3 };

/**
 * A household's ledger with its running balance, oldest first. With `from` the entries before it are summed up in the
 * opening balance; those after `to` are left out altogether, deposits too. The order in which entries come is of no
 * account.
 */
export function runningLedger(
  entries: readonly LedgerEntry[],
  range: { from?: string; to?: string } = {},
): ResidentLedger {
  const known = entries.filter((entry) => range.to === undefined || entry.date <= range.to).sort(compareEntries);
  const ledger: ResidentLedger = { opening_balance: 0, lines: [], closing_balance: 0, deposits_held: 0 };
  for (const entry of known) {
    if (entry.kind === 'deposit_held') {
      ledger.deposits_held += entry.amount;
      continue;
    }
    ledger.closing_balance += entry.amount;
    if (range.from !== undefined && entry.date < range.from) ledger.opening_balance = ledger.closing_balance;
    else ledger.lines.push({ entry, balance: ledger.closing_balance });
  }
  return ledger;
}

function compareEntries(a: LedgerEntry, b: LedgerEntry): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1;
  return ORDER[a.kind] - ORDER[b.kind] || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
