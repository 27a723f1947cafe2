import type { FieldCapability } from '../../connectors/connector.ts';
import type { Kept } from '../../mirror/sidecar.ts';
import { type RecordKind, type RecordOf, RECORDS } from '../../model/records.ts';
import { canonicalJson } from '../../model/version.ts';

type Values = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, FieldCapability>>;

function isOpen(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function isPlain(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}

/** The PMS's own value wins: only what is open is filled, and objects are filled field by field. */
function filled(own: unknown, kept: unknown): unknown {
  if (isOpen(own)) return kept;
  if (!isPlain(own) || !isPlain(kept)) return own;
  return {
    ...own,
    ...Object.fromEntries(Object.entries(kept).map(([field, value]) => [field, filled(own[field], value)])),
  };
}

/** Fields that tell what happened: both sides count, in the order of time. */
export const HISTORIES: ReadonlySet<string> = new Set(['notes', 'touches']);

function inOrder(own: unknown, kept: unknown): unknown {
  return [own, kept]
    .flatMap((entries) => (Array.isArray(entries) ? (entries as { at: string }[]) : []))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** What the PMS shows of a value: a word that others have too, or the value itself. */
export function shownOf(value: unknown, { shown_as }: Pick<FieldCapability, 'shown_as'>): unknown {
  return shown_as !== undefined && Object.hasOwn(shown_as, String(value)) ? shown_as[String(value)] : value;
}

/** Whether a value stands, for which the PMS shows something less exact. The words of a connection may have changed. */
function stands({ value, as, unwritten }: Kept['shown'][string], given: unknown, field?: FieldCapability): boolean {
  if (field?.missing_as !== undefined && isSame(shownOf(value, field), as) && given === field.missing_as) return true;
  return isSame(given, as) && (unwritten === true || field?.shown_as?.[String(value)] === as);
}

/**
 * The record as a PMS gave it, with what is kept beside it. The PMS's own value wins, but where it has no place for a
 * field, whatever it gives there is not its own; and a value stands for which it shows what it showed when that was kept.
 */
export function laidOver<K extends RecordKind>(kind: K, record: RecordOf<K>, kept: Kept, fields: Fields): RecordOf<K> {
  const given = record as Values;
  const laid: Record<string, unknown> = { ...given };
  for (const [field, value] of Object.entries(kept.fields)) {
    if (fields[field]?.support === 'sidecar') laid[field] = value;
    else if (HISTORIES.has(field) && Array.isArray(value)) laid[field] = inOrder(given[field], value);
    else laid[field] = filled(given[field], value);
  }
  for (const [field, one] of Object.entries(kept.shown))
    if (stands(one, given[field], fields[field])) laid[field] = one.value ?? undefined;
  return RECORDS[kind].parse(laid) as RecordOf<K>;
}

/**
 * A record with nothing laid over it any more: what the PMS itself showed when it was read. Fields that the PMS has no
 * place for are not in it.
 */
export function asPmsShows(record: Values, kept: Kept | undefined, fields: Fields): Values {
  const bare: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(record)) {
    const capability = fields[field];
    if (capability?.support === 'sidecar') continue;
    const standing = kept?.shown[field];
    if (standing !== undefined && isSame(standing.value, value)) bare[field] = standing.as ?? undefined;
    else if (typeof value === 'string') bare[field] = capability?.shown_as?.[value] ?? value;
    else if (HISTORIES.has(field)) bare[field] = withoutKept(value, kept?.fields[field]);
    else bare[field] = value;
  }
  return bare;
}

function withoutKept(entries: unknown, kept: unknown): unknown {
  if (!Array.isArray(entries) || !Array.isArray(kept)) return entries;
  return entries.filter((entry) => !kept.some((one) => isSame(one, entry)));
}
