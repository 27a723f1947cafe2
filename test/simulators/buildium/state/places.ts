import type { Property, Unit } from '../../../../src/model/records.ts';
import { BATHROOMS, BEDROOMS, canonicalPhone, centsOf } from '../load/words.ts';
import type { BuildiumTables } from '../tables.ts';
import type * as Wire from '../wire.ts';

export function addressOf({ AddressLine1, AddressLine2, City, State, PostalCode }: Wire.Address): Property['address'] {
  return {
    street: AddressLine1 ?? '',
    ...(AddressLine2 !== null && { street2: AddressLine2 }),
    ...{ city: City ?? '', state: State ?? '', postal_code: PostalCode ?? '' },
  };
}

export function propertyOf({ account }: BuildiumTables, rental: Wire.Rental): Property {
  const { LockDate = null, LockOverrides = [] } = account.get(1) ?? {};
  const locked = LockOverrides.find(({ PropertyId }) => PropertyId === rental.Id)?.LockDate ?? LockDate;
  const manager = rental.RentalManager as { PhoneNumbers: Wire.PhoneNumber[] } | null;
  const [phone] = manager?.PhoneNumbers ?? [];
  return {
    ...{ id: String(rental.Id), name: rental.Name, nicknames: [], address: addressOf(rental.Address) },
    is_active: rental.IsActive,
    ...(phone !== undefined && { phone: canonicalPhone(phone).number }),
    ...(locked !== null && { books_locked_through: locked }),
  };
}

const bathroomsOf = new Map([...BATHROOMS].map(([count, word]) => [word, count]));

export function unitOf({ leases, listings }: BuildiumTables, unit: Wire.Unit): Unit {
  const bedrooms = BEDROOMS.indexOf(unit.UnitBedrooms);
  const bathrooms = bathroomsOf.get(unit.UnitBathrooms);
  const listing = listings.get(unit.Id);
  const lived = leases.where('unit', unit.Id).some(({ row }) => row.LeaseStatus === 'Active');
  return {
    ...{ id: String(unit.Id), property_id: String(unit.PropertyId), name: unit.UnitNumber },
    ...(bedrooms >= 0 && { bedrooms }),
    ...(bathrooms !== undefined && { bathrooms }),
    ...(unit.UnitSize !== null && { square_feet: unit.UnitSize }),
    ...(unit.MarketRent !== null && { market_rent: centsOf(unit.MarketRent) }),
    ...{ occupancy: lived ? 'occupied' : 'vacant', is_listed: listing !== undefined },
    ...(listing !== undefined && { available_on: listing.AvailableDate }),
    address: addressOf(unit.Address),
  };
}
