import { type GuestCardMatch, matchGuestCard } from '../leasing/guest_card_match.ts';
import { isRelayAddress } from '../model/contact.ts';
import { CaretakerError } from '../model/errors.ts';
import type { GuestCard } from '../model/records.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import type { Cell } from './tour_reservations.ts';

/** The contact data that tells who somebody is, as it is kept on a card. */
export interface Person {
  phone?: string | undefined;
  email?: string | undefined;
}

/** The cards of a property, and since when they are known where the PMS could not be asked. */
export interface CardsHere {
  cards: Found<'guest_card'>[];
  /** Epoch milliseconds. */
  checked_as_of?: number;
}

/**
 * The cards of a property from the PMS now. Where it does not answer, from the mirror: an inquiry is kept in any case,
 * and who it is from is looked up once more before it is sent.
 */
export async function cardsHere(call: Call, property: Found<'property'>): Promise<CardsHere> {
  const { connection, scope, record } = property;
  try {
    return { cards: await call.records.allFresh('guest_card', { connection, scope, property_id: record.id }) };
  } catch (error) {
    if (!(error instanceof CaretakerError) || (error.code !== 'pms_unavailable' && error.code !== 'rate_limited'))
      throw error;
    const cards = await call.records.all('guest_card', { connection, scope, property_ids: [record.id] });
    return { cards, checked_as_of: cards.reduce((oldest, { as_of }) => Math.min(oldest, as_of), call.now) };
  }
}

/** A match with where its cards are. */
export interface MatchedCards {
  append_to: Found<'guest_card'> | undefined;
  candidates: { card: Found<'guest_card'>; reason: string }[];
  elsewhere: Found<'guest_card'>[];
  opt_outs: GuestCardMatch['opt_outs'];
}

/** The card that an inquiry belongs to, who else it may be from, and the same person's cards at other properties. */
export async function matchPerson(
  call: Call,
  property: Found<'property'>,
  here: readonly Found<'guest_card'>[],
  person: Person,
): Promise<MatchedCards> {
  const others = await cardsElsewhere(call, property, person);
  const place = (found: Found<'guest_card'>) => `${found.connection}\n${found.scope}\n${found.record.property_id}`;
  const foundOf = new Map<GuestCard, Found<'guest_card'>>(
    [...here, ...others].map((found) => [{ ...found.record, property_id: place(found) }, found]),
  );
  const match = matchGuestCard([...foundOf.keys()], {
    property_id: `${property.connection}\n${property.scope}\n${property.record.id}`,
    ...(person.phone !== undefined && { phone: person.phone }),
    ...(person.email !== undefined && { email: person.email }),
  });
  const at = (card: GuestCard) => foundOf.get(card) ?? [];
  return {
    append_to: match.append_to && foundOf.get(match.append_to),
    candidates: match.candidates.flatMap(({ card, reason }) => {
      const found = foundOf.get(card);
      return found === undefined ? [] : { card: found, reason };
    }),
    elsewhere: match.elsewhere.flatMap(at),
    opt_outs: match.opt_outs,
  };
}

async function cardsElsewhere(call: Call, property: Found<'property'>, person: Person): Promise<Found<'guest_card'>[]> {
  const keys = [person.phone, person.email].filter((key) => key !== undefined);
  const answers = await Promise.all(
    keys.map((query) => call.records.search({ query, kinds: ['guest_card'], limit: 50 })),
  );
  const refs = answers
    .flatMap(({ candidates }) => candidates)
    .filter((one) => one.connection !== property.connection || one.property_id !== property.record.id)
    .map(({ connection, scope, id }) => call.records.ref(connection, scope, id));
  const found = await Promise.all([...new Set(refs)].map((ref) => call.records.known('guest_card', ref)));
  return found.filter((card) => card !== undefined);
}

const HOUR_MS = 3_600_000;
/** Cells are quarters of an hour, whatever they are of: what is past is forgotten by them. */
const CELLS_PER_HOUR = 4;

/**
 * What a new card reserves in the ledger: its person, by telephone number and by address, so that of two inquiries at
 * the same moment only one makes a card, whichever key they share. Each takes this hour and the next, so that any two
 * within an hour collide; after that the card is found by reading. A relay address belongs to nobody.
 */
export function personCells(call: Call, property: Found<'property'>, { phone, email }: Person): Cell[] {
  const hour = Math.floor(call.now / HOUR_MS);
  const keys = [
    ...(phone === undefined ? [] : [call.keyring.lookupHash('phone', phone)]),
    ...(email === undefined || isRelayAddress(email) ? [] : [call.keyring.lookupHash('email', email)]),
  ];
  return keys.flatMap((key) =>
    [hour, hour + 1].map((one) => ({
      resource: `prospect:${property.scope}:${property.record.id}:${key}`,
      cell: one * CELLS_PER_HOUR,
    })),
  );
}
