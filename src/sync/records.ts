import type { Connector, ListQuery } from '../connectors/connector.ts';
import type { FindFilters, FindPage } from '../mirror/find.ts';
import type { Mirror, Mirrored, Sealing } from '../mirror/mirror.ts';
import type { PlainRecord } from '../mirror/sealed.ts';
import { CaretakerError } from '../model/errors.ts';
import { RECORD_KINDS, type RecordKind, type RecordOf } from '../model/records.ts';
import { inRequestScope, type RequestScope } from '../pace/request_scope.ts';
import { recordVersion } from '../model/version.ts';
import type { ReferenceKind } from '../mirror/reference.ts';
import { loadMirror, readableKinds, type LoadProgress } from './load.ts';
import { refusedRead } from './refused_read.ts';

export interface RecordsConnection {
  id: string;
  connector: Connector;
  /** Age in milliseconds from which a mirrored record is called stale. */
  stale_after_ms: number;
  /** Whether its PMS is known not to answer: then every copy is stale, however young. */
  isDown?(): boolean;
}

export interface RecordsOptions {
  connections: readonly RecordsConnection[];
  mirror: Mirror;
  clock: () => number;
}

/** A record with how fresh it is. `as_of` is when the PMS was asked for it, epoch milliseconds. */
export interface Fresh<R> extends Mirrored<R> {
  stale: boolean;
}

type FreshOf<K extends RecordKind, S extends Sealing> = Fresh<
  S extends { withSealed: true } ? RecordOf<K> : PlainRecord<K>
>;

/** How a kind of a connection stands in the mirror. */
export interface KindFreshness {
  kind: RecordKind;
  /** `unsupported` kinds are never in the mirror. */
  read: 'native' | 'mapped' | 'sidecar' | 'unsupported';
  changes: 'webhook' | 'poll' | 'none';
  /** When the last complete load began; undefined where there was none. */
  loaded_at?: number;
  /** Records in the mirror, and how long ago the oldest of them was read. */
  count: number;
  oldest_as_of?: number;
  stale: boolean;
}

export interface Waiting {
  onProgress?: (progress: LoadProgress) => void;
  /** Ends the waiting, not the load. */
  signal?: AbortSignal;
}

/** What tools read with. Methods throw `CaretakerError` `pms_unavailable` or `rate_limited` where the PMS is needed. */
export interface Records {
  readonly mirror: Mirror;
  /** Loads a connection's mirror at its first use; one load at a time, and all who wait share it. */
  ensureLoaded(connection: string, waiting?: Waiting): Promise<void>;
  /** From the mirror; from the PMS where the mirror has none; undefined where neither has it. */
  get<K extends RecordKind, S extends Sealing = {}>(
    connection: string,
    kind: K,
    scope: string,
    id: string,
    sealing?: S,
  ): Promise<FreshOf<K, S> | undefined>;
  /** From the PMS, now; the mirror learns it. Undefined where the PMS has none, and then the mirror has none either. */
  readThrough<K extends RecordKind>(
    connection: string,
    kind: K,
    scope: string,
    id: string,
    signal?: AbortSignal,
  ): Promise<Fresh<RecordOf<K>> | undefined>;
  /** A page from the mirror, which is loaded first where it never was. */
  list<K extends RecordKind, S extends Sealing = {}>(
    connection: string,
    kind: K,
    filters: FindFilters,
    page: FindPage,
    sealing?: S,
  ): Promise<{ records: FreshOf<K, S>[]; next_cursor?: string }>;
  /** Everything of a kind that is kept decoded. The records are shared: nobody may change them. */
  reference<K extends ReferenceKind>(connection: string, kind: K): Promise<readonly Fresh<RecordOf<K>>[]>;
  /**
   * Everything that fits the query, from the PMS, now, for decisions on a short list: an agent's tours of a day, a
   * household's ledger. The mirror learns it. `where` narrows down what the PMS cannot filter by.
   */
  listThrough<K extends RecordKind>(
    connection: string,
    kind: K,
    query: Omit<ListQuery, 'cursor' | 'limit'>,
    where?: (record: RecordOf<K>) => boolean,
    signal?: AbortSignal,
  ): Promise<Fresh<RecordOf<K>>[]>;
  /** Reads kinds again from the PMS, all of them by default. */
  refresh(connection: string, kinds?: readonly RecordKind[], waiting?: Waiting): Promise<void>;
  freshness(connection: string): Promise<KindFreshness[]>;
  /** Ends loads that are under way and waits for them; they go on from there at the next start. */
  close(): Promise<void>;
}

/** A load that others may be waiting for. */
interface Loading {
  promise: Promise<void>;
  listeners: Set<(progress: LoadProgress) => void>;
}

const PAGE = 500;

/** A load goes behind everybody who waits for an answer, even for that of the load. */
const IN_BULK: RequestScope = { priority: 3 };

export function createRecords({ connections, mirror, clock }: RecordsOptions): Records {
  const byId = new Map(connections.map((connection) => [connection.id, connection]));
  const loaded = new Set<string>();
  const loading = new Map<string, Loading>();
  const closing = new AbortController();

  function of(connection: string): RecordsConnection {
    const found = byId.get(connection);
    if (!found) throw new CaretakerError('not_found', `There is no connection "${connection}".`);
    return found;
  }

  const asked = async <T>(connection: string, question: (connector: Connector) => Promise<T>): Promise<T> => {
    try {
      return await question(of(connection).connector);
    } catch (error) {
      throw refusedRead(error, connection);
    }
  };

  /** Whether Caretaker holds a kind alone: nobody else can have changed what it has. */
  const isOurs = (connection: string, kind: RecordKind) =>
    of(connection).connector.capabilities.records[kind]?.read === 'sidecar';

  const fresh = <R>(connection: string, kind: RecordKind, row: Mirrored<R>): Fresh<R> => {
    const { stale_after_ms, isDown } = of(connection);
    const isOld = clock() - row.as_of > stale_after_ms || isDown?.() === true;
    return { ...row, stale: isOld && !isOurs(connection, kind) };
  };

  /** Joins the load that is under way, or begins one. */
  function load(connection: string, begin: () => Promise<void>, { onProgress, signal }: Waiting): Promise<void> {
    let current = loading.get(connection);
    if (!current) {
      current = { promise: begin().finally(() => loading.delete(connection)), listeners: new Set() };
      // Whoever waits is told; that nobody waits any more is no reason to end the process.
      current.promise.catch(() => {});
      loading.set(connection, current);
    }
    if (onProgress) current.listeners.add(onProgress);
    return untilAborted(current.promise, signal);
  }

  const runLoad = (connection: string, again: boolean, kinds?: readonly RecordKind[]) =>
    asked(connection, (connector) =>
      inRequestScope(IN_BULK, () =>
        loadMirror({
          connector,
          connection,
          mirror,
          clock,
          again,
          signal: closing.signal,
          ...(kinds ? { kinds } : {}),
          onProgress: (progress) => loading.get(connection)?.listeners.forEach((listener) => listener(progress)),
        }),
      ),
    );

  /** Puts what the PMS gave at `asked_at` into the mirror, and gives it back as it is there. */
  async function learn<K extends RecordKind>(
    connection: string,
    kind: K,
    scope: string,
    given: readonly RecordOf<K>[],
    asked_at: number,
  ): Promise<Fresh<RecordOf<K>>[]> {
    await mirror.put(connection, kind, scope, given, asked_at);
    return given.map((record) => ({ record, scope, version: recordVersion(record), as_of: asked_at, stale: false }));
  }

  const records: Records = {
    mirror,
    async ensureLoaded(connection, waiting = {}) {
      if (loaded.has(connection)) return;
      of(connection);
      await load(connection, () => runLoad(connection, false), waiting);
      loaded.add(connection);
    },
    async get(connection, kind, scope, id, sealing) {
      const row = await mirror.get(connection, kind, scope, id, sealing);
      if (row) return fresh(connection, kind, row);
      const given = await records.readThrough(connection, kind, scope, id);
      if (!given) return undefined;
      const known = await mirror.get(connection, kind, scope, id, sealing);
      return known && fresh(connection, kind, known);
    },
    async readThrough(connection, kind, scope, id, signal) {
      const asked_at = clock();
      const given = await asked(connection, (connector) => connector.get(kind, scope, id, signal));
      if (given) return (await learn(connection, kind, scope, [given], asked_at))[0];
      await mirror.remove(connection, kind, scope, id);
      return undefined;
    },
    async list(connection, kind, filters, page, sealing) {
      await records.ensureLoaded(connection);
      const found = await mirror.find(connection, kind, filters, page, sealing);
      return { ...found, records: found.records.map((row) => fresh(connection, kind, row)) };
    },
    async reference(connection, kind) {
      await records.ensureLoaded(connection);
      return (await mirror.reference(connection, kind)).map((row) => fresh(connection, kind, row));
    },
    async listThrough(connection, kind, query, where, signal) {
      const { connector } = of(connection);
      const scopes = query.scope === undefined ? await asked(connection, () => connector.scopes()) : [query.scope];
      const all = [];
      for (const scope of scopes) {
        let cursor: string | undefined;
        do {
          const asked_at = clock();
          const ask = { ...query, scope, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
          const page = await asked(connection, () => connector.list(kind, ask, signal));
          all.push(...(await learn(connection, kind, scope, page.records, asked_at)));
          cursor = page.next_cursor;
        } while (cursor !== undefined);
      }
      return where ? all.filter(({ record }) => where(record)) : all;
    },
    async refresh(connection, kinds, waiting = {}) {
      // A load that is under way may have passed these kinds already: its end is waited for, then a new one begins.
      await loading.get(connection)?.promise.catch(() => {});
      await load(connection, () => runLoad(connection, true, kinds), waiting);
    },
    async freshness(connection) {
      const { connector, stale_after_ms } = of(connection);
      const [states, counts] = await Promise.all([mirror.loadStates(connection), mirror.counts(connection)]);
      const readable = new Set(readableKinds(connector));
      return RECORD_KINDS.map((kind) => {
        const capability = connector.capabilities.records[kind];
        const mine = states.filter((state) => state.kind === kind);
        const complete = mine.length > 0 && mine.every((state) => state.loaded_at !== null);
        const loaded_at = complete ? Math.min(...mine.map((state) => state.loaded_at ?? 0)) : undefined;
        const held = counts.filter((row) => row.kind === kind);
        const oldest_as_of = held.length > 0 ? Math.min(...held.map((row) => row.oldest_as_of)) : undefined;
        const known_since = oldest_as_of ?? loaded_at;
        return {
          kind,
          read: capability?.read ?? 'unsupported',
          changes: capability?.changes ?? 'none',
          ...(loaded_at === undefined ? {} : { loaded_at }),
          count: held.reduce((sum, row) => sum + row.count, 0),
          ...(oldest_as_of === undefined ? {} : { oldest_as_of }),
          stale:
            readable.has(kind) &&
            !isOurs(connection, kind) &&
            (known_since === undefined || clock() - known_since > stale_after_ms),
        };
      });
    },
    async close() {
      closing.abort(new CaretakerError('pms_unavailable', 'Caretaker is stopping. Nothing was changed.'));
      await Promise.allSettled([...loading.values()].map((one) => one.promise));
    },
  };
  return records;
}

/** The promise's outcome, or the signal's reason, whichever comes first. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
