import type { Insertable, Kysely, Selectable, Updateable } from 'kysely';
import { type Argument, prepared, type PreparedQuery } from '../store/prepared.ts';
import type { LedgerTables, WriteStepTable, WriteTable } from '../store/schema.ts';
import {
  after,
  IN_FLIGHT_STATES,
  OPEN_STATES,
  parseState,
  SPENT_STATES,
  WRITE_STATES,
  type WriteEvent,
  type WriteState,
} from './states.ts';

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

interface RequestKey {
  organisation: string;
  principal: string;
  tool: string;
  request_id: string;
}

const ofRequest = prepared<RequestKey>()((db: Db, argument) =>
  db
    .selectFrom('writes')
    .selectAll()
    .where('organisation', '=', argument('organisation'))
    .where('principal', '=', argument('principal'))
    .where('tool', '=', argument('tool'))
    .where('request_id', '=', argument('request_id')),
);

/** The write of a request id, which is unique per organisation, principal and tool. */
export async function writeOfRequest(db: Db, key: RequestKey): Promise<WriteRow | undefined> {
  const [row] = (await ofRequest(db, key)).rows;
  return row === undefined ? undefined : typed(row);
}

const byId = prepared<{ write_id: string }>()((db: Db, argument) =>
  db.selectFrom('writes').selectAll().where('write_id', '=', argument('write_id')),
);

export async function writeById(db: Db, writeId: string): Promise<WriteRow | undefined> {
  const [row] = (await byId(db, { write_id: writeId })).rows;
  return row === undefined ? undefined : typed(row);
}

type Values = Readonly<Record<string, unknown>>;

/** One query for each set of columns that it is run with; the code has only a handful of them. */
function perColumns<Row>(
  build: (columns: readonly string[]) => PreparedQuery<LedgerTables, Values, Row>,
): (values: object) => PreparedQuery<LedgerTables, Values, Row> {
  const known = new Map<string, PreparedQuery<LedgerTables, Values, Row>>();
  return (values) => {
    const columns = Object.keys(values);
    const key = columns.join();
    let query = known.get(key);
    if (query === undefined) known.set(key, (query = build(columns)));
    return query;
  };
}

const slots = (columns: readonly string[], argument: Argument<Values>) =>
  Object.fromEntries(columns.map((column) => [column, argument(column)]));

const insert = perColumns((columns) =>
  prepared<Values>()((db: Db, argument) =>
    db
      .insertInto('writes')
      .values(slots(columns, argument) as Insertable<WriteTable>)
      .onConflict((conflict) => conflict.columns(['organisation', 'principal', 'tool', 'request_id']).doNothing()),
  ),
);

/** Inserts a write; false where its request id has been used already. */
export async function insertWrite(db: Db, row: Insertable<WriteTable>): Promise<boolean> {
  const { numAffectedRows } = await insert(row)(db, { ...row });
  return Number(numAffectedRows ?? 0) === 1;
}

const move = perColumns((columns) =>
  prepared<Values>()((db: Db, argument) =>
    db
      .updateTable('writes')
      .set(slots(columns, argument) as Updateable<WriteTable>)
      .where('write_id', '=', argument('its_id') as string)
      .where('state', '=', argument('from') as WriteState)
      .where('step_index', '=', argument('at_step') as number)
      .where('attempts', '=', argument('after') as number),
  ),
);

/** What says that a write still is where somebody saw it. */
export type Seen = Pick<WriteRow, 'write_id' | 'state' | 'step_index' | 'attempts' | 'failures'>;

/**
 * Lets an event happen to a write, if it still is where the caller saw it: in that state, at that step, after so many
 * sends. Another process may have taken it on and brought it to the same state again; whoever held it before has no say
 * any more. Returns the state that follows. Throws `StaleWrite` where the write has moved, and `RangeError` for an event
 * that the table in `states.ts` does not have there.
 */
export async function moveWrite(
  db: Db,
  write: Seen,
  event: WriteEvent,
  now: number,
  values: Updateable<WriteTable> = {},
): Promise<WriteState> {
  const to = after(write.state, event);
  const set = { ...values, ...(write.failures > 0 && { failures: 0 }), state: to, updated_at: now };
  const seen = { its_id: write.write_id, from: write.state, at_step: write.step_index, after: write.attempts };
  const { numAffectedRows } = await move(set)(db, { ...set, ...seen });
  if (Number(numAffectedRows ?? 0) !== 1) throw new StaleWrite(write.write_id);
  return to;
}

const inFront = prepared<{ write_id: string; order_key: string }>()((db: Db, argument) =>
  db
    .selectFrom('writes')
    .select('write_id')
    .where('order_key', '=', argument('order_key'))
    .where('write_id', '!=', argument('write_id'))
    .where((eb) =>
      eb.or([
        eb('state', 'in', [...IN_FLIGHT_STATES]),
        eb.and([eb('state', '=', 'ready'), eb('write_id', '<', argument('write_id'))]),
      ]),
    )
    .limit(1),
);

/** Whether another write on the same record is under way or was accepted earlier and waits to be sent. */
export async function isBehind(
  db: Db,
  { write_id, order_key }: { write_id: string; order_key: string },
): Promise<boolean> {
  return (await inFront(db, { write_id, order_key })).rows.length > 0;
}

const madeSince = prepared<{ write_id: string; order_key: string; since: number }>()((db: Db, argument) =>
  db
    .selectFrom('writes')
    .select('write_id')
    .where('order_key', '=', argument('order_key'))
    .where('state', 'in', ['done', 'needs_attention'])
    .where('updated_at', '>=', argument('since'))
    .where('write_id', '!=', argument('write_id'))
    .limit(1),
);

/** Whether another write on the same record has had its effect, or may have, since a moment. */
export async function isOvertaken(
  db: Db,
  { write_id, order_key }: { write_id: string; order_key: string },
  since: number,
): Promise<boolean> {
  return (await madeSince(db, { write_id, order_key, since })).rows.length > 0;
}

const withEffect = prepared<{ effect_digest: string; since: number }>()((db: Db, argument) =>
  db
    .selectFrom('writes')
    .selectAll()
    .where('effect_digest', '=', argument('effect_digest'))
    .where('state', 'not in', [...SPENT_STATES, 'shadowed'])
    .where((eb) => eb.or([eb('state', '!=', 'done'), eb('created_at', '>=', argument('since'))]))
    .orderBy('created_at', 'desc')
    .limit(1),
);

/** An earlier write with the same effect: one made since a moment, or one from before whose outcome is still open. */
export async function sameEffect(db: Db, effectDigest: string, since: number): Promise<WriteRow | undefined> {
  const [row] = (await withEffect(db, { effect_digest: effectDigest, since })).rows;
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

/** Writes that something has to be done about now: emergencies first, then oldest first. */
export async function dueWrites(db: Db, now: number, limit: number): Promise<WriteRow[]> {
  const rows = await db
    .selectFrom('writes')
    .selectAll()
    .where('state', 'in', [...OPEN_STATES])
    .where('next_attempt_at', '<=', now)
    .orderBy('priority')
    .orderBy('write_id')
    .limit(limit)
    .execute();
  return rows.map(typed);
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

/** Writes under way that one of these owners holds: emergencies first, then oldest first. */
export async function writesHeldBy(db: Db, owners: readonly string[], limit: number): Promise<WriteRow[]> {
  if (owners.length === 0) return [];
  const rows = await db
    .selectFrom('writes')
    .selectAll()
    .where('state', 'in', [...IN_FLIGHT_STATES])
    .where('lease_owner', 'in', [...owners])
    .orderBy('priority')
    .orderBy('write_id')
    .limit(limit)
    .execute();
  return rows.map(typed);
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

const storeStep = perColumns((columns) =>
  prepared<Values>()((db: Db, argument) => {
    const row = slots(columns, argument) as Insertable<WriteStepTable>;
    return db
      .insertInto('write_steps')
      .values(row)
      .onConflict((conflict) => conflict.columns(['write_id', 'step_index']).doUpdateSet(row));
  }),
);

export async function putStep(db: Db, row: Insertable<WriteStepTable>): Promise<void> {
  await storeStep(row)(db, { ...row });
}

const changeStep = perColumns((columns) =>
  prepared<Values>()((db: Db, argument) =>
    db
      .updateTable('write_steps')
      .set(slots(columns, argument) as Updateable<WriteStepTable>)
      .where('write_id', '=', argument('its_write') as string)
      .where('step_index', '=', argument('its_index') as number),
  ),
);

export async function updateStep(
  db: Db,
  writeId: string,
  stepIndex: number,
  values: Updateable<WriteStepTable>,
): Promise<void> {
  await changeStep(values)(db, { ...values, its_write: writeId, its_index: stepIndex });
}
