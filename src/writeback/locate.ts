import { type Located, type Step, type StepResult, VendorError } from '../connectors/connector.ts';
import type { ErrorCode } from '../model/errors.ts';
import { claimRecord, ClaimedByAnother, takersOf } from './claims.ts';
import { keyIsAlive, untilSettled, untilShown } from './elapsed.ts';
import { endUnsent, needsAttention } from './endings.ts';
import { type Evidence, FOUND, lookUps, NOT_FOUND, PROVED_ABSENT, wasRefused, withEvidence } from './journal.ts';
import { type StepRow, stepsOf, updateStep } from './step_rows.ts';
import type { OpenWrite } from './open_write.ts';
import { inLookUpTurn } from './pms_requests.ts';
import { placeInLine, recordIdOf } from './record_id.ts';
import { connectorOf, type Runtime } from './runtime.ts';
import { search } from './search.ts';
import { afterStep } from './send.ts';
import { lookAfter, lookAt, PATIENCE_MS } from './waiting.ts';

/** What is known of a request whose outcome is not, at the moment when the PMS is asked about it. */
interface Question {
  step: StepRow;
  retry: string;
  /** When it was asked, by a clock that nobody sets and that goes on while the machine sleeps, where there is one. */
  asked_at: number;
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
      const question = questionAbout(runtime, write, step, plan);
      return { question, located: await search(runtime, write, steps, row.step_index) };
    });
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    return cannotLook(runtime, write, step, error);
  }
  return conclude(runtime, write, answered.question, answered.located);
}

function questionAbout(
  runtime: Runtime,
  { row: { connection } }: OpenWrite,
  step: StepRow,
  { retry, local }: Step,
): Question {
  return {
    ...{ step, retry, asked_at: steadyTime(runtime) },
    // In our own store it is there or it is not.
    unsettled_ms: local === true ? 0 : untilSettled(runtime, connection, step),
    unshown_ms: retry === 'set_value' ? untilShown(runtime, connection, step) : 0,
  };
}

function steadyTime({ uptime, monotonic }: Runtime): number {
  return uptime?.ms() ?? monotonic();
}

/** What follows from the answer to a question. */
async function conclude(runtime: Runtime, write: OpenWrite, question: Question, located: Located): Promise<boolean> {
  if (located.outcome !== 'absent' && question.unshown_ms > 0) return notCertain(runtime, write, question);
  if (located.outcome === 'differs') return needsAttention(runtime, write, located.detail);
  if (located.outcome === 'absent') return notThere(runtime, write, question, located.covers_all);
  const found = await takersOf(runtime.store.ledger, write, [located.result, ...(located.others ?? [])]);
  if (found.free !== undefined) return itHappened(runtime, write, question.step, found.free);
  // Only what is told by nothing but its content may rightly be the record of another, equal write.
  if (question.retry !== 'natural_key' && !keyIsAlive(runtime, write.row.connection, question.step))
    return needsAttention(runtime, write, 'The PMS shows its effect, but as a record that another write has taken.');
  const unsettled_ms = Math.max(question.unsettled_ms, await unsettledOf(runtime, write, question, found.takers));
  return notThere(runtime, write, { ...question, unsettled_ms }, true);
}

/**
 * Milliseconds that were left, when the question was asked, until nothing more can come of other writes. They may have
 * taken this one's record while their own is still to come.
 */
async function unsettledOf(
  runtime: Runtime,
  { row: { connection } }: OpenWrite,
  { asked_at }: Question,
  writeIds: readonly string[],
): Promise<number> {
  const ago = steadyTime(runtime) - asked_at;
  const steps = await Promise.all(writeIds.map((id) => stepsOf(runtime.store.ledger, id)));
  return Math.max(0, ...steps.flat().map((step) => untilSettled(runtime, connection, step, ago)));
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
        evidence_json: withEvidence(step, { at: now, event: FOUND }),
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
