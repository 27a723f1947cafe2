import type {
  Capabilities,
  CommandCapability,
  Evidence,
  FieldCapability,
  RecordCapability,
  RetryMode,
  Support,
} from '../connectors/connector.ts';
import { COMMAND_KINDS, COMMANDS, type CommandKind } from '../model/commands.ts';
import { RECORD_KINDS, type RecordKind } from '../model/records.ts';
import { commandsThatSet } from './set_fields.ts';
import { toConfirm, type ToConfirm } from './to_confirm.ts';

/*
 * How deep the connection to a PMS goes, field by field, as its capability table says. Nothing here knows a vendor.
 */

/** Which way a field goes. `kept_beside`: Caretaker keeps it, keyed to the record, because the PMS has no place for it. */
export type Direction = 'read' | 'write' | 'both' | 'kept_beside' | 'none';

export interface FieldDepth {
  field: string;
  direction: Direction;
  /** What the PMS calls it. */
  wire?: string;
  /** Commands that write it to the PMS. */
  written_by: readonly CommandKind[];
  evidence: Evidence;
  max_length?: number;
  /** Canonical values that the PMS can hold. */
  values?: readonly string[];
  pattern?: string;
  /** What the PMS shows for values that share a word with others. */
  shown_as?: Readonly<Record<string, string>>;
  missing_as?: string;
  note?: string;
}

export interface RecordDepth {
  kind: RecordKind;
  wire?: string;
  read: Support;
  changes: RecordCapability['changes'];
  freshness_seconds?: number;
  evidence?: Evidence;
  note?: string;
  fields: readonly FieldDepth[];
}

/** How a command's effect is taken back. */
export interface Undo {
  by: CommandKind;
  /** `no` where the PMS takes nothing back over its API. */
  how: Support | 'no';
}

export interface CommandDepth {
  kind: CommandKind;
  record: RecordKind;
  support: Support;
  evidence: Evidence;
  steps: readonly { name: string; retry: RetryMode; made_safe: string }[];
  requests?: number;
  undo?: Undo;
  /** Why it cannot be done, and what can be done instead. */
  reason?: string;
  note?: string;
}

export interface DepthReport {
  pms: string;
  /** Whether tour slots see appointments that people made in the PMS. */
  calendar: Capabilities['calendar'];
  settling: Capabilities['settling'];
  request_deadline_ms: number;
  records: readonly RecordDepth[];
  commands: readonly CommandDepth[];
  /** What is inferred or not known, and what confirms it. */
  to_confirm: readonly ToConfirm[];
}

/** How a repeated request is kept from having a second effect. */
const MADE_SAFE: Readonly<Record<RetryMode, string>> = {
  idempotency_key: 'the PMS knows the key of the request and carries it out once',
  marker: 'a mark of ours in a text that the PMS keeps; the effect is found by it',
  natural_key: 'the effect is found by what identifies it anyway',
  set_value: 'it sets values, which is the same twice; what was there before is compared',
  none: 'never sent again; in doubt a person looks',
};

/** The command that takes another one's effect back. */
const UNDONE_BY: Readonly<Record<CommandKind, CommandKind | undefined>> = {
  create_work_order: 'update_work_order',
  update_work_order: 'update_work_order',
  add_work_order_note: undefined,
  assign_work_order: 'update_work_order',
  create_guest_card: 'update_guest_card',
  update_guest_card: 'update_guest_card',
  schedule_tour: 'cancel_tour',
  reschedule_tour: 'reschedule_tour',
  cancel_tour: undefined,
  record_tour_outcome: undefined,
  update_lease: 'update_lease',
  update_resident: 'update_resident',
  post_charge: 'reverse_charge',
  reverse_charge: undefined,
  post_bill: 'reverse_bill',
  reverse_bill: undefined,
  post_journal_entry: 'reverse_journal_entry',
  reverse_journal_entry: undefined,
  record_communication: undefined,
};

/** The report of one PMS. */
export function depthOf(capabilities: Capabilities): DepthReport {
  const { pms, calendar, settling, request_deadline_ms } = capabilities;
  return {
    pms,
    calendar,
    settling,
    request_deadline_ms,
    records: RECORD_KINDS.map((kind) => recordDepth(capabilities, kind)),
    commands: COMMAND_KINDS.map((kind) => commandDepth(capabilities, kind)),
    to_confirm: toConfirm(capabilities),
  };
}

function recordDepth(capabilities: Capabilities, kind: RecordKind): RecordDepth {
  const capability = capabilities.records[kind];
  if (capability === undefined) return { kind, read: 'unsupported', changes: 'none', fields: [] };
  const { read, changes, freshness_seconds, evidence, wire, note, fields } = capability;
  return {
    kind,
    ...(wire !== undefined && { wire }),
    read,
    changes,
    freshness_seconds,
    evidence,
    ...(note !== undefined && { note }),
    fields: Object.entries(fields).map(([field, one]) => fieldDepth(capabilities, kind, field, one)),
  };
}

function fieldDepth(
  { commands, records }: Capabilities,
  kind: RecordKind,
  field: string,
  { support, readable, wire, ...facts }: FieldCapability,
): FieldDepth {
  const held = support === 'native' || support === 'mapped';
  const setters = commandsThatSet(kind, field).map((one) => [one, commands[one].support] as const);
  const written_by = setters.flatMap(([one, how]) => (held && (how === 'native' || how === 'mapped') ? [one] : []));
  const beside =
    support === 'sidecar' || (records[kind]?.read === 'sidecar' && setters.some(([, how]) => how === 'sidecar'));
  const isRead = held && readable && records[kind]?.read !== 'unsupported';
  return {
    field,
    direction: directionOf(isRead, written_by.length > 0, beside),
    written_by,
    ...(wire && { wire }),
    ...facts,
  };
}

function directionOf(isRead: boolean, isWritten: boolean, beside: boolean): Direction {
  if (isRead) return isWritten ? 'both' : 'read';
  if (isWritten) return 'write';
  return beside ? 'kept_beside' : 'none';
}

function commandDepth({ commands }: Capabilities, kind: CommandKind): CommandDepth {
  const { support, evidence, steps, requests, reason, note } = commands[kind];
  const undo = support === 'unsupported' ? undefined : undoOf(commands, kind);
  return {
    kind,
    record: COMMANDS[kind].record,
    support,
    evidence,
    steps: steps.map(({ name, retry }) => ({ name, retry, made_safe: MADE_SAFE[retry] })),
    ...(requests !== undefined && { requests }),
    ...(undo !== undefined && { undo }),
    ...(reason !== undefined && { reason }),
    ...(note !== undefined && { note }),
  };
}

function undoOf(commands: Readonly<Record<CommandKind, CommandCapability>>, kind: CommandKind): Undo | undefined {
  const by = UNDONE_BY[kind];
  if (by === undefined) return undefined;
  const { support } = commands[by];
  return { by, how: commands[kind].reversible === false || support === 'unsupported' ? 'no' : support };
}
