import * as z from 'zod/v4';
import { formatAmount } from '../model/money.ts';
import type { Bill, JournalEntry, LedgerEntry } from '../model/records.ts';
import { isReversed, type DuplicateBills } from './duplicate_bills.ts';
import { chargeStates, journalEntryStates, type PostingState } from './posting_state.ts';
import type { WorkOrderMatch } from './work_order_match.ts';

/** A bill that may be the same invoice as another one, and why. */
export const SuspectView = z.object({
  bill_id: z.string(),
  invoice_number: z.string(),
  invoice_date: z.string(),
  total: z.string(),
  reasons: z.array(z.string()),
});
export type SuspectView = z.infer<typeof SuspectView>;

/** How a bill fits the work that was ordered. */
export const MatchView = z.object({
  status: z.enum(['matched', 'over_budget', 'amount_variance', 'no_work_order', 'duplicate']),
  work_order_id: z.string().optional(),
  /** What was approved for the work order: its approved estimate, else its not-to-exceed limit. */
  approved: z.string().optional(),
  /** What was billed for it, this bill included. */
  billed: z.string().optional(),
  other_vendor: z.boolean().optional(),
  suggested_work_order_id: z.string().optional(),
});
export type MatchView = z.infer<typeof MatchView>;

/** A bill, charge or journal entry in a result. Absent fields do not apply or are not known. */
export const PostingView = z.object({
  posting_id: z.string(),
  kind: z.enum(['bill', 'charge', 'credit', 'journal_entry']),
  property_id: z.string(),
  date: z.string(),
  /** A journal entry's is the sum of its debits. */
  amount: z.string(),
  states: z.array(z.string()),
  memo: z.string().optional(),
  vendor_id: z.string().optional(),
  vendor: z.string().optional(),
  invoice_number: z.string().optional(),
  due_date: z.string().optional(),
  paid: z.string().optional(),
  match: MatchView.optional(),
  suspected_duplicates: z.array(SuspectView).optional(),
  lease_id: z.string().optional(),
  unit_id: z.string().optional(),
  account_id: z.string().optional(),
  work_order_id: z.string().optional(),
  /** On a charge: the bill that it passes on. */
  bill_id: z.string().optional(),
  /** What `reverse_posting` can still take back; absent where nothing is left. */
  left_to_reverse: z.string().optional(),
  reverses_id: z.string().optional(),
  reversed_by_id: z.string().optional(),
});
export type PostingView = z.infer<typeof PostingView>;

type Ref = (id: string) => string;

/** The fields that are ids, as tools give them; absent ones stay absent. */
function refs<T extends Record<string, string | undefined>>(ref: Ref, ids: T): { [K in keyof T]?: string } {
  const known = Object.entries(ids).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(known.map(([field, id]) => [field, ref(id)])) as { [K in keyof T]?: string };
}

/** What is to be said of a bill beyond the record: its states, and what it was compared with. */
export interface BillWords {
  ref: Ref;
  states: readonly PostingState[];
  vendor?: string | undefined;
  match?: WorkOrderMatch | undefined;
  duplicates?: DuplicateBills | undefined;
}

export function billView(bill: Bill, words: BillWords): PostingView {
  const { ref, match, duplicates } = words;
  const suspects = duplicates === undefined ? [] : suspectViews(duplicates, ref);
  return {
    posting_id: ref(bill.id),
    kind: 'bill',
    ...refs(ref, { work_order_id: bill.work_order_id }),
    property_id: ref(bill.property_id),
    date: bill.invoice_date,
    amount: formatAmount(bill.total),
    states: [...words.states],
    ...(bill.memo !== undefined && { memo: bill.memo }),
    vendor_id: ref(bill.vendor_id),
    ...(words.vendor !== undefined && { vendor: words.vendor }),
    invoice_number: bill.invoice_number,
    due_date: bill.due_date,
    paid: formatAmount(bill.paid_amount),
    ...(match !== undefined && { match: matchView(match, ref) }),
    ...(suspects.length > 0 && { suspected_duplicates: suspects }),
    ...(!isReversed(bill) && bill.paid_amount === 0 && { left_to_reverse: formatAmount(bill.total) }),
    ...refs(ref, { reverses_id: bill.reverses_id, reversed_by_id: bill.reversed_by_id }),
  };
}

/** A charge, or the credit that takes one back. */
export function chargeView(entry: LedgerEntry, ref: Ref): PostingView {
  const left = entry.kind === 'charge' ? entry.amount - entry.reversed_amount : 0;
  return {
    posting_id: ref(entry.id),
    kind: entry.kind === 'charge' ? 'charge' : 'credit',
    property_id: ref(entry.property_id),
    date: entry.date,
    amount: formatAmount(entry.amount),
    states: chargeStates(entry),
    ...(entry.memo !== undefined && { memo: entry.memo }),
    ...refs(ref, {
      lease_id: entry.lease_id,
      unit_id: entry.unit_id,
      account_id: entry.charge_code_id ?? entry.gl_account_id,
      work_order_id: entry.work_order_id,
      bill_id: entry.bill_id,
      reverses_id: entry.reverses_id,
    }),
    ...(left > 0 && { left_to_reverse: formatAmount(left) }),
  };
}

export function journalEntryView(entry: JournalEntry, ref: Ref): PostingView {
  const states = journalEntryStates(entry);
  const amount = formatAmount(entry.lines.reduce((sum, line) => sum + line.debit, 0));
  return {
    posting_id: ref(entry.id),
    kind: 'journal_entry',
    property_id: ref(entry.property_id),
    date: entry.date,
    amount,
    states,
    memo: entry.memo,
    ...(states.length === 0 && { left_to_reverse: amount }),
    ...refs(ref, { reverses_id: entry.reverses_id, reversed_by_id: entry.reversed_by_id }),
  };
}

export function matchView(match: WorkOrderMatch, ref: Ref): MatchView {
  const { approved, billed, other_vendor } = match;
  return {
    status: match.status,
    ...(approved !== undefined && { approved: formatAmount(approved) }),
    ...(billed !== undefined && { billed: formatAmount(billed) }),
    ...(other_vendor !== undefined && { other_vendor }),
    ...refs(ref, {
      work_order_id: match.work_order_id,
      suggested_work_order_id: match.suggested_work_order_id,
    }),
  };
}

/** Bills that may repeat one, the surest first. */
export function suspectViews({ exact, suspected }: DuplicateBills, ref: Ref): SuspectView[] {
  return [...exact.map((bill) => ({ bill, reasons: ['same_number'] })), ...suspected].map(({ bill, reasons }) => ({
    bill_id: ref(bill.id),
    invoice_number: bill.invoice_number,
    invoice_date: bill.invoice_date,
    total: formatAmount(bill.total),
    reasons,
  }));
}
