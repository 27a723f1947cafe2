import type { Kysely } from 'kysely';
import { insertRows } from './insert_rows.ts';
import type { LedgerTables } from './schema.ts';

/** Something that happened and that a caller may want to hear of. Ids and canonical values only, no personal data. */
export interface Change {
  connection: string | null;
  kind: string;
  scope: string;
  record_id: string;
  property_id: string | null;
  event: string;
  detail?: Record<string, unknown>;
}

/** Enters changes in the order in which they happened, in the transaction that they belong to. */
export async function recordChanges(db: Kysely<LedgerTables>, now: number, changes: readonly Change[]): Promise<void> {
  const rows = changes.map(({ connection, kind, scope, record_id, property_id, event, detail }) => ({
    at: now,
    connection,
    kind,
    scope,
    record_id,
    property_id,
    event,
    detail_json: JSON.stringify(detail ?? {}),
  }));
  await insertRows(db, 'changes', rows);
}
