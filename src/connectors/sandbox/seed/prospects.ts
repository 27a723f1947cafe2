import { GUEST_CARD_STATUSES, type GuestCard, type Staff, type Tour, type Unit } from '../../../model/records.ts';
import type { Layout } from './layout.ts';

const SOURCES = ['Zillow', 'Apartments.com', 'Phone', 'Walk-in', 'Website', 'Referral'] as const;
const MESSAGES = [
  'Is it still available?',
  'Looking for a move next month, can I see it on a weekday?',
  'What are the utilities like in winter?',
  'Is there a parking spot with the unit?',
] as const;

const TOUR_STATUS: { readonly [S in GuestCard['status']]?: Tour['status'] } = {
  tour_scheduled: 'scheduled',
  toured: 'toured',
  no_show: 'no_show',
  applied: 'toured',
  leased: 'toured',
};

const TOUR_MS = 30 * 60_000;

function addCard(
  layout: Layout,
  unit: Unit,
  agent: Staff | undefined,
  status: GuestCard['status'],
  turn: number,
): GuestCard {
  const { random, days, people } = layout;
  const person = people.person();
  const source = SOURCES[turn % SOURCES.length] ?? 'Phone';
  const created_at = days.at(-random.int(1, 21), random.int(8, 20), random.int(0, 59));
  // Listing services hide the address of a prospect behind one of theirs.
  const isListed = source === 'Zillow' || source === 'Apartments.com';
  const email = isListed ? people.relayEmail() : people.email(person);
  return layout.add('guest_card', {
    property_id: unit.property_id,
    ...(turn % 13 !== 12 && { name: person.name }),
    phones: turn % 5 === 4 ? [] : [{ number: people.phone(), type: 'mobile' }],
    emails: [email],
    source,
    latest_source: source,
    status,
    ...(status === 'lost' && { lost_reason: random.pick(['price', 'no_response', 'location'] as const) }),
    unit_ids: [unit.id],
    bedrooms: unit.bedrooms,
    rent_max: (unit.market_rent ?? 150_000) + 10_000,
    move_in_date: days.day(random.int(10, 60)),
    occupants: random.int(1, 4),
    ...(agent && { assigned_to: agent.id }),
    ...((status === 'contacted' || status === 'no_show') && { follow_up_on: days.day(random.int(-1, 5)) }),
    consents: random.chance(0.4) ? [{ channel: 'email', state: 'granted', at: created_at, source }] : [],
    touches: [{ at: created_at, source, message: MESSAGES[turn % MESSAGES.length] }],
    notes: [],
    created_at,
  });
}

/** Half an hour of the agent's day; each turn has one of its own, so that nobody is booked twice. */
function addTour(
  layout: Layout,
  card: GuestCard,
  unit: Unit,
  agent: Staff,
  status: Tour['status'],
  slot: number,
): void {
  const day = 1 + Math.floor(slot / 6);
  const start = layout.days.at(status === 'scheduled' ? day : -day, 16 + (slot % 6));
  const end = new Date(Date.parse(start) + TOUR_MS).toISOString();
  const tour = layout.add('tour', {
    property_id: unit.property_id,
    guest_card_id: card.id,
    unit_id: unit.id,
    agent_id: agent.id,
    type: slot % 5 === 3 ? 'virtual' : 'agent_led',
    start,
    end,
    status,
  });
  if (status === 'scheduled')
    layout.bookings.put({ tour_id: tour.id, unit_id: unit.id, agent_id: agent.id, start, end });
}

/** Interest in the units of one property that are or become free: cards in every status, and their tours. */
export class Prospects {
  readonly #layout: Layout;
  readonly #agents: readonly Staff[];
  /** Tours that each agent has so far. */
  readonly #slots = new Map<string, number>();
  #turn = 0;

  constructor(layout: Layout, agents: readonly Staff[]) {
    this.#layout = layout;
    this.#agents = agents;
  }

  addFor(units: readonly Unit[]): void {
    for (const unit of units.filter(({ available_on }) => available_on !== undefined)) {
      const agents = this.#agents.filter(({ property_ids }) => property_ids.includes(unit.property_id));
      const cards = 1 + (this.#turn % 2);
      for (let i = 0; i < cards; i += 1) this.#addOne(unit, agents);
    }
  }

  #addOne(unit: Unit, agents: readonly Staff[]): void {
    const turn = this.#turn;
    this.#turn += 1;
    const agent = agents[turn % Math.max(1, agents.length)];
    const status = GUEST_CARD_STATUSES[turn % GUEST_CARD_STATUSES.length] ?? 'new';
    const card = addCard(this.#layout, unit, agent, status, turn);
    const tourStatus = TOUR_STATUS[status];
    if (tourStatus === undefined || agent === undefined) return;
    const slot = this.#slots.get(agent.id) ?? 0;
    this.#slots.set(agent.id, slot + 1);
    addTour(this.#layout, card, unit, agent, tourStatus, slot);
  }
}
