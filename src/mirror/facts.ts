import { addressKeys, looseUnitKey, nameKeys, unitKey, type AddressKeys, type NameKeys } from '../model/matching.ts';
import type { RecordKind, RecordOf } from '../model/records.ts';
import type { Mirror, Mirrored } from './mirror.ts';
import type { PlainRecord } from './sealed.ts';
import { callingsOf, keyInBuilding, placeWords, type SearchKind } from './terms.ts';

/** A property or a building, as what is said is compared with it. */
export interface Place {
  id: string;
  name: string;
  words: Set<string>;
  street?: AddressKeys;
}

/** What a candidate is compared by, and what questions about it are made from. */
export interface Facts {
  kind: SearchKind;
  scope: string;
  id: string;
  label: string;
  property_id?: string;
  unit_id?: string;
  status?: string;
  name?: NameKeys;
  unit_key?: string;
  loose_unit_key?: string;
  /** The unit key without the building's letter, where it begins with it. */
  key_in_building?: string;
  /** From the PMS, else read from the unit's name where that tells it. */
  floor?: number;
  /** Whether the PMS says that nothing in the building is above it. */
  top_floor?: boolean;
  property?: Place;
  building?: Place;
  /** The unit's own address, where it has one. */
  street?: AddressKeys;
  /** What a vendor or a member of staff is called for. */
  callings?: readonly string[];
  /** Properties that a member of staff works for; empty for all. */
  staff_of?: readonly string[];
}

interface FactsKey {
  kind: SearchKind;
  scope: string;
  id: string;
}

const place = (id: string, names: readonly string[], street: string | undefined): Place => ({
  id,
  name: names[0]!,
  words: new Set(names.flatMap(placeWords)),
  ...(street === undefined ? {} : { street: addressKeys(street) }),
});

/** `2B` and `204` are on the second floor, in nearly every building; `12` may be anywhere. */
function floorOfKey(key: string): number | undefined {
  const found = /^(\d)[A-Z]$/.exec(key) ?? /^(\d{1,2})\d\d$/.exec(key);
  return found ? Number(found[1]) : undefined;
}

type Several<K extends RecordKind> = ReadonlyMap<string, Mirrored<PlainRecord<K>>>;

/** The records of one search in one scope, each read once. */
interface Loaded {
  resident: Several<'resident'>;
  guest_card: Several<'guest_card'>;
  vendor: Several<'vendor'>;
  staff: Several<'staff'>;
  unit: Several<'unit'>;
  building: Several<'building'>;
  property: Several<'property'>;
}

async function load(mirror: Mirror, connection: string, scope: string, keys: readonly FactsKey[]): Promise<Loaded> {
  const many = <K extends RecordKind>(kind: K, ids: readonly (string | undefined)[] = []): Promise<Several<K>> => {
    const asked = keys.filter((key) => key.kind === kind).map((key) => key.id);
    const all = [...asked, ...ids].filter((id) => id !== undefined);
    return all.length > 0 ? mirror.getMany(connection, kind, scope, all) : Promise.resolve(new Map());
  };
  const records = <K extends RecordKind>(rows: Several<K>) => [...rows.values()].map((row) => row.record);
  const [resident, guest_card] = await Promise.all([many('resident'), many('guest_card')]);
  const [vendor, staff] = await Promise.all([many('vendor'), many('staff')]);
  const unit = await many(
    'unit',
    records(resident).map((one) => one.unit_id),
  );
  const building = await many(
    'building',
    records(unit).map((one) => one.building_id),
  );
  const owners = [...records(resident), ...records(guest_card), ...records(unit), ...records(building)];
  const property = await many(
    'property',
    owners.map((one) => one.property_id),
  );
  return { resident, guest_card, vendor, staff, unit, building, property };
}

type Found = Omit<Facts, 'kind' | 'scope' | 'id'>;
/** What belongs to the place that a candidate is at. */
type Location = Omit<Found, 'label' | 'name' | 'status' | 'callings' | 'staff_of'> & { unit_name?: string };

const propertyPlace = ({ id, name, nicknames, address }: PlainRecord<'property'>) =>
  place(id, [name, ...nicknames], address.street);
const buildingPlace = ({ id, name, nicknames, address }: RecordOf<'building'>) =>
  place(id, [name, ...nicknames], address?.street);

function atProperty(loaded: Loaded, id: string): Location {
  const record = loaded.property.get(id)?.record;
  return { property_id: id, ...(record ? { property: propertyPlace(record) } : {}) };
}

function atUnit(loaded: Loaded, id: string | undefined): Location {
  const unit = loaded.unit.get(id ?? '')?.record;
  if (!unit) return {};
  const building = loaded.building.get(unit.building_id ?? '')?.record;
  const unit_key = unitKey(unit.name);
  const key_in_building = keyInBuilding(unit.name, building?.name);
  const floor = unit.floor ?? floorOfKey(key_in_building ?? unit_key);
  return {
    ...atProperty(loaded, unit.property_id),
    unit_id: unit.id,
    unit_name: unit.name,
    unit_key,
    loose_unit_key: looseUnitKey(unit.name),
    ...(key_in_building === undefined ? {} : { key_in_building }),
    ...(floor === undefined ? {} : { floor }),
    ...(floor === undefined || building?.floors === undefined ? {} : { top_floor: floor >= building.floors }),
    ...(building ? { building: buildingPlace(building) } : {}),
    ...(unit.address ? { street: addressKeys(unit.address.street) } : {}),
  };
}

function labelled(name: string | undefined, { unit_name, ...location }: Location, after = ''): Found {
  const unit = unit_name === undefined ? undefined : `unit ${unit_name}`;
  const parts = [name, unit, location.building?.name, location.property?.name];
  return { ...location, label: [...new Set(parts.filter((part) => part))].join(', ') + after };
}

const NOT_THERE_NOW: readonly string[] = ['past', 'cancelled', 'future'];

/** How the facts of each kind are put together; undefined where the mirror has no such record. */
const FACTS: { readonly [K in keyof Loaded]: (loaded: Loaded, id: string) => Found | undefined } = {
  property(loaded, id) {
    return loaded.property.has(id) ? labelled(undefined, atProperty(loaded, id)) : undefined;
  },
  building(loaded, id) {
    const record = loaded.building.get(id)?.record;
    return (
      record && labelled(undefined, { ...atProperty(loaded, record.property_id), building: buildingPlace(record) })
    );
  },
  unit(loaded, id) {
    return loaded.unit.has(id) ? labelled(undefined, atUnit(loaded, id)) : undefined;
  },
  resident(loaded, id) {
    const record = loaded.resident.get(id)?.record;
    if (!record) return undefined;
    const location = { ...atProperty(loaded, record.property_id), ...atUnit(loaded, record.unit_id) };
    const after = NOT_THERE_NOW.includes(record.status) ? ` (${record.status} resident)` : '';
    const called = record.preferred_name ? `${record.name} (${record.preferred_name})` : record.name;
    return { ...labelled(record.name, location, after), status: record.status, name: nameKeys(called) };
  },
  guest_card(loaded, id) {
    const record = loaded.guest_card.get(id)?.record;
    if (!record) return undefined;
    const location = atProperty(loaded, record.property_id);
    const name = record.name === undefined ? {} : { name: nameKeys(record.name) };
    return { ...labelled(record.name ?? 'Prospect', location), status: record.status, ...name };
  },
  vendor(loaded, id) {
    const record = loaded.vendor.get(id)?.record;
    return record && { label: record.name, name: nameKeys(record.name), callings: callingsOf(record) };
  },
  staff(loaded, id) {
    const record = loaded.staff.get(id)?.record;
    if (!record) return undefined;
    const rota = record.on_call === undefined ? '' : `, on call ${record.on_call}`;
    const { property_ids: staff_of } = record;
    return { label: record.name + rota, name: nameKeys(record.name), callings: callingsOf(record), staff_of };
  },
};

/** The facts of those records that the mirror has. */
export async function readFacts(mirror: Mirror, connection: string, keys: readonly FactsKey[]): Promise<Facts[]> {
  const facts: Facts[] = [];
  for (const scope of new Set(keys.map((key) => key.scope))) {
    const here = keys.filter((key) => key.scope === scope);
    const loaded = await load(mirror, connection, scope, here);
    for (const { kind, id } of here) {
      const found = FACTS[kind](loaded, id);
      if (found) facts.push({ kind, scope, id, ...found });
    }
  }
  return facts;
}
