import type { WorkOrder } from '../../model/records.ts';
import { toInstant } from '../../model/zoned_time.ts';
import { withoutMarker } from '../kit/markers.ts';
import type * as wire from './wire.ts';

/*
 * The history of a service issue, a prospect, a tenant or a vendor is a list of plain notes. What is more than a note
 * says so in its first line, so that colleagues and this program read it alike.
 */

/** The first line of a note that is something else. */
export const INSTRUCTIONS = 'Instructions:';
export const COMMUNICATION = 'Communication:';
const INQUIRY = /^Inquiry \(([^()\n]*)\):\n([^]*)$/;

export interface HistoryLine {
  at: string;
  text: string;
}

/** The lines of a history, oldest first, without our markers. Lines without text or a day are none. */
function linesOf(history: readonly wire.HistoryNote[] | undefined, zone: string): HistoryLine[] {
  return (history ?? [])
    .flatMap(({ Note, HistoryDate, HistoryID }) => {
      const text = withoutMarker(Note ?? '');
      const at = HistoryDate === undefined ? undefined : instantOf(HistoryDate, zone);
      return text === '' || at === undefined ? [] : [{ at, text, id: HistoryID }];
    })
    .sort((a, b) => a.at.localeCompare(b.at) || a.id - b.id)
    .map(({ at, text }) => ({ at, text }));
}

function instantOf(raw: string, zone: string): string | undefined {
  const read = toInstant(raw.replace(/(\.\d{3})\d+$/, '$1'), zone);
  return 'instant' in read ? read.instant : undefined;
}

/** What is a note and nothing else. Residents are shown none of them. */
export function notesOf(history: readonly wire.HistoryNote[] | undefined, zone: string): WorkOrder['notes'] {
  return linesOf(history, zone)
    .filter(({ text }) => ![INSTRUCTIONS, COMMUNICATION].some((word) => text.startsWith(word)) && !INQUIRY.test(text))
    .map(({ at, text }) => ({ at, text, is_public: false }));
}

/** The instructions that were given last. */
export function instructionsOf(history: readonly wire.HistoryNote[] | undefined, zone: string): string | undefined {
  const last = linesOf(history, zone).findLast(({ text }) => text.startsWith(`${INSTRUCTIONS}\n`));
  return last?.text.slice(INSTRUCTIONS.length + 1) || undefined;
}

/** A prospect's own words, with where they came from. */
export function inquiryText(source: string, message: string): string {
  return `Inquiry (${source.replace(/[()\n]/g, ' ').trim()}):\n${message}`;
}

export function touchesOf(history: readonly wire.HistoryNote[] | undefined, zone: string) {
  return linesOf(history, zone).flatMap(({ at, text }) => {
    const [, source, message] = INQUIRY.exec(text) ?? [];
    return source === undefined || message === undefined ? [] : [{ at, source, message }];
  });
}
