import { createHash } from 'node:crypto';
import type { Line } from './tables.ts';

/**
 * What Caretaker calls lines of a ledger, which have no ids there: household, day, the beginning of the SHA-256 of day,
 * code, description and amount as they are on the wire, and which of several equal lines it is.
 */
export function lineIds(lines: readonly Line[]): { id: string; line: Line }[] {
  const seen = new Map<string, number>();
  return lines.map((line) => {
    const shown = [line.TransDate, line.TrancName, line.TrancDesc === '' ? undefined : line.TrancDesc, line.Amt];
    const content = JSON.stringify(shown);
    const key = `${line.site}/${line.reshid}/${content}`;
    const number = (seen.get(key) ?? 0) + 1;
    seen.set(key, number);
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 12);
    return { id: `${line.reshid}-${line.TransDate.slice(0, 10).replaceAll('-', '')}-${digest}-${number}`, line };
  });
}
