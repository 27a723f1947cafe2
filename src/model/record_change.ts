import type { Consent } from './values.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** What a command does to one record, in canonical values. */
export interface RecordChange {
  /** What fields are from then on; null clears one. */
  set: Fields;
  /** What is added to fields that others add to as well; each takes it in its own way. */
  add: Fields;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const append = (held: unknown, added: unknown) => [...list(held), ...list(added)];
const union = (held: unknown, added: unknown) => [...new Set(append(held, added))];

/** Of each channel the latest word counts. */
function latestWords(held: unknown, added: unknown): readonly unknown[] {
  const words = list(added) as Consent[];
  const known = list(held) as Consent[];
  return [...known.filter(({ channel }) => !words.some((word) => word.channel === channel)), ...words];
}

const ADDED: Readonly<Record<string, (held: unknown, added: unknown) => unknown>> = {
  notes: append,
  touches: append,
  unit_ids: union,
  file_ids: union,
  consents: latestWords,
  reversed_amount: (held, added) => Number(held ?? 0) + Number(added),
};

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A change; what is undefined is no part of it. Throws `RangeError` for a field that nothing can be added to. */
export function changeOf(set: Fields, add: Fields = {}): RecordChange {
  const added = defined(add);
  for (const field of Object.keys(added)) if (!Object.hasOwn(ADDED, field)) throw new RangeError(`${field} is set`);
  return { set: defined(set), add: added };
}

/** The record after a change. A field that was cleared is gone. */
export function changed<T extends object>(record: T, { set, add }: RecordChange): T {
  const next: Record<string, unknown> = { ...record, ...set };
  for (const [field, value] of Object.entries(add)) next[field] = ADDED[field]?.(next[field], value);
  for (const [field, value] of Object.entries(set)) if (value === null) delete next[field];
  return next as T;
}
