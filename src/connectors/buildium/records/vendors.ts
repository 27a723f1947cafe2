import { flag, idText, oneOf, readBy } from '../../kit/codecs.ts';
import { path } from '../../kit/rest.ts';
import { mapping, readRecord, type Row } from '../../kit/rows.ts';
import type { ValueTables } from '../../kit/value_tables.ts';
import type { Reader } from '../../kit/vendor.ts';
import { windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import { emails, fullName, phones } from './people.ts';

const ROWS: readonly Row[] = [
  { field: 'id', wire: 'Id', as: idText, always: true },
  { field: 'name', wire: '', as: fullName, note: 'CompanyName, else FirstName and LastName' },
  { field: 'is_active', wire: 'IsActive', as: flag },
  { field: 'phones', wire: 'PhoneNumbers', as: phones },
  { field: 'emails', wire: '', as: emails, note: 'PrimaryEmail and AlternateEmail' },
  {
    field: 'compliance',
    wire: 'VendorInsurance.ExpirationDate',
    // Buildium keeps one policy; which insurance it is, is not said.
    as: readBy((raw) => ({ general_liability_expires: String(raw).slice(0, 10), licences: [] })),
    evidence: 'inferred',
    note: 'one policy, read as general liability; the rest comes from `caretaker vendors import`',
  },
];

const NOT_HELD = [
  { field: 'do_not_use', support: 'sidecar' },
  { field: 'takes_emergencies', support: 'sidecar' },
  { field: 'service_area', support: 'sidecar' },
  { field: 'preferred', support: 'sidecar', note: 'preferred vendors have no order there' },
  { field: 'hourly_rate', support: 'sidecar' },
  { field: 'notified_by_pms', support: 'unsupported', note: 'nothing is said of who tells the vendor' },
] as const;

/** A vendor's trades are its one category, where the mapping file says which trade that is. */
export function vendorMapping(tables: ValueTables) {
  const trade = oneOf('vendor_trade');
  const trades: Row = {
    field: 'trades',
    wire: 'Category.Id',
    as: readBy((raw, at) => {
      // Categories that are no trade (utilities, taxes) are many: no word is no drift here.
      const known = trade.read(raw, { ...at, onDrift: () => {} });
      return known === undefined ? undefined : [known];
    }),
    support: 'mapped',
    note: 'by the categories of the mapping file',
  };
  const mapped = Object.keys(tables.vendor_trade?.from_pms ?? {}).length > 0;
  return mapping(
    'vendor',
    { wire: 'Vendor', changes: 'webhook', freshness_seconds: 300, evidence: 'seen' },
    mapped ? [...ROWS, trades] : ROWS,
    mapped ? NOT_HELD : [...NOT_HELD, { field: 'trades', support: 'sidecar', note: 'no category is mapped' }],
  );
}

export function vendorReader(vendor: Vendor): Reader<'vendor'> {
  const { client, circumstances, tables } = vendor;
  const rows = vendorMapping(tables);
  return {
    async get(_scope, id, signal) {
      const found = await client.one((one) => path`v1/vendors/${one}`, id, signal);
      return found === undefined ? undefined : readRecord(rows, found, circumstances);
    },
    async list(query, signal) {
      const page = await client.page('v1/vendors', { lastupdatedfrom: query.since }, windowOf(query), signal);
      return vendor.pageOf(page, (found) => readRecord(rows, found, circumstances));
    },
  };
}
