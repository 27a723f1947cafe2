import type { Updateable } from 'kysely';
import { prepared } from '../store/prepared.ts';
import type { WriteTable } from '../store/schema.ts';
import { nextInLine } from './due_writes.ts';
import { type Db, moveWrite, type WriteRow } from './ledger.ts';
import type { Runtime } from './runtime.ts';
import type { WriteEvent, WriteState } from './states.ts';

/*
 * When a write is looked at next, and who is woken for it.
 */

/** First and longest wait between two looks at the same thing, milliseconds. */
const FIRST_LOOK_MS = 250;
const LONGEST_LOOK_MS = 15_000;

/** How long to wait before the next look at the same thing, after so many looks: longer each time. */
export function lookAfter(looks: number): number {
  return Math.min(LONGEST_LOOK_MS, FIRST_LOOK_MS * 2 ** Math.min(looks, 10));
}

/** How long after its own time a write whose PMS cannot be asked is kept going before a person is asked; milliseconds. */
export const PATIENCE_MS = 60_000;

const BACKOFF_MS = [1_000, 2_000, 5_000, 15_000, 30_000, 60_000];

/** How long a request waits that the PMS did not take; spread, so that many of them do not come back at once. */
export function backoff(runtime: Runtime, attempts: number): number {
  const longest = BACKOFF_MS[Math.min(attempts, BACKOFF_MS.length - 1)] ?? 60_000;
  return Math.round(longest / 2 + ((runtime.random ?? Math.random)() * longest) / 2);
}

/** Lets an event happen to a write after which it is looked at again at a time. */
export async function lookAt(
  trx: Db,
  runtime: Runtime,
  row: WriteRow,
  event: WriteEvent,
  at: number,
  values: Updateable<WriteTable> = {},
): Promise<WriteState> {
  const state = await moveWrite(trx, row, event, runtime.clock(), { ...values, next_attempt_at: at });
  await runtime.dispatcher?.wake(trx, { write_id: row.write_id, at, priority: row.priority });
  return state;
}

const waitingFor = prepared<{ depends_on: string }>()((db: Db, argument) =>
  db
    .selectFrom('writes')
    .select(['write_id', 'priority'])
    .where('depends_on', '=', argument('depends_on'))
    .where('state', '=', 'ready')
    .orderBy('write_id'),
);

/** What waits for this write: the next one on the same record, and those that build on its record. */
export async function followersOf(trx: Db, { write_id, order_key }: WriteRow): Promise<Followers> {
  const next = order_key === write_id ? undefined : await nextInLine(trx, order_key);
  const { rows: dependents } = await waitingFor(trx, { depends_on: write_id });
  return { next, dependents };
}

interface Followers {
  next: WriteRow | undefined;
  dependents: readonly { write_id: string; priority: number }[];
}

/** Wakes what waited for a write that has come to its end. */
export async function wakeFollowers(trx: Db, runtime: Runtime, { next, dependents }: Followers): Promise<void> {
  const { dispatcher } = runtime;
  if (dispatcher === undefined) return;
  const at = runtime.clock();
  if (next !== undefined) await dispatcher.wake(trx, { write_id: next.write_id, at, priority: next.priority });
  for (const one of dependents) {
    await trx.updateTable('writes').set({ next_attempt_at: at }).where('write_id', '=', one.write_id).execute();
    await dispatcher.wake(trx, { ...one, at });
  }
}
