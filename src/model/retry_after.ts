/** No PMS is waited for longer than this, milliseconds; a longer `Retry-After` is a mistake of somebody's. */
export const LONGEST_ASKED_MS = 3_600_000;

/**
 * Milliseconds that a `Retry-After` asks for: whole seconds or a date (RFC 9110, section 10.2.3), one hour at most.
 * Undefined where there is none that can be read.
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, LONGEST_ASKED_MS);
  // `Date.parse` takes much more than this for a date, and reads the oldest of the three forms as local time.
  if (!/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*, .* gmt$/i.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - now), LONGEST_ASKED_MS);
}
