import type { Building, Unit } from '../../../model/records.ts';
import type { Layout } from './layout.ts';
import type { Site } from './sites.ts';

/** How a unit is let; the pattern repeats, so that even a small portfolio has some of everything. */
export type Letting = 'let' | 'shared' | 'notice' | 'vacant' | 'vacant_reserved' | 'down' | 'eviction';

export function lettingOf(index: number): Letting {
  if (index % 70 === 45) return 'down';
  if (index % 90 === 60) return 'eviction';
  if (index % 40 === 6) return 'shared';
  if (index % 20 === 7) return index % 60 === 27 ? 'vacant_reserved' : 'vacant';
  return index % 25 === 13 ? 'notice' : 'let';
}

/** The spellings that unit names come in; each property keeps to one of the patterns beside a few odd ones. */
const ODD_NAMES = ['2-B', '½', '#12', 'PH 3', 'A32', '1FL', '12-3', '123', '3L', '3R', 'Apt 7', 'G-0', 'GO'] as const;

const PATTERNS: readonly ((building: string, floor: number, door: number) => string)[] = [
  (building, floor, door) => `${building}${floor}${String(door).padStart(2, '0')}`,
  (building, floor, door) => `${building}-${floor}${String.fromCharCode(64 + door)}`,
  (building, floor, door) => `#${building}${floor}${door}`,
  (building, floor, door) => `${building} ${floor}0${door}`,
];

const RENT_BY_BEDROOMS = [109_500, 134_500, 168_000, 214_500] as const;
const BEDROOMS = [1, 2, 1, 3, 0, 2, 2, 1, 2, 3] as const;

function unitName(siteIndex: number, index: number, building: Building, floor: number, door: number): string {
  const odd = siteIndex % 2 === 0 ? ODD_NAMES[index] : undefined;
  const pattern = PATTERNS[siteIndex % PATTERNS.length] ?? PATTERNS[0];
  return odd ?? pattern?.(building.name.replace('Building ', ''), floor, door) ?? String(index + 1);
}

/** When somebody new may move in, and whether it is advertised. */
function availability(layout: Layout, letting: Letting, moveOut: string): Pick<Unit, 'is_listed' | 'available_on'> {
  if (letting === 'vacant') {
    return { is_listed: layout.random.chance(0.85), available_on: layout.days.day(layout.random.int(0, 25)) };
  }
  if (letting === 'notice') return { is_listed: layout.random.chance(0.7), available_on: moveOut };
  return { is_listed: false };
}

const OCCUPANCY: Readonly<Record<Letting, Unit['occupancy']>> = {
  let: 'occupied',
  shared: 'occupied',
  eviction: 'occupied',
  notice: 'notice',
  vacant: 'vacant',
  vacant_reserved: 'vacant',
  down: 'down',
};

/**
 * One unit of a site. `availableAfterNotice` is the day on which it can be let again where its residents leave.
 */
export function addUnit(
  layout: Layout,
  site: Site,
  siteIndex: number,
  index: number,
  letting: Letting,
  availableAfterNotice: string,
): Unit {
  const building = site.buildings[Math.floor(index / 24)];
  if (building === undefined) throw new RangeError(`no building for unit ${index} of ${site.property.name}`);
  const floors = building.floors ?? 1;
  const place = index % 24;
  const floor = 1 + (place % floors);
  const bedrooms = BEDROOMS[index % BEDROOMS.length] ?? 1;
  return layout.add('unit', {
    property_id: site.property.id,
    building_id: building.id,
    name: unitName(siteIndex, index, building, floor, 1 + Math.floor(place / floors)),
    floor,
    bedrooms,
    bathrooms: bedrooms < 2 ? 1 : bedrooms === 2 ? 1.5 : 2,
    square_feet: 430 + 260 * bedrooms + 5 * layout.random.int(0, 20),
    market_rent: (RENT_BY_BEDROOMS[bedrooms] ?? 150_000) + 2500 * layout.random.int(0, 14),
    occupancy: OCCUPANCY[letting],
    ...availability(layout, letting, availableAfterNotice),
    ...(index % 30 === 4 && { entry_notes: 'Dog in the unit; ring first.' }),
    ...(index % 45 === 9 && { shut_offs: 'Water: behind the panel in the bathroom. Breakers: bedroom closet.' }),
  });
}
