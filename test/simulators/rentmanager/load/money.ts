import type { LedgerEntry } from '../../../../src/model/records.ts';
import { ACCOUNT_TYPES } from '../words.ts';
import { dollars, midnight, type Loading } from './context.ts';

export function loadAccounts(loading: Loading): void {
  for (const one of loading.portfolio.gl_account) {
    const kind = one.role !== undefined && one.role in ACCOUNT_TYPES ? (one.role as 'bank') : one.type;
    loading.put('GLAccounts', {
      ...{ GLAccountID: loading.id('GLAccounts', one.id), Name: one.name, Reference: one.number },
      ...{ GLAccountType: ACCOUNT_TYPES[kind], IsActive: one.is_active, IsParent: false },
    });
  }
  for (const one of loading.portfolio.charge_code) {
    const ChargeTypeID = loading.id('ChargeTypes', one.id);
    const GLAccountID = loading.id('GLAccounts', one.gl_account_id);
    loading.put('ChargeTypes', { ChargeTypeID, Name: one.name, GLAccountID, IsActive: one.is_active });
    if (one.is_deposit)
      loading.put('SecurityDepositTypes', {
        ...{ SecurityDepositTypeID: loading.next('SecurityDepositTypes'), ChargeTypeID, Description: one.name },
      });
  }
}

const TABLES = { charge: 'Charges', payment: 'Payments', credit: 'Credits' } as const;

export function loadLedgers(loading: Loading): void {
  for (const one of loading.portfolio.ledger_entry) {
    if (one.kind === 'deposit_held') continue;
    const table = TABLES[one.kind];
    loading.put(table, {
      ...{ ID: loading.id(table, one.id), AccountID: loading.id('Tenants', one.household_id), AccountType: 'Tenant' },
      ...{ Amount: dollars(Math.abs(one.amount)), TransactionDate: midnight(one.date), Comment: one.memo },
      ...placeOf(loading, one),
    });
  }
}

function placeOf(loading: Loading, one: LedgerEntry) {
  const PropertyID = loading.id('Properties', one.property_id);
  const UnitID = one.unit_id === undefined ? undefined : loading.id('Units', one.unit_id);
  // A payment stands at no place of its own; what it is allocated to does.
  if (one.kind === 'payment') return { Allocations: [{ PropertyID, UnitID, Amount: dollars(-one.amount) }] };
  const code = one.charge_code_id;
  return {
    ...{ PropertyID, UnitID, ChargeTypeID: code === undefined ? undefined : loading.id('ChargeTypes', code) },
    ...(one.kind === 'credit' && {
      Allocations:
        one.reverses_id === undefined
          ? []
          : [{ ChargeID: loading.id('Charges', one.reverses_id), Amount: dollars(-one.amount), PropertyID }],
    }),
  };
}

export function loadBills(loading: Loading): void {
  for (const one of loading.portfolio.bill)
    loading.put('Bills', {
      ...{ ID: loading.id('Bills', one.id), AccountID: loading.id('Vendors', one.vendor_id), AccountType: 'Vendor' },
      ...{ Reference: one.invoice_number, Amount: dollars(one.total), AmountAllocated: dollars(one.paid_amount) },
      ...{ TransactionDate: midnight(one.invoice_date), PostDate: midnight(one.invoice_date) },
      ...{ DueDate: midnight(one.due_date), IsApproved: one.approval !== 'pending', Comment: one.memo },
      BillDetails: one.lines.map((line) => ({
        ...{
          GLAccountID: loading.id('GLAccounts', line.gl_account_id),
          PropertyID: loading.id('Properties', line.property_id),
        },
        ...(line.unit_id !== undefined && { UnitID: loading.id('Units', line.unit_id) }),
        ...{ Amount: dollars(line.amount), ...(line.memo !== undefined && { Comment: line.memo }) },
      })),
    });
}

/** Debits are positive in this company's books. */
export function loadJournals(loading: Loading): void {
  for (const one of loading.portfolio.journal_entry)
    loading.put('Journals', {
      ...{ JournalID: loading.id('Journals', one.id), Comment: one.memo, TransactionDate: midnight(one.date) },
      ...(one.reverses_id !== undefined && { Reference: `REV-${loading.id('Journals', one.reverses_id)}` }),
      Details: one.lines.map((line) => ({
        ...{
          GLAccountID: loading.id('GLAccounts', line.gl_account_id),
          PropertyID: loading.id('Properties', one.property_id),
        },
        ...{ Amount: dollars(line.debit - line.credit), ...(line.memo !== undefined && { Comment: line.memo }) },
      })),
    });
}
