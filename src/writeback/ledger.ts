import type { Insertable, Kysely, Selectable, Updateable } from 'kysely';
import { perColumns, prepared } from '../store/prepared.ts';
import type { LedgerTables, WriteTable } from '../store/schema.ts';
import { after, IN_FLIGHT_STATES, parseState, SPENT_STATES, type WriteEvent, type WriteState } from './states.ts';

/*
 * The queries about one write and those beside it. Every function takes the database or the transaction it runs in; none
 * opens one.
 */

export type Db = Kysely<LedgerTables>;
export type WriteRow = Selectable<WriteTable> & { state: WriteState };

/** Someone else changed the row in between: what was about to be done no longer applies. */
export class StaleWrite extends Error {
  override name = 'StaleWrite';
}

/** A row with its state known to be one. Throws `RangeError` where it is none. */
export function typed(row: Selectable<WriteTable>): WriteRow {
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

const insert = perColumns((db: Db, values) =>
  db
    .insertInto('writes')
    .values(values as Insertable<WriteTable>)
    .onConflict((conflict) => conflict.columns(['organisation', 'principal', 'tool', 'request_id']).doNothing()),
);

/** Inserts a write; false where its request id has been used already. */
export async function insertWrite(db: Db, row: Insertable<WriteTable>): Promise<boolean> {
  const { numAffectedRows } = await insert(row)(db, { ...row });
  return Number(numAffectedRows ?? 0) === 1;
}

const move = perColumns((db: Db, values, argument) =>
  db
    .updateTable('writes')
    .set(values as Updateable<WriteTable>)
    .where('write_id', '=', argument('its_id') as string)
    .where('state', '=', argument('from') as WriteState)
    .where('step_index', '=', argument('at_step') as number)
    .where('attempts', '=', argument('after') as number),
);

/** What says that a write still is where somebody saw it. */
export type Seen = Pick<WriteRow, 'write_id' | 'state' | 'step_index' | 'attempts' | 'failures'>;

/**
 * Lets an event happen to a write, or several one after another, if it still is where the caller saw it: in that state, at that step, after so many
 * sends. Another process may have taken it on and brought it to the same state again; whoever held it before has no say
 * any more. Returns the state that follows. Throws `StaleWrite` where the write has moved, and `RangeError` for an event
 * that the table in `states.ts` does not have there.
 */
export async function moveWrite(
  db: Db,
  write: Seen,
  events: WriteEvent | readonly WriteEvent[],
  now: number,
  values: Updateable<WriteTable> = {},
): Promise<WriteState> {
  const to = [events].flat().reduce(after, write.state);
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
    .where('write_id', '!=', argument('write_id')),
);

/** Other writes on the same record that have had their effect, or may have, since a moment. */
export async function overtakersOf(
  db: Db,
  { write_id, order_key }: { write_id: string; order_key: string },
  since: number,
): Promise<string[]> {
  return (await madeSince(db, { write_id, order_key, since })).rows.map((row) => row.write_id);
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
