import type { Kysely } from 'kysely';
import { prepared } from './prepared.ts';
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

type Entered = Omit<Change, 'detail'> & { at: number; detail_json: string };

const enter = prepared<Entered>()((db: Kysely<LedgerTables>, argument) =>
  db.insertInto('changes').values({
    at: argument('at'),
    connection: argument('connection'),
    kind: argument('kind'),
    scope: argument('scope'),
    record_id: argument('record_id'),
    property_id: argument('property_id'),
    event: argument('event'),
    detail_json: argument('detail_json'),
  }),
);

/** Enters changes in the order in which they happened, in the transaction that they belong to. */
export async function recordChanges(db: Kysely<LedgerTables>, now: number, changes: readonly Change[]): Promise<void> {
  for (const { detail, ...change } of changes)
    await enter(db, { ...change, at: now, detail_json: JSON.stringify(detail ?? {}) });
}
