import type { Bill, JournalEntry, Lease, LedgerEntry } from '../../../../src/model/records.ts';
import type { Loading } from './portfolio.ts';
import { accountType, dollars } from './words.ts';

/** The rent that is charged every month, until the last day of a lease that is over. */
function loadRent({ id, portfolio, tables, desk }: Loading, lease: Lease): void {
  const account = portfolio.gl_account.find(({ name }) => name === 'Rent income');
  tables.recurring_charges.insert({
    ...{ Id: desk.ids.uuid('recurring', lease.id), OccupancyId: id('household', lease.household_id) },
    ...{ GlAccountId: id('gl_account', account?.id ?? ''), Amount: lease.rent / 100, Frequency: 'Monthly' },
    ...{ StartDate: lease.start_date, Description: 'Rent', HiddenAt: null },
    EndDate: lease.status === 'past' ? (lease.end_date ?? null) : null,
  });
}

/** What is left to pay of each charge: payments and credits go to the oldest first. */
function openAmounts(entries: readonly LedgerEntry[]): ReadonlyMap<string, number> {
  let paid = entries
    .filter(({ kind }) => kind === 'payment' || kind === 'credit')
    .reduce((sum, { amount }) => sum - amount, 0);
  const charges = entries.filter(({ kind }) => kind === 'charge').toSorted((a, b) => (a.date < b.date ? -1 : 1));
  return new Map(
    charges.map(({ id, amount }) => {
      const part = Math.min(paid, amount);
      paid -= part;
      return [id, amount - part];
    }),
  );
}

function loadCharges({ id, tables }: Loading, entries: readonly LedgerEntry[]): void {
  const open = openAmounts(entries);
  for (const entry of entries) {
    if (entry.kind !== 'charge' || entry.gl_account_id === undefined) continue;
    tables.charges.insert({
      ...{ Id: id('ledger_entry', entry.id), OccupancyId: id('household', entry.household_id) },
      ...{ GlAccountId: id('gl_account', entry.gl_account_id), AmountDue: dollars(open.get(entry.id) ?? 0) },
      ...{ ChargedOn: entry.date, Description: entry.memo ?? '', PropertyId: id('property', entry.property_id) },
    });
  }
}

const APPROVAL = { not_needed: null, pending: 'Pending Approval', approved: 'Approved', rejected: 'On Hold' } as const;

function loadBill({ id, tables }: Loading, bill: Bill): void {
  const property = bill.lines[0]?.property_id ?? bill.property_id;
  tables.bills.insert({
    ...{ Id: id('bill', bill.id), PropertyId: id('property', property), VendorId: id('vendor', bill.vendor_id) },
    ...{ Reference: bill.invoice_number, InvoiceDate: bill.invoice_date, DueDate: bill.due_date },
    ...{ TotalAmount: dollars(bill.total), ApprovalStatus: APPROVAL[bill.approval], Remarks: bill.memo ?? null },
    WorkOrderId: bill.work_order_id === undefined ? null : id('work_order', bill.work_order_id),
    HiddenAt: null,
    LineItems: bill.lines.map(({ gl_account_id, amount, property_id, unit_id, memo }) => ({
      ...{ GlAccountId: id('gl_account', gl_account_id), Amount: dollars(amount), Description: memo ?? null },
      ...{ PropertyId: id('property', property_id), UnitId: unit_id === undefined ? null : id('unit', unit_id) },
    })),
  });
}

function loadEntry({ id, tables }: Loading, entry: JournalEntry): void {
  tables.journal_entries.insert({
    ...{ Id: id('journal_entry', entry.id), PropertyId: id('property', entry.property_id), EntryDate: entry.date },
    ...{ Remarks: entry.memo, HiddenAt: null },
    LineItems: entry.lines.map(({ gl_account_id, debit, credit, memo }) => ({
      GlAccountId: id('gl_account', gl_account_id),
      ...{ Debit: debit > 0 ? dollars(debit) : null, Credit: credit > 0 ? dollars(credit) : null },
      Description: memo ?? null,
    })),
  });
}

/** The chart, what residents owe, bills and journal entries. Payments have no place in the API. */
export function loadMoney(loading: Loading): void {
  const { portfolio, tables, id, desk } = loading;
  for (const account of portfolio.gl_account)
    tables.gl_accounts.insert({
      ...{ Id: id('gl_account', account.id), Number: account.number, AccountName: account.name },
      AccountType: accountType(account),
      HiddenAt: account.is_active ? null : new Date(desk.now()).toISOString(),
    });
  for (const lease of portfolio.lease) loadRent(loading, lease);
  for (const entries of Map.groupBy(portfolio.ledger_entry, ({ household_id }) => household_id).values())
    loadCharges(loading, entries);
  for (const bill of portfolio.bill) loadBill(loading, bill);
  for (const entry of portfolio.journal_entry) loadEntry(loading, entry);
}
