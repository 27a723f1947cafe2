import type { WorkOrder } from '../../model/records.ts';

/*
 * A work order has one text for technicians and no list of notes. What is added here is a paragraph of its own: the moment
 * in UTC, the text, and the mark of the write that added it. What people write around that is theirs, and is left alone.
 */

type Note = WorkOrder['notes'][number];

const OURS = /(?:^|\n)(\d{4}-\d\d-\d\dT\d\d:\d\dZ) ([^]*?) (ct-[0-9a-hjkmnp-tv-z]{13})(?=\n|$)/g;

/** The first line of a work order that is not in a unit. */
const LOCATION = /^Location: ([^\n]+)(?:\n|$)/;

export function locationIn(text: string): string | undefined {
  return LOCATION.exec(text)?.[1];
}

export function withLocation(location: string | undefined): string | undefined {
  return location === undefined ? undefined : `Location: ${location.replace(/\s+/g, ' ').trim()}`;
}

/** The notes in a text, oldest first. `at` is when the work order was last changed, for what has no moment of its own. */
export function notesIn(text: string, at: string): Note[] {
  const body = text.replaceAll('\r\n', '\n').replace(LOCATION, '');
  const notes: Note[] = [];
  let end = 0;
  const byPeople = (until: number) => {
    const said = body.slice(end, until).trim();
    if (said !== '') notes.push({ at, text: said, is_public: false });
  };
  for (const match of body.matchAll(OURS)) {
    byPeople(match.index);
    notes.push({ at: new Date(match[1] as string).toISOString(), text: match[2] as string, is_public: false });
    end = match.index + match[0].length;
  }
  byPeople(body.length);
  return notes;
}

/** A text with one more note at its end. */
export function withNote(text: string | undefined, note: string, marker: string, now: number): string {
  const moment = `${new Date(now).toISOString().slice(0, 16)}Z`;
  const before = (text ?? '').trimEnd();
  return `${before === '' ? '' : `${before}\n`}${moment} ${note} ${marker}`;
}

/** Whether a write has added its note. */
export function holdsNote(text: string | undefined, marker: string): boolean {
  return (text ?? '').includes(` ${marker}`);
}
