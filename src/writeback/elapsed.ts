import { type Evidence, lastDoubt, sentEntries } from './journal.ts';
import type { StepRow } from './step_rows.ts';
import { connectorOf, type Runtime } from './runtime.ts';

/*
 * How long ago something was sent. On the machine that sent it, and as long as that has not been started anew, the time
 * since its start tells, which nobody can set and which goes on while it sleeps; elsewhere the wall clock has to do.
 */

/**
 * Milliseconds since something was written down, by the machine's own uptime; undefined where another machine did it, or
 * this one was started anew, or its uptime turns out to be none.
 */
function byUptime({ uptime }: Runtime, evidence: Evidence | undefined): number | undefined {
  if (uptime === undefined || evidence?.['boot'] !== uptime.boot || typeof evidence['up'] !== 'number')
    return undefined;
  const elapsed = uptime.ms() - evidence['up'];
  return elapsed < 0 ? undefined : elapsed;
}

/** When evidence was written down last, by the wall clock. */
function momentOf({ at, last_at }: Evidence): number {
  return last_at ?? at;
}

/**
 * Milliseconds until the last sending of a step can take effect no more, and a look-up shows all that did; as it was
 * `ago` milliseconds ago. A machine that fell asleep while a request was on its way lets it go on when it wakes: counted
 * is from the sending, and from when its sender gave up as well.
 */
export function untilSettled(runtime: Runtime, connection: string, step: StepRow, ago = 0): number {
  const { settling, request_deadline_ms: deadline } = connectorOf(runtime, connection).capabilities;
  const after = settling.late_commit_ms + settling.read_lag_ms + ago;
  const doubt = lastDoubt(step);
  const sinceSent = byUptime(runtime, sentEntries(step).at(-1));
  const sinceDoubt = byUptime(runtime, doubt);
  if (sinceSent !== undefined && (doubt === undefined || sinceDoubt !== undefined))
    return Math.max(0, deadline + after - sinceSent, sinceDoubt === undefined ? 0 : after - sinceDoubt);
  // What seems to come from a time to come was written before the clock was set back.
  const moments = doubt === undefined ? [] : [momentOf(doubt)].filter((moment) => moment <= runtime.clock());
  const last = Math.max(step.deadline_at, ...moments);
  return Math.max(0, last + after - runtime.clock(), runtime.guard?.untilTrusted(deadline + after) ?? 0);
}

/**
 * Milliseconds until the PMS shows nothing any more from before the last sending of a step: until then a record that shows
 * what was asked for may show it from an earlier time.
 */
export function untilShown(runtime: Runtime, connection: string, step: StepRow): number {
  const { read_lag_ms: lag } = connectorOf(runtime, connection).capabilities.settling;
  const elapsed = byUptime(runtime, sentEntries(step).at(-1));
  if (elapsed !== undefined) return Math.max(0, lag - elapsed);
  return Math.max(0, (step.sent_at ?? 0) + lag - runtime.clock(), runtime.guard?.untilTrusted(lag) ?? 0);
}

/**
 * The last hour of a key's day, or the same share of a shorter life, is left alone: clocks differ. So is the time that a
 * request may take to get there.
 */
const USED_SHARE = 23 / 24;

/**
 * Whether the PMS still knows the idempotency key under which a step was first sent, so that sending the same bytes again
 * has no second effect. Where the clock was set back, what another machine sent is of unknown age.
 */
export function keyIsAlive(runtime: Runtime, connection: string, step: StepRow): boolean {
  if (step.retry !== 'idempotency_key') return false;
  const { idempotency_key_life_ms: life = 0, request_deadline_ms: deadline } = connectorOf(
    runtime,
    connection,
  ).capabilities;
  const [first] = sentEntries(step);
  const byWallClock = runtime.guard?.hasGoneBack() === true ? Infinity : runtime.clock() - (first?.at ?? 0);
  const age = byUptime(runtime, first) ?? byWallClock;
  return age >= 0 && age < Math.min(life * USED_SHARE, life - deadline);
}
