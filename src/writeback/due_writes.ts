import type { ExpressionBuilder } from 'kysely';
import type { LedgerTables } from '../store/schema.ts';
import { type Db, StaleWrite, typed, type WriteRow } from './ledger.ts';
import { IN_FLIGHT_STATES, OPEN_STATES, parseState, WRITE_STATES } from './states.ts';

/*
 * Which writes something has to be done about, and when.
 */

/** What a sweep has to know of a write. Of many that are due it must not read more: most are far from their turn. */
export type DueWrite = Pick<WriteRow, 'write_id' | 'connection' | 'priority' | 'state'>;
const DUE_COLUMNS = ['write_id', 'connection', 'priority', 'state'] as const;

/** A place in the order in which writes are taken up: emergencies first, then oldest first. */
export type Turn = Pick<DueWrite, 'priority' | 'write_id'>;

type WriteFields = ExpressionBuilder<LedgerTables, 'writes'>;

function comesAfter(eb: WriteFields, { priority, write_id }: Turn) {
  return eb.or([eb('priority', '>', priority), eb.and([eb('priority', '=', priority), eb('write_id', '>', write_id)])]);
}

/** Whether a write stands in line behind another one on its record, so that nothing can be done about it but in time. */
function standsBehind(eb: WriteFields, now: number) {
  const inFront = eb
    .selectFrom('writes as front')
    .select('front.write_id')
    .whereRef('front.order_key', '=', 'writes.order_key')
    .whereRef('front.write_id', '!=', 'writes.write_id')
    .where((front) =>
      front.or([
        front('front.state', 'in', [...IN_FLIGHT_STATES]),
        front.and([front('front.state', '=', 'ready'), front('front.write_id', '<', front.ref('writes.write_id'))]),
      ]),
    );
  return eb.and([eb('state', '=', 'ready'), eb('not_after', '>', now), eb.exists(inFront)]);
}

/** Writes that something can be done about now, in order, those after a turn only. */
export async function dueWrites(db: Db, now: number, limit: number, after?: Turn): Promise<DueWrite[]> {
  let query = db
    .selectFrom('writes')
    .select(DUE_COLUMNS)
    .where('state', 'in', [...OPEN_STATES])
    .where('next_attempt_at', '<=', now)
    .where((eb) => eb.not(standsBehind(eb, now)));
  if (after !== undefined) query = query.where((eb) => comesAfter(eb, after));
  const rows = await query.orderBy('priority').orderBy('write_id').limit(limit).execute();
  return rows.map((row) => ({ ...row, state: parseState(row.state) }));
}

/** Who holds leases on writes that are under way. */
export async function leaseOwners(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('writes')
    .select('lease_owner')
    .distinct()
    .where('state', 'in', [...IN_FLIGHT_STATES])
    .where('lease_owner', 'is not', null)
    .execute();
  return rows.map(({ lease_owner: owner }) => owner as string);
}

/** Writes under way that one of these owners holds, in order, those after a turn only. */
export async function writesHeldBy(
  db: Db,
  owners: readonly string[],
  limit: number,
  after?: Turn,
): Promise<DueWrite[]> {
  if (owners.length === 0) return [];
  let query = db
    .selectFrom('writes')
    .select(DUE_COLUMNS)
    .where('state', 'in', [...IN_FLIGHT_STATES])
    .where('lease_owner', 'in', [...owners]);
  if (after !== undefined) query = query.where((eb) => comesAfter(eb, after));
  const rows = await query.orderBy('priority').orderBy('write_id').limit(limit).execute();
  return rows.map((row) => ({ ...row, state: parseState(row.state) }));
}

/** Counts a failure of our own to take a write up, and looks at it again only after a while. */
export async function postpone(db: Db, { write_id, state, attempts }: WriteRow, until: number): Promise<void> {
  await db
    .updateTable('writes')
    .set((row) => ({ next_attempt_at: until, failures: row('failures', '+', 1) }))
    .where('write_id', '=', write_id)
    .where('state', '=', state)
    .where('attempts', '=', attempts)
    .execute();
}

/**
 * Has everybody else leave a write alone until a moment, if it still is where the caller saw it and nobody has put it off.
 * Throws `StaleWrite`.
 */
export async function holdOff(db: Db, row: WriteRow, until: number): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('writes')
    .set({ next_attempt_at: until })
    .where('write_id', '=', row.write_id)
    .where('state', '=', row.state)
    .where('attempts', '=', row.attempts)
    .where('next_attempt_at', '=', row.next_attempt_at)
    .executeTakeFirst();
  if (Number(numUpdatedRows) !== 1) throw new StaleWrite(row.write_id);
}

/** Writes that are not over and were last changed after a moment that is yet to come: the clock was set back. */
export async function writesFromFuture(db: Db, from: number, limit: number): Promise<WriteRow[]> {
  const rows = await db
    .selectFrom('writes')
    .selectAll()
    .where('state', 'in', [...OPEN_STATES])
    .where('updated_at', '>', from)
    .limit(limit)
    .execute();
  return rows.map(typed);
}

/** Ids of writes in a state that does not exist: the store was damaged, or changed by hand. */
export async function damagedWrites(db: Db, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('writes')
    .select('write_id')
    .where('state', 'not in', [...WRITE_STATES])
    .limit(limit)
    .execute();
  return rows.map(({ write_id }) => write_id);
}

/** The next write in line for a record, where it may be sent now. */
export async function nextInLine(db: Db, orderKey: string): Promise<WriteRow | undefined> {
  const row = await db
    .selectFrom('writes')
    .selectAll()
    .where('order_key', '=', orderKey)
    .where('state', '=', 'ready')
    .orderBy('write_id')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

/** Makes what waits for a PMS due, in one stroke: it answers again. Returns how many writes there were. */
export async function wakeConnection(db: Db, connection: string, now: number): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('writes')
    .set({ next_attempt_at: now })
    .where('state', '=', 'ready')
    .where('connection', '=', connection)
    .where('next_attempt_at', '>', now)
    .where('error_code', 'in', ['pms_unavailable', 'rate_limited'])
    .executeTakeFirst();
  return Number(numUpdatedRows);
}
