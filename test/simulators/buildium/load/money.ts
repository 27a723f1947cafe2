import type { Bill, GlAccount, JournalEntry, LedgerEntry } from '../../../../src/model/records.ts';
import { LEDGER_SIGN } from '../operations/lease_ledger.ts';
import type * as Wire from '../wire.ts';
import type { Loading } from './context.ts';
import { dollars } from './words.ts';

const TYPES = {
  asset: 'Asset',
  liability: 'Liability',
  equity: 'Equity',
  income: 'Income',
  expense: 'Expense',
} as const;
const SUB_TYPES = {
  asset: 'CurrentAsset',
  liability: 'CurrentLiability',
  equity: 'Equity',
  income: 'Income',
  expense: 'OperatingExpenses',
} as const;

/** The original names of the accounts that every company has. */
const DEFAULT_NAMES = {
  bank: null,
  receivable: 'Accounts Receivable',
  payable: 'Accounts Payable',
  deposit_liability: 'Security Deposit Liability',
  prepaid: 'Prepayments',
} as const;

function loadAccount({ id, tables }: Loading, account: GlAccount, rentAccount: string | undefined): void {
  const { role, type } = account;
  const name = account.id === rentAccount ? 'Rent Income' : role === undefined ? null : DEFAULT_NAMES[role];
  tables.glAccounts.insert({
    ...{ Id: id('glAccount', account.id), AccountNumber: account.number, Name: account.name, Description: null },
    ...{ Type: TYPES[type], SubType: SUB_TYPES[type], IsDefaultGLAccount: name !== null, DefaultAccountName: name },
    ...{ IsContraAccount: false, IsBankAccount: role === 'bank', CashFlowClassification: null },
    ...{ ExcludeFromCashBalances: false, SubAccounts: [], IsActive: account.is_active, ParentGLAccountId: null },
    IsCreditCardAccount: false,
  });
}

const KINDS = { charge: 'Charge', payment: 'Payment', credit: 'Credit', deposit_held: 'Payment' } as const;

function loadEntry({ id, tables }: Loading, entry: LedgerEntry, rentAccount: string): void {
  if (entry.lease_id === undefined) return;
  const type = KINDS[entry.kind];
  const line: Wire.TransactionLine = {
    ...{ GLAccountId: id('glAccount', entry.gl_account_id ?? rentAccount), ReferenceNumber: null, Memo: null },
    Amount: LEDGER_SIGN[type] * dollars(Math.abs(entry.amount)),
    ...{
      PropertyId: id('rental', entry.property_id),
      UnitId: entry.unit_id === undefined ? null : id('unit', entry.unit_id),
    },
  };
  tables.transactions.insert(
    {
      ...{ Id: id('transaction', `entry/${entry.id}`), Date: entry.date, TransactionType: type },
      ...{ LeaseId: id('lease', entry.lease_id), PayeeTenantId: null, EntityType: 'Rental' },
      PaymentMethod: type === 'Payment' ? 'ElectronicPayment' : null,
      BillId: entry.bill_id === undefined ? null : id('transaction', `bill/${entry.bill_id}`),
      ...{ Memo: entry.memo?.slice(0, 65) ?? null, Lines: [line] },
    },
    { created: Date.parse(entry.date) },
  );
}

function loadJournal({ id, tables }: Loading, entry: JournalEntry): void {
  const PropertyId = id('rental', entry.property_id);
  tables.transactions.insert(
    {
      ...{ Id: id('transaction', `journal/${entry.id}`), Date: entry.date, TransactionType: 'GeneralJournalEntry' },
      ...{ LeaseId: null, PayeeTenantId: null, PaymentMethod: null, BillId: null, EntityType: 'Rental' },
      Memo: entry.memo.slice(0, 240),
      Lines: entry.lines.map(({ gl_account_id, debit, credit, unit_id, memo }) => ({
        ...{ GLAccountId: id('glAccount', gl_account_id), Amount: dollars(debit - credit), ReferenceNumber: null },
        ...{ Memo: memo ?? null, PropertyId, UnitId: unit_id === undefined ? null : id('unit', unit_id) },
      })),
    },
    { created: Date.parse(entry.date) },
  );
}

const APPROVALS = { not_needed: 'NotNeeded', pending: 'Pending', approved: 'Approved', rejected: 'Rejected' } as const;

function loadBill({ id, next, tables }: Loading, bill: Bill): void {
  const task = bill.work_order_id === undefined ? undefined : id('task', bill.work_order_id);
  const workOrder = task === undefined ? undefined : tables.workOrders.where('task', task)[0];
  tables.bills.insert(
    {
      ...{ Id: id('transaction', `bill/${bill.id}`), Date: bill.invoice_date, DueDate: bill.due_date },
      PaidDate: bill.paid_amount >= bill.total ? bill.due_date : null,
      ...{ Memo: bill.memo?.slice(0, 245) ?? null, VendorId: id('vendor', bill.vendor_id) },
      ...{ WorkOrderId: workOrder?.row.Id ?? null, ReferenceNumber: bill.invoice_number.slice(0, 40) },
      ApprovalStatus: APPROVALS[bill.approval],
      Lines: bill.lines.map(({ gl_account_id, amount, property_id, unit_id, memo }) => ({
        ...{ Id: next('billLine'), EntityId: id('rental', property_id), EntityType: 'Rental', Markup: null },
        ...{ UnitId: unit_id === undefined ? null : id('unit', unit_id), GLAccountId: id('glAccount', gl_account_id) },
        ...{ Amount: dollars(amount), Memo: memo?.slice(0, 240) ?? null },
      })),
      ...{ Paid: dollars(bill.paid_amount), PendingEft: false },
    },
    { created: Date.parse(bill.invoice_date) },
  );
}

/** The chart of accounts, lease ledgers, bills and journal entries. */
export function loadMoney(loading: Loading): void {
  const { portfolio } = loading;
  const rentCode = portfolio.charge_code.find(({ name }) => name === 'Rent');
  const income = portfolio.gl_account.find(({ type }) => type === 'income');
  const rentAccount = rentCode?.gl_account_id ?? income?.id ?? '';
  for (const account of portfolio.gl_account) loadAccount(loading, account, rentAccount);
  for (const entry of portfolio.ledger_entry) loadEntry(loading, entry, rentAccount);
  for (const bill of portfolio.bill) loadBill(loading, bill);
  for (const entry of portfolio.journal_entry) loadJournal(loading, entry);
}
