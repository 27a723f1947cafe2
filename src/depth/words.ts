import type { CommandDepth, Direction, FieldDepth, RecordDepth } from './report.ts';

/*
 * The report's parts in words, the same on the command line and in the documentation.
 */

const DIRECTIONS: Readonly<Record<Direction, string>> = {
  read: 'read',
  write: 'write',
  both: 'read and write',
  kept_beside: 'kept beside',
  none: 'no',
};

export function directionText({ direction }: FieldDepth): string {
  return DIRECTIONS[direction];
}

/** How a kind of record is read, and how changes to it are learnt. */
export function readText({ read }: RecordDepth): string {
  return { native: 'yes', mapped: 'by mapping', sidecar: 'kept beside', unsupported: 'no' }[read];
}

export function changesText({ read, changes, freshness_seconds }: RecordDepth): string {
  if (read === 'unsupported') return '';
  if (read === 'sidecar') return 'our own, at once';
  if (changes === 'none') return 'only when read';
  return `${changes}, within ${span(freshness_seconds ?? 0)}`;
}

function span(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

export function supportText({ support }: CommandDepth): string {
  return { native: 'yes', mapped: 'by mapping', sidecar: 'kept beside', unsupported: 'no' }[support];
}

/** The steps with how each is made safe to repeat. */
export function stepsText({ steps }: CommandDepth): string {
  return steps.map(({ name, retry }) => `${name} (${retry.replaceAll('_', ' ')})`).join(', then ');
}

export function undoText({ undo, support }: CommandDepth): string {
  if (undo === undefined || support === 'unsupported') return '';
  const by = undo.by.replaceAll('_', ' ');
  return undo.how === 'no' ? 'no' : undo.how === 'sidecar' ? `${by}, kept beside` : by;
}

/** What has to be minded about a field. */
export function limitsText({ max_length, values, pattern, shown_as, missing_as, note }: FieldDepth): string {
  return [
    ...(max_length === undefined ? [] : [`at most ${max_length} characters`]),
    ...(values === undefined ? [] : [values.length === 0 ? 'needs a mapping' : `one of ${values.join(', ')}`]),
    ...(pattern === undefined ? [] : [`like ${pattern}`]),
    ...Object.entries(shown_as ?? {}).map(([value, shown]) => `${value} shows as ${shown}`),
    ...(missing_as === undefined ? [] : ['kept beside records that have no place for it']),
    ...(note === undefined ? [] : [note]),
  ].join('; ');
}
