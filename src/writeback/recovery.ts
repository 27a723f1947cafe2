import type { StepResult } from '../connectors/connector.ts';
import { approvalOf, closeApproval } from '../approvals/approvals.ts';
import { endUndecided, needsAttention } from './endings.ts';
import { NO_LEASE, SENDER_GONE, stamp, withEvidence } from './journal.ts';
import { moveWrite, writeById, type WriteRow } from './ledger.ts';
import { stepsOf, updateStep } from './step_rows.ts';
import { locateEffect } from './locate.ts';
import { openWrite, type OpenWrite } from './open_write.ts';
import { connectorOf, LEASE_MARGIN_MS, type Runtime } from './runtime.ts';
import { afterStep, sendReady } from './send.ts';
import { IN_FLIGHT_STATES, type WriteState } from './states.ts';
import { lookAt, PATIENCE_MS } from './waiting.ts';

/*
 * What is done with a write that nobody is working on: after a crash, after an answer that never came, when a PMS is
 * back, when nobody decided in time.
 */

/** Each takes a write one step further, and says whether there is something left to do at once. */
const HANDLERS: Partial<Record<WriteState, (runtime: Runtime, write: OpenWrite) => Promise<boolean>>> = {
  recorded: accept,
  ready: sendReady,
  sending: abandonedWhileSending,
  sent: goOn,
  unknown: locateEffect,
  awaiting_approval: runOutUndecided,
};

/** More steps than any write takes at once: whatever turns in a circle ends here, and goes on at the next sweep. */
const MOST_AT_ONCE = 20;

/** Takes one write as far as it goes now, from wherever it was left. */
export async function resume(runtime: Runtime, write: OpenWrite): Promise<void> {
  let current: OpenWrite = write;
  for (let step = 0; step < MOST_AT_ONCE; step++) {
    if (!(await takeFurther(runtime, current))) return;
    const row = await writeById(runtime.store.ledger, write.row.write_id);
    if (row === undefined) return;
    current = openWrite(runtime.keyring, row);
  }
}

async function takeFurther(runtime: Runtime, write: OpenWrite): Promise<boolean> {
  const { connection, state, not_after: notAfter } = write.row;
  if (!runtime.connections.has(connection)) {
    const isLost = IN_FLIGHT_STATES.includes(state) && runtime.clock() > notAfter && isAbandoned(runtime, write.row);
    if (isLost)
      return needsAttention(runtime, write, 'Its connection is not configured any more, so the PMS cannot be asked.');
  }
  return (await HANDLERS[state]?.(runtime, write)) ?? false;
}

async function accept(runtime: Runtime, { row }: OpenWrite): Promise<boolean> {
  const now = runtime.clock();
  await runtime.store.transaction((trx) => lookAt(trx, runtime, row, 'accept', now));
  return true;
}

/** Whether the one who was sending can no longer be at it: its lease is over, or its process is. */
function isAbandoned(runtime: Runtime, { connection, lease_owner: owner, lease_until: until }: WriteRow): boolean {
  if (owner === null || until === null) return true;
  if (!runtime.ownerIsAlive(owner)) return true;
  // Who is at it itself knows when it is not any more; by the clock, only where the clock can be trusted.
  const deadline = runtime.connections.get(connection)?.capabilities.request_deadline_ms ?? 0;
  return until <= runtime.clock() && (runtime.guard?.untilTrusted(deadline + LEASE_MARGIN_MS) ?? 0) === 0;
}

async function abandonedWhileSending(runtime: Runtime, write: OpenWrite): Promise<boolean> {
  return isAbandoned(runtime, write.row) ? senderIsGone(runtime, write) : false;
}

async function senderIsGone(runtime: Runtime, { row }: OpenWrite): Promise<boolean> {
  const now = runtime.clock();
  const step = (await stepsOf(runtime.store.ledger, row.write_id))[row.step_index];
  await runtime.store.transaction(async (trx) => {
    await lookAt(trx, runtime, row, 'lose', now, NO_LEASE);
    await updateStep(trx, row.write_id, row.step_index, {
      state: 'unknown',
      evidence_json: withEvidence(step, { at: now, event: SENDER_GONE, ...stamp(runtime) }),
    });
  });
  return true;
}

/** A write that was answered: its next request follows, or the record is read back. */
async function goOn(runtime: Runtime, write: OpenWrite): Promise<boolean> {
  const { row } = write;
  if (!isAbandoned(runtime, row)) return false;
  const step = (await stepsOf(runtime.store.ledger, row.write_id))[row.step_index];
  if (step?.result_json == null) return senderIsGone(runtime, write);
  if (runtime.clock() > row.not_after + PATIENCE_MS && !isOnlyToBeKept(runtime, write))
    return needsAttention(
      runtime,
      write,
      'The PMS answered, but the rest of it, or reading the record back, could not be done in time.',
    );
  return afterStep(runtime, write, JSON.parse(step.result_json) as StepResult);
}

/** Whether what comes next goes to no PMS: that can still be done. */
function isOnlyToBeKept(runtime: Runtime, { row, command }: OpenWrite): boolean {
  return connectorOf(runtime, row.connection).compile(command)[row.step_index + 1]?.local === true;
}

async function runOutUndecided(runtime: Runtime, write: OpenWrite): Promise<boolean> {
  const now = runtime.clock();
  const approval = await approvalOf(runtime.store.ledger, write.row.write_id);
  const until = Math.min(approval?.decide_by ?? now, write.row.not_after);
  await runtime.store.transaction(async (trx) => {
    if (until > now) {
      await moveWrite(trx, write.row, 'wait', now, { next_attempt_at: until });
      return;
    }
    if (approval !== undefined)
      await closeApproval(trx, approval.approval_id, {
        state: 'expired',
        decided_by: null,
        decided_at: now,
        note_sealed: null,
      });
    await endUndecided(trx, runtime, write, 'run_out', now);
  });
  return false;
}
