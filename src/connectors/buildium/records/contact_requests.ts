import type { GuestCard } from '../../../model/records.ts';
import { day, idText, oneOf, phoneNumber, readBy, utcInstant } from '../../kit/codecs.ts';
import { withoutMarker } from '../../kit/markers.ts';
import { path } from '../../kit/rest.ts';
import { mapping, readRecord, type NotHeld } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { inOrder, nameOf, phonesIn } from '../contact.ts';
import { idsFilter, windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { dayBefore, historyOf } from './work_orders.ts';

/*
 * Guest cards as tasks that are contact requests, each at a property. Who asked what is its description, which is written
 * once; what was said afterwards is its history.
 */

interface WithHistory {
  Task: wire.ContactRequest;
  History?: readonly wire.TaskHistory[];
}

const phones = readBy((raw) =>
  phonesIn(inOrder(raw as object)).map(({ number, type }) => ({ number: phoneNumber(number), type })),
);

const notes = readBy((raw) =>
  (raw as readonly wire.TaskHistory[]).flatMap(({ Message, CreatedDateTIme, CreatedByUser }): GuestCard['notes'] => {
    const said = withoutMarker(Message ?? '');
    if (said === '' || CreatedDateTIme === undefined) return [];
    const by = nameOf(CreatedByUser ?? {});
    const at = new Date(CreatedDateTIme).toISOString();
    return [{ at, ...(by !== undefined && { by }), text: said, is_public: false }];
  }),
);

const NOT_HELD: readonly NotHeld[] = (
  [
    ...(['latest_source', 'lost_reason', 'bedrooms', 'bathrooms', 'rent_max', 'move_in_date'] as const),
    ...(['occupants', 'pets', 'consents'] as const),
  ] as const
).map((field) => ({ field, support: 'sidecar' }));

export const CONTACT_REQUEST = mapping(
  'guest_card',
  {
    wire: 'ContactRequest',
    changes: 'webhook',
    freshness_seconds: 60,
    evidence: 'seen',
    note: 'by guest_card_as: every contact request at a property, whoever has entered it',
  },
  [
    { field: 'id', wire: 'Task.Id', as: idText, always: true },
    { field: 'property_id', wire: 'Task.Property.Id', as: idText, always: true },
    {
      field: 'name',
      wire: 'Task.ContactDetail',
      as: readBy((raw) => nameOf(raw as { FirstName?: string })),
      note: 'FirstName and LastName',
    },
    {
      field: 'phones',
      wire: 'Task.ContactDetail.PhoneNumbers',
      as: phones,
      note: 'one home, one work and one mobile number',
    },
    { field: 'emails', wire: 'Task.ContactDetail.Email', as: readBy((raw) => [String(raw)]), note: 'one' },
    {
      field: 'status',
      wire: 'Task.TaskStatus',
      as: oneOf('guest_card_status', 'contacted'),
      table: 'guest_card_status',
      always: true,
    },
    {
      field: 'unit_ids',
      wire: 'Task.UnitId',
      as: readBy((raw) => [String(raw)]),
      support: 'sidecar',
      note: 'a request has one unit, the first of them; all are kept beside it',
    },
    { field: 'source', wire: '', as: readBy(() => 'Buildium'), support: 'sidecar' },
    { field: 'assigned_to', wire: 'Task.AssignedToUserId', as: idText, note: 'always somebody' },
    { field: 'follow_up_on', wire: 'Task.DueDate', as: day },
    { field: 'notes', wire: 'History', as: notes, note: 'messages in the history of the task; not in lists' },
    { field: 'created_at', wire: 'Task.CreatedDateTime', as: utcInstant, always: true },
  ],
  [...NOT_HELD, { field: 'touches', support: 'sidecar', note: 'the first one goes into the description as well' }],
);

export function contactRequestReader(vendor: Vendor): Reader<'guest_card'> {
  const { client, circumstances } = vendor;
  /** Who asks about nothing of the company's rentals is no prospect. */
  const read = (one: WithHistory) =>
    one.Task.Property?.Id == null || one.Task.Property.Type === 'Association'
      ? undefined
      : readRecord(CONTACT_REQUEST, one, circumstances);
  return {
    async get(_scope, id, signal) {
      const Task = await contactRequest(vendor, id, signal);
      return Task === undefined ? undefined : read({ Task, History: await historyOf(vendor, id, signal) });
    },
    async list(query, signal) {
      const page = await client.page<wire.ContactRequest>(
        'v1/tasks/contactrequests',
        {
          ...(query.property_id !== undefined && { entitytype: 'Rental' }),
          ...idsFilter('entityid', query.property_id),
          ...idsFilter('unitid', query.unit_id),
          lastupdatedfrom: dayBefore(query.since),
        },
        windowOf(query),
        signal,
      );
      return vendor.pageOf(page, (Task) => read({ Task }));
    },
  };
}

export function contactRequest(
  { client }: Vendor,
  id: string,
  signal?: AbortSignal,
): Promise<wire.ContactRequest | undefined> {
  return client.one<wire.ContactRequest>((one) => path`v1/tasks/contactrequests/${one}`, id, signal);
}
