import type { Tour } from '../../../model/records.ts';
import { localInstant, oneOf, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { listByProperty, readAt, type Context } from '../context.ts';
import { agentOf, commentOf, findCard, isProspectCode, readCards, tourMarkIn, type Card } from '../guests.ts';
import { APPOINTMENT_MINUTES } from '../limits.ts';
import type { GuestEvent } from '../wire.ts';

/** An appointment with what came of it, or a showing that nobody had made an appointment for. */
export interface Visit {
  id: string;
  card_id: string;
  event: GuestEvent;
  /** The show on the day of an appointment, or the event that says that there was none. */
  outcome?: GuestEvent;
  status: Tour['status'];
}

const APPOINTMENTS = ['Appointment', 'GuidedTour'];

/** Ids of events count within their prospect. */
export function tourId(card_id: string, event_id: string): string {
  return `${card_id}-${event_id}`;
}

export function readTourId(id: string): { card_id: string; event_id: string } | undefined {
  const [, card_id, event_id] = /^([A-Za-z0-9]{1,8})-([A-Za-z0-9]{1,20})$/.exec(id) ?? [];
  if (card_id === undefined || event_id === undefined || !isProspectCode(card_id)) return undefined;
  return { card_id, event_id };
}

/** The visits of a prospect, in the order of their events. */
export function visitsOf({ id, events }: Card): Visit[] {
  const shows = new Set(events.filter(({ EventType }) => EventType === 'Show'));
  const visits = events
    .filter(({ EventType }) => APPOINTMENTS.includes(EventType ?? ''))
    .map((event): Visit => {
      const event_id = event.EventID?.IDValue ?? '';
      const base = { id: tourId(id, event_id), card_id: id, event };
      const marked = events.findLast((one) => tourMarkIn(one)?.event_id === event_id);
      if (marked !== undefined)
        return { ...base, outcome: marked, status: tourMarkIn(marked)?.mark === 'cancelled' ? 'cancelled' : 'no_show' };
      const show = [...shows].find((one) => isSameVisit(one, event));
      if (show === undefined) return { ...base, status: 'scheduled' };
      shows.delete(show);
      return { ...base, outcome: show, status: 'toured' };
    });
  const unannounced = [...shows].map((event): Visit => {
    return { id: tourId(id, event.EventID?.IDValue ?? ''), card_id: id, event, status: 'toured' };
  });
  return [...visits, ...unannounced].filter(({ event }) => event.EventID?.IDValue && event.EventID.IDType);
}

const dayOf = ({ EventDate }: GuestEvent) => (EventDate ?? '').slice(0, 10);

function isSameVisit(show: GuestEvent, appointment: GuestEvent): boolean {
  return show.EventID?.IDType === appointment.EventID?.IDType && dayOf(show) === dayOf(appointment);
}

const end = readBy((raw, at) => {
  const start = localInstant.read((raw as Visit).event.EventDate, at) as string | undefined;
  return start && new Date(Date.parse(start) + APPOINTMENT_MINUTES * 60_000).toISOString();
});

const notes = readBy((raw) => {
  const { event, outcome } = raw as Visit;
  const mark = outcome && tourMarkIn(outcome);
  const after = mark === undefined ? outcome && commentOf(outcome) : mark.notes;
  return after ?? commentOf(event);
});

export const TOUR = mapping(
  'tour',
  {
    wire: 'GetYardiGuestActivity_Login',
    changes: 'poll',
    freshness_seconds: 1_800,
    evidence: 'seen',
    note: 'Appointments and shows among the events of guest cards. Those of a property without a time zone are left out.',
  },
  [
    { field: 'id', wire: 'id', as: text, always: true },
    { field: 'property_id', wire: 'YardiPropertyId', as: text, write: false, note: 'the property that was asked for' },
    { field: 'guest_card_id', wire: 'card_id', as: text },
    { field: 'unit_id', wire: 'event.EventID.IDType', as: text },
    { field: 'agent_id', wire: 'event', as: readBy((raw) => agentOf(raw as GuestEvent)) },
    { field: 'type', wire: 'event.EventType', as: oneOf('tour_type', 'agent_led'), table: 'tour_type' },
    { field: 'start', wire: 'event.EventDate', as: localInstant },
    { field: 'status', wire: 'status', as: text, support: 'mapped', evidence: 'inferred' },
    { field: 'notes', wire: '', as: notes },
  ],
  [
    {
      field: 'end',
      support: 'sidecar',
      note: `appointments have no end; those that people make count as ${APPOINTMENT_MINUTES} minutes`,
    },
  ],
);

export function tourReader(context: Context): Reader<'tour'> {
  async function read(property: string, cards: readonly Card[], signal?: AbortSignal): Promise<Tour[]> {
    const circumstances = await context.circumstances(signal);
    // Without a zone nobody knows when an appointment is.
    if (circumstances.zoneOf(property) === undefined) return [];
    const at = { ...circumstances, path: 'tour.end', property_id: property };
    return cards.flatMap(visitsOf).flatMap((visit) => {
      const more = { property_id: property, end: end.read(visit, at) as string };
      return readRecord(TOUR, visit, circumstances, more) ?? [];
    });
  }
  return {
    async get(scope, id, signal) {
      const named = readTourId(id);
      if (named === undefined) return undefined;
      return readAt(scope, async (property) => {
        const card = await findCard(context, property, named.card_id, signal);
        return (await read(property, card === undefined ? [] : [card], signal)).find((tour) => tour.id === id);
      });
    },
    list: (query, signal) =>
      listByProperty(context, query, async (property) => {
        const tours = await read(property, await readCards(context, property, {}, signal), signal);
        const { unit_id } = query;
        return { records: unit_id === undefined ? tours : tours.filter((tour) => tour.unit_id === unit_id) };
      }),
  };
}
