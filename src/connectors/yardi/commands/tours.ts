import type { CommandOf } from '../../../model/commands.ts';
import { VendorError, type Located, type StepContext, type StepRequest } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import { wordFor } from '../../kit/value_tables.ts';
import type { Plan, PlannedStep } from '../../kit/vendor.ts';
import { propertyOf, type Context } from '../context.ts';
import { agentOf, findCard, tourMark, type Card, type TourMark } from '../guests.ts';
import { readTourId, tourId, visitsOf, type Visit } from '../records/tour.ts';
import { documentOf, noCard } from './guest_cards.ts';
import { importGuestCall, type NewEvent } from './guest_document.ts';
import { guestWords, type GuestWords } from './guest_words.ts';

/** One event that is added to a guest card. */
interface Addition {
  property_id: string;
  card_id: string;
  event(card: Card, words: GuestWords, marker: string): NewEvent;
  /** The tour that it is about; by default the one that it makes. */
  tour_id?: string;
}

async function prepare(context: Context, addition: Addition, { marker, scope }: StepContext): Promise<StepRequest> {
  const property = propertyOf(addition, scope);
  const card = await findCard(context, property, addition.card_id);
  if (card === undefined) throw noCard();
  const words = await guestWords(context, property);
  const event = addition.event(card, words, marker);
  return { call: importGuestCall({ ...documentOf(context, property, card), events: [event] }), scope: property };
}

async function locate(
  context: Context,
  { card_id, tour_id }: Addition,
  request: StepRequest,
  { marker }: StepContext,
  signal?: AbortSignal,
): Promise<Located> {
  const property = String(request['scope']);
  const card = await findCard(context, property, card_id, signal);
  if (card === undefined) return { outcome: 'differs', detail: 'Voyager does not have the guest card any more.' };
  const made = card.events.find(({ Comments }) => carries(Comments, marker));
  if (made === undefined) return { outcome: 'absent', covers_all: true };
  const id = tour_id ?? tourId(card_id, made.EventID?.IDValue ?? '');
  return { outcome: 'found', result: { record: { kind: 'tour', scope: property, id } } };
}

function stepFor(context: Context, name: string, addition: Addition): PlannedStep {
  return {
    name,
    retry: 'marker',
    ...(addition.tour_id === undefined && { makes_record: true as const }),
    operation: 'import_guest',
    prepare: (step) => prepare(context, addition, step),
    locate: (request, step, signal) => locate(context, addition, request, step, signal),
  };
}

export function scheduleTour(context: Context): Plan<'schedule_tour'> {
  return ({ property_id, guest_card_id, unit_id, agent_id, type, start, notes }) => [
    stepFor(context, 'import appointment', {
      property_id,
      card_id: guest_card_id,
      event: (_card, words, marker) => ({
        type: wordFor(context.tables, 'tour_type', type),
        date: words.clock(start),
        unit_id,
        agent: words.agent(agent_id),
        comments: withMarker(notes ?? '', marker),
      }),
    }),
  ];
}

/** The visit that a command names. Throws `VendorError`. */
function visitIn(card: Card, tour_id: string): Visit {
  const visit = visitsOf(card).find(({ id }) => id === tour_id);
  if (visit === undefined) throw noTour();
  if (visit.status === 'scheduled') return visit;
  throw new VendorError('conflict', `The tour is ${visit.status.replaceAll('_', ' ')} already. Nothing was changed.`, {
    field: 'status',
  });
}

function noTour(): VendorError {
  return new VendorError('not_found', 'Voyager has no such tour at this property. Nothing was changed.', {
    field: 'tour_id',
  });
}

interface AboutTour {
  tour_id: string;
  property_id: string;
  notes?: string | undefined;
}

/** An event that says in words what Voyager has no event for. */
function markStep(context: Context, { tour_id, property_id, notes }: AboutTour, mark: TourMark): PlannedStep {
  const named = readTourId(tour_id);
  if (named === undefined) throw noTour();
  return stepFor(context, `import ${mark}`, {
    ...{ property_id, tour_id, card_id: named.card_id },
    event(card, words, marker) {
      const { event } = visitIn(card, tour_id);
      return {
        type: 'Other',
        date: words.clock(new Date(context.clock()).toISOString()),
        agent: words.agent(agentOf(event)),
        comments: withMarker(tourMark(named.event_id, mark, notes), marker),
      };
    },
  });
}

function showStep(context: Context, { tour_id, property_id, notes }: AboutTour): PlannedStep {
  const named = readTourId(tour_id);
  if (named === undefined) throw noTour();
  return stepFor(context, 'import show', {
    ...{ property_id, tour_id, card_id: named.card_id },
    event(card, words, marker) {
      const { event } = visitIn(card, tour_id);
      return {
        type: 'Show',
        // As it is read it may end with tenths of a second, which are not taken back.
        date: (event.EventDate ?? '').slice(0, 'YYYY-MM-DDTHH:MM:SS'.length),
        unit_id: event.EventID?.IDType ?? '',
        agent: words.agent(agentOf(event)),
        comments: withMarker(notes ?? '', marker),
      };
    },
  });
}

export function cancelTour(context: Context): Plan<'cancel_tour'> {
  return (command) => [markStep(context, command, 'cancelled')];
}

export function recordTourOutcome(context: Context): Plan<'record_tour_outcome'> {
  return (command: CommandOf<'record_tour_outcome'>) => [
    command.outcome === 'toured' ? showStep(context, command) : markStep(context, command, 'no show'),
  ];
}
