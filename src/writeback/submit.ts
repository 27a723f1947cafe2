import type { Step, StepRequest } from '../connectors/connector.ts';
import { VendorError } from '../connectors/connector.ts';
import { appendAudit, oneAtATime } from '../audit/audit.ts';
import { APPROVAL_RULES, type ApprovalRule, requestApproval } from '../approvals/approvals.ts';
import type { Grant } from '../grants/grant.ts';
import { changedRecordId, type Command, COMMANDS } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import type { RecordKind } from '../model/records.ts';
import { digestOf } from '../model/version.ts';
import type { Permit, Refusal } from '../pace/pace.ts';
import { together } from '../store/together.ts';
import { mustWait, namedWrites } from './dependency.ts';
import { announceApproval } from './endings.ts';
import { newId } from './ids.ts';
import {
  type Db,
  insertWrite,
  isBehind,
  isOvertaken,
  putStep,
  sameEffect,
  spentSince,
  writeOfRequest,
  type WriteRow,
} from './ledger.ts';
import { type Notice, type OpenWrite, orderKey, sealParts } from './open_write.ts';
import { connectorOf, type Runtime } from './runtime.ts';
import { audit, leaseFor, stepContext, stepRow } from './journal.ts';
import { askLeave, ask, isRefusal } from './pms_requests.ts';
import { after, type WriteState } from './states.ts';
import { waitingForLeave } from './trouble.ts';

/** A change that a caller asked for and that the rules of the trade allow. */
export interface Intent {
  grant: Grant;
  tool: string;
  request_id: string;
  input_digest: string;
  connection: string;
  scope: string;
  command: Command;
  /** The record to be changed, as it was just read. */
  before?: Record<string, unknown>;
  risk: 'write' | 'money' | 'legal';
  /** Cents that count against the grant's limits. */
  amount?: number;
  /** Decisions that the rules of the trade ask for, besides those that follow from risk and limits. */
  approvals: readonly { rule: ApprovalRule; reason: string }[];
  /** 0 for life safety, 1 for emergencies, 2 for all else. */
  priority: 0 | 1 | 2;
  /** When the caller began to read what it was judged on; epoch milliseconds. */
  judged_at: number;
  /** After this moment it makes no sense any more to send it; epoch milliseconds. */
  not_after: number;
  /** What makes two commands the same to a person; undefined where equal commands are normal. */
  effect?: unknown;
  not_duplicate_of?: string;
  /** Why, in the caller's words; kept in the audit log only. */
  reason?: string;
  /** The record that a new one draws on: writes drawing on the same one run one at a time. */
  draws_on?: { kind: RecordKind; id: string };
  /** Start of the property-local day, for limits per day. */
  day_start: number;
  /** What no other write may hold: quarter hours of `agent:<id>` and `unit:<id>`, or the person of a new guest card. */
  cells?: readonly { resource: string; cell: number }[];
  rollout: 'shadow' | 'live';
  /** What the tool adds to its answer; kept for replays. */
  answer: Record<string, unknown>;
  notices?: readonly Notice[];
}

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
  const write = draft(runtime, intent, now);
  const irreversible =
    intent.risk === 'money' && connector.capabilities.commands[intent.command.kind].reversible === false;
  const ready = mayGoNow(intent) ? await makeReady(runtime, intent, write) : {};
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
async function makeReady(runtime: Runtime, intent: Intent, write: OpenWrite): Promise<Readiness> {
  let request: StepRequest;
  try {
    const context = stepContext(write, []);
    request = await ask(runtime, write.row, (connector) => connector.prepare(intent.command, 0, context));
  } catch (error) {
    if (error instanceof VendorError && LATER.includes(error.code)) return {};
    throw error;
  }
  const leave = await askLeave(runtime, intent.connection, intent.priority);
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
  const { effect_digest: effect } = write.row;
  const [, used, earlier] = await together([
    oneAtATime(trx, runtime.store.engine),
    writeOfRequest(trx, write.row),
    effect === null ? undefined : sameEffect(trx, effect, now - runtime.policy.duplicate_ms),
  ]);
  if (used !== undefined) throw new RequestUsed();
  if (earlier !== undefined && !isNamed(earlier, intent.not_duplicate_of)) throw duplicateOf(earlier);
  const approval = await approvalNeeded(trx, intent, irreversible);
  const state = await firstState(trx, intent, write.row, approval, request);
  // Only now: a lease that runs while its own transaction waits in line would be over before it begins.
  const since = runtime.monotonic();
  const row: WriteRow = {
    ...write.row,
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

function draft(runtime: Runtime, intent: Intent, now: number): OpenWrite {
  const writeId = newId('w', now);
  const { grant, command } = intent;
  const kind = COMMANDS[command.kind].record;
  const changed = changedRecordId(command);
  const parts = { command, before: intent.before, answer: intent.answer, notices: intent.notices ?? [] };
  const row: WriteRow = {
    write_id: writeId,
    organisation: grant.organisation,
    principal: grant.principal,
    principal_kind: grant.kind,
    owner: grant.owner,
    tool: intent.tool,
    request_id: intent.request_id,
    input_digest: intent.input_digest,
    connection: intent.connection,
    scope: intent.scope,
    property_id: 'property_id' in command ? (command.property_id ?? null) : null,
    command_kind: command.kind,
    ...sealParts(runtime.keyring, writeId, parts),
    command_digest: digestOf(command),
    effect_digest:
      intent.effect === undefined ? null : digestOf([grant.organisation, intent.connection, intent.effect]),
    not_duplicate_of: intent.not_duplicate_of ?? null,
    record_kind: kind,
    record_id: changed ?? null,
    order_key: orderOf(intent, writeId),
    depends_on: namedWrites(command)[0] ?? null,
    risk: intent.risk,
    amount: intent.amount ?? null,
    priority: intent.priority,
    state: 'recorded',
    step_index: 0,
    posting: null,
    proof: null,
    proof_json: null,
    error_code: null,
    error_message: null,
    grant_json: JSON.stringify({ ...grant, scopes: [...grant.scopes] }),
    not_after: intent.not_after,
    created_at: now,
    updated_at: now,
    done_at: null,
    lease_owner: null,
    lease_until: null,
    attempts: 0,
    failures: 0,
    next_attempt_at: now,
  };
  return { row, ...parts };
}

/** What a write waits in line for: the record that it changes or draws on, or nothing but itself. */
function orderOf({ command, connection, scope, draws_on: drawsOn }: Intent, writeId: string): string {
  const changed = changedRecordId(command);
  if (changed !== undefined) return orderKey(connection, COMMANDS[command.kind].record, scope, changed);
  return drawsOn === undefined ? writeId : orderKey(connection, drawsOn.kind, scope, drawsOn.id);
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

async function approvalNeeded(
  trx: Db,
  intent: Intent,
  irreversible: boolean,
): Promise<{ rule: ApprovalRule; reason: string } | undefined> {
  const because = (rule: ApprovalRule) => ({ rule, reason: APPROVAL_RULES[rule] });
  if (intent.risk === 'legal') return because('legal');
  const [asked] = intent.approvals;
  if (asked !== undefined)
    return irreversible ? { ...asked, reason: `${asked.reason}; and ${APPROVAL_RULES.not_reversible}` } : asked;
  if (intent.risk !== 'money' || intent.amount === undefined) return undefined;
  if (irreversible) return because('not_reversible');
  const limit = intent.grant.limits[intent.tool] ?? { call: 0, day: 0 };
  if (intent.amount > limit.call) return because('over_call_limit');
  const spent = await spentSince(trx, intent.grant.principal, intent.tool, intent.day_start);
  return spent + intent.amount > limit.day ? because('over_day_limit') : undefined;
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
  const waits = (await isBehind(trx, row)) || (await isOvertaken(trx, row, intent.judged_at));
  return waits ? ready : after(ready, 'take');
}

async function holdCells(
  trx: Db,
  intent: Intent,
  writeId: string,
  cells: readonly { resource: string; cell: number }[],
): Promise<void> {
  const result = await trx
    .insertInto('reservations')
    .values(cells.map((cell) => ({ ...cell, connection: intent.connection, write_id: writeId })))
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (Number(result.numInsertedOrUpdatedRows ?? 0) !== cells.length)
    throw intent.command.kind === 'create_guest_card' ? personTaken() : slotTaken();
}

function slotTaken(): CaretakerError {
  return new CaretakerError('slot_taken', 'This time was booked a moment ago. No tour was booked.', {
    next: 'find_tour_slots for the free times',
  });
}

/** Two inquiries of one person at the same moment: the one that comes second is added to the card of the first. */
function personTaken(): CaretakerError {
  return new CaretakerError(
    'duplicate',
    'Another inquiry of this person is being recorded at this property right now. This one was not recorded.',
    { next: 'repeat the same call in a moment: it is then added to that card', retry_after_seconds: 2 },
  );
}

function decideBy(runtime: Runtime, intent: Intent, now: number): number {
  return Math.min(intent.not_after, now + runtime.policy.approval_ms);
}

async function askPerson(
  trx: Db,
  runtime: Runtime,
  write: OpenWrite,
  approval: { rule: ApprovalRule; reason: string },
  now: number,
): Promise<void> {
  const { row } = write;
  const approvalId = newId('ap', now);
  await requestApproval(trx, {
    approval_id: approvalId,
    write_id: row.write_id,
    command_digest: row.command_digest,
    rule: approval.rule,
    reason: approval.reason,
    requested_by: row.principal,
    requester_owner: row.owner,
    property_id: row.property_id,
    state: 'waiting',
    decide_by: row.next_attempt_at,
    created_at: now,
    decided_at: null,
    decided_by: null,
    note_sealed: null,
  });
  await announceApproval(trx, runtime, write, { approvalId, rule: approval.rule, decideBy: row.next_attempt_at }, now);
}
