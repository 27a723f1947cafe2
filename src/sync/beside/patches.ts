import type { Capabilities } from '../../connectors/connector.ts';
import type { Kept } from '../../mirror/sidecar.ts';
import { type Command, COMMANDS } from '../../model/commands.ts';
import { changed } from '../../model/record_change.ts';
import { type ChangeTo, changesOf, type Known } from './changes.ts';
import { fieldsOfKind, isOurs, isWhollyOurs } from './held.ts';
import { asPmsShows, HISTORIES, shownOf } from './overlay.ts';
import type { Patch } from './patch.ts';

/**
 * What a command changes of what is kept beside the PMS, that of its own record first. `kept` is what is kept beside that
 * one now. Throws `RangeError` where it is not known which record that is.
 */
export function patchesOf(
  capabilities: Capabilities,
  command: Command,
  known: Known,
  kept: Kept | undefined,
): [Patch, ...Patch[]] {
  const alone = isOurs(capabilities, command);
  const { creates } = COMMANDS[command.kind];
  const [own, ...related] = changesOf(command, known);
  if (own?.id === undefined) throw new RangeError(`no step of ${command.kind} has named its record`);
  const patches = related.flatMap((change) => {
    const patch = change.id === undefined ? undefined : patchOf(capabilities, change, change.id, false, splitHeld);
    return patch === undefined || isEmpty(patch) ? [] : [patch];
  });
  const split: Split = alone ? (...given) => splitAlone(...given, known.before ?? {}, kept) : splitHeld;
  return [patchOf(capabilities, own, own.id, alone && creates, split), ...patches];
}

type Parts = Pick<Patch, 'set' | 'add' | 'shown'>;
type Split = (change: ChangeTo, fields: ReturnType<typeof fieldsOfKind>) => Parts;

function patchOf(capabilities: Capabilities, change: ChangeTo, id: string, makes: boolean, split: Split): Patch {
  const { kind, set, add, only_from, not_from } = change;
  const whole = makes ? 'makes' : isWhollyOurs(capabilities, kind, id) ? 'changes' : undefined;
  return {
    kind,
    record_id: id,
    ...(whole !== undefined && { whole }),
    ...(whole === undefined ? split(change, fieldsOfKind(capabilities, kind)) : { set, add, shown: {} }),
    ...(only_from !== undefined && { only_from: [...only_from] }),
    ...(not_from !== undefined && { not_from: [...not_from] }),
  };
}

function isEmpty({ set, add, shown }: Patch): boolean {
  return [set, add, shown].every((part) => Object.keys(part).length === 0);
}

/** What the PMS that carries out the rest has no place for, or only a word that others have too. */
function splitHeld({ set, add }: ChangeTo, fields: ReturnType<typeof fieldsOfKind>): Parts {
  const parts: Parts = { set: {}, add: {}, shown: {} };
  for (const [field, value] of Object.entries(set)) {
    const { support, shown_as, missing_as } = fields[field] ?? {};
    if (support === 'sidecar') parts.set[field] = value;
    else if (missing_as !== undefined)
      parts.shown[field] =
        value === missing_as ? null : { value, as: shownOf(value, { ...(shown_as && { shown_as }) }) };
    else if (shown_as !== undefined) {
      const as = shown_as[String(value)];
      parts.shown[field] = as === undefined ? null : { value, as };
    }
  }
  for (const [field, value] of Object.entries(add)) if (fields[field]?.support === 'sidecar') parts.add[field] = value;
  return parts;
}

/**
 * All of it, where the PMS is told nothing. What the PMS shows of these fields stays as it was, and what is kept stands
 * until somebody changes it there.
 */
function splitAlone(
  change: ChangeTo,
  fields: ReturnType<typeof fieldsOfKind>,
  before: Known['before'] & object,
  kept: Kept | undefined,
): Parts {
  const parts: Parts = { set: {}, add: {}, shown: {} };
  const given = asPmsShows(before, kept, fields);
  const after = changed(before as Record<string, unknown>, change);
  for (const part of ['set', 'add'] as const)
    for (const [field, value] of Object.entries(change[part]))
      if (fields[field]?.support === 'sidecar' || (part === 'add' && HISTORIES.has(field))) parts[part][field] = value;
      else parts.shown[field] = { value: after[field] ?? null, as: given[field] ?? null, unwritten: true };
  return parts;
}
