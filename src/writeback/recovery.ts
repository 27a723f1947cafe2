import { type Located, type StepResult, VendorError } from '../connectors/connector.ts';
import { closeApproval, approvalOf } from '../approvals/approvals.ts';
import type { ErrorCode } from '../model/errors.ts';
import { withinTime } from './deadline.ts';
import { dueWrites, heldByOthers, moveWrite, postpone, StaleWrite, stepsOf, updateStep } from './ledger.ts';
import { openRequest, openWrite, type OpenWrite } from './open_write.ts';
import { connectorOf, type Runtime } from './runtime.ts';
import { endUnsent, endUnsentIn, needsAttention } from './endings.ts';
import { SENDER_GONE, stepContext, wasRefused, withEvidence } from './journal.ts';
import { afterStep, sendReady } from './send.ts';
import { IN_FLIGHT_STATES, type WriteState } from './states.ts';

/*
 * What is done with a write that nobody is working on: after a crash, after an answer that never came, when a PMS is
 * back, when nobody decided in time.
 */

const HANDLERS: Partial<Record<WriteState, (runtime: Runtime, write: OpenWrite) => Promise<void>>> = {
  recorded: needsDecisionOrSending,
  ready: sendReady,
  sending: abandonedWhileSending,
  sent: goOn,
  unknown: locateEffect,
  awaiting_approval: expireUndecided,
};

/** Takes one write a step further from wherever it was left. */
export async function resume(runtime: Runtime, write: OpenWrite): Promise<void> {
  const { connection, state, not_after: notAfter } = write.row;
  const isLost = IN_FLIGHT_STATES.includes(state) && !runtime.connections.has(connection);
  if (isLost && runtime.clock() > notAfter && isAbandoned(runtime, write))
    return needsAttention(runtime, write, 'Its connection is not configured any more, so the PMS cannot be asked.');
  await HANDLERS[state]?.(runtime, write);
}

/** Takes up to `limit` writes further that are due. Returns how many there were. */
export async function sweep(
  runtime: Runtime,
  limit: number,
  take: (writeId: string, work: () => Promise<void>) => Promise<void>,
): Promise<number> {
  const { ledger } = runtime.store;
  // A dead owner's lease is void at once: its writes are due before their time.
  const orphaned = (await heldByOthers(ledger, runtime.owner)).filter(
    (row) => !runtime.ownerIsAlive(row.lease_owner ?? ''),
  );
  const listed = new Set(orphaned.map(({ write_id }) => write_id));
  const due = [
    ...orphaned,
    ...(await dueWrites(ledger, runtime.clock(), limit)).filter(({ write_id }) => !listed.has(write_id)),
  ];
  for (const row of due) {
    await take(row.write_id, async () => {
      try {
        await resume(runtime, openWrite(runtime.keyring, row));
      } catch (error) {
        // What cannot be taken up, because its key or its connection is missing, must not crowd out everything else.
        if (!(error instanceof StaleWrite)) {
          const until = runtime.clock() + 60_000;
          await runtime.store.transaction((trx) => postpone(trx, row, until));
        }
        throw error;
      }
    });
  }
  return due.length;
}

/** Quarters of an hour that are kept after they have passed: a day. */
const KEPT_CELLS = 96;

/** Forgets tour slots that have passed. */
export async function releasePastCells(runtime: Runtime): Promise<void> {
  const oldest = Math.floor(runtime.clock() / 900_000) - KEPT_CELLS;
  await runtime.store.transaction((trx) => trx.deleteFrom('reservations').where('cell', '<', oldest).execute());
}

async function needsDecisionOrSending(runtime: Runtime, write: OpenWrite): Promise<void> {
  await runtime.store.transaction((trx) => moveWrite(trx, write.row, 'ready', runtime.clock()));
}

/** Whether the one who was sending can no longer be at it: its lease is over, or its process is. */
function isAbandoned(runtime: Runtime, write: OpenWrite): boolean {
  const { lease_owner: owner, lease_until: until } = write.row;
  if (owner === null || until === null || until <= runtime.clock()) return true;
  return !runtime.ownerIsAlive(owner);
}

async function abandonedWhileSending(runtime: Runtime, write: OpenWrite): Promise<void> {
  if (!isAbandoned(runtime, write)) return;
  const now = runtime.clock();
  const { settling } = connectorOf(runtime, write.row.connection).capabilities;
  const steps = await stepsOf(runtime.store.ledger, write.row.write_id);
  const step = steps[write.row.step_index];
  const settled = (step?.deadline_at ?? now) + settling.late_commit_ms + settling.read_lag_ms;
  await runtime.store.transaction(async (trx) => {
    await moveWrite(trx, write.row, 'unknown', now, { lease_owner: null, lease_until: null, next_attempt_at: now });
    await updateStep(trx, write.row.write_id, write.row.step_index, {
      state: 'unknown',
      evidence_json: withEvidence(step, { at: now, event: SENDER_GONE, settled_at: settled }),
    });
  });
}

/** Looks for the effect of the last request. Nothing is sent again on anything less than proof of its absence. */
async function locateEffect(runtime: Runtime, write: OpenWrite): Promise<void> {
  const { row, command } = write;
  const connector = connectorOf(runtime, row.connection);
  const steps = await stepsOf(runtime.store.ledger, row.write_id);
  const step = steps[row.step_index];
  const plan = connector.compile(command)[row.step_index];
  if (step === undefined || plan === undefined)
    return needsAttention(runtime, write, 'The journal of this write is incomplete.');
  const request = openRequest(runtime.keyring, row.write_id, row.step_index, step.request_sealed);
  let located: Located;
  try {
    const context = stepContext(write, steps.slice(0, row.step_index));
    located = await withinTime(connector.capabilities.request_deadline_ms, (signal) =>
      connector.locate(command, row.step_index, request, context, signal),
    );
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    if (runtime.clock() > row.not_after + 60_000)
      return needsAttention(
        runtime,
        write,
        'It is not known whether the PMS carried this out, and it cannot be asked.',
      );
    return lookAgain(runtime, write, step, `look-up failed: ${error.code}`, 15_000);
  }
  const now = runtime.clock();
  if (located.outcome === 'found') {
    await runtime.store.transaction(async (trx) => {
      await moveWrite(trx, row, 'sent', now, { next_attempt_at: now });
      await updateStep(trx, row.write_id, row.step_index, {
        state: 'proved',
        result_json: JSON.stringify(located.result),
        evidence_json: withEvidence(step, { at: now, event: 'found' }),
      });
    });
    return afterStep(runtime, { ...write, row: { ...row, state: 'sent' } }, located.result);
  }
  if (located.outcome === 'differs') return needsAttention(runtime, write, located.detail);
  const { settling } = connector.capabilities;
  const settled = step.deadline_at + settling.late_commit_ms + settling.read_lag_ms;
  if (now < settled) return lookAgain(runtime, write, step, 'not found yet', settled - now);
  if (!located.covers_all || plan.retry === 'none')
    return needsAttention(runtime, write, 'It is not known whether the PMS carried this out; it was not sent again.');
  // The PMS refused it when it was sent again, and the first time had no effect either.
  if (row.error_code !== null && wasRefused(step))
    return row.step_index > 0
      ? needsAttention(runtime, write, row.error_message ?? '')
      : endUnsent(runtime, write, 'failed', { code: row.error_code as ErrorCode, message: row.error_message ?? '' });
  await runtime.store.transaction(async (trx) => {
    await moveWrite(trx, row, 'ready', now, { next_attempt_at: now });
    await updateStep(trx, row.write_id, row.step_index, {
      state: 'absent',
      evidence_json: withEvidence(step, { at: now, event: 'proved absent' }),
    });
  });
}

async function lookAgain(
  runtime: Runtime,
  write: OpenWrite,
  step: Parameters<typeof withEvidence>[0],
  event: string,
  inMs: number,
): Promise<void> {
  const now = runtime.clock();
  await runtime.store.transaction(async (trx) => {
    await updateStep(trx, write.row.write_id, write.row.step_index, {
      evidence_json: withEvidence(step, { at: now, event }),
    });
    await moveWrite(trx, write.row, 'unknown', now, { next_attempt_at: now + inMs });
  });
}

/** A write that was answered: its next request follows, or the record is read back. */
async function goOn(runtime: Runtime, write: OpenWrite): Promise<void> {
  if (!isAbandoned(runtime, write)) return;
  const steps = await stepsOf(runtime.store.ledger, write.row.write_id);
  const step = steps[write.row.step_index];
  if (step?.result_json == null) {
    await runtime.store.transaction((trx) => moveWrite(trx, write.row, 'unknown', runtime.clock()));
    return;
  }
  if (runtime.clock() > write.row.not_after + 60_000)
    return needsAttention(
      runtime,
      write,
      'The PMS answered, but the rest of it, or reading the record back, could not be done in time.',
    );
  return afterStep(runtime, write, JSON.parse(step.result_json) as StepResult);
}

async function expireUndecided(runtime: Runtime, write: OpenWrite): Promise<void> {
  const now = runtime.clock();
  const approval = await approvalOf(runtime.store.ledger, write.row.write_id);
  const until = Math.min(approval?.decide_by ?? now, write.row.not_after);
  await runtime.store.transaction(async (trx) => {
    if (until > now) return moveWrite(trx, write.row, 'awaiting_approval', now, { next_attempt_at: until });
    if (approval !== undefined)
      await closeApproval(trx, approval.approval_id, {
        state: 'expired',
        decided_by: null,
        decided_at: now,
        note_sealed: null,
      });
    return endUnsentIn(trx, runtime, write, 'expired', undefined, now);
  });
}
