import type { CommandOf } from '../model/commands.ts';
import { formatAmount } from '../model/money.ts';
import type { Bill, ChargeCode, GlAccount, Lease, LedgerEntry, Property } from '../model/records.ts';
import type { Refusal } from '../model/refusal.ts';
import { isReversed } from './duplicate_bills.ts';
import { checkPostingDate } from './posting_date.ts';
import { checkAmount, checkText, DEFAULT_TEXT_LIMITS, refusePosting } from './posting_input.ts';

/** What is known about a charge, read from the PMS right before it is judged. Absent means that the PMS has none. */
export interface ChargeFacts {
  property: Property;
  lease: Lease | undefined;
  charge_code: ChargeCode | undefined;
  gl_account: GlAccount | undefined;
  /** The bill that is passed on, where the charge names one. */
  bill?: Bill | undefined;
  /** Charges that already pass on parts of that bill. */
  charge_backs?: readonly LedgerEntry[];
  /** The property's own day. */
  today: string;
  memo_max?: number;
}

type Charge = Omit<CommandOf<'post_charge'>, 'kind'>;

/** Whether a resident may be charged: the lease runs, the code is chargeable, the period is open, a bill is not passed on twice. */
export function checkCharge(charge: Charge, facts: ChargeFacts): Refusal | undefined {
  return (
    checkLease(charge, facts) ??
    checkAmount(charge.amount, 'amount') ??
    checkChargeCode(charge, facts) ??
    checkText(charge.memo, 'memo', facts.memo_max ?? DEFAULT_TEXT_LIMITS.charge_memo, true) ??
    checkPostingDate(facts.property, charge.date, facts.today, 'charge_date') ??
    checkChargeBack(charge, facts)
  );
}

function checkLease(charge: Charge, { lease, property }: ChargeFacts): Refusal | undefined {
  if (!lease || lease.property_id !== property.id || lease.household_id !== charge.household_id) {
    return refusePosting('not_found', 'lease_id', 'There is no such lease here', 'Find it with list_leases.');
  }
  if (lease.status !== 'past' && lease.status !== 'cancelled') return undefined;
  return refusePosting(
    'conflict',
    'lease_id',
    `This lease is ${lease.status}`,
    'Find the current lease with list_leases; what a former resident owes is settled by a person with the deposit.',
  );
}

/** Roles that no resident charge may name; the PMS moves these accounts itself. */
const NEVER_CHARGED: readonly GlAccount['role'][] = ['bank', 'receivable', 'payable'];

/** Whether residents may be charged to a code, or to an account where the PMS has no codes. */
export function checkChargeCode(
  charge: Pick<Charge, 'charge_code_id' | 'gl_account_id'>,
  { charge_code: code, gl_account: account }: Pick<ChargeFacts, 'charge_code' | 'gl_account'>,
): Refusal | undefined {
  const next = 'Take a code from list_gl_accounts with usage "resident_charge".';
  const refuse = (kind: Refusal['code'], reason: string) => refusePosting(kind, 'account_id', reason, next);
  if (!account || (!code && !account.is_chargeable)) return refuse('not_found', 'Residents cannot be charged to this');
  if (code && code.gl_account_id !== account.id) {
    return refuse('conflict', 'The charge code now belongs to another GL account');
  }
  if (charge.gl_account_id !== account.id || (code && charge.charge_code_id !== code.id)) {
    return refuse('conflict', 'The charge names another code than the one that was looked up');
  }
  if (!account.is_active || code?.is_active === false)
    return refuse('invalid_input', 'This charge code is no longer in use');
  if (NEVER_CHARGED.includes(account.role)) {
    return refuse('not_permitted', `A resident is never charged to a ${account.role} account`);
  }
  const deposit_account = account.role === 'deposit_liability';
  if (code?.is_deposit && !deposit_account) {
    return refuse('not_permitted', 'A deposit is held as a liability and this code would book it elsewhere');
  }
  if (code && !code.is_deposit && deposit_account) {
    return refuse('not_permitted', 'Only a deposit may be booked to the deposit liability');
  }
  return undefined;
}

/** What of a bill has been passed on to residents, in cents: its charges without what was taken back. */
export function chargedBack(bill_id: string, charges: readonly LedgerEntry[]): number {
  return charges
    .filter((entry) => entry.kind === 'charge' && entry.bill_id === bill_id)
    .reduce((sum, entry) => sum + entry.amount - entry.reversed_amount, 0);
}

function checkChargeBack(charge: Charge, { bill, charge_backs = [], property }: ChargeFacts): Refusal | undefined {
  if (charge.bill_id === undefined) return undefined;
  if (!bill || bill.id !== charge.bill_id || !bill.lines.some((line) => line.property_id === property.id)) {
    return refusePosting('not_found', 'bill_id', 'This property has no such bill', 'Find it with list_postings.');
  }
  if (isReversed(bill)) {
    return refusePosting(
      'conflict',
      'bill_id',
      'This bill was reversed',
      'Find the bill that replaced it with list_postings.',
    );
  }
  const left = bill.total - chargedBack(bill.id, charge_backs);
  if (charge.amount <= left) return undefined;
  return refusePosting(
    'invalid_input',
    'amount',
    `Of this bill of ${formatAmount(bill.total)} only ${formatAmount(Math.max(0, left))} is left to pass on`,
    left > 0 ? `Charge at most ${formatAmount(left)}.` : 'See the charges that already pass it on with list_postings.',
    { bill_total: formatAmount(bill.total), left: formatAmount(Math.max(0, left)) },
  );
}
