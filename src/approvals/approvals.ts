import type { Insertable, Kysely, Selectable } from 'kysely';
import type { ApprovalTable, LedgerTables } from '../store/schema.ts';

/** Why a person has to decide, in the words shown to the requester and to the person. */
export const APPROVAL_RULES = {
  legal: 'it changes a lease, and that is always decided by a person',
  over_call_limit: 'the amount is above what may be posted in one call without a person',
  over_day_limit: 'the amount is above what may be posted in a day without a person',
  over_nte: 'the cost limit is above what may be committed at this property without a person',
  not_reversible: 'this PMS cannot take it back by API',
  looks_posted: 'it looks like an invoice that was entered before',
  vendor_override: 'the PMS would do it only if a person overrides one of its rules',
} as const;
export type ApprovalRule = keyof typeof APPROVAL_RULES;

export type ApprovalRow = Selectable<ApprovalTable>;
type Db = Kysely<LedgerTables>;

export async function requestApproval(db: Db, row: Insertable<ApprovalTable>): Promise<void> {
  await db.insertInto('approvals').values(row).execute();
}

/** The approval of a write that was asked for last. */
export async function approvalOf(db: Db, writeId: string): Promise<ApprovalRow | undefined> {
  return db
    .selectFrom('approvals')
    .selectAll()
    .where('write_id', '=', writeId)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** One approval by its id, or by the id of its write. */
export async function findApproval(db: Db, id: string): Promise<ApprovalRow | undefined> {
  return db
    .selectFrom('approvals')
    .selectAll()
    .where((eb) => eb.or([eb('approval_id', '=', id), eb('write_id', '=', id)]))
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export async function listApprovals(
  db: Db,
  filter: { states: readonly ApprovalRow['state'][]; limit: number },
): Promise<ApprovalRow[]> {
  return db
    .selectFrom('approvals')
    .selectAll()
    .where('state', 'in', [...filter.states])
    .orderBy('created_at')
    .limit(filter.limit)
    .execute();
}

/** Closes a waiting approval; false where it no longer waits. */
export async function closeApproval(
  db: Db,
  approvalId: string,
  values: {
    state: Exclude<ApprovalRow['state'], 'waiting'>;
    decided_by: string | null;
    decided_at: number;
    note_sealed: string | null;
  },
): Promise<boolean> {
  const result = await db
    .updateTable('approvals')
    .set(values)
    .where('approval_id', '=', approvalId)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}
