import { type LookAlike, lookAlikes, type NewRequest } from '../maintenance/look_alikes.ts';
import type { FindFilters } from '../mirror/find.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';

/** How far back the same problem may have been reported. */
const DAYS = 14;

/**
 * The newest work orders that are looked at: of the unit, of the property's common areas, and of all of the property
 * where the report names no unit. A bound, so that a report costs the same in a portfolio with ten thousand open ones.
 */
const NEWEST = { unit: 20, common: 30, property: 100 };

/** Recent open work orders that may be the same problem, most alike first, at most three. */
export async function similarWork(
  call: Call,
  property: Found<'property'>,
  unit: Found<'unit'> | undefined,
  request: Pick<NewRequest, 'description' | 'trade' | 'location'>,
): Promise<LookAlike[]> {
  const { connection, scope } = property;
  const listed_from = new Date(call.now - DAYS * 86_400_000).toISOString();
  const newest = async (where: FindFilters, limit: number) => {
    const page = { limit, order: 'newest_first' as const };
    return (await call.records.list('work_order', { connection, scope, listed_from, ...where }, page)).records;
  };
  const property_ids = [property.record.id];
  const recent =
    unit === undefined
      ? await newest({ property_ids }, NEWEST.property)
      : [
          ...(await newest({ unit_id: unit.record.id }, NEWEST.unit)),
          ...(await newest({ property_ids, unit_id: null }, NEWEST.common)),
        ];
  return lookAlikes(
    { ...request, property_id: property.record.id, unit_id: unit?.record.id },
    recent.map(({ record }) => record),
    { now: new Date(call.now).toISOString(), days: DAYS },
  ).slice(0, 3);
}

/** A look-alike as results show it. */
export function lookAlikeView(
  call: Call,
  property: Found<'property'>,
  { work_order_id, number, title, status }: LookAlike,
) {
  return { work_order_id: call.records.ref(property.connection, property.scope, work_order_id), number, title, status };
}
