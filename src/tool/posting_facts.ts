import { chargedBack } from '../accounting/charge.ts';
import { sameVendor } from '../accounting/duplicate_bills.ts';
import type { FindFilters } from '../mirror/find.ts';
import { CaretakerError } from '../model/errors.ts';
import type { Bill, LedgerEntry, RecordKind, RecordOf } from '../model/records.ts';
import type { Refusal } from '../model/refusal.ts';
import { canonicalJson } from '../model/version.ts';
import { addDays } from '../model/zoned_time.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import { refuse } from './versions.ts';

/*
 * What postings are judged on, read from the PMS. Single records are read through; sets that are too large for that
 * (a vendor's bills, the charges of a property) are asked of the mirror after it has caught up with the PMS.
 */

/** Where everything that one posting names has to be. */
export interface Place {
  connection: string;
  scope: string;
}

/** Page size for sets that are read whole. */
const PAGE = 1_000;

/** A charge may be dated this long before the bill that it passes on was dated; what lies before is another story. */
const CHARGED_BEFORE_DAYS = 366;

/** Throws a rule's refusal. */
export function enforce(refusal: Refusal | undefined): void {
  if (refusal !== undefined) refuse(refusal);
}

/** The record from the PMS, or undefined where there is none under the grant in this place. */
export async function freshIn<K extends RecordKind>(
  call: Call,
  place: Place,
  kind: K,
  ref: string,
): Promise<Found<K> | undefined> {
  try {
    const found = await call.records.fresh(kind, ref);
    return found.connection === place.connection && found.scope === place.scope ? found : undefined;
  } catch (error) {
    if (error instanceof CaretakerError && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** The records of one kind behind several refs, by their own ids. What is not there is left out. */
export async function freshById<K extends RecordKind>(
  call: Call,
  place: Place,
  kind: K,
  refs: readonly string[],
): Promise<Map<string, Found<K>>> {
  const found = await Promise.all([...new Set(refs)].map((ref) => freshIn(call, place, kind, ref)));
  return new Map(found.flatMap((one) => (one === undefined ? [] : [[one.record.id, one]])));
}

/** The records without where they were found, as the rules take them. */
export function recordsOf<K extends RecordKind>(found: ReadonlyMap<string, Found<K>>): Map<string, RecordOf<K>> {
  return new Map([...found].map(([id, { record }]) => [id, record]));
}

/** The id of the record that a ref stands for, from what was found; the ref itself where there is no such record. */
export function idOf(found: ReadonlyMap<string, Found>, ref: string): string {
  for (const [id, one] of found) if (one.ref === ref) return id;
  return ref;
}

async function everyOne<K extends RecordKind>(
  call: Call,
  kind: K,
  where: { connection: string } & FindFilters,
  keep: (found: Found<K>) => boolean,
): Promise<Found<K>[]> {
  const kept: Found<K>[] = [];
  let cursor: string | undefined;
  do {
    const page = await call.records.list(kind, where, { limit: PAGE, ...(cursor !== undefined && { cursor }) });
    kept.push(...page.records.filter(keep));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return kept;
}

/** Names of the vendors of a place, by id: one company may be there twice under two spellings. */
export async function vendorNames(call: Call, place: Place): Promise<Map<string, string>> {
  const vendors = await everyOne(call, 'vendor', { ...place }, () => true);
  return new Map(vendors.map(({ record }) => [record.id, record.name]));
}

/** The vendor records that are one company with this one, itself among them. */
export function sameCompany(vendorId: string, names: ReadonlyMap<string, string>): string[] {
  return [vendorId, ...[...names.keys()].filter((id) => id !== vendorId && sameVendor(id, vendorId, names))];
}

/** The bills of a company that are dated in a range of days, from the mirror. */
export async function billsOfCompany(
  call: Call,
  { connection, scope }: Place,
  vendorIds: readonly string[],
  range: { listed_from: string; listed_to?: string },
): Promise<Found<'bill'>[]> {
  const bills = await Promise.all(
    vendorIds.map((vendor_id) => everyOne(call, 'bill', { connection, scope, vendor_id, ...range }, () => true)),
  );
  return bills.flat();
}

/** A bill as far as the grant reaches, and the charges that pass on parts of it. */
export interface PassedOn {
  bill: Bill;
  charges: LedgerEntry[];
  /** Cents that no resident has been charged for. */
  left: number;
}

/**
 * What of a bill has been passed on to residents; a decision asks the PMS, a listing the mirror. Of a bill over several properties a grant sees,
 * and may pass on, the lines of its own properties only.
 */
export async function passedOn(call: Call, found: Found<'bill'>, from: 'pms' | 'mirror' = 'pms'): Promise<PassedOn> {
  const { record, connection, scope } = found;
  const ids = [...new Set(record.lines.map(({ property_id }) => property_id))];
  const mine: string[] = [];
  for (const id of ids) if ((await call.records.linked(found, 'property', id)) !== undefined) mine.push(id);
  const lines = record.lines.filter(({ property_id }) => mine.includes(property_id));
  const whole = lines.length === record.lines.length;
  const bill = whole ? record : { ...record, lines, total: lines.reduce((sum, { amount }) => sum + amount, 0) };
  if (from === 'pms')
    for (const property_id of mine) await call.records.catchUp('ledger_entry', { connection, scope, property_id });
  const listed_from = addDays(record.invoice_date, -CHARGED_BEFORE_DAYS);
  const where = { connection, scope, property_ids: mine, status: ['charge'], listed_from };
  const charges = (await everyOne(call, 'ledger_entry', where, (one) => one.record.bill_id === record.id)).map(
    (one) => one.record,
  );
  return { bill, charges, left: bill.total - chargedBack(record.id, charges) };
}

/** Refuses to send what is no longer what was asked for or approved. */
export function requireSame(before: unknown, now: unknown, what: string): void {
  if (canonicalJson(before) === canonicalJson(now)) return;
  throw new CaretakerError('conflict', `Since this was asked for, ${what} changed in the PMS. Nothing was posted.`, {
    next: 'look at it again and, if it is still right, ask for it under a new request_id',
  });
}

/** The refs of a stored command's ids. */
export function refIn(call: Call, { row }: { row: Place }): (id: string) => string {
  return (id) => call.records.ref(row.connection, row.scope, id);
}
