import type { CommandOf } from '../../../model/commands.ts';
import { VendorError } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import { writeFields } from '../../kit/rows.ts';
import type { Plan, PlannedStep } from '../../kit/vendor.ts';
import { BILL, JOURNAL_ENTRY, journalLines, reversalRemarks } from '../records/books.ts';
import { chargesOf, LEDGER_ENTRY } from '../records/ledger.ts';
import { idOf, isId } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { shows } from './same.ts';
import { create, gone } from './steps.ts';

/** Whether a record shows everything that was sent in some of its fields. */
const BILL_TOLD_BY = ['VendorId', 'Reference', 'InvoiceDate', 'TotalAmount'];

/** Residents read the description of a charge, so that it carries no marker; a charge that was paid is not shown. */
export function postCharge(vendor: Vendor): Plan<'post_charge'> {
  return (command) => {
    const { household_id, gl_account_id, amount, date, memo } = command;
    idOf(household_id, 'household');
    idOf(gl_account_id, 'GL account');
    const property = idOf(command.property_id, 'property');
    const fields = { household_id, gl_account_id, amount, date, memo };
    return [
      create<wire.Charge>(vendor, {
        name: 'post_charge',
        kind: 'ledger_entry',
        address: 'charges',
        body: () => writeFields(LEDGER_ENTRY, fields, vendor.circumstances),
        search: (_since, _request, signal) => chargesOf(vendor, property, signal),
        told_by: ['OccupancyId', 'GlAccountId', 'AmountDue', 'ChargedOn', 'Description'],
        covers_all: false,
      }),
    ];
  };
}

export function postBill(vendor: Vendor): Plan<'post_bill'> {
  return (command) => {
    checkBill(command);
    const { kind: _kind, file_ids: _files, ...fields } = command;
    return [
      create<wire.Bill>(vendor, {
        name: 'post_bill',
        kind: 'bill',
        address: 'bills',
        body: () => writeFields(BILL, fields, vendor.circumstances),
        search: (since, _request, signal) =>
          vendor.client.all<wire.Bill>('bills', { ...since, IncludeHidden: true }, signal),
        told_by: BILL_TOLD_BY,
        fits: (bill, body) => !bill.HiddenAt && shows(bill, body, BILL_TOLD_BY),
      }),
    ];
  };
}

function checkBill({ property_id, vendor_id, lines, total, work_order_id }: CommandOf<'post_bill'>): void {
  idOf(property_id, 'property');
  idOf(vendor_id, 'vendor');
  if (work_order_id !== undefined) idOf(work_order_id, 'work order');
  if (lines.some(({ gl_account_id }) => !isId(gl_account_id)))
    throw new VendorError('not_found', 'AppFolio has no such GL account: its ids are UUIDs. Nothing was sent.');
  if (lines.reduce((sum, { amount }) => sum + amount, 0) !== total)
    throw new VendorError('refused', 'The lines of a bill have to come to its total. Nothing was sent.', {
      field: 'total',
    });
}

export function postJournalEntry(vendor: Vendor): Plan<'post_journal_entry'> {
  return ({ property_id, date, memo, lines }) => [
    postEntry(vendor, 'post_journal_entry', property_id, () => ({ date, memo, lines })),
  ];
}

type Entry = Pick<CommandOf<'post_journal_entry'>, 'date' | 'memo' | 'lines'>;

/** An entry is found again by the marker at the end of its remarks. */
function postEntry(vendor: Vendor, name: string, propertyId: string, entry: () => Promise<Entry> | Entry): PlannedStep {
  const property_id = idOf(propertyId, 'property');
  return create<wire.JournalEntry>(vendor, {
    name,
    kind: 'journal_entry',
    address: 'journal_entries',
    body: async ({ marker }) => {
      const { memo, ...fields } = await entry();
      const values = { ...fields, property_id, memo: withMarker(memo, marker) };
      return writeFields(JOURNAL_ENTRY, values, vendor.circumstances);
    },
    search: (since, _request, signal) =>
      vendor.client.all<wire.JournalEntry>('journal_entries', { PropertyId: property_id, ...since }, signal),
    fits: ({ Remarks }, _body, { marker }) => carries(Remarks, marker),
    told_by: ['Remarks'],
  });
}

/** AppFolio deletes no entry by API; the opposite entry takes it back and names it. */
export function reverseJournalEntry(vendor: Vendor): Plan<'reverse_journal_entry'> {
  return ({ property_id, journal_entry_id, date, reason }) => {
    const id = idOf(journal_entry_id, 'journal entry');
    return [
      postEntry(vendor, 'reverse_journal_entry', property_id, async () => {
        const entry = await vendor.client.one<wire.JournalEntry>('journal_entries', id, vendor.since({}));
        if (entry === undefined) throw gone('journal_entry');
        return { date, memo: reversalRemarks(id, reason), lines: opposite(vendor, entry) };
      }),
    ];
  };
}

function opposite({ circumstances }: Vendor, { LineItems }: wire.JournalEntry): Entry['lines'] {
  const lines = journalLines.read(LineItems, { ...circumstances, path: 'LineItems' }) as Entry['lines'];
  return lines.map(({ debit, credit, ...line }) => ({ ...line, debit: credit, credit: debit }));
}
