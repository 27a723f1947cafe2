import { enqueueNotification } from '../approvals/notifications.ts';
import { appendAudit } from '../audit/audit.ts';
import { type Connector, type StepResult, VendorError } from '../connectors/connector.ts';
import { COMMANDS } from '../model/commands.ts';
import type { RecordKind, RecordOf } from '../model/records.ts';
import { recordChanges } from '../store/changes.ts';
import { together } from '../store/together.ts';
import { claimRecord, ClaimedByAnother } from './claims.ts';
import { joinLine } from './dependency.ts';
import { needsAttention, settleReservations, tellPeople } from './endings.ts';
import { audit, change, lookUps, NO_LEASE, withEvidence } from './journal.ts';
import { newId } from './ids.ts';
import { type Db, moveWrite, type WriteRow } from './ledger.ts';
import { stepsOf, updateStep } from './step_rows.ts';
import type { OpenWrite } from './open_write.ts';
import { askUnderLease } from './pms_requests.ts';
import { fieldsWith, type Proof, prove } from './proof.ts';
import { recordIdOf } from './record_id.ts';
import { relatedRecords } from './related.ts';
import { connectorOf, type Runtime } from './runtime.ts';
import { answerIsUseless } from './trouble.ts';
import { followersOf, lookAfter, lookAt, wakeFollowers } from './waiting.ts';
import { isOwnRecord, showsOnlyLess } from './whose.ts';

/** The last step had its effect: read the record back, compare it, and close the write. */
export async function finish(runtime: Runtime, write: OpenWrite, result: StepResult): Promise<boolean> {
  const { row, command } = write;
  const id = recordIdOf(write, result);
  if (id === undefined) return answerIsUseless(runtime, write, result);
  const askedAt = runtime.clock();
  const after = await readBack(runtime, row, COMMANDS[command.kind].record, id);
  if (after === undefined) return readLater(runtime, write, result, id, LONGEST_READ_MS);
  const { capabilities } = connectorOf(runtime, row.connection);
  const proof = prove(command, write.before, after, capabilities);
  const lost = fieldsWith('not_stored', proof.fields);
  if (lost.length > 0) {
    // Until the PMS shows what it was told, what is missing may only be late.
    const lag = capabilities.settling.read_lag_ms;
    if (lag > 0 && (await heardAt(runtime, row)) + lag > runtime.clock())
      return readLater(runtime, write, result, id, lag);
  }
  if (isTwin(write) || (lost.length > 0 && !showsOnlyLess(write, after, lost))) {
    // A search may take longer than the sender's lease: what was answered is on record before.
    if (row.state === 'sending') return readAgain(runtime, write, result, id);
    const isOwn = await isOwnRecord(runtime, write, id, lost).catch(unlessVendorError);
    if (isOwn === undefined) return readLater(runtime, write, result, id, LONGEST_READ_MS);
    if (!isOwn) return isAnothers(runtime, write, result);
  }
  try {
    await close(runtime, write, result, id, proof);
  } catch (error) {
    if (error instanceof ClaimedByAnother) return answerIsUseless(runtime, write, result);
    throw error;
  }
  await refreshMirror(runtime, write, COMMANDS[command.kind].record, id, after, askedAt);
  return false;
}

/** Whether there is an equal write whose record would show just what this one's does, should the PMS name that. */
function isTwin({ row, command }: OpenWrite): boolean {
  return row.not_duplicate_of !== null && COMMANDS[command.kind].creates;
}

function unlessVendorError(error: unknown): undefined {
  if (!(error instanceof VendorError)) throw error;
}

/** The longest wait before a record that was not found is read again. */
const LONGEST_READ_MS = 15_000;

/** The PMS named a record that another write has made, or a person. */
function isAnothers(runtime: Runtime, write: OpenWrite, result: StepResult): Promise<boolean> {
  return write.row.step_index === 0
    ? answerIsUseless(runtime, write, result)
    : needsAttention(
        runtime,
        write,
        'The PMS named the record of something else, and parts of this were carried out on it.',
      );
}

/** When the PMS's answer to the last request was first known; now, where it has just come. */
async function heardAt(runtime: Runtime, row: WriteRow): Promise<number> {
  if (row.state === 'sending') return runtime.clock();
  const step = (await stepsOf(runtime.store.ledger, row.write_id))[row.step_index];
  return step?.answered_at ?? runtime.clock();
}

/** What was answered is kept, and the record is read once more, after a wait that grows up to `longest`. */
async function readLater(
  runtime: Runtime,
  { row }: OpenWrite,
  result: StepResult,
  id: string,
  longest: number,
): Promise<boolean> {
  const now = runtime.clock();
  await runtime.store.transaction(async (trx) => {
    const step = (await stepsOf(trx, row.write_id))[row.step_index];
    await updateStep(trx, row.write_id, row.step_index, {
      state: 'proved',
      result_json: JSON.stringify(result),
      answered_at: step?.answered_at ?? now,
      evidence_json: withEvidence(step, { at: now, event: 'not read back yet' }),
    });
    const wait = Math.min(longest, lookAfter(step === undefined ? 0 : lookUps(step)));
    const values = { ...NO_LEASE, record_id: id };
    await lookAt(trx, runtime, row, row.state === 'sending' ? 'answer' : 'wait', now + wait, values);
  });
  return false;
}

/** What was answered is kept, and the record is read once more without a lease. */
async function readAgain(runtime: Runtime, write: OpenWrite, result: StepResult, id: string): Promise<boolean> {
  await readLater(runtime, write, result, id, 0);
  return true;
}

/** The proved write, with everything that belongs to it, in one transaction. */
async function close(runtime: Runtime, write: OpenWrite, result: StepResult, id: string, proof: Proof): Promise<void> {
  const { row, command } = write;
  const now = runtime.clock();
  await runtime.store.transaction(async (trx) => {
    await together([
      claimRecord(trx, write, id),
      updateStep(trx, row.write_id, row.step_index, {
        state: 'proved',
        result_json: JSON.stringify(result),
        answered_at: now,
      }),
      moveWrite(trx, row, row.state === 'sending' ? ['answer', 'prove'] : 'prove', now, {
        record_id: id,
        posting: result.posting ?? 'posted',
        proof: proof.proof,
        proof_json: JSON.stringify(proof.fields),
        done_at: now,
        error_code: null,
        error_message: null,
        ...NO_LEASE,
      }),
      settleReservations(trx, row, 'done'),
      appendAudit(trx, runtime.keyring, [
        audit(write, 'write.done', now, 'done', { record_id: id, proof: proof.proof, fields: proof.fields }),
      ]),
      recordChanges(trx, now, [change(write, COMMANDS[command.kind].record, id, command.kind)]),
    ]);
    // Only now: until the entry of the audit was ours, others may have been recorded as waiting for this write.
    const followers = await followersOf(trx, row);
    if (followers.dependents.length > 0) await joinLine(trx, write, id);
    await wakeFollowers(trx, runtime, followers);
    await tellPeople(trx, runtime, write, id, now);
    await tellOfLoss(trx, runtime, write, proof, now);
  });
}

/** Money and leases of which the PMS kept less than was asked are looked at by a person. */
async function tellOfLoss(
  trx: Db,
  runtime: Runtime,
  { row }: OpenWrite,
  { fields }: Proof,
  now: number,
): Promise<void> {
  const lost = fieldsWith('not_stored', fields);
  if (row.risk === 'write' || lost.length === 0) return;
  await enqueueNotification(trx, runtime.keyring, {
    id: newId('n', now),
    kind: 'write.not_stored',
    now,
    body: { write_id: row.write_id, tool: row.tool, not_stored: lost },
  });
}

/** The record as the PMS shows it now; undefined where it shows none, or cannot be asked. */
async function readBack(
  runtime: Runtime,
  row: WriteRow,
  kind: RecordKind,
  id: string,
): Promise<Record<string, unknown> | undefined> {
  const read = (connector: Connector, signal: AbortSignal) =>
    connector.get(kind, row.scope, id, signal) as Promise<Record<string, unknown> | undefined>;
  return askUnderLease(runtime, row, read).catch(unlessVendorError);
}

/** The mirror is only a copy: where it cannot be brought up to date now, the next read or load does it. */
async function refreshMirror(
  runtime: Runtime,
  write: OpenWrite,
  kind: RecordKind,
  id: string,
  after: Record<string, unknown>,
  askedAt: number,
): Promise<void> {
  try {
    await learn(runtime, write, kind, after, askedAt);
    for (const related of relatedRecords(write.command, write.before)) {
      const relatedAt = runtime.clock();
      const record = await readBack(runtime, write.row, related.kind, related.id);
      if (record !== undefined) await learn(runtime, write, related.kind, record, relatedAt);
    }
  } catch (error) {
    runtime.onTrouble('mirror_refresh', `${write.row.write_id}:${id}`, error);
  }
}

async function learn(
  { mirror }: Runtime,
  { row: { connection, scope } }: OpenWrite,
  kind: RecordKind,
  record: Record<string, unknown>,
  askedAt: number,
): Promise<void> {
  await mirror.put(connection, kind, scope, [record as RecordOf<RecordKind>], askedAt, { proved: true });
}
