import type { Capabilities } from '../connectors/connector.ts';
import { isOwnRecordId } from '../mirror/sidecar.ts';
import { type Command, COMMANDS } from '../model/commands.ts';
import { canonicalJson } from '../model/version.ts';
import { comparableField, expectedFields } from './expectations.ts';

/** How one field of a write fared in the read-back. */
export type FieldOutcome = 'verified' | 'not_stored' | 'not_readable';

export interface Proof {
  /** `full` where every field that the command set was read back equal. */
  proof: 'full' | 'partial';
  fields: Record<string, FieldOutcome>;
}

/**
 * Compares what a command was to set with the record as it was read back. A field that the PMS cannot show, or that is
 * only kept beside it, is `not_readable`; one that shows something else is `not_stored`, also where it was shortened.
 * Where the PMS has no part in it, because Caretaker carries out the command or holds the record alone, all that it keeps
 * is compared.
 */
export function prove(
  command: Command,
  before: unknown,
  after: Record<string, unknown>,
  capabilities: Capabilities,
): Proof {
  const kind = COMMANDS[command.kind].record;
  const isOurs = capabilities.commands[command.kind]?.support === 'sidecar' || isOwnRecordId(String(after['id']));
  const known = isOurs ? {} : (capabilities.records[kind]?.fields ?? {});
  const fields: Record<string, FieldOutcome> = {};
  for (const [field, expected] of Object.entries(expectedFields(command, before))) {
    const capability = known[field];
    if (capability !== undefined && (capability.support === 'sidecar' || !capability.readable))
      fields[field] = 'not_readable';
    else {
      const found = comparableField(kind, field, after);
      const stored = isAppended(command, field)
        ? holdsAdded(
            expected,
            before === undefined ? [] : comparableField(kind, field, before as Record<string, unknown>),
            found,
          )
        : same(expected, found);
      fields[field] = stored ? 'verified' : 'not_stored';
    }
  }
  const full = Object.values(fields).every((outcome) => outcome === 'verified');
  return { proof: full ? 'full' : 'partial', fields };
}

/** The names of the fields with one outcome, in order. */
export function fieldsWith(outcome: FieldOutcome, fields: Readonly<Record<string, FieldOutcome>>): string[] {
  return Object.keys(fields).filter((field) => fields[field] === outcome);
}

/** Fields that an update only adds to: what others added meanwhile is no loss, and neither is what they took away. */
export const APPENDED: ReadonlySet<string> = new Set(['notes', 'touches', 'file_ids', 'unit_ids']);

function isAppended(command: Command, field: string): boolean {
  return !COMMANDS[command.kind].creates && APPENDED.has(field);
}

/** Whether a list has gained everything that was to be added to it. */
function holdsAdded(expected: unknown, before: unknown, found: unknown): boolean {
  if (!Array.isArray(expected)) return same(expected, found);
  const gained = without(asList(found), asList(before));
  return without(without(expected, asList(before)), gained).length === 0;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A list without one of its items for each item of another list. */
function without(items: readonly unknown[], taken: readonly unknown[]): readonly unknown[] {
  const left = [...items];
  for (const one of taken) {
    const at = left.findIndex((item) => same(item, one));
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}

function same(expected: unknown, found: unknown): boolean {
  if (expected === found) return true;
  if (Array.isArray(expected) && Array.isArray(found))
    return expected.length === found.length && expected.every((item, index) => same(item, found[index]));
  if (isObject(expected) && isObject(found))
    return canonicalJson(withoutAbsent(expected)) === canonicalJson(withoutAbsent(found));
  return (expected ?? null) === (found ?? null);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function withoutAbsent(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null));
}
