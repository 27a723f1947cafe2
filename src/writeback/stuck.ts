import { approvalOf, closeApproval } from '../approvals/approvals.ts';
import { giveToPerson } from './endings.ts';
import { type Db, writeById } from './ledger.ts';
import type { Runtime } from './runtime.ts';
import { eventsIn } from './states.ts';

/**
 * Gives a write to a person that could not be taken up several times in a row, whatever the cause. Its sealed parts may
 * be what cannot be read, so they are not opened. A write that is over, with a person already, or was moved on since
 * it failed, is left alone and reported. Throws `StaleWrite` where somebody moved it meanwhile.
 */
export async function markStuck(runtime: Runtime, writeId: string, reason: string): Promise<void> {
  const left = await runtime.store.transaction(async (trx) => {
    const row = await writeById(trx, writeId);
    if (row === undefined) return 'not in the ledger';
    if (row.failures === 0) return `${row.state}, and goes on`;
    if (!eventsIn(row.state).some(([event]) => event === 'doubt')) return row.state;
    await giveToPerson(trx, runtime, row, reason);
    if (row.state === 'awaiting_approval') await endApproval(trx, writeId, runtime.clock());
    return undefined;
  });
  if (left !== undefined)
    runtime.onTrouble('stuck_left_alone', writeId, new RangeError(`a write that is ${left} was said to be stuck`));
}

/** Nobody is asked any more for a yes that would change nothing. */
async function endApproval(trx: Db, writeId: string, now: number): Promise<void> {
  const approval = await approvalOf(trx, writeId);
  if (approval === undefined) return;
  await closeApproval(trx, approval.approval_id, {
    state: 'expired',
    decided_by: null,
    decided_at: now,
    note_sealed: null,
  });
}
