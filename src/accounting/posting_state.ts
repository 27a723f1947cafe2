import type { Bill, JournalEntry, LedgerEntry } from '../model/records.ts';
import { isReversed, type DuplicateBills } from './duplicate_bills.ts';
import type { WorkOrderMatch } from './work_order_match.ts';

export const POSTING_STATES = [
  'awaiting_approval',
  'unpaid',
  'paid',
  'reversed',
  'partly_reversed',
  'no_work_order',
  'amount_differs',
  'suspected_duplicate',
] as const;
export type PostingState = (typeof POSTING_STATES)[number];

/** Everything that is true of a bill at once. A reversed bill is only that: nothing is to be done about it. */
export function billStates(bill: Bill, match: WorkOrderMatch, duplicates: DuplicateBills): PostingState[] {
  if (isReversed(bill)) return ['reversed'];
  const found: [PostingState, boolean][] = [
    ['awaiting_approval', bill.approval === 'pending'],
    ['paid', bill.paid_amount >= bill.total],
    ['unpaid', bill.paid_amount < bill.total],
    ['no_work_order', match.status === 'no_work_order'],
    ['amount_differs', match.status === 'over_budget' || match.status === 'amount_variance'],
    ['suspected_duplicate', duplicates.exact.length + duplicates.suspected.length > 0],
  ];
  return found.filter(([, applies]) => applies).map(([state]) => state);
}

/** Whether a charge was taken back. Whether it is paid is a question of the ledger's balance, not of one charge. */
export function chargeStates(charge: LedgerEntry): PostingState[] {
  if (charge.reversed_amount === 0) return [];
  return [charge.reversed_amount >= charge.amount ? 'reversed' : 'partly_reversed'];
}

export function journalEntryStates(entry: JournalEntry): PostingState[] {
  return entry.reversed_by_id !== undefined || entry.reverses_id !== undefined ? ['reversed'] : [];
}
