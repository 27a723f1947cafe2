import type { SandboxState } from '../../../../src/connectors/sandbox/connector.ts';
import type { Bill, GlAccount, JournalEntry, LedgerEntry } from '../../../../src/model/records.ts';
import type { World } from '../../shared/vendor.ts';
import { centsOf, TYPE_OF_ACCOUNT } from '../load/words.ts';
import type { AppfolioTables, Row } from '../tables.ts';

function accountOf(row: Row): GlAccount {
  const word = String(row['AccountType']);
  const type = TYPE_OF_ACCOUNT[word] ?? 'asset';
  return {
    ...{ id: row.Id, number: String(row['Number']), name: String(row['AccountName']), type },
    ...{ is_active: row['HiddenAt'] === null, is_chargeable: type === 'income' },
    ...(word === 'CashGlAccount' && { role: 'bank' as const }),
  };
}

function chargeOf(row: Row): LedgerEntry {
  const account = String(row['GlAccountId']);
  return {
    ...{ id: row.Id, property_id: String(row['PropertyId']), household_id: String(row['OccupancyId']) },
    ...{ kind: 'charge', date: String(row['ChargedOn']), amount: centsOf(row['AmountDue']) },
    ...{ gl_account_id: account, charge_code_id: account, memo: String(row['Description']), reversed_amount: 0 },
  };
}

type Line = Readonly<Record<string, string | null | undefined>>;
const memo = ({ Description }: Line) => (Description ? { memo: Description } : {});

function billOf(row: Row): Bill {
  const approval = { 'Pending Approval': 'pending', 'On Hold': 'pending', Approved: 'approved' } as const;
  return {
    ...{ id: row.Id, property_id: String(row['PropertyId']), vendor_id: String(row['VendorId']) },
    ...{ invoice_number: String(row['Reference'] ?? ''), invoice_date: String(row['InvoiceDate']) },
    ...{ due_date: String(row['DueDate']), total: centsOf(row['TotalAmount']), paid_amount: 0, file_ids: [] },
    ...(row['WorkOrderId'] !== null && { work_order_id: String(row['WorkOrderId']) }),
    ...(row['Remarks'] !== null && { memo: String(row['Remarks']) }),
    approval: approval[row['ApprovalStatus'] as keyof typeof approval] ?? 'not_needed',
    lines: (row['LineItems'] as Line[]).map((line) => ({
      ...{ gl_account_id: String(line['GlAccountId']), amount: centsOf(line['Amount']) },
      property_id: String(line['PropertyId'] ?? row['PropertyId']),
      ...(line['UnitId'] && { unit_id: line['UnitId'] }),
      ...memo(line),
    })),
  };
}

function entryOf(row: Row): JournalEntry {
  const remarks = String(row['Remarks'] ?? '');
  const taken = /^Reversal of journal entry (\S+): /.exec(remarks)?.[1];
  return {
    ...{ id: row.Id, property_id: String(row['PropertyId']), date: String(row['EntryDate']), memo: remarks },
    ...(taken !== undefined && { reverses_id: taken }),
    lines: (row['LineItems'] as Line[]).map((line) => ({
      ...{ gl_account_id: String(line['GlAccountId']), ...memo(line) },
      ...{ debit: centsOf(line['Debit']), credit: centsOf(line['Credit']) },
    })),
  };
}

type Money = 'gl_account' | 'ledger_entry' | 'bill' | 'journal_entry';

/** Charges that are paid are no longer shown, and so they are not here. */
export function moneyState({ tables }: World<AppfolioTables>): Pick<SandboxState, Money> {
  return {
    gl_account: tables.gl_accounts.rows().map(accountOf),
    ledger_entry: tables.charges
      .rows()
      .filter(({ AmountDue }) => AmountDue !== '0.00')
      .map(chargeOf),
    bill: tables.bills.rows().map(billOf),
    journal_entry: tables.journal_entries.rows().map(entryOf),
  };
}
