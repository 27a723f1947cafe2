import { sql, type Kysely } from 'kysely';
import type { MirrorTables } from '../store/schema.ts';
import type { SearchKind } from './terms.ts';

/** Records read for one group of terms; a word that names more of them tells nobody apart. */
const LONGEST_LIST = 6000;

/** Stand between the fields of a record and between records; ids do not contain control characters. */
const FIELD = '\u001f';
const RECORD = '\u001e';

/** Where to look. Vendors and staff belong to no property and are found under every pin. */
export interface Within {
  connection: string;
  kinds: readonly SearchKind[];
  property_ids?: readonly string[];
}

const OF_NO_PROPERTY: readonly SearchKind[] = ['vendor', 'staff'];

/** A record in a list, as text: lists are long, and most of their records are counted and never looked at. */
export type Posting = string;

export interface Posted {
  kind: SearchKind;
  scope: string;
  id: string;
  property_id: string | undefined;
  /** Not one of those who have left, who are seldom meant. */
  present: boolean;
}

export function readPosting(posting: Posting): Posted {
  const [present, kind = '', scope = '', id = '', property_id] = posting.split(FIELD);
  return { kind: kind as SearchKind, scope, id, property_id, present: present === '1' };
}

/** A record that was found in another way, as the lists would have it. */
export function postingOf({ kind, scope, id, property_id, present }: Posted): Posting {
  const fields = [present ? '1' : '0', kind, scope, id, ...(property_id === undefined ? [] : [property_id])];
  return fields.join(FIELD);
}

export const isPresent = (posting: Posting): boolean => posting.startsWith('1');

export function kindOf(posting: Posting): SearchKind {
  return posting.slice(2, posting.indexOf(FIELD, 2)) as SearchKind;
}

/** The property of a posting, without reading the rest; something else where it has none. */
export const propertyOf = (posting: Posting): string => posting.slice(posting.lastIndexOf(FIELD) + 1);

function rowsOf(db: Kysely<MirrorTables>, terms: readonly string[], within: Within) {
  const query = db
    .selectFrom('mirror_keys')
    .where('term', 'in', [...terms])
    .where('connection', '=', within.connection)
    .where('kind', 'in', [...within.kinds]);
  const { property_ids } = within;
  if (!property_ids) return query;
  return query.where((eb) =>
    eb.or([
      ...(property_ids.length > 0 ? [eb('property_id', 'in', [...property_ids])] : []),
      eb('kind', 'in', [...OF_NO_PROPERTY]),
    ]),
  );
}

/**
 * For each group of terms, the records that have any of them; a record may be in a list twice. The database strings
 * a list together, which is several times faster than a row for each record.
 */
export async function postingLists(
  db: Kysely<MirrorTables>,
  groups: readonly (readonly string[])[],
  within: Within,
): Promise<Posting[][]> {
  const lists: Posting[][] = groups.map(() => []);
  const asked = groups.map((terms, group) => ({ terms, group })).filter(({ terms }) => terms.length > 0);
  if (asked.length === 0 || within.kinds.length === 0) return lists;
  const selects = asked.map(({ terms, group }) => {
    const rows = rowsOf(db, terms, within).select(['kind', 'scope', 'id', 'property_id', 'weight']).limit(LONGEST_LIST);
    const present = sql`case when weight < 1 then 0 else 1 end`;
    const record = sql`concat_ws(${FIELD}, ${present}, kind, scope, id, property_id)`;
    return sql`select ${sql.lit(group)} as list, string_agg(${record}, ${RECORD}) as records from (${rows}) as found`;
  });
  const { rows } = await sql<{ list: number; records: string | null }>`${sql.join(selects, sql` union all `)}`.execute(
    db,
  );
  for (const { list, records } of rows) if (records) lists[list] = records.split(RECORD);
  return lists;
}
