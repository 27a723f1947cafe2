import { createHash } from 'node:crypto';

/** JSON with the keys of every object in order and undefined left out, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const source = inner as Record<string, unknown>;
    const ordered: Record<string, unknown> = {};
    for (const key of Object.keys(source).sort()) ordered[key] = source[key];
    return ordered;
  });
}

/** SHA-256 of the canonical JSON, base64url. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url');
}

/** The `version` that a read gives and an update has to name: a short hash of the record's canonical fields. */
export function recordVersion(record: object): string {
  return digestOf(record).slice(0, 16);
}
