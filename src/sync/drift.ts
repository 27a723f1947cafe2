import { sql, type Transaction } from 'kysely';
import type { Drift } from '../connectors/connector.ts';
import type { LedgerTables } from '../store/schema.ts';
import type { Store } from '../store/store.ts';

/*
 * Answers of a PMS that are not as they used to be are counted by place, so that a person learns of a change before it
 * does harm. Reading goes on as if nothing was: what is told is kept in memory and written down in the background.
 */

export interface DriftRecorderOptions {
  store: Store;
  /** Told where it could not be written down; it is tried again with the next one. */
  report(error: unknown): void;
}

/** One place where a PMS's answers have changed. Times are epoch milliseconds. */
export interface DriftSeen {
  connection: string;
  what: Drift['what'];
  /** A place in the answer, such as `work_order.Task.Priority`; `OTHER_PLACES` for those beyond the bound. */
  path: string;
  first_at: number;
  last_at: number;
  count: number;
}

export interface DriftRecorder {
  /** Counts what a connection was told. Never throws, never waits. */
  note(connection: string, drift: Drift): void;
  /** Writes down what there is. Never throws. */
  flush(): Promise<void>;
  /** Writes down what there is, and nothing from then on. */
  close(): Promise<void>;
}

/** Distinct places kept of one connection; an answer that is wholly different names thousands. */
const MOST_PLACES = 300;
export const OTHER_PLACES = 'other places';

/** How long what is told may wait in memory; a crash loses that much. */
const FLUSH_MS = 5_000;

const LONGEST_PATH = 160;

export function createDriftRecorder({ store, report }: DriftRecorderOptions): DriftRecorder {
  let waiting = new Map<string, DriftSeen>();
  let places = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let closed = false;

  function add({ connection, what, path }: DriftSeen, at: number, more = 1): void {
    const found = waiting.get(keyOf(connection, what, path));
    if (found !== undefined) {
      found.count += more;
      found.last_at = Math.max(found.last_at, at);
      return;
    }
    const known = places.get(connection) ?? 0;
    if (known >= MOST_PLACES && path !== OTHER_PLACES)
      return add({ connection, what, path: OTHER_PLACES } as DriftSeen, at, more);
    places.set(connection, known + 1);
    waiting.set(keyOf(connection, what, path), { connection, what, path, first_at: at, last_at: at, count: more });
  }

  async function write(): Promise<void> {
    const batch = waiting;
    if (batch.size === 0) return;
    waiting = new Map();
    places = new Map();
    try {
      await store.transaction((trx) => keep(trx, [...batch.values()]));
    } catch (error) {
      // Nothing was written: it waits for the next time.
      for (const one of batch.values()) {
        add(one, one.last_at, one.count);
        const again = waiting.get(keyOf(one.connection, one.what, one.path));
        if (again !== undefined) again.first_at = Math.min(again.first_at, one.first_at);
      }
      report(error);
    }
  }

  const recorder: DriftRecorder = {
    note(connection, { what, path }) {
      if (closed) return;
      add({ connection, what, path: placeOnly(path) } as DriftSeen, store.clock());
      timer ??= setTimeout(() => {
        timer = undefined;
        void recorder.flush();
      }, FLUSH_MS).unref();
    },
    flush() {
      return (writing ??= write().finally(() => {
        writing = undefined;
      }));
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await writing;
      await recorder.flush();
    },
  };
  return recorder;
}

function keyOf(connection: string, what: string, path: string): string {
  return `${connection}\n${what}\n${path}`;
}

/** A path without anything that may be a value: no long digits, no text with blanks or signs of an address in it. */
function placeOnly(path: string): string {
  const cut = path
    .slice(0, LONGEST_PATH)
    .replace(/(^|[./])@/g, '$1')
    .replace(/\d{3,}/g, '#');
  return /^[\w.:#[\]/-]+$/.test(cut) ? cut : 'a place without a plain name';
}

async function keep(trx: Transaction<LedgerTables>, seen: readonly DriftSeen[]): Promise<void> {
  const room = new Map<string, Set<string>>();
  for (const connection of new Set(seen.map((one) => one.connection))) {
    const rows = await trx.selectFrom('drift').select(['what', 'path']).where('connection', '=', connection).execute();
    room.set(connection, new Set(rows.map(({ what, path }) => `${what}\n${path}`)));
  }
  for (const one of seen) {
    const known = room.get(one.connection) ?? new Set();
    const has = known.has(`${one.what}\n${one.path}`);
    const path = has || known.size < MOST_PLACES ? one.path : OTHER_PLACES;
    known.add(`${one.what}\n${path}`);
    await trx
      .insertInto('drift')
      .values({ ...one, path })
      .onConflict((conflict) =>
        conflict.columns(['connection', 'what', 'path']).doUpdateSet((row) => ({
          count: row('drift.count', '+', one.count),
          first_at: sql<number>`case when drift.first_at < ${one.first_at} then drift.first_at else ${one.first_at} end`,
          last_at: sql<number>`case when drift.last_at > ${one.last_at} then drift.last_at else ${one.last_at} end`,
        })),
      )
      .execute();
  }
}

/** What has been noted of a connection, or of all, latest first. For people, and for counting. */
export async function driftSeen(store: Store, connection?: string): Promise<DriftSeen[]> {
  let query = store.ledger
    .selectFrom('drift')
    .selectAll()
    .orderBy('last_at', 'desc')
    .orderBy('path')
    .orderBy('what')
    .orderBy('connection');
  if (connection !== undefined) query = query.where('connection', '=', connection);
  return (await query.execute()).map((row) => ({ ...row, what: row.what as Drift['what'] }));
}
