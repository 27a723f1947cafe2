import type { RecordOf, Tour } from '../../../model/records.ts';
import { idText, readBy, text } from '../../kit/codecs.ts';
import { withoutMarker } from '../../kit/markers.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { TABLES, TOUR_WORDS } from '../tables.ts';
import { sourceReader, type Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { moment } from '../words.ts';

/*
 * A tour is an appointment with a prospect. An appointment has no unit, no kind and no status: the subject says kind and
 * status in words that colleagues read in their calendar, and the last line of the description names the unit.
 */

/** Appointments that people make name no unit. They still take an agent's time, and are told with Rent Manager's "none". */
export const NO_UNIT = '0';

const UNIT_LINE = /(?:^|\n)Unit ID ([1-9]\d{0,9})$/;

const STATUS_WORDS = Object.entries(TOUR_WORDS) as [Exclude<Tour['status'], 'scheduled'>, string][];

/** The subject of a new tour: `Tour`, `Virtual tour`. */
export function subjectOf(type: Tour['type']): string {
  return TABLES.tour_type?.to_pms[type] ?? '';
}

/** A subject with another status: `CANCELLED: Virtual tour`. What people wrote there stays. */
export function withStatus(subject: string | undefined, status: Tour['status']): string {
  const rest = withoutStatus(subject ?? '');
  return status === 'scheduled' ? rest : `${TOUR_WORDS[status]}: ${rest}`;
}

function withoutStatus(subject: string): string {
  const word = STATUS_WORDS.find(([, one]) => subject.startsWith(`${one}: `))?.[1];
  return word === undefined ? subject : subject.slice(word.length + 2);
}

/** What a subject says. Whoever writes something else there shows somebody a home in person, in time to come. */
function readSubject(subject = ''): { type: Tour['type']; status: Tour['status'] } {
  const status = STATUS_WORDS.find(([, word]) => subject.startsWith(`${word}: `))?.[0] ?? 'scheduled';
  const type = TABLES.tour_type?.from_pms[withoutStatus(subject).trim()] as Tour['type'] | undefined;
  return { type: type ?? 'agent_led', status };
}

/** The description of a tour, without a marker: what was noted, and the unit. */
export function descriptionOf(unit_id: string, notes: string | undefined): string {
  return [notes, unit_id === NO_UNIT ? undefined : `Unit ID ${unit_id}`].filter(Boolean).join('\n');
}

/** What a description says, the marker aside. */
export function readDescription(description: string | undefined): { unit_id: string; notes?: string } {
  const said = withoutMarker(description ?? '');
  const unit_id = UNIT_LINE.exec(said)?.[1] ?? NO_UNIT;
  const notes = said.replace(UNIT_LINE, '');
  return { unit_id, ...(notes !== '' && { notes }) };
}

const said = (pick: (one: wire.Appointment) => string | undefined) => readBy((raw) => pick(raw as wire.Appointment));

export const TOUR = mapping(
  'tour',
  {
    wire: 'Appointment',
    changes: 'poll',
    freshness_seconds: 60,
    evidence: 'inferred',
    note: 'appointments with a prospect; what people enter themselves names no unit',
  },
  [
    { field: 'id', wire: 'Appointment.AppointmentID', as: idText, always: true },
    { field: 'property_id', wire: 'property_id', as: text, called: 'PropertyID of the prospect' },
    { field: 'guest_card_id', wire: 'Appointment.ProspectID', as: idText, always: true },
    {
      field: 'unit_id',
      wire: 'Appointment',
      as: said((one) => readDescription(one.Description).unit_id),
      called: 'Description',
    },
    {
      field: 'agent_id',
      wire: 'Appointment.AppointmentUsers',
      as: readBy((raw) => {
        const id = (raw as { UserID?: number }[])[0]?.UserID;
        return id ? String(id) : undefined;
      }),
    },
    {
      field: 'type',
      wire: 'Appointment',
      as: said((one) => readSubject(one.Subject).type),
      support: 'mapped',
      called: 'Subject',
    },
    { field: 'start', wire: 'Appointment.StartDate', as: moment, always: true },
    { field: 'end', wire: 'Appointment.EndDate', as: moment, always: true },
    {
      field: 'status',
      wire: 'Appointment',
      as: said((one) => readSubject(one.Subject).status),
      support: 'mapped',
      called: 'Subject',
      note: 'a cancelled tour stays in the calendar under a subject that says so',
    },
    {
      field: 'notes',
      wire: 'Appointment',
      as: said((one) => readDescription(one.Description).notes),
      called: 'Description',
    },
  ],
);

export const APPOINTMENT_EMBEDS = ['AppointmentUsers'];

/** Appointments in canonical form; the property is that of the prospect. */
export async function readTours(
  vendor: Vendor,
  rows: readonly wire.Appointment[],
  signal?: AbortSignal,
): Promise<RecordOf<'tour'>[]> {
  const ids = rows.flatMap(({ ProspectID }) => ProspectID ?? []);
  const prospects = await vendor.client.among<wire.Prospect>('Prospects', 'ProspectID', ids, [], signal);
  const properties = new Map(prospects.map(({ ProspectID, PropertyID }) => [ProspectID, PropertyID]));
  return rows.flatMap((Appointment) => {
    const property = properties.get(Appointment.ProspectID ?? 0);
    if (property === undefined) return [];
    return readRecord(TOUR, { property_id: String(property), Appointment }, vendor.circumstances) ?? [];
  });
}

export function tourReader(vendor: Vendor): Reader<'tour'> {
  return sourceReader<'tour', wire.Appointment>(vendor, {
    kind: 'tour',
    resource: 'Appointments',
    embeds: APPOINTMENT_EMBEDS,
    filters: [['ProspectID', 'gt', 0]],
    read: (rows, signal) =>
      readTours(
        vendor,
        rows.filter(({ ProspectID }) => ProspectID !== undefined && ProspectID > 0),
        signal,
      ),
  });
}
