/** `ct-` and 13 Crockford base32 characters at the end of a text, as a write's marker looks. */
const AT_END = /\s?(ct-[0-9a-hjkmnp-tv-z]{13})\s*$/;

/**
 * A text with the marker at its end, at most `max` UTF-16 units: the user's text gives way, never the marker. Nothing is
 * cut in the middle of a character.
 */
export function withMarker(text: string, marker: string, max = Number.POSITIVE_INFINITY): string {
  const kept = cutTo(text, max - marker.length - 1).trimEnd();
  return kept === '' ? marker : `${kept} ${marker}`;
}

/** A text as its writer meant it: without the marker at its end. */
export function withoutMarker(text: string): string {
  return text.replace(AT_END, '');
}

/** Whether a text ends with this marker. */
export function carries(text: unknown, marker: string): boolean {
  return typeof text === 'string' && AT_END.exec(text)?.[1] === marker;
}

/** The beginning of a text, at most `max` UTF-16 units, without half a character at its end. */
export function cutTo(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, Math.max(0, max));
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
