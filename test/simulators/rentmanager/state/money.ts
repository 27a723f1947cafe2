import type { Bill, ChargeCode, GlAccount, JournalEntry, LedgerEntry } from '../../../../src/model/records.ts';
import type { World } from '../../shared/vendor.ts';
import { listIn, type RentManagerTables, type Row, textIn } from '../tables.ts';
import { ACCOUNT_TYPES, keyOf } from '../words.ts';
import { dayIn, idIn } from './people.ts';

type W = World<RentManagerTables>;

const cents = (amount: unknown) => Math.round(Number(amount) * 100);
const unmarked = (text: string) => text.replace(/\s?ct-[0-9a-hjkmnp-tv-z]{13}\s*$/, '');

export function accountOf(_world: W, row: Row): GlAccount {
  const kind = keyOf(ACCOUNT_TYPES, row['GLAccountType']) ?? 'asset';
  const role = kind === 'bank' || kind === 'receivable' || kind === 'payable' ? kind : undefined;
  const type = kind === 'bank' || kind === 'receivable' ? 'asset' : kind === 'payable' ? 'liability' : kind;
  return {
    ...{ id: idIn(row, 'GLAccountID'), number: idIn(row, 'Reference'), name: idIn(row, 'Name'), type },
    ...{ is_active: row['IsActive'] === true, is_chargeable: false, ...(role !== undefined && { role }) },
  };
}

export function chargeCodeOf({ tables }: W, row: Row): ChargeCode {
  const deposits = tables['SecurityDepositTypes']?.rows() ?? [];
  return {
    ...{ id: idIn(row, 'ChargeTypeID'), name: idIn(row, 'Name'), gl_account_id: idIn(row, 'GLAccountID') },
    ...{
      is_active: row['IsActive'] === true,
      is_deposit: deposits.some((one) => one['ChargeTypeID'] === row['ChargeTypeID']),
    },
  };
}

function entryOf(kind: 'charge' | 'payment' | 'credit', row: Row, tenant: Row): LedgerEntry {
  const [allocation] = listIn(row, 'Allocations');
  const property = row['PropertyID'] ?? allocation?.['PropertyID'] ?? tenant['PropertyID'];
  const memo = unmarked(textIn(row, 'Comment') ?? '');
  return {
    ...{ id: `${kind}-${row['ID']}`, property_id: String(property), household_id: idIn(row, 'AccountID'), kind },
    ...{ date: dayIn(row, 'TransactionDate') ?? '', amount: cents(row['Amount']) * (kind === 'charge' ? 1 : -1) },
    ...(row['UnitID'] ? { unit_id: idIn(row, 'UnitID') } : {}),
    ...(row['ChargeTypeID'] ? { charge_code_id: idIn(row, 'ChargeTypeID') } : {}),
    ...(memo !== '' && { memo }),
    reversed_amount: 0,
  };
}

export function ledgersOf({ tables }: W, tenant: Row): LedgerEntry[] {
  const of = (table: string) =>
    (tables[table]?.where('AccountID', idIn(tenant, 'TenantID')) ?? []).map(({ row }) => row);
  const credits = of('Credits');
  const taken = credits.flatMap((credit) => listIn(credit, 'Allocations'));
  return [
    ...of('Charges').map((row) => ({
      ...entryOf('charge', row, tenant),
      reversed_amount: taken
        .filter(({ ChargeID }) => ChargeID === row['ID'])
        .reduce((sum, { Amount }) => sum + cents(Amount), 0),
    })),
    ...of('Payments').flatMap((row) => {
      const entry = entryOf('payment', row, tenant);
      const date = dayIn(row, 'ReversalDate');
      const opposite = { id: `${entry.id}-reversal`, amount: -entry.amount, reverses_id: entry.id };
      return date === undefined ? [entry] : [entry, { ...entry, ...opposite, date }];
    }),
    ...credits.map((row) => {
      const [allocation] = listIn(row, 'Allocations');
      const of_charge =
        allocation?.['ChargeID'] === undefined ? {} : { reverses_id: `charge-${allocation['ChargeID']}` };
      return { ...entryOf('credit', row, tenant), ...of_charge };
    }),
  ];
}

export function billOf({ tables }: W, row: Row): Bill {
  const lines = listIn(row, 'BillDetails').map((line) => ({
    ...{
      gl_account_id: idIn(line, 'GLAccountID'),
      property_id: idIn(line, 'PropertyID'),
      amount: cents(line['Amount']),
    },
    ...(line['UnitID'] ? { unit_id: idIn(line, 'UnitID') } : {}),
    ...(line['Comment'] ? { memo: idIn(line, 'Comment') } : {}),
  }));
  const cost = tables['ServiceManagerIssueWorkOrders']?.where('VendorBillID', idIn(row, 'ID'))[0]?.row;
  return {
    ...{ id: idIn(row, 'ID'), property_id: lines[0]?.property_id ?? '', vendor_id: idIn(row, 'AccountID') },
    ...{ invoice_number: textIn(row, 'Reference') ?? '', invoice_date: dayIn(row, 'TransactionDate') ?? '' },
    ...{ due_date: dayIn(row, 'DueDate') ?? '', total: cents(row['Amount']), lines },
    ...(cost !== undefined && { work_order_id: idIn(cost, 'ServiceManagerIssueID') }),
    ...{ approval: row['IsApproved'] === true ? 'approved' : 'pending', paid_amount: cents(row['AmountAllocated']) },
    ...(row['Comment'] ? { memo: idIn(row, 'Comment') } : {}),
    file_ids: [],
  };
}

export function journalsOf({ tables }: W): JournalEntry[] {
  const rows = tables['Journals']?.rows() ?? [];
  const reversedOf = (row: Row) => /^REV-(\d+)$/.exec(textIn(row, 'Reference') ?? '')?.[1];
  return rows.map((row) => {
    const reverses_id = reversedOf(row);
    const by = rows.find((other) => reversedOf(other) === idIn(row, 'JournalID'));
    return {
      ...{ id: idIn(row, 'JournalID'), property_id: idIn(listIn(row, 'Details')[0] ?? {}, 'PropertyID') },
      ...{ date: dayIn(row, 'TransactionDate') ?? '', memo: unmarked(textIn(row, 'Comment') ?? '') },
      lines: listIn(row, 'Details').map((line) => ({
        gl_account_id: idIn(line, 'GLAccountID'),
        debit: Math.max(0, cents(line['Amount'])),
        credit: Math.max(0, -cents(line['Amount'])),
        ...(line['Comment'] ? { memo: idIn(line, 'Comment') } : {}),
      })),
      ...(reverses_id !== undefined && { reverses_id }),
      ...(by !== undefined && { reversed_by_id: idIn(by, 'JournalID') }),
    };
  });
}
