import { sql } from 'kysely';
import type { Store } from '../store/store.ts';
import { freshState, LOST_HOLD_MS, type PaceRules, type PaceState, parseState, settle } from './state.ts';

/** Where one connection's state is kept. */
export interface PaceRow {
  store: Store;
  connection: string;
  rules: PaceRules;
  /** Epoch milliseconds; by default what the engine's own rule says, see `nowOf`. */
  clock?: (() => number) | undefined;
  /** Told when a state that cannot be read is replaced by a new one. */
  onLost?: (() => void) | undefined;
}

/** A state and the moment, by the clock that all processes share, at which it was so. */
export interface Dated {
  state: PaceState;
  now: number;
}

/** The database's clock, because the clocks of machines differ. */
const databaseNow = sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/**
 * Runs one change of the state under the row's lock; what is not changed is not written. `change` may run twice. Throws
 * `StoreUnavailable`.
 */
export async function changePace<T extends { state: PaceState }>(
  row: PaceRow,
  change: (state: PaceState, now: number) => T,
): Promise<T & { now: number }> {
  const { store, connection, rules } = row;
  let lost = false;
  const changed = await store.transaction(async (trx) => {
    const lock = () => (store.engine === 'postgres' ? lockedOnPostgres : lockedOnSqlite)(trx, connection);
    let found = await lock();
    if (found === undefined) {
      const empty = { connection, body_json: JSON.stringify(freshState(0)), updated_at: 0 };
      await trx
        .insertInto('pace')
        .values(empty)
        .onConflict((at) => at.column('connection').doNothing())
        .execute();
      found = await lock();
    }
    if (found === undefined) throw new Error('the row that was just written is not there');
    const now = nowOf(row, found.now);
    const stored = parseState(found.body_json);
    lost = stored === undefined;
    const before = settle(stored ?? freshState(now, LOST_HOLD_MS), rules, now);
    const result = change(before, now);
    if (lost || result.state !== before || before.at !== stored?.at) {
      const body_json = JSON.stringify({ ...result.state, at: now });
      await trx.updateTable('pace').set({ body_json, updated_at: now }).where('connection', '=', connection).execute();
    }
    return { ...result, now };
  });
  if (lost) row.onLost?.();
  return changed;
}

/**
 * The state as it was stored last, without a lock; undefined where nothing was ever stored, `lost` where it cannot be
 * read. Throws `StoreUnavailable`.
 */
export async function readPace(row: PaceRow): Promise<Dated | 'lost' | undefined> {
  const { store, connection, rules } = row;
  const time = store.engine === 'postgres' ? databaseNow : sql<number>`0`;
  const found = await store.ledger
    .selectFrom('pace')
    .select(['body_json', time.as('now')])
    .where('connection', '=', connection)
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const state = parseState(found.body_json);
  if (state === undefined) return 'lost';
  const now = nowOf(row, found.now);
  return { state: settle(state, rules, now), now };
}

/** PostgreSQL serves several machines and has one clock; processes on one SQLite file have that of their machine. */
function nowOf({ store, clock }: PaceRow, database: number): number {
  return Math.floor(clock?.() ?? (store.engine === 'postgres' ? database : store.clock()));
}

type Trx = Parameters<Parameters<Store['transaction']>[0]>[0];
type Found = { body_json: string; now: number };

/** The clock is read in the outer query, which runs when the lock has been got: before, others may still be at it. */
async function lockedOnPostgres(trx: Trx, connection: string): Promise<Found | undefined> {
  return trx
    .with(
      (cte) => cte('locked').materialized(),
      (db) => db.selectFrom('pace').select('body_json').where('connection', '=', connection).forUpdate(),
    )
    .selectFrom('locked')
    .select(['body_json', databaseNow.as('now')])
    .executeTakeFirst();
}

/** Transactions on SQLite begin `immediate`: whoever is in one is alone. */
async function lockedOnSqlite(trx: Trx, connection: string): Promise<Found | undefined> {
  const found = await trx
    .selectFrom('pace')
    .select('body_json')
    .where('connection', '=', connection)
    .executeTakeFirst();
  return found && { ...found, now: 0 };
}
