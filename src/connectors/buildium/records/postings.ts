import type { JournalEntry, LedgerEntry } from '../../../model/records.ts';
import type { ListQuery } from '../../connector.ts';
import { day, dollarNumber, fixed, idText, markedText, readBy, text } from '../../kit/codecs.ts';
import { path } from '../../kit/rest.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { LENGTHS, LONGEST_RANGE_DAYS } from '../limits.ts';
import { idsFilter, isId, windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { roleOf } from './accounts.ts';
import { DAY_MS, dayAt, generalLedger } from './general_ledger.ts';

interface EntryType {
  kind: LedgerEntry['kind'];
  /** Charges are positive, what is paid or credited negative. */
  sign: 1 | -1;
}

/**
 * What a transaction is on a resident's ledger. Amounts are read without their sign: of reversals and refunds nothing
 * says which one they have, but a bounced or returned payment is owed again, until it is good after all.
 */
const ENTRY_TYPES: Readonly<Record<string, EntryType>> = {
  Charge: { kind: 'charge', sign: 1 },
  Payment: { kind: 'payment', sign: -1 },
  ElectronicFundsTransfer: { kind: 'payment', sign: -1 },
  ReversePayment: { kind: 'payment', sign: 1 },
  ReverseElectronicFundsTransfer: { kind: 'payment', sign: 1 },
  UnreversedPayment: { kind: 'payment', sign: -1 },
  UnreversedElectronicFundsTransfer: { kind: 'payment', sign: -1 },
  Refund: { kind: 'payment', sign: 1 },
  // A refund that never arrived is the resident's credit again.
  ReversedEftRefund: { kind: 'payment', sign: -1 },
  Credit: { kind: 'credit', sign: -1 },
  ApplyDeposit: { kind: 'credit', sign: -1 },
  Deposit: { kind: 'deposit_held', sign: -1 },
};

function entryTypeOf(transaction: wire.Transaction): EntryType | undefined {
  const type = typeOf(transaction);
  return Object.hasOwn(ENTRY_TYPES, type) ? ENTRY_TYPES[type] : undefined;
}

export function typeOf({ TransactionTypeEnum, TransactionType }: wire.Transaction): string {
  return TransactionTypeEnum ?? TransactionType ?? '';
}

/** The account that a charge or credit is about: the one that is neither the resident's own nor the bank's. */
function accountOf({ Journal }: wire.Transaction): string | undefined {
  const line = (Journal?.Lines ?? []).find(
    ({ GLAccount }) => GLAccount != null && !['receivable', 'bank'].includes(roleOf(GLAccount) ?? ''),
  );
  return line?.GLAccount?.Id === undefined ? undefined : String(line.GLAccount.Id);
}

const account = readBy((raw) => accountOf(raw as wire.Transaction));

const amount = readBy((raw) => {
  const { TotalAmount = 0, ...transaction } = raw as wire.Transaction;
  return Math.round(Math.abs(TotalAmount) * 100) * (entryTypeOf(transaction)?.sign ?? 1);
});

/** A ledger entry is known by its lease and its transaction: without the lease it cannot be asked for. */
export const LEDGER_ENTRY = mapping(
  'ledger_entry',
  {
    wire: 'LeaseTransaction',
    changes: 'webhook',
    freshness_seconds: 300,
    evidence: 'seen',
    note: 'the list of all leases is read from the general ledger, a household from its own ledger',
  },
  [
    { field: 'id', wire: '', as: readBy((raw) => entryId(raw as wire.Transaction)), note: 'LeaseId and Id' },
    { field: 'household_id', wire: '', as: readBy((raw) => leaseIdOf(raw as wire.Transaction)) },
    { field: 'lease_id', wire: '', as: readBy((raw) => leaseIdOf(raw as wire.Transaction)) },
    {
      field: 'kind',
      wire: '',
      as: readBy((raw) => entryTypeOf(raw as wire.Transaction)?.kind),
      note: 'TransactionType; reversals and refunds are payments',
    },
    { field: 'date', wire: 'Date', as: day, always: true },
    { field: 'amount', wire: '', as: amount, note: 'TotalAmount, with the sign of its type' },
    { field: 'charge_code_id', wire: '', as: account, note: 'the account of the line' },
    { field: 'gl_account_id', wire: '', as: account, note: 'the account of the line' },
    {
      field: 'memo',
      wire: 'Journal.Memo',
      as: markedText,
      max_length: LENGTHS.charge_memo,
      note: 'a marker of ours takes 17 characters of it',
    },
  ],
  [
    { field: 'bill_id', support: 'sidecar', note: 'written, and not shown on the transaction' },
    { field: 'work_order_id', support: 'sidecar' },
    { field: 'reverses_id', support: 'sidecar', note: 'a credit does not say which charge it takes back' },
    { field: 'reversed_amount', support: 'unsupported' },
  ],
);

function leaseIdOf({ LeaseId, UnitAgreement }: wire.Transaction): string | undefined {
  const id = LeaseId ?? (UnitAgreement?.Type === 'OwnershipAccount' ? undefined : UnitAgreement?.Id);
  return id === undefined ? undefined : String(id);
}

export function entryId(transaction: wire.Transaction): string | undefined {
  const lease = leaseIdOf(transaction);
  return lease === undefined ? undefined : `${lease}.${transaction.Id}`;
}

/** The lease and the transaction of an entry's id; undefined where it cannot be one. */
export function entryParts(id: string): { lease: string; transaction: string } | undefined {
  const [lease = '', transaction = '', ...more] = id.split('.');
  return more.length === 0 && isId(lease) && isId(transaction) ? { lease, transaction } : undefined;
}

/** The first property that a line names, and its unit. */
function placeOf({ Journal }: wire.Transaction): { property_id?: string; unit_id?: string } {
  for (const line of (Journal?.Lines ?? []) as (wire.JournalLine & { PropertyId?: number; UnitId?: number })[]) {
    const property = line.PropertyId ?? line.AccountingEntity?.Id;
    const unit = line.UnitId ?? line.AccountingEntity?.Unit?.Id;
    if (property !== undefined)
      return { property_id: String(property), ...(unit !== undefined && { unit_id: String(unit) }) };
  }
  return {};
}

/** Undefined for what is on no lease's ledger, and for a type that nothing is known of, which is told. */
function readEntry({ circumstances }: Vendor, transaction: wire.Transaction): LedgerEntry | undefined {
  if (entryId(transaction) === undefined) return undefined;
  if (entryTypeOf(transaction) !== undefined)
    return readRecord(LEDGER_ENTRY, transaction, circumstances, placeOf(transaction));
  circumstances.onDrift('unknown_value', 'ledger_entry.TransactionType');
  return undefined;
}

export function ledgerEntryReader(vendor: Vendor): Reader<'ledger_entry'> {
  const { client } = vendor;

  /** A household's own ledger. Its property is that of the lease, where no line names one. */
  async function ofHousehold(query: ListQuery & { household_id: string }, signal?: AbortSignal) {
    if (!isId(query.household_id)) return { records: [] };
    const window = windowOf(query);
    const page = await client.page<wire.Transaction>(
      path`v1/leases/${query.household_id}/transactions`,
      { transactiondatefrom: query.since?.slice(0, 10) },
      window,
      signal,
    );
    const lease = Number(query.household_id);
    return vendor.pageOf<'ledger_entry', wire.Transaction>(page, (one) =>
      readEntry(vendor, { LeaseId: lease, ...one }),
    );
  }

  return {
    async get(_scope, id, signal) {
      const parts = entryParts(id);
      if (parts === undefined) return undefined;
      const found = await client.one<wire.Transaction>(
        (one) => path`v1/leases/${parts.lease}/transactions/${one}`,
        parts.transaction,
        signal,
      );
      return found === undefined ? undefined : readEntry(vendor, { LeaseId: Number(parts.lease), ...found });
    },
    async list(query, signal) {
      if (query.household_id !== undefined) return ofHousehold({ ...query, household_id: query.household_id }, signal);
      return generalLedger(vendor, query, (one) => readEntry(vendor, one), signal);
    },
  };
}

/** Where debits and credits stand in one number: positive and negative. Not seen, see the assumptions. */
const DEBIT_SIGN = 1;

const journalLines = readBy((raw) =>
  ((raw as wire.Transaction).Journal?.Lines ?? [])
    // The cash side of an accrual entry is the same posting once more.
    .filter(({ IsCashPosting }) => IsCashPosting !== true)
    .map(({ GLAccount, Amount = 0, Memo, AccountingEntity }) => {
      const cents = Math.round(Math.abs(Amount) * 100);
      const isDebit = Math.sign(Amount) === DEBIT_SIGN;
      const unit = AccountingEntity?.Unit?.Id;
      return {
        gl_account_id: String(GLAccount?.Id ?? ''),
        debit: isDebit ? cents : 0,
        credit: isDebit ? 0 : cents,
        ...(unit != null && { unit_id: String(unit) }),
        ...(Memo && { memo: Memo }),
      };
    }),
);

export const JOURNAL_ENTRY = mapping(
  'journal_entry',
  { wire: 'GeneralJournalEntry', changes: 'poll', freshness_seconds: 900, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'date', wire: 'Date', as: day, always: true },
    {
      field: 'memo',
      wire: '',
      as: readBy((raw, at) => markedText.read((raw as wire.Transaction).Journal?.Memo ?? '', at) ?? ''),
      max_length: LENGTHS.journal_memo,
      note: 'Journal.Memo; a marker of ours takes 17 characters of it',
    },
    { field: 'lines', wire: '', as: journalLines, evidence: 'inferred', note: 'Journal.Lines; the sign is inferred' },
  ],
  [
    { field: 'reverses_id', support: 'sidecar', note: 'a reversal is an entry like any other there' },
    { field: 'reversed_by_id', support: 'unsupported' },
  ],
);

function readJournalEntry(vendor: Vendor, transaction: wire.Transaction): JournalEntry | undefined {
  if (typeOf(transaction) !== 'GeneralJournalEntry') return undefined;
  const { property_id } = placeOf(transaction);
  return readRecord(JOURNAL_ENTRY, transaction, vendor.circumstances, property_id === undefined ? {} : { property_id });
}

export function journalEntryReader(vendor: Vendor): Reader<'journal_entry'> {
  return {
    async get(_scope, id, signal) {
      const found = await vendor.client.one<wire.Transaction>(
        (one) => path`v1/generalledger/transactions/${one}`,
        id,
        signal,
      );
      return found === undefined ? undefined : readJournalEntry(vendor, found);
    },
    list: (query, signal) => generalLedger(vendor, query, (one) => readJournalEntry(vendor, one), signal),
  };
}

const APPROVALS = {
  NotNeeded: 'not_needed',
  ApprovalRequired: 'pending',
  Pending: 'pending',
  Approved: 'approved',
  Rejected: 'rejected',
};

/** What a bill comes to, which no field says. Cents. */
export const lineTotal = (bill: wire.Bill): number =>
  (bill.Lines ?? []).reduce((sum, { Amount = 0 }) => sum + Math.round(Amount * 100), 0);

export const BILL = mapping(
  'bill',
  { wire: 'Bill', changes: 'webhook', freshness_seconds: 300, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    {
      field: 'property_id',
      wire: 'Lines',
      as: readBy((raw) => String((raw as NonNullable<wire.Bill['Lines']>)[0]?.AccountingEntity?.Id ?? '')),
      note: 'of the first line',
    },
    { field: 'vendor_id', wire: 'VendorId', as: idText, always: true },
    {
      field: 'invoice_number',
      wire: '',
      as: readBy((raw) => (raw as wire.Bill).ReferenceNumber ?? ''),
      max_length: LENGTHS.bill_reference,
      note: 'ReferenceNumber',
    },
    { field: 'invoice_date', wire: 'Date', as: day, always: true },
    { field: 'due_date', wire: 'DueDate', as: day, always: true },
    { field: 'total', wire: '', as: readBy((raw) => lineTotal(raw as wire.Bill)), note: 'the sum of the lines' },
    {
      field: 'lines',
      wire: 'Lines',
      as: readBy((raw, at) =>
        (raw as NonNullable<wire.Bill['Lines']>).map(({ AccountingEntity, GLAccount, Amount, Memo }) => ({
          gl_account_id: String(GLAccount?.Id ?? ''),
          amount: dollarNumber.read(Amount, at),
          property_id: String(AccountingEntity?.Id ?? ''),
          ...(AccountingEntity?.Unit?.Id != null && { unit_id: String(AccountingEntity.Unit.Id) }),
          ...(Memo && { memo: Memo }),
        })),
      ),
    },
    { field: 'work_order_id', wire: 'WorkOrderId', as: readBy(() => undefined), support: 'sidecar' },
    { field: 'approval', wire: 'ApprovalStatus', as: fixed(APPROVALS, 'not_needed'), support: 'mapped' },
    {
      field: 'paid_amount',
      wire: '',
      as: readBy((raw) => ((raw as wire.Bill).PaidDate ? lineTotal(raw as wire.Bill) : 0)),
    },
    { field: 'memo', wire: 'Memo', as: text, max_length: LENGTHS.bill_memo },
  ],
  [
    { field: 'reverses_id', support: 'unsupported' },
    { field: 'reversed_by_id', support: 'unsupported' },
    { field: 'file_ids', support: 'sidecar' },
  ],
);

export function billReader(vendor: Vendor): Reader<'bill'> {
  const { client, circumstances } = vendor;
  return {
    async get(_scope, id, signal) {
      const bill = await client.one<wire.Bill>((one) => path`v1/bills/${one}`, id, signal);
      return bill === undefined ? undefined : readRecord(BILL, bill, circumstances);
    },
    /** Unpaid bills first, then those paid within the year before: without a paid state or paid days the list is refused. */
    async list(query, signal) {
      const [state, at] = (query.cursor ?? 'Unpaid:0').split(':') as [string, string];
      const paid = state === 'Paid';
      const { clock } = vendor;
      const page = await client.page<wire.Bill>(
        'v1/bills',
        {
          paidstatus: state,
          ...(paid && {
            frompaiddate: dayAt(clock() - (LONGEST_RANGE_DAYS - 1) * DAY_MS),
            topaiddate: dayAt(clock() + DAY_MS),
          }),
          ...(query.property_id !== undefined && { entitytype: 'Rental' }),
          ...idsFilter('entityid', query.property_id),
        },
        windowOf({ ...query, cursor: at }),
        signal,
      );
      const { records } = vendor.pageOf<'bill', wire.Bill>({ rows: page.rows }, (bill) =>
        readRecord(BILL, bill, circumstances),
      );
      const next = page.next_offset !== undefined ? `${state}:${page.next_offset}` : paid ? undefined : 'Paid:0';
      return { records, ...(next !== undefined && { next_cursor: next }) };
    },
  };
}
