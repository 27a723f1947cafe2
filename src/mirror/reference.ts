import type { Kysely } from 'kysely';
import type { RecordKind, RecordOf } from '../model/records.ts';
import type { KeyRing } from '../store/keyring.ts';
import { prepared } from '../store/prepared.ts';
import type { MirrorTables } from '../store/schema.ts';
import { frozen } from './kept.ts';
import type { PutTarget, Trx } from './keys.ts';
import { wholeRecord, type Mirrored } from './sealed.ts';

/** Kinds of which there are few and that change seldom, while nearly every call looks through all of them. */
const REFERENCE_KINDS = ['vendor', 'staff'] as const;
export type ReferenceKind = (typeof REFERENCE_KINDS)[number];

export const isReference = (kind: RecordKind): kind is ReferenceKind =>
  (REFERENCE_KINDS as readonly RecordKind[]).includes(kind);

/** Says in the database that records of a kind have changed, to this process and to every other one. */
export async function countRevision(trx: Trx, { connection, kind, scope }: PutTarget): Promise<void> {
  await trx
    .insertInto('mirror_state')
    .values({ connection, kind, scope, loaded_at: null, cursor: null, revision: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['connection', 'kind', 'scope'])
        .doUpdateSet((eb) => ({ revision: eb('mirror_state.revision', '+', 1) })),
    )
    .execute();
}

/** All records of a reference kind, whole, in the order of scope and id. They are shared: nobody may change them. */
export type ReadReference = <K extends ReferenceKind>(
  connection: string,
  kind: K,
) => Promise<readonly Mirrored<RecordOf<K>>[]>;

const revisions = prepared<{ connection: string; kind: string }>()((db: Kysely<MirrorTables>, argument) =>
  db
    .selectFrom('mirror_state')
    .select(['scope', 'revision'])
    .where('connection', '=', argument('connection'))
    .where('kind', '=', argument('kind'))
    .orderBy('scope'),
);

interface Kept {
  revision: string;
  rows: readonly Mirrored<object>[];
}

/** Reads whole reference kinds, decoded and decrypted once for as long as nothing in them changes. */
export function referenceReader(db: Kysely<MirrorTables>, keyring: KeyRing): ReadReference {
  const kept = new Map<string, Kept>();

  async function revisionOf(connection: string, kind: ReferenceKind): Promise<string> {
    const { rows } = await revisions(db, { connection, kind });
    return JSON.stringify(rows.map(({ scope, revision }) => [scope, revision]));
  }

  async function readAll<K extends ReferenceKind>(connection: string, kind: K): Promise<Mirrored<RecordOf<K>>[]> {
    const rows = await db
      .selectFrom('mirror_records')
      .select(['connection', 'kind', 'scope', 'id', 'version', 'as_of', 'body_json', 'sealed'])
      .where('connection', '=', connection)
      .where('kind', '=', kind)
      .orderBy('scope')
      .orderBy('id')
      .execute();
    return rows.map((row) => ({
      record: frozen(wholeRecord<K>(keyring, row)),
      scope: row.scope,
      version: row.version,
      as_of: row.as_of,
    }));
  }

  return async <K extends ReferenceKind>(connection: string, kind: K) => {
    const key = `${kind}\n${connection}`;
    // Before the records: where they change in between, what is kept is taken for older than it is and read again.
    const revision = await revisionOf(connection, kind);
    const known = kept.get(key);
    if (known?.revision === revision) return known.rows as readonly Mirrored<RecordOf<K>>[];
    const rows = await readAll(connection, kind);
    kept.set(key, { revision, rows });
    return rows;
  };
}
