import { type GuestCardView, guestCardView } from '../leasing/guest_card_view.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import { localText } from './local_text.ts';
import { maskEmail, maskPhone } from './masked_contact.ts';
import { viewTour } from './touring.ts';

/** Tours that a list shows are those to come, and those of today. */
const RECENT_MS = 86_400_000;

/** The tours of some cards, by card id. In lists only those that stand; of one card all there were. */
async function toursOf(
  call: Call,
  cards: readonly Found<'guest_card'>[],
  { all }: { all: boolean },
): Promise<ReadonlyMap<string, Found<'tour'>[]>> {
  const wanted = new Set(cards.map(key));
  const places = Map.groupBy(cards, ({ connection, scope }) => `${connection}\n${scope}`);
  const oldest = cards.reduce((first, { record }) => (record.created_at < first ? record.created_at : first), '9999');
  const listed_from = all ? oldest : new Date(call.now - RECENT_MS).toISOString();
  const found: Found<'tour'>[] = [];
  for (const group of places.values()) {
    const { connection, scope } = group[0]!;
    const property_ids = [...new Set(group.map(({ record }) => record.property_id))];
    const status = all ? undefined : ['scheduled'];
    found.push(
      ...(await call.records.all('tour', { connection, scope, property_ids, listed_from, ...(status && { status }) })),
    );
  }
  const ofWanted = found.filter((tour) => wanted.has(cardKey(tour)));
  return Map.groupBy(
    ofWanted.sort((a, b) => (a.record.start < b.record.start ? -1 : 1)),
    cardKey,
  );
}

const key = ({ connection, scope, record }: Found<'guest_card'>) => `${connection}\n${scope}\n${record.id}`;
const cardKey = ({ connection, scope, record }: Found<'tour'>) => `${connection}\n${scope}\n${record.guest_card_id}`;

/** Cards as lists show them: contact data masked, with the tours that stand. */
export async function viewGuestCards(call: Call, cards: readonly Found<'guest_card'>[]): Promise<GuestCardView[]> {
  const tours = await toursOf(call, cards, { all: false });
  return Promise.all(cards.map((card) => viewGuestCard(call, card, tours.get(key(card)) ?? [], { masked: true })));
}

/** One card with all its tours and its contact data open. */
export async function viewWholeGuestCard(call: Call, card: Found<'guest_card'>): Promise<GuestCardView> {
  const tours = await toursOf(call, [card], { all: true });
  return viewGuestCard(call, card, tours.get(key(card)) ?? [], { masked: false });
}

async function viewGuestCard(
  call: Call,
  card: Found<'guest_card'>,
  tours: readonly Found<'tour'>[],
  { masked }: { masked: boolean },
): Promise<GuestCardView> {
  const { record } = card;
  const [property, agent, shown] = await Promise.all([
    call.records.linked(card, 'property', record.property_id),
    call.records.linked(card, 'staff', record.assigned_to),
    Promise.all(tours.map((tour) => viewTour(call, tour))),
  ]);
  const [phone, email] = [record.phones[0]?.number, record.emails[0]];
  return guestCardView(record, card.version, {
    ref: (id) => call.records.ref(card.connection, card.scope, id),
    local: localText(call, property),
    today: property === undefined ? new Date(call.now).toISOString().slice(0, 10) : call.today(property),
    property: property?.record.name,
    agent: agent?.record.name,
    phone: phone !== undefined && masked ? maskPhone(phone) : phone,
    email: email !== undefined && masked ? maskEmail(email) : email,
    tours: shown,
  });
}
