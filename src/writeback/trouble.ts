import { requestApproval } from '../approvals/approvals.ts';
import { appendAudit } from '../audit/audit.ts';
import { type StepResult, VendorError } from '../connectors/connector.ts';
import { changedRecordId } from '../model/commands.ts';
import { CaretakerError, type ErrorCode } from '../model/errors.ts';
import type { Refusal } from '../pace/pace.ts';
import { announceApproval, endUnsent, needsAttention } from './endings.ts';
import { newId } from './ids.ts';
import {
  audit,
  isInDoubt,
  mayHaveHappened,
  NO_ANSWER,
  NO_LEASE,
  OVERRIDE_ASKED,
  REFUSED,
  stamp,
  USELESS_ANSWER,
  withEvidence,
} from './journal.ts';
import { type Db, moveWrite } from './ledger.ts';
import { type StepRow, stepsOf, updateStep } from './step_rows.ts';
import type { OpenWrite } from './open_write.ts';
import type { Runtime } from './runtime.ts';
import { backoff, lookAt } from './waiting.ts';

/*
 * What is done about a request that did not go as it should. Everything resolves with whether there is something left to
 * do at once.
 */

/** How a vendor's refusal is told to the caller. Only codes after which nothing was applied are here. */
const REFUSALS: Partial<Record<VendorError['code'], ErrorCode>> = {
  refused: 'invalid_input',
  not_found: 'not_found',
  conflict: 'conflict',
  slot_taken: 'slot_taken',
  period_closed: 'period_closed',
  duplicate: 'duplicate',
  unsupported: 'unsupported_by_pms',
  misconfigured: 'pms_unavailable',
};

/** Sorts a failed request into: nothing happened, not now, a person has to override, or nobody knows. */
export async function handleVendorError(
  runtime: Runtime,
  write: OpenWrite,
  error: unknown,
  mayHaveLeft: boolean,
): Promise<boolean> {
  const vendor = error instanceof VendorError ? error : undefined;
  const refusal = vendor === undefined ? undefined : REFUSALS[vendor.code];
  if (vendor !== undefined && refusal !== undefined) {
    const step = (await stepsOf(runtime.store.ledger, write.row.write_id))[write.row.step_index];
    // A repeated request may be refused because the first one had its effect after all.
    if (mayHaveLeft && (vendor.unproved || mayHaveHappened(step)))
      return refusedAgain(runtime, write, refusal, vendor.message);
    if (step !== undefined && isInDoubt(step)) return lookFirst(runtime, write);
    if (write.row.step_index > 0) return needsAttention(runtime, write, vendor.message);
    return endUnsent(runtime, write, 'refuse', { code: refusal, message: vendor.message });
  }
  if (
    vendor?.code === 'unavailable' ||
    vendor?.code === 'rate_limited' ||
    (!mayHaveLeft && vendor?.code === 'outcome_unknown')
  )
    return tryLater(runtime, write, vendor);
  if (vendor?.code === 'needs_override') return askForOverride(runtime, write, vendor);
  if (!mayHaveLeft) throw error;
  return outcomeUnknown(runtime, write, vendor?.code ?? 'no answer');
}

/** The rules, or the PMS that they are judged on, are against a write that was to be sent now. */
export async function refusedBeforeSending(runtime: Runtime, write: OpenWrite, error: unknown): Promise<boolean> {
  if (error instanceof VendorError) return handleVendorError(runtime, write, error, false);
  if (!(error instanceof CaretakerError)) throw error;
  if (error.code === 'pms_unavailable' || error.code === 'rate_limited')
    return tryLater(runtime, write, new VendorError('unavailable', error.message));
  // Of what is half done a part has had its effect, what was sent in doubt may have, an emergency that was let through on
  // older data and is refused now was promised to somebody, and an inquiry that was taken is somebody waiting for an
  // answer: a person takes over.
  const step = (await stepsOf(runtime.store.ledger, write.row.write_id))[write.row.step_index];
  const half = write.row.step_index > 0 || (step !== undefined && isInDoubt(step));
  const promised = write.row.priority < 2 && write.answer['checked_as_of'] !== undefined;
  const inquiry = 'touch' in write.command && write.command.touch !== undefined;
  if (half || promised || inquiry) return needsAttention(runtime, write, error.message);
  return endUnsent(runtime, write, 'refuse', { code: error.code, message: error.message });
}

const WAITS_FOR_PMS = 'The PMS did not take the request; it is sent as soon as the PMS answers again.';
const WAITS_FOR_PACE = 'The PMS takes no more requests just now; it is sent as soon as it does.';

async function tryLater(runtime: Runtime, write: OpenWrite, error: VendorError): Promise<boolean> {
  const { row } = write;
  const now = runtime.clock();
  const asked = error.retry_after_ms ?? backoff(runtime, row.attempts);
  // Whatever the PMS asks for, the write is looked at once more when its own time is over.
  const wait = Math.min(asked, Math.max(1_000, row.not_after - now));
  await runtime.store.transaction((trx) =>
    lookAt(trx, runtime, row, row.state === 'sending' ? 'give_back' : 'wait', now + wait, {
      ...NO_LEASE,
      // A send was counted when it was journaled; what failed before that counts too, for the wait.
      attempts: row.attempts + (row.state === 'sending' ? 0 : 1),
      error_code: error.code === 'rate_limited' ? 'rate_limited' : 'pms_unavailable',
      error_message: error.code === 'rate_limited' ? WAITS_FOR_PACE : WAITS_FOR_PMS,
    }),
  );
  return false;
}

/** The columns of a write that has no leave to be sent yet. */
export function waitingForLeave(refusal: Refusal): {
  next_attempt_at: number;
  error_code: string;
  error_message: string;
} {
  const down = refusal.because === 'down';
  return {
    next_attempt_at: refusal.retry_at,
    error_code: down ? 'pms_unavailable' : 'rate_limited',
    error_message: down ? WAITS_FOR_PMS : WAITS_FOR_PACE,
  };
}

/** Nothing was journaled for it yet: it waits for its turn at the PMS. */
export async function waitForLeave(runtime: Runtime, { row }: OpenWrite, refusal: Refusal): Promise<boolean> {
  const values = waitingForLeave(refusal);
  const at = Math.max(runtime.clock(), Math.min(refusal.retry_at, row.not_after));
  await runtime.store.transaction((trx) => lookAt(trx, runtime, row, 'wait', at, values));
  return false;
}

/** The outcome of the last request is not known: it is looked for, at once and then again and again. */
async function becomeUnknown(
  runtime: Runtime,
  write: OpenWrite,
  evidence: { event: string; [detail: string]: unknown },
  more: (trx: Db, step: StepRow | undefined, now: number) => Promise<void> = async () => {},
): Promise<boolean> {
  const { row } = write;
  const now = runtime.clock();
  await runtime.store.transaction(async (trx) => {
    const step = (await stepsOf(trx, row.write_id))[row.step_index];
    await updateStep(trx, row.write_id, row.step_index, {
      state: 'unknown',
      evidence_json: withEvidence(step, { at: now, ...evidence, ...stamp(runtime) }),
    });
    await lookAt(trx, runtime, row, 'lose', now, NO_LEASE);
    await more(trx, step, now);
    const { event, ...details } = evidence;
    await appendAudit(trx, runtime.keyring, [
      audit(write, 'write.unknown', now, 'unknown', { because: event, ...details }),
    ]);
  });
  return true;
}

function outcomeUnknown(runtime: Runtime, write: OpenWrite, reason: string): Promise<boolean> {
  return becomeUnknown(runtime, write, { event: NO_ANSWER, reason });
}

/** Looked for at once: what is found was done, what is certainly not there is refused as the PMS said. */
function refusedAgain(runtime: Runtime, write: OpenWrite, code: ErrorCode, message: string): Promise<boolean> {
  return becomeUnknown(runtime, write, { event: REFUSED, code }, async (trx) => {
    await trx
      .updateTable('writes')
      .set({ error_code: code, error_message: message })
      .where('write_id', '=', write.row.write_id)
      .execute();
  });
}

/**
 * The PMS said that it did it, but not to which record, or named one that is another write's. The record is looked for;
 * the request is not sent again.
 */
export function answerIsUseless(runtime: Runtime, write: OpenWrite, result: StepResult): Promise<boolean> {
  const { record: _record, ...kept } = result;
  const { write_id: id, step_index: index } = write.row;
  return becomeUnknown(runtime, write, { event: USELESS_ANSWER }, async (trx, _step, now) => {
    await updateStep(trx, id, index, { result_json: JSON.stringify(kept), answered_at: now });
    // Nothing may go by the record of the useless answer any more.
    const known = changedRecordId(write.command) ?? null;
    if (index === 0) await trx.updateTable('writes').set({ record_id: known }).where('write_id', '=', id).execute();
  });
}

/** An earlier sending may have had an effect, and another one is not safe, or not possible, any more. */
export function lookFirst(runtime: Runtime, write: OpenWrite): Promise<boolean> {
  return becomeUnknown(runtime, write, { event: 'cannot be sent again without a look' });
}

async function askForOverride(runtime: Runtime, write: OpenWrite, error: VendorError): Promise<boolean> {
  const now = runtime.clock();
  const approvalId = newId('ap', now);
  const decideBy = Math.min(write.row.not_after, now + runtime.policy.approval_ms);
  await runtime.store.transaction(async (trx) => {
    await moveWrite(trx, write.row, 'ask_person', now, { ...NO_LEASE, next_attempt_at: decideBy });
    const step = (await stepsOf(trx, write.row.write_id))[write.row.step_index];
    if (step !== undefined)
      await updateStep(trx, write.row.write_id, write.row.step_index, {
        evidence_json: withEvidence(step, { at: now, event: OVERRIDE_ASKED }),
      });
    await requestApproval(trx, {
      approval_id: approvalId,
      write_id: write.row.write_id,
      command_digest: write.row.command_digest,
      rule: 'vendor_override',
      reason: error.message,
      requested_by: write.row.principal,
      requester_owner: write.row.owner,
      property_id: write.row.property_id,
      state: 'waiting',
      decide_by: decideBy,
      created_at: now,
      decided_at: null,
      decided_by: null,
      note_sealed: null,
    });
    await appendAudit(trx, runtime.keyring, [
      audit(write, 'approval.requested', now, 'awaiting_approval', { rule: 'vendor_override' }),
    ]);
    await announceApproval(trx, runtime, write, { approvalId, rule: 'vendor_override', decideBy }, now);
  });
  return false;
}
