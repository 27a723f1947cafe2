import * as z from 'zod/v4';
import type { PaceLimits } from '../connectors/connector.ts';

/*
 * What has been sent in each of a vendor's windows. A vendor counts a request when it arrives, which is at some moment
 * between its leave and its end that nobody else knows. So a request counts in every window while it is under way, which
 * is kept elsewhere, and from its end until the window's length after it, which is kept here.
 */

/** A window is counted in so many parts; with more of them less of it is given away, and the state is larger. */
const PARTS = 16;

const time = z.int();

/** Requests that ended within a short stretch: when the first and the last of them did, and how many they were. */
export const SLOT = z.tuple([time, time, z.int().positive()]);

/** Slots by the window's length in milliseconds, oldest first. */
export type Windows = Record<string, Slot[]>;
type Slot = z.infer<typeof SLOT>;

/** The windows after one more request has ended; no request that is in them ended later. */
export function withEnded(windows: Windows, limits: PaceLimits, at: number): Windows {
  const entered: Windows = {};
  for (const { per_ms } of limits.windows) entered[per_ms] = counted(windows[per_ms] ?? [], per_ms, at);
  return entered;
}

function counted(slots: readonly Slot[], per_ms: number, at: number): Slot[] {
  const current = slots.at(-1);
  if (current === undefined || at - current[0] >= Math.ceil(per_ms / PARTS)) return [...slots, [at, at, 1]];
  return [...slots.slice(0, -1), [current[0], at, current[2] + 1]];
}

/** The windows without what has left them. A part counts in full until the last of its requests has. */
export function withoutLeft(windows: Windows, now: number): Windows {
  const left: Windows = {};
  for (const [per_ms, slots] of Object.entries(windows))
    left[per_ms] = slots.filter(([, last]) => now - last <= Number(per_ms));
  return left;
}

/** When so many requests, one at least, have left a window, by the parts in which they are; undefined: never. */
export function leftAt(slots: readonly Slot[], per_ms: number, requests: number): number | undefined {
  let staying = requests;
  const freeing = slots.find(([, , count]) => (staying -= count) <= 0);
  return freeing && freeing[1] + per_ms + 1;
}

/** How many requests ended within a window. */
export function endedIn(slots: readonly Slot[]): number {
  return slots.reduce((sum, [, , count]) => sum + count, 0);
}
