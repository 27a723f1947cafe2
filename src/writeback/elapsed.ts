import { type Evidence, sentEntries } from './journal.ts';
import type { StepRow } from './step_rows.ts';
import { connectorOf, type Runtime } from './runtime.ts';

/*
 * How long ago something was sent. On the machine that sent it, and as long as that has not been started anew, the time
 * since its start tells, which nobody can set and which goes on while it sleeps; elsewhere the wall clock has to do.
 */

/** Milliseconds since a sending by the machine's own uptime; undefined where another machine sent, or this one rebooted. */
function byUptime({ uptime }: Runtime, sent: Evidence | undefined): number | undefined {
  if (uptime === undefined || sent?.['boot'] !== uptime.boot || typeof sent['up'] !== 'number') return undefined;
  return Math.max(0, uptime.ms() - sent['up']);
}

/**
 * Milliseconds until the last sending of a step can take effect no more, and a look-up shows all that did; as it was
 * `ago` milliseconds ago.
 */
export function untilSettled(runtime: Runtime, connection: string, step: StepRow, ago = 0): number {
  const { settling, request_deadline_ms: deadline } = connectorOf(runtime, connection).capabilities;
  const after = settling.late_commit_ms + settling.read_lag_ms + ago;
  const elapsed = byUptime(runtime, sentEntries(step).at(-1));
  if (elapsed !== undefined) return Math.max(0, deadline + after - elapsed);
  const byWallClock = step.deadline_at + after - runtime.clock();
  return Math.max(0, byWallClock, runtime.guard?.untilTrusted(deadline + after) ?? 0);
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
