import type { RecordOf } from '../../../model/records.ts';
import { day, dollarText, flag, idText, number, readBy, text, wholeNumber } from '../../kit/codecs.ts';
import { mapping, readRecord, type Row } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { recordsIn, textOf, type Plain } from '../answer.ts';
import { siteReader } from '../paging.ts';
import type { Vendor } from '../vendor.ts';

/** Adr1 was seen in one client's notes, Address in another's code. */
const address = readBy((raw) => {
  const { Adr1, Address, City, State, Zip } = raw as Plain;
  const [street = '', city = '', state = '', postal_code = ''] = [Adr1 ?? Address, City, State, Zip].map(textOf);
  return { street, city, state, postal_code };
});

export const PROPERTY = mapping(
  'property',
  { wire: 'Site', changes: 'poll', freshness_seconds: 86_400, evidence: 'seen' },
  [
    { field: 'id', wire: 'SiteID', as: idText, always: true },
    { field: 'name', wire: 'SiteName', as: text },
    { field: 'address', wire: '', as: address, evidence: 'inferred', note: 'Adr1, City, State, Zip' },
    { field: 'phone', wire: 'Phone', as: text, evidence: 'inferred' },
  ],
);

/** The site's own entry, or what the settings say of it where the contract has no list of sites. */
export function propertyReader(vendor: Vendor): Reader<'property'> {
  const { client, contract, settings, circumstances } = vendor;
  return siteReader(vendor, async (site, signal) => {
    const listed =
      contract.offered('sites') === undefined
        ? []
        : recordsIn(await client.call('sites', site, {}, { signal }), 'Site');
    const own = listed.find(({ SiteID }) => SiteID === site) ?? { SiteID: site };
    const SiteName = own['SiteName'] ?? settings.sites[site]?.name ?? `Site ${site}`;
    const record = readRecord(PROPERTY, { ...own, SiteName }, circumstances);
    return record === undefined ? [] : [record];
  });
}

export const BUILDING = mapping(
  'building',
  { wire: 'Building', changes: 'poll', freshness_seconds: 86_400, evidence: 'inferred' },
  [
    { field: 'id', wire: 'BuildingID', as: idText, always: true },
    {
      field: 'name',
      wire: '',
      as: readBy((raw) => nameOfBuilding(raw as Plain)),
      note: 'BuildingName, else the number',
    },
  ],
);

function nameOfBuilding({ BuildingName, BuildingNumber, BuildingID }: Plain): string | undefined {
  return textOf(BuildingName ?? BuildingNumber ?? BuildingID);
}

export function buildingReader(vendor: Vendor): Reader<'building'> {
  return siteReader(vendor, async (site, signal) => {
    const found = recordsIn(await vendor.client.call('buildings', site, {}, { signal }), 'Building');
    return found.flatMap((one) => readRecord(BUILDING, one, vendor.circumstances, { property_id: site }) ?? []);
  });
}

type Occupancy = RecordOf<'unit'>['occupancy'];

const ROWS: readonly Row[] = [
  { field: 'property_id', wire: 'auth.siteid', as: text, write: false },
  { field: 'name', wire: 'UnitNumber', as: text, always: true },
];

/** A unit of `unitlist`, which has every unit of the site. */
export const UNIT = mapping('unit', { wire: 'Unit', changes: 'poll', freshness_seconds: 3_600, evidence: 'seen' }, [
  { field: 'id', wire: 'UnitID', as: idText, always: true },
  ...ROWS,
  { field: 'building_id', wire: 'BuildingID', as: idText, evidence: 'inferred' },
  { field: 'floor', wire: 'Floor', as: wholeNumber },
  { field: 'bedrooms', wire: 'Bedrooms', as: number },
  { field: 'bathrooms', wire: 'Bathrooms', as: number },
  { field: 'square_feet', wire: 'RentableSqft', as: wholeNumber },
  { field: 'market_rent', wire: 'MarketRent', as: dollarText },
  {
    field: 'occupancy',
    wire: '',
    as: readBy((raw) => occupancyOf(raw as Plain)),
    support: 'mapped',
    note: 'Vacant, and OnNoticeForDate; a unit that is down is not told',
  },
  { field: 'is_listed', wire: 'Available', as: flag },
  { field: 'available_on', wire: 'AvailableDate', as: day },
]);

function occupancyOf({ Vacant, OnNoticeForDate }: Plain): Occupancy {
  if (Vacant === 'T') return 'vacant';
  return OnNoticeForDate === undefined ? 'occupied' : 'notice';
}

/** A unit of `getunitlist`, which shows those that can be leased: whether somebody lives there is not said. */
export const AVAILABLE_UNIT = mapping(
  'unit',
  {
    wire: 'UnitObject',
    changes: 'poll',
    freshness_seconds: 3_600,
    evidence: 'seen',
    note: 'only units that can be leased: the contract has getunitlist but not unitlist',
  },
  [
    { field: 'id', wire: 'Address.UnitID', as: idText, always: true },
    { ...(ROWS[0] as Row) },
    { field: 'name', wire: 'Address.UnitNumber', as: text, always: true },
    { field: 'building_id', wire: 'Address.BuildingID', as: idText },
    { field: 'floor', wire: 'UnitDetails.FloorNumber', as: wholeNumber },
    { field: 'bedrooms', wire: 'UnitDetails.Bedrooms', as: number },
    { field: 'bathrooms', wire: 'UnitDetails.Bathrooms', as: number },
    { field: 'square_feet', wire: 'UnitDetails.GrossSqFtCount', as: wholeNumber },
    { field: 'market_rent', wire: 'FloorPlanMarketRent', as: dollarText },
    { field: 'is_listed', wire: 'Availability.AvailableBit', as: flag },
    { field: 'available_on', wire: 'Availability.MadeReadyDate', as: day },
    {
      field: 'occupancy',
      wire: '',
      as: readBy((): Occupancy => 'vacant'),
      support: 'mapped',
      evidence: 'inferred',
      note: 'every unit of this list is taken as free',
    },
  ],
);

export function unitReader(vendor: Vendor): Reader<'unit'> {
  const { client, contract, circumstances } = vendor;
  const whole = contract.offered('units') !== undefined;
  const [use, name, rows] = whole
    ? (['units', 'Unit', UNIT] as const)
    : (['available_units', 'UnitObject', AVAILABLE_UNIT] as const);
  return siteReader(vendor, async (site, signal) => {
    const found = recordsIn(await client.call(use, site, {}, { signal }), name);
    return found.flatMap((unit) => readRecord(rows, unit, circumstances, { property_id: site }) ?? []);
  });
}
