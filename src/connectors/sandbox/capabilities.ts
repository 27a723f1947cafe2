import { COMMAND_KINDS, type CommandKind } from '../../model/commands.ts';
import { RECORDS, RECORD_KINDS, type RecordKind } from '../../model/records.ts';
import type { Capabilities, CommandCapability, FieldCapability, RecordCapability, RetryMode } from '../connector.ts';
import { KEY_LIFE_MS } from './journal.ts';
import { LENGTHS } from './rules.ts';

/**
 * Updates that set values: sending them again changes nothing more. Whatever appends or creates carries a key instead.
 */
const SETS_VALUES: readonly CommandKind[] = [
  'update_work_order',
  'assign_work_order',
  'update_guest_card',
  'reschedule_tour',
  'cancel_tour',
  'record_tour_outcome',
  'update_lease',
  'update_resident',
];

const MONEY: readonly CommandKind[] = ['post_charge', 'post_bill', 'post_journal_entry'];

/** The name of the one step that every command has here. */
export const STEP = 'submit';

export function retryOf(command: CommandKind): RetryMode {
  return SETS_VALUES.includes(command) ? 'set_value' : 'idempotency_key';
}

const MAX_LENGTHS: Readonly<Partial<Record<RecordKind, Readonly<Record<string, number>>>>> = {
  work_order: {
    title: LENGTHS.work_order_title,
    description: LENGTHS.description,
    notes: LENGTHS.note,
    entry_notes: LENGTHS.note,
    instructions: LENGTHS.description,
    location: LENGTHS.line,
    reporter_name: LENGTHS.line,
    callback_phone: LENGTHS.line,
    hazard_cleared_by: LENGTHS.line,
  },
  guest_card: {
    name: LENGTHS.line,
    source: LENGTHS.line,
    pets: LENGTHS.line,
    notes: LENGTHS.note,
    touches: LENGTHS.note,
  },
  tour: { notes: LENGTHS.note },
  resident: { forwarding_address: LENGTHS.line, emails: LENGTHS.line },
  ledger_entry: { memo: LENGTHS.charge_memo, reason: LENGTHS.reason },
  bill: { invoice_number: LENGTHS.invoice_number, memo: LENGTHS.bill_memo, reason: LENGTHS.reason },
  journal_entry: { memo: LENGTHS.journal_memo, reason: LENGTHS.reason },
  communication: { summary: LENGTHS.note },
};

/** Reasons of reversals are stored as the memo of the reversing record. */
const STORED_AS_MEMO = 'stored as the memo of the reversing record';

function fieldsOf(kind: RecordKind): Record<string, FieldCapability> {
  const lengths = MAX_LENGTHS[kind] ?? {};
  const names = new Set([...Object.keys(RECORDS[kind].shape), ...Object.keys(lengths)]);
  return Object.fromEntries(
    [...names].map((name): [string, FieldCapability] => [
      name,
      {
        support: 'native',
        readable: true,
        evidence: 'seen',
        ...(lengths[name] !== undefined && { max_length: lengths[name] }),
        ...(name === 'reason' && { note: STORED_AS_MEMO }),
      },
    ]),
  );
}

function recordCapability(kind: RecordKind): RecordCapability {
  return { read: 'native', changes: 'poll', freshness_seconds: 60, evidence: 'seen', fields: fieldsOf(kind) };
}

function commandCapability(kind: CommandKind): CommandCapability {
  return {
    support: 'native',
    evidence: 'seen',
    steps: [{ name: STEP, retry: retryOf(kind) }],
    ...(MONEY.includes(kind) && { reversible: true }),
  };
}

/** What the sandbox PMS can do: everything, and it can all be read back. */
export const SANDBOX_CAPABILITIES: Capabilities = {
  pms: 'sandbox',
  records: Object.fromEntries(RECORD_KINDS.map((kind) => [kind, recordCapability(kind)])),
  commands: Object.fromEntries(COMMAND_KINDS.map((kind) => [kind, commandCapability(kind)])) as Record<
    CommandKind,
    CommandCapability
  >,
  calendar: 'pms',
  settling: { late_commit_ms: 0, read_lag_ms: 0 },
  request_deadline_ms: 5000,
  idempotency_key_life_ms: KEY_LIFE_MS,
};
