import type { Kysely } from 'kysely';
import type { WorkOrderStatus } from '../model/values.ts';
import type { MirrorTables } from '../store/schema.ts';

/** Whose work is counted, and which of it. */
export interface WorkloadQuery {
  by: 'vendor_id' | 'technician_id';
  ids: readonly string[];
  status: readonly WorkOrderStatus[];
  /** Only work at these properties; absent for all. */
  property_ids?: readonly string[];
}

/** How many work orders each of the ids has; those without any are left out. Counted in an index, not read. */
export async function workloadOf(
  db: Kysely<MirrorTables>,
  connection: string,
  { by, ids, status, property_ids }: WorkloadQuery,
): Promise<Map<string, number>> {
  if (ids.length === 0 || status.length === 0 || property_ids?.length === 0) return new Map();
  let query = db
    .selectFrom('mirror_records')
    .select([by, (eb) => eb.fn.countAll<number>().as('count')])
    .where('connection', '=', connection)
    .where('kind', '=', 'work_order')
    .where(by, 'in', [...ids])
    .where('status', 'in', [...status]);
  if (property_ids) query = query.where('property_id', 'in', [...property_ids]);
  const rows = await query.groupBy(by).execute();
  return new Map(rows.map((row) => [row[by] ?? '', Number(row.count)]));
}
