import type { Property, Staff, Unit } from '../../../../src/model/records.ts';
import { addressOf, namesOf, phonesOf, type Loading } from './context.ts';
import { BATHROOMS, BEDROOMS, dollars, usNumber } from './words.ts';

/** The property's manager, with the office's own number. */
function managerOf({ id, portfolio }: Loading, property: Property): object | null {
  const isFor = (staff: Staff) =>
    staff.roles.includes('manager') && (staff.property_ids.length === 0 || staff.property_ids.includes(property.id));
  const manager = portfolio.staff.find((staff) => staff.is_active && isFor(staff));
  if (manager === undefined) return null;
  const PhoneNumbers = property.phone === undefined ? [] : [{ Number: usNumber(property.phone), Type: 'Office' }];
  return {
    ...{ Id: id('user', manager.id), ...namesOf(manager.name), CompanyName: null, IsCompany: false },
    ...{ ProfilePhotoUrl: null, Email: manager.email ?? null, PhoneNumbers },
  };
}

function loadRental(loading: Loading, property: Property): void {
  const { id, portfolio, tables } = loading;
  const bank = portfolio.gl_account.find(({ role }) => role === 'bank');
  const PropertyId = id('rental', property.id);
  tables.rentals.insert({
    ...{ Id: PropertyId, Name: property.name, StructureDescription: null, IsActive: property.is_active },
    ...{ OperatingBankAccountId: bank === undefined ? 0 : id('glAccount', bank.id), Reserve: 0 },
    ...{ Address: addressOf(property.address), YearBuilt: null, RentalType: 'Residential' as const },
    ...{ RentalSubType: 'MultiFamily', RentalManager: managerOf(loading, property) },
  });
  const preferred = portfolio.vendor.flatMap((vendor) =>
    vendor.preferred.filter((one) => one.property_id === property.id).map(({ rank }) => ({ vendor, rank })),
  );
  if (preferred.length === 0) return;
  preferred.sort((a, b) => a.rank - b.rank);
  tables.preferredVendors.insert({ PropertyId, VendorIds: preferred.map(({ vendor }) => id('vendor', vendor.id)) });
}

function loadUnit({ id, portfolio, tables, today }: Loading, unit: Unit, buildings: Map<string, string>): void {
  const property = portfolio.property.find((one) => one.id === unit.property_id) as Property;
  const Id = id('unit', unit.id);
  tables.units.insert({
    ...{ Id, PropertyId: id('rental', unit.property_id), UnitNumber: unit.name, Description: null },
    BuildingName: unit.building_id === undefined ? null : (buildings.get(unit.building_id) ?? null),
    MarketRent: unit.market_rent === undefined ? null : dollars(unit.market_rent),
    Address: addressOf(unit.address ?? property.address),
    UnitBedrooms: (unit.bedrooms === undefined ? undefined : BEDROOMS[Math.min(unit.bedrooms, 9)]) ?? 'NotSet',
    UnitBathrooms: BATHROOMS.get(unit.bathrooms ?? 0) ?? 'NotSet',
    UnitSize: unit.square_feet ?? null,
  });
  if (!unit.is_listed) return;
  tables.listings.insert({
    ...{ UnitId: Id, ListingDate: today, Rent: dollars(unit.market_rent ?? 0), Deposit: null, LeaseTerms: null },
    ...{ AvailableDate: unit.available_on ?? today, IsManagedExternally: false },
  });
}

/** Days through which the books are locked: the earliest for all, later ones as overrides. */
function loadAccount({ desk, id, portfolio, tables }: Loading): void {
  const locked = portfolio.property.flatMap(({ id: property, books_locked_through: day }) =>
    day === undefined ? [] : [{ PropertyId: id('rental', property), LockDate: day }],
  );
  const [LockDate = null] = locked.map((one) => one.LockDate).sort();
  tables.account.insert({
    ...{ Id: 1, AccountId: 90_000 + desk.options.seed, CompanyName: 'Simulated Property Management', LockDate },
    LockOverrides: locked.filter((one) => one.LockDate !== LockDate),
    ...{ DeniedPaths: [], IsReadOnly: false },
  });
}

/** Properties, units and listings. */
export function loadPlaces(loading: Loading): void {
  const { portfolio } = loading;
  for (const property of portfolio.property) loadRental(loading, property);
  const buildings = new Map(portfolio.building.map(({ id, name }) => [id, name]));
  for (const unit of portfolio.unit) loadUnit(loading, unit, buildings);
  loadAccount(loading);
}

const SEED_ROLES = ['manager', 'leasing_agent', 'technician', 'bookkeeper'] as const;
const ROLE_NAMES = {
  manager: 'Property Manager',
  leasing_agent: 'Leasing Agent',
  technician: 'Maintenance Technician',
  bookkeeper: 'Bookkeeper',
} as const;

/** The members of staff, as users. */
export function loadStaff({ id, portfolio, tables }: Loading): void {
  for (const staff of portfolio.staff) {
    const role = SEED_ROLES.find((one) => staff.roles.includes(one)) ?? 'manager';
    const others = portfolio.staff.filter(({ roles }) => roles.includes(role)).length;
    tables.users.insert({
      ...{ Id: id('user', staff.id), UserTypes: ['Staff'], IsActive: staff.is_active, ...namesOf(staff.name) },
      Email: staff.email ?? null,
      PhoneNumbers: staff.phone === undefined ? [] : phonesOf([{ number: staff.phone, type: 'mobile' }]),
      UserRole: {
        ...{ Id: SEED_ROLES.indexOf(role) + 1, Name: ROLE_NAMES[role], Description: null, NumberOfUsers: others },
      },
    });
  }
}
