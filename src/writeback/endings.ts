import type { ApprovalRule } from '../approvals/approvals.ts';
import { enqueueNotification } from '../approvals/notifications.ts';
import { appendAudit } from '../audit/audit.ts';
import type { ErrorCode } from '../model/errors.ts';
import { recordChanges } from '../store/changes.ts';
import { newId } from './ids.ts';
import { audit, change, isInDoubt, NO_LEASE } from './journal.ts';
import { type Db, moveWrite } from './ledger.ts';
import { stepsOf } from './step_rows.ts';
import type { OpenWrite } from './open_write.ts';
import type { Runtime } from './runtime.ts';
import type { WriteEvent, WriteState } from './states.ts';
import { followersOf, wakeFollowers } from './waiting.ts';

/*
 * How a write ends without an effect, or is handed to a person.
 */

type EndingEvent = Extract<WriteEvent, 'refuse' | 'run_out' | 'reject' | 'withdraw'>;

/** Closes a write that had no effect. Returns false: nothing is left to do. */
export async function endUnsent(
  runtime: Runtime,
  write: OpenWrite,
  event: EndingEvent,
  error: { code: ErrorCode; message: string } | undefined,
): Promise<false> {
  const now = runtime.clock();
  await runtime.store.transaction((trx) => endUnsentIn(trx, runtime, write, event, error, now));
  return false;
}

/** The same within a transaction that does more. */
export async function endUnsentIn(
  trx: Db,
  runtime: Runtime,
  write: OpenWrite,
  event: EndingEvent,
  error: { code: ErrorCode; message: string } | undefined,
  now: number,
): Promise<WriteState> {
  const state = await moveWrite(trx, write.row, event, now, {
    error_code: error?.code ?? null,
    error_message: error?.message ?? null,
    done_at: now,
    ...NO_LEASE,
  });
  await settleReservations(trx, write.row, state);
  await appendAudit(trx, runtime.keyring, [
    audit(write, `write.${state}`, now, state, { code: error?.code, message: error?.message }),
  ]);
  await recordChanges(trx, now, [change(write, 'write', write.row.write_id, state)]);
  await wakeFollowers(trx, runtime, await followersOf(trx, write.row));
  return state;
}

/** Whether a write that waits has had an effect, or may have had one that nobody has looked for. */
export async function mayHaveEffect(db: Db, { write_id, step_index }: OpenWrite['row']): Promise<boolean> {
  if (step_index > 0) return true;
  const [step] = await stepsOf(db, write_id);
  return step !== undefined && isInDoubt(step);
}

/**
 * Ends a write for which nobody said yes. Where the PMS asked for an override after a part of it, or a repetition, had been
 * sent, "not done" may be wrong: a person looks. Returns the state that follows.
 */
export async function endUndecided(
  trx: Db,
  runtime: Runtime,
  write: OpenWrite,
  event: Extract<EndingEvent, 'run_out' | 'reject'>,
  now: number,
): Promise<WriteState> {
  if (!(await mayHaveEffect(trx, write.row))) return endUnsentIn(trx, runtime, write, event, undefined, now);
  const reason = 'The PMS asked for an override and got none; a part of it was carried out, or may have been.';
  return giveToPerson(trx, runtime, write.row, reason);
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

/**
 * Something only a person can find out. Nothing is sent again; the people in charge are told. Returns false: nothing is
 * left to do for a machine.
 */
export async function needsAttention(runtime: Runtime, write: OpenWrite, reason: string): Promise<false> {
  await runtime.store.transaction((trx) => giveToPerson(trx, runtime, write.row, reason));
  return false;
}

/** The same within a transaction that does more. */
export async function giveToPerson(
  trx: Db,
  runtime: Runtime,
  row: OpenWrite['row'],
  reason: string,
): Promise<WriteState> {
  const values = { error_code: 'outcome_unknown', error_message: reason, ...NO_LEASE };
  const state = await moveWrite(trx, row, 'doubt', runtime.clock(), values);
  await tellOfAttention(trx, runtime, row, reason, { was: row.state });
  return state;
}

/** What is entered, and who is told, where a write has been given to a person. */
export async function tellOfAttention(
  trx: Db,
  runtime: Runtime,
  row: OpenWrite['row'],
  reason: string,
  details: Record<string, unknown> = {},
): Promise<void> {
  const now = runtime.clock();
  const { write_id, tool } = row;
  await appendAudit(trx, runtime.keyring, [
    audit({ row }, 'write.needs_attention', now, 'needs_attention', { reason, ...details }),
  ]);
  await recordChanges(trx, now, [change({ row }, 'write', write_id, 'needs_attention')]);
  await enqueueNotification(trx, runtime.keyring, {
    id: newId('n', now),
    kind: 'write.needs_attention',
    now,
    body: { write_id, tool, reason },
  });
  await wakeFollowers(trx, runtime, await followersOf(trx, row));
}

/** A write without effect gives back what it had reserved; a moved or cancelled tour gives back the slot it had before. */
export async function settleReservations(trx: Db, row: OpenWrite['row'], state: WriteState): Promise<void> {
  if (state !== 'done') {
    await trx.deleteFrom('reservations').where('write_id', '=', row.write_id).execute();
    return;
  }
  if (row.command_kind !== 'reschedule_tour' && row.command_kind !== 'cancel_tour') return;
  await trx
    .deleteFrom('reservations')
    .where('write_id', '!=', row.write_id)
    .where('write_id', 'in', (eb) =>
      eb
        .selectFrom('writes')
        .select('write_id')
        .where('connection', '=', row.connection)
        .where('record_kind', '=', 'tour')
        .where('record_id', '=', row.record_id),
    )
    .execute();
}

/** Puts what people are to be told of a proved change in the outbox. */
export async function tellPeople(
  trx: Db,
  runtime: Runtime,
  { row, notices }: Pick<OpenWrite, 'row' | 'notices'>,
  recordId: string | null,
  now: number,
): Promise<void> {
  for (const { kind, body } of notices)
    await enqueueNotification(trx, runtime.keyring, {
      id: newId('n', now),
      kind,
      now,
      body: { ...body, write_id: row.write_id, ...(recordId !== null && { record_id: recordId }) },
    });
}
