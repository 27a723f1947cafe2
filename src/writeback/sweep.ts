import { type DueWrite, dueWrites, leaseOwners, postpone, type Turn, writesHeldBy } from './due_writes.ts';
import { StaleWrite, type WriteRow, writeById } from './ledger.ts';
import { StoreUnavailable } from '../store/unavailable.ts';
import { openWrite } from './open_write.ts';
import { rebase } from './rebase.ts';
import { resume } from './recovery.ts';
import type { Runtime } from './runtime.ts';
import { markStuck } from './stuck.ts';

/** How long a write rests that could not be taken up, and after how many times in a row a person is asked. */
const REST_MS = 60_000;
const MOST_FAILURES = 5;

/**
 * Takes up to `limit` writes further that something can be done about, emergencies first, those after a turn only. `take`
 * is given each one and what to do. Returns how many there were, and the turn to go on from where there may be more.
 */
export async function sweep(
  runtime: Runtime,
  limit: number,
  take: (row: DueWrite, work: () => Promise<void>) => void,
  after?: Turn,
): Promise<{ count: number; more: Turn | undefined }> {
  const { ledger } = runtime.store;
  if (runtime.guard?.hasJustGoneBack() === true) {
    await rebase(runtime);
    runtime.guard.rebased();
  }
  // A dead owner's lease is void at once: its writes are due before their time.
  const dead = (await leaseOwners(ledger)).filter((owner) => owner !== runtime.owner && !runtime.ownerIsAlive(owner));
  const held = await writesHeldBy(ledger, dead, limit, after);
  const rows = [...held, ...(await dueWrites(ledger, runtime.clock(), limit, after))];
  const due = new Map(rows.sort(byUrgency).map((row) => [row.write_id, row]));
  const taken = [...due.values()].slice(0, limit);
  for (const row of taken) take(row, () => takeIfDue(runtime, row.write_id));
  return { count: taken.length, more: taken.length === limit ? taken.at(-1) : undefined };
}

function byUrgency(one: Turn, other: Turn): number {
  return one.priority - other.priority || (one.write_id < other.write_id ? -1 : 1);
}

/** What the clocks of those who wake and those who are woken may differ by. */
const CLOCKS_APART_MS = 1_000;

/** Takes one write as far as it goes, where something is to be done about it now. */
export async function takeIfDue(runtime: Runtime, writeId: string): Promise<void> {
  const row = await writeById(runtime.store.ledger, writeId);
  if (row === undefined) return;
  // What could not be taken up rests, whoever held it before.
  const orphaned = row.failures === 0 && row.lease_owner !== null && !runtime.ownerIsAlive(row.lease_owner);
  if (row.next_attempt_at <= runtime.clock() + CLOCKS_APART_MS || orphaned) await takeUp(runtime, row);
}

/** What cannot be taken up, because its key or its connection is missing, must not crowd out everything else. */
async function takeUp(runtime: Runtime, row: WriteRow): Promise<void> {
  try {
    await resume(runtime, openWrite(runtime.keyring, row));
  } catch (error) {
    // Neither is the write's own fault: it is as due as before.
    if (error instanceof StaleWrite || error instanceof StoreUnavailable) throw error;
    if (row.failures + 1 >= MOST_FAILURES)
      await markStuck(runtime, row.write_id, 'It could not be taken up several times in a row.');
    else await runtime.store.transaction((trx) => postpone(trx, row, runtime.clock() + REST_MS));
    throw error;
  }
}
