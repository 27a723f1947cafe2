import { InvalidArgumentError } from 'commander';
import { parseAmount } from '../model/money.ts';

/*
 * Values as people write them on the command line. Each throws commander's own error, which names the option.
 */

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `24h` or `90d`, in milliseconds. */
export function duration(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  const ms = UNITS_MS[unit];
  if (ms === undefined) throw new InvalidArgumentError('Write it like 30m, 24h or 90d.');
  return Number(count) * ms;
}

/** `2026-11-23` (the day's start in UTC) or `2026-11-23T18:00Z`, in epoch milliseconds. */
export function moment(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError('Write it like 2026-11-23 or 2026-11-23T18:00Z.');
  return at;
}

/** `250.00`, in cents. */
export function cents(text: string): number {
  const parsed = parseAmount(text);
  if ('cents' in parsed) return parsed.cents;
  throw new InvalidArgumentError(`It ${parsed.error}.`);
}

/** A whole number from 1. */
export function count(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 1.');
}

/** Gathers an option that may be given several times. */
export function each<T>(parse: (text: string) => T): (text: string, before: readonly T[] | undefined) => T[] {
  return (text, before = []) => [...before, parse(text)];
}

/** Epoch milliseconds as people read them. */
export function shown(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
