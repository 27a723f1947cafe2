import { type ListQuery, type Page, VendorError } from '../../connectors/connector.ts';
import type { Kept, Sidecar, SidecarPlace } from '../../mirror/sidecar.ts';
import { type RecordKind, type RecordOf, RECORDS } from '../../model/records.ts';

/*
 * Records that only Caretaker holds, listed like those of a PMS.
 */

/** The kinds of which Caretaker may hold records of its own, whatever the PMS has of them. */
export const OWN_KINDS: ReadonlySet<RecordKind> = new Set(['guest_card', 'tour', 'communication']);

/** Kinds whose records belong to every property. */
const EVERYWHERE: ReadonlySet<RecordKind> = new Set(['vendor', 'staff', 'gl_account', 'charge_code']);

const DEFAULT_LIMIT = 200;
const FILTERS = ['unit_id', 'household_id'] as const;

export function wholeRecord<K extends RecordKind>(kind: K, { fields }: Kept): RecordOf<K> {
  return RECORDS[kind].parse(fields) as RecordOf<K>;
}

/**
 * One page in the order of ids. A page may have fewer records than were asked for and still not be the last. Throws
 * `VendorError` `refused` for a moment that is none.
 */
export async function ownPage<K extends RecordKind>(
  sidecar: Sidecar,
  place: SidecarPlace & { kind: K },
  query: ListQuery,
  { after, under_any_id }: { after?: string | undefined; under_any_id: boolean },
): Promise<{ records: RecordOf<K>[]; last?: string }> {
  const limit = query.limit ?? DEFAULT_LIMIT;
  const rows = await sidecar.own(place, {
    ...{ under_any_id, limit },
    ...(query.since !== undefined && { since: momentOf(query.since) }),
    ...(query.property_id !== undefined && !EVERYWHERE.has(place.kind) && { property_id: query.property_id }),
    ...(after !== undefined && { after }),
  });
  const last = rows.length < limit ? undefined : rows.at(-1)?.record_id;
  // What was once kept beside a record that the PMS had is none by itself.
  const whole = rows.filter(({ record_id, kept }) => kept.fields['id'] === record_id);
  const records = whole.map(({ kept }) => wholeRecord(place.kind, kept));
  return { records: records.filter((record) => fits(record, query)), ...(last !== undefined && { last }) };
}

function fits(record: object, query: ListQuery): boolean {
  const fields = record as Record<string, unknown>;
  return FILTERS.every((filter) => query[filter] === undefined || fields[filter] === query[filter]);
}

function momentOf(since: string): number {
  const at = Date.parse(since);
  if (Number.isNaN(at)) throw new VendorError('refused', 'Not a moment in ISO 8601.', { field: 'since' });
  return at;
}

const OWN = 'own:';
const PMS = 'pms:';

/** Where a list goes on: first in the PMS, then among the records that only Caretaker holds. */
export type ListPlace = { at: 'pms'; cursor?: string } | { at: 'own'; after?: string };

export function listPlaceOf(cursor: string | undefined): ListPlace {
  if (cursor === undefined) return { at: 'pms' };
  if (cursor.startsWith(PMS)) return { at: 'pms', cursor: cursor.slice(PMS.length) };
  if (cursor === OWN) return { at: 'own' };
  if (cursor.startsWith(OWN)) return { at: 'own', after: cursor.slice(OWN.length) };
  throw new VendorError('refused', 'The cursor is not one that this list gave out.', { field: 'cursor' });
}

function cursorOf(place: ListPlace): string {
  return place.at === 'pms' ? `${PMS}${place.cursor ?? ''}` : `${OWN}${place.after ?? ''}`;
}

/** A page of a list that goes on elsewhere. */
export function pageOf<K extends RecordKind>(records: RecordOf<K>[], next: ListPlace | undefined): Page<K> {
  return { records, ...(next !== undefined && { next_cursor: cursorOf(next) }) };
}
