import { APPROVAL_RULES, type ApprovalRule, requestApproval } from '../approvals/approvals.ts';
import { announceApproval } from './endings.ts';
import { newId } from './ids.ts';
import type { Intent } from './intent.ts';
import { type Db, spentSince } from './ledger.ts';
import type { OpenWrite } from './open_write.ts';
import type { Runtime } from './runtime.ts';

/** The decision of a person that an intent has to wait for, and why. */
export async function approvalNeeded(
  trx: Db,
  intent: Intent,
  irreversible: boolean,
): Promise<{ rule: ApprovalRule; reason: string } | undefined> {
  const because = (rule: ApprovalRule) => ({ rule, reason: APPROVAL_RULES[rule] });
  if (intent.risk === 'legal') return because('legal');
  const [asked] = intent.approvals;
  if (asked !== undefined)
    return irreversible ? { ...asked, reason: `${asked.reason}; and ${APPROVAL_RULES.not_reversible}` } : asked;
  if (intent.risk !== 'money' || intent.amount === undefined) return undefined;
  if (irreversible) return because('not_reversible');
  const limit = intent.grant.limits[intent.tool] ?? { call: 0, day: 0 };
  if (intent.amount > limit.call) return because('over_call_limit');
  const spent = await spentSince(trx, intent.grant.principal, intent.tool, intent.day_start);
  return spent + intent.amount > limit.day ? because('over_day_limit') : undefined;
}

/** Until when a person has to decide; epoch milliseconds. */
export function decideBy(runtime: Runtime, intent: Intent, now: number): number {
  return Math.min(intent.not_after, now + runtime.policy.approval_ms);
}

/** Puts a write that was just recorded before a person. */
export async function askPerson(
  trx: Db,
  runtime: Runtime,
  write: OpenWrite,
  approval: { rule: ApprovalRule; reason: string },
  now: number,
): Promise<void> {
  const { row } = write;
  const approvalId = newId('ap', now);
  await requestApproval(trx, {
    approval_id: approvalId,
    write_id: row.write_id,
    command_digest: row.command_digest,
    rule: approval.rule,
    reason: approval.reason,
    requested_by: row.principal,
    requester_owner: row.owner,
    property_id: row.property_id,
    state: 'waiting',
    decide_by: row.next_attempt_at,
    created_at: now,
    decided_at: null,
    decided_by: null,
    note_sealed: null,
  });
  await announceApproval(trx, runtime, write, { approvalId, rule: approval.rule, decideBy: row.next_attempt_at }, now);
}
