import type { Insertable, Kysely, Selectable, Updateable } from 'kysely';
import type { LedgerTables, WriteStepTable, WriteTable } from '../store/schema.ts';
import { IN_FLIGHT_STATES, mayFollow, parseState, SPENT_STATES, WRITE_STATES, type WriteState } from './states.ts';

/*
 * The queries of the ledger. Every function takes the database or the transaction it runs in; none opens one.
 */

export type Db = Kysely<LedgerTables>;
export type WriteRow = Selectable<WriteTable> & { state: WriteState };
export type StepRow = Selectable<WriteStepTable>;

/** Someone else changed the row in between: what was about to be done no longer applies. */
export class StaleWrite extends Error {
  override name = 'StaleWrite';
}

function typed(row: Selectable<WriteTable>): WriteRow {
  return { ...row, state: parseState(row.state) };
}

/** The write of a request id, which is unique per organisation, principal and tool. */
export async function writeOfRequest(
  db: Db,
  key: { organisation: string; principal: string; tool: string; request_id: string },
): Promise<WriteRow | undefined> {
  const row = await db
    .selectFrom('writes')
    .selectAll()
    .where('organisation', '=', key.organisation)
    .where('principal', '=', key.principal)
    .where('tool', '=', key.tool)
    .where('request_id', '=', key.request_id)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

export async function writeById(db: Db, writeId: string): Promise<WriteRow | undefined> {
  const row = await db.selectFrom('writes').selectAll().where('write_id', '=', writeId).executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

/** Inserts a write; false where its request id has been used already. */
export async function insertWrite(db: Db, row: Insertable<WriteTable>): Promise<boolean> {
  const result = await db
    .insertInto('writes')
    .values(row)
    .onConflict((conflict) => conflict.columns(['organisation', 'principal', 'tool', 'request_id']).doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) === 1;
}

/**
 * Moves a write on, if it still is where the caller saw it. Throws `StaleWrite` where it is not, and a plain error on a
 * change of state that the table in `states.ts` does not allow.
 */
export async function moveWrite(
  db: Db,
  write: { write_id: string; state: WriteState },
  to: WriteState,
  now: number,
  values: Updateable<WriteTable> = {},
): Promise<void> {
  if (write.state !== to && !mayFollow(write.state, to))
    throw new RangeError(`a write cannot go from ${write.state} to ${to}`);
  const result = await db
    .updateTable('writes')
    .set({ ...values, state: to, updated_at: now })
    .where('write_id', '=', write.write_id)
    .where('state', '=', write.state)
    .executeTakeFirst();
  if (Number(result.numUpdatedRows) !== 1) throw new StaleWrite(write.write_id);
}

/** Whether another write on the same record is under way or was accepted earlier and waits to be sent. */
export async function isBehind(db: Db, write: { write_id: string; order_key: string }): Promise<boolean> {
  const row = await db
    .selectFrom('writes')
    .select('write_id')
    .where('order_key', '=', write.order_key)
    .where('write_id', '!=', write.write_id)
    .where((eb) =>
      eb.or([
        eb('state', 'in', [...IN_FLIGHT_STATES]),
        eb.and([eb('state', '=', 'ready'), eb('write_id', '<', write.write_id)]),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** An earlier write that would have had the same effect, made since a moment and not known to have failed. */
export async function sameEffect(db: Db, effectDigest: string, since: number): Promise<WriteRow | undefined> {
  const row = await db
    .selectFrom('writes')
    .selectAll()
    .where('effect_digest', '=', effectDigest)
    .where('created_at', '>=', since)
    .where('state', 'not in', [...SPENT_STATES, 'shadowed'])
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

/** Cents that a principal has moved with a tool since a moment, or has under way, without a person's decision. */
export async function spentSince(db: Db, principal: string, tool: string, since: number): Promise<number> {
  const row = await db
    .selectFrom('writes')
    .select(({ fn }) => fn.sum<number | string | null>('amount').as('total'))
    .where('principal', '=', principal)
    .where('tool', '=', tool)
    .where('created_at', '>=', since)
    .where('state', 'not in', [...SPENT_STATES, 'shadowed'])
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom('approvals').select('approval_id').whereRef('approvals.write_id', '=', 'writes.write_id'),
        ),
      ),
    )
    .executeTakeFirst();
  return Number(row?.total ?? 0);
}

const UNFINISHED: readonly WriteState[] = WRITE_STATES.filter(
  (state) =>
    state === 'recorded' || state === 'ready' || state === 'awaiting_approval' || IN_FLIGHT_STATES.includes(state),
);

/** Writes that something has to be done about now: emergencies first, then oldest first. */
export async function dueWrites(db: Db, now: number, limit: number): Promise<WriteRow[]> {
  const rows = await db
    .selectFrom('writes')
    .selectAll()
    .where('state', 'in', [...UNFINISHED])
    .where('next_attempt_at', '<=', now)
    .orderBy('priority')
    .orderBy('write_id')
    .limit(limit)
    .execute();
  return rows.map(typed);
}

/** Writes that somebody else took on and has not finished; whether that somebody is still there is another question. */
export async function heldByOthers(db: Db, owner: string): Promise<WriteRow[]> {
  const rows = await db
    .selectFrom('writes')
    .selectAll()
    .where('state', 'in', [...IN_FLIGHT_STATES])
    .where('lease_owner', 'is not', null)
    .where('lease_owner', '!=', owner)
    .orderBy('priority')
    .orderBy('write_id')
    .execute();
  return rows.map(typed);
}

export interface WriteFilter {
  organisation: string;
  write_id?: string;
  request_id?: string;
  record_id?: string;
  principal?: string;
  principal_kind?: 'person' | 'agent';
  property_ids?: readonly string[];
  states?: readonly WriteState[];
  since?: number;
  until?: number;
  /** Exclusive upper bound of the write id: the last one of the page before. */
  before?: string;
  limit: number;
}

/** Writes by any mix of conditions, newest first. */
export async function listWrites(db: Db, filter: WriteFilter): Promise<WriteRow[]> {
  let query = db.selectFrom('writes').selectAll().where('organisation', '=', filter.organisation);
  if (filter.write_id !== undefined) query = query.where('write_id', '=', filter.write_id);
  if (filter.request_id !== undefined) query = query.where('request_id', '=', filter.request_id);
  if (filter.record_id !== undefined) query = query.where('record_id', '=', filter.record_id);
  if (filter.principal !== undefined) query = query.where('principal', '=', filter.principal);
  if (filter.principal_kind !== undefined) query = query.where('principal_kind', '=', filter.principal_kind);
  if (filter.property_ids !== undefined) {
    const allowed = [...filter.property_ids];
    query = query.where((eb) => eb.or([eb('property_id', 'is', null), eb('property_id', 'in', allowed)]));
  }
  if (filter.states !== undefined) query = query.where('state', 'in', [...filter.states]);
  if (filter.since !== undefined) query = query.where('created_at', '>=', filter.since);
  if (filter.until !== undefined) query = query.where('created_at', '<', filter.until);
  if (filter.before !== undefined) query = query.where('write_id', '<', filter.before);
  const rows = await query.orderBy('write_id', 'desc').limit(filter.limit).execute();
  return rows.map(typed);
}

export async function stepsOf(db: Db, writeId: string): Promise<StepRow[]> {
  return db.selectFrom('write_steps').selectAll().where('write_id', '=', writeId).orderBy('step_index').execute();
}

export async function putStep(db: Db, row: Insertable<WriteStepTable>): Promise<void> {
  await db
    .insertInto('write_steps')
    .values(row)
    .onConflict((conflict) => conflict.columns(['write_id', 'step_index']).doUpdateSet(row))
    .execute();
}

export async function updateStep(
  db: Db,
  writeId: string,
  stepIndex: number,
  values: Updateable<WriteStepTable>,
): Promise<void> {
  await db
    .updateTable('write_steps')
    .set(values)
    .where('write_id', '=', writeId)
    .where('step_index', '=', stepIndex)
    .execute();
}
