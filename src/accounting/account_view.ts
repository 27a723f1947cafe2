import * as z from 'zod/v4';
import type { ChargeCode, GlAccount } from '../model/records.ts';
import { checkBilledAccount } from './bill.ts';
import { checkChargeCode } from './charge.ts';
import { checkJournalAccount } from './journal_entry.ts';

export const ACCOUNT_USES = ['resident_charge', 'bill', 'journal_entry'] as const;
export type AccountUse = (typeof ACCOUNT_USES)[number];

/** What postings name: a GL account, or the charge code that a resident is charged under. */
export const AccountView = z.object({
  /** What `post_gl_charge`, `post_vendor_bill` and `post_journal_entry` take as `account_id`. */
  account_id: z.string(),
  kind: z.enum(['gl_account', 'charge_code']),
  number: z.string().optional(),
  name: z.string(),
  type: z.string(),
  /** On a charge code: the account that it posts to. */
  gl_account: z.string().optional(),
  /** Held for the resident as a liability; never income. */
  is_deposit: z.boolean().optional(),
  usable_for: z.array(z.enum(ACCOUNT_USES)),
});
export type AccountView = z.infer<typeof AccountView>;

/** A GL account with what it may be posted to for. `chargeable` is false where the PMS has charge codes instead. */
export function glAccountView(account: GlAccount, ref: (id: string) => string, chargeable: boolean): AccountView {
  const asCode = { charge_code_id: account.id, gl_account_id: account.id };
  const uses: [AccountUse, boolean][] = [
    [
      'resident_charge',
      chargeable && checkChargeCode(asCode, { charge_code: undefined, gl_account: account }) === undefined,
    ],
    ['bill', checkBilledAccount(account, 'account_id') === undefined],
    ['journal_entry', checkJournalAccount(account, 'account_id') === undefined],
  ];
  return {
    account_id: ref(account.id),
    kind: 'gl_account',
    number: account.number,
    name: account.name,
    type: account.type,
    ...(account.role === 'deposit_liability' && { is_deposit: true }),
    usable_for: uses.filter(([, may]) => may).map(([use]) => use),
  };
}

/** A charge code with the account behind it; without that account nobody can be charged under it. */
export function chargeCodeView(
  code: ChargeCode,
  account: GlAccount | undefined,
  ref: (id: string) => string,
): AccountView {
  const wrong = checkChargeCode(
    { charge_code_id: code.id, gl_account_id: code.gl_account_id },
    { charge_code: code, gl_account: account },
  );
  return {
    account_id: ref(code.id),
    kind: 'charge_code',
    name: code.name,
    type: account?.type ?? 'unknown',
    ...(account !== undefined && { gl_account: `${account.number} ${account.name}` }),
    ...(code.is_deposit && { is_deposit: true }),
    usable_for: wrong === undefined ? ['resident_charge'] : [],
  };
}
