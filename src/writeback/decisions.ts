import { appendAudit, oneAtATime } from '../audit/audit.ts';
import { type ApprovalRow, closeApproval, findApproval } from '../approvals/approvals.ts';
import { allowsProperty, type Grant } from '../grants/grant.ts';
import { CaretakerError } from '../model/errors.ts';
import { recordChanges } from '../store/changes.ts';
import { claimRecord, ClaimedByAnother } from './claims.ts';
import { type Db, moveWrite, writeById, type WriteRow } from './ledger.ts';
import { openWrite, type OpenWrite } from './open_write.ts';
import type { Runtime } from './runtime.ts';
import { endUndecided, endUnsentIn, mayHaveEffect, settleReservations, tellPeople } from './endings.ts';
import { audit, change } from './journal.ts';
import { carryOutOwnStep, type OwnStep } from './own_step.ts';
import { followersOf, lookAt, wakeFollowers } from './waiting.ts';

/*
 * What people decide. A person's key is needed each time, whose owner is not the one who asked; a role from the command
 * line decides nothing.
 */

/** Throws `not_permitted` unless the grant belongs to a person who may decide. */
function mayDecide(grant: Grant): void {
  if (grant.kind !== 'person' || grant.from_role || !grant.scopes.has('approvals:decide'))
    throw new CaretakerError(
      'not_permitted',
      "Deciding needs a person's key with the scope approvals:decide. Nothing was decided.",
    );
}

function isRequester(grant: Grant, row: { owner: string; principal: string }): boolean {
  return [row.owner, row.principal].some((name) => name === grant.owner || name === grant.principal);
}

/** The decision of a person on an approval, by its id or its write's. Returns the write, to be sent if approved. */
export async function decideApproval(
  runtime: Runtime,
  grant: Grant,
  id: string,
  decision: { approve: boolean; note?: string },
): Promise<OpenWrite> {
  mayDecide(grant);
  const now = runtime.clock();
  return runtime.store.transaction(async (trx) => {
    await oneAtATime(trx, runtime.store.engine);
    const approval = await findApproval(trx, id);
    const row = approval === undefined ? undefined : await writeById(trx, approval.write_id);
    if (
      approval === undefined ||
      row === undefined ||
      row.organisation !== grant.organisation ||
      !allowsProperty(grant, row.connection, row.property_id ?? undefined)
    )
      throw new CaretakerError('not_found', 'There is no such approval.', { next: 'caretaker approvals list' });
    if (isRequester(grant, row))
      throw new CaretakerError(
        'not_permitted',
        'The one who asked, or who answers for it, cannot decide it. Nothing was decided.',
      );
    const write = openWrite(runtime.keyring, row);
    if (approval.state !== 'waiting')
      throw new CaretakerError('conflict', `This approval is ${approval.state} already. Nothing was changed.`);
    if (row.state !== 'awaiting_approval')
      throw new CaretakerError('conflict', `The change is ${row.state} already. Nothing was changed.`);
    if (approval.decide_by <= now)
      throw new CaretakerError('conflict', 'The time to decide this is over. Nothing was changed.');
    if (approval.command_digest !== row.command_digest)
      throw new CaretakerError('conflict', 'What was approved is not what would be sent. Nothing was sent.');
    await close(trx, runtime, grant, approval, decision, now);
    await appendAudit(trx, runtime.keyring, [
      audit(
        write,
        decision.approve ? 'approval.approved' : 'approval.rejected',
        now,
        decision.approve ? 'approved' : 'rejected',
        { approval_id: approval.approval_id, rule: approval.rule, digest: row.command_digest, note: decision.note },
        grant.principal,
      ),
    ]);
    await recordChanges(trx, now, [
      change(write, 'approval', approval.approval_id, decision.approve ? 'approved' : 'rejected'),
    ]);
    if (!decision.approve) {
      const state = await endUndecided(trx, runtime, write, 'reject', now);
      return { ...write, row: { ...row, state } };
    }
    await lookAt(trx, runtime, row, 'approve', now);
    return { ...write, row: { ...row, state: 'ready', next_attempt_at: now } };
  });
}

async function close(
  trx: Parameters<typeof closeApproval>[0],
  runtime: Runtime,
  grant: Grant,
  approval: ApprovalRow,
  decision: { approve: boolean; note?: string },
  now: number,
): Promise<void> {
  const closed = await closeApproval(trx, approval.approval_id, {
    state: decision.approve ? 'approved' : 'rejected',
    decided_by: grant.principal,
    decided_at: now,
    note_sealed:
      decision.note === undefined ? null : runtime.keyring.seal(decision.note, `approval:${approval.approval_id}:note`),
  });
  if (!closed) throw new CaretakerError('conflict', 'Somebody else has just decided this. Nothing was changed.');
}

/** What people are to be told once it is done; nothing where the write is one that cannot be opened any more. */
function noticesOf(runtime: Runtime, row: WriteRow): OpenWrite['notices'] {
  try {
    return openWrite(runtime.keyring, row).notices;
  } catch {
    return [];
  }
}

/** What a person says that a write has made is no other write's from then on. */
async function claimFor(trx: Db, write: Pick<OpenWrite, 'row'>, recordId: string | null): Promise<void> {
  if (recordId === null) return;
  try {
    await claimRecord(trx, write, recordId);
  } catch (error) {
    if (!(error instanceof ClaimedByAnother)) throw error;
    throw new CaretakerError('conflict', `Record ${recordId} was made by another write. Nothing was changed.`, {
      next: 'caretaker writes list shows which; name the record that this one made, or say that it did not happen',
    });
  }
}

/** What a person has found out about a write, and where. */
interface Finding {
  happened: boolean;
  record_id?: string;
  note: string;
}

/**
 * A person says what became of a write that no machine could find out. What Caretaker itself had to do of one that
 * happened is done first: if it cannot be, nothing is resolved.
 */
export async function resolveWrite(runtime: Runtime, grant: Grant, writeId: string, finding: Finding): Promise<void> {
  mayDecide(grant);
  const asked = await resolvable(runtime.store.ledger, grant, writeId);
  const own = finding.happened ? await ownStepOf(runtime, asked, finding.record_id) : {};
  const now = runtime.clock();
  await runtime.store.transaction(async (trx) => {
    await oneAtATime(trx, runtime.store.engine);
    const row = await resolvable(trx, grant, writeId);
    const write = { row, notices: noticesOf(runtime, row) };
    const record_id = finding.record_id ?? own.record_id;
    if (finding.happened) await claimFor(trx, write, record_id ?? row.record_id);
    const state = await moveWrite(trx, row, finding.happened ? 'happened' : 'did_not_happen', now, {
      done_at: now,
      ...(record_id !== undefined && { record_id }),
      ...(finding.happened ? { proof: 'partial', error_code: null, error_message: null } : {}),
    });
    await settleReservations(trx, row, state);
    await appendAudit(trx, runtime.keyring, [
      audit(write, 'write.resolved', now, state, { ...finding, ...own }, grant.principal),
    ]);
    await recordChanges(trx, now, [change(write, 'write', writeId, `resolved_${state}`)]);
    if (finding.happened) await tellPeople(trx, runtime, write, record_id ?? row.record_id, now);
    await wakeFollowers(trx, runtime, await followersOf(trx, row));
  });
}

/** A write that the person may say something about, and that needs it. Throws `CaretakerError` where it is not. */
async function resolvable(db: Db, grant: Grant, writeId: string): Promise<WriteRow> {
  const row = await writeById(db, writeId);
  if (
    row === undefined ||
    row.organisation !== grant.organisation ||
    !allowsProperty(grant, row.connection, row.property_id ?? undefined)
  )
    throw new CaretakerError('not_found', 'There is no such write.', { next: 'caretaker writes list' });
  if (row.state !== 'needs_attention')
    throw new CaretakerError(
      'conflict',
      `This write is ${row.state}; only one that needs attention is resolved by hand.`,
    );
  if (isRequester(grant, row))
    throw new CaretakerError('not_permitted', 'The one who asked, or who answers for it, cannot resolve it.');
  return row;
}

/** What could not be opened any more is resolved all the same: nobody can tell what would have been kept of it. */
async function ownStepOf(runtime: Runtime, row: WriteRow, recordId: string | undefined): Promise<OwnStep> {
  let write: OpenWrite;
  try {
    write = openWrite(runtime.keyring, row);
  } catch {
    return {};
  }
  return carryOutOwnStep(runtime, write, recordId ?? row.record_id ?? undefined);
}

/** Takes back a write that has not been sent: by the one who asked for it, or the person who answers for that one. */
export async function withdrawWrite(runtime: Runtime, grant: Grant, writeId: string): Promise<void> {
  const now = runtime.clock();
  await runtime.store.transaction(async (trx) => {
    await oneAtATime(trx, runtime.store.engine);
    const row = await writeById(trx, writeId);
    if (row === undefined || row.organisation !== grant.organisation || !isRequester(grant, row))
      throw new CaretakerError('not_found', 'There is no such write of yours.', { next: 'caretaker writes list' });
    if (row.state !== 'awaiting_approval' && row.state !== 'ready')
      throw new CaretakerError('conflict', `This write is ${row.state}; only one that waits can be taken back.`);
    if (await mayHaveEffect(trx, row))
      throw new CaretakerError(
        'conflict',
        'A part of this write has been carried out, or may have been; it cannot be taken back.',
      );
    const approval = await findApproval(trx, writeId);
    if (approval?.state === 'waiting')
      await closeApproval(trx, approval.approval_id, {
        state: 'withdrawn',
        decided_by: grant.principal,
        decided_at: now,
        note_sealed: null,
      });
    await endUnsentIn(trx, runtime, openWrite(runtime.keyring, row), 'withdraw', undefined, now);
  });
}
