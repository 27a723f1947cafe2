import { type Evidence, sentEntries } from './journal.ts';
import type { StepRow } from './ledger.ts';
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

/** Milliseconds until the last sending of a step can take effect no more, and a look-up shows all that did. */
export function untilSettled(runtime: Runtime, connection: string, step: StepRow): number {
  const { settling, request_deadline_ms: deadline } = connectorOf(runtime, connection).capabilities;
  const after = settling.late_commit_ms + settling.read_lag_ms;
  const elapsed = byUptime(runtime, sentEntries(step).at(-1));
  if (elapsed !== undefined) return Math.max(0, deadline + after - elapsed);
  const byWallClock = step.deadline_at + after - runtime.clock();
  return Math.max(0, byWallClock, runtime.guard?.untilTrusted(deadline + after) ?? 0);
}

/** The last hour of a key's day, or the same share of a shorter life, is left alone: clocks differ. */
const USED_SHARE = 23 / 24;

/**
 * Whether the PMS still knows the idempotency key under which a step was first sent, so that sending the same bytes again
 * has no second effect. A first sending that lies in the future is of unknown age: the clock was set back.
 */
export function keyIsAlive(runtime: Runtime, connection: string, step: StepRow): boolean {
  if (step.retry !== 'idempotency_key') return false;
  const life = connectorOf(runtime, connection).capabilities.idempotency_key_life_ms ?? 0;
  const [first] = sentEntries(step);
  const age = byUptime(runtime, first) ?? runtime.clock() - (first?.at ?? 0);
  return age >= 0 && age < life * USED_SHARE;
}
