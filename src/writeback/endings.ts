import type { ApprovalRule } from '../approvals/approvals.ts';
import { enqueueNotification } from '../approvals/notifications.ts';
import { appendAudit } from '../audit/audit.ts';
import type { ErrorCode } from '../model/errors.ts';
import { recordChanges } from '../store/changes.ts';
import { newId } from './ids.ts';
import { audit, change } from './journal.ts';
import { type Db, moveWrite } from './ledger.ts';
import type { OpenWrite } from './open_write.ts';
import type { Runtime } from './runtime.ts';
import type { WriteState } from './states.ts';

/*
 * How a write ends without an effect, or is handed to a person.
 */

/** Closes a write that had no effect. */
export async function endUnsent(
  runtime: Runtime,
  write: OpenWrite,
  state: Extract<WriteState, 'failed' | 'expired' | 'rejected' | 'withdrawn'>,
  error: { code: ErrorCode; message: string } | undefined,
): Promise<void> {
  const now = runtime.clock();
  await runtime.store.transaction((trx) => endUnsentIn(trx, runtime, write, state, error, now));
}

/** The same within a transaction that does more. */
export async function endUnsentIn(
  trx: Db,
  runtime: Runtime,
  write: OpenWrite,
  state: Extract<WriteState, 'failed' | 'expired' | 'rejected' | 'withdrawn'>,
  error: { code: ErrorCode; message: string } | undefined,
  now: number,
): Promise<void> {
  await moveWrite(trx, write.row, state, now, {
    error_code: error?.code ?? null,
    error_message: error?.message ?? null,
    done_at: now,
    lease_owner: null,
    lease_until: null,
  });
  await settleReservations(trx, write, state);
  await appendAudit(trx, runtime.keyring, [
    audit(write, `write.${state}`, now, state, { code: error?.code, message: error?.message }),
  ]);
  await recordChanges(trx, now, [change(write, 'write', write.row.write_id, state)]);
}

/** Tells the people in charge, and the change feed, that a decision is waited for. */
export async function announceApproval(
  trx: Db,
  runtime: Runtime,
  write: OpenWrite,
  { approvalId, rule, decideBy }: { approvalId: string; rule: ApprovalRule; decideBy: number },
  now: number,
): Promise<void> {
  const { write_id, tool } = write.row;
  await recordChanges(trx, now, [change(write, 'approval', approvalId, 'requested')]);
  await enqueueNotification(trx, runtime.keyring, {
    id: newId('n', now),
    kind: 'approval.requested',
    now,
    body: { approval_id: approvalId, write_id, tool, rule, decide_by: new Date(decideBy).toISOString() },
  });
}

/** Something only a person can find out. Nothing is sent again; the people in charge are told. */
export async function needsAttention(runtime: Runtime, write: OpenWrite, reason: string): Promise<void> {
  const now = runtime.clock();
  await runtime.store.transaction(async (trx) => {
    await moveWrite(trx, write.row, 'needs_attention', now, {
      error_code: 'outcome_unknown',
      error_message: reason,
      lease_owner: null,
      lease_until: null,
    });
    await appendAudit(trx, runtime.keyring, [
      audit(write, 'write.needs_attention', now, 'needs_attention', { reason }),
    ]);
    await recordChanges(trx, now, [change(write, 'write', write.row.write_id, 'needs_attention')]);
    await enqueueNotification(trx, runtime.keyring, {
      id: newId('n', now),
      kind: 'write.needs_attention',
      now,
      body: { write_id: write.row.write_id, tool: write.row.tool, reason },
    });
  });
}

/** A write without effect gives back what it had reserved; a moved or cancelled tour gives back the slot it had before. */
export async function settleReservations(trx: Db, write: OpenWrite, state: WriteState): Promise<void> {
  const { row, command } = write;
  if (state !== 'done') {
    await trx.deleteFrom('reservations').where('write_id', '=', row.write_id).execute();
    return;
  }
  if (command.kind !== 'reschedule_tour' && command.kind !== 'cancel_tour') return;
  await trx
    .deleteFrom('reservations')
    .where('write_id', '!=', row.write_id)
    .where('write_id', 'in', (eb) =>
      eb
        .selectFrom('writes')
        .select('write_id')
        .where('connection', '=', row.connection)
        .where('record_kind', '=', 'tour')
        .where('record_id', '=', command.tour_id),
    )
    .execute();
}

/** Puts what people are to be told of a proved change in the outbox. */
export async function tellPeople(
  trx: Db,
  runtime: Runtime,
  write: OpenWrite,
  recordId: string | null,
  now: number,
): Promise<void> {
  for (const { kind, body } of write.notices)
    await enqueueNotification(trx, runtime.keyring, {
      id: newId('n', now),
      kind,
      now,
      body: { ...body, write_id: write.row.write_id, ...(recordId !== null && { record_id: recordId }) },
    });
}
