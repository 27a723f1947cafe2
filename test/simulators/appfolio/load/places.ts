import type { Property, Unit } from '../../../../src/model/records.ts';
import type { Loading } from './portfolio.ts';
import { dollars } from './words.ts';

interface CanonicalAddress {
  street: string;
  street2?: string | undefined;
  city: string;
  state: string;
  postal_code: string;
}

function addressOf(address: CanonicalAddress | undefined): object {
  const { street = null, street2 = null, city = null, state = null, postal_code = null } = address ?? {};
  return { Address1: street, Address2: street2, City: city, State: state, Zip: postal_code };
}

function loadProperty({ id, tables, desk }: Loading, property: Property): void {
  tables.properties.insert({
    ...{ Id: id('property', property.id), Name: property.name, ...addressOf(property.address) },
    ...{ PropertyType: 'Multi-Family', PropertyGroupIds: [], MaintenanceNotes: property.entry_rule ?? null },
    HiddenAt: property.is_active ? null : new Date(desk.now()).toISOString(),
  });
}

const STATUS = { occupied: 'Occupied', notice: 'Notice', vacant: 'Vacant', down: 'Vacant' } as const;

function loadUnit({ id, tables }: Loading, unit: Unit, occupancy: string | undefined): void {
  tables.units.insert({
    ...{ Id: id('unit', unit.id), PropertyId: id('property', unit.property_id), Name: unit.name },
    ...addressOf(unit.address),
    ...{ Bedrooms: unit.bedrooms ?? null, SquareFeet: unit.square_feet ?? null, RentReady: unit.occupancy !== 'down' },
    Bathrooms: unit.bathrooms === undefined ? null : unit.bathrooms.toFixed(1),
    MarketRent: unit.market_rent === undefined ? null : dollars(unit.market_rent),
    ListedRent: unit.is_listed ? dollars(unit.market_rent ?? 100_000) : null,
    ...{ Status: STATUS[unit.occupancy], AvailableOn: unit.available_on ?? null, HiddenAt: null },
    CurrentOccupancyId: occupancy === undefined ? null : id('household', occupancy),
  });
}

const LIVES_THERE = new Set(['current', 'notice', 'eviction']);

export function loadPlaces(loading: Loading): void {
  const { portfolio } = loading;
  for (const property of portfolio.property) loadProperty(loading, property);
  const living = portfolio.lease.filter(({ status }) => LIVES_THERE.has(status));
  const occupancies = new Map(living.map(({ unit_id, household_id }) => [unit_id, household_id]));
  for (const unit of portfolio.unit) loadUnit(loading, unit, occupancies.get(unit.id));
}
