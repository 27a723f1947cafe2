import addresses from '../data/addresses.json' with { type: 'json' };
import type { Address } from '../../../model/values.ts';
import type { Building, Property } from '../../../model/records.ts';
import type { Layout } from './layout.ts';

export interface Site {
  property: Property;
  buildings: Building[];
  units: number;
}

interface Place {
  state: string;
  city?: string;
  /** What this PMS has as the property's zone; it has none for most. */
  time_zone?: string;
}

/*
 * Massachusetts and Vermont lie in one zone, so that their properties need no entry; Kentucky lies in two, and a
 * property there without an entry has no zone at all.
 */
const PLACES: readonly Place[] = [
  { state: 'CO', time_zone: 'America/Denver' },
  { state: 'CA', time_zone: 'America/Los_Angeles' },
  { state: 'MA' },
  { state: 'TN', city: 'Nashville', time_zone: 'America/Chicago' },
  { state: 'KY', city: 'Louisville' },
  { state: 'GA', time_zone: 'America/New_York' },
  { state: 'AZ', time_zone: 'America/Phoenix' },
  { state: 'MD', time_zone: 'America/New_York' },
  { state: 'VT' },
  { state: 'OK', time_zone: 'America/Chicago' },
  { state: 'CT', time_zone: 'America/New_York' },
  { state: 'AR', time_zone: 'America/Chicago' },
  { state: 'FL' },
  { state: 'AK', city: 'Anchorage', time_zone: 'America/Anchorage' },
];

const TREES = [
  'Maple',
  'Juniper',
  'Alder',
  'Sycamore',
  'Larch',
  'Hawthorn',
  'Hazel',
  'Rowan',
  'Cypress',
  'Linden',
  'Tamarack',
  'Magnolia',
  'Catalpa',
  'Buckeye',
  'Aspen',
  'Dogwood',
  'Hickory',
  'Laurel',
  'Redbud',
  'Poplar',
] as const;
const ENDINGS = [
  'Court',
  'Terrace',
  'Flats',
  'Commons',
  'Row',
  'Gardens',
  'Heights',
  'Yard',
  'Lofts',
  'Place',
  'Crossing',
  'House',
] as const;

const COLOURS = ['blue', 'brick', 'yellow', 'green', 'white', 'grey', 'red', 'corner'] as const;

const POLICIES = {
  pets: 'Two pets per home, with a pet agreement. Assistance animals are not pets; ask the office about the process.',
  vouchers: 'Housing vouchers are welcome. Every applicant is measured by the same published criteria.',
  accommodations: 'Anyone may ask for a reasonable accommodation at any time; the office answers in writing.',
};

const ENTRY_RULES: Readonly<Record<string, string>> = {
  CA: '24 hours of written notice, weekdays 8:00 to 17:00, unless it is an emergency or the resident agrees.',
  AZ: 'Two days of notice, at reasonable times, unless it is an emergency.',
};
const ENTRY_RULE = '24 hours of notice, 9:00 to 18:00, unless it is an emergency or the resident agrees.';

const SHUT_OFFS = [
  'Main water: meter room on the ground floor, left of the stairs, lever valve. Gas: outside, north wall.',
  'Water: each unit under the kitchen sink; building main in the boiler room. Panel: hall closet of each unit.',
  'Building water valve behind the steel door by the bins; gas meters along the parking side.',
] as const;

/** Street addresses in a place, each given out once and then again with a higher house number. */
class Streets {
  readonly #given = new Map<string, number>();

  next(place: Place): Address {
    const all = addresses.filter((a) => a.state === place.state && (!place.city || a.city === place.city));
    const key = place.state;
    const count = this.#given.get(key) ?? 0;
    this.#given.set(key, count + 1);
    const address = all[count % all.length];
    if (address === undefined) throw new RangeError(`no addresses in ${place.state}`);
    const round = Math.floor(count / all.length);
    return round === 0 ? { ...address } : { ...address, street: renumbered(address.street, 2 * round) };
  }
}

function renumbered(street: string, by: number): string {
  return street.replace(/^\d+/, (number) => String(Number(number) + by));
}

function propertyName(index: number): { name: string; tree: string } {
  const tree = TREES[index % TREES.length] ?? 'Maple';
  const ending = ENDINGS[(index + Math.floor(index / TREES.length)) % ENDINGS.length] ?? 'Court';
  const round = Math.floor(index / (TREES.length * ENDINGS.length));
  return { tree, name: round === 0 ? `${tree} ${ending}` : `${tree} ${ending} ${round + 1}` };
}

function nicknames(index: number, tree: string): string[] {
  if (index % 3 === 0) return [tree];
  return index % 3 === 1 ? [tree, `the ${COLOURS[index % COLOURS.length]} complex`] : [];
}

function addProperty(layout: Layout, index: number, address: Address, place: Place): Property {
  const { name, tree } = propertyName(index);
  return layout.add('property', {
    name,
    nicknames: nicknames(index, tree),
    address,
    ...(place.time_zone && { time_zone: place.time_zone }),
    is_active: true,
    phone: layout.people.phone(),
    maintenance_limit: [50_000, 30_000, 75_000][index % 3],
    office_hours: { 'mon-fri': '09:00-18:00', sat: '10:00-16:00' },
    entry_rule: ENTRY_RULES[place.state] ?? ENTRY_RULE,
    shut_offs: SHUT_OFFS[index % SHUT_OFFS.length],
    policies: POLICIES,
    books_locked_through: layout.days.lastOfMonth(-2),
  });
}

/** One building per 24 units. Callers know them by colour: the first of a portfolio's second property is blue. */
function addBuildings(layout: Layout, property: Property, index: number, units: number): Building[] {
  const count = Math.max(1, Math.ceil(units / 24));
  return Array.from({ length: count }, (_, i) => {
    const colour = COLOURS[(i + index + COLOURS.length - 1) % COLOURS.length];
    const letter = i < 26 ? String.fromCharCode(65 + i) : String(i + 1);
    return layout.add('building', {
      property_id: property.id,
      name: `Building ${letter}`,
      nicknames: i < COLOURS.length ? [`the ${colour} building`] : [],
      address: { ...property.address, street: renumbered(property.address.street, 2 * i) },
      floors: 2 + ((i + index) % 3),
    });
  });
}

/** The properties of a portfolio with their buildings; units are spread evenly. */
export function addSites(layout: Layout, properties: number, units: number): Site[] {
  const streets = new Streets();
  return Array.from({ length: properties }, (_, index) => {
    const share = Math.floor(units / properties) + (index < units % properties ? 1 : 0);
    const place = PLACES[index % PLACES.length] ?? { state: 'CO' };
    const property = addProperty(layout, index, streets.next(place), place);
    return { property, buildings: addBuildings(layout, property, index, share), units: share };
  });
}
