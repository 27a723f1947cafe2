import type { CommandOf } from '../../../model/commands.ts';
import type { Tour } from '../../../model/records.ts';
import { VendorError, type Located } from '../../connector.ts';
import { carries, withMarker, withoutMarker } from '../../kit/markers.ts';
import type { Plan, PlannedStep } from '../../kit/vendor.ts';
import {
  APPOINTMENT_EMBEDS,
  descriptionOf,
  NO_UNIT,
  readDescription,
  readTours,
  subjectOf,
  withStatus,
} from '../records/tours.ts';
import { idOf, type Filter } from '../transport.ts';
import { onDay, type Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { wallClock } from '../words.ts';
import { ABSENT, found, OPERATIONS, post, refuseOverride } from './post.ts';
import { setStep } from './set_values.ts';

const APPOINTMENTS = 'Appointments';
const KEY = 'AppointmentID';
const KIND = 'tour';

type Slot = Pick<Tour, 'start' | 'end' | 'property_id'> & { unit_id: string; agent_id?: string | undefined };

/** Clocks of the United States differ by no more than this. */
const WIDEST_ZONES_MS = 12 * 60 * 60_000;

/** Throws `slot_taken` where the unit or the agent has another tour in a part of the time, whoever entered it. */
async function mustBeFree(
  vendor: Vendor,
  { start, end, property_id, unit_id, agent_id }: Slot,
  but?: string,
): Promise<void> {
  const zone = vendor.zone(property_id);
  // Wider than the slot: tours of other properties stand there by clocks of their own.
  const shifted = (instant: string, ms: number) => wallClock(new Date(Date.parse(instant) + ms).toISOString(), zone);
  const filters: Filter[] = [
    ['ProspectID', 'gt', 0],
    ['StartDate', 'lt', shifted(end, WIDEST_ZONES_MS)],
    ['EndDate', 'gt', shifted(start, -WIDEST_ZONES_MS)],
  ];
  const rows = await vendor.client.all<wire.Appointment>(APPOINTMENTS, { filters, embeds: APPOINTMENT_EMBEDS });
  const others = (await readTours(vendor, rows)).filter(
    (tour) => tour.id !== but && tour.status === 'scheduled' && tour.start < end && tour.end > start,
  );
  const sameUnit = (tour: Tour) => tour.unit_id === unit_id && unit_id !== NO_UNIT;
  const clash = others.find((tour) => sameUnit(tour) || (agent_id !== undefined && tour.agent_id === agent_id));
  if (clash === undefined) return;
  const field = sameUnit(clash) ? 'unit_id' : 'agent_id';
  throw new VendorError(
    'slot_taken',
    `Rent Manager's calendar has another tour of this ${field === 'unit_id' ? 'unit' : 'agent'} in a part of that time. ` +
      'Nothing was changed.',
    { field },
  );
}

function slotFields({ start, end, property_id }: Pick<Slot, 'start' | 'end' | 'property_id'>, vendor: Vendor) {
  const zone = vendor.zone(property_id);
  return { StartDate: wallClock(start, zone), EndDate: wallClock(end, zone) };
}

export function scheduleTour(vendor: Vendor): Plan<'schedule_tour'> {
  return (command) => [
    {
      ...{ name: 'create_appointment', retry: 'marker', operation: OPERATIONS.post, makes_record: true },
      async prepare(context) {
        refuseOverride(context);
        const { guest_card_id, unit_id, agent_id, type, notes } = command;
        const body = {
          ProspectID: idOf(guest_card_id, 'guest card'),
          ...slotFields(command, vendor),
          Subject: subjectOf(type),
          Description: withMarker(descriptionOf(String(idOf(unit_id, 'unit')), notes), context.marker),
          ...(agent_id !== undefined && { AppointmentUsers: [{ UserID: idOf(agent_id, 'leasing agent') }] }),
        };
        await mustBeFree(vendor, command);
        return post(APPOINTMENTS, [body], { kind: KIND, key: KEY });
      },
      async locate(_request, { marker }, signal): Promise<Located> {
        const { start, property_id, guest_card_id } = command;
        const day = slotFields({ start, end: start, property_id }, vendor).StartDate.slice(0, 10);
        const filters: Filter[] = [['ProspectID', 'eq', guest_card_id], ...onDay('StartDate', day)];
        const rows = await vendor.client.all<wire.Appointment>(APPOINTMENTS, { filters }, signal);
        const own = rows.find(({ Description }) => carries(Description, marker));
        if (own !== undefined) return found(KIND, String(own.AppointmentID));
        // A colleague may have moved it to another day already.
        const all = await vendor.client.all<wire.Appointment>(
          APPOINTMENTS,
          { filters: [['Description', 'ct', marker]] },
          signal,
        );
        const moved = all.find(({ Description }) => carries(Description, marker));
        return moved === undefined ? ABSENT : found(KIND, String(moved.AppointmentID));
      },
    },
  ];
}

/** New notes in the place of the old ones; the unit and the marker stay where they are. */
function withNotes(description: string | undefined, notes: string | undefined): object {
  if (notes === undefined) return {};
  const marker = (description ?? '').slice(withoutMarker(description ?? '').length);
  return { Description: descriptionOf(readDescription(description).unit_id, notes) + marker };
}

function setAppointment(
  vendor: Vendor,
  name: string,
  id: string,
  set: (row: wire.Appointment) => object | Promise<object>,
): PlannedStep {
  return setStep<wire.Appointment>(vendor.client, {
    ...{ name, resource: APPOINTMENTS, embeds: APPOINTMENT_EMBEDS, key: KEY, record: { kind: KIND, id } },
    row: () => idOf(id, 'tour'),
    set: async (row) => ({ ...(await set(row)) }),
  });
}

export function rescheduleTour(vendor: Vendor): Plan<'reschedule_tour'> {
  return (command) => {
    const { tour_id, agent_id, notes } = command;
    return [
      setAppointment(vendor, 'move_appointment', tour_id, async (row) => {
        const { unit_id } = readDescription(row.Description);
        const known = row.AppointmentUsers?.[0]?.UserID;
        const agent = agent_id ?? (known === undefined ? undefined : String(known));
        const users = agent_id === undefined ? {} : { AppointmentUsers: [{ UserID: idOf(agent_id, 'leasing agent') }] };
        await mustBeFree(vendor, { ...command, unit_id, agent_id: agent }, tour_id);
        return {
          ...slotFields(command, vendor),
          ...users,
          Subject: withStatus(row.Subject, 'scheduled'),
          ...withNotes(row.Description, notes),
        };
      }),
    ];
  };
}

function endTour(
  vendor: Vendor,
  { tour_id, notes }: Pick<CommandOf<'cancel_tour'>, 'tour_id' | 'notes'>,
  status: Exclude<Tour['status'], 'scheduled'>,
): PlannedStep[] {
  return [
    setAppointment(vendor, 'end_appointment', tour_id, (row) => ({
      Subject: withStatus(row.Subject, status),
      ...withNotes(row.Description, notes),
    })),
  ];
}

export function cancelTour(vendor: Vendor): Plan<'cancel_tour'> {
  return (command) => endTour(vendor, command, 'cancelled');
}

export function recordTourOutcome(vendor: Vendor): Plan<'record_tour_outcome'> {
  return (command) => endTour(vendor, command, command.outcome);
}
