import { setImmediate } from 'node:timers/promises';
import type { Connector } from '../connectors/connector.ts';
import type { LoadState, Mirror } from '../mirror/mirror.ts';
import { RECORD_KINDS, type RecordKind } from '../model/records.ts';

export interface LoadOptions {
  connector: Connector;
  connection: string;
  mirror: Mirror;
  clock: () => number;
  /** Default: every kind that the PMS can give. They are loaded in the order of `RECORDS`. */
  kinds?: readonly RecordKind[];
  /** Load kinds again that have been loaded before. */
  again?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
}

export interface LoadProgress {
  kind: RecordKind;
  /** Records of all kinds so far, including those of an earlier, interrupted load. */
  loaded: number;
  /** Kinds in all scopes that are complete, and how many there are. */
  done: number;
  total: number;
}

/** Records asked for at once; a page and its rows are all that is held in memory. */
const PAGE = 500;

/** The kinds that a PMS can give, in the order in which they refer to each other. */
export function readableKinds(connector: Connector): RecordKind[] {
  return RECORD_KINDS.filter((kind) => (connector.capabilities.records[kind]?.read ?? 'unsupported') !== 'unsupported');
}

/** Where an interrupted load of one kind goes on. */
interface Resume {
  began_at: number;
  count: number;
  cursor: string;
}

/**
 * Pages every record of a connection into the mirror. What the PMS does not list stays as it is: absent is not deleted.
 * A load that was stopped goes on where it was; one that is complete is not repeated unless `again` is set. Throws the
 * connector's `VendorError`, or the signal's reason.
 */
export async function loadMirror(options: LoadOptions): Promise<void> {
  const { connector, connection, mirror } = options;
  const kinds = readableKinds(connector).filter((kind) => !options.kinds || options.kinds.includes(kind));
  const scopes = await connector.scopes();
  const states = new Map(
    (await mirror.loadStates(connection)).map((state) => [`${state.kind}\n${state.scope}`, state]),
  );
  const jobs = kinds.flatMap((kind) =>
    scopes.map((scope) => ({ kind, scope, state: states.get(`${kind}\n${scope}`) })),
  );
  let loaded = 0;
  for (const [done, { kind, scope, state }] of jobs.entries()) {
    if (options.again || state?.loaded_at == null) {
      const before = loaded;
      const onCount = (count: number) => {
        loaded = before + count;
        options.onProgress?.({ kind, loaded, done, total: jobs.length });
      };
      await loadKind(options, kind, scope, state, onCount).catch((error: unknown) => {
        // A connector may word a stopped request in its own way.
        options.signal?.throwIfAborted();
        throw error;
      });
    } else {
      loaded += state.record_count;
    }
  }
  const last = jobs.at(-1);
  if (last) options.onProgress?.({ kind: last.kind, loaded, done: jobs.length, total: jobs.length });
}

async function loadKind<K extends RecordKind>(
  { connector, connection, mirror, clock, signal }: LoadOptions,
  kind: K,
  scope: string,
  state: LoadState | undefined,
  onCount: (count: number) => void,
): Promise<void> {
  const resumed = state?.cursor == null ? undefined : (JSON.parse(state.cursor) as Resume);
  const began_at = resumed?.began_at ?? clock();
  let count = resumed?.count ?? 0;
  let cursor = resumed?.cursor;
  const save = (loaded_at: number | null, resume: Resume | undefined) =>
    mirror.saveLoadState(connection, {
      kind,
      scope,
      loaded_at,
      cursor: resume === undefined ? null : JSON.stringify(resume),
      record_count: count,
    });
  do {
    signal?.throwIfAborted();
    const asked_at = clock();
    const page = await connector.list(
      kind,
      { scope, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) },
      signal,
    );
    await mirror.put(connection, kind, scope, page.records, asked_at);
    count += page.records.length;
    cursor = page.next_cursor;
    if (cursor !== undefined) await save(state?.loaded_at ?? null, { began_at, count, cursor });
    onCount(count);
    // A large portfolio must not keep calls waiting that arrive meanwhile.
    await setImmediate();
  } while (cursor !== undefined);
  // The copy is as old as the beginning of the load: later changes to early pages are not in it.
  await save(began_at, undefined);
}
