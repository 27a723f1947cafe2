import type { SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import { cents, instantAt, known, numberOf } from './state.ts';
import type { GuestEvent, Prospect, YardiTables } from './tables.ts';

const TYPES: Readonly<Record<string, string>> = {
  ...{ applicant: 'applied', approved_applicant: 'approved', denied_applicant: 'denied', canceled: 'lost' },
  ...{ future_resident: 'leased', current_resident: 'leased', former_resident: 'leased' },
};

const PHONES: Readonly<Record<string, string>> = { cell: 'mobile', home: 'home', office: 'work' };

/** What somebody wrote, without the code that another system put at its end. */
const written = ({ comments }: GuestEvent) => comments.replace(/ ?ct-[0-9a-z]{13}$/, '');

/** Events in the order of time; of one moment, in that of entry. */
function eventsOf(tables: YardiTables, card: Prospect): GuestEvent[] {
  const events = tables.events.where('prospect', card.code).map(({ row }) => row);
  return events.toSorted((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.id - b.id));
}

const nameOf = ({ first, middle, last }: Prospect) => [first, middle, last].filter(Boolean).join(' ');

const CONTACTS = ['WalkIn', 'Email', 'Text', 'Chat', 'Webservice', 'CallFromProspect'];

export function guestCardsOf(tables: YardiTables): SandboxState['guest_card'] {
  return tables.prospects.rows().map((card) => {
    const events = eventsOf(tables, card);
    const when = (event: GuestEvent | undefined) => instantAt(tables, card.property, event?.date ?? '');
    const first = events.find(({ first_contact }) => first_contact);
    const contacts = events.filter(({ first_contact, type }) => first_contact || CONTACTS.includes(type));
    const said = events.filter((event) => event.type === 'Other' && !event.first_contact && written(event) !== '');
    return {
      ...{ id: card.code, property_id: card.property, name: nameOf(card) },
      phones: card.phones.map(({ type, number }) => ({ type: PHONES[type], number: numberOf(number) })),
      ...{ emails: card.email === '' ? [] : [card.email], source: first?.source || 'Other' },
      latest_source: events.findLast(({ source }) => source !== '')?.source,
      ...{ status: TYPES[card.type] ?? 'new', unit_ids: card.units, consents: [] },
      ...known({
        bedrooms: card.bedrooms === '' ? '' : Number(card.bedrooms),
        bathrooms: card.bathrooms === '' ? '' : Number(card.bathrooms),
        rent_max: card.rent === '' ? '' : cents(card.rent),
        move_in_date: card.move_in < '1902' ? '' : card.move_in,
        assigned_to: events.at(-1)?.agent,
      }),
      touches: contacts.map((event) => ({
        ...{ at: when(event), source: event.source || event.type, ...known({ message: written(event) }) },
      })),
      notes: said
        .filter((event) => !/^Tour \S+: (cancelled|no show)\./.test(event.comments))
        .map((event) => ({ at: when(event), by: event.agent, text: written(event), is_public: false })),
      created_at: when(first ?? events[0]),
    };
  }) as unknown as SandboxState['guest_card'];
}

/** Appointments and shows; what is said of one in a later event is read there. */
export function toursOf(tables: YardiTables): SandboxState['tour'] {
  return tables.prospects.rows().flatMap((card) => {
    const events = eventsOf(tables, card);
    const shows = events.filter(({ type }) => type === 'Show');
    const appointments = events.filter(({ type }) => type === 'Appointment' || type === 'GuidedTour');
    const paired = new Set<GuestEvent>();
    const tour = (event: GuestEvent, status: string, notes: string) => {
      const start = instantAt(tables, card.property, event.date);
      return {
        ...{
          id: `${card.code}-${event.id}`,
          property_id: card.property,
          guest_card_id: card.code,
          unit_id: event.unit,
        },
        ...{ agent_id: event.agent, type: 'agent_led', start, status, ...known({ notes }) },
        end: new Date(Date.parse(start) + 1_800_000).toISOString(),
      };
    };
    const booked = appointments.map((event) => {
      const said = events.findLast(({ comments }) => comments.startsWith(`Tour ${event.id}: `));
      const [, word, after] =
        /^Tour \S+: (cancelled|no show)\. ?([^]*)$/.exec(said === undefined ? '' : written(said)) ?? [];
      if (word !== undefined) return tour(event, word.replace(' ', '_'), after || written(event));
      const show = shows.find(
        (one) => !paired.has(one) && one.unit === event.unit && one.date.slice(0, 10) === event.date.slice(0, 10),
      );
      if (show === undefined) return tour(event, 'scheduled', written(event));
      paired.add(show);
      return tour(event, 'toured', written(show) || written(event));
    });
    return [...booked, ...shows.filter((one) => !paired.has(one)).map((one) => tour(one, 'toured', written(one)))];
  }) as unknown as SandboxState['tour'];
}
