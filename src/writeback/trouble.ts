import { requestApproval } from '../approvals/approvals.ts';
import { appendAudit } from '../audit/audit.ts';
import { VendorError } from '../connectors/connector.ts';
import { CaretakerError, type ErrorCode } from '../model/errors.ts';
import { announceApproval, endUnsent, needsAttention } from './endings.ts';
import { newId } from './ids.ts';
import { audit, mayHaveHappened, NO_ANSWER, REFUSED, withEvidence } from './journal.ts';
import { moveWrite, stepsOf, updateStep } from './ledger.ts';
import type { OpenWrite } from './open_write.ts';
import { connectorOf, type Runtime } from './runtime.ts';

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
): Promise<void> {
  const vendor = error instanceof VendorError ? error : undefined;
  const refusal = vendor === undefined ? undefined : REFUSALS[vendor.code];
  if (vendor !== undefined && refusal !== undefined) {
    // A repeated request may be refused because the first one had its effect after all.
    if (mayHaveLeft && mayHaveHappened((await stepsOf(runtime.store.ledger, write.row.write_id))[write.row.step_index]))
      return refusedAgain(runtime, write, refusal, vendor.message);
    if (write.row.step_index > 0) return needsAttention(runtime, write, vendor.message);
    return endUnsent(runtime, write, 'failed', { code: refusal, message: vendor.message });
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

export async function refusedBeforeSending(runtime: Runtime, write: OpenWrite, error: unknown): Promise<void> {
  if (error instanceof VendorError) return handleVendorError(runtime, write, error, false);
  if (!(error instanceof CaretakerError)) throw error;
  if (error.code === 'pms_unavailable' || error.code === 'rate_limited')
    return tryLater(runtime, write, new VendorError('unavailable', error.message));
  // Of what is half done a part has had its effect, an emergency that was let through on older data and is refused now
  // was promised to somebody, and an inquiry that was taken is somebody waiting for an answer: a person takes over.
  const half = write.row.step_index > 0;
  const promised = write.row.priority < 2 && write.answer['checked_as_of'] !== undefined;
  const inquiry = 'touch' in write.command && write.command.touch !== undefined;
  if (half || promised || inquiry) return needsAttention(runtime, write, error.message);
  return endUnsent(runtime, write, 'failed', { code: error.code, message: error.message });
}

const BACKOFF_MS = [1_000, 2_000, 5_000, 15_000, 30_000, 60_000];

async function tryLater(runtime: Runtime, write: OpenWrite, error: VendorError): Promise<void> {
  const now = runtime.clock();
  const backoff = error.retry_after_ms ?? BACKOFF_MS[Math.min(write.row.attempts, BACKOFF_MS.length - 1)] ?? 60_000;
  // Whatever the PMS asks for, the write is looked at once more when its own time is over.
  const wait = Math.min(backoff, Math.max(1_000, write.row.not_after - now));
  await runtime.store.transaction((trx) =>
    moveWrite(trx, write.row, 'ready', now, {
      next_attempt_at: now + wait,
      lease_owner: null,
      lease_until: null,
      // A send was counted when it was journaled; what failed before that counts too, for the wait.
      attempts: write.row.attempts + (write.row.state === 'sending' ? 0 : 1),
      error_code: error.code === 'rate_limited' ? 'rate_limited' : 'pms_unavailable',
      error_message: 'The PMS did not take the request; it is sent as soon as the PMS answers again.',
    }),
  );
}

async function outcomeUnknown(runtime: Runtime, write: OpenWrite, reason: string): Promise<void> {
  const now = runtime.clock();
  const { settling } = connectorOf(runtime, write.row.connection).capabilities;
  await runtime.store.transaction(async (trx) => {
    const steps = await stepsOf(trx, write.row.write_id);
    const step = steps[write.row.step_index];
    await updateStep(trx, write.row.write_id, write.row.step_index, {
      state: 'unknown',
      evidence_json: withEvidence(step, { at: now, event: NO_ANSWER, reason }),
    });
    const settled = (step?.deadline_at ?? now) + settling.late_commit_ms + settling.read_lag_ms;
    await moveWrite(trx, write.row, 'unknown', now, {
      next_attempt_at: Math.max(now, settled),
      lease_owner: null,
      lease_until: null,
    });
    await appendAudit(trx, runtime.keyring, [audit(write, 'write.unknown', now, 'unknown', { reason })]);
  });
}

/** Looked for at once: what is found was done, what is certainly not there is refused as the PMS said. */
async function refusedAgain(runtime: Runtime, write: OpenWrite, code: ErrorCode, message: string): Promise<void> {
  const now = runtime.clock();
  await runtime.store.transaction(async (trx) => {
    const step = (await stepsOf(trx, write.row.write_id))[write.row.step_index];
    await updateStep(trx, write.row.write_id, write.row.step_index, {
      state: 'unknown',
      evidence_json: withEvidence(step, { at: now, event: REFUSED, code }),
    });
    await moveWrite(trx, write.row, 'unknown', now, {
      next_attempt_at: now,
      lease_owner: null,
      lease_until: null,
      error_code: code,
      error_message: message,
    });
    await appendAudit(trx, runtime.keyring, [audit(write, 'write.unknown', now, 'unknown', { refused_as: code })]);
  });
}

async function askForOverride(runtime: Runtime, write: OpenWrite, error: VendorError): Promise<void> {
  const now = runtime.clock();
  const approvalId = newId('ap', now);
  const decideBy = Math.min(write.row.not_after, now + runtime.policy.approval_ms);
  await runtime.store.transaction(async (trx) => {
    await moveWrite(trx, write.row, 'awaiting_approval', now, {
      next_attempt_at: decideBy,
      lease_owner: null,
      lease_until: null,
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
}
