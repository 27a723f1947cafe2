import { phoneKey } from '../model/matching.ts';
import { readFacts, type Facts } from './facts.ts';
import type { Mirror } from './mirror.ts';
import { Pool, type Entry } from './pool.ts';
import { NOTHING_FOUND, questionFor } from './question.ts';
import { fitOf, type Fit, type Matched } from './score.ts';
import { readSpoken } from './spoken.ts';
import type { SearchKind } from './terms.ts';

export type { Matched } from './score.ts';
export { SEARCH_KINDS, type SearchKind } from './terms.ts';

const DEFAULT_KINDS: readonly SearchKind[] = ['property', 'unit', 'resident', 'vendor', 'staff'];

export interface SearchRequest {
  /** Where to look; under `property_ids`, only there. */
  connections: readonly { id: string; property_ids?: readonly string[] }[];
  /** As a caller says it; the first 300 characters count. */
  query: string;
  /** The number that the call comes from. It moves candidates up and adds whom it belongs to. */
  caller_phone?: string;
  /** Default: property, unit, resident, vendor, staff. */
  kinds?: readonly SearchKind[];
  /** Default 8. */
  limit?: number;
}

export interface Candidate {
  kind: SearchKind;
  connection: string;
  scope: string;
  id: string;
  /** Name, unit, building and property; no contact data. */
  label: string;
  property_id?: string;
  unit_id?: string;
  /** 0 to 1. */
  score: number;
  matched: Matched[];
}

export interface SearchAnswer {
  /** Best first. */
  candidates: Candidate[];
  /** What to ask before anything is done, where the best candidates cannot be told apart or there are none. */
  question?: string;
}

interface Rated {
  connection: string;
  facts: Facts;
  fit: Fit;
}

/** Candidates of each kind whose records are read and compared word by word. */
const COMPARED = 24;
/** Candidates this close to the best are not told apart by what was said. */
const TOO_CLOSE = 0.9;
/** Below this share of the best, and below this score, a candidate is noise. */
const WORTH_SHOWING = { share: 0.6, score: 0.3 };
/** Several of a trade or on a rota are an answer; none of the questions for callers tells them apart. */
const CALLED_FOR: readonly Matched[] = ['trade', 'on_call'];
const WHICH_OF_THEM = 'Who of them is meant? Who can take a job is ranked by find_vendors.';
const CALLER = { phone: 0.25, unit: 0.15, property: 0.04 };

/**
 * Finds people and places from whatever a caller says: names in any order and spelling, units, buildings by nickname,
 * addresses, floors, phone numbers, e-mail addresses, ids, and several of them together. Where what was said fits
 * several, it says what to ask instead of guessing.
 */
export async function searchPortfolio(mirror: Mirror, request: SearchRequest): Promise<SearchAnswer> {
  const limit = request.limit ?? 8;
  const kinds = request.kinds && request.kinds.length > 0 ? request.kinds : DEFAULT_KINDS;
  const rated: Rated[] = [];
  for (const { id, property_ids } of request.connections) {
    rated.push(...(await searchConnection(mirror, id, property_ids, kinds, request)));
  }
  rated.sort((a, b) => b.fit.score - a.fit.score || (a.facts.label < b.facts.label ? -1 : 1));
  const best = rated[0]?.fit.score ?? 0;
  const shown = rated.filter(({ fit }) => fit.score >= Math.max(WORTH_SHOWING.score, best * WORTH_SHOWING.share));
  if (shown.length === 0) return { candidates: [], question: NOTHING_FOUND };
  const rivals = shown.filter(({ fit, facts }) => facts.kind === shown[0]!.facts.kind && fit.score >= best * TOO_CLOSE);
  const byCalling = rivals.length > 1 && CALLED_FOR.some((part) => rivals[0]!.fit.matched.includes(part));
  const question = byCalling ? WHICH_OF_THEM : questionFor(rivals.map((one) => one.facts));
  return { candidates: shown.slice(0, limit).map(candidateOf), ...(question ? { question } : {}) };
}

function candidateOf({ connection, facts, fit }: Rated): Candidate {
  return {
    kind: facts.kind,
    connection,
    scope: facts.scope,
    id: facts.id,
    label: facts.label,
    ...(facts.property_id === undefined ? {} : { property_id: facts.property_id }),
    ...(facts.unit_id === undefined ? {} : { unit_id: facts.unit_id }),
    // Above 1 only among themselves: a caller who fits what was said goes before strangers who fit it as well.
    score: Math.round(Math.min(1, fit.score) * 100) / 100,
    matched: fit.matched,
  };
}

async function searchConnection(
  mirror: Mirror,
  connection: string,
  property_ids: readonly string[] | undefined,
  kinds: readonly SearchKind[],
  { query, caller_phone }: SearchRequest,
): Promise<Rated[]> {
  const spoken = readSpoken(query);
  const pool = new Pool({ mirror, connection, spoken, kinds, ...(property_ids ? { property_ids } : {}) });
  const caller = caller_phone === undefined ? undefined : phoneKey(caller_phone);
  await pool.gather(caller);

  const rate = async (entries: readonly Entry[]): Promise<Rated[]> => {
    const facts = await readFacts(mirror, connection, entries);
    const contacts = new Map(entries.map((entry) => [keyOf(entry), entry.contacts]));
    return facts
      .filter((one) => isWithin(one, property_ids))
      .map((one) => ({
        connection,
        facts: one,
        fit: fitOf(one, spoken, pool.known, contacts.get(keyOf(one)) ?? new Set()),
      }));
  };
  let rated = await rate(pool.best(COMPARED));
  // Words that the best candidate does not account for may be misspelt names: found by sound, judged by spelling.
  const best = rated.reduce<Rated | undefined>((a, b) => (a && a.fit.score >= b.fit.score ? a : b), undefined);
  const open = spoken.tokens.map(
    (token, i) => token.sounds.length > 0 && !pool.placed[i] && (best?.fit.by_token[i] ?? 0) < 0.5,
  );
  if (open.includes(true)) {
    await pool.gatherBySound(open);
    rated = await rate(pool.best(COMPARED));
  }
  boostCaller(rated);
  return asked(rated, kinds);
}

const keyOf = ({ kind, scope, id }: { kind: SearchKind; scope: string; id: string }) => `${kind}\n${scope}\n${id}`;

/** Staff of other properties are not shown under a pin. */
function isWithin(facts: Facts, property_ids: readonly string[] | undefined): boolean {
  if (!property_ids || !facts.staff_of || facts.staff_of.length === 0) return true;
  return facts.staff_of.some((id) => property_ids.includes(id));
}

/** Who calls from a known number, their household, and their property come first among equals. */
function boostCaller(rated: readonly Rated[]): void {
  const callers = rated.filter(({ fit }) => fit.matched.includes('caller_phone')).map(({ facts }) => facts);
  const units = new Set(callers.map((facts) => facts.unit_id).filter((id) => id !== undefined));
  const properties = new Set(callers.map((facts) => facts.property_id).filter((id) => id !== undefined));
  for (const { facts, fit } of rated) {
    const boost = fit.matched.includes('caller_phone')
      ? CALLER.phone
      : units.has(facts.unit_id ?? '')
        ? CALLER.unit
        : properties.has(facts.property_id ?? '')
          ? CALLER.property
          : 0;
    // A number alone proves nothing about who speaks; it only decides between people who fit what was said.
    fit.score = fit.score * (1 + boost) + (fit.score > 0 ? 0 : 2 * boost);
  }
}

/** A building that fits better than its property stands for it, under its own name: what calls take is the property. */
function throughBuildings(rated: readonly Rated[], own: readonly Rated[]): Rated[] {
  const scores = new Map(
    own.filter(({ facts }) => facts.kind === 'property').map(({ facts, fit }) => [facts.id, fit.score]),
  );
  return rated.flatMap(({ connection, facts, fit }) => {
    const { kind, property_id } = facts;
    if (kind !== 'building' || property_id === undefined || (scores.get(property_id) ?? 0) >= fit.score) return [];
    return [{ connection, facts: { ...facts, kind: 'property' as const, id: property_id }, fit }];
  });
}

/** Only the kinds asked for; buildings stand for their properties, and units for residents who were not asked for. */
function asked(rated: readonly Rated[], kinds: readonly SearchKind[]): Rated[] {
  const named = rated.filter(({ facts }) => kinds.includes(facts.kind));
  const own =
    kinds.includes('property') && !kinds.includes('building') ? [...named, ...throughBuildings(rated, named)] : named;
  if (!kinds.includes('unit') || kinds.includes('resident')) return own;
  const units = new Map(own.filter(({ facts }) => facts.kind === 'unit').map((one) => [one.facts.id, one]));
  for (const { connection, facts, fit } of rated) {
    if (facts.kind !== 'resident' || facts.unit_id === undefined) continue;
    const known = units.get(facts.unit_id);
    if (known && known.fit.score >= fit.score) continue;
    const { name: _name, status: _status, ...place } = facts;
    const label = place.label.replace(/^.*?, unit /, 'unit ');
    units.set(facts.unit_id, { connection, facts: { ...place, kind: 'unit', id: facts.unit_id, label }, fit });
  }
  return [...own.filter(({ facts }) => facts.kind !== 'unit'), ...units.values()];
}
