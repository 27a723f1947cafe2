import type { RequestOutcome } from './pace.ts';
import { LONGEST_ASKED_MS } from '../model/retry_after.ts';
import { LONGEST_COOL_DOWN_MS, type PaceState } from './state.ts';

/*
 * What the answers of a PMS change in its pace. Pure functions; the clock (epoch milliseconds) and a random number from 0
 * to below 1 are passed in.
 */

/** So many failures in a row, of all processes together, open the breaker. */
const FAILURES = 5;
const FIRST_COOL_DOWN_MS = 1_000;
/** What Buildium asks for after a 429; others that name no time are taken to mean as much. */
const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 60_000;

/** What becomes of the state after a request ended like this. */
export function record(state: PaceState, outcome: RequestOutcome, now: number, random: number): PaceState {
  if (outcome.kind === 'failed') return failed(state, now, random);
  const { breaker } = state;
  const answered = breaker.state === 'closed' && breaker.failures === 0 ? state : { ...state, breaker: UP };
  // What was under way when the vendor asked for a pause says nothing about what comes after it.
  const pausing = state.asked_until > now;
  if (outcome.kind === 'answered') return state.throttled === 0 || pausing ? answered : { ...answered, throttled: 0 };
  if (outcome.retry_after_ms !== undefined) {
    const asked = Math.min(Math.max(0, Math.ceil(outcome.retry_after_ms)), LONGEST_ASKED_MS);
    return { ...answered, asked_until: Math.max(state.asked_until, now + asked) };
  }
  if (pausing) return answered;
  const throttled = state.throttled + 1;
  return { ...answered, throttled, asked_until: now + backoff(throttled, random) };
}

const UP = { state: 'closed', failures: 0 } as const;

function failed(state: PaceState, now: number, random: number): PaceState {
  const { breaker } = state;
  // What was sent before the breaker opened tells nothing new.
  if (breaker.state === 'open') return state;
  if (breaker.state === 'closed' && breaker.failures + 1 < FAILURES)
    return { ...state, breaker: { state: 'closed', failures: breaker.failures + 1 } };
  const opened = breaker.state === 'closed' ? 1 : breaker.opened + 1;
  return { ...state, breaker: { state: 'open', until: now + coolDown(opened, random), opened } };
}

/** Whether nobody may ask: the cool-down is not over, or a probe is under way. After that, the next request is the probe. */
export function isLeftAlone({ breaker }: PaceState, now: number): boolean {
  return breaker.state !== 'closed' && breaker.until > now;
}

/** Milliseconds until the next probe: anywhere up to a time that doubles, so that processes do not come all at once. */
export function coolDown(opened: number, random: number): number {
  return Math.ceil(random * Math.min(LONGEST_COOL_DOWN_MS, FIRST_COOL_DOWN_MS * 2 ** (opened - 1)));
}

/** Milliseconds to wait after so many refusals in a row that named no time: half to one and a half of what doubles. */
export function backoff(throttled: number, random: number): number {
  return Math.ceil(Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (throttled - 1) * (0.5 + random)));
}
