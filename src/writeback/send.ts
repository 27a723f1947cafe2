import { oneAtATime } from '../audit/audit.ts';
import {
  type Step,
  type StepContext,
  type StepRequest,
  type StepResult,
  VendorError,
} from '../connectors/connector.ts';
import type { Permit } from '../pace/pace.ts';
import { together } from '../store/together.ts';
import { claimRecord, ClaimedByAnother } from './claims.ts';
import { namedWrites, withPmsIds } from './dependency.ts';
import { keyIsAlive } from './elapsed.ts';
import { endUnsent, needsAttention } from './endings.ts';
import { finish } from './finish.ts';
import { isInDoubt, leaseFor, needsOverride, NO_LEASE, stepContext, stepRow, withEvidence } from './journal.ts';
import { isBehind, moveWrite, overtakersOf, StaleWrite } from './ledger.ts';
import { putStep, type StepRow, stepsOf, updateStep } from './step_rows.ts';
import { openRequest, type OpenWrite } from './open_write.ts';
import { ask, askLeave, isRefusal, sendUnder, timeLeft } from './pms_requests.ts';
import { placeInLine, recordIdOf } from './record_id.ts';
import { connectorOf, type Runtime } from './runtime.ts';
import { answerIsUseless, handleVendorError, lookFirst, refusedBeforeSending, waitForLeave } from './trouble.ts';
import { backoff, lookAt } from './waiting.ts';

/**
 * Takes a write that is `ready` and sends it, if nothing on the same record is in front of it and the rules still allow
 * it. Resolves when the write can go no further for now; with true where there is something left to do at once.
 */
export async function sendReady(runtime: Runtime, asked: OpenWrite): Promise<boolean> {
  let write: OpenWrite | undefined;
  let step: Step;
  let judged: Judged;
  try {
    // By the line that it stands in until its record is known, too.
    if (namedWrites(asked.command).length > 0 && (await mustWaitInLine(runtime, asked))) return false;
    write = await withPmsIds(runtime, asked);
    if (write === undefined) return waitForOthers(runtime, asked);
    const { row } = write;
    const isLate = row.not_after <= runtime.clock();
    // Before anything is asked of its connection, which may be gone.
    if (isLate && row.step_index === 0) return tooLate(runtime, write);
    step = stepAt(runtime, write);
    // The PMS has done its part: what is left is only to be written down, whatever has changed since.
    const isOnlyLeft = step.local === true && row.step_index > 0;
    if (isLate && !isOnlyLeft) return tooLate(runtime, write);
    if (await mustWaitInLine(runtime, write)) return false;
    const now = runtime.clock();
    judged = { at: now, after: await overtakersOf(runtime.store.ledger, row, now) };
    if (!isOnlyLeft) await runtime.judgeAgain(write);
  } catch (error) {
    return refusedBeforeSending(runtime, write ?? asked, error);
  }
  const steps = await stepsOf(runtime.store.ledger, write.row.write_id);
  const known = steps[write.row.step_index];
  if (mayBeDoubled(runtime, write.row.connection, known)) return lookFirst(runtime, write);
  let request: StepRequest;
  try {
    request = await requestFor(runtime, write, step, steps, known);
  } catch (error) {
    if (error instanceof VendorError) return handleVendorError(runtime, write, error, false);
    throw error;
  }
  // Only now: preparing may have asked the PMS, with leave of its own.
  const leave = await askLeave(runtime, write.row, step);
  if (isRefusal(leave)) return waitForLeave(runtime, write, leave);
  try {
    return await takeAndSend(runtime, write, { step, request, known, judged }, leave);
  } catch (error) {
    if (error instanceof StaleWrite) return false;
    throw error;
  } finally {
    leave.done();
  }
}

/** Whether another sending could double what is left of an earlier one: the PMS may have forgotten its key. */
function mayBeDoubled(runtime: Runtime, connection: string, known: StepRow | undefined): boolean {
  return known !== undefined && isInDoubt(known) && !keyIsAlive(runtime, connection, known);
}

/**
 * A retry sends the very bytes of the first attempt, so that a vendor's idempotency key still fits them. What the PMS has
 * refused until somebody overrides a rule, and a person has said yes to, is prepared anew.
 */
async function requestFor(
  runtime: Runtime,
  write: OpenWrite,
  step: Step,
  steps: readonly StepRow[],
  known: StepRow | undefined,
): Promise<StepRequest> {
  const { row, command } = write;
  const overridden = needsOverride(known);
  if (known !== undefined && step.retry !== 'set_value' && !overridden)
    return openRequest(runtime.keyring, row.write_id, row.step_index, known.request_sealed);
  const context: StepContext = {
    ...stepContext(write, steps.slice(0, row.step_index)),
    ...(overridden && { overridden }),
  };
  return ask(runtime, row, (connector) => connector.prepare(command, row.step_index, context));
}

async function mustWaitInLine(runtime: Runtime, { row }: OpenWrite): Promise<boolean> {
  return row.not_after > runtime.clock() && (await isBehind(runtime.store.ledger, row));
}

/** When a write was judged, and which writes on its record were over by then. */
interface Judged {
  at: number;
  after: readonly string[];
}

/** A request that may be sent as far as anybody could tell when it was judged. */
interface Prepared {
  step: Step;
  request: StepRequest;
  /** The journal of an earlier sending. */
  known: StepRow | undefined;
  judged: Judged;
}

async function takeAndSend(
  runtime: Runtime,
  write: OpenWrite,
  { step, request, known, judged }: Prepared,
  permit: Permit,
): Promise<boolean> {
  const { row } = write;
  const deadline = connectorOf(runtime, row.connection).capabilities.request_deadline_ms;
  const { taken, since } = await runtime.store.transaction(async (trx) => {
    await oneAtATime(trx, runtime.store.engine);
    const [isNotFirst, ended] = await together([isBehind(trx, row), overtakersOf(trx, row, judged.at)]);
    // What has ended since may have changed what it was judged on.
    if (isNotFirst || ended.some((id) => !judged.after.includes(id))) throw new StaleWrite(row.write_id);
    // Whoever was held up since it looked may find the key forgotten: then it has to look for the effect first.
    if (mayBeDoubled(runtime, row.connection, known)) throw new StaleWrite(row.write_id);
    // Only now: a lease that runs while its own transaction waits in line would be over before it begins.
    const begun = runtime.monotonic();
    const lease = { ...leaseFor(runtime, deadline), attempts: row.attempts + 1 };
    await moveWrite(trx, row, 'take', runtime.clock(), lease);
    await putStep(trx, stepRow(runtime, row.write_id, row.step_index, step, request, deadline, known));
    return { taken: lease, since: begun };
  });
  const sending = { ...write, row: { ...row, ...taken, state: 'sending' as const, failures: 0 } };
  return sendStep(runtime, sending, request, since, permit);
}

/**
 * Sends the step that has just been journaled, and goes on until the write is proved or can go no further. `since` is
 * the steady clock's time before it was journaled. Resolves with true where there is something left to do at once.
 */
export async function sendStep(
  runtime: Runtime,
  write: OpenWrite,
  request: StepRequest,
  since: number,
  permit?: Permit,
): Promise<boolean> {
  const { capabilities } = connectorOf(runtime, write.row.connection);
  if (timeLeft(runtime, write.row, since) < capabilities.request_deadline_ms / 2) {
    permit?.done();
    return giveBack(runtime, write);
  }
  let result: StepResult;
  try {
    result = await sendUnder(runtime, write.row, since, permit, (connector, signal) => connector.send(request, signal));
  } catch (error) {
    return handleVendorError(runtime, write, error, true);
  }
  return afterStep(runtime, write, result);
}

/** Nothing has left: whoever comes next, this process or another, takes a new lease and sends it. */
async function giveBack(runtime: Runtime, write: OpenWrite): Promise<boolean> {
  const { row } = write;
  const now = runtime.clock();
  await runtime.store.transaction(async (trx) => {
    // Whatever held it up may do so again: not at once.
    await lookAt(trx, runtime, row, 'give_back', now + backoff(runtime, 0), NO_LEASE);
    const step = (await stepsOf(trx, row.write_id))[row.step_index];
    await updateStep(trx, row.write_id, row.step_index, {
      evidence_json: withEvidence(step, { at: now, event: 'held up and not sent' }),
    });
  });
  return false;
}

/** A step is known to have had its effect: the next one is sent, or the record is read back. */
export async function afterStep(runtime: Runtime, write: OpenWrite, result: StepResult): Promise<boolean> {
  const plan = connectorOf(runtime, write.row.connection).compile(write.command);
  const next = write.row.step_index + 1;
  if (next >= plan.length) return finish(runtime, write, result);
  const step = plan[write.row.step_index] as Step;
  const kept = write.row.state === 'sent' ? write : await keepAnswer(runtime, write, step, result);
  if (kept === undefined) return answerIsUseless(runtime, write, result);
  const earlier = await stepsOf(runtime.store.ledger, kept.row.write_id);
  const context = stepContext(kept, earlier.slice(0, next - 1));
  let request: StepRequest;
  try {
    request = await ask(runtime, kept.row, (connector) =>
      connector.prepare(kept.command, next, { ...context, results: [...context.results, result] }),
    );
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    return goOnLater(runtime, kept, runtime.clock() + (error.retry_after_ms ?? backoff(runtime, kept.row.attempts)));
  }
  const leave = await askLeave(runtime, kept.row, plan[next] as Step);
  if (isRefusal(leave)) return goOnLater(runtime, kept, leave.retry_at);
  try {
    return await sendNext(runtime, kept, plan[next] as Step, request, leave);
  } finally {
    leave.done();
  }
}

async function sendNext(
  runtime: Runtime,
  write: OpenWrite,
  step: Step,
  request: StepRequest,
  permit: Permit,
): Promise<boolean> {
  const { row } = write;
  const next = row.step_index + 1;
  const deadline = connectorOf(runtime, row.connection).capabilities.request_deadline_ms;
  const { taken, since } = await runtime.store.transaction(async (trx) => {
    const begun = runtime.monotonic();
    const lease = { ...leaseFor(runtime, deadline), step_index: next };
    await moveWrite(trx, row, 'take', runtime.clock(), lease);
    await putStep(trx, stepRow(runtime, row.write_id, next, step, request, deadline));
    return { taken: lease, since: begun };
  });
  const sending = { ...write, row: { ...row, ...taken, state: 'sending' as const, failures: 0 } };
  return sendStep(runtime, sending, request, since, permit);
}

/**
 * What the PMS answered is on record before the next request is even prepared: nobody has to look for it again.
 * Undefined where the answer does not say which record it is about, or names one of another write.
 */
async function keepAnswer(
  runtime: Runtime,
  write: OpenWrite,
  step: Step,
  result: StepResult,
): Promise<OpenWrite | undefined> {
  const { row } = write;
  const now = runtime.clock();
  const id = recordIdOf(write, result);
  if (id === undefined && step.makes_record === true) return undefined;
  try {
    await runtime.store.transaction(async (trx) => {
      if (id !== undefined) await claimRecord(trx, write, id);
      await updateStep(trx, row.write_id, row.step_index, {
        state: 'proved',
        result_json: JSON.stringify(result),
        answered_at: now,
      });
      await moveWrite(trx, row, 'answer', now, placeInLine(write, id));
    });
  } catch (error) {
    if (error instanceof ClaimedByAnother) return undefined;
    throw error;
  }
  return { ...write, row: { ...row, ...placeInLine(write, id), state: 'sent', failures: 0 } };
}

/** A part of it is done, and the PMS cannot be asked about the rest just now. */
async function goOnLater(runtime: Runtime, { row }: OpenWrite, at: number): Promise<boolean> {
  await runtime.store.transaction((trx) => lookAt(trx, runtime, row, 'wait', at, NO_LEASE));
  return false;
}

/** A write that builds on another one looks again when that one may be done, or gives up with its own time. */
async function waitForOthers(runtime: Runtime, write: OpenWrite): Promise<boolean> {
  const now = runtime.clock();
  if (write.row.not_after <= now) return tooLate(runtime, write);
  await runtime.store.transaction((trx) => lookAt(trx, runtime, write.row, 'wait', now + 1_000));
  return false;
}

async function tooLate(runtime: Runtime, write: OpenWrite): Promise<boolean> {
  const known = (await stepsOf(runtime.store.ledger, write.row.write_id))[write.row.step_index];
  if (write.row.step_index > 0)
    return needsAttention(runtime, write, 'A part of it was carried out; the rest could not be sent in time.');
  // Nothing may be called unsent while an earlier sending may have had an effect.
  if (known !== undefined && isInDoubt(known)) return lookFirst(runtime, write);
  return endUnsent(runtime, write, 'run_out', undefined);
}

function stepAt(runtime: Runtime, { command, row }: OpenWrite): Step {
  const step = connectorOf(runtime, row.connection).compile(command)[row.step_index];
  if (step === undefined) throw new RangeError('the ledger names a step that the command does not have');
  return step;
}
