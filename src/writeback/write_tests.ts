import { appendAudit } from '../audit/audit.ts';
import type { CommandKind } from '../model/commands.ts';
import type { KeyRing } from '../store/keyring.ts';
import type { WriteTestTable } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { Db, WriteRow } from './ledger.ts';
import { type FieldOutcome, fieldsWith } from './proof.ts';

/*
 * Changes that a person makes to see whether a connection carries them out. What such a change has proved lets others of
 * its kind be sent that rest on no better evidence than a guess about the PMS.
 */

/** A test by the request that it is recorded under. */
export interface WriteTestKey {
  connection: string;
  principal: string;
  request_id: string;
  kind: CommandKind;
}

/** That a connection has carried out a kind of change: when, for whom, and what came of each field. */
export interface WriteProof {
  kind: string;
  /** Epoch milliseconds. */
  at: number;
  by: string;
  write_id: string;
  fields: Readonly<Record<string, FieldOutcome>>;
}

/** Notes that the request with this id will be a test, before it is made. */
export async function noteWriteTest(store: Store, { kind, ...key }: WriteTestKey): Promise<void> {
  const row = { ...key, command_kind: kind, asked_at: store.clock() };
  await store.transaction((trx) => trx.insertInto('write_tests').values(row).execute());
}

/** Whether a request is a test that a person has asked for: it is sent however far the connection's rollout is. */
export async function isWriteTest(db: Db, { connection, principal, request_id, kind }: WriteTestKey): Promise<boolean> {
  const row = await db
    .selectFrom('write_tests')
    .select('request_id')
    .where('principal', '=', principal)
    .where('request_id', '=', request_id)
    .where('connection', '=', connection)
    .where('command_kind', '=', kind)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether a kind of change has been proved on a connection. */
export async function isProved(db: Db, connection: string, kind: CommandKind): Promise<boolean> {
  const row = await db
    .selectFrom('write_tests')
    .select('request_id')
    .where('connection', '=', connection)
    .where('command_kind', '=', kind)
    .where('proved_at', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The request ids of tests that this principal began and that nothing has been proved by, latest first. */
export async function openWriteTests(
  db: Db,
  { connection, principal, kind }: Omit<WriteTestKey, 'request_id'>,
): Promise<string[]> {
  const rows = await db
    .selectFrom('write_tests')
    .select('request_id')
    .where('principal', '=', principal)
    .where('connection', '=', connection)
    .where('command_kind', '=', kind)
    .where('proved_at', 'is', null)
    .orderBy('asked_at', 'desc')
    .execute();
  return rows.map(({ request_id }) => request_id);
}

/** What of a finished write keeps it from proving its kind; undefined where nothing does. */
export function whyNoProof(row: WriteRow): string | undefined {
  if (row.state !== 'done') return `the write is ${row.state}`;
  const lost = fieldsWith('not_stored', outcomesOf(row));
  return lost.length === 0 ? undefined : `the PMS did not keep ${lost.join(', ')}`;
}

function outcomesOf({ proof_json }: WriteRow): Record<string, FieldOutcome> {
  return proof_json === null ? {} : (JSON.parse(proof_json) as Record<string, FieldOutcome>);
}

/** Keeps that a test has proved its kind, with an entry in the audit log. Throws `RangeError` where it has not. */
export async function keepWriteProof(
  { store, keyring }: { store: Store; keyring: KeyRing },
  key: WriteTestKey,
  row: WriteRow,
): Promise<WriteProof> {
  const missing = whyNoProof(row);
  if (missing !== undefined) throw new RangeError(`no proof: ${missing}`);
  const { connection, principal, request_id, kind } = key;
  const at = store.clock();
  const fields = outcomesOf(row);
  await store.transaction(async (trx) => {
    await trx
      .updateTable('write_tests')
      .set({ write_id: row.write_id, proved_at: at, fields_json: JSON.stringify(fields) })
      .where('principal', '=', principal)
      .where('request_id', '=', request_id)
      .execute();
    const payload = { connection, kind, fields };
    const event = { at, actor: principal, action: 'connection.proved', subject: row.write_id, outcome: kind, payload };
    await appendAudit(trx, keyring, [event]);
  });
  return { kind, at, by: principal, write_id: row.write_id, fields };
}

/** The latest proof of each kind on a connection. */
export async function writeProofs(db: Db, connection: string): Promise<WriteProof[]> {
  const rows = await db
    .selectFrom('write_tests')
    .selectAll()
    .where('connection', '=', connection)
    .where('proved_at', 'is not', null)
    .orderBy('proved_at')
    .execute();
  return [...new Map(rows.map((row) => [row.command_kind, proofOf(row)])).values()];
}

function proofOf({ command_kind, proved_at, principal, write_id, fields_json }: WriteTestTable): WriteProof {
  return {
    kind: command_kind,
    at: Number(proved_at),
    by: principal,
    write_id: write_id ?? '',
    fields: JSON.parse(fields_json ?? '{}') as Record<string, FieldOutcome>,
  };
}
