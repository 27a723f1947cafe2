import type { ApprovalRule } from '../approvals/approvals.ts';
import type { Grant } from '../grants/grant.ts';
import { changedRecordId, type Command, COMMANDS } from '../model/commands.ts';
import type { RecordKind } from '../model/records.ts';
import { canonicalJson, digestOf } from '../model/version.ts';
import { namedWrites } from './dependency.ts';
import { newId } from './ids.ts';
import type { WriteRow } from './ledger.ts';
import { type Notice, type OpenWrite, orderKey, sealParts } from './open_write.ts';
import type { Runtime } from './runtime.ts';

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
  /** Why it is in shadow, where that is not the connection's rollout. */
  shadow_reason?: 'not_proved';
  /** What the tool adds to its answer; kept for replays. */
  answer: Record<string, unknown>;
  notices?: readonly Notice[];
}

/** The write that an intent becomes, not recorded yet. */
export function draftOf(runtime: Runtime, intent: Intent, now: number): OpenWrite {
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
    effect_digest: effectDigests(runtime, intent)[0] ?? null,
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
    shadow_reason: intent.rollout === 'shadow' ? (intent.shadow_reason ?? null) : null,
    next_attempt_at: now,
  };
  return { row, ...parts };
}

/**
 * What an intent's effect is known by, under the current key first: a telephone number is all that some effects are made
 * of, and whoever has the store but not the keys must not find out which.
 */
export function effectDigests({ keyring }: Runtime, { grant, connection, effect }: Intent): string[] {
  if (effect === undefined) return [];
  return keyring.lookupHashes('effect', canonicalJson([grant.organisation, connection, effect]));
}

/** What a write waits in line for: the record that it changes or draws on, or nothing but itself. */
function orderOf({ command, connection, scope, draws_on: drawsOn }: Intent, writeId: string): string {
  const changed = changedRecordId(command);
  if (changed !== undefined) return orderKey(connection, COMMANDS[command.kind].record, scope, changed);
  return drawsOn === undefined ? writeId : orderKey(connection, drawsOn.kind, scope, drawsOn.id);
}
