import { enqueueNotification } from '../approvals/notifications.ts';
import { appendAudit } from '../audit/audit.ts';
import { type Connector, type StepResult, VendorError } from '../connectors/connector.ts';
import { changedRecordId, COMMANDS } from '../model/commands.ts';
import type { RecordKind, RecordOf } from '../model/records.ts';
import { recordChanges } from '../store/changes.ts';
import { settleReservations, tellPeople } from './endings.ts';
import { withinTime } from './deadline.ts';
import { audit, change } from './journal.ts';
import { newId } from './ids.ts';
import { type Db, moveWrite, updateStep } from './ledger.ts';
import type { OpenWrite } from './open_write.ts';
import { fieldsWith, type Proof, prove } from './proof.ts';
import { relatedRecords } from './related.ts';
import { connectorOf, type Runtime } from './runtime.ts';

/** The last step had its effect: read the record back, compare it, and close the write. */
export async function finish(runtime: Runtime, write: OpenWrite, result: StepResult): Promise<void> {
  const { row, command } = write;
  const connector = connectorOf(runtime, row.connection);
  const kind = COMMANDS[command.kind].record;
  const id = result.record?.id ?? changedRecordId(command) ?? row.record_id ?? undefined;
  const askedAt = runtime.clock();
  const after = id === undefined ? undefined : await readBack(connector, kind, row.scope, id);
  const now = runtime.clock();
  if (id === undefined || after === undefined) {
    await runtime.store.transaction(async (trx) => {
      await updateStep(trx, row.write_id, row.step_index, {
        result_json: JSON.stringify(result),
        answered_at: now,
      });
      await moveWrite(trx, row, 'sent', now, { record_id: id ?? null, next_attempt_at: now + 2_000, lease_until: now });
    });
    return;
  }
  const proof = prove(command, write.before, after, connector.capabilities);
  await runtime.store.transaction(async (trx) => {
    await updateStep(trx, row.write_id, row.step_index, {
      state: 'proved',
      result_json: JSON.stringify(result),
      answered_at: now,
    });
    if (row.state === 'sending') await moveWrite(trx, row, 'sent', now);
    await moveWrite(trx, { ...row, state: 'sent' }, 'done', now, {
      record_id: id,
      posting: result.posting ?? 'posted',
      proof: proof.proof,
      proof_json: JSON.stringify(proof.fields),
      done_at: now,
      error_code: null,
      error_message: null,
      lease_owner: null,
      lease_until: null,
    });
    await settleReservations(trx, write, 'done');
    await appendAudit(trx, runtime.keyring, [
      audit(write, 'write.done', now, 'done', { record_id: id, proof: proof.proof, fields: proof.fields }),
    ]);
    await recordChanges(trx, now, [change(write, kind, id, command.kind)]);
    await tellPeople(trx, runtime, write, id, now);
    await tellOfLoss(trx, runtime, write, proof, now);
  });
  await refreshMirror(runtime, write, kind, id, after, askedAt);
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

async function readBack(
  connector: Connector,
  kind: RecordKind,
  scope: string,
  id: string,
): Promise<Record<string, unknown> | undefined> {
  try {
    return await withinTime(
      connector.capabilities.request_deadline_ms,
      (signal) => connector.get(kind, scope, id, signal) as Promise<Record<string, unknown> | undefined>,
    );
  } catch (error) {
    if (error instanceof VendorError) return undefined;
    throw error;
  }
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
  const { connection, scope } = write.row;
  try {
    await learn(runtime, write, kind, after, askedAt);
    for (const related of relatedRecords(write.command, write.before)) {
      const relatedAt = runtime.clock();
      const record = await readBack(connectorOf(runtime, connection), related.kind, scope, related.id);
      if (record !== undefined) await learn(runtime, write, related.kind, record, relatedAt);
    }
  } catch (error) {
    runtime.onTrouble('mirror_refresh', `${write.row.write_id}:${id}`, error);
  }
}

async function learn(
  { mirror, sidecar }: Runtime,
  { row: { connection, scope } }: OpenWrite,
  kind: RecordKind,
  record: Record<string, unknown>,
  askedAt: number,
): Promise<void> {
  const given = [record as RecordOf<RecordKind>];
  const whole = sidecar === undefined ? given : await sidecar.apply(connection, kind, scope, given);
  await mirror.put(connection, kind, scope, whole, askedAt, { proved: true });
}
