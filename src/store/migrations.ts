import { type Kysely, sql, type Transaction } from 'kysely';
import { addWriteTestsAndDrift } from './connection-tables.ts';
import { DIALECTS, type Migration } from './dialect.ts';
import type { Engine } from './half.ts';
import { addClaimsAndPace, createLedger } from './ledger-tables.ts';
import { createMirror } from './mirror-tables.ts';
import { addSidecarProperties } from './sidecar-tables.ts';
import { StoreUnavailable } from './unavailable.ts';

/** The two halves of a store, versioned apart: the mirror can be loaded again, the ledger cannot. */
export type Part = 'ledger' | 'mirror';

const MIGRATIONS: Record<Part, readonly Migration[]> = {
  ledger: [createLedger, addClaimsAndPace, addWriteTestsAndDrift, addSidecarProperties],
  mirror: [createMirror],
};

/** The version that this program brings a part to: how many migrations it has had. */
export function latestVersion(part: Part): number {
  return MIGRATIONS[part].length;
}

/** The store was written by a later version of Caretaker, whose tables this one does not know. */
export class StoreTooNew extends Error {
  override readonly name = 'StoreTooNew';

  constructor(part: Part, found: number) {
    super(
      `The ${part} of this store has version ${found}, and this version of Caretaker knows versions up to ` +
        `${latestVersion(part)}. Start the newer Caretaker that wrote it, or restore a backup made before the update.`,
    );
  }
}

async function versionOf<Tables>(db: Kysely<Tables>, part: Part): Promise<number> {
  const { rows } = await sql<{ version: number }>`select version from schema_versions where part = ${part}`.execute(db);
  return rows[0]?.version ?? 0;
}

/** Whether there is nothing to migrate, as a reader can tell without any lock. */
export async function isUpToDate<Tables>(db: Kysely<Tables>, part: Part): Promise<boolean> {
  try {
    return (await versionOf(db, part)) === latestVersion(part);
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    // A new file has no table of versions yet.
    return false;
  }
}

/** Brings one part up to date inside `trx`, which holds the lock under which migrations run. */
export async function migrate<Tables>(trx: Transaction<Tables>, engine: Engine, part: Part): Promise<void> {
  const dialect = DIALECTS[engine];
  const { text, integer, table } = dialect;
  await sql
    .raw(
      `create table if not exists schema_versions
        (part ${text} not null primary key, version ${integer} not null) ${table}`,
    )
    .execute(trx);
  const found = await versionOf(trx, part);
  const latest = latestVersion(part);
  if (found > latest) throw new StoreTooNew(part, found);
  if (found === latest) return;
  for (const migration of MIGRATIONS[part].slice(found)) {
    for (const statement of migration(dialect)) await sql.raw(statement).execute(trx);
  }
  await sql`insert into schema_versions (part, version) values (${part}, ${latest})
    on conflict (part) do update set version = excluded.version`.execute(trx);
}
