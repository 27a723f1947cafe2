import { normaliseEmail, normalisePhone } from './contact.ts';
import { foldText, latinised } from './fold.ts';
import { nicknameGroups } from './nicknames.ts';
import { soundKey } from './phonetic.ts';

/*
 * Keys by which what a caller says is compared with what a PMS holds. Keys are for comparing only: the PMS's own
 * spelling of a name or a unit is never replaced by one.
 */

/** What is longer than this is no name, unit or street; its beginning counts. */
const LONGEST = 200;

/** Words that announce a unit without being part of its name (USPS Publication 28, appendix C2, and speech). */
const DESIGNATORS = new Set(
  'APT APTS APARTMENT UNIT UNT STE SUITE NO NUMBER NUM FL FLR FLOOR RM ROOM SPC SPACE LOT TRLR TRAILER FLAT'.split(' '),
);
const FLOOR_WORDS = new Set(['FL', 'FLR', 'FLOOR', 'LEVEL', 'LVL']);

const ORDINALS =
  'FIRST SECOND THIRD FOURTH FIFTH SIXTH SEVENTH EIGHTH NINTH TENTH ELEVENTH TWELFTH THIRTEENTH FOURTEENTH FIFTEENTH'.split(
    ' ',
  );

/** `15TH`, `second` → 15, 2; undefined for anything else. */
export function ordinalNumber(word: string): number | undefined {
  const digits = /^(\d{1,3})(?:ST|ND|RD|TH)$/i.exec(word);
  if (digits) return Number(digits[1]);
  const spoken = ORDINALS.indexOf(word.toUpperCase());
  return spoken === -1 ? undefined : spoken + 1;
}

/**
 * The key of a unit's name. Designators and punctuation go, so that `Apt 2-B`, `#2B` and `2 b` are one; a gap between
 * two digits stays, so that `12-3` is not `123`; a fraction stays a fraction, so that `½` is `1/2` and never `12`.
 * A name that is nothing but a designator is its own key.
 */
export function unitKey(name: string): string {
  const text = name
    .slice(0, LONGEST)
    .replace(/(\d)(?=[\u00bc-\u00be\u2150-\u215e])/g, '$1 ')
    .normalize('NFKC')
    .toUpperCase()
    .replace(/\u2044/g, '/');
  const words = text.split(/[\s#.,:;]+/).filter(Boolean);
  const besideFloor = (i: number) => FLOOR_WORDS.has(words[i - 1] ?? '') || FLOOR_WORDS.has(words[i + 1] ?? '');
  const kept = words
    .map((word, i) => (besideFloor(i) ? String(ordinalNumber(word) ?? word) : word))
    .filter((word) => !DESIGNATORS.has(word));
  const joined = (kept.length > 0 ? kept : words).join(' ');
  return joined
    .replace(/(\d)\s*\/\s*(\d)/g, '$1/$2')
    .replace(/[^\p{L}\p{N}/]+/gu, ' ')
    .trim()
    .replace(/(\d) (?=\d)/g, '$1-')
    .replace(/ /g, '')
    .replace(/(?<!\d)\/|\/(?!\d)/g, '');
}

/**
 * The key without what is easily misread or left out in speech: leading zeros, gaps, O for 0 and I for 1. Two units with
 * one loose key are candidates to ask about, never the same unit.
 */
export function looseUnitKey(name: string): string {
  const key = unitKey(name);
  if (!/\d/.test(key)) return key;
  return key
    .replace(/O/g, '0')
    .replace(/I/g, '1')
    .replace(/-/g, '')
    .replace(/(?<!\d)0+(?=\d)/g, '');
}

const TITLES = new Set('dr mr mrs ms miss mx prof professor rev hon'.split(' '));
const GENERATIONS = new Set('jr sr junior senior ii iii iv vi vii'.split(' '));
const CREDENTIALS = new Set('md phd esq dds cpa rn dvm jd mba pe dmd'.split(' '));
/** Credentials that are also surnames (Do) or initials: only where they stand behind a comma or carry dots. */
const DOTTED_CREDENTIALS = new Set('do od pa dc np ma'.split(' '));
const PARTICLES = new Set(
  'o mc mac de del la las los da das dos di van von der den ter le el al bin ibn st san'.split(' '),
);

export interface PersonName {
  given: string[];
  family: string[];
  /** `jr`, `sr`, `ii` …: what tells a father from a son. */
  generation?: string;
}

export interface NameKeys {
  /** One for each person that the name stands for: `Lloyd & Susan Hill` is two. */
  people: PersonName[];
  /** Every spelling of every word: folded, hyphenated names joined and apart, particles joined, in Latin letters. */
  words: string[];
  /** Nickname groups of the words: `Bill` is of `william`. */
  groups: string[];
  /** Sound keys of the words. */
  sounds: string[];
}

interface Part {
  words: string[];
  spellings: string[];
  generation?: string;
}

/** The words of one piece of a name between commas, without titles, suffixes and initials. */
function readPart(text: string, behindComma: boolean): Part {
  const part: Part = { words: [], spellings: [] };
  const raw = text.split(/\s+/).filter((word) => /\p{L}|\p{N}/u.test(word));
  raw.forEach((token, i) => {
    const bare = token.replace(/[.,]/g, '');
    const dotted = token.includes('.') || behindComma;
    if (TITLES.has(bare) && i === 0 && raw.length > 1) return;
    if (GENERATIONS.has(bare) && (i > 0 || behindComma))
      return void (part.generation ??= bare.replace(/(?<=^.)unio|(?<=^.)enio/, ''));
    if (CREDENTIALS.has(bare) && (i > 0 || behindComma)) return;
    if (DOTTED_CREDENTIALS.has(bare) && dotted && (i > 0 || behindComma)) return;
    const pieces = token.split(/[^\p{L}\p{M}\p{N}]+/u).filter(Boolean);
    const initial = pieces.every((piece) => piece.length === 1) && /^[a-z]/.test(pieces[0] ?? '');
    if (initial && raw.length > 1 && !PARTICLES.has(pieces[0]!)) return;
    part.words.push(...pieces);
    part.spellings.push(...pieces, pieces.join(''));
  });
  part.spellings.push(...joinedParticles(part.words));
  return part;
}

/** `de la cruz` → `delacruz`, `o brien` → `obrien`: particles run together with the word they belong to. */
function joinedParticles(words: readonly string[]): string[] {
  const joined: string[] = [];
  let run = '';
  for (const word of words) {
    if (run !== '' && !PARTICLES.has(word)) joined.push(run + word);
    run = PARTICLES.has(word) ? run + word : '';
  }
  return joined;
}

/** Where the family name starts: the last word, with the particles before it. */
function familyStart(words: readonly string[]): number {
  let start = words.length - 1;
  while (start > 1 && PARTICLES.has(words[start - 1]!)) start--;
  return start;
}

/** `Last, First` and `First Last, Jr.` into one person; a second comma part that is only suffixes turns nothing round. */
function readPerson(text: string): { name: PersonName; spellings: string[] } {
  const parts = text.split(',').map((piece, i) => readPart(piece.trim(), i > 0));
  const filled = parts.filter((part) => part.words.length > 0);
  const generation = parts.find((part) => part.generation)?.generation;
  const spellings = parts.flatMap((part) => part.spellings);
  const lastFirst = filled.length > 1;
  const words = filled[0]?.words ?? [];
  const start = words.length > 1 ? familyStart(words) : words.length;
  const given = lastFirst ? filled.slice(1).flatMap((part) => part.words) : words.slice(0, start);
  const family = lastFirst ? words : words.slice(start);
  return { name: { given, family, ...(generation ? { generation } : {}) }, spellings };
}

/** `Mr.` in `Mr. and Mrs. Max Hill`. */
function isTitleOnly(spellings: readonly string[]): boolean {
  return spellings.every((word) => TITLES.has(word));
}

/** Words in brackets or quotation marks: what the person is called. */
const CALLED = /[("“‘]\s*([^()"“”‘’]+?)\s*[)"”’]|(?<=^|\s)'([^']+)'(?=\s|$|,)/gu;

/**
 * Every key that a person's or a company's name can be found by. Nothing is lost by it: `Last, First`, households,
 * suffixes, nicknames in brackets, particles and hyphens are read, other scripts are kept and, for Cyrillic, also
 * spelt in Latin letters.
 */
export function nameKeys(name: string): NameKeys {
  const called: string[] = [];
  const plain = name
    .slice(0, LONGEST)
    .normalize('NFKC')
    .replace(CALLED, (_all, a?: string, b?: string) => {
      called.push(...foldText(a ?? b ?? '').split(/[^\p{L}\p{M}\p{N}]+/u));
      return ' ';
    });
  const people = foldText(plain)
    .split(/\s*[&+]\s*|\s+(?:and|or)\s+/)
    .filter((text) => /\p{L}|\p{N}/u.test(text))
    .map(readPerson)
    .filter(({ spellings }, _i, all) => !isTitleOnly(spellings) || all.every((one) => isTitleOnly(one.spellings)))
    .filter(({ spellings }) => spellings.length > 0);
  // `Lloyd & Susan Hill`: whoever has one name only shares the family name of the others.
  const family = people.find(({ name }) => name.family.length > 0)?.name.family ?? [];
  for (const { name } of people) if (name.family.length === 0) name.family = [...family];
  const spellings = [...people.flatMap((person) => person.spellings), ...called.filter(Boolean)];
  const words = [...new Set(spellings.flatMap((word) => [word, latinised(word)]))].filter(Boolean);
  return {
    people: people.map((person) => person.name),
    words,
    groups: [...new Set(words.flatMap(nicknameGroups))],
    sounds: [...new Set(words.filter((word) => !PARTICLES.has(word)).map(soundKey))].filter(Boolean),
  };
}

/** Street types and directions as they are written and said (USPS Publication 28, appendix C1, the frequent ones). */
const STREET_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    st: 'street str strt',
    ave: 'avenue av aven',
    rd: 'road',
    dr: 'drive drv',
    ln: 'lane',
    ct: 'court crt',
    cir: 'circle circ',
    blvd: 'boulevard boul',
    pl: 'place',
    ter: 'terrace terr',
    pkwy: 'parkway pky',
    hwy: 'highway',
    sq: 'square',
    trl: 'trail',
    way: 'wy',
    xing: 'crossing',
    aly: 'alley',
    loop: 'lp',
    plz: 'plaza',
    mt: 'mount',
    ft: 'fort',
    n: 'north no',
    s: 'south so',
    e: 'east',
    w: 'west',
    ne: 'northeast',
    nw: 'northwest',
    se: 'southeast',
    sw: 'southwest',
  }).flatMap(([short, long]) => [short, ...long.split(' ')].map((word) => [word, short] as const)),
);
const STREET_TYPES = new Set(STREET_WORDS.values());

export interface AddressKeys {
  /** House number with its letter, `1745`, `12b`, `30-83`; absent where the text starts with none. */
  number?: string;
  /** Words of the street that tell it from others; types and directions only where there is nothing else. */
  words: string[];
}

/** Keys of a street line, or of what a caller says of one: `1745 T Street SE`, `on Penstock`, `35th and Main`. */
export function addressKeys(street: string): AddressKeys {
  const words = foldText(street.slice(0, LONGEST))
    .replace(/\b([ns])\.\s?([ew])\b\.?/g, '$1$2')
    .split(/[^\p{L}\p{M}\p{N}-]+/u)
    .filter(Boolean);
  const number = /^\d+(-\d+)?[a-z]?$/.test(words[0] ?? '') ? words.shift() : undefined;
  const rest = words.map((word) => {
    const ordinal = /^[a-z]+$/.test(word) ? ordinalNumber(word) : undefined;
    return ordinal === undefined ? (STREET_WORDS.get(word) ?? word) : ordinalWord(ordinal);
  });
  const telling = rest.filter((word) => !STREET_TYPES.has(word));
  return { ...(number ? { number } : {}), words: [...new Set(telling.length > 0 ? telling : rest)] };
}

function ordinalWord(number: number): string {
  const teen = number % 100 >= 11 && number % 100 <= 13;
  return `${number}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th')}`;
}

/** A phone number as a key: E.164 where it can be one, else its digits; undefined without digits. */
export function phoneKey(phone: string): string | undefined {
  return normalisePhone(phone)?.number ?? (phone.replace(/\D/g, '').slice(0, 40) || undefined);
}

/** An e-mail address as a key; undefined where it is none. */
export function emailKey(email: string): string | undefined {
  return normaliseEmail(email);
}
