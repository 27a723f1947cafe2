import type { AuditEvent } from '../audit/audit.ts';
import type { StepContext, StepRequest, StepResult } from '../connectors/connector.ts';
import type { Change } from '../store/changes.ts';
import { markerOf } from './ids.ts';
import type { StepRow } from './ledger.ts';
import { type OpenWrite, sealRequest } from './open_write.ts';
import { LEASE_MARGIN_MS, type Runtime } from './runtime.ts';

/*
 * What is written down about a write: the journal of its steps, its audit entries, its lines in the change feed.
 */

/** What a step is prepared and located with. */
export function stepContext(write: OpenWrite, steps: readonly StepRow[]): StepContext {
  return {
    write_id: write.row.write_id,
    marker: markerOf(write.row.write_id),
    scope: write.row.scope,
    before: write.before,
    results: steps.flatMap((step) => (step.result_json === null ? [] : [JSON.parse(step.result_json) as StepResult])),
  };
}

/** The journal row of a step that is about to be sent, again where it is known. */
export function stepRow(
  runtime: Runtime,
  writeId: string,
  index: number,
  step: { name: string; retry: string },
  request: StepRequest,
  deadlineMs: number,
  known?: StepRow,
): StepRow {
  const now = runtime.clock();
  const attempt = (known?.attempts ?? 0) + 1;
  return {
    write_id: writeId,
    step_index: index,
    name: step.name,
    retry: step.retry,
    state: 'sending',
    request_sealed: sealRequest(runtime.keyring, writeId, index, request),
    deadline_at: now + deadlineMs,
    attempts: attempt,
    sent_at: now,
    answered_at: null,
    result_json: null,
    evidence_json: withEvidence(known, { at: now, event: 'sent', attempt }),
  };
}

/** Lease columns of a write whose request is about to leave. */
export function leaseFor(
  runtime: Runtime,
  deadlineMs: number,
): { lease_owner: string; lease_until: number; next_attempt_at: number } {
  const until = runtime.clock() + deadlineMs + LEASE_MARGIN_MS;
  return { lease_owner: runtime.owner, lease_until: until, next_attempt_at: until };
}

/** Events of a step's evidence after which nobody knows what became of a request. */
export const NO_ANSWER = 'no answer';
export const SENDER_GONE = 'sender gone';

/** The PMS refused a request that it may have carried out when it was sent before. */
export const REFUSED = 'repetition refused';

/** One more line of a step's evidence. */
export function withEvidence(step: StepRow | undefined, entry: Record<string, unknown>): string {
  const known = step === undefined ? [] : (JSON.parse(step.evidence_json) as unknown[]);
  return JSON.stringify([...known, entry]);
}

/** The audit entry of something that happened to a write. */
export function audit(
  write: OpenWrite,
  action: string,
  at: number,
  outcome: string,
  payload: Record<string, unknown>,
  actor?: string,
): AuditEvent {
  return {
    at,
    actor: actor ?? write.row.principal,
    action,
    subject: write.row.write_id,
    outcome,
    payload: { tool: write.row.tool, ...payload },
  };
}

/** The line of the change feed about something that happened to a write. */
export function change(write: OpenWrite, kind: string, recordId: string, event: string): Change {
  return {
    connection: write.row.connection,
    kind,
    scope: write.row.scope,
    record_id: recordId,
    property_id: write.row.property_id,
    event,
    detail: { write_id: write.row.write_id, by: write.row.principal, tool: write.row.tool },
  };
}

/** Whether some earlier sending of a step may have had an effect that nobody has seen. */
export function mayHaveHappened(step: StepRow | undefined): boolean {
  const entries = step === undefined ? [] : (JSON.parse(step.evidence_json) as { event?: unknown }[]);
  return entries.some(({ event }) => event === NO_ANSWER || event === SENDER_GONE);
}

/** Whether the last sending of a step was refused. */
export function wasRefused(step: StepRow): boolean {
  const entries = JSON.parse(step.evidence_json) as { event?: unknown }[];
  return entries.slice(entries.findLastIndex(({ event }) => event === 'sent')).some(({ event }) => event === REFUSED);
}
