import type { StepResult } from '../connectors/connector.ts';
import { COMMANDS } from '../model/commands.ts';
import { prepared } from '../store/prepared.ts';
import type { ClaimTable } from '../store/schema.ts';
import type { Db } from './ledger.ts';
import type { OpenWrite } from './open_write.ts';

/*
 * A record of the PMS is the effect of one write at most. Where a vendor's answers or a look-up name a record by what
 * two equal writes have in common, the claim decides whose it is, and the other one goes on looking.
 */

/** Thrown where a record turned out to be the effect of another write, within the transaction that was to claim it. */
export class ClaimedByAnother extends Error {
  override name = 'ClaimedByAnother';
}

function placeOf({ row, command }: OpenWrite): { connection: string; kind: string; scope: string } {
  return { connection: row.connection, kind: COMMANDS[command.kind].record, scope: row.scope };
}

const insertClaim = prepared<ClaimTable>()((db: Db, argument) =>
  db
    .insertInto('claims')
    .values({
      connection: argument('connection'),
      kind: argument('kind'),
      scope: argument('scope'),
      record_id: argument('record_id'),
      write_id: argument('write_id'),
    })
    .onConflict((conflict) => conflict.columns(['connection', 'kind', 'scope', 'record_id']).doNothing()),
);

/** Claims the record that a write has created. Throws `ClaimedByAnother`. */
export async function claimRecord(trx: Db, write: OpenWrite, recordId: string): Promise<void> {
  if (!COMMANDS[write.command.kind].creates) return;
  const place = placeOf(write);
  const claim = { ...place, record_id: recordId, write_id: write.row.write_id };
  const { numAffectedRows } = await insertClaim(trx, claim);
  if (Number(numAffectedRows ?? 0) === 1) return;
  const [owner] = await ownersOf(trx, write, [recordId]);
  if (owner?.write_id !== write.row.write_id) throw new ClaimedByAnother();
}

async function ownersOf(
  db: Db,
  write: OpenWrite,
  ids: readonly string[],
): Promise<{ record_id: string; write_id: string }[]> {
  const { connection, kind, scope } = placeOf(write);
  return db
    .selectFrom('claims')
    .select(['record_id', 'write_id'])
    .where('connection', '=', connection)
    .where('kind', '=', kind)
    .where('scope', '=', scope)
    .where('record_id', 'in', [...ids])
    .execute();
}

/** The first of several effects found that no other write has claimed; undefined where all of them are somebody else's. */
export async function firstUnclaimed(
  db: Db,
  write: OpenWrite,
  found: readonly StepResult[],
): Promise<StepResult | undefined> {
  const ids = found.flatMap(({ record }) => (record === undefined ? [] : [record.id]));
  if (ids.length === 0 || !COMMANDS[write.command.kind].creates) return found[0];
  const owners = new Map((await ownersOf(db, write, ids)).map(({ record_id, write_id }) => [record_id, write_id]));
  return found.find(({ record }) => {
    const owner = record === undefined ? undefined : owners.get(record.id);
    return owner === undefined || owner === write.row.write_id;
  });
}

/**
 * When the last request of an equal write can have taken effect at the latest, as it was journaled; epoch milliseconds.
 * Until then a record that fits two equal writes may be either's, and the absence of a second one proves nothing.
 */
export async function lastDeadlineOfEquals(db: Db, { row }: OpenWrite): Promise<number | undefined> {
  const found = await db
    .selectFrom('writes')
    .innerJoin('write_steps', 'write_steps.write_id', 'writes.write_id')
    .select(({ fn }) => fn.max('write_steps.deadline_at').as('deadline'))
    .where('writes.connection', '=', row.connection)
    .where('writes.command_digest', '=', row.command_digest)
    .where('writes.write_id', '!=', row.write_id)
    .executeTakeFirst();
  return found?.deadline == null ? undefined : Number(found.deadline);
}
