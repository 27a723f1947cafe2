import { appendAudit, oneAtATime } from '../audit/audit.ts';
import { type Step, type StepRequest, VendorError } from '../connectors/connector.ts';
import type { Command } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import type { Permit, Refusal } from '../pace/pace.ts';
import { together } from '../store/together.ts';
import { approvalNeeded, askPerson, decideBy } from './approval_needed.ts';
import { holdCells } from './cells.ts';
import { lineOf, mustWait, namedWrites } from './dependency.ts';
import { draftOf, effectDigests, type Intent } from './intent.ts';
import { audit, leaseFor, stepContext, stepRow } from './journal.ts';
import { type Db, insertWrite, isBehind, overtakersOf, sameEffect, writeOfRequest, type WriteRow } from './ledger.ts';
import type { OpenWrite } from './open_write.ts';
import { ask, askLeave, isRefusal } from './pms_requests.ts';
import { connectorOf, type Runtime } from './runtime.ts';
import { after, type WriteState } from './states.ts';
import { putStep } from './step_rows.ts';
import { waitingForLeave } from './trouble.ts';

/** Thrown where the request id turned out to be used by the time the intent was to be committed. */
export class RequestUsed extends Error {
  override name = 'RequestUsed';
}

export interface Submitted {
  write: OpenWrite;
  /** The request that has been journaled and is to be sent now; undefined where the write waits. */
  request: StepRequest | undefined;
  /** The steady clock's time before it was journaled: its lease is counted from there too. */
  since: number;
  /** Leave to send it now. */
  permit?: Permit;
}

/**
 * Commits an intent with everything that belongs to it: approval, tour reservation, audit entry and, where it may be
 * sent at once, the journal of its first step. Nothing has left for the PMS when this returns.
 */
export async function recordIntent(runtime: Runtime, intent: Intent): Promise<Submitted> {
  const now = runtime.clock();
  const connector = connectorOf(runtime, intent.connection);
  const [step] = compile(connector.compile.bind(connector), intent.command);
  const write = draftOf(runtime, intent, now);
  const irreversible =
    intent.risk === 'money' && connector.capabilities.commands[intent.command.kind].reversible === false;
  const ready = mayGoNow(intent) ? await makeReady(runtime, intent, write, step) : {};
  try {
    const submitted = await runtime.store.transaction((trx) =>
      record(trx, runtime, intent, { write, step, now, irreversible, ...ready }),
    );
    if (submitted.request === undefined) ready.permit?.done();
    return submitted;
  } catch (error) {
    ready.permit?.done();
    throw error;
  }
}

/** Whether nothing but the PMS and its own turn stands between an intent and its being sent. */
function mayGoNow({ rollout, approvals, risk, command }: Intent): boolean {
  return rollout === 'live' && approvals.length === 0 && risk !== 'legal' && namedWrites(command).length === 0;
}

/** The first request, with leave to send it; or why there is no leave just now. */
interface Readiness {
  request?: StepRequest;
  permit?: Permit;
  refusal?: Refusal;
}

/** Where the request cannot be prepared now, the intent is recorded all the same and waits in the ledger. */
async function makeReady(runtime: Runtime, intent: Intent, write: OpenWrite, step: Step): Promise<Readiness> {
  let request: StepRequest;
  try {
    const context = stepContext(write, []);
    request = await ask(runtime, write.row, (connector) => connector.prepare(intent.command, 0, context));
  } catch (error) {
    if (error instanceof VendorError && LATER.includes(error.code)) return {};
    throw error;
  }
  const leave = await askLeave(runtime, intent, step);
  return isRefusal(leave) ? { refusal: leave } : { request, permit: leave };
}

/** Nothing is sent by preparing a request, so that whatever did not work can be tried again. */
const LATER: readonly string[] = ['unavailable', 'rate_limited', 'outcome_unknown'];

interface Draft extends Readiness {
  write: OpenWrite;
  step: Step;
  now: number;
  irreversible: boolean;
}

/** Everything that belongs to an intent, in one transaction. */
async function record(
  trx: Db,
  runtime: Runtime,
  intent: Intent,
  { write, step, now, irreversible, request, permit, refusal }: Draft,
): Promise<Submitted> {
  const deadline = connectorOf(runtime, intent.connection).capabilities.request_deadline_ms;
  const [, used, ...equals] = await together([
    oneAtATime(trx, runtime.store.engine),
    writeOfRequest(trx, write.row),
    ...effectDigests(runtime, intent).map((digest) => sameEffect(trx, digest, now - runtime.policy.duplicate_ms)),
  ]);
  const earlier = equals.find((one) => one !== undefined);
  if (used !== undefined) throw new RequestUsed();
  if (earlier !== undefined && !isNamed(earlier, intent.not_duplicate_of)) throw duplicateOf(earlier);
  const approval = await approvalNeeded(trx, intent, irreversible);
  const order_key = await lineOf(trx, write);
  const state = await firstState(trx, intent, { ...write.row, order_key }, approval, request);
  // Only now: a lease that runs while its own transaction waits in line would be over before it begins.
  const since = runtime.monotonic();
  const row: WriteRow = {
    ...write.row,
    order_key,
    state,
    ...(state === 'sending' ? { ...leaseFor(runtime, deadline), attempts: 1 } : {}),
    ...(state === 'awaiting_approval' ? { next_attempt_at: decideBy(runtime, intent, now) } : {}),
    ...(state === 'ready' && refusal !== undefined ? waitingForLeave(refusal) : {}),
    ...(state === 'shadowed' ? { done_at: now } : {}),
  };
  const opened = { ...write, row };
  const [inserted] = await together([
    insertWrite(trx, row),
    state === 'sending' && request !== undefined
      ? putStep(trx, stepRow(runtime, row.write_id, 0, step, request, deadline))
      : undefined,
    appendAudit(trx, runtime.keyring, [
      audit(opened, 'write.recorded', now, state, {
        command: intent.command,
        owner: row.owner,
        request_id: row.request_id,
        ...(intent.reason !== undefined && { reason: intent.reason }),
      }),
    ]),
  ]);
  if (!inserted) throw new RequestUsed();
  if (intent.cells !== undefined && state !== 'shadowed') await holdCells(trx, intent, row.write_id, intent.cells);
  if (approval !== undefined && state === 'awaiting_approval') await askPerson(trx, runtime, opened, approval, now);
  if (state === 'ready')
    await runtime.dispatcher?.wake(trx, {
      write_id: row.write_id,
      at: row.next_attempt_at,
      priority: row.priority,
    });
  if (state !== 'sending' || request === undefined) return { write: opened, request: undefined, since };
  return { write: opened, request, since, ...(permit !== undefined && { permit }) };
}

function compile(compileCommand: (command: Command) => readonly Step[], command: Command): readonly [Step, ...Step[]] {
  try {
    const steps = compileCommand(command);
    if (steps[0] === undefined) throw new RangeError(`no steps for ${command.kind}`);
    return steps as readonly [Step, ...Step[]];
  } catch (error) {
    if (error instanceof VendorError && error.code === 'unsupported')
      throw new CaretakerError('unsupported_by_pms', `${error.message} Nothing was changed.`, {
        next: 'escalate_to_staff, so that a person does it in the PMS',
      });
    throw error;
  }
}

/** Models double things too: an identical change on the same record is answered with the earlier one. */
function duplicateOf(earlier: WriteRow): CaretakerError {
  return new CaretakerError(
    'duplicate',
    'The same change was already asked for a short while ago. Nothing was changed now.',
    {
      next: 'list_writes with this write_id shows it; only if a second, equal change is really meant, repeat the call with not_duplicate_of naming it',
      details: { write_id: earlier.write_id, record_id: earlier.record_id ?? undefined, state: earlier.state },
    },
  );
}

/** Whether a caller means this write, by its id or by its record's; callers with several connections say which one too. */
function isNamed({ write_id, connection, scope, record_id }: WriteRow, name: string | undefined): boolean {
  if (name === undefined) return false;
  if (name === write_id || name === record_id) return true;
  const place = scope === '' ? [connection] : [connection, scope];
  return record_id !== null && place.some((_part, index) => name === [...place.slice(index), record_id].join(':'));
}

async function firstState(
  trx: Db,
  intent: Intent,
  row: WriteRow,
  approval: object | undefined,
  request: StepRequest | undefined,
): Promise<WriteState> {
  if (intent.rollout === 'shadow') return after(row.state, 'shadow');
  if (approval !== undefined) return after(row.state, 'ask_person');
  const ready = after(row.state, 'accept');
  if (request === undefined || (await mustWait(trx, intent.command))) return ready;
  // A new record has its place in line to itself.
  if (row.order_key === row.write_id) return after(ready, 'take');
  // What was judged before the last change of the record is judged again, as if it had waited for it.
  const waits = (await isBehind(trx, row)) || (await overtakersOf(trx, row, intent.judged_at)).length > 0;
  return waits ? ready : after(ready, 'take');
}
