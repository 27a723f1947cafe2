import { firstSentAt } from './journal.ts';
import type { StepRow } from './ledger.ts';
import { connectorOf, type Runtime } from './runtime.ts';

/** The last hour of a key's day, or the same share of a shorter life, is left alone: clocks differ. */
const USED_SHARE = 23 / 24;

/**
 * Whether the PMS still knows the idempotency key under which a step was first sent, so that sending the same bytes again
 * has no second effect. A first sending that lies in the future is of unknown age: the clock was set back.
 */
export function keyIsAlive(runtime: Runtime, connection: string, step: StepRow): boolean {
  if (step.retry !== 'idempotency_key') return false;
  const life = connectorOf(runtime, connection).capabilities.idempotency_key_life_ms ?? 0;
  const age = runtime.clock() - firstSentAt(step);
  return age >= 0 && age < life * USED_SHARE;
}
