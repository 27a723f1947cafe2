import type * as z from 'zod/v4';
import type { Note } from './records.ts';

/** Who writes something down, and when: an ISO 8601 instant. */
export interface Author {
  at: string;
  by: string;
}

/** A note of a command as it stands in the history of its record. */
export function noteOf(note: { text: string; is_public: boolean }, { at, by }: Author): z.infer<typeof Note> {
  return { at, by, ...note };
}
