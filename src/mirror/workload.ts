import type { Kysely } from 'kysely';
import type { WorkOrderStatus } from '../model/values.ts';
import { preparedByShape } from '../store/prepared.ts';
import type { MirrorTables } from '../store/schema.ts';

/** Whose work is counted, and which of it. */
export interface WorkloadQuery {
  by: 'vendor_id' | 'technician_id';
  ids: readonly string[];
  status: readonly WorkOrderStatus[];
  /** Only work at these properties; absent for all. */
  property_ids?: readonly string[];
}

interface Count {
  id: string | null;
  count: number;
}

const queries = preparedByShape<MirrorTables, Count>();

/** How many work orders each of the ids has; those without any are left out. Counted in an index, not read. */
export async function workloadOf(
  db: Kysely<MirrorTables>,
  connection: string,
  { by, ids, status, property_ids }: WorkloadQuery,
): Promise<Map<string, number>> {
  if (ids.length === 0 || status.length === 0 || property_ids?.length === 0) return new Map();
  const names = (list: string, values: readonly unknown[]) => values.map((_value, at) => `${list}.${at}`);
  const lists = { ids, status, property_ids: property_ids ?? [] };
  const shape = [by, ids.length, status.length, property_ids?.length ?? 0];
  const query = queries(JSON.stringify(shape), (prepared, argument) => {
    const text = (name: string) => argument(name) as string;
    let counted = prepared
      .selectFrom('mirror_records')
      .select([`${by} as id`, (eb) => eb.fn.countAll<number>().as('count')])
      .where('connection', '=', text('connection'))
      .where('kind', '=', 'work_order')
      .where(by, 'in', names('ids', ids).map(text))
      .where('status', 'in', names('status', status).map(text));
    if (property_ids) counted = counted.where('property_id', 'in', names('property_ids', property_ids).map(text));
    return counted.groupBy(by);
  });
  const values = Object.entries(lists).flatMap(([list, all]) => all.map((value, at) => [`${list}.${at}`, value]));
  const { rows } = await query(db, { connection, ...Object.fromEntries(values) });
  return new Map(rows.map(({ id, count }) => [id ?? '', Number(count)]));
}
