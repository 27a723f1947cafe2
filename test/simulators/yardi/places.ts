import { element } from '../../../src/connectors/kit/xml_builder.ts';
import { filled, inNoNamespace, type Offered, YardiError } from './service.ts';
import type { Occupant, Tenant, Unit } from './tables.ts';

const WORDS: Readonly<Record<string, string>> = { Past: 'former resident', Future: 'future resident' };

function dateOf(name: string, day: string) {
  const [Year = '', Month = '', Day = ''] = day.split('-');
  return element(name, { Month: String(Number(Month)), Day: String(Number(Day)), Year });
}

function unitElement(unit: Unit) {
  const { code, bedrooms, bathrooms, square_feet, rent, occupancy, leased, ready } = unit;
  const inner = element(
    'Unit',
    {},
    element('Identification', { IDValue: code, IDType: '12069' }),
    ...filled({
      UnitType: 'Map-1a10',
      UnitBedrooms: bedrooms,
      UnitBathrooms: bathrooms,
      MinSquareFeet: square_feet,
      MaxSquareFeet: square_feet,
      MarketRent: rent,
      UnitEconomicStatus: 'residential',
      UnitOccupancyStatus: occupancy,
      UnitLeasedStatus: leased,
      FloorplanName: 'Auberndale',
    }),
  );
  const availability =
    ready === ''
      ? undefined
      : element(
          'Availability',
          {},
          dateOf('VacateDate', ready),
          element('VacancyClass', {}, occupancy === 'vacant' ? 'Unoccupied' : 'Occupied'),
          dateOf('MadeReadyDate', ready),
        );
  return element('ILS_Unit', { IDValue: code }, element('Units', {}, inner), availability);
}

export const UNITS: Offered = {
  name: 'UnitAvailability_Login',
  parameters: ['YardiPropertyId'],
  handle({ property }, { world: { tables } }) {
    const units = tables.units.where('property', property).map(({ row }) => unitElement(row));
    const site = element('Property', { IDValue: property }, ...units);
    return [inNoNamespace(element('PhysicalProperty', {}, site))];
  },
};

const midnight = (day: string) => (day === '' ? '' : `${day}T00:00:00`);

function occupantElement(one: Occupant) {
  return element(
    'OtherOccupants',
    {},
    element('Identification', { IDValue: one.code, IDType: 'Roommate ID', Relationship: one.relationship }),
    element('Name', {}, ...filled({ FirstName: one.first, LastName: one.last })),
    element('Address', {}, ...filled({ Email: one.email })),
    element('Phone', {}, ...filled({ MobileNumber: one.mobile })),
    element('Lease'),
    element('ResponsibleForLease', {}, one.signed ? 'True' : 'False'),
  );
}

function tenantElement(one: Tenant, occupants: readonly Occupant[]) {
  const Status = WORDS[one.status] ?? 'current resident';
  return element(
    'Customer',
    {},
    element('Identification', { IDValue: one.code, IDType: 'Resident ID', Status, YardiStatus: one.status }),
    element('Name', {}, ...filled({ FirstName: one.first, LastName: one.last })),
    element('Address', {}, ...filled({ City: 'Louisville', State: 'KY', Email: one.email })),
    element('Phone', {}, ...filled({ OfficeNumber: one.office, HomeNumber: one.home, MobileNumber: one.mobile })),
    element(
      'Lease',
      {},
      element('Identification', { IDValue: one.unit, IDType: 'Unit ID' }),
      ...filled({
        LeaseFromDate: midnight(one.from),
        LeaseToDate: midnight(one.to),
        ActualMoveIn: midnight(one.move_in),
        ActualMoveOut: midnight(one.move_out),
        Rent: one.rent,
        UnitSqFt: '1225.000000',
      }),
    ),
    ...occupants.map(occupantElement),
  );
}

export const RESIDENTS: Offered = {
  name: 'GetResident_Search',
  parameters: ['YardiPropertyId', 'UnitCode', 'ResidentCode', 'Name', 'PhoneNumber', 'Address'],
  handle({ property, of }, { world: { tables } }) {
    const [unit, code] = [of('UnitCode'), of('ResidentCode')];
    const found = tables.tenants
      .where('property', property)
      .map(({ row }) => row)
      .filter((one) => (unit === '' || one.unit === unit) && (code === '' || one.code.startsWith(code)));
    if (found.length === 0) throw new YardiError('There are no residents found for these input values.');
    const customers = found.map((one) =>
      tenantElement(
        one,
        tables.occupants.where('tenant', one.code).map(({ row }) => row),
      ),
    );
    const response = element('Response', {}, element('Customers', {}, ...customers));
    return [inNoNamespace(element('CustomerSearch', {}, response))];
  },
};
