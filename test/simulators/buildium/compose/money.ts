import type { Entry } from '../../shared/table.ts';
import { moment } from '../moments.ts';
import type { BuildiumTables } from '../tables.ts';
import type { Bill, Transaction, TransactionLine } from '../wire.ts';

/** The sum of amounts in dollars, without the errors of binary fractions. */
export function sum(amounts: readonly number[]): number {
  return Math.round(amounts.reduce((total, amount) => total + amount * 100, 0)) / 100;
}

/** What the document says of it: the sum of the journal's lines. */
export function totalOf({ Lines }: { Lines: readonly { Amount: number }[] }): number {
  return sum(Lines.map(({ Amount }) => Amount));
}

const account = ({ glAccounts }: BuildiumTables, id: number) => glAccounts.get(id) ?? null;

function entityMessage(Id: number, type: 'Rental' | 'Company', unitId: number | null): object {
  const Unit = unitId === null ? null : { Id: unitId, Href: `/v1/rentals/units/${unitId}` };
  return { Id, AccountingEntityType: type, Href: type === 'Rental' ? `/v1/rentals/${Id}` : null, Unit };
}

/** A transaction as a lease's own ledger has it. */
export function leaseTransactionMessage(tables: BuildiumTables, row: Transaction): object {
  const { Id, Date, LeaseId, PayeeTenantId, PaymentMethod, Memo } = row;
  const Lines = row.Lines.map(({ GLAccountId, Amount, ReferenceNumber, Memo: memo, PropertyId, UnitId }) => ({
    GLAccount: account(tables, GLAccountId),
    ...{ Amount, IsCashPosting: false, ReferenceNumber, Memo: memo, PropertyId: PropertyId ?? 0, UnitId },
  }));
  return {
    ...{ Id, Date, LeaseId, PayeeTenantId, PaymentMethod, CheckNumber: null },
    ...{ TransactionType: row.TransactionType, TransactionTypeEnum: row.TransactionType, TotalAmount: totalOf(row) },
    Journal: { Memo, Lines },
  };
}

/** A charge as the list of a lease's charges has it. */
export function chargeMessage(row: Transaction): object {
  const { Id, Date, Memo, BillId } = row;
  const Lines = row.Lines.map(({ Amount, GLAccountId }) => ({ Amount, GLAccountId }));
  return { Id, Date, TotalAmount: totalOf(row), Memo, BillId, Lines };
}

/** A transaction as the general ledger has it. */
export function ledgerTransactionMessage(tables: BuildiumTables, { row, updated }: Entry<Transaction>): object {
  const { Id, Date, TransactionType, LeaseId, Memo, EntityType } = row;
  const unitId = row.Lines[0]?.UnitId ?? null;
  const entity = ({ PropertyId, UnitId }: TransactionLine) => entityMessage(PropertyId ?? 0, EntityType, UnitId);
  const Lines = row.Lines.map((line) => ({
    ...{ GLAccount: account(tables, line.GLAccountId), Amount: line.Amount, IsCashPosting: false },
    ...{ ReferenceNumber: line.ReferenceNumber, Memo: line.Memo, AccountingEntity: entity(line) },
  }));
  return {
    ...{ Id, Date, TransactionType, TotalAmount: totalOf(row), CheckNumber: null },
    UnitAgreement: LeaseId === null ? null : { Id: LeaseId, Type: 'Lease', Href: `/v1/leases/${LeaseId}` },
    UnitId: unitId,
    UnitNumber: unitId === null ? null : (tables.units.get(unitId)?.UnitNumber ?? null),
    ...{ PaymentDetail: null, DepositDetails: null, Application: null },
    Journal: { Memo, Lines },
    LastUpdatedDateTime: moment(updated),
  };
}

export function billMessage(
  tables: BuildiumTables,
  { Paid: _paid, PendingEft: _pending, Lines, ...bill }: Bill,
): object {
  return {
    ...bill,
    Lines: Lines.map(({ EntityId, EntityType, UnitId, GLAccountId, ...line }) => ({
      ...line,
      AccountingEntity: entityMessage(EntityId, EntityType, UnitId),
      GLAccount: account(tables, GLAccountId),
    })),
  };
}

/** A bill as the general ledger shows it among all transactions. */
export function billAsTransaction({ row, created, updated }: Entry<Bill>): Entry<Transaction> {
  const { Id, Date, Memo, ReferenceNumber } = row;
  const Lines = row.Lines.map(({ GLAccountId, Amount, Memo: memo, EntityId, UnitId }) => ({
    ...{ GLAccountId, Amount, ReferenceNumber, Memo: memo, PropertyId: EntityId, UnitId },
  }));
  const none = { LeaseId: null, PayeeTenantId: null, PaymentMethod: null, BillId: Id };
  const EntityType = row.Lines[0]?.EntityType ?? 'Rental';
  return { row: { Id, Date, TransactionType: 'Bill', ...none, EntityType, Memo, Lines }, created, updated };
}
