import type { GuestCard } from '../../../model/records.ts';
import {
  day,
  dollarText,
  idText,
  oneOf,
  readBy,
  text,
  utcInstant,
  wholeNumber,
  number,
  type Codec,
  type Place,
} from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import { wordFor } from '../../kit/value_tables.ts';
import type { Reader } from '../../kit/vendor.ts';
import { emails, orElse, phones } from '../codecs.ts';
import { WEBHOOK_FRESHNESS_SECONDS } from '../limits.ts';
import { idFilter, windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type { Lead } from '../wire.ts';

/** Both names are required there; this stands for one that nobody gave, and is read as none. */
const NOT_GIVEN = '(not given)';

/** A name in two parts, the last word being the last name. */
export function namesOf(name: string | undefined): { FirstName: string; LastName: string } {
  const words = (name ?? '').split(/\s+/).filter((word) => word !== '');
  const last = words.length > 1 ? words.pop() : undefined;
  return { FirstName: words.join(' ') || NOT_GIVEN, LastName: last ?? NOT_GIVEN };
}

function fullName(raw: unknown): string | undefined {
  const { FirstName, LastName } = raw as Lead;
  return [FirstName, LastName].filter((part) => part && part !== NOT_GIVEN).join(' ') || undefined;
}

/** A prospect who has applied is active still; the application shows it. */
const status: Codec = {
  read(raw, at: Place) {
    const { Status, RentalApplicationId } = raw as Lead & { Status?: unknown };
    const known = oneOf('guest_card_status', 'new').read(Status ?? 'active', at);
    return known === 'new' && RentalApplicationId ? 'applied' : known;
  },
  write: (value: GuestCard['status'], at) => wordFor(at.tables, 'guest_card_status', value),
};

/** Everybody who is to live there; AppFolio counts those beside the prospect. */
const occupants: Codec = {
  read(raw, at) {
    const more = wholeNumber.read(raw, at);
    return typeof more === 'number' ? more + 1 : undefined;
  },
  write: (count: number) => Math.max(0, count - 1),
};

const unitIds: Codec = {
  read: (raw) => (Array.isArray(raw) ? raw.filter((id) => typeof id === 'string') : undefined),
  write: (ids: readonly string[]) => ids,
};

export const GUEST_CARD = mapping(
  'guest_card',
  { wire: 'Lead', changes: 'webhook', freshness_seconds: WEBHOOK_FRESHNESS_SECONDS, evidence: 'inferred' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'property_id', wire: 'PropertyId', as: idText, always: true },
    {
      field: 'name',
      wire: '',
      called: 'FirstName, LastName',
      as: readBy(fullName),
      write: false,
      note: `both parts are required: one that was not given is written as "${NOT_GIVEN}"`,
    },
    { field: 'emails', wire: '', called: 'Email', write: 'Email', as: emails, note: 'one' },
    {
      field: 'phones',
      wire: '',
      called: 'PhoneNumber',
      write: 'PhoneNumber',
      as: phones,
      readable: false,
      note: 'one',
    },
    { field: 'source', wire: 'Source', as: orElse(text, 'AppFolio') },
    {
      field: 'status',
      wire: '',
      called: 'Status, RentalApplicationId',
      write: 'Status',
      as: status,
      table: 'guest_card_status',
    },
    { field: 'lost_reason', wire: 'InactiveReason', as: oneOf('lost_reason', 'other'), table: 'lost_reason' },
    { field: 'unit_ids', wire: 'UnitIds', as: unitIds, readable: false },
    { field: 'bedrooms', wire: 'Bedrooms', as: number, readable: false },
    { field: 'bathrooms', wire: 'Bathrooms', as: number, write: false, readable: false },
    { field: 'rent_max', wire: 'MaxRent', as: dollarText, readable: false },
    { field: 'move_in_date', wire: 'DesiredMoveIn', as: day, readable: false },
    { field: 'occupants', wire: 'AdditionalOccupants', as: occupants, support: 'mapped', readable: false },
    { field: 'assigned_to', wire: 'AssignedUserId', as: idText, readable: false },
    {
      field: 'notes',
      wire: '',
      called: 'notes of the guest card',
      as: { read: () => [], write: () => undefined },
      write: false,
      readable: false,
      note: 'they are read for one guest card at a time, and not with it',
    },
    { field: 'created_at', wire: 'CreatedAt', as: utcInstant, write: false, always: true },
  ],
  [
    { field: 'latest_source', support: 'sidecar' },
    { field: 'pets', support: 'sidecar', note: 'AppFolio has a mark for cats, dogs and others, and no room for words' },
    { field: 'follow_up_on', support: 'sidecar' },
    { field: 'consents', support: 'sidecar' },
    { field: 'touches', support: 'sidecar', note: 'the first one goes into AppFolio as a message as well' },
  ],
);

export function guestCardReader(vendor: Vendor): Reader<'guest_card'> {
  const { client, circumstances } = vendor;
  return {
    async get(_scope, id, signal) {
      const wire = await client.one<Lead>('leads', id, {}, signal);
      return wire && readRecord(GUEST_CARD, wire, circumstances);
    },
    async list(query, signal) {
      const filters = { ...vendor.since(query), ...idFilter('PropertyId', query.property_id) };
      const page = await client.page<Lead>('leads', filters, windowOf(query), signal);
      const { unit_id } = query;
      return vendor.pageOf(page, (wire) =>
        unit_id !== undefined && !wire.UnitIds?.includes(unit_id)
          ? undefined
          : readRecord(GUEST_CARD, wire, circumstances),
      );
    },
  };
}
