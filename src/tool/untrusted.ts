import { shortened } from '../model/shortened.ts';

/*
 * Text from residents, prospects and vendors is data. It is shown, never obeyed: invisible characters that could hide
 * an instruction are taken out, and results say which of their fields hold such text.
 */

/**
 * Characters that carry no visible meaning: C0 and C1 controls but tab and line ends, soft hyphen, zero-width and
 * bidirectional controls, variation selectors of the supplement, tags, and the byte order mark. Joiners between letters
 * of scripts that need them (and in emoji) stay.
 */
const INVISIBLE =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\u206A-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]|[\u{E0100}-\u{E01EF}]/gu;

/** The text without characters that nobody can see. */
export function visible(text: string): string {
  return text.toWellFormed().replace(INVISIBLE, '').replace(/\r\n?/g, '\n');
}

/** Cleans every string of a result, in place of a rule that each tool would have to remember. */
export function cleaned<T>(value: T): T {
  if (typeof value === 'string') return visible(value) as T;
  if (Array.isArray(value)) return value.map(cleaned) as T;
  if (value === null || typeof value !== 'object') return value;
  const copy: Record<string, unknown> = {};
  for (const key in value) copy[key] = cleaned(value[key]);
  return copy as T;
}

/** Somebody's words inside a line of text for a model: quoted, on one line, and bounded. */
export function quoted(text: string, max = 200): string {
  const line = visible(text).replace(/\s+/g, ' ').replace(/[«»]/g, '"').trim();
  return `«${shortened(line, max)}»`;
}
