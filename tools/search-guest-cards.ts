import * as z from 'zod/v4';
import { GuestCardView } from '../src/leasing/guest_card_view.ts';
import { GUEST_CARD_STATUSES } from '../src/model/records.ts';
import { addDays, localDate } from '../src/model/zoned_time.ts';
import { type Call, defineTool, type Found } from '../src/tool.ts';
import { counted, countedFirst } from '../src/tool/counted.ts';
import { FRESHNESS, freshnessOf } from '../src/tool/freshness.ts';
import { gatherPage } from '../src/tool/gather_page.ts';
import { localText } from '../src/tool/local_text.ts';
import { cursor, day, recordId, words } from '../src/tool/params.ts';
import { knownZone } from '../src/tool/place_view.ts';
import { viewGuestCards, viewWholeGuestCard } from '../src/tool/show_guest_card.ts';
import { guestCardLine, moreText, tourLine } from '../src/tool/text_lines.ts';
import { quoted } from '../src/tool/untrusted.ts';

const inputSchema = z.strictObject({
  guest_card_id: recordId().optional(),
  query: words(300).describe('Name, phone or email').optional(),
  property_id: recordId().optional(),
  status: z.enum(GUEST_CARD_STATUSES).optional(),
  follow_up_by: day().optional(),
  tour_on: day().optional(),
  cursor: cursor().optional(),
});
type Input = z.output<typeof inputSchema>;

/** Prospects whose case is closed are not followed up. */
const CLOSED: readonly string[] = ['leased', 'lost', 'denied'];

const Detail = z.object({
  phones: z.array(z.string()),
  emails: z.array(z.string()),
  consents: z.array(z.object({ channel: z.string(), state: z.string(), at: z.string(), source: z.string() })),
  history: z.array(z.object({ at: z.string(), source: z.string(), message: z.string().optional() })),
  notes: z.array(z.object({ at: z.string(), by: z.string().optional(), text: z.string() })),
});

export default defineTool({
  name: 'search_guest_cards',
  title: 'Search guest cards',
  description:
    'Find prospects, with sources, interest, tours and next step; with guest_card_id, one in full with history and consent.',
  scope: 'leasing:read',
  risk: 'read',
  input: inputSchema,
  output: z.object({
    guest_cards: z.array(GuestCardView),
    /** What tells several apart. */
    question: z.string().optional(),
    /** Only with guest_card_id. */
    detail: Detail.optional(),
    next_cursor: z.string().optional(),
    ...FRESHNESS,
  }),
  untrusted: ['guest_cards.name', 'guest_cards.pets', 'detail.history', 'detail.notes'],

  async run(call, input) {
    if (input.guest_card_id !== undefined) return one(call, await call.records.get('guest_card', input.guest_card_id));
    if (input.query !== undefined) return asked(call, input, input.query);
    if (input.tour_on !== undefined) return onTour(call, input, input.tour_on);
    const property = await propertyAsked(call, input);
    const page = await gatherPage(call, 'guest_card', {
      filters: {
        ...(property !== undefined && { connection: property.connection, property_ids: [property.record.id] }),
        ...(input.status !== undefined && { status: [input.status] }),
      },
      cursor: input.cursor,
      order: 'newest_first',
      matches: (found) => fits(found, input),
    });
    return {
      guest_cards: await viewGuestCards(call, page.records),
      ...(page.next_cursor !== undefined && { next_cursor: page.next_cursor }),
      as_of: page.as_of,
      stale: page.stale,
    };
  },

  text({ guest_cards, detail, question, next_cursor }) {
    const [card] = guest_cards;
    if (detail !== undefined && card !== undefined) return oneText(card, detail);
    const due = guest_cards.filter(({ follow_up_due }) => follow_up_due).length;
    return [
      `${countedFirst(guest_cards.length, 'prospect')}${due === 0 ? '' : `; ${counted(due, 'follow-up')} due by today`}.`,
      ...guest_cards.map(guestCardLine),
      ...(question ? [`Ask: ${question}`] : []),
      ...moreText(next_cursor),
    ].join('\n');
  },
});

/** One prospect with what update_guest_card and change_tour need. */
function oneText(card: GuestCardView, detail: z.output<typeof Detail>): string {
  const wants = [
    card.bedrooms === undefined ? undefined : `${card.bedrooms} bedrooms`,
    card.rent_max === undefined ? undefined : `up to ${card.rent_max}`,
    card.move_in_date === undefined ? undefined : `from ${card.move_in_date}`,
    card.unit_ids.length === 0 ? undefined : `units ${card.unit_ids.join(', ')}`,
  ].filter((part) => part !== undefined);
  const refused = detail.consents.filter(({ state }) => state === 'revoked').map(({ channel }) => channel);
  return [
    `Guest card ${guestCardLine({ ...card, tours: [] })}; version ${card.version}, property ${card.property_id}${card.assigned_to === undefined ? '' : `, assigned to ${card.assigned_to}`}.`,
    `Contact: ${[...detail.phones, ...detail.emails].map((one) => quoted(one, 80)).join(', ') || 'none'}.${refused.length === 0 ? '' : ` Not by ${refused.join(', ')}.`}`,
    ...(wants.length === 0 ? [] : [`Wants: ${wants.join(', ')}.`]),
    ...card.tours.map(tourLine),
    `${countedFirst(detail.history.length, 'inquiry', 'inquiries')}.`,
    ...detail.history
      .slice(-2)
      .map(({ at, message }) => `${at}: ${message === undefined ? 'no words' : quoted(message)}`),
    ...detail.notes.slice(-2).map(({ at, text }) => `Note ${at}: ${quoted(text)}`),
    ...(card.next_step === undefined ? [] : [`Next: ${card.next_step}.`]),
  ].join('\n');
}

async function propertyAsked(call: Call, { property_id }: Input): Promise<Found<'property'> | undefined> {
  return property_id === undefined ? undefined : call.records.get('property', property_id);
}

/** What the mirror has no column for. A closed case is followed up only where its status is asked for. */
function fits({ record }: Found<'guest_card'>, { status, follow_up_by }: Input): boolean {
  if (status !== undefined && record.status !== status) return false;
  if (follow_up_by === undefined) return true;
  const open = status !== undefined || !CLOSED.includes(record.status);
  return open && record.follow_up_on !== undefined && record.follow_up_on <= follow_up_by;
}

async function asked(call: Call, input: Input, query: string) {
  const property = await propertyAsked(call, input);
  const { candidates, question } = await call.records.search({ query, kinds: ['guest_card'], limit: 25 }, property);
  const found = await Promise.all(
    candidates.map(({ connection, scope, id }) =>
      call.records.known('guest_card', call.records.ref(connection, scope, id)),
    ),
  );
  const cards = found.filter((card) => card !== undefined).filter((card) => fits(card, input));
  const touring = input.tour_on === undefined ? undefined : await cardsOnTour(call, input, input.tour_on);
  const shown = cards.filter((card) => touring === undefined || touring.has(card.ref));
  return {
    guest_cards: await viewGuestCards(call, shown),
    ...(question !== undefined && shown.length > 1 && { question }),
    ...freshnessOf(call, shown),
  };
}

async function onTour(call: Call, input: Input, date: string) {
  const touring = await cardsOnTour(call, input, date);
  const found = await Promise.all([...touring].map((ref) => call.records.get('guest_card', ref)));
  const cards = found.filter((card) => fits(card, input));
  return { guest_cards: await viewGuestCards(call, cards), ...freshnessOf(call, cards) };
}

/** Refs of the cards with a tour that stands on a day of the property's own calendar, in the order of the tours. */
async function cardsOnTour(call: Call, input: Input, date: string): Promise<ReadonlySet<string>> {
  const property = await propertyAsked(call, input);
  const refs: string[] = [];
  for (const connection of call.records.connections) {
    if (property !== undefined && property.connection !== connection) continue;
    const tours = await call.records.all('tour', {
      connection,
      status: ['scheduled', 'toured', 'no_show'],
      listed_from: addDays(date, -1),
      listed_to: addDays(date, 1),
      ...(property !== undefined && { property_ids: [property.record.id] }),
    });
    tours.sort((a, b) => (a.record.start < b.record.start ? -1 : 1));
    for (const tour of tours) {
      const home = await call.records.linked(tour, 'property', tour.record.property_id);
      const zone = (home && knownZone(call, home)) ?? 'UTC';
      if (localDate(tour.record.start, zone) === date)
        refs.push(call.records.ref(connection, tour.scope, tour.record.guest_card_id));
    }
  }
  return new Set(refs);
}

async function one(call: Call, found: Found<'guest_card'>) {
  const { record } = found;
  const local = localText(call, await call.records.linked(found, 'property', record.property_id));
  return {
    guest_cards: [await viewWholeGuestCard(call, found)],
    detail: {
      phones: record.phones.map(({ number }) => number),
      emails: record.emails,
      consents: record.consents.map((consent) => ({ ...consent, at: local(consent.at) })),
      history: record.touches.map((touch) => ({ ...touch, at: local(touch.at) })),
      notes: record.notes.map(({ at, by, text }) => ({ at: local(at), ...(by !== undefined && { by }), text })),
    },
    ...freshnessOf(call, [found]),
  };
}
