import { tellOfAttention } from './endings.ts';
import { NO_LEASE } from './journal.ts';
import { damagedWrites } from './due_writes.ts';
import type { Db } from './ledger.ts';
import type { Runtime } from './runtime.ts';
import { WRITE_STATES } from './states.ts';

const BATCH = 100;
const REASON = 'Its row in the ledger was damaged, so that nobody knows how far it had come.';

/**
 * Gives writes to a person whose state is none: a damaged file, or a hand in the store. They cannot go on, must not be
 * passed over in silence, and are never sent. Returns how many there were.
 */
export async function findDamage(runtime: Runtime): Promise<number> {
  const ids = await damagedWrites(runtime.store.ledger, BATCH);
  for (const writeId of ids) await runtime.store.transaction((trx) => handOver(trx, runtime, writeId));
  return ids.length;
}

async function handOver(trx: Db, runtime: Runtime, writeId: string): Promise<void> {
  const [row] = await trx.selectFrom('writes').selectAll().where('write_id', '=', writeId).execute();
  // Another process may have been quicker, and a person too.
  if (row === undefined || WRITE_STATES.some((state) => state === row.state)) return;
  await trx
    .updateTable('writes')
    .set({
      state: 'needs_attention',
      error_code: 'outcome_unknown',
      error_message: REASON,
      ...NO_LEASE,
      updated_at: runtime.clock(),
    })
    .where('write_id', '=', writeId)
    .where('state', '=', row.state)
    .execute();
  await tellOfAttention(trx, runtime, { ...row, state: 'needs_attention' }, REASON, { was: 'damaged' });
}
