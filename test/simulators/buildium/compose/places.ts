import type { BuildiumTables } from '../tables.ts';
import type { Listing, Rental, Unit } from '../wire.ts';

export function rentalMessage({ units }: BuildiumTables, rental: Rental): object {
  return { ...rental, NumberUnits: units.where('rental', rental.Id).length };
}

/**
 * A unit. Whether somebody lives there and whether it is listed is worked out when it is asked for. That it may be null is
 * documented; that it is for a unit which never had a lease is inferred.
 */
export function unitMessage({ leases, listings }: BuildiumTables, unit: Unit): object {
  const all = leases.where('unit', unit.Id);
  return {
    ...unit,
    IsUnitListed: listings.get(unit.Id) !== undefined,
    IsUnitOccupied: all.length === 0 ? null : all.some(({ row }) => row.LeaseStatus === 'Active'),
  };
}

export function listingMessage(tables: BuildiumTables, { UnitId, ...listing }: Listing): object {
  const unit = tables.units.get(UnitId) as Unit;
  const rental = tables.rentals.get(unit.PropertyId) as Rental;
  const { Id, UnitNumber, Address, UnitBedrooms, UnitBathrooms, UnitSize, Description, MarketRent } = unit;
  return {
    ...listing,
    RentalApplicationUrl: null,
    Contact: null,
    Property: {
      ...{ Id: rental.Id, Name: rental.Name, Address: rental.Address, YearBuilt: rental.YearBuilt },
      ...{ NumberUnits: tables.units.where('rental', rental.Id).length },
      ...{ StructureDescription: rental.StructureDescription, Features: [], IncludedInRent: [], Files: [] },
    },
    Unit: {
      ...{ Id, UnitNumber, Address, UnitBedrooms, UnitBathrooms, UnitSize, Description, MarketRent },
      ...{ Features: [], Files: [] },
    },
  };
}
