import { nicknameGroups } from '../model/nicknames.ts';
import type { Mirror } from './mirror.ts';
import {
  isPresent,
  kindOf,
  postingLists,
  postingOf,
  propertyOf,
  readPosting,
  type Posted,
  type Posting,
  type Within,
} from './postings.ts';
import type { Matched } from './score.ts';
import type { Spoken, Token } from './spoken.ts';
import { SEARCH_KINDS, weightOf, type SearchKind } from './terms.ts';

/** A record that something said may mean. */
export interface Entry extends Posted {
  /** What it was found by besides words. */
  contacts: ReadonlySet<Matched>;
}

interface PoolOptions {
  mirror: Mirror;
  connection: string;
  spoken: Spoken;
  kinds: readonly SearchKind[];
  property_ids?: readonly string[];
}

/** Properties whose units are read one by one; more of them are no answer to where something is. */
const PLACES_READ = 3;

/** A record with a word that belongs to a nickname group also has the group's term, which is then enough. */
const namesWithoutGroup = ({ names }: Token) => names.filter((word) => nicknameGroups(word).length === 0);

const termsOf = (token: Token) => [
  ...namesWithoutGroup(token).map((word) => `n:${word}`),
  ...token.groups.map((group) => `g:${group}`),
  ...new Set([...token.units, ...token.loose_units].map((key) => `u:${key}`)),
  ...token.places.map((word) => `w:${word}`),
  ...(token.number === undefined ? [] : [`h:${token.number}`]),
  ...(token.calling === undefined ? [] : [`r:${token.calling}`]),
];
const soundTermsOf = (token: Token) => token.sounds.map((sound) => `s:${sound}`);

/** Sets of tokens are kept as bits: lists are long, and a query has at most a dozen tokens. */
function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Collects the records that may be meant, and ranks them by how much of what was said led to them. */
export class Pool {
  /** Which tokens name anything at all. */
  readonly known: boolean[];
  /** Which tokens name a property, a building or a street. */
  readonly placed: boolean[];
  readonly #options: PoolOptions;
  readonly #tokens = new Map<Posting, number>();
  readonly #contacts = new Map<Posting, Set<Matched>>();
  /** Tokens that name each property, directly or through one of its buildings. */
  readonly #placeTokens = new Map<string, number>();
  readonly #wanted: Within;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.known = options.spoken.tokens.map(() => false);
    this.placed = options.spoken.tokens.map(() => false);
    const { connection, kinds, property_ids } = options;
    // Units are also found through those who live in them, properties through their buildings.
    const through: SearchKind[] = [];
    if (kinds.includes('unit')) through.push('resident');
    if (kinds.includes('property')) through.push('building');
    const wanted = SEARCH_KINDS.filter((kind) => kinds.includes(kind) || through.includes(kind));
    this.#wanted = { connection, kinds: wanted, ...(property_ids ? { property_ids } : {}) };
  }

  /** Everything that the words, numbers and ids lead to. `caller` is the key of the caller's own number. */
  async gather(caller: string | undefined): Promise<void> {
    const { tokens } = this.#options.spoken;
    await this.#gatherContacts(caller);
    await this.#gatherIds();
    await this.#gatherTerms(tokens.map(termsOf));
    await this.#gatherUnitsOfPlaces();
  }

  /** Looks again for the tokens marked, by sound. */
  async gatherBySound(marked: readonly boolean[]): Promise<void> {
    const { tokens } = this.#options.spoken;
    await this.#gatherTerms(tokens.map((token, i) => (marked[i] ? soundTermsOf(token) : [])));
  }

  /** The entries of each kind that most of what was said led to. */
  best(count_per_kind: number): Entry[] {
    const byKind = new Map<SearchKind, { postings: Posting[]; ranks: number[] }>();
    for (const [posting, tokens] of this.#tokens) {
      const kind = kindOf(posting);
      const ranked = byKind.get(kind) ?? { postings: [], ranks: [] };
      if (ranked.postings.length === 0) byKind.set(kind, ranked);
      ranked.postings.push(posting);
      ranked.ranks.push(this.#rank(posting, tokens));
    }
    return [...byKind.values()].flatMap(({ postings, ranks }) => {
      const lowest = Float64Array.from(ranks).sort().at(-count_per_kind) ?? 0;
      const above = postings.filter((_, i) => ranks[i]! > lowest);
      const level = postings.filter((_, i) => ranks[i] === lowest);
      return [...above, ...level.slice(0, count_per_kind - above.length)].map((posting) => ({
        ...readPosting(posting),
        contacts: this.#contacts.get(posting) ?? new Set(),
      }));
    });
  }

  /** Numbers and ids first, then how many words, its own before those of its place, then who is there now. */
  #rank(posting: Posting, tokens: number): number {
    const named = this.#placeTokens.size === 0 ? 0 : (this.#placeTokens.get(propertyOf(posting)) ?? 0);
    const contacts = this.#contacts.get(posting)?.size ?? 0;
    return 16 * contacts + bitCount(tokens | named) + bitCount(tokens) / 16 + (isPresent(posting) ? 0.5 : 0);
  }

  #addContact(posting: Posting, contact: Matched): void {
    if (!this.#tokens.has(posting)) this.#tokens.set(posting, 0);
    const known = this.#contacts.get(posting);
    if (known) known.add(contact);
    else this.#contacts.set(posting, new Set([contact]));
  }

  async #gatherContacts(caller: string | undefined): Promise<void> {
    const { mirror, spoken } = this.#options;
    const terms = (prefix: string, kind: 'phone' | 'email', keys: readonly string[]) =>
      keys.flatMap((key) => mirror.keyring.lookupHashes(kind, key)).map((hash) => `${prefix}:${hash}`);
    const found = await postingLists(
      mirror.db,
      [
        terms('t', 'phone', spoken.phones),
        terms('e', 'email', spoken.emails),
        terms('t', 'phone', caller === undefined ? [] : [caller]),
      ],
      this.#wanted,
    );
    (['phone', 'email', 'caller_phone'] as const).forEach((contact, i) =>
      found[i]!.forEach((posting) => this.#addContact(posting, contact)),
    );
  }

  /** The whole text as a PMS id. */
  async #gatherIds(): Promise<void> {
    const { mirror, connection, spoken, kinds, property_ids } = this.#options;
    if (!/^\S*\d\S*$/.test(spoken.text) || spoken.text.length > 60) return;
    const scopes = [...new Set((await mirror.loadStates(connection)).map((state) => state.scope))];
    for (const scope of scopes) {
      for (const kind of kinds) {
        const row = await mirror.get(connection, kind, scope, spoken.text);
        if (row) this.#addById(kind, scope, row.record, property_ids);
      }
    }
  }

  #addById(
    kind: SearchKind,
    scope: string,
    record: { id: string; property_id?: string; status?: string },
    pins?: readonly string[],
  ): void {
    const property_id = kind === 'property' ? record.id : record.property_id;
    if (pins && property_id !== undefined && !pins.includes(property_id)) return;
    const present = weightOf(record.status ?? null) === 1;
    this.#addContact(postingOf({ kind, scope, id: record.id, property_id, present }), 'id');
  }

  async #gatherTerms(groups: readonly (readonly string[])[]): Promise<void> {
    const { mirror } = this.#options;
    const within = {
      ...this.#wanted,
      kinds: SEARCH_KINDS.filter((kind) => isPlace(kind) || this.#wanted.kinds.includes(kind)),
    };
    const lists = await postingLists(mirror.db, groups, within);
    for (const [i, list] of lists.entries()) {
      if (list.length > 0) this.known[i] = true;
      for (const posting of list) {
        const kind = kindOf(posting);
        if (isPlace(kind)) {
          this.placed[i] = true;
          const property = propertyOf(posting);
          this.#placeTokens.set(property, (this.#placeTokens.get(property) ?? 0) | (1 << i));
          if (!this.#wanted.kinds.includes(kind)) continue;
        }
        this.#tokens.set(posting, (this.#tokens.get(posting) ?? 0) | (1 << i));
      }
    }
  }

  /** `Upstairs in the blue building`: the units there, where no word names a unit or a person. */
  async #gatherUnitsOfPlaces(): Promise<void> {
    const { mirror, connection, spoken, kinds } = this.#options;
    if (!kinds.includes('unit') || this.#placeTokens.size === 0) return;
    const onlyPlaces = [...this.#tokens.keys()].every((posting) => isPlace(kindOf(posting)));
    if (spoken.floor === undefined && !(onlyPlaces && !kinds.includes('property'))) return;
    const counts = [...this.#placeTokens].map(([id, tokens]) => ({ id, count: bitCount(tokens) }));
    const most = Math.max(...counts.map(({ count }) => count));
    const named = counts.filter(({ count }) => count === most).map(({ id }) => id);
    if (named.length > PLACES_READ) return;
    const { records } = await mirror.find(connection, 'unit', { property_ids: named }, { limit: 400 });
    for (const { record, scope } of records) {
      if (!mayBeOn(spoken.floor, record.floor)) continue;
      const posting = postingOf({ kind: 'unit', scope, id: record.id, property_id: record.property_id, present: true });
      if (!this.#tokens.has(posting)) this.#tokens.set(posting, 0);
    }
  }
}

const isPlace = (kind: SearchKind) => kind === 'property' || kind === 'building';

function mayBeOn(floor: Spoken['floor'], actual: number | undefined): boolean {
  if (floor === undefined || actual === undefined || floor === 'top') return true;
  if (floor === 'up') return actual >= 2;
  if (floor === 'down') return actual <= 1;
  return actual === floor.at;
}
