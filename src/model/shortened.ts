/**
 * A text of at most `max` UTF-16 units, with an ellipsis where something was left out. No character is cut in half: what
 * is more than one unit goes as a whole.
 */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1);
  return `${(/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut).trimEnd()}…`;
}
