/** A stretch of text, `end` not included. */
export interface Span {
  start: number;
  end: number;
}

/**
 * Words that go with what is taken out when they stand right before it ("with her two young kids"), because alone they
 * would hang in the air or tell the number of what was there.
 */
const LEAD_WORDS: ReadonlySet<string> = new Set(
  (
    "a an the my our his her their your has have having had got gets with without no not never any and or & plus is are am was i'm " +
    "he's she's they're we're who's being for on uses using receives receiving some several many both few one two three four five six seven " +
    'eight nine ten young younger little small older old adult elderly disabled school-age very also possibly maybe probably registered ' +
    'certified trained nice lovely good tall devout practicing recently newly legally'
  ).split(' '),
);

/** What may remain of a sentence that says nothing any more. */
const EMPTY_WORDS: ReadonlySet<string> = new Set(
  (
    "a an the and or but is are am was were be been being he she they i we it you who that this there of for to in on with has have had do does did i'm " +
    "he's she's they're we're it's accept accepts take takes can will would if so also my our his her their your not no as at by from receives receiving uses needs need want wants yes ok okay"
  ).split(' '),
);

/** The most words before a cut that go with it. */
const MAX_LEAD = 6;

/** The sentences of a text with their punctuation and the blanks after it; none ends inside one of the spans. */
export function sentences(text: string, spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  let start = 0;
  let next = 0;
  for (const { index, 0: mark } of text.matchAll(/[.!?]+(?=\s)\s*|\n\s*/g)) {
    const end = index + mark.length;
    while (next < spans.length && spans[next]!.end <= index) next++;
    if (next < spans.length && spans[next]!.start < end) continue;
    result.push({ start, end });
    start = end;
  }
  if (start < text.length) result.push({ start, end: text.length });
  return result;
}

/**
 * Cuts the spans out, with the words that lead up to each, and mends the sentences around them. A sentence that then
 * says nothing is dropped; the others stay as they are, to the letter.
 */
export function removeSpans(text: string, spans: readonly Span[]): string {
  const cuts = merge(spans.map(({ start, end }) => ({ start: withLead(text, start), end })));
  let next = 0;
  let result = '';
  for (const sentence of sentences(text, cuts)) {
    let kept = '';
    let from = sentence.start;
    const first = next;
    for (; next < cuts.length && cuts[next]!.start < sentence.end; next++) {
      kept += text.slice(from, cuts[next]!.start);
      from = cuts[next]!.end;
    }
    kept += text.slice(from, sentence.end);
    result += next === first ? kept : mend(kept);
  }
  return result.trimEnd();
}

function merge(spans: Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else merged.push({ ...span });
  }
  return merged;
}

function withLead(text: string, start: number): number {
  let at = start;
  for (let taken = 0; taken < MAX_LEAD; taken++) {
    const before = /(?:^|[\s(])([\p{L}'’-]{1,12}|&)\s{1,3}$/u.exec(text.slice(Math.max(0, at - 20), at));
    if (!before || !LEAD_WORDS.has(before[1]!.toLowerCase().replace('’', "'"))) return at;
    at -= before[0].length - before[0].search(/[^\s(]/);
  }
  return at;
}

/** Removes what a cut leaves behind: doubled commas, empty brackets, an "and" at either end. */
function mend(sentence: string): string {
  const [, body = '', end = ''] = /^([\s\S]*?)([.!?]*\s*)$/.exec(sentence) ?? [];
  const mended = body
    .replace(/\(\s*[,;&]?\s*\)/g, '')
    .replace(/[ \t]{2,}/g, ' ')
    .replace(/ +(?=[,;:])/g, '')
    .replace(/([,;])(?:\s*[,;])+/g, '$1')
    .replace(/\b(and|or|with|but)(?: (?:and|or|with|but)\b)+/gi, '$1')
    .replace(/^(?:\s*(?:and|or|but|with|plus)\b(?!-)|[\s,;:&-])+/i, '')
    .replace(/(?:\s(?:and|or|but|with|plus|a|an|the|for|has|have|is|are)\b|[\s,;:&-])+$/i, '');
  // What stood between two cuts may be a lone "I": a part that says nothing goes with its comma.
  const kept = mended
    .split(/(?<=[,;])/)
    .filter(says)
    .join('')
    .replace(/^[\s,;]+|[\s,;]+$/g, '');
  return kept === '' ? '' : mended.match(/^\s*/)![0] + kept + end;
}

function says(part: string): boolean {
  const words = part.match(/[\p{L}\p{N}'’]+/gu) ?? [];
  return words.some((word) => !EMPTY_WORDS.has(word.toLowerCase().replace('’', "'")));
}
