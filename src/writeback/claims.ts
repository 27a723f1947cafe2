import type { StepResult } from '../connectors/connector.ts';
import { type CommandKind, COMMANDS } from '../model/commands.ts';
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

type Claimant = Pick<OpenWrite, 'row'>;

function placeOf({ row }: Claimant): { connection: string; kind: string; scope: string } {
  return { connection: row.connection, kind: row.record_kind, scope: row.scope };
}

function creates({ row }: Claimant): boolean {
  return COMMANDS[row.command_kind as CommandKind].creates;
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
export async function claimRecord(trx: Db, write: Claimant, recordId: string): Promise<void> {
  if (!creates(write)) return;
  const place = placeOf(write);
  const claim = { ...place, record_id: recordId, write_id: write.row.write_id };
  const { numAffectedRows } = await insertClaim(trx, claim);
  if (Number(numAffectedRows ?? 0) === 1) return;
  const [owner] = await ownersOf(trx, write, [recordId]);
  if (owner?.write_id !== write.row.write_id) throw new ClaimedByAnother();
}

async function ownersOf(
  db: Db,
  write: Claimant,
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

/** Whose the records are that a look-up has found: the first one that is free, or the writes that have taken them all. */
export async function takersOf(
  db: Db,
  write: Claimant,
  found: readonly StepResult[],
): Promise<{ free: StepResult } | { free: undefined; takers: string[] }> {
  const ids = found.flatMap(({ record }) => (record === undefined ? [] : [record.id]));
  const owners = ids.length > 0 && creates(write) ? await ownersOf(db, write, ids) : [];
  const others = new Map(
    owners.filter(({ write_id: id }) => id !== write.row.write_id).map((one) => [one.record_id, one.write_id]),
  );
  const free = found.find(({ record }) => record === undefined || !others.has(record.id));
  return free === undefined ? { free, takers: [...new Set(others.values())] } : { free };
}
