import { SEALED_FIELDS, type RecordKind, type RecordOf } from '../model/records.ts';

/** A record of any kind, seen as the fields that some kinds have. */
type Fields = { readonly [field: string]: unknown };

/** The field a kind is listed by; kinds without one are listed by id alone. */
const LISTED_BY: { readonly [K in RecordKind]?: keyof RecordOf<K> & string } = {
  lease: 'end_date',
  work_order: 'created_at',
  guest_card: 'created_at',
  tour: 'start',
  ledger_entry: 'date',
  bill: 'invoice_date',
  journal_entry: 'date',
  communication: 'at',
};

/** A lease without an end comes after every lease that has one. */
const NO_END = '9999-12-31';

/** The field that plays the part of a status where the kind has none of that name. */
const STATUS_FIELD: { readonly [K in RecordKind]?: keyof RecordOf<K> & string } = {
  unit: 'occupancy',
  ledger_entry: 'kind',
  bill: 'approval',
};

export interface Columns {
  property_id: string | null;
  unit_id: string | null;
  household_id: string | null;
  resident_id: string | null;
  vendor_id: string | null;
  technician_id: string | null;
  status: string | null;
  listed_on: string | null;
}

/** Whether records of a kind are listed by a date. */
export function isDated(kind: RecordKind): boolean {
  return LISTED_BY[kind] !== undefined;
}

/** What a record is found by without reading its body. A property belongs to itself. */
export function columnsOf(kind: RecordKind, record: Fields): Columns {
  const text = (field: string) => (typeof record[field] === 'string' ? record[field] : null);
  const listed = LISTED_BY[kind];
  return {
    property_id: kind === 'property' ? text('id') : text('property_id'),
    unit_id: text('unit_id'),
    household_id: text('household_id'),
    resident_id: text('resident_id'),
    vendor_id: text('vendor_id'),
    technician_id: text('technician_id'),
    status: text(STATUS_FIELD[kind] ?? 'status'),
    listed_on: listed === undefined ? null : (text(listed) ?? NO_END),
  };
}

/** A record in two: what is stored in the open, and what is stored encrypted (undefined where there is nothing). */
export function splitSealed(kind: RecordKind, record: Fields): { body: Fields; sealed: Fields | undefined } {
  const names: readonly string[] = SEALED_FIELDS[kind] ?? [];
  const body: Record<string, unknown> = { ...record };
  const sealed: Record<string, unknown> = {};
  for (const name of names) {
    if (body[name] !== undefined) sealed[name] = body[name];
    delete body[name];
  }
  return { body, sealed: Object.keys(sealed).length > 0 ? sealed : undefined };
}
