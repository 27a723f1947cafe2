import type { Transaction } from 'kysely';
import type { RecordKind, RecordOf } from '../model/records.ts';
import type { KeyRing } from '../store/keyring.ts';
import type { MirrorKeyTable, MirrorTables } from '../store/schema.ts';
import { CHUNK, chunksOf, evenChunksOf } from './chunks.ts';
import { columnsOf } from './columns.ts';
import { termsOf, unitTerms, weightOf, type Surroundings } from './terms.ts';

export type Trx = Transaction<MirrorTables>;

export interface PutTarget {
  connection: string;
  kind: RecordKind;
  scope: string;
}

export async function removeKeys(trx: Trx, { connection, kind, scope }: PutTarget, ids: string[]): Promise<void> {
  await trx
    .deleteFrom('mirror_keys')
    .where('connection', '=', connection)
    .where('kind', '=', kind)
    .where('scope', '=', scope)
    .where('id', 'in', ids)
    .execute();
}

export async function insertKeys(trx: Trx, rows: MirrorKeyTable[]): Promise<void> {
  // In the order of the key: neighbours share a page of the index, and two writers lock in one order.
  const sorted = rows.toSorted((a, b) => (a.term < b.term ? -1 : a.term > b.term ? 1 : a.id < b.id ? -1 : 1));
  for (const chunk of evenChunksOf(sorted, 2 * CHUNK)) {
    await trx
      .insertInto('mirror_keys')
      .values(chunk)
      .onConflict((conflict) => conflict.columns(['term', 'connection', 'kind', 'scope', 'id']).doNothing())
      .execute();
  }
}

/** The search terms of records that are in the mirror already, as rows. */
export async function keyRows<K extends RecordKind>(
  trx: Trx,
  keyring: KeyRing,
  target: PutTarget & { kind: K },
  records: readonly RecordOf<K>[],
): Promise<MirrorKeyTable[]> {
  const around = await surroundings(trx, target, records);
  return records.flatMap((record) => {
    const { property_id, status } = columnsOf(target.kind, record);
    const terms = termsOf(target.kind, record, around(record), (of, value) => keyring.lookupHash(of, value));
    return terms.map((term) => ({ term, ...target, id: record.id, property_id, weight: weightOf(status) }));
  });
}

/** Records of a kind in the mirror, by id. */
async function recordsOf<K extends RecordKind>(
  trx: Trx,
  { connection, scope }: PutTarget,
  kind: K,
  ids: readonly (string | undefined)[],
): Promise<Map<string | undefined, RecordOf<K>>> {
  const known = [...new Set(ids)].filter((id) => id !== undefined);
  if (known.length === 0) return new Map();
  const rows = await trx
    .selectFrom('mirror_records')
    .select(['id', 'body_json'])
    .where('connection', '=', connection)
    .where('kind', '=', kind)
    .where('scope', '=', scope)
    .where('id', 'in', known)
    .execute();
  return new Map(rows.map((row) => [row.id, JSON.parse(row.body_json)]));
}

/** What the records' terms need of other records: units and buildings for residents, streets for units. */
async function surroundings<K extends RecordKind>(
  trx: Trx,
  target: PutTarget & { kind: K },
  records: readonly RecordOf<K>[],
): Promise<(record: RecordOf<K>) => Surroundings> {
  if (target.kind === 'resident') {
    const residents = records as readonly RecordOf<'resident'>[];
    const units = await recordsOf(
      trx,
      target,
      'unit',
      residents.map((one) => one.unit_id),
    );
    const buildings = await recordsOf(
      trx,
      target,
      'building',
      [...units.values()].map((one) => one.building_id),
    );
    return (record) => {
      const unit = units.get((record as RecordOf<'resident'>).unit_id);
      return unit ? { unit_name: unit.name, ...named(buildings.get(unit.building_id)) } : {};
    };
  }
  if (target.kind !== 'unit') return () => ({});
  const all = records as readonly RecordOf<'unit'>[];
  const properties = await recordsOf(
    trx,
    target,
    'property',
    all.map((one) => one.property_id),
  );
  const buildings = await recordsOf(
    trx,
    target,
    'building',
    all.map((one) => one.building_id),
  );
  return (record) => {
    const { property_id, building_id } = record as RecordOf<'unit'>;
    const building = buildings.get(building_id);
    const streets = [properties.get(property_id)?.address.street, building?.address?.street];
    return { streets: streets.filter((street) => street !== undefined), ...named(building) };
  };
}

const named = (building: { name: string } | undefined) => (building ? { building_name: building.name } : {});

/** Residents carry the key of their unit's name; where a unit is new or renamed, theirs follows. */
export async function renameInResidents(
  trx: Trx,
  { connection, scope }: PutTarget,
  units: readonly RecordOf<'unit'>[],
): Promise<void> {
  if (units.length === 0) return;
  const at = { connection, kind: 'resident' as const, scope };
  const residents = await trx
    .selectFrom('mirror_records')
    .select(['id', 'unit_id', 'property_id', 'status'])
    .where('connection', '=', connection)
    .where('kind', '=', 'resident')
    .where('scope', '=', scope)
    .where(
      'unit_id',
      'in',
      units.map((unit) => unit.id),
    )
    .execute();
  if (residents.length === 0) return;
  const buildings = await recordsOf(
    trx,
    at,
    'building',
    units.map((unit) => unit.building_id),
  );
  const terms = new Map<string | null, string[]>(
    units.map((unit) => [unit.id, unitTerms(unit.name, buildings.get(unit.building_id)?.name)]),
  );
  for (const chunk of chunksOf(residents)) {
    await trx
      .deleteFrom('mirror_keys')
      .where('connection', '=', connection)
      .where('kind', '=', 'resident')
      .where('scope', '=', scope)
      .where(
        'id',
        'in',
        chunk.map((row) => row.id),
      )
      .where('term', 'like', 'u:%')
      .execute();
    const rows = chunk.flatMap(({ id, unit_id, property_id, status }) =>
      (terms.get(unit_id) ?? []).map((term) => ({ term, ...at, id, property_id, weight: weightOf(status) })),
    );
    await insertKeys(trx, rows);
  }
}
