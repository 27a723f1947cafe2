import { sql, type Kysely } from 'kysely';
import type { RecordKind } from '../model/records.ts';
import type { MirrorTables } from '../store/schema.ts';
import { isDated } from './columns.ts';

/** Which records of a kind; a filter that is absent excludes nothing, an empty list excludes everything. */
export interface FindFilters {
  scope?: string;
  /** Records that belong to no property are never among them. */
  property_ids?: readonly string[];
  /** Null for records that are in no unit. */
  unit_id?: string | null;
  household_id?: string;
  resident_id?: string;
  vendor_id?: string;
  status?: readonly string[];
  /** A date or an instant, included. */
  listed_from?: string;
  /** A date, whose whole day is included, or an instant, which is not. */
  listed_to?: string;
}

export interface FindPage {
  /** 1 to 1000. */
  limit: number;
  cursor?: string;
  /** By id, or by the date that the kind is listed by; default `id`. */
  order?: 'id' | 'oldest_first' | 'newest_first';
}

/** The cursor was not made by this listing. */
export class InvalidCursor extends Error {
  override name = 'InvalidCursor';
}

type Position = [order: string, listed_on: string, scope: string, id: string];

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function readCursor(cursor: string, order: string): Position {
  const position = parsed(cursor);
  const valid = Array.isArray(position) && position.length === 4 && position.every((part) => typeof part === 'string');
  if (!valid || position[0] !== order) throw new InvalidCursor('the cursor belongs to another listing');
  return position as Position;
}

/** The first moment that `listed_to` excludes. */
function endOf(listed_to: string): string {
  if (listed_to.length > 10) return listed_to;
  return new Date(Date.parse(`${listed_to}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** One page of rows after the cursor, in an order that inserts and updates elsewhere do not disturb. */
export async function findRows(
  db: Kysely<MirrorTables>,
  connection: string,
  kind: RecordKind,
  filters: FindFilters,
  page: FindPage,
) {
  const order = page.order ?? 'id';
  if (order !== 'id' && !isDated(kind)) throw new TypeError(`${kind} records have no date to be listed by`);
  if (filters.property_ids?.length === 0 || filters.status?.length === 0) return { rows: [] };
  const limit = Math.min(Math.max(page.limit, 1), 1000);
  let query = db
    .selectFrom('mirror_records')
    .select(['connection', 'kind', 'scope', 'id', 'version', 'as_of', 'body_json', 'sealed', 'listed_on'])
    .where('connection', '=', connection)
    .where('kind', '=', kind);
  if (filters.property_ids) query = query.where('property_id', 'in', [...filters.property_ids]);
  if (filters.status) query = query.where('status', 'in', [...filters.status]);
  for (const column of ['scope', 'unit_id', 'household_id', 'resident_id', 'vendor_id'] as const) {
    const value = filters[column];
    if (value !== undefined) query = query.where(column, value === null ? 'is' : '=', value);
  }
  if (filters.listed_from !== undefined) query = query.where('listed_on', '>=', filters.listed_from);
  if (filters.listed_to !== undefined) query = query.where('listed_on', '<', endOf(filters.listed_to));
  if (page.cursor !== undefined) {
    const [, listed_on, scope, id] = readCursor(page.cursor, order);
    if (order === 'id') query = query.where(sql<boolean>`(scope, id) > (${scope}, ${id})`);
    if (order === 'oldest_first')
      query = query.where(sql<boolean>`(listed_on, scope, id) > (${listed_on}, ${scope}, ${id})`);
    if (order === 'newest_first')
      query = query.where(sql<boolean>`(listed_on, scope, id) < (${listed_on}, ${scope}, ${id})`);
  }
  const direction = order === 'newest_first' ? 'desc' : 'asc';
  if (order !== 'id') query = query.orderBy('listed_on', direction);
  const rows = await query
    .orderBy('scope', direction)
    .orderBy('id', direction)
    .limit(limit + 1)
    .execute();
  if (rows.length <= limit) return { rows };
  rows.length = limit;
  const last = rows[limit - 1]!;
  const position: Position = [order, last.listed_on ?? '', last.scope, last.id];
  return { rows, next_cursor: Buffer.from(JSON.stringify(position)).toString('base64url') };
}
