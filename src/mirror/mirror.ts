import { CompiledQuery, type Kysely } from 'kysely';
import type { RecordKind, RecordOf } from '../model/records.ts';
import type { KeyRing } from '../store/keyring.ts';
import type { MirrorTables } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { findRows, type FindFilters, type FindPage } from './find.ts';
import { chunksOf } from './chunks.ts';
import { Kept } from './kept.ts';
import { removeKeys } from './keys.ts';
import { putChunk, versioned } from './put.ts';
import { countRevision, isReference, referenceReader, type ReadReference, type ReferenceKind } from './reference.ts';
import { plainRecord, wholeRecord, type Mirrored, type PlainRecord, type SealedRow } from './sealed.ts';
import { workloadOf, type WorkloadQuery } from './workload.ts';

export type { Mirrored } from './sealed.ts';

/** Whether the fields that are encrypted at rest are opened too. Reads that show none of them are faster without. */
export interface Sealing {
  withSealed?: boolean;
}

type Read<K extends RecordKind, S extends Sealing> = Mirrored<
  S extends { withSealed: true } ? RecordOf<K> : PlainRecord<K>
>;

/** How far the loading of one kind in one scope has come. */
export interface LoadState {
  kind: RecordKind;
  scope: string;
  /** When the last complete load began, epoch milliseconds; null where there was none. */
  loaded_at: number | null;
  /** Where an unfinished load goes on; the loader's own text. */
  cursor: string | null;
  record_count: number;
}

/** The local copy of what the PMSs hold. It can be loaded again at any time and decides nothing. */
export interface Mirror {
  readonly db: Kysely<MirrorTables>;
  readonly keyring: KeyRing;
  /**
   * Stores records that the PMS gave when it was asked at `as_of`. What was read later stays, unless `proved` says that
   * these are the read-back of a change of ours: then another clock's later reading does not hide it. Answers how many
   * records are new or changed.
   */
  put<K extends RecordKind>(
    connection: string,
    kind: K,
    scope: string,
    records: readonly RecordOf<K>[],
    as_of: number,
    options?: { proved?: boolean },
  ): Promise<number>;
  get<K extends RecordKind, S extends Sealing = {}>(
    connection: string,
    kind: K,
    scope: string,
    id: string,
    sealing?: S,
  ): Promise<Read<K, S> | undefined>;
  /** The records among the ids that the mirror has, by id. */
  getMany<K extends RecordKind, S extends Sealing = {}>(
    connection: string,
    kind: K,
    scope: string,
    ids: readonly string[],
    sealing?: S,
  ): Promise<Map<string, Read<K, S>>>;
  /** One page in a stable order. Throws `InvalidCursor` for a cursor of another listing. */
  find<K extends RecordKind, S extends Sealing = {}>(
    connection: string,
    kind: K,
    filters: FindFilters,
    page: FindPage,
    sealing?: S,
  ): Promise<{ records: Read<K, S>[]; next_cursor?: string }>;
  readonly reference: ReadReference;
  /** How many work orders vendors or technicians have, by their ids. */
  workload(connection: string, query: WorkloadQuery): Promise<Map<string, number>>;
  /** Forgets a record that the PMS, asked for it by id, says it has not. */
  remove(connection: string, kind: RecordKind, scope: string, id: string): Promise<void>;
  counts(connection: string): Promise<{ kind: RecordKind; scope: string; count: number; oldest_as_of: number }[]>;
  loadStates(connection: string): Promise<LoadState[]>;
  saveLoadState(connection: string, state: LoadState): Promise<void>;
}

/** Records are written in transactions of at most this many, so that other writers get their turn. */
const PUT_AT_ONCE = 500;

const ROW = ['connection', 'kind', 'scope', 'id', 'version', 'as_of', 'body_json', 'sealed'] as const;

/** The one query that every tool makes, compiled once. */
function compileGet(
  db: Kysely<MirrorTables>,
): (connection: string, kind: string, scope: string, id: string) => CompiledQuery<ReadRow> {
  const { sql } = db
    .selectFrom('mirror_records')
    .select(ROW)
    .where('connection', '=', '')
    .where('kind', '=', '')
    .where('scope', '=', '')
    .where('id', '=', '')
    .compile();
  return (...key) => CompiledQuery.raw(sql, key) as CompiledQuery<ReadRow>;
}

/** Longer lists are seldom asked for twice, and would push the short ones out. */
const KEPT_ROWS = 25;

/** Asked with the time of the call, and so never again. */
const isMomentary = ({ listed_from = '', listed_to = '' }: FindFilters) =>
  listed_from.length > 10 || listed_to.length > 10;

const keyOf = (connection: string, kind: RecordKind, scope: string, id: string, sealing: Sealing | undefined) =>
  `${connection}\n${kind}\n${scope}\n${id}\n${sealing?.withSealed === true}`;

type ReadRow = SealedRow & { version: string; as_of: number };

export function createMirror(store: Store, keyring: KeyRing): Mirror {
  const db = store.mirror;
  const getQuery = compileGet(db);
  const reference = referenceReader(db, keyring);
  const kept = new Kept(() => store.mirrorVersion());

  function read<K extends RecordKind, S extends Sealing>(row: ReadRow, sealing: S | undefined): Read<K, S> {
    const record = sealing?.withSealed ? wholeRecord<K>(keyring, row) : plainRecord<K>(row);
    return { record, scope: row.scope, version: row.version, as_of: row.as_of } as Read<K, S>;
  }

  return {
    db,
    keyring,
    async put(connection, kind, scope, records, as_of, { proved = false } = {}) {
      let changed = 0;
      for (const batch of chunksOf(versioned(records), PUT_AT_ONCE)) {
        changed += await store.mirrorTransaction(async (trx) => {
          let count = 0;
          for (const chunk of chunksOf(batch)) {
            count += await putChunk(trx, keyring, { connection, kind, scope }, chunk, as_of, proved);
          }
          return count;
        });
        kept.changed();
      }
      return changed;
    },
    async get<K extends RecordKind, S extends Sealing>(
      connection: string,
      kind: K,
      scope: string,
      id: string,
      sealing?: S,
    ) {
      const known = kept.open();
      const key = keyOf(connection, kind, scope, id, sealing);
      const before = known.get(key);
      if (before !== undefined) return before as Read<K, S>;
      const { rows } = await db.executeQuery(getQuery(connection, kind, scope, id));
      const found = rows[0] && read<K, S>(rows[0], sealing);
      if (found !== undefined) known.keep(key, found);
      return found;
    },
    async getMany<K extends RecordKind, S extends Sealing>(
      connection: string,
      kind: K,
      scope: string,
      ids: readonly string[],
      sealing?: S,
    ) {
      const known = kept.open();
      const found = new Map<string, Read<K, S>>();
      const missing = [];
      for (const id of new Set(ids)) {
        const before = known.get(keyOf(connection, kind, scope, id, sealing));
        if (before === undefined) missing.push(id);
        else found.set(id, before as Read<K, S>);
      }
      for (const chunk of chunksOf(missing)) {
        const rows = await db
          .selectFrom('mirror_records')
          .select(ROW)
          .where('connection', '=', connection)
          .where('kind', '=', kind)
          .where('scope', '=', scope)
          .where('id', 'in', chunk)
          .execute();
        for (const row of rows) {
          const one = read<K, S>(row, sealing);
          known.keep(keyOf(connection, kind, scope, row.id, sealing), one);
          found.set(row.id, one);
        }
      }
      return found;
    },
    async find<K extends RecordKind, S extends Sealing>(
      connection: string,
      kind: K,
      filters: FindFilters,
      page: FindPage,
      sealing?: S,
    ) {
      const known = kept.open();
      const key = JSON.stringify([connection, kind, filters, page, sealing?.withSealed === true]);
      const before = known.get(key);
      if (before !== undefined) return before as { records: Read<K, S>[]; next_cursor?: string };
      const { rows, next_cursor } = await findRows(db, connection, kind, filters, page);
      const found = { records: rows.map((row) => read<K, S>(row, sealing)), ...(next_cursor ? { next_cursor } : {}) };
      if (rows.length <= KEPT_ROWS && !isMomentary(filters)) known.keep(key, found);
      return found;
    },
    async reference<K extends ReferenceKind>(connection: string, kind: K) {
      // Where nothing at all has changed, not even the revision has to be asked for.
      const known = kept.open();
      const key = `reference ${kind} ${connection}`;
      const before = known.get(key);
      if (before !== undefined) return before as readonly Mirrored<RecordOf<K>>[];
      const all = await reference(connection, kind);
      known.keep(key, all);
      return all;
    },
    workload: (connection, query) => workloadOf(db, connection, query),
    async remove(connection, kind, scope, id) {
      await store.mirrorTransaction(async (trx) => {
        if (isReference(kind)) await countRevision(trx, { connection, kind, scope });
        await removeKeys(trx, { connection, kind, scope }, [id]);
        await trx
          .deleteFrom('mirror_records')
          .where('connection', '=', connection)
          .where('kind', '=', kind)
          .where('scope', '=', scope)
          .where('id', '=', id)
          .execute();
      });
      kept.changed();
    },
    async counts(connection) {
      const rows = await db
        .selectFrom('mirror_records')
        .select([
          'kind',
          'scope',
          (eb) => eb.fn.countAll<number>().as('count'),
          (eb) => eb.fn.min('as_of').as('oldest'),
        ])
        .where('connection', '=', connection)
        .groupBy(['kind', 'scope'])
        .orderBy('kind')
        .orderBy('scope')
        .execute();
      return rows.map((row) => ({
        kind: row.kind as RecordKind,
        scope: row.scope,
        count: Number(row.count),
        oldest_as_of: Number(row.oldest),
      }));
    },
    async loadStates(connection) {
      const rows = await db
        .selectFrom('mirror_state')
        .select(['kind', 'scope', 'loaded_at', 'cursor', 'record_count'])
        .where('connection', '=', connection)
        .execute();
      return rows.map((row) => ({ ...row, kind: row.kind as RecordKind }));
    },
    async saveLoadState(connection, state) {
      const { kind, scope, ...rest } = state;
      await store.mirrorTransaction((trx) =>
        trx
          .insertInto('mirror_state')
          .values({ connection, ...state })
          .onConflict((conflict) => conflict.columns(['connection', 'kind', 'scope']).doUpdateSet(rest))
          .execute(),
      );
    },
  };
}
