import { COMMANDS } from '../model/commands.ts';
import { comparableField, expectedFields } from './expectations.ts';
import { wasFound } from './journal.ts';
import { stepsOf } from './step_rows.ts';
import type { OpenWrite } from './open_write.ts';
import { connectorOf, type Runtime } from './runtime.ts';
import { search } from './search.ts';

/** Fields that say where a new record belongs: one that is elsewhere is not the one that was asked for. */
const PLACE_FIELDS: ReadonlySet<string> = new Set(['property_id', 'unit_id', 'household_id', 'guest_card_id']);

/** Whether a PMS that keeps less than it is told would show this: nothing, or the beginning of a text. */
function isLess(expected: unknown, found: unknown): boolean {
  if (found === undefined || found === null || found === '') return true;
  return typeof expected === 'string' && typeof found === 'string' && expected.startsWith(found.trimEnd());
}

/**
 * Whether a record that does not show everything in `lost` is the one that a write has made, and not another one that
 * the PMS named by mistake. Where it shows something else than it was told, the PMS is searched. Throws `VendorError`
 * where it cannot be.
 */
export async function isOwnRecord(
  runtime: Runtime,
  write: OpenWrite,
  id: string,
  shown: Record<string, unknown>,
  lost: readonly string[],
): Promise<boolean> {
  const { row, command } = write;
  const { creates, record: kind } = COMMANDS[command.kind];
  if (!creates) return true;
  const expected = expectedFields(command, write.before);
  if (lost.every((field) => isLess(expected[field], comparableField(kind, field, shown)))) return true;
  const steps = await stepsOf(runtime.store.ledger, row.write_id);
  const plan = connectorOf(runtime, row.connection).compile(command);
  const maker = Math.max(
    0,
    plan.findIndex(({ makes_record }) => makes_record === true),
  );
  if (wasFound(steps[maker])) return true;
  const located = await search(runtime, write, steps, maker);
  if (located.outcome === 'found')
    return [located.result, ...(located.others ?? [])].some(({ record }) => record?.id === id);
  if (located.outcome === 'absent' && !located.covers_all) return !lost.some((field) => PLACE_FIELDS.has(field));
  return false;
}
