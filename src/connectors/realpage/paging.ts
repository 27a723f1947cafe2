import type { RecordKind, RecordOf } from '../../model/records.ts';
import { VendorError, type ListQuery } from '../connector.ts';
import type { Reader } from '../kit/vendor.ts';
import { LARGEST_PAGE } from './limits.ts';
import type { Vendor } from './vendor.ts';

/** Every record of a site, in one order; where the PMS can tell, only those that changed since a moment. */
export type SiteLoader<K extends RecordKind> = (
  site: string,
  signal?: AbortSignal,
  since?: string,
) => Promise<readonly RecordOf<K>[]>;

/** Households whose ledgers make one page, each with a request of its own. */
export const LEDGER_PAGE = 25;

/** An id as RealPage has them: numbers, and for agents and codes short words. Anything else is none. */
const ID = /^[\w-]{1,64}$/;

export function isId(id: string): boolean {
  return ID.test(id);
}

/**
 * A reader over answers that hold a whole site at once. A page is a part of one answer, so that nothing is missed between
 * pages; while they are read, the answer is kept, and a reader that comes back later asks again.
 */
export function siteReader<K extends RecordKind>(vendor: Vendor, load: SiteLoader<K>): Reader<K> {
  const kept = new Map<string, readonly RecordOf<K>[]>();
  return {
    async get(scope, id, signal) {
      if (!vendor.sites.includes(scope) || !isId(id)) return undefined;
      return (await load(scope, signal)).find((record) => record.id === id);
    },

    async list(query, signal) {
      const { site, offset, next } = placeOf(vendor, query);
      if (site === undefined) return { records: [] };
      const key = JSON.stringify([site, query.unit_id, query.household_id, query.since]);
      const found =
        (offset > 0 ? kept.get(key) : undefined) ?? (await load(site, signal, query.since)).filter(fits(query));
      const end = offset + Math.max(1, Math.min(query.limit ?? LARGEST_PAGE, LARGEST_PAGE));
      const more = end < found.length;
      if (more) kept.set(key, found);
      else kept.delete(key);
      const next_cursor = more ? `${site}:${end}` : next === undefined ? undefined : `${next}:0`;
      return { records: found.slice(offset, end), ...(next_cursor !== undefined && { next_cursor }) };
    },
  };
}

/** Which site a page is of and where in it the page begins, and the site that comes after it. */
export function placeOf(
  { sites }: Pick<Vendor, 'sites'>,
  { scope, property_id, cursor }: ListQuery,
): { site?: string; offset: number; next?: string } {
  if (scope !== undefined && !sites.includes(scope))
    throw new VendorError('refused', 'This connection has no such site.', { field: 'scope' });
  const asked = sites.filter((site) => (scope ?? site) === site && (property_id ?? site) === site);
  const [, from = asked[0] ?? '', at = '0'] = /^(\d+):(\d+)$/.exec(cursor ?? '') ?? [];
  const index = asked.indexOf(from);
  if (cursor !== undefined && (index < 0 || !/^\d+:\d+$/.test(cursor)))
    throw new VendorError('refused', 'This is not where a list of RealPage goes on.', { field: 'cursor' });
  const [site, next] = [asked[index], asked[index + 1]];
  return { offset: Number(at), ...(site !== undefined && { site }), ...(next !== undefined && { next }) };
}

/** Whether a record is on the unit and of the household that are asked for. A unit is listed under itself as well. */
function fits({ unit_id, household_id }: ListQuery): (record: object) => boolean {
  return (record) => {
    const { unit_id: unit, household_id: household } = record as { unit_id?: string; household_id?: string };
    return (unit_id ?? unit) === unit && (household_id ?? household) === household;
  };
}
