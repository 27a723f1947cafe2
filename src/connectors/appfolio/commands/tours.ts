import { newTour, tourEnd, tourMove } from '../../../model/tour_change.ts';
import type { RecordRef } from '../../connector.ts';
import { path } from '../../kit/rest.ts';
import { writeFields } from '../../kit/rows.ts';
import type { Plan, PlannedStep } from '../../kit/vendor.ts';
import { TOUR } from '../records/tours.ts';
import { idOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type { Showing } from '../wire.ts';
import { shows } from './same.ts';
import { change, create } from './steps.ts';

/** A new showing is found again by who is shown what and when. */
const TOLD_BY = ['LeadId', 'UnitId', 'StartAt'];

export function scheduleTour(vendor: Vendor): Plan<'schedule_tour'> {
  return (command) => {
    idOf(command.guest_card_id, 'guest card');
    idOf(command.unit_id, 'unit');
    const { status: _status, ...fields } = newTour(command);
    return [
      create<Showing>(vendor, {
        name: 'schedule_tour',
        kind: 'tour',
        address: 'showings',
        body: () => writeFields(TOUR, fields, vendor.circumstances),
        search: (since, _request, signal) => vendor.client.all<Showing>('showings', since, signal),
        told_by: TOLD_BY,
        fits: (showing, body) => showing.Status !== 'canceled' && shows(showing, body, TOLD_BY),
      }),
    ];
  };
}

export function rescheduleTour(vendor: Vendor): Plan<'reschedule_tour'> {
  return (command) => [changeTour(vendor, 'reschedule_tour', command.tour_id, tourMove(command).set)];
}

export function cancelTour(vendor: Vendor): Plan<'cancel_tour'> {
  return (command) => [changeTour(vendor, 'cancel_tour', command.tour_id, tourEnd('cancelled', command.notes).set)];
}

/** That somebody came is kept beside the showing, which stays scheduled in AppFolio. */
export function recordTourOutcome(vendor: Vendor): Plan<'record_tour_outcome'> {
  return (command) => [
    changeTour(vendor, 'record_tour_outcome', command.tour_id, tourEnd(command.outcome, command.notes).set),
  ];
}

function changeTour(
  { client, circumstances }: Vendor,
  name: string,
  tourId: string,
  fields: Readonly<Record<string, unknown>>,
): PlannedStep {
  const about: RecordRef = { kind: 'tour', scope: '', id: idOf(tourId, 'tour') };
  return change<Showing>({
    ...{ name, about },
    address: path`showings/${about.id}`,
    read: (signal) => client.one<Showing>('showings', about.id, {}, signal),
    body: () => writeFields(TOUR, fields, circumstances),
  });
}
