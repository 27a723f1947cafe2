import { addDays } from '../../../model/zoned_time.ts';
import { flag, idText, number, readBy, text, wholeNumber } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import type { Filter } from '../transport.ts';
import { sourceReader, type Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { address, dayOf, phonesOf } from '../words.ts';
import { leaseState } from './lease_state.ts';

export const PROPERTY = mapping(
  'property',
  { wire: 'Property', changes: 'poll', freshness_seconds: 900, evidence: 'seen' },
  [
    { field: 'id', wire: 'PropertyID', as: idText, always: true },
    { field: 'name', wire: 'Name', as: text, always: true },
    {
      field: 'nicknames',
      wire: 'ShortName',
      as: readBy((raw) => [String(raw)]),
      note: 'the short name that the office uses',
    },
    { field: 'address', wire: 'Addresses', as: address, always: true, note: 'the primary one' },
    { field: 'is_active', wire: 'IsActive', as: flag },
    { field: 'phone', wire: 'PhoneNumbers', as: readBy((raw) => phonesOf(raw as wire.PhoneNumber[])[0]?.number) },
  ],
  [
    { field: 'time_zone', support: 'unsupported', note: '`time_zones` of the configuration decides' },
    {
      field: 'books_locked_through',
      support: 'unsupported',
      note: 'AccountingClose is not described; a posting into a closed period is refused by Rent Manager itself',
    },
  ],
);

const PROPERTY_EMBEDS = ['Addresses', 'PhoneNumbers'];

export function propertyReader(vendor: Vendor): Reader<'property'> {
  return sourceReader<'property', wire.Property>(vendor, {
    kind: 'property',
    resource: 'Properties',
    embeds: PROPERTY_EMBEDS,
    by: { property_id: 'PropertyID' },
    // A property without an address cannot be left out: everything hangs on it.
    read: (rows) =>
      rows.flatMap(
        (row) =>
          readRecord(
            PROPERTY,
            { ...row, Addresses: row.Addresses?.length ? row.Addresses : [{}] },
            vendor.circumstances,
          ) ?? [],
      ),
  });
}

export const UNIT = mapping(
  'unit',
  { wire: 'Unit', changes: 'poll', freshness_seconds: 900, evidence: 'seen' },
  [
    { field: 'id', wire: 'Unit.UnitID', as: idText, always: true },
    { field: 'property_id', wire: 'Unit.PropertyID', as: idText, always: true },
    { field: 'name', wire: 'Unit.Name', as: text, always: true },
    { field: 'bedrooms', wire: 'Unit.Bedrooms', as: number },
    { field: 'bathrooms', wire: 'Unit.Bathrooms', as: number },
    { field: 'square_feet', wire: 'Unit.SquareFootage', as: wholeNumber, evidence: 'inferred' },
    { field: 'address', wire: 'Unit.Addresses', as: address },
    {
      field: 'occupancy',
      wire: 'occupancy',
      as: text,
      support: 'mapped',
      called: 'Leases and UnitStatuses',
      note: 'down where the last status is of a type in `down_unit_statuses`',
    },
    {
      field: 'available_on',
      wire: 'available_on',
      as: text,
      called: 'Leases',
      note: 'the day after a notice runs out',
    },
    {
      field: 'is_listed',
      wire: 'is_listed',
      as: flag,
      called: 'UnitStatuses',
      note: 'Rent Manager shows no listings: every unit that somebody can move into counts as listed',
    },
  ],
  [
    { field: 'building_id', support: 'unsupported', note: 'there are no buildings' },
    { field: 'market_rent', support: 'unsupported', note: 'where it stands is not described' },
  ],
);

const UNIT_EMBEDS = ['Addresses', 'UnitStatuses.UnitStatusType'];

/** What the leases and the last status of a unit say about it. */
function standing(vendor: Vendor, unit: wire.Unit, leases: readonly wire.Lease[]) {
  const today = vendor.today(unit.PropertyID === undefined ? undefined : String(unit.PropertyID));
  const states = leases.map((lease) => [lease, leaseState(lease, undefined, today)] as const);
  const living = states.flatMap(([lease, state]) => (state === 'current' || state === 'notice' ? [lease] : []));
  const isTaken = states.some(([, state]) => state === 'future');
  const status = unit.UnitStatuses?.at(-1)?.UnitStatusType?.Name;
  const isDown = status !== undefined && vendor.settings.down_unit_statuses.includes(status);
  const leaving = living.every((lease) => leaseState(lease, undefined, today) === 'notice');
  if (living.length === 0) return { occupancy: isDown ? 'down' : 'vacant', is_listed: !isDown && !isTaken };
  if (!leaving) return { occupancy: 'occupied', is_listed: false };
  const ends = living.map((lease) => dayOf(lease.MoveOutDate) ?? dayOf(lease.ExpectedMoveOutDate));
  const last = ends.includes(undefined) ? undefined : (ends as string[]).sort().at(-1);
  return {
    occupancy: 'notice',
    is_listed: last !== undefined && !isTaken,
    ...(last !== undefined && { available_on: addDays(last, 1) }),
  };
}

export function unitReader(vendor: Vendor): Reader<'unit'> {
  return sourceReader<'unit', wire.Unit>(vendor, {
    kind: 'unit',
    resource: 'Units',
    embeds: UNIT_EMBEDS,
    by: { property_id: 'PropertyID', unit_id: 'UnitID' },
    async read(rows, signal) {
      if (rows.length === 0) return [];
      const ids = rows.map(({ UnitID }) => UnitID);
      const [first, last] = [Math.min(...ids), Math.max(...ids)];
      // Two conditions whatever the number of units; leases of units between them that are not here do no harm.
      const filters: Filter[] = first === last ? [['UnitID', 'eq', first]] : between('UnitID', first, last);
      const leases = await vendor.client.all<wire.Lease>('Leases', { filters }, signal);
      const byUnit = Map.groupBy(leases, ({ UnitID }) => UnitID);
      return rows.flatMap((Unit) => {
        const whole = { Unit, ...standing(vendor, Unit, byUnit.get(Unit.UnitID) ?? []) };
        return readRecord(UNIT, whole, vendor.circumstances) ?? [];
      });
    },
  });
}

function between(field: string, first: number, last: number): Filter[] {
  return [
    [field, 'ge', first],
    [field, 'le', last],
  ];
}
