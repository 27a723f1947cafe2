import { changed, changedWithin, created, from, shown, to, type Ask, type Handler } from '../ask.ts';
import { billAsTransaction, ledgerTransactionMessage, sum } from '../compose/money.ts';
import type { OperationName } from '../contract/operations.ts';
import { notFound, refuse } from '../errors.ts';
import { listed } from '../lists.ts';
import { accountingEntity, mustBeMoney, mustBeOpen } from '../rules.ts';
import type { Entry } from '../../shared/table.ts';
import type { Transaction, TransactionLine } from '../wire.ts';

/** The sign of a journal entry's lines as they are read back. Not seen: inferred from totals being the sum of lines. */
const POSTING_SIGN = { Debit: 1, Credit: -1 } as const;

interface GivenLine {
  GLAccountId: number;
  PostingType: keyof typeof POSTING_SIGN;
  Amount: number;
  Memo?: string | null;
}

function linesFrom(ask: Ask, PropertyId: number, UnitId: number | null): TransactionLine[] {
  const lines = ask.list<GivenLine>('Lines');
  if (lines.length < 2) refuse('Lines', 'At least two lines are required.');
  const posted = lines.map(({ GLAccountId, PostingType, Amount, Memo = null }, index) => {
    mustBeMoney(Amount, `Lines[${index}].Amount`);
    const account = ask.named(
      ask.tables.glAccounts,
      `Lines[${index}].GLAccountId`,
      GLAccountId,
      'general ledger account',
    );
    if (!account.IsActive) refuse(`Lines[${index}].GLAccountId`, 'The general ledger account is inactive.');
    return { GLAccountId, Amount: POSTING_SIGN[PostingType] * Amount, ReferenceNumber: null, Memo, PropertyId, UnitId };
  });
  if (sum(posted.map(({ Amount }) => Amount)) !== 0) refuse('Lines', 'Debits and credits are not equal.');
  return posted;
}

/** What a request says of a journal entry; what it leaves out is empty. */
function entryFrom(ask: Ask): Pick<Transaction, 'Date' | 'EntityType' | 'Memo' | 'Lines'> {
  const { EntityId, EntityType, UnitId } = accountingEntity(
    ask,
    ask.body['AccountingEntity'] as never,
    'AccountingEntity',
  );
  const Lines = linesFrom(ask, EntityId, UnitId);
  const Date = ask.text('Date') as string;
  mustBeOpen(ask, EntityType === 'Rental' ? EntityId : null, Date);
  return { Date, EntityType, Memo: ask.text('Memo'), Lines };
}

const OF_NO_LEASE = { LeaseId: null, PayeeTenantId: null, PaymentMethod: null, BillId: null };

const entryOf = (ask: Ask, id: number): Entry<Transaction> | undefined => {
  const bill = ask.tables.bills.entry(id);
  return bill === undefined ? ask.tables.transactions.entry(id) : billAsTransaction(bill);
};

const show = (ask: Ask, id: number): object =>
  ledgerTransactionMessage(ask.tables, entryOf(ask, id) ?? notFound('transaction'));

const addEntry: Handler = (ask) => {
  const row = ask.tables.transactions.insert({
    ...{ ...OF_NO_LEASE, Id: ask.nextId('transaction'), TransactionType: 'GeneralJournalEntry' },
    ...entryFrom(ask),
  });
  return created(ask, 'journalentries', row.Id, show(ask, row.Id), `/v1/generalledger/transactions/${row.Id}`);
};

const putEntry: Handler = (ask) => {
  const before = ask.one(ask.tables.transactions, 'journalEntryId', 'journal entry');
  if (before.TransactionType !== 'GeneralJournalEntry') notFound('journal entry');
  mustBeOpen(ask, before.EntityType === 'Rental' ? (before.Lines[0]?.PropertyId ?? null) : null, before.Date);
  ask.tables.transactions.change(before.Id, entryFrom(ask));
  return changed('journalentries', before.Id, show(ask, before.Id));
};

const listTransactions: Handler = (ask) => {
  const { transactions, bills } = ask.tables;
  const all = [...transactions.entries(), ...bills.entries().map(billAsTransaction)].sort(
    (a, b) => a.row.Id - b.row.Id,
  );
  return listed<Transaction>(
    ask,
    all,
    {
      startdate: from((row) => row.Date),
      enddate: to((row) => row.Date),
      glaccountids: (values) => {
        const wanted = new Set(values.map(Number));
        return ({ row }) => row.Lines.some(({ GLAccountId }) => wanted.has(GLAccountId));
      },
      selectionentitytype:
        ([type]) =>
        () =>
          type === 'Rental',
      selectionentityid:
        ([id]) =>
        ({ row }) =>
          row.Lines.some(({ PropertyId }) => PropertyId === Number(id)),
      selectionentityunitid:
        ([id]) =>
        ({ row }) =>
          row.Lines.some(({ UnitId }) => UnitId === Number(id)),
      ...changedWithin<Transaction>(),
    },
    (entry) => ledgerTransactionMessage(ask.tables, entry),
  );
};

/** Journal entries and the transactions of the general ledger. */
export const GENERAL_LEDGER = {
  'GET /v1/generalledger/transactions': listTransactions,
  'GET /v1/generalledger/transactions/{transactionId}': (ask) => shown(show(ask, ask.param('transactionId'))),
  'POST /v1/generalledger/journalentries': addEntry,
  'PUT /v1/generalledger/journalentries/{journalEntryId}': putEntry,
} satisfies Partial<Record<OperationName, Handler>>;
