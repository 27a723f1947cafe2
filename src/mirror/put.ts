import type { Insertable, Kysely } from 'kysely';
import type { RecordKind, RecordOf } from '../model/records.ts';
import { keepVersions } from './versions.ts';
import { recordVersion } from '../model/version.ts';
import type { KeyRing } from '../store/keyring.ts';
import { prepared } from '../store/prepared.ts';
import type { MirrorRecordTable, MirrorTables } from '../store/schema.ts';
import { columnsOf, splitSealed } from './columns.ts';
import { sealFields } from './sealed.ts';
import { insertKeys, keyRows, removeKeys, renameInResidents, type PutTarget, type Trx } from './keys.ts';
import { countRevision, isReference } from './reference.ts';
import { isSearched } from './terms.ts';

/** A record with the version that it would have in the mirror. */
interface Versioned<K extends RecordKind> {
  record: RecordOf<K>;
  version: string;
}

/** The last one of each id, in the order of ids: two writers that lock rows in one order cannot wait for each other. */
export function versioned<K extends RecordKind>(records: readonly RecordOf<K>[]): Versioned<K>[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  return [...byId.values()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((record) => ({ record, version: recordVersion(record) }));
}

/**
 * Writes one chunk: records whose version is unchanged only get the new `as_of`, and nothing replaces what was read
 * later than `as_of`. Search terms change together with the record. Answers how many records changed.
 */
export async function putChunk<K extends RecordKind>(
  trx: Trx,
  keyring: KeyRing,
  target: PutTarget & { kind: K },
  chunk: readonly Versioned<K>[],
  asked_at: number,
  proved: boolean,
): Promise<number> {
  const { kind } = target;
  const ids = chunk.map(({ record }) => record.id);
  const found = await presentRows(trx, target, ids);
  const known = new Map(found.map((row) => [row.id, row]));
  const as_of = proved ? Math.max(asked_at, ...found.map((row) => row.as_of)) : asked_at;
  const same = chunk.filter(({ record, version }) => known.get(record.id)?.version === version);
  const changed = chunk.filter(({ record, version }) => {
    const row = known.get(record.id);
    return !row || (row.version !== version && row.as_of <= as_of);
  });
  // A later `as_of` is a change too: what is kept decoded says how fresh it is.
  if (isReference(kind)) await countRevision(trx, target);
  const unchanged = same.map(({ record }) => record.id);
  if (unchanged.length > 0) await touch(trx, target, unchanged, as_of);
  if (changed.length === 0) return 0;
  const replaced = changed.map(({ record }) => record.id).filter((id) => known.has(id));
  await keepVersions(trx, target, replaced, as_of);
  const written = new Set(await upsert(trx, keyring, target, changed, as_of));
  const records = changed.map(({ record }) => record).filter((record) => written.has(record.id));
  if (isSearched(kind) && records.length > 0) {
    const old = records.map((record) => record.id).filter((id) => known.has(id));
    if (old.length > 0) await removeKeys(trx, target, old);
    await insertKeys(trx, await keyRows(trx, keyring, target, records));
  }
  if (kind === 'unit') await renameInResidents(trx, target, records as RecordOf<'unit'>[]);
  return records.length;
}

async function touch(trx: Trx, { connection, kind, scope }: PutTarget, ids: string[], as_of: number): Promise<void> {
  await trx
    .updateTable('mirror_records')
    .set({ as_of })
    .where('connection', '=', connection)
    .where('kind', '=', kind)
    .where('scope', '=', scope)
    .where('id', 'in', ids)
    .where('as_of', '<', as_of)
    .execute();
}

async function upsert<K extends RecordKind>(
  trx: Trx,
  keyring: KeyRing,
  target: PutTarget & { kind: K },
  chunk: readonly Versioned<K>[],
  as_of: number,
): Promise<string[]> {
  const rows = chunk.map(({ record, version }): MirrorRecordTable => {
    const { body, sealed } = splitSealed(target.kind, record);
    const at = { ...target, id: record.id };
    return {
      ...at,
      ...columnsOf(target.kind, record),
      version,
      body_json: JSON.stringify(body),
      sealed: sealed === undefined ? null : sealFields(keyring, at, sealed),
      as_of,
    };
  });
  const [row, ...more] = rows;
  const written =
    row !== undefined && more.length === 0 ? (await storeOne(trx, row)).rows : await upsertQuery(trx, rows).execute();
  return written.map((row) => row.id);
}

/** What a row says, laid over what is there, unless that was read later. */
const upsertQuery = (db: Kysely<MirrorTables>, rows: readonly Insertable<MirrorRecordTable>[]) =>
  db
    .insertInto('mirror_records')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['connection', 'kind', 'scope', 'id'])
        .doUpdateSet((eb) => Object.fromEntries(REPLACED.map((column) => [column, eb.ref(`excluded.${column}`)])))
        .whereRef('excluded.as_of', '>=', 'mirror_records.as_of'),
    )
    .returning('id');

/** The columns besides the key. */
const REPLACED = [
  'property_id',
  'unit_id',
  'household_id',
  'resident_id',
  'vendor_id',
  'technician_id',
  'status',
  'listed_on',
  'version',
  'body_json',
  'sealed',
  'as_of',
] as const;

/** One record at a time is what every change and every read-through puts. */
const storeOne = prepared<MirrorRecordTable>()((db: Kysely<MirrorTables>, argument) =>
  upsertQuery(db, [
    Object.fromEntries(
      (['connection', 'kind', 'scope', 'id', ...REPLACED] as const).map((column) => [column, argument(column)]),
    ) as Partial<MirrorRecordTable> as MirrorRecordTable,
  ]),
);

const presentOne = prepared<PutTarget & { id: string }>()((db: Kysely<MirrorTables>, argument) =>
  db
    .selectFrom('mirror_records')
    .select(['id', 'version', 'as_of'])
    .where('connection', '=', argument('connection'))
    .where('kind', '=', argument('kind'))
    .where('scope', '=', argument('scope'))
    .where('id', '=', argument('id')),
);

async function presentRows(trx: Trx, { connection, kind, scope }: PutTarget, ids: readonly string[]) {
  const [id, ...more] = ids;
  if (id !== undefined && more.length === 0) return (await presentOne(trx, { connection, kind, scope, id })).rows;
  return trx
    .selectFrom('mirror_records')
    .select(['id', 'version', 'as_of'])
    .where('connection', '=', connection)
    .where('kind', '=', kind)
    .where('scope', '=', scope)
    .where('id', 'in', ids)
    .execute();
}
