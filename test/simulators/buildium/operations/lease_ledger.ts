import { changed, created, from, isOneOf, shown, to, type Ask, type Filters, type Handler } from '../ask.ts';
import { chargeMessage, leaseTransactionMessage, sum, totalOf } from '../compose/money.ts';
import type { OperationName } from '../contract/operations.ts';
import { notFound, refuse } from '../errors.ts';
import { listed } from '../lists.ts';
import { mustBeMoney, mustBeOpen, postableAccount } from '../rules.ts';
import type { Bill, Lease, Transaction, TransactionLine } from '../wire.ts';

/**
 * On which side of a lease's ledger a transaction is. Charges are positive; that credits and payments are negative is
 * inferred from totals being the sum of lines.
 */
export const LEDGER_SIGN = { Charge: 1, Payment: -1, Credit: -1, ApplyDeposit: -1 } as const;

const leaseOf = (ask: Ask): Lease => ask.one(ask.tables.leases, 'leaseId', 'lease');

interface GivenLine {
  Amount: number;
  GLAccountId?: number;
  GlAccountId?: number;
  ReferenceNumber?: string | null;
}

/** The lines of a charge or credit, on the side of the ledger where they belong. */
function linesFrom(
  ask: Ask,
  lease: Lease,
  sign: 1 | -1,
  accountField: 'GLAccountId' | 'GlAccountId',
): TransactionLine[] {
  const lines = ask.list<GivenLine>('Lines');
  if (lines.length === 0) refuse('Lines', 'At least one line is required.');
  return lines.map((line, index) => {
    mustBeMoney(line.Amount, `Lines[${index}].Amount`);
    const account = postableAccount(ask, line[accountField] as number, `Lines[${index}].${accountField}`);
    return {
      ...{
        GLAccountId: account.Id,
        Amount: sign * line.Amount,
        ReferenceNumber: line.ReferenceNumber ?? null,
        Memo: null,
      },
      ...{ PropertyId: lease.PropertyId, UnitId: lease.UnitId },
    };
  });
}

/** A bill that a charge names: its property has to be in one of the bill's lines. */
function billFor(ask: Ask, lease: Lease): number | null {
  const id = ask.number('BillId');
  if (id === null) return null;
  const { Lines }: Bill = ask.named(ask.tables.bills, 'BillId', id, 'bill');
  if (!Lines.some(({ EntityId, EntityType }) => EntityType === 'Rental' && EntityId === lease.PropertyId))
    refuse('BillId', 'No line of the bill is for the property of the lease.');
  return id;
}

const NOT_OF_LEASES = { PayeeTenantId: null, PaymentMethod: null, EntityType: 'Rental' } as const;

const addCharge: Handler = (ask) => {
  const lease = leaseOf(ask);
  const Date = ask.text('Date') ?? ask.today;
  const Lines = linesFrom(ask, lease, LEDGER_SIGN.Charge, 'GLAccountId');
  mustBeOpen(ask, lease.PropertyId, Date);
  const row = ask.tables.transactions.insert({
    ...NOT_OF_LEASES,
    ...{ Id: ask.nextId('transaction'), Date, TransactionType: 'Charge', LeaseId: lease.Id },
    ...{ BillId: billFor(ask, lease), Memo: ask.text('Memo'), Lines },
  });
  const address = `/v1/leases/${lease.Id}/transactions/${row.Id}`;
  return created(ask, 'transactions', row.Id, [leaseTransactionMessage(ask.tables, row)], address);
};

function chargeOf(ask: Ask): Transaction {
  const row = transactionOf(ask, 'chargeId', 'charge');
  return row.TransactionType === 'Charge' ? row : notFound('charge');
}

function transactionOf(ask: Ask, param: string, what: string): Transaction {
  const { Id } = leaseOf(ask);
  const row = ask.one(ask.tables.transactions, param, what);
  return row.LeaseId === Id ? row : notFound(what);
}

const putCharge: Handler = (ask) => {
  const lease = leaseOf(ask);
  const before = chargeOf(ask);
  const Date = ask.text('Date') as string;
  mustBeOpen(ask, lease.PropertyId, before.Date);
  mustBeOpen(ask, lease.PropertyId, Date);
  const Lines = linesFrom(ask, lease, LEDGER_SIGN.Charge, 'GLAccountId');
  const row = ask.tables.transactions.change(before.Id, { Date, Memo: ask.text('Memo'), Lines });
  return changed('transactions', row.Id, leaseTransactionMessage(ask.tables, row));
};

/** The account that a credit is set against: by its kind an expense, an equity account, or none. */
function checkOffset(ask: Ask, creditType: string): void {
  const wanted = { Exchange: 'Expense', PreviouslyDeposited: 'Equity' }[creditType];
  if (wanted === undefined) return;
  const id = ask.number('OffsettingGLAccountId');
  if (id === null) refuse('OffsettingGLAccountId', 'This type of credit needs an offsetting account.');
  const account = ask.named(ask.tables.glAccounts, 'OffsettingGLAccountId', id, 'general ledger account');
  if (account.Type !== wanted) refuse('OffsettingGLAccountId', `The account has to be of type ${wanted}.`);
}

const addCredit: Handler = (ask) => {
  const lease = leaseOf(ask);
  const Date = ask.text('Date') as string;
  const type = ask.text('CreditType') as string;
  const Lines = linesFrom(ask, lease, LEDGER_SIGN.Credit, 'GlAccountId');
  checkOffset(ask, type);
  mustBeOpen(ask, lease.PropertyId, Date);
  // Only what is unpaid can be waived. How far the vendor looks is not known: here at what the lease owes altogether.
  const owed = sum(ask.tables.transactions.where('lease', lease.Id).map(({ row }) => totalOf(row)));
  if (type === 'WaiveUnpaid' && totalOf({ Lines }) + owed < 0) refuse('Lines', 'More would be waived than is unpaid.');
  const row = ask.tables.transactions.insert({
    ...NOT_OF_LEASES,
    ...{ Id: ask.nextId('transaction'), Date, TransactionType: 'Credit', LeaseId: lease.Id, BillId: null },
    ...{ Memo: ask.text('Memo'), Lines },
  });
  const address = `/v1/leases/${lease.Id}/transactions/${row.Id}`;
  return created(ask, 'transactions', row.Id, leaseTransactionMessage(ask.tables, row), address);
};

const DATES: Filters<Transaction> = {
  transactiondatefrom: from((row) => row.Date),
  transactiondateto: to((row) => row.Date),
};

const entriesOf = (ask: Ask) => ask.tables.transactions.where('lease', leaseOf(ask).Id);

/** Charges, credits and the ledger of a lease. */
export const LEASE_LEDGER = {
  'GET /v1/leases/{leaseId}/transactions': (ask) =>
    listed<Transaction>(
      ask,
      entriesOf(ask),
      { ...DATES, transactiontypes: isOneOf(({ TransactionType }) => TransactionType) },
      ({ row }) => leaseTransactionMessage(ask.tables, row),
    ),
  'GET /v1/leases/{leaseId}/transactions/{transactionId}': (ask) =>
    shown(leaseTransactionMessage(ask.tables, transactionOf(ask, 'transactionId', 'transaction'))),
  'GET /v1/leases/{leaseId}/charges': (ask) =>
    listed<Transaction>(
      ask,
      entriesOf(ask).filter(({ row }) => row.TransactionType === 'Charge'),
      { ...DATES, billids: isOneOf(({ BillId }) => BillId) },
      ({ row }) => chargeMessage(row),
    ),
  'POST /v1/leases/{leaseId}/charges': addCharge,
  'GET /v1/leases/{leaseId}/charges/{chargeId}': (ask) => shown(chargeMessage(chargeOf(ask))),
  'PUT /v1/leases/{leaseId}/charges/{chargeId}': putCharge,
  'POST /v1/leases/{leaseId}/credits': addCredit,
} satisfies Partial<Record<OperationName, Handler>>;
