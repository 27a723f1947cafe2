import type { Kysely, Transaction } from 'kysely';
import type { RecordKind } from '../model/records.ts';
import type { KeyRing } from '../store/keyring.ts';
import type { MirrorTables } from '../store/schema.ts';
import { wholeRecord } from './sealed.ts';

/** How long it is known what a caller saw under an earlier version. */
const KEPT_MS = 48 * 3_600_000;

/** Kinds that update tools change, and whose earlier versions are therefore kept for a while. */
const VERSIONED: ReadonlySet<RecordKind> = new Set(['work_order', 'guest_card', 'tour', 'lease', 'resident']);

/** Keeps the rows that are about to be replaced. */
export async function keepVersions(
  trx: Transaction<MirrorTables>,
  { connection, kind, scope }: { connection: string; kind: RecordKind; scope: string },
  ids: readonly string[],
  now: number,
): Promise<void> {
  if (!VERSIONED.has(kind) || ids.length === 0) return;
  await trx
    .insertInto('mirror_versions')
    .columns(['connection', 'kind', 'scope', 'id', 'version', 'body_json', 'sealed', 'replaced_at'])
    .expression((eb) =>
      eb
        .selectFrom('mirror_records')
        .select(['connection', 'kind', 'scope', 'id', 'version', 'body_json', 'sealed'])
        .select(({ val }) => val(now).as('replaced_at'))
        .where('connection', '=', connection)
        .where('kind', '=', kind)
        .where('scope', '=', scope)
        .where('id', 'in', [...ids]),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await trx
    .deleteFrom('mirror_versions')
    .where('replaced_at', '<', now - KEPT_MS)
    .execute();
}

/** The record as it was under an earlier version; undefined where that is no longer known. */
export async function recordAt(
  db: Kysely<MirrorTables>,
  keyring: KeyRing,
  at: { connection: string; kind: RecordKind; scope: string; id: string; version: string },
): Promise<Record<string, unknown> | undefined> {
  const row = await db
    .selectFrom('mirror_versions')
    .selectAll()
    .where('connection', '=', at.connection)
    .where('kind', '=', at.kind)
    .where('scope', '=', at.scope)
    .where('id', '=', at.id)
    .where('version', '=', at.version)
    .executeTakeFirst();
  return row === undefined ? undefined : { ...wholeRecord(keyring, row) };
}
