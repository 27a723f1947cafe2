import { addressKeys, emailKey, looseUnitKey, nameKeys, phoneKey, unitKey } from '../model/matching.ts';
import { foldText } from '../model/fold.ts';
import type { RecordKind, RecordOf } from '../model/records.ts';

/*
 * The search terms of a record. The prefix says what a term is: n: word of a name, g: nickname group, s: sound of a
 * name, u: unit key, w: word of a place (names, nicknames, streets), h: house number, r: what somebody is called for (a
 * trade, being on call), t: phone and e: e-mail, the last two as keyed hashes.
 */

type HashOf = (kind: 'phone' | 'email', value: string) => string;

/** What the terms of a record need to know of the records it belongs to. */
export interface Surroundings {
  /** Name of the unit that a resident lives in. */
  unit_name?: string;
  /** Name of the building that the unit is in. */
  building_name?: string;
  /** Streets of the property and the building of a unit, so that it repeats neither. */
  streets?: readonly string[];
}

/** Words that say what kind of place it is and nothing about which one. */
const GENERIC_PLACE_WORDS = new Set(
  'the a an at of in on and building bldg block house home apartment apartments apts apt property complex community'.split(
    ' ',
  ),
);

/** The words that tell a place from others; the generic ones too where there is nothing else. */
export function placeWords(text: string): string[] {
  const words = foldText(text)
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter(Boolean);
  const telling = words.filter((word, i) => !GENERIC_PLACE_WORDS.has(word) || isLetterName(words, i));
  return [...new Set(telling.length > 0 ? telling : words)];
}

/** The `a` of `Building A` is its name. */
function isLetterName(words: readonly string[], i: number): boolean {
  return words[i] === 'a' && i > 0 && GENERIC_PLACE_WORDS.has(words[i - 1]!);
}

function nameTerms(name: string): string[] {
  const { words, groups, sounds } = nameKeys(name);
  return [
    ...words.filter((word) => word.length > 1 || /[^a-z0-9]/.test(word)).map((word) => `n:${word}`),
    ...groups.map((group) => `g:${group}`),
    ...sounds.filter((sound) => sound.length > 1).map((sound) => `s:${sound}`),
  ];
}

/**
 * The unit key without the building's letter or number in front: `A-2A` in Building A is also said as `2A`. Undefined
 * where the unit's name does not begin so.
 */
export function keyInBuilding(unit_name: string, building_name: string | undefined): string | undefined {
  const key = unitKey(unit_name);
  const prefixes = building_name === undefined ? [] : placeWords(building_name).map((word) => word.toUpperCase());
  const prefix = prefixes.find((word) => word.length <= 3 && key.startsWith(word) && key.length > word.length);
  return prefix === undefined ? undefined : unitKey(key.slice(prefix.length));
}

export function unitTerms(name: string, building_name: string | undefined): string[] {
  const keys = [unitKey(name), looseUnitKey(name), keyInBuilding(name, building_name) ?? ''];
  return [...new Set(keys)].filter(Boolean).map((key) => `u:${key}`);
}

function streetTerms(street: string): string[] {
  const { number, words } = addressKeys(street);
  return [...(number ? [`h:${number}`] : []), ...words.map((word) => `w:${word}`)];
}

const placeTerms = (texts: readonly string[]) => texts.flatMap(placeWords).map((word) => `w:${word}`);

function contactTerms(phones: readonly string[], emails: readonly string[], hashOf: HashOf): string[] {
  const numbers = phones.map(phoneKey).filter((key) => key !== undefined);
  const addresses = emails.map(emailKey).filter((key) => key !== undefined);
  return [...numbers.map((key) => `t:${hashOf('phone', key)}`), ...addresses.map((key) => `e:${hashOf('email', key)}`)];
}

interface WithContacts {
  phones: readonly { number: string }[];
  emails: readonly string[];
}

const contactsOf = (record: WithContacts, hashOf: HashOf) =>
  contactTerms(
    record.phones.map((phone) => phone.number),
    record.emails,
    hashOf,
  );

interface Worker {
  is_active: boolean;
  trades: readonly string[];
  on_call?: number | undefined;
}

/** What somebody is called for: their trades, and `on_call` for who is on the rota. Nobody calls those who have left. */
export function callingsOf({ is_active, trades, on_call }: Worker): string[] {
  if (!is_active) return [];
  return on_call === undefined ? [...trades] : [...trades, 'on_call'];
}

const callingTerms = (worker: Worker) => callingsOf(worker).map((calling) => `r:${calling}`);

/** The kinds that can be searched. */
export const SEARCH_KINDS = ['property', 'building', 'unit', 'resident', 'vendor', 'staff', 'guest_card'] as const;
export type SearchKind = (typeof SEARCH_KINDS)[number];

export const isSearched = (kind: RecordKind): boolean => (SEARCH_KINDS as readonly RecordKind[]).includes(kind);

type TermsOf<K extends RecordKind> = (record: RecordOf<K>, around: Surroundings, hashOf: HashOf) => string[];

const TERMS: { readonly [K in SearchKind]: TermsOf<K> } = {
  property: (record) => [...placeTerms([record.name, ...record.nicknames]), ...streetTerms(record.address.street)],
  building: (record) => [
    ...placeTerms([record.name, ...record.nicknames]),
    ...(record.address ? streetTerms(record.address.street) : []),
  ],
  unit: (record, { streets = [], building_name }) => [
    ...unitTerms(record.name, building_name),
    ...(record.address && !streets.includes(record.address.street) ? streetTerms(record.address.street) : []),
  ],
  resident: (record, { unit_name, building_name }, hashOf) => [
    ...nameTerms(record.name),
    ...(record.preferred_name ? nameTerms(record.preferred_name) : []),
    ...(unit_name === undefined ? [] : unitTerms(unit_name, building_name)),
    ...contactsOf(record, hashOf),
  ],
  staff: (record, _around, hashOf) => [
    ...nameTerms(record.name),
    ...callingTerms(record),
    ...contactTerms(record.phone ? [record.phone] : [], record.email ? [record.email] : [], hashOf),
  ],
  vendor: (record, _around, hashOf) => [
    ...nameTerms(record.name),
    ...callingTerms(record),
    ...contactsOf(record, hashOf),
  ],
  guest_card: (record, _around, hashOf) => [
    ...(record.name ? nameTerms(record.name) : []),
    ...contactsOf(record, hashOf),
  ],
};

/** Every term that a record is found by, once each; none for kinds that are not searched. */
export function termsOf<K extends RecordKind>(
  kind: K,
  record: RecordOf<K>,
  around: Surroundings,
  hashOf: HashOf,
): string[] {
  const table: { readonly [K in RecordKind]?: TermsOf<K> } = TERMS;
  const terms: TermsOf<K> | undefined = table[kind];
  return terms ? [...new Set(terms(record, around, hashOf))] : [];
}

/** Whoever lives there now is found before whoever did. */
const STATUS_WEIGHT: Readonly<Record<string, number>> = {
  past: 0.5,
  cancelled: 0.4,
  lost: 0.5,
  denied: 0.5,
  leased: 0.7,
};

export function weightOf(status: string | null): number {
  return STATUS_WEIGHT[status ?? ''] ?? 1;
}
