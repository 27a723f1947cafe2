import * as z from 'zod/v4';
import { formatAmount } from '../model/money.ts';
import type { ChargeCode, LedgerEntry } from '../model/records.ts';

/** One line of a resident ledger, with what was owed after it. Credits and payments are negative. */
export const LedgerLineView = z.object({
  /** What `reverse_posting` takes, where `left_to_reverse` is given. */
  posting_id: z.string(),
  date: z.string(),
  kind: z.enum(['charge', 'payment', 'credit', 'deposit_held']),
  amount: z.string(),
  balance: z.string(),
  account: z.string().optional(),
  memo: z.string().optional(),
  bill_id: z.string().optional(),
  work_order_id: z.string().optional(),
  reverses_id: z.string().optional(),
  left_to_reverse: z.string().optional(),
});
export type LedgerLineView = z.infer<typeof LedgerLineView>;

export function ledgerLineView(
  { entry, balance }: { entry: LedgerEntry; balance: number },
  codes: ReadonlyMap<string, ChargeCode>,
  ref: (id: string) => string,
): LedgerLineView {
  const left = entry.kind === 'charge' ? entry.amount - entry.reversed_amount : 0;
  const account = entry.charge_code_id === undefined ? undefined : codes.get(entry.charge_code_id)?.name;
  return {
    posting_id: ref(entry.id),
    date: entry.date,
    kind: entry.kind,
    amount: formatAmount(entry.amount),
    balance: formatAmount(balance),
    ...(account !== undefined && { account }),
    ...(entry.memo !== undefined && { memo: entry.memo }),
    ...(entry.bill_id !== undefined && { bill_id: ref(entry.bill_id) }),
    ...(entry.work_order_id !== undefined && { work_order_id: ref(entry.work_order_id) }),
    ...(entry.reverses_id !== undefined && { reverses_id: ref(entry.reverses_id) }),
    ...(left > 0 && { left_to_reverse: formatAmount(left) }),
  };
}

/** What is known of a household's deposit: never part of what is owed. */
export const DepositView = z.object({
  /** Held for the resident, by the entries that say so; absent where the PMS keeps none. */
  held: z.string().optional(),
  /** Charged as deposit in this ledger, less what was taken back. */
  charged: z.string(),
  /** What the lease asks for. */
  agreed: z.string().optional(),
});
export type DepositView = z.infer<typeof DepositView>;

export function depositView(
  entries: readonly LedgerEntry[],
  codes: ReadonlyMap<string, ChargeCode>,
  agreed: number | undefined,
): DepositView {
  const held = entries.filter(({ kind }) => kind === 'deposit_held');
  const charged = entries.filter(
    ({ kind, charge_code_id: code }) => kind === 'charge' && code !== undefined && codes.get(code)?.is_deposit === true,
  );
  return {
    ...(held.length > 0 && { held: formatAmount(held.reduce((sum, { amount }) => sum + amount, 0)) }),
    charged: formatAmount(charged.reduce((sum, entry) => sum + entry.amount - entry.reversed_amount, 0)),
    ...(agreed !== undefined && { agreed: formatAmount(agreed) }),
  };
}
