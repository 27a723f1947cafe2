import { COMMANDS } from '../model/commands.ts';
import { comparableField, expectedFields } from './expectations.ts';
import { wasFound } from './journal.ts';
import { stepsOf } from './step_rows.ts';
import type { OpenWrite } from './open_write.ts';
import { inLookUpTurn } from './pms_requests.ts';
import { connectorOf, type Runtime } from './runtime.ts';
import { search } from './search.ts';

type Fields = Record<string, unknown>;

/** Fields that say where a new record belongs: one that is elsewhere is not the one that was asked for. */
const PLACE_FIELDS: ReadonlySet<string> = new Set(['property_id', 'unit_id', 'household_id', 'guest_card_id']);

/** Whether a PMS that keeps less than it is told would show this of a field: nothing, or the beginning of a text. */
function isLess(expected: unknown, found: unknown): boolean {
  if (found === undefined || found === null || found === '') return true;
  return typeof expected === 'string' && typeof found === 'string' && expected.startsWith(found.trimEnd());
}

/**
 * Whether a record that does not show everything in `lost` can be the one that a write has made as it stands: it shows
 * less than was asked for, and nothing else.
 */
export function showsOnlyLess({ command, before }: OpenWrite, shown: Fields, lost: readonly string[]): boolean {
  const { creates, record: kind } = COMMANDS[command.kind];
  if (!creates) return true;
  const expected = expectedFields(command, before);
  return lost.every((field) => isLess(expected[field], comparableField(kind, field, shown)));
}

/**
 * Whether a record that shows something else than was asked for, or what an equal one would show as well, is the one that
 * a write has made, and not another one that the PMS named by mistake: the PMS is searched, unless that is how it was found. Throws `VendorError` where it
 * cannot be.
 */
export async function isOwnRecord(
  runtime: Runtime,
  write: OpenWrite,
  id: string,
  lost: readonly string[],
): Promise<boolean> {
  const { row, command } = write;
  const steps = await stepsOf(runtime.store.ledger, row.write_id);
  const plan = connectorOf(runtime, row.connection).compile(command);
  // Where no step says that it makes the record, there is only the first that can.
  const maker = Math.max(
    0,
    plan.findIndex(({ makes_record }) => makes_record === true),
  );
  if (wasFound(steps[maker])) return true;
  const located = await inLookUpTurn(runtime, row, () => search(runtime, write, steps, maker));
  if (located.outcome === 'found')
    return [located.result, ...(located.others ?? [])].some(({ record }) => record?.id === id);
  if (located.outcome === 'absent' && !located.covers_all) return !lost.some((field) => PLACE_FIELDS.has(field));
  return false;
}
