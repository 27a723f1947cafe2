import { RECORDS, type RecordKind, type RecordOf } from '../model/records.ts';
import type { KeyRing } from '../store/keyring.ts';
import type { Kysely } from 'kysely';
import type { LedgerTables } from '../store/schema.ts';
import type { Store } from '../store/store.ts';

/** Where a record is. */
export interface SidecarKey {
  connection: string;
  kind: RecordKind;
  scope: string;
  record_id: string;
}

/** What is kept beside a record: some of its fields, possibly with parts missing. */
export type Beside = { readonly [field: string]: unknown };

/** What a PMS cannot hold, kept by Caretaker and laid over what the PMS gives. */
export interface Sidecar {
  get(key: SidecarKey): Promise<Beside | undefined>;
  /** Replaces what is kept beside a record, in the caller's transaction. */
  put(trx: Kysely<LedgerTables>, key: SidecarKey, body: Beside, by: { at: number; who: string }): Promise<void>;
  /** The records with what is kept beside them. */
  apply<K extends RecordKind>(
    connection: string,
    kind: K,
    scope: string,
    records: readonly RecordOf<K>[],
  ): Promise<RecordOf<K>[]>;
}

/** Ids in one query. */
const CHUNK = 400;

const contextOf = ({ connection, kind, scope, record_id }: SidecarKey) =>
  `sidecar:${connection}:${kind}:${scope}:${record_id}`;

/**
 * A record with the fields that the PMS leaves open filled in. The PMS's own value wins: only what is absent, an empty
 * list or an empty text is filled, and objects are filled field by field.
 */
export function overlay<T extends object>(own: T, beside: Beside): T {
  const filled = { ...own } as Record<string, unknown>;
  for (const [field, value] of Object.entries(beside)) {
    const held = filled[field];
    if (isOpen(held)) filled[field] = value;
    else if (isPlain(held) && isPlain(value)) filled[field] = overlay(held, value);
  }
  return filled as T;
}

function isOpen(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function createSidecar(store: Store, keyring: KeyRing): Sidecar {
  const opened = (key: SidecarKey, sealed: string) => JSON.parse(keyring.open(sealed, contextOf(key))) as Beside;

  return {
    async get(key) {
      const row = await store.ledger
        .selectFrom('sidecar')
        .select('body_sealed')
        .where('connection', '=', key.connection)
        .where('kind', '=', key.kind)
        .where('scope', '=', key.scope)
        .where('record_id', '=', key.record_id)
        .executeTakeFirst();
      return row && opened(key, row.body_sealed);
    },

    async put(trx, key, body, { at, who }) {
      const values = {
        body_sealed: keyring.seal(JSON.stringify(body), contextOf(key)),
        updated_at: at,
        updated_by: who,
      };
      await trx
        .insertInto('sidecar')
        .values({ ...key, ...values })
        .onConflict((conflict) => conflict.columns(['connection', 'kind', 'scope', 'record_id']).doUpdateSet(values))
        .execute();
    },

    async apply(connection, kind, scope, records) {
      const bodies = new Map<string, Beside>();
      for (let from = 0; from < records.length; from += CHUNK) {
        const ids = records.slice(from, from + CHUNK).map(({ id }) => id);
        const rows = await store.ledger
          .selectFrom('sidecar')
          .select(['record_id', 'body_sealed'])
          .where('connection', '=', connection)
          .where('kind', '=', kind)
          .where('scope', '=', scope)
          .where('record_id', 'in', ids)
          .execute();
        for (const { record_id, body_sealed } of rows)
          bodies.set(record_id, opened({ connection, kind, scope, record_id }, body_sealed));
      }
      if (bodies.size === 0) return [...records];
      return records.map((record) => {
        const beside = bodies.get(record.id);
        return beside === undefined ? record : (RECORDS[kind].parse(overlay(record, beside)) as typeof record);
      });
    },
  };
}
