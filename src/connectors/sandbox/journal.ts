import { createHash } from 'node:crypto';
import type { RecordKind } from '../../model/records.ts';
import { VendorError, type StepResult } from '../connector.ts';
import type { Database, Row } from './database.ts';

/** A key stands for its first request this long, as with the one vendor that is known to have such keys. */
export const KEY_LIFE_MS = 24 * 3_600_000;

/** One accepted change, as the PMS wrote it down itself. */
export interface Effect {
  /** Runs up by one with every accepted change. */
  number: number;
  at: string;
  /** `api` is whoever uses the connector; staff are people at the PMS's own screens. */
  actor: 'api' | 'staff';
  operation: string;
  kind: RecordKind;
  record_id: string;
  idempotency_key?: string;
}

/** JSON with sorted keys, so that the same request has one text however it was stored meanwhile. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

export function bodyDigest(body: unknown): string {
  return createHash('sha256').update(canonicalJson(body)).digest('base64url');
}

/** The PMS's own record of what it accepted: it answers retries and look-ups. */
export class Journal {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** The first answer to this key, if it still stands. Another body under the same key is refused. */
  replay(key: string, digest: string): StepResult | undefined {
    const row = this.#latest(key);
    if (row === undefined || Number(row['at']) <= this.#now() - KEY_LIFE_MS) return undefined;
    if (row['body_digest'] !== digest) {
      throw new VendorError('refused', 'The idempotency key was used for another request.', {
        field: 'idempotency_key',
      });
    }
    return JSON.parse(row['result'] as string) as StepResult;
  }

  /** The answer that was given to this key, however long ago. */
  find(key: string): StepResult | undefined {
    const row = this.#latest(key);
    return row === undefined ? undefined : (JSON.parse(row['result'] as string) as StepResult);
  }

  write(
    entry: Pick<Effect, 'actor' | 'operation' | 'kind' | 'record_id'> & { key?: string; digest?: string },
    result: StepResult,
  ): void {
    this.#db.run(
      `INSERT INTO effect (at, actor, operation, kind, record_id, idempotency_key, body_digest, result)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      this.#now(),
      entry.actor,
      entry.operation,
      entry.kind,
      entry.record_id,
      entry.key ?? null,
      entry.digest ?? null,
      JSON.stringify(result),
    );
  }

  all(): Effect[] {
    return this.#db.all('SELECT * FROM effect ORDER BY id').map((row) => ({
      number: Number(row['id']),
      at: new Date(Number(row['at'])).toISOString(),
      actor: row['actor'] as Effect['actor'],
      operation: row['operation'] as string,
      kind: row['kind'] as RecordKind,
      record_id: row['record_id'] as string,
      ...(row['idempotency_key'] !== null && { idempotency_key: row['idempotency_key'] as string }),
    }));
  }

  #latest(key: string): Row | undefined {
    return this.#db.get(
      'SELECT at, body_digest, result FROM effect WHERE idempotency_key = ? ORDER BY id DESC LIMIT 1',
      key,
    );
  }
}
