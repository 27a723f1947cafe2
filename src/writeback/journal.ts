import type { AuditEvent } from '../audit/audit.ts';
import type { StepContext, StepRequest, StepResult } from '../connectors/connector.ts';
import type { Change } from '../store/changes.ts';
import { markerOf } from './ids.ts';
import type { StepRow } from './step_rows.ts';
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
    evidence_json: withEvidence(known, { at: now, event: SENT, attempt, ...stamp(runtime) }),
  };
}

/** When it is by the machine's own uptime; see `elapsed.ts`. */
export function stamp({ uptime }: Runtime): { boot?: string; up?: number } {
  return uptime === undefined ? {} : { boot: uptime.boot, up: uptime.ms() };
}

/** Lease columns of a write whose request is about to leave. */
export function leaseFor(
  runtime: Runtime,
  deadlineMs: number,
): { lease_owner: string; lease_until: number; next_attempt_at: number } {
  const until = runtime.clock() + deadlineMs + LEASE_MARGIN_MS;
  return { lease_owner: runtime.owner, lease_until: until, next_attempt_at: until };
}

/** The same columns of a write that nobody is working on. */
export const NO_LEASE = { lease_owner: null, lease_until: null } as const;

/** One line of a step's evidence; `times` and `last_at` where the same was found several times running. */
export interface Evidence {
  at: number;
  event: string;
  times?: number;
  last_at?: number;
  [detail: string]: unknown;
}

/** Events of a step's evidence. After these three nobody knows what became of a request. */
export const NO_ANSWER = 'no answer';
export const SENDER_GONE = 'sender gone';
export const USELESS_ANSWER = 'answered without naming its record';
const DOUBTS: readonly string[] = [NO_ANSWER, SENDER_GONE, USELESS_ANSWER];

const SENT = 'sent';
export const PROVED_ABSENT = 'proved absent';
export const NOT_FOUND = 'not found yet';
export const FOUND = 'found';
export const OVERRIDE_ASKED = 'a rule of the PMS is to be overridden';

/** The PMS refused a request that it may have carried out when it was sent before. */
export const REFUSED = 'repetition refused';

export function evidenceOf(step: StepRow | undefined): Evidence[] {
  return step === undefined ? [] : (JSON.parse(step.evidence_json) as Evidence[]);
}

/** One more line of a step's evidence. What is found again is counted in the line that says so. */
export function withEvidence(step: StepRow | undefined, entry: Evidence): string {
  const known = evidenceOf(step);
  const last = known.at(-1);
  if (last === undefined || last.event !== entry.event || entry.event === SENT)
    return JSON.stringify([...known, entry]);
  const again = { ...last, ...entry, at: last.at, times: (last.times ?? 1) + 1, last_at: entry.at };
  return JSON.stringify([...known.slice(0, -1), again]);
}

/** Whether the PMS wants a rule overridden before it carries the last sending out. */
export function needsOverride(step: StepRow | undefined): boolean {
  return sinceSent(step).some(({ event }) => event === OVERRIDE_ASKED);
}

/** Whether a look-up has found the effect of the last request. */
export function wasFound(step: StepRow | undefined): boolean {
  return sinceSent(step).some(({ event }) => event === FOUND);
}

/** The evidence about the last sending of a step. */
function sinceSent(step: StepRow | undefined): Evidence[] {
  const entries = evidenceOf(step);
  return entries.slice(entries.findLastIndex(({ event }) => event === SENT) + 1);
}

/** How often the effect of the last request was looked for in vain. */
export function lookUps(step: StepRow): number {
  return sinceSent(step).reduce((sum, { event, times }) => sum + (DOUBTS.includes(event) ? 0 : (times ?? 1)), 0);
}

/** When it came into doubt what became of the last sending; undefined where it never did. */
export function lastDoubt(step: StepRow): Evidence | undefined {
  return sinceSent(step).findLast(({ event }) => DOUBTS.includes(event));
}

/** The sendings of a step, oldest first. */
export function sentEntries(step: StepRow): Evidence[] {
  return evidenceOf(step).filter(({ event }) => event === SENT);
}

/** Whether some earlier sending of a step may have had an effect that nobody has seen. */
export function mayHaveHappened(step: StepRow | undefined): boolean {
  return evidenceOf(step).some(({ event }) => DOUBTS.includes(event));
}

/** The same, where its absence has not been proved since. */
export function isInDoubt(step: StepRow): boolean {
  const entries = evidenceOf(step);
  const last = (events: readonly string[]) => entries.findLastIndex(({ event }) => events.includes(event));
  return last(DOUBTS) > last([PROVED_ABSENT]);
}

/** Whether the last sending of a step was refused. */
export function wasRefused(step: StepRow): boolean {
  return sinceSent(step).some(({ event }) => event === REFUSED);
}

/** The audit entry of something that happened to a write. */
export function audit(
  write: Pick<OpenWrite, 'row'>,
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
export function change(write: Pick<OpenWrite, 'row'>, kind: string, recordId: string, event: string): Change {
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
