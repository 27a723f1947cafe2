import {
  type Connector,
  type StepContext,
  type StepRequest,
  type StepResult,
  VendorError,
} from '../connectors/connector.ts';
import { appendAudit, oneAtATime } from '../audit/audit.ts';
import { changedRecordId, COMMANDS } from '../model/commands.ts';
import { CaretakerError, type ErrorCode } from '../model/errors.ts';
import { enqueueNotification } from '../approvals/notifications.ts';
import { recordChanges } from '../store/changes.ts';
import { markerOf, newId } from './ids.ts';
import {
  type Db,
  isBehind,
  moveWrite,
  putStep,
  StaleWrite,
  type StepRow,
  stepsOf,
  updateStep,
  writeById,
} from './ledger.ts';
import { openRequest, openWrite, type OpenWrite, sealRequest } from './open_write.ts';
import { prove } from './proof.ts';
import { relatedRecords } from './related.ts';
import { connectorOf, LEASE_MARGIN_MS, type Runtime } from './runtime.ts';
import type { WriteState } from './states.ts';

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

/** What a step is prepared and located with. */
export function stepContext(write: OpenWrite, steps: readonly StepRow[]): StepContext {
  return {
    write_id: write.row.write_id,
    marker: markerOf(write.row.write_id),
    scope: write.row.scope,
    before: write.before,
    results: steps.flatMap((step) => (step.result_json === null ? [] : [JSON.parse(step.result_json) as StepResult])),
  };
}

/** The journal row of a step that is about to be sent. */
export function stepRow(
  runtime: Runtime,
  writeId: string,
  index: number,
  step: { name: string; retry: string },
  request: StepRequest,
  attempt: number,
  deadlineMs: number,
): StepRow {
  const now = runtime.clock();
  return {
    write_id: writeId,
    step_index: index,
    name: step.name,
    retry: step.retry,
    state: 'sending',
    request_sealed: sealRequest(runtime.keyring, writeId, index, request),
    deadline_at: now + deadlineMs,
    attempts: attempt,
    sent_at: now,
    answered_at: null,
    result_json: null,
    evidence_json: JSON.stringify([{ at: now, event: 'sent', attempt }]),
  };
}

/** Lease columns of a write whose request is about to leave. */
export function leaseFor(
  runtime: Runtime,
  deadlineMs: number,
): { lease_owner: string; lease_until: number; next_attempt_at: number } {
  const until = runtime.clock() + deadlineMs + LEASE_MARGIN_MS;
  return { lease_owner: runtime.owner, lease_until: until, next_attempt_at: until };
}

/**
 * Takes a write that is `ready` and sends it, if nothing on the same record is in front of it and the rules still allow
 * it. Resolves when the write can go no further for now.
 */
export async function sendReady(runtime: Runtime, write: OpenWrite): Promise<void> {
  const { row } = write;
  if (row.not_after <= runtime.clock()) return endUnsent(runtime, write, 'expired', undefined);
  if (await isBehind(runtime.store.ledger, row)) return;
  try {
    await runtime.judgeAgain(write);
  } catch (error) {
    return refusedBeforeSending(runtime, write, error);
  }
  const connector = connectorOf(runtime, row.connection);
  const steps = await stepsOf(runtime.store.ledger, row.write_id);
  const plan = connector.compile(write.command);
  const step = plan[row.step_index];
  if (step === undefined) throw new RangeError('the ledger names a step that the command does not have');
  const known = steps[row.step_index];
  let request: StepRequest;
  try {
    // A retry sends the very bytes of the first attempt, so that a vendor's idempotency key still fits them.
    request =
      known === undefined || step.retry === 'set_value'
        ? await connector.prepare(write.command, row.step_index, stepContext(write, steps.slice(0, row.step_index)))
        : openRequest(runtime.keyring, row.write_id, row.step_index, known.request_sealed);
  } catch (error) {
    return handleVendorError(runtime, write, error, false);
  }
  const deadline = connector.capabilities.request_deadline_ms;
  const journal = stepRow(runtime, row.write_id, row.step_index, step, request, (known?.attempts ?? 0) + 1, deadline);
  try {
    await runtime.store.transaction(async (trx) => {
      await oneAtATime(trx, runtime.store.engine);
      if (await isBehind(trx, row)) throw new StaleWrite(row.write_id);
      await moveWrite(trx, row, 'sending', runtime.clock(), {
        ...leaseFor(runtime, deadline),
        attempts: row.attempts + 1,
      });
      await putStep(trx, journal);
    });
  } catch (error) {
    if (error instanceof StaleWrite) return;
    throw error;
  }
  return sendStep(runtime, { ...write, row: { ...row, state: 'sending' } }, request);
}

/** Sends the step that has just been journaled, and goes on until the write is proved or can go no further. */
export async function sendStep(runtime: Runtime, write: OpenWrite, request: StepRequest): Promise<void> {
  const connector = connectorOf(runtime, write.row.connection);
  const deadline = connector.capabilities.request_deadline_ms;
  let result: StepResult;
  try {
    result = await connector.send(request, AbortSignal.timeout(deadline));
  } catch (error) {
    return handleVendorError(runtime, write, error, true);
  }
  return afterStep(runtime, write, result);
}

/** A step is known to have had its effect: the next one is sent, or the record is read back. */
export async function afterStep(runtime: Runtime, write: OpenWrite, result: StepResult): Promise<void> {
  const connector = connectorOf(runtime, write.row.connection);
  const plan = connector.compile(write.command);
  const next = write.row.step_index + 1;
  if (next >= plan.length) return finish(runtime, write, result);
  const now = runtime.clock();
  const proved = { state: 'proved', result_json: JSON.stringify(result), answered_at: now } as const;
  const earlier = await stepsOf(runtime.store.ledger, write.row.write_id);
  const context = stepContext(write, earlier.slice(0, next - 1));
  const request = await connector.prepare(write.command, next, { ...context, results: [...context.results, result] });
  const deadline = connector.capabilities.request_deadline_ms;
  await runtime.store.transaction(async (trx) => {
    await updateStep(trx, write.row.write_id, write.row.step_index, proved);
    await moveWrite(trx, write.row, 'sent', now);
    await moveWrite(trx, { ...write.row, state: 'sent' }, 'sending', now, {
      ...leaseFor(runtime, deadline),
      step_index: next,
    });
    await putStep(
      trx,
      stepRow(runtime, write.row.write_id, next, plan[next] as { name: string; retry: string }, request, 1, deadline),
    );
  });
  return sendStep(runtime, { ...write, row: { ...write.row, state: 'sending', step_index: next } }, request);
}

/** The last step had its effect: read the record back, compare it, and close the write. */
export async function finish(runtime: Runtime, write: OpenWrite, result: StepResult): Promise<void> {
  const { row, command } = write;
  const connector = connectorOf(runtime, row.connection);
  const kind = COMMANDS[command.kind].record;
  const id = result.record?.id ?? changedRecordId(command) ?? row.record_id ?? undefined;
  const after = id === undefined ? undefined : await readBack(connector, kind, row.scope, id);
  const now = runtime.clock();
  if (id === undefined || after === undefined) {
    await runtime.store.transaction(async (trx) => {
      await updateStep(trx, row.write_id, row.step_index, {
        result_json: JSON.stringify(result),
        answered_at: now,
      });
      await moveWrite(trx, row, 'sent', now, { record_id: id ?? null, next_attempt_at: now + 2_000, lease_until: now });
    });
    return;
  }
  const proof = prove(command, write.before, after, connector.capabilities);
  await runtime.store.transaction(async (trx) => {
    await updateStep(trx, row.write_id, row.step_index, {
      state: 'proved',
      result_json: JSON.stringify(result),
      answered_at: now,
    });
    if (row.state === 'sending') await moveWrite(trx, row, 'sent', now);
    await moveWrite(trx, { ...row, state: 'sent' }, 'done', now, {
      record_id: id,
      posting: result.posting ?? 'posted',
      proof: proof.proof,
      proof_json: JSON.stringify(proof.fields),
      done_at: now,
      lease_owner: null,
      lease_until: null,
    });
    await settleReservations(trx, write, 'done');
    await appendAudit(trx, runtime.keyring, [
      audit(write, 'write.done', now, 'done', { record_id: id, proof: proof.proof, fields: proof.fields }),
    ]);
    await recordChanges(trx, now, [change(write, kind, id, command.kind)]);
    for (const notice of write.notices)
      await enqueueNotification(trx, runtime.keyring, {
        id: newId('n', now),
        kind: notice.kind,
        now,
        body: { ...notice.body, write_id: row.write_id, record_id: id },
      });
  });
  await refreshMirror(runtime, write, kind, id, after, now);
}

async function readBack(
  connector: Connector,
  kind: (typeof COMMANDS)[keyof typeof COMMANDS]['record'],
  scope: string,
  id: string,
): Promise<Record<string, unknown> | undefined> {
  try {
    return (await connector.get(kind, scope, id)) as Record<string, unknown> | undefined;
  } catch (error) {
    if (error instanceof VendorError) return undefined;
    throw error;
  }
}

/** The mirror is only a copy: where it cannot be brought up to date now, the next read or load does it. */
async function refreshMirror(
  runtime: Runtime,
  write: OpenWrite,
  kind: (typeof COMMANDS)[keyof typeof COMMANDS]['record'],
  id: string,
  after: Record<string, unknown>,
  now: number,
): Promise<void> {
  const { connection, scope } = write.row;
  try {
    await runtime.mirror.put(connection, kind, scope, [after as never], now);
    for (const related of relatedRecords(write.command, write.before)) {
      const record = await connectorOf(runtime, connection).get(related.kind, scope, related.id);
      if (record !== undefined) await runtime.mirror.put(connection, related.kind, scope, [record], now);
    }
  } catch (error) {
    runtime.onTrouble('mirror_refresh', `${write.row.write_id}:${id}`, error);
  }
}

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

const BACKOFF_MS = [1_000, 2_000, 5_000, 15_000, 30_000, 60_000];

async function tryLater(runtime: Runtime, write: OpenWrite, error: VendorError): Promise<void> {
  const now = runtime.clock();
  const wait = error.retry_after_ms ?? BACKOFF_MS[Math.min(write.row.attempts, BACKOFF_MS.length - 1)] ?? 60_000;
  await runtime.store.transaction((trx) =>
    moveWrite(trx, write.row, 'ready', now, {
      next_attempt_at: now + wait,
      lease_owner: null,
      lease_until: null,
      attempts: write.row.attempts + 1,
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
      evidence_json: withEvidence(step, { at: now, event: 'no answer', reason }),
    });
    const settled = (step?.deadline_at ?? now) + settling.late_commit_ms + settling.read_lag_ms;
    await moveWrite(trx, write.row, 'unknown', now, { next_attempt_at: Math.max(now, settled) });
    await appendAudit(trx, runtime.keyring, [audit(write, 'write.unknown', now, 'unknown', { reason })]);
  });
}

async function askForOverride(runtime: Runtime, write: OpenWrite, error: VendorError): Promise<void> {
  const now = runtime.clock();
  const { requestApproval } = await import('../approvals/approvals.ts');
  await runtime.store.transaction(async (trx) => {
    await moveWrite(trx, write.row, 'awaiting_approval', now, { lease_owner: null, lease_until: null });
    await requestApproval(trx, {
      approval_id: newId('ap', now),
      write_id: write.row.write_id,
      command_digest: write.row.command_digest,
      rule: 'vendor_override',
      reason: error.message,
      requested_by: write.row.principal,
      requester_owner: write.row.owner,
      property_id: write.row.property_id,
      state: 'waiting',
      decide_by: Math.min(write.row.not_after, now + runtime.policy.approval_ms),
      created_at: now,
      decided_at: null,
      decided_by: null,
      note_sealed: null,
    });
    await appendAudit(trx, runtime.keyring, [
      audit(write, 'approval.requested', now, 'awaiting_approval', { rule: 'vendor_override' }),
    ]);
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

async function refusedBeforeSending(runtime: Runtime, write: OpenWrite, error: unknown): Promise<void> {
  if (error instanceof VendorError) return handleVendorError(runtime, write, error, false);
  if (!(error instanceof CaretakerError)) throw error;
  if (error.code === 'pms_unavailable' || error.code === 'rate_limited')
    return tryLater(runtime, write, new VendorError('unavailable', error.message));
  // An emergency that was let through on older data and is refused now was promised to somebody: a person takes over.
  if (write.row.priority < 2 && write.answer['checked_as_of'] !== undefined)
    return needsAttention(runtime, write, error.message);
  return endUnsent(runtime, write, 'failed', { code: error.code, message: error.message });
}

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

/** A write without effect gives its tour slot back; a moved or cancelled tour gives back the slot it had before. */
async function settleReservations(trx: Db, write: OpenWrite, state: WriteState): Promise<void> {
  const { row, command } = write;
  if (state !== 'done') {
    if (command.kind === 'schedule_tour' || command.kind === 'reschedule_tour')
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

/** One more line of a step's evidence. */
export function withEvidence(step: StepRow | undefined, entry: Record<string, unknown>): string {
  const known = step === undefined ? [] : (JSON.parse(step.evidence_json) as unknown[]);
  return JSON.stringify([...known, entry]);
}

/** The audit entry of something that happened to a write. */
export function audit(
  write: OpenWrite,
  action: string,
  at: number,
  outcome: string,
  payload: Record<string, unknown>,
  actor?: string,
) {
  return {
    at,
    actor: actor ?? write.row.principal,
    action,
    subject: write.row.write_id,
    outcome,
    payload: { tool: write.row.tool, ...payload },
  };
}

/** The line of the change feed about something that happened to a write. */
export function change(write: OpenWrite, kind: string, recordId: string, event: string) {
  return {
    connection: write.row.connection,
    kind,
    scope: write.row.scope,
    record_id: recordId,
    property_id: write.row.property_id,
    event,
    detail: { write_id: write.row.write_id, by: write.row.principal, tool: write.row.tool },
  };
}

/** Reads a write again and opens it; undefined where it is gone. */
export async function reopen(runtime: Runtime, writeId: string): Promise<OpenWrite | undefined> {
  const row = await writeById(runtime.store.ledger, writeId);
  return row === undefined ? undefined : openWrite(runtime.keyring, row);
}
