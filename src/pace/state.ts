import * as z from 'zod/v4';
import { LONGEST_ASKED_MS } from '../model/retry_after.ts';
import type { PaceLimits } from '../connectors/connector.ts';
import { SLOT, type Windows, withEnded, withoutLeft } from './windows.ts';

/*
 * What all processes know of one connection's pace. Plain JSON with times in epoch milliseconds, in one row of the store.
 */

/** What a connection has to keep to. */
export interface PaceRules {
  limits: PaceLimits;
  /** After so many milliseconds a request is over, whether or not anybody said so. */
  deadline_ms: number;
}

/** The breaker's longest cool-down. */
export const LONGEST_COOL_DOWN_MS = 60_000;
/** How long the wish of somebody urgent holds others back after the moment for which it was put off. */
export const URGENT_MS = 2_000;
/** Nothing is sent for so long after the state was lost: what other processes had under way has mostly been answered. */
export const LOST_HOLD_MS = 5_000;

const time = z.int();

const STATE = z.strictObject({
  v: z.literal(1),
  /** When this was written. A clock that shows less has been set back. */
  at: time,
  /** Requests that are over, by the window's length in milliseconds, oldest first. */
  windows: z.record(z.string(), z.array(SLOT)),
  /** Requests under way, where anything is limited, with the moment at which they are over if nobody says so before. */
  places: z.array(z.strictObject({ id: z.string(), until: time })),
  /** Nothing is sent before this, because of a state that was lost. */
  held_until: time,
  /** Nothing is sent before this, because the vendor said so. */
  asked_until: time,
  /** Refusals for pace in a row that did not say how long to wait. */
  throttled: z.int().nonnegative(),
  breaker: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('closed'), failures: z.int().nonnegative() }),
    z.strictObject({ state: z.literal('open'), until: time, opened: z.int().positive() }),
    z.strictObject({ state: z.literal('half_open'), probe: z.string(), until: time, opened: z.int().positive() }),
  ]),
  /** Processes in which somebody urgent waits. */
  urgent: z.array(z.strictObject({ owner: z.string(), priority: z.literal([0, 1]), until: time })),
});

export type PaceState = z.infer<typeof STATE>;

/** The state of a connection that nothing is known of. */
export function freshState(now: number, held_ms = 0): PaceState {
  return {
    v: 1,
    at: now,
    windows: {},
    places: [],
    held_until: now + held_ms,
    asked_until: now,
    throttled: 0,
    breaker: { state: 'closed', failures: 0 },
    urgent: [],
  };
}

/** A stored state; undefined where it is damaged or of another version. */
export function parseState(text: string): PaceState | undefined {
  try {
    return STATE.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * The state without what is over; a request that nobody gave back has ended at its deadline. Where the clock was set
 * back, everything is moved back with it, as if no time had passed since the state was written: that admits too little
 * rather than too much, and nobody waits longer than the rules say. The same bounds hold for times that no rule could
 * have made. A state that had to be moved has `at` set to now, and has to be stored: moved anew at every look, its waits
 * would never end.
 */
export function settle(state: PaceState, { limits, deadline_ms }: PaceRules, now: number): PaceState {
  const shift = Math.min(0, now - state.at);
  let moved = shift < 0;
  const within = (moment: number, longest: number): number => {
    if (moment + shift <= now + longest) return moment + shift;
    moved = true;
    return now + longest;
  };
  const isAhead = ({ until }: { until: number }) => until > now;
  let windows: Windows = {};
  for (const { per_ms } of limits.windows) {
    const slots = state.windows[per_ms] ?? [];
    windows[per_ms] = slots.map(([first, last, count]) => [within(first, 0), within(last, 0), count]);
  }
  const places = state.places.map(({ id, until }) => ({ id, until: within(until, deadline_ms) }));
  // Whoever got leave first is first over; and nothing that is in the windows ended after the state was written.
  for (const { until } of places.filter((place) => !isAhead(place))) windows = withEnded(windows, limits, until);
  const { breaker } = state;
  const longest = breaker.state === 'open' ? LONGEST_COOL_DOWN_MS : deadline_ms;
  const settled: PaceState = {
    ...state,
    windows: withoutLeft(windows, now),
    places: places.filter(isAhead),
    held_until: within(state.held_until, LOST_HOLD_MS),
    asked_until: within(state.asked_until, LONGEST_ASKED_MS),
    breaker: breaker.state === 'closed' ? breaker : { ...breaker, until: within(breaker.until, longest) },
    urgent: state.urgent.map((mark) => ({ ...mark, until: within(mark.until, longestMark(limits)) })).filter(isAhead),
  };
  return moved ? { ...settled, at: now } : settled;
}

/** Somebody urgent is put off by a window or by the vendor's own wish, and has a little time to come back after that. */
function longestMark({ windows }: PaceLimits): number {
  return URGENT_MS + Math.max(LONGEST_ASKED_MS, ...windows.map(({ per_ms }) => per_ms));
}
