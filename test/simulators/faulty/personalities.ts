import type { RetryMode } from '../../../src/connectors/connector.ts';
import { COMMANDS, type Command } from '../../../src/model/commands.ts';

/** One kind of PMS, as far as exactly-once is concerned. */
export interface Personality {
  /** How a step that creates or appends is retried; a step that only sets values is `set_value` everywhere. */
  appending: RetryMode;
  /** What a look-up of something created or appended goes by. `nothing`: there is no look-up, so it proves nothing. */
  found_by: 'marker' | 'content' | 'nothing';
  /** Whether the answer to a write names the record. */
  answers_with_ids: boolean;
  /** Whether a work order is made by three requests: created, classified, annotated. */
  three_steps: boolean;
  /** How long a key is remembered, where the PMS has keys and nothing else is set. */
  key_life_ms?: number;
  /** Characters of the field that a marker would go into, where they are fewer than the field's own limit. */
  marker_length?: number;
}

const ONE_STEP = { answers_with_ids: true, three_steps: false } as const;
const BY_MARKER = { ...ONE_STEP, appending: 'marker', found_by: 'marker' } as const;

export const PERSONALITY_NAMES = [
  'key',
  'expiring_key',
  'marker',
  'no_ids',
  'short_field',
  'natural_key',
  'three_steps',
] as const;
export type PersonalityName = (typeof PERSONALITY_NAMES)[number];

const PERSONALITIES: Readonly<Record<PersonalityName, Personality>> = {
  key: { ...ONE_STEP, appending: 'idempotency_key', found_by: 'nothing', key_life_ms: 86_400_000 },
  expiring_key: { ...ONE_STEP, appending: 'idempotency_key', found_by: 'content', key_life_ms: 600_000 },
  marker: BY_MARKER,
  no_ids: { ...BY_MARKER, answers_with_ids: false },
  short_field: { ...BY_MARKER, marker_length: 10 },
  natural_key: { ...ONE_STEP, appending: 'natural_key', found_by: 'content' },
  three_steps: { ...BY_MARKER, three_steps: true },
};

/** `ct-` and 13 characters, as `StepContext` has it. */
export const MARKER_LENGTH = 16;

/** A personality with its settings. Where a marker does not fit, nothing makes a retry safe and nothing can be found. */
export function personalityOf(
  name: PersonalityName,
  settings: { marker_length?: number | undefined; key_life_ms?: number | undefined } = {},
): Personality {
  const usual = PERSONALITIES[name];
  const marker_length = settings.marker_length ?? usual.marker_length;
  const key_life_ms = usual.key_life_ms === undefined ? undefined : (settings.key_life_ms ?? usual.key_life_ms);
  const unmarked = usual.found_by === 'marker' && marker_length !== undefined && marker_length < MARKER_LENGTH;
  return {
    ...usual,
    ...(marker_length !== undefined && { marker_length }),
    ...(key_life_ms !== undefined && { key_life_ms }),
    ...(unmarked && ({ appending: 'none', found_by: 'nothing' } as const)),
  };
}

/** Whether sending a command twice would leave two of something: a record, a note, an inquiry. */
export function isAppending(command: Command): boolean {
  if (COMMANDS[command.kind].creates || command.kind === 'add_work_order_note') return true;
  return ('note' in command && command.note !== undefined) || ('touch' in command && command.touch !== undefined);
}
