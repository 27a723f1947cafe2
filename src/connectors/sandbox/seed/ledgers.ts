import type { Lease, LedgerEntry } from '../../../model/records.ts';
import type { Accounts } from './accounts.ts';
import { addDays } from './days.ts';
import type { Layout } from './layout.ts';

type Entry = Pick<LedgerEntry, 'kind' | 'date' | 'amount'> & { memo?: string; code?: string };

/** Months of rent that a current ledger goes back. */
const MONTHS = 3;

/**
 * The ledger of a lease: deposit and rent charged and paid. Past and future residents owe nothing; of the current ones
 * one in twelve has not paid this month, and an eviction has paid nothing for three.
 */
export function addLedger(layout: Layout, accounts: Accounts, lease: Lease): void {
  for (const { code, memo, ...entry } of entriesOf(layout, lease)) {
    const chargeCode = code === undefined ? undefined : accounts.code(code);
    layout.add('ledger_entry', {
      property_id: lease.property_id,
      household_id: lease.household_id,
      lease_id: lease.id,
      unit_id: lease.unit_id,
      ...entry,
      ...(chargeCode && { charge_code_id: chargeCode.id, gl_account_id: chargeCode.gl_account_id }),
      ...(memo !== undefined && { memo }),
      reversed_amount: 0,
    });
  }
}

function entriesOf(layout: Layout, lease: Lease): Entry[] {
  if (lease.status === 'future') return depositPair(lease, layout.days.day(-4));
  if (lease.status === 'past') return [...depositPair(lease, lease.start_date), ...rentPair(lease, lease.start_date)];
  const entries: Entry[] =
    lease.start_date >= layout.days.firstOfMonth(-MONTHS) ? depositPair(lease, lease.start_date) : [];
  const behind = lease.status === 'eviction' || layout.random.chance(1 / 12);
  for (let month = -MONTHS + 1; month <= 0; month += 1) {
    const date = layout.days.firstOfMonth(month);
    if (date < lease.start_date) continue;
    const unpaid = behind && (lease.status === 'eviction' || month === 0);
    entries.push(...(unpaid ? [rentCharge(lease, date)] : rentPair(lease, date)));
  }
  const feeDay = layout.days.firstOfMonth(0).replace(/01$/, '06');
  if (behind && feeDay <= layout.days.day(0)) {
    entries.push({ kind: 'charge', date: feeDay, amount: 7500, code: 'Late fee', memo: 'Late fee' });
  }
  return entries;
}

function rentCharge(lease: Lease, date: string): Entry {
  return { kind: 'charge', date, amount: lease.rent, code: 'Rent', memo: `Rent ${date.slice(0, 7)}` };
}

function rentPair(lease: Lease, date: string): Entry[] {
  return [rentCharge(lease, date), { kind: 'payment', date, amount: -lease.rent, memo: 'Payment, bank transfer' }];
}

function depositPair(lease: Lease, date: string): Entry[] {
  const amount = lease.deposit ?? 0;
  return [
    { kind: 'charge', date: addDays(date, -1), amount, code: 'Security deposit', memo: 'Security deposit' },
    { kind: 'payment', date: addDays(date, -1), amount: -amount, memo: 'Payment, cashier’s check' },
  ];
}
