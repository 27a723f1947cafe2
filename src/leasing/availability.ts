import { createHash } from 'node:crypto';
import type { Property, Unit } from '../model/records.ts';

/** What a prospect may ask for. There is no field for who asks, on purpose: the answer must not depend on it. */
export interface AvailabilityCriteria {
  property_id?: string;
  city?: string;
  bedrooms_min?: number;
  bathrooms_min?: number;
  /** Cents a month. */
  rent_max?: number;
  move_in_date?: string;
  occupants?: number;
  /** Alternatives to this unit: in its city, with as many bedrooms, for at most a tenth more; what is asked goes first. */
  like_unit?: Unit;
}

/** The published occupancy standard; a studio counts as one bedroom. */
export interface OccupancyStandard {
  per_bedroom: number;
  extra: number;
}

/** Two persons a bedroom and one more: above the two that HUD's Keating memo calls reasonable in general. */
export const DEFAULT_OCCUPANCY: OccupancyStandard = { per_bedroom: 2, extra: 1 };

export interface AvailabilityAnswer {
  /** By rent, then first free day, property, unit name and id: the order in which they are offered to everyone. */
  units: Unit[];
  /** Units on the market that could not be judged because the PMS does not say what was asked (no rent, no size). */
  not_known: number;
  /** The same for the same criteria and standard, to prove afterwards that two prospects were asked the same. */
  criteria_digest: string;
}

/**
 * The units that may be offered for the criteria: listed, vacant or on notice with a first free day, and not leased to
 * somebody who has yet to move in. A pure function of its arguments, whatever their order. A unit is on the market only
 * where `is_listed`; a connector whose PMS has no listings sets it on every unit that may be offered.
 */
export function availableUnits(
  units: readonly Unit[],
  properties: readonly Property[],
  criteria: AvailabilityCriteria,
  options: { occupancy?: OccupancyStandard; leased_unit_ids?: ReadonlySet<string> } = {},
): AvailabilityAnswer {
  const occupancy = options.occupancy ?? DEFAULT_OCCUPANCY;
  const byId = new Map(properties.map((property) => [property.id, property]));
  const asked = fillFromLikeUnit(criteria, byId);
  const found: Unit[] = [];
  let not_known = 0;
  for (const unit of units) {
    const property = byId.get(unit.property_id);
    if (!property?.is_active || options.leased_unit_ids?.has(unit.id) || !isOnMarket(unit)) continue;
    const fits = judge(unit, property, asked, occupancy);
    if (fits === 'yes') found.push(unit);
    if (fits === 'not_known') not_known += 1;
  }
  return { units: found.sort(compareUnits), not_known, criteria_digest: digest(asked, occupancy) };
}

/** Whether a unit may be offered at all. */
export function isOnMarket(unit: Unit): boolean {
  return (
    unit.is_listed && (unit.occupancy === 'vacant' || (unit.occupancy === 'notice' && unit.available_on !== undefined))
  );
}

function fillFromLikeUnit(
  { like_unit, ...criteria }: AvailabilityCriteria,
  properties: ReadonlyMap<string, Property>,
): Omit<AvailabilityCriteria, 'like_unit'> & { not_unit_id?: string } {
  if (!like_unit) return criteria;
  const city = criteria.property_id ? undefined : properties.get(like_unit.property_id)?.address.city;
  const rent_max = like_unit.market_rent === undefined ? undefined : Math.floor(like_unit.market_rent * 1.1);
  return {
    ...(city !== undefined && { city }),
    ...(like_unit.bedrooms !== undefined && { bedrooms_min: like_unit.bedrooms }),
    ...(rent_max !== undefined && { rent_max }),
    ...criteria,
    not_unit_id: like_unit.id,
  };
}

type Fits = 'yes' | 'no' | 'not_known';

function judge(
  unit: Unit,
  property: Property,
  asked: ReturnType<typeof fillFromLikeUnit>,
  occupancy: OccupancyStandard,
): Fits {
  const { bedrooms, bathrooms, market_rent: rent } = unit;
  const most =
    bedrooms === undefined ? undefined : occupancy.per_bedroom * Math.max(1, Math.floor(bedrooms)) + occupancy.extra;
  const answers: Fits[] = [
    same(asked.not_unit_id === undefined || unit.id !== asked.not_unit_id),
    same(asked.property_id === undefined || unit.property_id === asked.property_id),
    same(asked.city === undefined || fold(property.address.city) === fold(asked.city)),
    same(asked.move_in_date === undefined || (unit.available_on ?? '') <= asked.move_in_date),
    atLeast(bedrooms, asked.bedrooms_min),
    atLeast(bathrooms, asked.bathrooms_min),
    atLeast(most, asked.occupants),
    atLeast(asked.rent_max, asked.rent_max === undefined ? undefined : (rent ?? NaN)),
  ];
  if (answers.includes('no')) return 'no';
  return answers.includes('not_known') ? 'not_known' : 'yes';
}

function same(fits: boolean): Fits {
  return fits ? 'yes' : 'no';
}

function atLeast(value: number | undefined, min: number | undefined): Fits {
  if (min === undefined) return 'yes';
  if (value === undefined || Number.isNaN(min)) return 'not_known';
  return same(value >= min);
}

function fold(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** By code points, not by locale, so that every machine gives the same order. */
function compareUnits(a: Unit, b: Unit): number {
  return (
    (a.market_rent ?? Infinity) - (b.market_rent ?? Infinity) ||
    compareText(a.available_on ?? '', b.available_on ?? '') ||
    compareText(a.property_id, b.property_id) ||
    compareText(a.name, b.name) ||
    compareText(a.id, b.id)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function digest(asked: ReturnType<typeof fillFromLikeUnit>, occupancy: OccupancyStandard): string {
  const plain = { ...asked, ...(asked.city !== undefined && { city: fold(asked.city) }), ...occupancy };
  const rows = Object.entries(plain)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => compareText(a, b));
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 16);
}
