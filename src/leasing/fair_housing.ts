import {
  ACCOMMODATION_PATTERNS,
  PEOPLE_COUNTS,
  PROTECTED_PATTERNS,
  type ProtectedCategory,
} from './protected_words.ts';
import { removeSpans, sentences, type Span } from './text_cuts.ts';

/** The word lists are written with single blanks; texts have line breaks and double blanks where these stand. */
function pattern(sources: readonly string[]): RegExp {
  const source = sources.join('|').replace(/\[[^\]]*\]| \?| /g, (part) => {
    if (part === ' ') return '\\s{1,3}';
    if (part === '[ -]') return '(?:\\s{1,3}|-)';
    return part === ' ?' ? '\\s{0,3}' : part.replace(' ', '\\s');
  });
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${source})(?![\\p{L}\\p{N}])`, 'giu');
}

/** Made at the first use: to build them costs milliseconds, and this file is imported at every start. */
let made: ReturnType<typeof makePatterns> | undefined;
const patterns = () => (made ??= makePatterns());

function makePatterns() {
  return {
    protected: PROTECTED_PATTERNS.map(([category, sources]) => ({ category, pattern: pattern(sources) })),
    adults_and_minors: pattern([PEOPLE_COUNTS.adults_and_minors]),
    family_of: pattern([PEOPLE_COUNTS.family_of]),
    accommodation: pattern(ACCOMMODATION_PATTERNS),
  };
}

const NUMBER_WORDS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');

/** Ordinary notes need one round, or two; a text made to need hundreds loses whole sentences instead. */
const MAX_ROUNDS = 6;

/**
 * Takes out of a note what fair-housing law protects, and says which kinds it took out. "No kids" is taken out like
 * "kids": what must not be asked is not kept either way. The number of people stays ("family of four" becomes "4
 * occupants"), and so do ordinary words such as white walls or single bathroom. A text without such words comes back
 * unchanged. A word list finds what people usually write; it does not prove that nothing is left.
 */
export function stripProtected(text: string): { text: string; removed: ProtectedCategory[] } {
  const removed = new Set<ProtectedCategory>();
  let current = text;
  // What was taken out may bring two words together that tell something by themselves, so it is read until none does.
  for (let round = 0; ; round++) {
    const counted = countPeople(current);
    if (counted !== current) removed.add('familial_status');
    const spans = protectedSpans(counted, removed);
    if (spans.length === 0) return { text: counted, removed: [...removed].sort() };
    if (round > MAX_ROUNDS + 1) return { text: '', removed: [...removed].sort() };
    current = round < MAX_ROUNDS ? removeSpans(counted, spans) : removeSentences(counted, spans);
  }
}

function countPeople(text: string): string {
  const sum = (...people: string[]) => `${people.map(toNumber).reduce((a, b) => a + b)} occupants`;
  return text
    .replace(patterns().adults_and_minors, (_, adults: string, minors: string) => sum(adults, minors))
    .replace(patterns().family_of, (_, people: string) => sum(people));
}

function toNumber(word: string): number {
  const index = NUMBER_WORDS.indexOf(word.toLowerCase());
  return index < 0 ? Number(word) : index;
}

function protectedSpans(text: string, removed: Set<ProtectedCategory>): Span[] {
  const straight = text.replaceAll('’', "'");
  const spans: Span[] = [];
  for (const { category, pattern } of patterns().protected) {
    for (const hit of straight.matchAll(pattern)) {
      spans.push({ start: hit.index, end: hit.index + hit[0].length });
      removed.add(category);
    }
  }
  return spans;
}

function removeSentences(text: string, spans: readonly Span[]): string {
  return sentences(text, [])
    .filter(({ start, end }) => !spans.some((span) => span.start < end && span.end > start))
    .map(({ start, end }) => text.slice(start, end))
    .join('');
}

/**
 * Whether somebody may be asking for a reasonable accommodation, or has an assistance animal: that goes to a person,
 * and the animal is not a pet. Denials ("not a service dog") count as well: to miss one costs more than a call.
 */
export function mentionsAccommodation(text: string): boolean {
  return text.replaceAll('’', "'").search(patterns().accommodation) >= 0;
}
