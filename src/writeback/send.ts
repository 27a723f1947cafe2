import { oneAtATime } from '../audit/audit.ts';
import { type StepRequest, type StepResult, VendorError } from '../connectors/connector.ts';
import { withinTime } from './deadline.ts';
import { withPmsIds } from './dependency.ts';
import { endUnsent, needsAttention } from './endings.ts';
import { finish } from './finish.ts';
import { leaseFor, stepContext, stepRow, withEvidence } from './journal.ts';
import { isBehind, moveWrite, putStep, StaleWrite, stepsOf, updateStep } from './ledger.ts';
import { openRequest, type OpenWrite } from './open_write.ts';
import { connectorOf, LEASE_MARGIN_MS, type Runtime } from './runtime.ts';
import { handleVendorError, refusedBeforeSending } from './trouble.ts';

/**
 * Takes a write that is `ready` and sends it, if nothing on the same record is in front of it and the rules still allow
 * it. Resolves when the write can go no further for now.
 */
export async function sendReady(runtime: Runtime, asked: OpenWrite): Promise<void> {
  let write: OpenWrite | undefined;
  try {
    write = await withPmsIds(runtime, asked);
  } catch (error) {
    return refusedBeforeSending(runtime, asked, error);
  }
  if (write === undefined) return waitForOthers(runtime, asked);
  const { row } = write;
  if (row.not_after <= runtime.clock())
    return row.step_index === 0
      ? endUnsent(runtime, write, 'expired', undefined)
      : needsAttention(runtime, write, 'A part of it was carried out; the rest could not be sent in time.');
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
  const journal = stepRow(runtime, row.write_id, row.step_index, step, request, deadline, known);
  const taken = { ...leaseFor(runtime, deadline), attempts: row.attempts + 1 };
  const since = performance.now();
  try {
    await runtime.store.transaction(async (trx) => {
      await oneAtATime(trx, runtime.store.engine);
      if (await isBehind(trx, row)) throw new StaleWrite(row.write_id);
      await moveWrite(trx, row, 'sending', runtime.clock(), taken);
      await putStep(trx, journal);
    });
  } catch (error) {
    if (error instanceof StaleWrite) return;
    throw error;
  }
  return sendStep(runtime, { ...write, row: { ...row, ...taken, state: 'sending' } }, request, since);
}

/**
 * Sends the step that has just been journaled, and goes on until the write is proved or can go no further. `since` is
 * `performance.now()` before it was journaled.
 */
export async function sendStep(runtime: Runtime, write: OpenWrite, request: StepRequest, since: number): Promise<void> {
  const connector = connectorOf(runtime, write.row.connection);
  const deadline = connector.capabilities.request_deadline_ms;
  // Whoever was held up, by a slow disk or a machine put to sleep, finds by either clock that others may be at it.
  const left = Math.min(
    (write.row.lease_until ?? 0) - LEASE_MARGIN_MS - runtime.clock(),
    deadline - (performance.now() - since),
  );
  if (left < deadline / 2) return giveBack(runtime, write);
  let result: StepResult;
  try {
    result = await withinTime(left, (signal) => connector.send(request, signal));
  } catch (error) {
    return handleVendorError(runtime, write, error, true);
  }
  return afterStep(runtime, write, result);
}

/** Nothing has left: whoever comes next, this process or another, takes a new lease and sends it. */
async function giveBack(runtime: Runtime, write: OpenWrite): Promise<void> {
  const { row } = write;
  const now = runtime.clock();
  await runtime.store.transaction(async (trx) => {
    await moveWrite(trx, row, 'ready', now, { next_attempt_at: now, lease_owner: null, lease_until: null });
    const step = (await stepsOf(trx, row.write_id))[row.step_index];
    await updateStep(trx, row.write_id, row.step_index, {
      evidence_json: withEvidence(step, { at: now, event: 'held up and not sent' }),
    });
  });
}

/** A step is known to have had its effect: the next one is sent, or the record is read back. */
export async function afterStep(runtime: Runtime, write: OpenWrite, result: StepResult): Promise<void> {
  const connector = connectorOf(runtime, write.row.connection);
  const plan = connector.compile(write.command);
  const next = write.row.step_index + 1;
  if (next >= plan.length) return finish(runtime, write, result);
  if (write.row.state !== 'sent') {
    await keepAnswer(runtime, write, result);
    return afterStep(runtime, { ...write, row: { ...write.row, state: 'sent' } }, result);
  }
  const earlier = await stepsOf(runtime.store.ledger, write.row.write_id);
  const context = stepContext(write, earlier.slice(0, next - 1));
  const deadline = connector.capabilities.request_deadline_ms;
  let request: StepRequest;
  try {
    request = await withinTime(deadline, () =>
      connector.prepare(write.command, next, { ...context, results: [...context.results, result] }),
    );
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    return goOnLater(runtime, write);
  }
  const taken = { ...leaseFor(runtime, deadline), step_index: next };
  const since = performance.now();
  await runtime.store.transaction(async (trx) => {
    await moveWrite(trx, write.row, 'sending', runtime.clock(), taken);
    await putStep(
      trx,
      stepRow(runtime, write.row.write_id, next, plan[next] as { name: string; retry: string }, request, deadline),
    );
  });
  return sendStep(runtime, { ...write, row: { ...write.row, ...taken, state: 'sending' } }, request, since);
}

/** What the PMS answered is on record before the next request is even prepared: nobody has to look for it again. */
async function keepAnswer(runtime: Runtime, { row }: OpenWrite, result: StepResult): Promise<void> {
  const now = runtime.clock();
  await runtime.store.transaction(async (trx) => {
    await updateStep(trx, row.write_id, row.step_index, {
      state: 'proved',
      result_json: JSON.stringify(result),
      answered_at: now,
    });
    await moveWrite(trx, row, 'sent', now);
  });
}

/** A part of it is done, and the PMS cannot be asked about the rest just now. */
async function goOnLater(runtime: Runtime, { row }: OpenWrite): Promise<void> {
  const now = runtime.clock();
  const later = { next_attempt_at: now + 15_000, lease_owner: null, lease_until: null };
  await runtime.store.transaction((trx) => moveWrite(trx, row, 'sent', now, later));
}

/** A write that builds on another one looks again when that one may be done, or gives up with its own time. */
async function waitForOthers(runtime: Runtime, write: OpenWrite): Promise<void> {
  const now = runtime.clock();
  if (write.row.not_after <= now) return endUnsent(runtime, write, 'expired', undefined);
  await runtime.store.transaction((trx) => moveWrite(trx, write.row, 'ready', now, { next_attempt_at: now + 1_000 }));
}
