import type { GuestCard } from '../../../model/records.ts';
import { fixed, idText, readBy } from '../../kit/codecs.ts';
import { withoutMarker } from '../../kit/markers.ts';
import { path } from '../../kit/rest.ts';
import { mapping, readRecord, type NotHeld } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { nameOf } from '../contact.ts';
import { idsFilter, windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { phones } from './people.ts';

/*
 * Guest cards as applicants. One that has not applied is an applicant without an application; its unit says its property.
 */

const STATUSES: Readonly<Record<string, GuestCard['status']>> = {
  New: 'new',
  Unknown: 'new',
  Draft: 'new',
  Undecided: 'applied',
  Deferred: 'applied',
  Approved: 'approved',
  AddedToDraftLease: 'approved',
  AddedToLease: 'leased',
  Rejected: 'denied',
  Cancelled: 'lost',
};

/** What happens before somebody applies, which an applicant does not show. */
const BEFORE_APPLYING = ['contacted', 'qualified', 'tour_scheduled', 'toured', 'no_show', 'lost'] as const;
const AS_NEW = Object.fromEntries(BEFORE_APPLYING.map((status) => [status, 'new']));

/** What cannot be said of an applicant by API: it is decided on the application, by a person. */
export const DECIDED_THERE: ReadonlySet<string> = new Set(['applied', 'approved', 'denied', 'leased']);

/** The first day that is known of somebody. Where there is none, the field that a guest card has to have says 1970. */
const created = readBy((raw) => {
  const { Applications, LastUpdatedDateTime } = raw as wire.Applicant;
  const days = (Applications ?? []).map(({ ApplicationSubmittedDateTime }) => ApplicationSubmittedDateTime);
  const [first] = [...days, LastUpdatedDateTime].filter((day): day is string => !!day).sort();
  return new Date(first ?? 0).toISOString();
});

const notes = readBy((raw) =>
  (raw as readonly wire.Note[]).flatMap(({ Note, LastUpdatedByUser: by }): GuestCard['notes'] => {
    const said = withoutMarker(Note ?? '');
    const name = nameOf(by ?? {});
    if (said === '' || !by?.UpdatedDateTime) return [];
    const at = new Date(by.UpdatedDateTime).toISOString();
    return [{ at, ...(name !== undefined && { by: name }), text: said, is_public: false }];
  }),
);

const NOT_HELD: readonly NotHeld[] = (
  [
    ...(['latest_source', 'lost_reason', 'bedrooms', 'bathrooms', 'rent_max', 'move_in_date'] as const),
    ...(['occupants', 'pets', 'assigned_to', 'follow_up_on', 'consents', 'touches'] as const),
  ] as const
).map((field) => ({ field, support: 'sidecar' }));

export const APPLICANT = mapping(
  'guest_card',
  {
    wire: 'Applicant',
    changes: 'webhook',
    freshness_seconds: 300,
    evidence: 'seen',
    note: 'by guest_card_as: applicants of a property, whether or not they have applied',
  },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'property_id', wire: 'PropertyId', as: idText, always: true, note: 'that of the unit' },
    { field: 'name', wire: '', called: 'FirstName, LastName', as: readBy((raw) => nameOf(raw as wire.Applicant)) },
    { field: 'phones', wire: 'PhoneNumbers', as: phones, note: 'one home, one work and one mobile number' },
    { field: 'emails', wire: 'Email', as: readBy((raw) => [String(raw)]), note: 'one' },
    {
      field: 'status',
      wire: 'Status',
      as: fixed(STATUSES, 'new'),
      support: 'mapped',
      values: ['new', ...BEFORE_APPLYING],
      shown_as: AS_NEW,
      note: 'read-only: what comes of an application is decided there, what was before it is kept beside the record',
    },
    {
      field: 'unit_ids',
      wire: 'UnitId',
      as: readBy((raw) => [String(raw)]),
      support: 'sidecar',
      note: 'an applicant has one unit, the first of them; all are kept beside it',
    },
    { field: 'source', wire: '', as: readBy(() => 'Buildium'), support: 'sidecar' },
    { field: 'notes', wire: 'Notes', as: notes, note: 'not in lists' },
    {
      field: 'created_at',
      wire: '',
      called: 'ApplicationSubmittedDateTime, LastUpdatedDateTime',
      as: created,
      support: 'mapped',
      note: 'the first day that is known: when an applicant was entered is not shown',
    },
  ],
  NOT_HELD,
);

export function applicantReader(vendor: Vendor): Reader<'guest_card'> {
  const { client, circumstances } = vendor;
  /** Somebody without a unit is at no property, and no guest card. */
  const read = (one: wire.Applicant & { Notes?: readonly wire.Note[] }) =>
    one.PropertyId == null ? undefined : readRecord(APPLICANT, one, circumstances);
  return {
    async get(_scope, id, signal) {
      const found = await client.one<wire.Applicant>((one) => path`v1/applicants/${one}`, id, signal);
      if (found?.PropertyId == null) return undefined;
      return read({ ...found, Notes: await notesOn(vendor, id, signal) });
    },
    async list(query, signal) {
      const page = await client.page<wire.Applicant>(
        'v1/applicants',
        {
          ...(query.property_id !== undefined && { entitytype: 'Rental' }),
          ...idsFilter('entityid', query.property_id),
          ...idsFilter('unitids', query.unit_id),
          lastupdatedfrom: query.since,
        },
        windowOf(query),
        signal,
      );
      return vendor.pageOf(page, read);
    },
  };
}

export function notesOn({ client }: Vendor, id: string, signal?: AbortSignal): Promise<wire.Note[]> {
  return client.all<wire.Note>(path`v1/applicants/${id}/notes`, {}, signal);
}
