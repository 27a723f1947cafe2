import type { Property, Unit } from '../../../model/records.ts';
import { VendorError } from '../../connector.ts';
import { day, dollarNumber, fixed, flag, idText, readBy, text, wholeNumber } from '../../kit/codecs.ts';
import { path } from '../../kit/rest.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import type { Vendor } from '../vendor.ts';
import { idsFilter, windowOf } from '../transport.ts';
import { firstPhone } from './people.ts';

interface WireAddress {
  AddressLine1?: string;
  AddressLine2?: string | null;
  AddressLine3?: string | null;
  City?: string;
  State?: string;
  PostalCode?: string;
}

/** Buildium's address; what it leaves open stays empty, as people see it there. */
const address = readBy((raw) => {
  const { AddressLine1, AddressLine2, AddressLine3, City, State, PostalCode } = raw as WireAddress;
  const second = [AddressLine2, AddressLine3].filter((line) => line != null && line !== '').join(', ');
  return {
    street: AddressLine1 ?? '',
    ...(second !== '' && { street2: second }),
    city: City ?? '',
    state: State ?? '',
    postal_code: PostalCode ?? '',
  };
});

export const PROPERTY = mapping(
  'property',
  { wire: 'Rental', changes: 'webhook', freshness_seconds: 300, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'name', wire: 'Name', as: text, always: true },
    { field: 'address', wire: 'Address', as: address, always: true },
    { field: 'is_active', wire: 'IsActive', as: flag },
    { field: 'phone', wire: 'RentalManager.PhoneNumbers', as: firstPhone, note: "the rental manager's" },
  ],
  [
    {
      field: 'time_zone',
      support: 'unsupported',
      note: 'Buildium has none: `time_zones` of the configuration decides',
    },
  ],
);

const BEDROOMS = {
  NotSet: undefined,
  Studio: 0,
  OneBed: 1,
  TwoBed: 2,
  ThreeBed: 3,
  FourBed: 4,
  FiveBed: 5,
  SixBed: 6,
  SevenBed: 7,
  EightBed: 8,
  NineBedPlus: 9,
};

const BATHROOMS = {
  NotSet: undefined,
  OneBath: 1,
  OnePointFiveBath: 1.5,
  TwoBath: 2,
  TwoPointFiveBath: 2.5,
  ThreeBath: 3,
  ThreePointFiveBath: 3.5,
  FourBath: 4,
  FourPointFiveBath: 4.5,
  FiveBath: 5,
  FivePlusBath: 5.5,
};

export const UNIT = mapping(
  'unit',
  { wire: 'RentalUnit + Listing', changes: 'webhook', freshness_seconds: 300, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'property_id', wire: 'PropertyId', as: idText, always: true },
    { field: 'name', wire: 'UnitNumber', as: text, always: true },
    { field: 'bedrooms', wire: 'UnitBedrooms', as: fixed(BEDROOMS), note: 'nine stands for nine and more' },
    { field: 'bathrooms', wire: 'UnitBathrooms', as: fixed(BATHROOMS), note: '5.5 stands for more than five' },
    { field: 'square_feet', wire: 'UnitSize', as: wholeNumber },
    { field: 'market_rent', wire: 'MarketRent', as: dollarNumber },
    {
      field: 'occupancy',
      wire: '',
      called: 'IsUnitOccupied',
      as: readBy((raw) => ((raw as { IsUnitOccupied?: boolean | null }).IsUnitOccupied ? 'occupied' : 'vacant')),
      support: 'mapped',
      note: 'Buildium knows occupied and vacant; a notice shows on the lease',
    },
    { field: 'is_listed', wire: 'IsUnitListed', as: flag },
    { field: 'address', wire: 'Address', as: address },
    { field: 'available_on', wire: 'Listing.AvailableDate', as: day, note: 'where the unit is listed' },
  ],
  [{ field: 'building_id', support: 'unsupported', note: 'a building is only a name on the unit there' }],
);

interface Listing {
  AvailableDate?: string;
  Unit?: { Id?: number };
}

export function propertyReader(vendor: Vendor): Reader<'property'> {
  const { client } = vendor;

  /** The days up to which books are locked: one for all, and properties with one of their own. */
  async function locks(signal?: AbortSignal): Promise<(id: string) => Partial<Property>> {
    const none = () => ({});
    const answer = await client
      .read<LockPeriods>('v1/administration/accountinglockperiod', signal)
      .catch((error: unknown) => {
        // A key that may not see the books reads the portfolio all the same.
        if (error instanceof VendorError && error.code === 'misconfigured') return undefined;
        throw error;
      });
    if (answer === undefined) return none;
    const own = new Map(answer.Overrides?.map(({ Property: at, LockDate }) => [String(at?.Id), LockDate]));
    return (id) => {
      const until = own.get(id) ?? answer.Global?.LockDate;
      return until ? { books_locked_through: until.slice(0, 10) } : {};
    };
  }

  return {
    async get(_scope, id, signal) {
      const wire = await client.one((one) => path`v1/rentals/${one}`, id, signal);
      return wire === undefined
        ? undefined
        : readRecord(PROPERTY, wire, vendor.circumstances, (await locks(signal))(id));
    },
    async list(query, signal) {
      const page = await client.page<{ Id: number }>(
        'v1/rentals',
        { ...idsFilter('propertyids', query.property_id), lastupdatedfrom: query.since },
        windowOf(query),
        signal,
      );
      const locked = page.rows.length > 0 ? await locks(signal) : () => ({});
      return vendor.pageOf(page, (wire) => readRecord(PROPERTY, wire, vendor.circumstances, locked(String(wire.Id))));
    },
  };
}

interface LockPeriods {
  Global?: { LockDate?: string | null } | null;
  Overrides?: { Property?: { Id?: number }; LockDate?: string }[] | null;
}

export function unitReader(vendor: Vendor): Reader<'unit'> {
  const { client } = vendor;

  /** Days from which listed units are free, by unit id. */
  async function listed(property_id: string | undefined, signal?: AbortSignal): Promise<Map<string, Partial<Unit>>> {
    const filters = property_id === undefined ? {} : { entitytype: 'Property', ...idsFilter('entityid', property_id) };
    const listings = await client.all<Listing>('v1/rentals/units/listings', { ...filters, orderby: undefined }, signal);
    return new Map(
      listings.flatMap(({ Unit: unit, AvailableDate }) =>
        unit?.Id === undefined || !AvailableDate
          ? []
          : [[String(unit.Id), { available_on: AvailableDate.slice(0, 10) }] as const],
      ),
    );
  }

  return {
    async get(_scope, id, signal) {
      const wire = await client.one<{ PropertyId?: number; IsUnitListed?: boolean }>(
        (one) => path`v1/rentals/units/${one}`,
        id,
        signal,
      );
      if (wire === undefined) return undefined;
      const free = wire.IsUnitListed === true ? await listed(String(wire.PropertyId), signal) : undefined;
      return readRecord(UNIT, wire, vendor.circumstances, free?.get(id));
    },
    async list(query, signal) {
      const page = await client.page<{ Id: number; IsUnitListed?: boolean }>(
        'v1/rentals/units',
        { ...idsFilter('propertyids', query.property_id), lastupdatedfrom: query.since },
        windowOf(query),
        signal,
      );
      const someListed = page.rows.some((row) => row.IsUnitListed === true);
      const free = someListed ? await listed(query.property_id, signal) : undefined;
      const { unit_id } = query;
      return vendor.pageOf(page, (wire) =>
        unit_id !== undefined && String(wire.Id) !== unit_id
          ? undefined
          : readRecord(UNIT, wire, vendor.circumstances, free?.get(String(wire.Id))),
      );
    },
  };
}
