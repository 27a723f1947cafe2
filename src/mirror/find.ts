import { sql, type Kysely } from 'kysely';
import type { RecordKind } from '../model/records.ts';
import { preparedByShape } from '../store/prepared.ts';
import type { MirrorTables } from '../store/schema.ts';
import { isDated } from './columns.ts';
import { readCursor, type Position } from './cursor.ts';

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

/** The first moment that `listed_to` excludes. */
function endOf(listed_to: string): string {
  if (listed_to.length > 10) return listed_to;
  return new Date(Date.parse(`${listed_to}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

const COLUMNS = ['connection', 'kind', 'scope', 'id', 'version', 'as_of', 'body_json', 'sealed', 'listed_on'] as const;
const EQUAL = ['scope', 'unit_id', 'household_id', 'resident_id', 'vendor_id'] as const;
const LISTS = { property_ids: 'property_id', status: 'status' } as const;

type Found = Pick<MirrorTables['mirror_records'], (typeof COLUMNS)[number]>;

const queries = preparedByShape<MirrorTables, Found>();

/** The query of a shape: which filters there are and how many values each has, but not which values. */
function queryFor(filters: FindFilters, order: NonNullable<FindPage['order']>, goesOn: boolean) {
  const lists = (['property_ids', 'status'] as const).flatMap((list) => {
    const values = filters[list];
    return values === undefined ? [] : [[list, values.map((_value, at) => `${list}.${at}`)] as const];
  });
  const equal = EQUAL.filter((column) => filters[column] !== undefined);
  const dated = (['listed_from', 'listed_to'] as const).filter((bound) => filters[bound] !== undefined);
  const shape = [order, goesOn, dated, equal.map((column) => [column, filters[column] === null]), lists];
  return queries(JSON.stringify(shape), (db, argument) => {
    const text = (name: string) => argument(name) as string;
    let query = db
      .selectFrom('mirror_records')
      .select(COLUMNS)
      .where('connection', '=', text('connection'))
      .where('kind', '=', text('kind'));
    for (const [list, names] of lists) query = query.where(LISTS[list], 'in', names.map(text));
    for (const column of equal)
      query = filters[column] === null ? query.where(column, 'is', null) : query.where(column, '=', text(column));
    if (dated.includes('listed_from')) query = query.where('listed_on', '>=', text('listed_from'));
    if (dated.includes('listed_to')) query = query.where('listed_on', '<', text('listed_to'));
    const [on, scope, id] = [text('after.on'), text('after.scope'), text('after.id')];
    if (goesOn && order === 'id') query = query.where(sql<boolean>`(scope, id) > (${scope}, ${id})`);
    if (goesOn && order === 'oldest_first')
      query = query.where(sql<boolean>`(listed_on, scope, id) > (${on}, ${scope}, ${id})`);
    if (goesOn && order === 'newest_first')
      query = query.where(sql<boolean>`(listed_on, scope, id) < (${on}, ${scope}, ${id})`);
    const direction = order === 'newest_first' ? 'desc' : 'asc';
    if (order !== 'id') query = query.orderBy('listed_on', direction);
    return query
      .orderBy('scope', direction)
      .orderBy('id', direction)
      .limit(argument('limit') as number);
  });
}

/** The values that `queryFor` leaves open. */
function valuesOf(filters: FindFilters, after: Position | undefined): Record<string, unknown> {
  const { property_ids = [], status = [], listed_to, ...others } = filters;
  return {
    ...others,
    ...Object.fromEntries(property_ids.map((value, at) => [`property_ids.${at}`, value])),
    ...Object.fromEntries(status.map((value, at) => [`status.${at}`, value])),
    ...(listed_to !== undefined && { listed_to: endOf(listed_to) }),
    ...(after !== undefined && { 'after.on': after[1], 'after.scope': after[2], 'after.id': after[3] }),
  };
}

/** One page of rows after the cursor, in an order that inserts and updates elsewhere do not disturb. */
export async function findRows(
  db: Kysely<MirrorTables>,
  connection: string,
  kind: RecordKind,
  filters: FindFilters,
  page: FindPage,
): Promise<{ rows: Found[]; next_cursor?: string }> {
  const order = page.order ?? 'id';
  if (order !== 'id' && !isDated(kind)) throw new TypeError(`${kind} records have no date to be listed by`);
  if (filters.property_ids?.length === 0 || filters.status?.length === 0) return { rows: [] };
  const limit = Math.min(Math.max(page.limit, 1), 1000);
  const after = page.cursor === undefined ? undefined : readCursor(page.cursor, order);
  const query = queryFor(filters, order, after !== undefined);
  const { rows } = await query(db, { ...valuesOf(filters, after), connection, kind, limit: limit + 1 });
  if (rows.length <= limit) return { rows };
  rows.length = limit;
  const last = rows[limit - 1]!;
  const position: Position = [order, last.listed_on ?? '', last.scope, last.id];
  return { rows, next_cursor: Buffer.from(JSON.stringify(position)).toString('base64url') };
}
