import type { Capabilities, CommandCapability, RecordCapability } from '../../../src/connectors/connector.ts';
import { SANDBOX_CAPABILITIES } from '../../../src/connectors/sandbox/capabilities.ts';
import { COMMAND_KINDS, COMMANDS, type CommandKind } from '../../../src/model/commands.ts';
import type { RecordKind } from '../../../src/model/records.ts';
import type { Settings } from './options.ts';
import type { Personality } from './personalities.ts';

/** Fields that the marker shares with the user's text. */
const MARKED: Readonly<Partial<Record<RecordKind, readonly string[]>>> = {
  work_order: ['description', 'notes'],
  guest_card: ['touches', 'notes'],
  tour: ['notes'],
  ledger_entry: ['memo', 'reason'],
  bill: ['memo', 'reason'],
  journal_entry: ['memo', 'reason'],
  communication: ['summary'],
};

/**
 * What a personality can do. An update is listed as what it is without a note or an inquiry, which are appended:
 * `compile` knows the command and says how that one is retried.
 */
export function capabilitiesOf(personality: Personality, settings: Settings): Capabilities {
  const { late_commit_ms, read_lag_ms, deadline_ms } = settings;
  const { idempotency_key_life_ms: _sandbox, ...sandbox } = SANDBOX_CAPABILITIES;
  return {
    ...sandbox,
    pms: 'faulty',
    records: recordsOf(personality),
    commands: Object.fromEntries(COMMAND_KINDS.map((kind) => [kind, commandOf(personality, kind)])) as Record<
      CommandKind,
      CommandCapability
    >,
    settling: { late_commit_ms, read_lag_ms },
    request_deadline_ms: deadline_ms,
    ...(personality.key_life_ms !== undefined && { idempotency_key_life_ms: personality.key_life_ms }),
  };
}

function commandOf({ appending, three_steps }: Personality, kind: CommandKind): CommandCapability {
  const appends = COMMANDS[kind].creates || kind === 'add_work_order_note';
  const steps: CommandCapability['steps'] =
    three_steps && kind === 'create_work_order'
      ? [
          { name: 'create', retry: appending },
          { name: 'classify', retry: 'set_value' },
          { name: 'annotate', retry: appending },
        ]
      : [{ name: 'submit', retry: appends ? appending : 'set_value' }];
  // One request a step, and one that reads the record back.
  return { ...SANDBOX_CAPABILITIES.commands[kind], steps, requests: steps.length + 1 };
}

function recordsOf({ found_by, marker_length }: Personality): Capabilities['records'] {
  if (found_by !== 'marker') return SANDBOX_CAPABILITIES.records;
  const entries = Object.entries(SANDBOX_CAPABILITIES.records) as [RecordKind, RecordCapability][];
  return Object.fromEntries(
    entries.map(([kind, capability]) => {
      const fields = { ...capability.fields };
      for (const name of MARKED[kind] ?? []) {
        const field = fields[name];
        if (field === undefined) continue;
        const max_length = Math.min(
          field.max_length ?? Number.POSITIVE_INFINITY,
          marker_length ?? Number.POSITIVE_INFINITY,
        );
        fields[name] = {
          ...field,
          ...(Number.isFinite(max_length) && { max_length }),
          note: '17 of the characters are taken by the marker',
        };
      }
      return [kind, { ...capability, fields }];
    }),
  );
}
