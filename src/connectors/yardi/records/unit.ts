import type { Unit } from '../../../model/records.ts';
import { dollarText, number, readBy, text, wholeNumber, type Circumstances, type Place } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { children, path, type XmlNode } from '../../kit/xml.ts';
import { listed, plainOf } from '../../kit/xml_values.ts';
import { listByProperty, readAt, type Context } from '../context.ts';
import type { Identification } from '../wire.ts';

/** MITS writes a day as three attributes. */
interface MitsDate {
  Year?: string;
  Month?: string;
  Day?: string;
}

const isDay = ({ Year = '', Month = '', Day = '' }: MitsDate) =>
  /^(19|20|21)\d\d$/.test(Year) && /^\d{1,2}$/.test(Month) && /^\d{1,2}$/.test(Day);

/** When it is made ready, else when it is left. */
const availableOn = readBy((raw) => {
  const { MadeReadyDate, VacateDate } = raw as { MadeReadyDate?: MitsDate; VacateDate?: MitsDate };
  const date = [MadeReadyDate, VacateDate].find((one) => one !== undefined && isDay(one));
  return date && [date.Year, date.Month?.padStart(2, '0'), date.Day?.padStart(2, '0')].join('-');
});

interface WireUnit {
  Identification?: Identification | Identification[];
  UnitOccupancyStatus?: string;
  UnitLeasedStatus?: string;
}

/** The unit's code, by which work orders and tenants name it. Newer servers list several identifications. */
const unitCode = readBy((raw) => {
  const all = listed<Identification>(raw);
  return (all.find(({ OrganizationName }) => OrganizationName === 'Unit') ?? all[0])?.IDValue || undefined;
});

const OCCUPANCY: Readonly<Record<string, Unit['occupancy']>> = {
  'occupied/leased': 'occupied',
  'occupied/on_notice': 'notice',
  'occupied/leased_on_notice': 'notice',
  'vacant/available': 'vacant',
  'vacant/leased_reserved': 'vacant',
  'vacant/leased': 'vacant',
  // Models, offices and units that are out of use.
  'vacant/other': 'down',
};

const occupancy = readBy((raw, at: Place) => {
  const { UnitOccupancyStatus = '', UnitLeasedStatus = '' } = raw as WireUnit;
  const known = OCCUPANCY[`${UnitOccupancyStatus}/${UnitLeasedStatus}`.toLowerCase()];
  if (known === undefined) at.onDrift('unknown_value', `${at.path}.UnitLeasedStatus`);
  // What is not known to be free is not offered to anybody.
  return known ?? 'occupied';
});

export const UNIT = mapping(
  'unit',
  {
    wire: 'UnitAvailability_Login',
    changes: 'poll',
    freshness_seconds: 3_600,
    evidence: 'seen',
    note: 'The marketing feed. It lists occupied units too.',
  },
  [
    { field: 'id', wire: 'Units.Unit.Identification', as: unitCode, always: true },
    { field: 'property_id', wire: 'YardiPropertyId', as: text, write: false, note: 'the property that was asked for' },
    { field: 'name', wire: 'Units.Unit.Identification', as: unitCode },
    { field: 'bedrooms', wire: 'Units.Unit.UnitBedrooms', as: number },
    { field: 'bathrooms', wire: 'Units.Unit.UnitBathrooms', as: number },
    { field: 'square_feet', wire: 'Units.Unit.MaxSquareFeet', as: wholeNumber },
    { field: 'market_rent', wire: 'Units.Unit.MarketRent', as: dollarText },
    { field: 'occupancy', wire: 'Units.Unit', as: occupancy, support: 'mapped' },
    { field: 'is_listed', wire: 'Availability', as: readBy(() => true), evidence: 'inferred' },
    { field: 'available_on', wire: 'Availability', as: availableOn },
  ],
);

/** The units in a property's marketing feed. */
export function unitsIn(result: XmlNode | undefined, property_id: string, circumstances: Circumstances): Unit[] {
  return children(path(result, 'PhysicalProperty'), 'Property')
    .flatMap((one) => children(one, 'ILS_Unit'))
    .flatMap((unit) => readRecord(UNIT, plainOf(unit), circumstances, { property_id }) ?? []);
}

async function readUnits(context: Context, property: string, signal?: AbortSignal): Promise<Unit[]> {
  const parameters = { YardiPropertyId: property };
  const call = { service: 'ils_guest_card', name: 'UnitAvailability_Login', parameters } as const;
  const result = await context.client.read(call, signal);
  return unitsIn(result, property, await context.circumstances(signal));
}

export function unitReader(context: Context): Reader<'unit'> {
  return {
    async get(scope, id, signal) {
      return readAt(scope, async (property) =>
        (await readUnits(context, property, signal)).find((unit) => unit.id === id),
      );
    },
    list: (query, signal) =>
      listByProperty(context, query, async (property) => {
        const records = await readUnits(context, property, signal);
        return { records: records.filter(({ id }) => id === (query.unit_id ?? id)) };
      }),
  };
}
