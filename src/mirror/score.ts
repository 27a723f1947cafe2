import { similarity } from '../model/phonetic.ts';
import type { Facts, Place } from './facts.ts';
import type { Floor, Spoken, Token } from './spoken.ts';

/** What of a candidate was recognised. */
export type Matched =
  | 'id'
  | 'phone'
  | 'email'
  | 'caller_phone'
  | 'name'
  | 'nickname'
  | 'similar_name'
  | 'unit'
  | 'similar_unit'
  | 'property'
  | 'building'
  | 'address'
  | 'floor'
  | 'trade'
  | 'on_call';

export interface Fit {
  /** 0 to 1. */
  score: number;
  matched: Matched[];
  /** How well each token fits, 0 to 1, in the order of tokens. */
  by_token: number[];
}

interface TokenFit {
  quality: number;
  matched?: Matched;
}

const NOTHING: TokenFit = { quality: 0 };

const better = (fits: readonly TokenFit[]): TokenFit =>
  fits.reduce((best, fit) => (fit.quality > best.quality ? fit : best), NOTHING);

function nameFit({ names, groups, sounds, generation }: Token, { name }: Facts): TokenFit {
  if (!name) return NOTHING;
  if (generation !== undefined) {
    return name.people.some((person) => person.generation === generation) ? { quality: 1, matched: 'name' } : NOTHING;
  }
  if (names.some((word) => name.words.includes(word))) return { quality: 1, matched: 'name' };
  if (groups.some((group) => name.groups.includes(group))) return { quality: 0.92, matched: 'nickname' };
  const likeness = Math.max(0, ...names.flatMap((word) => name.words.map((other) => similarity(word, other))));
  const sameSound = sounds.some((sound) => name.sounds.includes(sound));
  if (sameSound && likeness >= 0.3) return { quality: Math.max(0.6, 0.9 * likeness), matched: 'similar_name' };
  return likeness >= 0.72 ? { quality: 0.9 * likeness, matched: 'similar_name' } : NOTHING;
}

function unitFit({ units, loose_units }: Token, { unit_key, loose_unit_key, key_in_building }: Facts): TokenFit {
  if (unit_key === undefined || loose_unit_key === undefined) return NOTHING;
  if (units.includes(unit_key)) return { quality: 1, matched: 'unit' };
  if (key_in_building !== undefined && units.includes(key_in_building)) return { quality: 0.95, matched: 'unit' };
  return loose_units.includes(loose_unit_key) ? { quality: 0.75, matched: 'similar_unit' } : NOTHING;
}

function placeFit({ places, number }: Token, place: Place | undefined, matched: 'property' | 'building'): TokenFit {
  if (!place) return NOTHING;
  if (places.some((word) => place.words.has(word))) return { quality: 0.97, matched };
  return streetFit(places, number, place.street);
}

function streetFit(places: readonly string[], number: string | undefined, street: Facts['street']): TokenFit {
  const hit =
    (number !== undefined && number === street?.number) || places.some((word) => street?.words.includes(word));
  return hit ? { quality: 0.95, matched: 'address' } : NOTHING;
}

function callingFit({ calling }: Token, { callings }: Facts): TokenFit {
  if (calling === undefined || callings?.includes(calling) !== true) return NOTHING;
  return { quality: 0.95, matched: calling === 'on_call' ? 'on_call' : 'trade' };
}

function floorFits(floor: Floor, { floor: actual, top_floor }: Facts): number {
  if (actual === undefined) return 0.4;
  if (floor === 'up') return actual >= 2 ? 1 : 0;
  if (floor === 'down') return actual <= 1 ? 1 : 0;
  if (floor === 'top') return top_floor === undefined ? 0.4 : Number(top_floor);
  return floor.at === actual ? 1 : 0;
}

/** Words that name nothing in the portfolio say little about a candidate that does not have them either. */
const UNKNOWN_WORD = 0.3;
const FLOOR = 0.6;
const GENERATION = 0.6;
const CONTACT = 3;
/** Someone who has left is seldom who calls. */
const STATUS_FACTOR: Readonly<Record<string, number>> = { past: 0.8, cancelled: 0.7 };

const NAMED: readonly Matched[] = ['name', 'nickname', 'similar_name'];

/** A name that is also a place's: what one word may be for this candidate. */
const tokenFit = (token: Token, facts: Facts): TokenFit =>
  better([
    nameFit(token, facts),
    callingFit(token, facts),
    unitFit(token, facts),
    placeFit(token, facts.building, 'building'),
    placeFit(token, facts.property, 'property'),
    streetFit(token.places, token.number, facts.street),
  ]);

/**
 * How well a candidate fits what was said: the share of the words that it accounts for, each by the best of its
 * meanings. `known` says which words name anything in the portfolio; `contacts` which phone numbers, addresses or ids
 * led to the candidate.
 */
export function fitOf(facts: Facts, spoken: Spoken, known: readonly boolean[], contacts: ReadonlySet<Matched>): Fit {
  const matched = new Set<Matched>(contacts);
  let got = 0;
  let asked = 0;
  const by_token = spoken.tokens.map((token, i) => {
    const fit = tokenFit(token, facts);
    const weight = token.generation !== undefined ? GENERATION : known[i] ? 1 : UNKNOWN_WORD;
    asked += weight;
    got += weight * fit.quality;
    if (fit.matched) matched.add(fit.matched);
    return fit.quality;
  });
  if (spoken.floor !== undefined && facts.kind !== 'vendor' && facts.kind !== 'staff') {
    const quality = floorFits(spoken.floor, facts);
    asked += FLOOR;
    got += FLOOR * quality;
    if (quality === 1) matched.add('floor');
  }
  for (const [of, said] of [
    ['phone', spoken.phones],
    ['email', spoken.emails],
  ] as const) {
    if (said.length === 0) continue;
    asked += CONTACT;
    if (contacts.has(of)) got += CONTACT;
  }
  // Where nobody was named, the unit itself comes before those who live in it.
  if (facts.kind === 'resident' && contacts.size === 0 && !NAMED.some((part) => matched.has(part))) got *= 0.97;
  const share = contacts.has('id') ? 1 : asked === 0 ? 0 : got / asked;
  return { score: share * (STATUS_FACTOR[facts.status ?? ''] ?? 1), matched: [...matched], by_token };
}
