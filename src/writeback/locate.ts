import { type Located, type StepResult, VendorError } from '../connectors/connector.ts';
import type { ErrorCode } from '../model/errors.ts';
import { claimRecord, ClaimedByAnother, firstUnclaimed, lastDeadlineOfEquals } from './claims.ts';
import { keyIsAlive, untilSettled, untilShown } from './elapsed.ts';
import { endUnsent, needsAttention } from './endings.ts';
import { type Evidence, lookUps, NOT_FOUND, PROVED_ABSENT, stepContext, wasRefused, withEvidence } from './journal.ts';
import { type StepRow, stepsOf, updateStep } from './ledger.ts';
import { openRequest, type OpenWrite } from './open_write.ts';
import { inLookUpTurn, lookUp } from './pms_requests.ts';
import { placeInLine, recordIdOf } from './record_id.ts';
import { connectorOf, type Runtime } from './runtime.ts';
import { afterStep } from './send.ts';
import { lookAfter, lookAt } from './waiting.ts';

/** How long after its own time a write whose PMS cannot be asked is looked for, before a person is. */
const PATIENCE_MS = 60_000;

/** What is known of a request whose outcome is not, at the moment when the PMS is asked about it. */
interface Question {
  step: StepRow;
  retry: string;
  /** Milliseconds until absence proves anything. */
  unsettled_ms: number;
  /** Milliseconds until a value that is shown is certainly none from before the request. */
  unshown_ms: number;
}

/**
 * Looks for the effect of the last request. Nothing is sent again on anything less than proof of its absence, or the
 * promise of a living idempotency key. Resolves with true where there is something left to do at once.
 */
export async function locateEffect(runtime: Runtime, write: OpenWrite): Promise<boolean> {
  const { row, command } = write;
  const steps = await stepsOf(runtime.store.ledger, row.write_id);
  const step = steps[row.step_index];
  const plan = connectorOf(runtime, row.connection).compile(command)[row.step_index];
  if (step === undefined || plan === undefined)
    return needsAttention(runtime, write, 'The journal of this write is incomplete.');
  let answered: { question: Question; located: Located };
  try {
    answered = await inLookUpTurn(runtime, row, async () => {
      // Told before the PMS is asked: an answer that takes its time speaks of when the question came.
      const question = await questionAbout(runtime, write, step, plan.retry);
      return { question, located: await search(runtime, write, steps, step) };
    });
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    return cannotLook(runtime, write, step, error);
  }
  return conclude(runtime, write, answered.question, answered.located);
}

async function questionAbout(runtime: Runtime, write: OpenWrite, step: StepRow, retry: string): Promise<Question> {
  return {
    ...{ step, retry },
    unsettled_ms: await timeLeft(runtime, write, step, retry),
    unshown_ms: retry === 'set_value' ? untilShown(runtime, write.row.connection, step) : 0,
  };
}

function search(runtime: Runtime, write: OpenWrite, steps: readonly StepRow[], step: StepRow): Promise<Located> {
  const { row, command } = write;
  const request = openRequest(runtime.keyring, row.write_id, row.step_index, step.request_sealed);
  const context = stepContext(write, steps.slice(0, row.step_index));
  return lookUp(runtime, row, (connector, signal) =>
    connector.locate(command, row.step_index, request, context, signal),
  );
}

/** What follows from the answer to a question. */
async function conclude(runtime: Runtime, write: OpenWrite, question: Question, located: Located): Promise<boolean> {
  if (located.outcome !== 'absent' && question.unshown_ms > 0) return notCertain(runtime, write, question);
  if (located.outcome === 'differs') return needsAttention(runtime, write, located.detail);
  if (located.outcome === 'found') {
    const found = await firstUnclaimed(runtime.store.ledger, write, [located.result, ...(located.others ?? [])]);
    if (found !== undefined) return itHappened(runtime, write, question.step, found);
  }
  const coversAll = located.outcome === 'found' || located.covers_all;
  return notThere(runtime, write, question, coversAll);
}

function cannotLook(runtime: Runtime, write: OpenWrite, step: StepRow, error: VendorError): Promise<boolean> {
  const now = runtime.clock();
  if (now > write.row.not_after + PATIENCE_MS)
    return needsAttention(runtime, write, 'It is not known whether the PMS carried this out, and it cannot be asked.');
  const wait = error.retry_after_ms ?? lookAfter(lookUps(step));
  return lookAgain(runtime, write, step, { at: now, event: `look-up failed: ${error.code}` }, now + wait);
}

async function itHappened(runtime: Runtime, write: OpenWrite, step: StepRow, found: StepResult): Promise<boolean> {
  const { row } = write;
  const now = runtime.clock();
  const answered = step.result_json === null ? {} : (JSON.parse(step.result_json) as StepResult);
  const result = { ...answered, ...found };
  const id = recordIdOf(write, result);
  const place = placeInLine(write, id);
  try {
    await runtime.store.transaction(async (trx) => {
      if (id !== undefined) await claimRecord(trx, write, id);
      await lookAt(trx, runtime, row, 'find', now, place);
      await updateStep(trx, row.write_id, row.step_index, {
        state: 'proved',
        result_json: JSON.stringify(result),
        answered_at: now,
        evidence_json: withEvidence(step, { at: now, event: 'found' }),
      });
    });
  } catch (error) {
    // An equal write was quicker: the next look finds out whether there is another one.
    if (error instanceof ClaimedByAnother) return true;
    throw error;
  }
  return afterStep(runtime, { ...write, row: { ...row, ...place, state: 'sent', failures: 0 } }, result);
}

/** The record shows what it may have shown before as well, late as the PMS is. */
function notCertain(runtime: Runtime, write: OpenWrite, { step, unshown_ms }: Question): Promise<boolean> {
  const now = runtime.clock();
  const at = now + Math.max(1, Math.ceil(unshown_ms));
  return lookAgain(runtime, write, step, { at: now, event: 'seen, but perhaps from before' }, at);
}

/** It was not found: whether that proves anything, and what follows. */
async function notThere(
  runtime: Runtime,
  write: OpenWrite,
  { step, retry, unsettled_ms: left }: Question,
  coversAll: boolean,
): Promise<boolean> {
  const { row } = write;
  const now = runtime.clock();
  // A key keeps a second effect from happening, whatever a look-up cannot see; it need not wait for late effects either.
  if (
    step.answered_at === null &&
    !wasRefused(step) &&
    now >= step.deadline_at &&
    now < row.not_after &&
    keyIsAlive(runtime, row.connection, step) &&
    !(coversAll && left === 0)
  )
    return sendAgain(runtime, write, step, { at: now, event: 'its idempotency key is alive' });
  if (left > 0)
    return lookAgain(
      runtime,
      write,
      step,
      { at: now, event: NOT_FOUND },
      now + Math.min(lookAfter(lookUps(step)), Math.ceil(left)),
    );
  if (step.answered_at !== null)
    return needsAttention(runtime, write, 'The PMS said that it did this, but what it did cannot be found.');
  if (!coversAll || retry === 'none')
    return needsAttention(runtime, write, 'It is not known whether the PMS carried this out; it was not sent again.');
  // The PMS refused it when it was sent again, and the first time had no effect either.
  if (row.error_code !== null && wasRefused(step))
    return row.step_index > 0
      ? needsAttention(runtime, write, row.error_message ?? '')
      : endUnsent(runtime, write, 'refuse', {
          code: row.error_code as ErrorCode,
          message: row.error_message ?? '',
        });
  return sendAgain(runtime, write, step, { at: now, event: PROVED_ABSENT });
}

/**
 * Milliseconds until absence proves anything: the request's deadline and the vendor's late commits and read lag are over.
 * What is told apart by nothing but its content may be an equal write's, so that the last request of each of those counts.
 */
async function timeLeft(runtime: Runtime, write: OpenWrite, step: StepRow, retry: string): Promise<number> {
  const own = untilSettled(runtime, write.row.connection, step);
  if (retry !== 'natural_key') return own;
  const { late_commit_ms, read_lag_ms } = connectorOf(runtime, write.row.connection).capabilities.settling;
  const equals = await lastDeadlineOfEquals(runtime.store.ledger, write);
  return Math.max(own, (equals ?? 0) + late_commit_ms + read_lag_ms - runtime.clock());
}

async function sendAgain(runtime: Runtime, write: OpenWrite, step: StepRow, evidence: Evidence): Promise<boolean> {
  const { row } = write;
  await runtime.store.transaction(async (trx) => {
    await lookAt(trx, runtime, row, 'allow_again', evidence.at);
    await updateStep(trx, row.write_id, row.step_index, {
      ...(evidence.event === PROVED_ABSENT && { state: 'absent' }),
      evidence_json: withEvidence(step, evidence),
    });
  });
  return true;
}

async function lookAgain(
  runtime: Runtime,
  { row }: OpenWrite,
  step: StepRow,
  evidence: Evidence,
  at: number,
): Promise<boolean> {
  await runtime.store.transaction(async (trx) => {
    await updateStep(trx, row.write_id, row.step_index, { evidence_json: withEvidence(step, evidence) });
    await lookAt(trx, runtime, row, 'wait', at);
  });
  return false;
}
