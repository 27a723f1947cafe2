import type { Bill, GlAccount, JournalEntry, LedgerEntry } from '../../../../src/model/records.ts';
import { totalOf } from '../compose/money.ts';
import { centsOf } from '../load/words.ts';
import type { BuildiumTables } from '../tables.ts';
import type * as Wire from '../wire.ts';

const ROLES: Readonly<Record<string, GlAccount['role']>> = {
  'Accounts Receivable': 'receivable',
  'Accounts Payable': 'payable',
  'Security Deposit Liability': 'deposit_liability',
  Prepayments: 'prepaid',
};

const roleOf = (account: Wire.GLAccount): GlAccount['role'] =>
  account.IsBankAccount ? 'bank' : ROLES[account.DefaultAccountName ?? ''];

export function accountOf(account: Wire.GLAccount): GlAccount {
  const role = roleOf(account);
  return {
    ...{ id: String(account.Id), number: account.AccountNumber, name: account.Name },
    ...{ type: account.Type.toLowerCase() as GlAccount['type'], is_active: account.IsActive },
    ...(role !== undefined && { role }),
    // There are no charge codes: income is what residents are charged to, and deposits.
    is_chargeable: account.Type === 'Income' || role === 'deposit_liability',
  };
}

const KINDS: Readonly<Partial<Record<Wire.TransactionType, LedgerEntry['kind']>>> = {
  ...{ Charge: 'charge', Payment: 'payment', ElectronicFundsTransfer: 'payment', Credit: 'credit' },
  ...{ ApplyDeposit: 'credit', ReversePayment: 'payment', ReverseElectronicFundsTransfer: 'payment' },
  ...{ UnreversedPayment: 'payment', UnreversedElectronicFundsTransfer: 'payment', Refund: 'payment' },
  ReversedEftRefund: 'payment',
};

/** A transaction of a lease's ledger; undefined for those of no lease. */
export function ledgerEntryOf({ leases, glAccounts }: BuildiumTables, row: Wire.Transaction): LedgerEntry | undefined {
  const kind = KINDS[row.TransactionType];
  const lease = row.LeaseId === null ? undefined : leases.get(row.LeaseId);
  const [line] = row.Lines;
  if (kind === undefined || lease === undefined || line === undefined) return undefined;
  const account = glAccounts.get(line.GLAccountId);
  const isDeposit = kind === 'payment' && account !== undefined && roleOf(account) === 'deposit_liability';
  return {
    ...{ id: String(row.Id), property_id: String(lease.PropertyId), household_id: String(lease.Id) },
    ...{ lease_id: String(lease.Id), unit_id: String(lease.UnitId), kind: isDeposit ? 'deposit_held' : kind },
    ...{ date: row.Date, amount: centsOf(totalOf(row)), gl_account_id: String(line.GLAccountId) },
    ...(row.Memo !== null && { memo: row.Memo }),
    ...(row.BillId !== null && { bill_id: String(row.BillId) }),
    reversed_amount: 0,
  };
}

const APPROVALS = {
  NotNeeded: 'not_needed',
  ApprovalRequired: 'pending',
  Pending: 'pending',
  Approved: 'approved',
  Rejected: 'rejected',
} as const;

export function billOf({ workOrders }: BuildiumTables, bill: Wire.Bill): Bill {
  const order = bill.WorkOrderId === null ? undefined : workOrders.get(bill.WorkOrderId);
  return {
    ...{ id: String(bill.Id), property_id: String(bill.Lines[0]?.EntityId), vendor_id: String(bill.VendorId) },
    ...{ invoice_number: bill.ReferenceNumber ?? '', invoice_date: bill.Date, due_date: bill.DueDate },
    total: centsOf(totalOf(bill)),
    lines: bill.Lines.map(({ GLAccountId, Amount, EntityId, UnitId, Memo }) => ({
      ...{ gl_account_id: String(GLAccountId), amount: centsOf(Amount), property_id: String(EntityId) },
      ...(UnitId !== null && { unit_id: String(UnitId) }),
      ...(Memo !== null && { memo: Memo }),
    })),
    // A work order is known by its task.
    ...(order !== undefined && { work_order_id: String(order.TaskId) }),
    ...{ approval: APPROVALS[bill.ApprovalStatus], paid_amount: centsOf(bill.Paid), file_ids: [] },
    ...(bill.Memo !== null && { memo: bill.Memo }),
  };
}

/** A journal entry of a property; undefined for other transactions and for those of the company. */
export function journalEntryOf(row: Wire.Transaction): JournalEntry | undefined {
  if (row.TransactionType !== 'GeneralJournalEntry' || row.EntityType !== 'Rental') return undefined;
  return {
    ...{ id: String(row.Id), property_id: String(row.Lines[0]?.PropertyId), date: row.Date, memo: row.Memo ?? '' },
    lines: row.Lines.map(({ GLAccountId, Amount, UnitId, Memo }) => ({
      ...{
        gl_account_id: String(GLAccountId),
        debit: Math.max(0, centsOf(Amount)),
        credit: Math.max(0, -centsOf(Amount)),
      },
      ...(UnitId !== null && { unit_id: String(UnitId) }),
      ...(Memo !== null && { memo: Memo }),
    })),
  };
}
