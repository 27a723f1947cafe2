import type { Priority, Refusal } from './pace.ts';
import { type PaceRules, type PaceState, URGENT_MS } from './state.ts';
import { endedIn, leftAt, withEnded } from './windows.ts';

/*
 * Who may send now. Pure functions over a settled state; the clock is passed in, epoch milliseconds. A function that
 * changes nothing returns the very state that it was given, so that nothing has to be stored.
 */

/**
 * What is left in each window and among the places under way for whoever is more urgent, by priority. Loading in bulk
 * leaves more, because over an hour's window it would keep everybody who waits for an answer waiting.
 */
const SHARE_LEFT: Record<Priority, number> = { 0: 0, 1: 0, 2: 0.1, 3: 0.2 };

/** A place may come free at any moment, a wish may be served, a probe may be answered: when to look again at the latest. */
const LOOK_AGAIN_MS = { place: 200, urgent: 500, probe: 1_000 };

/** Asks for one request. `id` names it in the state until it is given back or over. */
export interface Asking {
  id: string;
  priority: Priority;
}

/** Takes leave for one request, or says when to ask again. */
export function admit(state: PaceState, rules: PaceRules, asking: Asking, now: number): { state: PaceState } | Refusal {
  return refusalOf(state, rules, asking.priority, now) ?? { state: take(state, rules, asking.id, now) };
}

function refusalOf(state: PaceState, rules: PaceRules, priority: Priority, now: number): Refusal | undefined {
  const { held_until, asked_until, breaker } = state;
  if (held_until > now) return { because: 'paced', retry_at: held_until };
  if (asked_until > now) return { because: 'asked_to_wait', retry_at: asked_until };
  if (breaker.state === 'open' && breaker.until > now) return { because: 'down', retry_at: breaker.until };
  if (breaker.state === 'half_open' && breaker.until > now)
    return { because: 'down', retry_at: Math.min(breaker.until, now + LOOK_AGAIN_MS.probe) };
  const retry_at = Math.max(
    urgentFirst(state, priority, now),
    ...rules.limits.windows.map((window) => windowFrees(state, window, priority, now)),
    placeFrees(state, rules, priority, now),
  );
  return retry_at > now ? { because: 'paced', retry_at } : undefined;
}

/** How many of a limit are for a priority: at least one always is. */
function allowed(limit: number, priority: Priority): number {
  return Math.max(1, limit - Math.ceil(limit * SHARE_LEFT[priority]));
}

function urgentFirst({ urgent }: PaceState, priority: Priority, now: number): number {
  const until = Math.max(0, ...urgent.filter((mark) => mark.priority < priority).map((mark) => mark.until));
  return Math.min(until, now + LOOK_AGAIN_MS.urgent);
}

/**
 * When a window has room again, 0 where it has. Requests under way stand in the way until they are over and longer, and
 * nobody knows when that is.
 */
function windowFrees(
  { places, windows }: PaceState,
  { requests, per_ms }: PaceRules['limits']['windows'][number],
  priority: Priority,
  now: number,
): number {
  const slots = windows[per_ms] ?? [];
  const over = places.length + endedIn(slots) - allowed(requests, priority) + 1;
  return over <= 0 ? 0 : (leftAt(slots, per_ms, over) ?? now + LOOK_AGAIN_MS.place);
}

function placeFrees({ places }: PaceState, { limits }: PaceRules, priority: Priority, now: number): number {
  if (limits.concurrent === undefined || places.length < allowed(limits.concurrent, priority)) return 0;
  return Math.min(now + LOOK_AGAIN_MS.place, ...places.map(({ until }) => until));
}

function take(state: PaceState, { limits, deadline_ms }: PaceRules, id: string, now: number): PaceState {
  const until = now + deadline_ms;
  const { breaker } = state;
  const limited = limits.windows.length > 0 || limits.concurrent !== undefined;
  if (!limited && breaker.state === 'closed') return state;
  return {
    ...state,
    places: limited ? [...state.places, { id, until }] : state.places,
    breaker: breaker.state === 'closed' ? breaker : { state: 'half_open', probe: id, until, opened: breaker.opened },
  };
}

/** Whether a request has something to give back when it is over. */
export function holds({ places, breaker }: PaceState, id: string): boolean {
  return (breaker.state === 'half_open' && breaker.probe === id) || places.some((place) => place.id === id);
}

/**
 * A request is over, and from now on the vendor's windows leave it behind. A probe of which nothing was reported has
 * proved nothing: the next one may go at once.
 */
export function giveBack(state: PaceState, { limits }: PaceRules, id: string, now: number): PaceState {
  if (!holds(state, id)) return state;
  const { breaker } = state;
  const places = state.places.filter((place) => place.id !== id);
  return {
    ...state,
    places,
    windows: places.length < state.places.length ? withEnded(state.windows, limits, now) : state.windows,
    breaker:
      breaker.state === 'half_open' && breaker.probe === id
        ? { state: 'open', until: now, opened: breaker.opened }
        : breaker,
  };
}

/**
 * Holds others back while somebody urgent of a process waits, until shortly after the moment to which they were put off:
 * who does not come back by then has died or given up. Stored anew only when half of that has passed.
 */
export function markUrgent(state: PaceState, owner: string, priority: 0 | 1, retry_at: number): PaceState {
  const mine = state.urgent.find((mark) => mark.owner === owner);
  if (mine?.priority === priority && mine.until >= retry_at + URGENT_MS / 2) return state;
  return { ...state, urgent: [...othersOf(state, owner), { owner, priority, until: retry_at + URGENT_MS }] };
}

/** Nobody urgent waits in a process any more. */
export function unmarkUrgent(state: PaceState, owner: string): PaceState {
  const others = othersOf(state, owner);
  return others.length === state.urgent.length ? state : { ...state, urgent: others };
}

function othersOf({ urgent }: PaceState, owner: string): PaceState['urgent'] {
  return urgent.filter((mark) => mark.owner !== owner);
}
