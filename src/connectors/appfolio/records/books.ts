import type { Bill, JournalEntry } from '../../../model/records.ts';
import { day, dollarText, fixed, idText, readBy, text, type Codec, type Place } from '../../kit/codecs.ts';
import { withoutMarker } from '../../kit/markers.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { orElse } from '../codecs.ts';
import { WEBHOOK_FRESHNESS_SECONDS } from '../limits.ts';
import { idFilter, isId, sameId, windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';

const cents = (raw: unknown, at: Place) => (dollarText.read(raw, at) as number | undefined) ?? 0;
const dollars = (value: number) => (value / 100).toFixed(2);

/** Lines without a property of their own are the bill's. */
const billLines: Codec = {
  read(raw, at): Bill['lines'] {
    const { LineItems, PropertyId } = raw as wire.Bill;
    return (LineItems ?? []).map((line) => ({
      gl_account_id: line.GlAccountId ?? '',
      amount: cents(line.Amount, at),
      property_id: line.PropertyId ?? PropertyId ?? '',
      ...(line.UnitId && { unit_id: line.UnitId }),
      ...(line.Description && { memo: line.Description }),
    }));
  },
  write: (lines: Bill['lines']): wire.BillLine[] =>
    lines.map(({ gl_account_id, amount, property_id, unit_id, memo }) => ({
      GlAccountId: gl_account_id,
      Amount: dollars(amount),
      PropertyId: property_id,
      ...(unit_id !== undefined && { UnitId: unit_id }),
      ...(memo !== undefined && { Description: memo }),
    })),
};

const APPROVAL = fixed({ 'Pending Approval': 'pending', 'On Hold': 'pending', Approved: 'approved' }, 'pending');

export const BILL = mapping(
  'bill',
  { wire: 'Bill', changes: 'webhook', freshness_seconds: WEBHOOK_FRESHNESS_SECONDS, evidence: 'inferred' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'property_id', wire: 'PropertyId', as: idText, always: true },
    { field: 'vendor_id', wire: 'VendorId', as: idText },
    { field: 'invoice_number', wire: 'Reference', as: orElse(text, ''), note: 'unique in AppFolio' },
    { field: 'invoice_date', wire: 'InvoiceDate', as: day, always: true },
    { field: 'due_date', wire: 'DueDate', as: day, always: true },
    { field: 'total', wire: 'TotalAmount', as: dollarText, always: true },
    { field: 'lines', wire: '', called: 'LineItems', write: 'LineItems', as: billLines },
    { field: 'work_order_id', wire: 'WorkOrderId', as: idText },
    { field: 'approval', wire: 'ApprovalStatus', as: APPROVAL, write: false, support: 'mapped' },
    { field: 'memo', wire: 'Remarks', as: text },
  ],
  [
    { field: 'file_ids', support: 'sidecar' },
    { field: 'paid_amount', support: 'unsupported', note: 'payments are not shown by the API' },
    { field: 'reverses_id', support: 'unsupported', note: 'AppFolio takes back no bill by API' },
    { field: 'reversed_by_id', support: 'unsupported', note: 'AppFolio takes back no bill by API' },
  ],
);

export const journalLines: Codec = {
  read: (raw, at): JournalEntry['lines'] =>
    ((raw ?? []) as wire.JournalLine[]).map(({ GlAccountId, Debit, Credit, Description }) => ({
      gl_account_id: GlAccountId ?? '',
      debit: cents(Debit, at),
      credit: cents(Credit, at),
      ...(Description && { memo: Description }),
    })),
  write: (lines: JournalEntry['lines']): wire.JournalLine[] =>
    lines.map(({ gl_account_id, debit, credit, memo }) => ({
      GlAccountId: gl_account_id,
      Debit: debit > 0 ? dollars(debit) : null,
      Credit: credit > 0 ? dollars(credit) : null,
      ...(memo !== undefined && { Description: memo }),
    })),
};

const REVERSAL = /^Reversal of journal entry ([0-9a-f-]{36}): /i;

/** The remarks of an entry that takes back another one, by which it is known again. */
export function reversalRemarks(entryId: string, reason: string): string {
  return `Reversal of journal entry ${entryId}: ${reason}`;
}

export const JOURNAL_ENTRY = mapping(
  'journal_entry',
  { wire: 'JournalEntry', changes: 'webhook', freshness_seconds: WEBHOOK_FRESHNESS_SECONDS, evidence: 'inferred' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'property_id', wire: 'PropertyId', as: idText, always: true },
    { field: 'date', wire: 'EntryDate', as: day, always: true },
    {
      field: 'memo',
      wire: '',
      called: 'Remarks',
      write: 'Remarks',
      as: {
        read: (raw) => withoutMarker((raw as wire.JournalEntry).Remarks ?? ''),
        write: (value: string) => value,
      },
    },
    { field: 'lines', wire: 'LineItems', as: journalLines, note: 'lines have no unit there' },
    {
      field: 'reverses_id',
      wire: 'Remarks',
      as: readBy((raw) => REVERSAL.exec(String(raw))?.[1]),
      write: false,
      support: 'mapped',
      note: 'an opposite entry whose remarks name the one that it takes back',
    },
  ],
  [{ field: 'reversed_by_id', support: 'unsupported', note: 'stands on the entry that takes it back' }],
);

export function billReader(vendor: Vendor): Reader<'bill'> {
  const { client, circumstances } = vendor;
  return {
    async get(_scope, id, signal) {
      const wire = await client.one<wire.Bill>('bills', id, {}, signal);
      return wire && readRecord(BILL, wire, circumstances);
    },
    async list(query, signal) {
      const page = await client.page<wire.Bill>('bills', vendor.since(query), windowOf(query), signal);
      const { property_id } = query;
      return vendor.pageOf(page, (wire) => {
        // There is no filter by property.
        if (property_id !== undefined && !sameId(wire.PropertyId, property_id)) return undefined;
        return readRecord(BILL, wire, circumstances);
      });
    },
  };
}

export function journalEntryReader(vendor: Vendor): Reader<'journal_entry'> {
  const { client, circumstances } = vendor;
  return {
    async get(_scope, id, signal) {
      if (!isId(id)) return undefined;
      // Unlike other lists, this one wants to know since when even for one id.
      const wire = await client.one<wire.JournalEntry>('journal_entries', id, vendor.since({}), signal);
      return wire && readRecord(JOURNAL_ENTRY, wire, circumstances);
    },
    async list(query, signal) {
      const filters = { ...vendor.since(query), ...idFilter('PropertyId', query.property_id) };
      const page = await client.page<wire.JournalEntry>('journal_entries', filters, windowOf(query), signal);
      return vendor.pageOf(page, (wire) => readRecord(JOURNAL_ENTRY, wire, circumstances));
    },
  };
}
