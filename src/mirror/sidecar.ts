import type { Kysely, Selectable } from 'kysely';
import type { RecordKind } from '../model/records.ts';
import type { KeyRing } from '../store/keyring.ts';
import type { LedgerTables, SidecarTable } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { chunksOf } from './chunks.ts';

/** Where records of one kind are. */
export interface SidecarPlace {
  connection: string;
  kind: RecordKind;
  scope: string;
}

/** Where a record is. */
export interface SidecarKey extends SidecarPlace {
  record_id: string;
}

/** What is kept beside a record of a PMS, or of a record that only Caretaker holds. */
export interface Kept {
  /** Canonical values; of a record that only Caretaker holds, the whole record. */
  fields: Readonly<Record<string, unknown>>;
  /**
   * Values of fields for which the PMS shows something less exact: each stands for as long as the PMS shows `as`.
   * `unwritten` where the PMS was never told.
   */
  shown: Readonly<Record<string, { value: unknown; as: unknown; unwritten?: true | undefined }>>;
  /** The last writes whose effect is in it, oldest first. */
  writes: readonly string[];
}

export const NOTHING_KEPT: Kept = { fields: {}, shown: {}, writes: [] };

/** What the ids of records begin with that only Caretaker holds. */
const OWN = 'ct_';

/** The id of the record that a write makes where only Caretaker holds it: the same one however often it is made. */
export function ownRecordId(writeId: string): string {
  return `${OWN}${writeId.replace(/^w_/, '')}`;
}

export function isOwnRecordId(id: string): boolean {
  return id.startsWith(OWN);
}

export interface OwnRecordsQuery {
  /** Under any id, where the PMS has none of the kind; by default only what a write of ours has made. */
  under_any_id?: boolean;
  /** Only what was changed at or after this moment; epoch milliseconds. */
  since?: number;
  property_id?: string;
  /** Only what comes after this id. */
  after?: string;
  limit: number;
}

/** What a PMS cannot hold, kept by Caretaker. */
export interface Sidecar {
  /** What is kept beside a record; `db` where it is read within a transaction. */
  get(key: SidecarKey, db?: Kysely<LedgerTables>): Promise<Kept | undefined>;
  /** What is kept beside each of these records, by id. */
  getMany(place: SidecarPlace, ids: readonly string[]): Promise<Map<string, Kept>>;
  /** Records that only Caretaker holds, in the order of their ids. */
  own(place: SidecarPlace, query: OwnRecordsQuery): Promise<{ record_id: string; kept: Kept }[]>;
  /** Replaces what is kept beside a record, in the caller's transaction. */
  put(trx: Kysely<LedgerTables>, key: SidecarKey, kept: Kept, by: { at: number; who: string }): Promise<void>;
}

const contextOf = ({ connection, kind, scope, record_id }: SidecarKey) =>
  `sidecar:${connection}:${kind}:${scope}:${record_id}`;

export function createSidecar(store: Store, keyring: KeyRing): Sidecar {
  type Row = Pick<Selectable<SidecarTable>, 'record_id' | 'body_sealed'>;

  function opened(place: SidecarPlace, { record_id, body_sealed }: Row): Kept {
    const body = JSON.parse(keyring.open(body_sealed, contextOf({ ...place, record_id }))) as Kept | Kept['fields'];
    // What was said about vendors before commands kept anything here is nothing but fields.
    return 'writes' in body ? (body as Kept) : { ...NOTHING_KEPT, fields: body as Kept['fields'] };
  }

  const rowsAt = ({ connection, kind, scope }: SidecarPlace, db: Kysely<LedgerTables> = store.ledger) =>
    db
      .selectFrom('sidecar')
      .select(['record_id', 'body_sealed'])
      .where('connection', '=', connection)
      .where('kind', '=', kind)
      .where('scope', '=', scope);

  return {
    async get(key, db) {
      const row = await rowsAt(key, db).where('record_id', '=', key.record_id).executeTakeFirst();
      return row && opened(key, row);
    },

    async getMany(place, ids) {
      const found = new Map<string, Kept>();
      for (const chunk of chunksOf([...ids])) {
        const rows = await rowsAt(place).where('record_id', 'in', chunk).execute();
        for (const row of rows) found.set(row.record_id, opened(place, row));
      }
      return found;
    },

    async own(place, { under_any_id, since, property_id, after, limit }) {
      let query = rowsAt(place).where('record_id', '>', after ?? (under_any_id === true ? '' : OWN));
      if (under_any_id !== true) query = query.where('record_id', '<', END_OF_OWN);
      if (property_id !== undefined) query = query.where('property_id', '=', property_id);
      if (since !== undefined) query = query.where('updated_at', '>=', since);
      const rows = await query.orderBy('record_id').limit(limit).execute();
      return rows.map((row) => ({ record_id: row.record_id, kept: opened(place, row) }));
    },

    async put(trx, key, kept, { at, who }) {
      const { connection, kind, scope, record_id } = key;
      const values = {
        body_sealed: keyring.seal(JSON.stringify(kept), contextOf(key)),
        updated_at: at,
        updated_by: who,
        property_id: propertyOf(record_id, kept),
      };
      await trx
        .insertInto('sidecar')
        .values({ connection, kind, scope, record_id, ...values })
        .onConflict((conflict) => conflict.columns(['connection', 'kind', 'scope', 'record_id']).doUpdateSet(values))
        .execute();
    },
  };
}

/** The property of a whole record; what is kept beside one of the PMS is found by its id alone. */
function propertyOf(recordId: string, { fields: { id, property_id } }: Kept): string | null {
  return id === recordId && typeof property_id === 'string' ? property_id : null;
}

/** The first text after all that begin with `ct_`; the store compares ids by code point. */
const END_OF_OWN = 'ct`';
