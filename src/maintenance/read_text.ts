import { TYPOS } from './typos.ts';

/**
 * A reporter's text as the rules read it: lower case, without accents, invisible characters and spelling mistakes, with
 * the way back to the words as they were written.
 */
export type ReadText = {
  readonly text: string;
  /** The reporter's own words behind `text.slice(start, end)`. */
  wordsBehind(start: number, end: number): string;
};

/** One character of the read text and the stretch of the original that it stands for. */
type Mark = { char: string; from: number; to: number };

const SPELLED: Record<string, string> = {
  '’': "'",
  '‘': "'",
  '´': "'",
  '`': "'",
  ʼ: "'",
  '-': ' ',
  _: ' ',
  '/': ' ',
  '*': ' ',
  '"': ' ',
  '“': ' ',
  '”': ' ',
  '¿': ' ',
  '¡': ' ',
  '(': ',',
  ')': ',',
  '[': ',',
  ']': ',',
  '—': ',',
  '–': ',',
  '…': '.',
  '。': '.',
  '\r': '\n',
  '\u2028': '\n',
};

/** Format characters (zero width, direction marks, soft hyphen, tags) are used to hide or break words. */
const INVISIBLE = /[\p{Cf}\p{Mn}\u034f\ufe00-\ufe0f]/u;

/** ASCII letters, digits and blanks read as they are but for their case, which is most of what comes. */
const PLAIN: ReadonlyMap<string, string> = new Map(
  [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,.'].map((char) => [char, char.toLowerCase()]),
);

/** Reads text of any length in linear time. */
export function readText(original: string): ReadText {
  const marks = corrected(squeezed(foldedCharacters(original)));
  return {
    text: marks.map((m) => m.char).join(''),
    wordsBehind(start, end) {
      const first = marks[start];
      const last = marks[Math.min(end, marks.length) - 1];
      return first && last ? original.slice(first.from, last.to).replace(/\s+/g, ' ').trim() : '';
    },
  };
}

function foldedCharacters(original: string): Mark[] {
  const marks: Mark[] = [];
  let from = 0;
  for (const character of original) {
    const to = from + character.length;
    const plain = PLAIN.get(character);
    if (plain !== undefined) {
      marks.push({ char: plain, from, to });
      from = to;
      continue;
    }
    for (const part of character.normalize('NFKD').toLowerCase()) {
      if (INVISIBLE.test(part)) continue;
      const char = SPELLED[part] ?? (part !== '\n' && /\s/.test(part) ? ' ' : part);
      // One mark per UTF-16 unit, so that offsets of regular expressions fit.
      for (let i = 0; i < char.length; i++) marks.push({ char: char.charAt(i), from, to });
    }
    from = to;
  }
  return marks;
}

/** A run of blanks becomes one; a run with a line break in it becomes the line break. */
function squeezed(marks: Mark[]): Mark[] {
  const out: Mark[] = [];
  for (const mark of marks) {
    const last = out.at(-1);
    const blank = mark.char === ' ' || mark.char === '\n';
    if (blank && last && (last.char === ' ' || last.char === '\n')) {
      if (mark.char === '\n') out[out.length - 1] = mark;
    } else {
      out.push(mark);
    }
  }
  return out;
}

const LETTER = /[\p{L}']/u;

/** Whole words only: a mistake in the table never changes a part of another word. */
function corrected(marks: Mark[]): Mark[] {
  const out: Mark[] = [];
  const isLetter = (mark: Mark | undefined): boolean =>
    mark !== undefined && ((mark.char >= 'a' && mark.char <= 'z') || LETTER.test(mark.char));
  for (let i = 0; i < marks.length;) {
    let end = i;
    while (isLetter(marks[end])) end++;
    const word = marks.slice(i, end);
    const right = TYPOS.get(word.map((m) => m.char).join(''));
    const first = word[0];
    const last = word.at(-1);
    if (right !== undefined && first && last) {
      for (const char of right) out.push({ char, from: first.from, to: last.to });
    } else {
      out.push(...word);
    }
    const next = marks[end];
    if (next) out.push(next);
    i = end + 1;
  }
  return out;
}
