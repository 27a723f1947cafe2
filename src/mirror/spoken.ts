import { foldText } from '../model/fold.ts';
import { addressKeys, emailKey, looseUnitKey, nameKeys, ordinalNumber, phoneKey, unitKey } from '../model/matching.ts';
import { placeWords } from './terms.ts';

/** Which floor was meant. */
export type Floor = { at: number } | 'up' | 'down' | 'top';

/** One word of what was said, with everything that it may stand for. */
export interface Token {
  text: string;
  /** Spellings as a name, its own and joined with the neighbour's (`mc donald`); empty where it can be none. */
  names: string[];
  groups: string[];
  sounds: string[];
  /** Unit keys that it may mean, alone or with its neighbour (`PH 3`). */
  units: string[];
  loose_units: string[];
  /** Words of a property, a building, a nickname or a street. */
  places: string[];
  /** What somebody is called for: a trade, or `on_call`. */
  calling?: string;
  /** House number. */
  number?: string;
  /** `jr`, `sr`, `ii`: which one of a family. */
  generation?: string;
}

export interface Spoken {
  tokens: Token[];
  floor?: Floor;
  /** E.164 or digits. */
  phones: string[];
  emails: string[];
  /** The whole text, for a PMS id. */
  text: string;
}

/** What callers say around the words that matter. */
const FILLERS = new Set(
  (
    'a an the and or of at in on to from for by with is it its this that im i am my me we our you your her his she he name ' +
    'named called calling caller speaking says said lives live living tenant resident renter lady guy man woman person ' +
    'building bldg block apartment apartments apt apts unit units suite ste room number no nr complex property house home ' +
    'street address please need hello hi hey yes lease'
  ).split(' '),
);

/** Words for who does a trade, and for the trade itself. */
const CALLINGS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    plumbing: 'plumber plumbers plumbing plomero',
    hvac: 'hvac heating cooling furnace',
    electrical: 'electrician electricians electrical electric electricista',
    appliance: 'appliance appliances',
    locksmith: 'locksmith locksmiths',
    pest: 'pest exterminator exterminators',
    roofing: 'roofer roofers roofing',
    painting: 'painter painters painting',
    carpentry: 'carpenter carpenters carpentry',
    flooring: 'flooring',
    grounds: 'landscaper landscapers landscaping gardener',
    cleaning: 'cleaner cleaners cleaning',
    elevator: 'elevator elevators',
    restoration: 'restoration',
    general: 'handyman',
    on_call: 'oncall',
  }).flatMap(([calling, words]) => words.split(' ').map((word) => [word, calling] as const)),
);

const UNIT_MARKERS = new Set('apt apts apartment unit suite ste room number no #'.split(' '));
const PLACE_MARKERS = new Set('building bldg block tower'.split(' '));

const SPOKEN_NUMBERS: ReadonlyMap<string, string> = new Map(
  [
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'
      .split(' ')
      .map((word, n) => [word, String(n)] as const),
    [['half', '1/2'] as const],
  ].flat(),
);

const FLOORS: readonly (readonly [RegExp, Floor])[] = [
  [/\b(upstairs|upper (?:level|floor|unit))\b/, 'up'],
  [/\b(downstairs|lower (?:level|floor|unit)|ground[- ](?:floor|level)|main floor)\b/, 'down'],
  [/\btop (?:floor|level)\b/, 'top'],
  [/\bbasement\b/, { at: 0 }],
];
const FLOOR_NUMBER =
  /\b(?:(\d{1,3}(?:st|nd|rd|th)|[a-z]+th|first|second|third) (?:floor|fl|flr)|(?:floor|flr) (\d{1,3}))\b/;

function takeFloor(text: string): { floor?: Floor; rest: string } {
  for (const [pattern, floor] of FLOORS) {
    if (pattern.test(text)) return { floor, rest: text.replace(pattern, ' ') };
  }
  const found = FLOOR_NUMBER.exec(text);
  const at = found?.[1] === undefined ? Number(found?.[2]) : ordinalNumber(found[1]);
  if (!found || at === undefined || Number.isNaN(at)) return { rest: text };
  return { floor: { at }, rest: text.replace(found[0], ' ') };
}

const EMAIL = /[^\s,;<>()]+@[^\s,;<>()]+/g;
/** Ten digits or more, however they are grouped: shorter ones are house numbers and units. */
const PHONE = /\+?\(?\d(?:[\s().-]{0,3}\d){9,14}(?!\d)/g;

/** What was said, taken apart. Nothing is decided here: a word keeps every meaning that it may have. */
export function readSpoken(query: string): Spoken {
  const text = query.slice(0, 300).trim();
  const emails: string[] = [];
  const phones: string[] = [];
  const words = text
    .replace(EMAIL, (found) => {
      const key = emailKey(found.replace(/\.$/, ''));
      if (key) emails.push(key);
      return ' ';
    })
    .replace(PHONE, (found) => {
      const key = phoneKey(found);
      if (key) phones.push(key);
      return ' ';
    });
  const { floor, rest } = takeFloor(foldKeepingFractions(words));
  return { tokens: readTokens(rest), ...(floor ? { floor } : {}), phones, emails, text };
}

/** `½` stays one word, and a fraction after a digit stays apart from it. */
function foldKeepingFractions(text: string): string {
  return foldText(
    text.replace(/[\u00bc-\u00be\u2150-\u215e]/g, (fraction) => ` ${fraction.normalize('NFKC')} `),
  ).replace(/\u2044/g, '/');
}

function readTokens(text: string): Token[] {
  const words = text
    .replace(/#/g, ' # ')
    .replace(/\bon[- ]call\b/g, 'oncall')
    .replace(/'s\b/g, '')
    .split(/[\s,;:!?"()]+/)
    .map((word) => word.replace(/^[.'-]+|[.'-]+$/g, ''))
    .filter((word) => word === '#' || /[\p{L}\p{N}]/u.test(word));
  const kept = words
    .map((word, i) => ({ word, before: words[i - 1] ?? '' }))
    .filter(({ word, before }) => word !== '#' && (!FILLERS.has(word) || isLetterOf(word, before)));
  return kept.slice(0, 12).map(({ word, before }, i) => readToken(word, before, kept[i - 1]?.word, kept[i + 1]?.word));
}

/** The `a` of `building a` and of `unit a`. */
function isLetterOf(word: string, before: string): boolean {
  return word.length === 1 && (UNIT_MARKERS.has(before) || PLACE_MARKERS.has(before));
}

function readToken(word: string, marker: string, before: string | undefined, after: string | undefined): Token {
  const marked = UNIT_MARKERS.has(marker);
  const asNumber = SPOKEN_NUMBERS.get(word);
  const hasDigit = /\d/.test(word) || asNumber !== undefined;
  const own = asNumber ?? word;
  const generation = nameKeys(`xx ${word}`).people[0]?.generation;
  const names = /\d/.test(word) || marked || generation !== undefined ? undefined : nameKeys(word);
  const joined = names ? joinedNames(word, before, after) : [];
  const unitWords = [
    ...(marked || hasDigit || word.length === 1 || /^(ph|ll|bsmt|rear|front)\d*$/.test(word) ? [own] : []),
    ...pairs(own, before, after).filter((pair) => /\d/.test(pair) && pair.length <= 6),
  ];
  const street = addressKeys(`0 ${own}`);
  const calling = CALLINGS.get(word);
  return {
    text: word,
    names: [...new Set([...(names?.words ?? []), ...joined])],
    groups: names?.groups ?? [],
    sounds: [...new Set([...(names?.sounds ?? []), ...joined.flatMap((name) => nameKeys(name).sounds)])],
    units: [...new Set(unitWords.map(unitKey))],
    loose_units: [...new Set(unitWords.map(looseUnitKey))],
    places: [...new Set([...placeWords(word), own, ...street.words])],
    ...(calling === undefined ? {} : { calling }),
    ...(/^\d+(-\d+)?[a-z]?$/.test(own) ? { number: own } : {}),
    ...(generation === undefined ? {} : { generation }),
  };
}

/** `mc donald`, `o brien`, `van der berg`: names that callers and writers take apart. */
function joinedNames(word: string, before: string | undefined, after: string | undefined): string[] {
  return pairs(word, before, after)
    .filter((pair) => /^[\p{L}' -]+$/u.test(pair))
    .map((pair) => pair.replace(/[^\p{L}]/gu, ''))
    .filter((pair) => pair.length >= 4);
}

function pairs(word: string, before: string | undefined, after: string | undefined): string[] {
  return [
    ...(before === undefined ? [] : [`${SPOKEN_NUMBERS.get(before) ?? before} ${word}`]),
    ...(after === undefined ? [] : [`${word} ${SPOKEN_NUMBERS.get(after) ?? after}`]),
  ];
}
