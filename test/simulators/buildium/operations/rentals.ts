import { changed, changedWithin, created, has, isOneOf, removed, shown, type Ask, type Handler } from '../ask.ts';
import { preferredVendorMessage } from '../compose/people.ts';
import { listingMessage, rentalMessage, unitMessage } from '../compose/places.ts';
import type { OperationName } from '../contract/operations.ts';
import { notFound, refuse } from '../errors.ts';
import { listed } from '../lists.ts';
import { addressFrom } from '../rules.ts';
import type { Listing, Rental, Unit, Vendor } from '../wire.ts';

const nobody = () => () => false;

/** The vendors that a property prefers, in order. */
function preferredOf({ tables }: Ask, propertyId: number): Vendor[] {
  const ids = tables.preferredVendors.get(propertyId)?.VendorIds ?? [];
  return ids.map((id) => tables.vendors.get(id) as Vendor);
}

function entriesOf<R extends object>(rows: readonly R[]) {
  return rows.map((row) => ({ row, created: 0, updated: 0 }));
}

const putRental: Handler = (ask) => {
  const { tables, body } = ask;
  const { Id } = ask.one(tables.rentals, 'propertyId', 'rental property');
  const bank = ask.named(tables.glAccounts, 'OperatingBankAccountId', body['OperatingBankAccountId'], 'bank account');
  const manager = ask.number('PropertyManagerId');
  const row = tables.rentals.change(Id, {
    Name: ask.text('Name') as string,
    StructureDescription: ask.text('StructureDescription'),
    Address: addressFrom(body['Address']),
    RentalSubType: ask.text('RentalSubType') as string,
    OperatingBankAccountId: bank.Id,
    Reserve: ask.number('Reserve') ?? 0,
    YearBuilt: ask.number('YearBuilt'),
    RentalManager: manager === null ? null : managerMessage(ask, manager),
  });
  return changed('rentals', Id, rentalMessage(tables, row));
};

function managerMessage(ask: Ask, id: number): object {
  const { Id, FirstName, LastName, Email, PhoneNumbers } = ask.named(ask.tables.users, 'PropertyManagerId', id, 'user');
  return { Id, FirstName, LastName, CompanyName: null, IsCompany: false, ProfilePhotoUrl: null, Email, PhoneNumbers };
}

const putUnit: Handler = (ask) => {
  const { tables, body } = ask;
  const { Id, PropertyId } = ask.one(tables.units, 'unitId', 'unit');
  const UnitNumber = ask.text('UnitNumber') as string;
  const same = tables.units
    .where('rental', PropertyId)
    .some(({ row }) => row.UnitNumber === UnitNumber && row.Id !== Id);
  if (same) refuse('UnitNumber', 'Another unit of the property has this number.');
  const row = tables.units.change(Id, {
    UnitNumber,
    UnitSize: ask.number('UnitSize'),
    MarketRent: ask.number('MarketRent'),
    Address: addressFrom(body['Address']),
    UnitBedrooms: ask.text('UnitBedrooms') ?? 'NotSet',
    UnitBathrooms: ask.text('UnitBathrooms') ?? 'NotSet',
    Description: ask.text('Description'),
  });
  return changed('units', Id, unitMessage(tables, row));
};

const putListing: Handler = (ask) => {
  const { tables, today } = ask;
  const { Id: UnitId } = ask.one(tables.units, 'unitId', 'unit');
  if (ask.number('ContactId') !== null) refuse('ContactId', 'There is no such listing contact.');
  const before = tables.listings.get(UnitId);
  const row: Listing = {
    UnitId,
    ListingDate: before?.ListingDate ?? today,
    Rent: ask.number('Rent') as number,
    Deposit: ask.number('Deposit'),
    LeaseTerms: ask.text('LeaseTerms'),
    AvailableDate: ask.text('AvailableDate') as string,
    IsManagedExternally: ask.flag('IsManagedExternally') === true,
  };
  if (before === undefined) {
    tables.listings.insert(row);
    return created(ask, 'listings', UnitId, listingMessage(tables, row), ask.request.path);
  }
  tables.listings.replace(row);
  return changed('listings', UnitId, listingMessage(tables, row));
};

/** Properties, units and listings. */
export const RENTALS = {
  'GET /v1/rentals': (ask) =>
    listed<Rental>(
      ask,
      ask.tables.rentals.entries(),
      {
        location: has(({ Address }) => [Address.City, Address.State, Address.PostalCode].join(' ')),
        types: isOneOf(({ RentalType }) => RentalType),
        subtypes: isOneOf(({ RentalSubType }) => RentalSubType),
        status: isOneOf(({ IsActive }) => (IsActive ? 'Active' : 'InActive')),
        rentalownerids: nobody,
        propertyids: isOneOf(({ Id }) => Id),
        ...changedWithin(),
      },
      ({ row }) => rentalMessage(ask.tables, row),
    ),
  'GET /v1/rentals/{propertyId}': (ask) =>
    shown(rentalMessage(ask.tables, ask.one(ask.tables.rentals, 'propertyId', 'rental property'))),
  'PUT /v1/rentals/{propertyId}': putRental,
  'GET /v1/rentals/{propertyId}/vendors': (ask) => {
    const { Id } = ask.one(ask.tables.rentals, 'propertyId', 'rental property');
    return listed(ask, entriesOf(preferredOf(ask, Id)), {}, ({ row }) => preferredVendorMessage(row));
  },
  'PUT /v1/rentals/{propertyId}/vendors': (ask) => {
    const { tables } = ask;
    const { Id: PropertyId } = ask.one(tables.rentals, 'propertyId', 'rental property');
    const VendorIds = ask.list<number>('VendorIds');
    for (const id of VendorIds) ask.named(tables.vendors, 'VendorIds', id, 'vendor');
    const row = { PropertyId, VendorIds: [...VendorIds] };
    if (tables.preferredVendors.get(PropertyId) === undefined) tables.preferredVendors.insert(row);
    else tables.preferredVendors.replace(row);
    return changed('preferredVendors', PropertyId, preferredOf(ask, PropertyId).map(preferredVendorMessage));
  },
  'GET /v1/rentals/units': (ask) =>
    listed<Unit>(
      ask,
      ask.tables.units.entries(),
      { propertyids: isOneOf(({ PropertyId }) => PropertyId), ...changedWithin() },
      ({ row }) => unitMessage(ask.tables, row),
    ),
  'GET /v1/rentals/units/{unitId}': (ask) =>
    shown(unitMessage(ask.tables, ask.one(ask.tables.units, 'unitId', 'unit'))),
  'PUT /v1/rentals/units/{unitId}': putUnit,
  'GET /v1/rentals/units/listings': (ask) =>
    listed<Listing>(
      ask,
      ask.tables.listings.entries(),
      {
        entitytype: ([type]) => (type === 'Property' ? () => true : () => false),
        entityid: isOneOf(({ UnitId }) => ask.tables.units.get(UnitId)?.PropertyId ?? null),
      },
      ({ row }) => listingMessage(ask.tables, row),
    ),
  'GET /v1/rentals/units/{unitId}/listing': (ask) =>
    shown(listingMessage(ask.tables, ask.tables.listings.get(ask.param('unitId')) ?? notFound('listing'))),
  'PUT /v1/rentals/units/{unitId}/listing': putListing,
  'DELETE /v1/rentals/units/{unitId}/listing': (ask) => {
    const { UnitId } = ask.tables.listings.get(ask.param('unitId')) ?? notFound('listing');
    ask.tables.listings.remove(UnitId);
    return removed('listings', UnitId);
  },
} satisfies Partial<Record<OperationName, Handler>>;
