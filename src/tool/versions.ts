import { CaretakerError } from '../model/errors.ts';
import { canonicalJson } from '../model/version.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';

/**
 * Refuses a change that rests on an old reading: where one of the fields that the command touches is no longer what the
 * caller saw under `version`, both values are named. A change elsewhere in the record does not stand in the way. Where
 * it is no longer known what the caller saw, any newer version counts as a conflict.
 */
export async function requireVersion(
  call: Call,
  found: Found,
  version: string,
  touched: readonly string[],
): Promise<void> {
  if (found.version === version) return;
  const seen = await call.records.asSeen(found, version);
  const now = found.record as Record<string, unknown>;
  const changed =
    seen === undefined
      ? undefined
      : touched.filter((field) => canonicalJson(seen[field] ?? null) !== canonicalJson(now[field] ?? null));
  if (changed !== undefined && changed.length === 0) return;
  const kind = found.kind.replaceAll('_', ' ');
  throw new CaretakerError(
    'conflict',
    changed === undefined
      ? `This ${kind} has changed since you read it, or the version is not one of its. Nothing was changed.`
      : `Somebody changed ${changed.join(', ')} of this ${kind} since you read it. Nothing was changed.`,
    {
      field: 'version',
      next: 'read it again and decide on what it says now',
      details: {
        version: found.version,
        ...(seen !== undefined && {
          changed: Object.fromEntries(
            (changed ?? []).map((field) => [field, { you_saw: seen[field] ?? null, now: now[field] ?? null }]),
          ),
        }),
      },
    },
  );
}

/** Throws a rule's refusal as the error that callers get. */
export function refuse(refusal: {
  code: string;
  message: string;
  field?: string;
  next?: string;
  details?: Record<string, unknown>;
}): never {
  const { code, message, ...options } = refusal;
  throw new CaretakerError(code as CaretakerError['code'], message, options);
}
