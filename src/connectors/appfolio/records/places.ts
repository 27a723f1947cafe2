import { day, dollarText, idText, number, readBy, wholeNumber, type Place } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { address } from '../codecs.ts';
import { WEBHOOK_FRESHNESS_SECONDS } from '../limits.ts';
import { idFilter, windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type { Hideable, Unit } from '../wire.ts';

export const PROPERTY = mapping(
  'property',
  { wire: 'Property', changes: 'webhook', freshness_seconds: WEBHOOK_FRESHNESS_SECONDS, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'name', wire: '', called: 'Name', as: readBy(propertyName) },
    { field: 'address', wire: '', called: 'Address1, Address2, City, State, Zip', as: address },
    { field: 'is_active', wire: '', called: 'HiddenAt', as: readBy((raw) => !(raw as Hideable).HiddenAt) },
  ],
  [
    {
      field: 'time_zone',
      support: 'unsupported',
      note: 'AppFolio shows none: `time_zones` of the configuration decides',
    },
    { field: 'nicknames', support: 'sidecar' },
  ],
);

/** A single-family home may go by its address alone. */
function propertyName(raw: unknown): string | undefined {
  const { Name, Address1 } = raw as { Name?: string | null; Address1?: string | null };
  return Name || Address1 || undefined;
}

/** Words of `Status` that were seen or follow from reports; they are looked for inside of the word, in this order. */
const OCCUPANCY_WORDS: readonly (readonly [RegExp, string])[] = [
  [/vacant/i, 'vacant'],
  [/notice/i, 'notice'],
  [/occupied|current|leased|evict/i, 'occupied'],
];

/** Whether somebody lives there: as the status says, and where it says nothing, whether there is an occupancy. */
function occupancyOf(raw: unknown, at: Place): string {
  const { Status, CurrentOccupancyId } = raw as Unit;
  const known = OCCUPANCY_WORDS.find(([word]) => word.test(Status ?? ''))?.[1];
  if (known !== undefined) return known;
  if (Status) at.onDrift('unknown_value', 'unit.Status');
  return CurrentOccupancyId ? 'occupied' : 'vacant';
}

export const UNIT = mapping(
  'unit',
  { wire: 'Unit', changes: 'webhook', freshness_seconds: WEBHOOK_FRESHNESS_SECONDS, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'property_id', wire: 'PropertyId', as: idText, always: true },
    { field: 'name', wire: '', called: 'Name', as: readBy(unitName) },
    { field: 'bedrooms', wire: 'Bedrooms', as: number },
    { field: 'bathrooms', wire: 'Bathrooms', as: number },
    { field: 'square_feet', wire: 'SquareFeet', as: wholeNumber },
    { field: 'market_rent', wire: 'MarketRent', as: dollarText },
    {
      field: 'occupancy',
      wire: '',
      called: 'Status, CurrentOccupancyId',
      as: readBy(occupancyOf),
      support: 'mapped',
      evidence: 'inferred',
      note: 'units that cannot be let are not told apart',
    },
    {
      field: 'is_listed',
      wire: 'ListedRent',
      as: readBy((raw) => Number(String(raw).replaceAll(',', '')) > 0),
      support: 'mapped',
      evidence: 'inferred',
      note: 'a unit with a listed rent counts as listed',
    },
    { field: 'available_on', wire: 'AvailableOn', as: day },
    { field: 'address', wire: '', called: 'Address1, Address2, City, State, Zip', as: address },
  ],
  [{ field: 'building_id', support: 'unsupported', note: 'AppFolio shows no buildings' }],
);

function unitName(raw: unknown): string | undefined {
  const { Name, Address1 } = raw as { Name?: string | null; Address1?: string | null };
  return Name || Address1 || undefined;
}

/** Hidden properties are read as inactive ones; what refers to them still has its place. */
const WITH_HIDDEN = { IncludeHidden: true } as const;

export function propertyReader(vendor: Vendor): Reader<'property'> {
  const { client, circumstances } = vendor;
  return {
    async get(_scope, id, signal) {
      const wire = await client.one<Hideable>('properties', id, WITH_HIDDEN, signal);
      return wire && readRecord(PROPERTY, wire, circumstances);
    },
    async list(query, signal) {
      const filters = query.property_id === undefined ? vendor.since(query) : idFilter('Id', query.property_id);
      const page = await client.page<Hideable>('properties', { ...filters, ...WITH_HIDDEN }, windowOf(query), signal);
      return vendor.pageOf(page, (wire) => readRecord(PROPERTY, wire, circumstances));
    },
  };
}

export function unitReader(vendor: Vendor): Reader<'unit'> {
  const { client, circumstances } = vendor;
  return {
    async get(_scope, id, signal) {
      const wire = await client.one<Unit>('units', id, {}, signal);
      return wire && readRecord(UNIT, wire, circumstances);
    },
    async list(query, signal) {
      const filters = {
        ...(query.unit_id === undefined ? vendor.since(query) : idFilter('Id', query.unit_id)),
        ...idFilter('PropertyId', query.property_id),
      };
      const page = await client.page<Unit>('units', filters, windowOf(query), signal);
      return vendor.pageOf(page, (wire) => (wire.HiddenAt ? undefined : readRecord(UNIT, wire, circumstances)));
    },
  };
}

/** The property of each unit, for records that name a unit alone. */
export async function propertiesOfUnits(
  { client }: Vendor,
  unitIds: Iterable<string>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const units = await client.ofIds<Unit>('units', 'Id', unitIds, {}, signal);
  return new Map(units.flatMap(({ Id, PropertyId }) => (PropertyId ? [[Id, PropertyId] as const] : [])));
}
