import { writesFromFuture } from './due_writes.ts';
import type { WriteRow } from './ledger.ts';
import { LEASE_MARGIN_MS, type Runtime } from './runtime.ts';

/** Clocks of processes that share a store may differ by so much. */
const TOLERANCE_MS = 60_000;
const BATCH = 200;

/** The deadline of requests of a connection that is not configured any more. */
const UNKNOWN_DEADLINE_MS = 60_000;

/**
 * After the clock was set back, what was journaled before lies in the future and would wait for a day, an emergency among
 * it. Its waits begin anew from now, each as long as it can have been at the most: nothing is sent earlier than it would
 * have been, and nothing later than that. Returns how many writes there were.
 */
export async function rebase(runtime: Runtime): Promise<number> {
  let count = 0;
  for (;;) {
    const rows = await writesFromFuture(runtime.store.ledger, runtime.clock() + TOLERANCE_MS, BATCH);
    for (const row of rows) await rebaseOne(runtime, row);
    count += rows.length;
    if (rows.length < BATCH) return count;
  }
}

async function rebaseOne(runtime: Runtime, row: WriteRow): Promise<void> {
  const now = runtime.clock();
  const deadline = runtime.connections.get(row.connection)?.capabilities.request_deadline_ms ?? UNKNOWN_DEADLINE_MS;
  await runtime.store.transaction(async (trx) => {
    await trx
      .updateTable('writes')
      .set({
        updated_at: now,
        next_attempt_at: now,
        lease_until: row.lease_until === null ? null : Math.min(row.lease_until, now + deadline + LEASE_MARGIN_MS),
      })
      .where('write_id', '=', row.write_id)
      .where('state', '=', row.state)
      .where('attempts', '=', row.attempts)
      .execute();
    await trx
      .updateTable('write_steps')
      .set({ deadline_at: now + deadline })
      .where('write_id', '=', row.write_id)
      .where('deadline_at', '>', now + deadline)
      .execute();
  });
}
