import { readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { listByProperty, readAt, type Context } from '../context.ts';
import { wholeName } from '../people.ts';
import { isTenantCode, occupantsOf, readTenants } from '../tenants.ts';
import type { Tenant } from '../wire.ts';

/** Last names, each once, as households are called: `Okafor & Sammon`. */
const name = readBy((raw) => {
  const tenant = raw as Tenant;
  const names = [tenant, ...occupantsOf(tenant)].map(({ Name }) => Name?.LastName?.trim() || wholeName(Name));
  return [...new Set(names.filter((one) => one !== ''))].join(' & ') || undefined;
});

const members = readBy((raw) => {
  const tenant = raw as Tenant;
  return [tenant, ...occupantsOf(tenant)].flatMap(({ Identification: who }) => who?.IDValue ?? []);
});

/** Voyager's tenant is household, lease and first resident in one; all three have its code for an id. */
export const HOUSEHOLD = mapping(
  'household',
  { wire: 'GetResident_Search', changes: 'poll', freshness_seconds: 3_600, evidence: 'seen' },
  [
    { field: 'id', wire: 'Identification.IDValue', as: text, always: true },
    { field: 'property_id', wire: 'YardiPropertyId', as: text, write: false, note: 'the property that was asked for' },
    { field: 'unit_id', wire: 'Lease.Identification.IDValue', as: text },
    { field: 'name', wire: '', as: name },
    { field: 'resident_ids', wire: '', as: members },
  ],
);

export function householdReader(context: Context): Reader<'household'> {
  async function read(property: string, filter: Parameters<typeof readTenants>[2], signal?: AbortSignal) {
    const tenants = await readTenants(context, property, filter, signal);
    const circumstances = await context.circumstances(signal);
    return tenants.flatMap((tenant) => readRecord(HOUSEHOLD, tenant, circumstances, { property_id: property }) ?? []);
  }
  return {
    async get(scope, id, signal) {
      if (!isTenantCode(id)) return undefined;
      return readAt(scope, async (property) => (await read(property, { household_id: id }, signal))[0]);
    },
    list: (query, signal) =>
      listByProperty(context, query, async (property) => ({ records: await read(property, query, signal) })),
  };
}
