import type { SandboxState } from '../../../../src/connectors/sandbox/connector.ts';
import type { Property, Unit } from '../../../../src/model/records.ts';
import type { World } from '../../shared/vendor.ts';
import { centsOf } from '../load/words.ts';
import type { AppfolioTables, Row } from '../tables.ts';

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

function addressOf({ Address1, Address2, City, State, Zip }: Row): Property['address'] | undefined {
  if (!Address1) return undefined;
  const address = { street: String(Address1), city: String(City), state: String(State), postal_code: String(Zip) };
  return { ...address, ...(text(Address2) !== undefined && { street2: String(Address2) }) };
}

const OCCUPANCY: Readonly<Record<string, Unit['occupancy']>> = {
  Occupied: 'occupied',
  Notice: 'notice',
  Vacant: 'vacant',
};

function unitOf(row: Row): Unit {
  const { Bedrooms, Bathrooms, SquareFeet, MarketRent, AvailableOn } = row;
  const address = addressOf(row);
  return {
    ...{ id: row.Id, property_id: String(row['PropertyId']), name: String(row['Name']) },
    ...(typeof Bedrooms === 'number' && { bedrooms: Bedrooms }),
    ...(Bathrooms !== null && { bathrooms: Number(Bathrooms) }),
    ...(typeof SquareFeet === 'number' && { square_feet: SquareFeet }),
    ...(MarketRent !== null && { market_rent: centsOf(MarketRent) }),
    ...{ occupancy: OCCUPANCY[String(row['Status'])] ?? 'occupied', is_listed: row['ListedRent'] !== null },
    ...(typeof AvailableOn === 'string' && { available_on: AvailableOn }),
    ...(address !== undefined && { address }),
  };
}

export function placesState({ tables }: World<AppfolioTables>): Pick<SandboxState, 'property' | 'unit'> {
  return {
    property: tables.properties.rows().map((row) => ({
      ...{ id: row.Id, name: String(row['Name']), nicknames: [], is_active: row['HiddenAt'] === null },
      address: addressOf(row) as Property['address'],
    })),
    unit: tables.units
      .rows()
      .filter(({ HiddenAt }) => HiddenAt === null)
      .map(unitOf),
  };
}
