import type { Resident } from '../../../model/records.ts';
import { fixed, listOf, readBy, text, type Circumstances } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { listByProperty, readAt, type Context } from '../context.ts';
import { distinct, phoneOf, wholeName } from '../people.ts';
import { isTenantCode, occupantsOf, readTenants, TENANT_STATUS } from '../tenants.ts';
import type { Occupant, Tenant } from '../wire.ts';

const PHONES = [
  ['MobileNumber', 'mobile'],
  ['HomeNumber', 'home'],
  ['OfficeNumber', 'work'],
] as const;

const phones = readBy((raw) => {
  const given = raw as NonNullable<Tenant['Phone']>;
  return distinct(PHONES.flatMap(([name, type]) => (given[name] ? [phoneOf(given[name], type)] : [])));
});

/** Whoever signed is a roommate, everybody else an occupant. */
const role = readBy((raw) => {
  const { Identification: who, ResponsibleForLease: signed } = raw as Occupant;
  if (/guarantor/i.test(who?.Relationship ?? '')) return 'guarantor';
  if (signed === undefined) return 'primary';
  return /^true$/i.test(signed) ? 'roommate' : 'occupant';
});

const NOT_WRITTEN =
  'read only: the document of UpdateResidentData is not known, and a change is kept beside the resident';

export const RESIDENT = mapping(
  'resident',
  { wire: 'GetResident_Search', changes: 'poll', freshness_seconds: 3_600, evidence: 'seen' },
  [
    { field: 'id', wire: 'Identification.IDValue', as: text, always: true },
    { field: 'property_id', wire: 'YardiPropertyId', as: text, write: false, note: 'the property that was asked for' },
    { field: 'household_id', wire: 'Identification.IDValue', as: text, write: false, note: 'the tenant' },
    { field: 'name', wire: 'Name', as: readBy((raw) => wholeName(raw as Tenant['Name']) || undefined) },
    { field: 'first_name', wire: 'Name.FirstName', as: text },
    { field: 'last_name', wire: 'Name.LastName', as: text },
    { field: 'role', wire: '', as: role, support: 'mapped', evidence: 'inferred' },
    { field: 'status', wire: 'Identification.YardiStatus', as: fixed(TENANT_STATUS), support: 'mapped' },
    { field: 'unit_id', wire: 'Lease.Identification.IDValue', as: text },
    { field: 'phones', wire: 'Phone', as: phones, note: NOT_WRITTEN },
    { field: 'emails', wire: 'Address.Email', as: listOf(text), note: NOT_WRITTEN },
  ],
  [
    { field: 'preferred_channel', support: 'sidecar' },
    { field: 'forwarding_address', support: 'sidecar' },
    { field: 'consents', support: 'sidecar' },
  ],
);

/** A tenant and those who live there too, who have his status and his unit. */
function householdOf(tenant: Tenant, property_id: string, circumstances: Circumstances): Resident[] {
  const household_id = tenant.Identification?.IDValue ?? '';
  const own = readRecord(RESIDENT, tenant, circumstances, { property_id, household_id });
  if (own === undefined) return [];
  const { status, unit_id } = own;
  const shared = { property_id, household_id, status, ...(unit_id !== undefined && { unit_id }) };
  return [own, ...occupantsOf(tenant).flatMap((one) => readRecord(RESIDENT, one, circumstances, shared) ?? [])];
}

export function residentReader(context: Context): Reader<'resident'> {
  async function read(property: string, filter: Parameters<typeof readTenants>[2], signal?: AbortSignal) {
    const tenants = await readTenants(context, property, filter, signal);
    const circumstances = await context.circumstances(signal);
    return tenants.flatMap((tenant) => householdOf(tenant, property, circumstances));
  }
  return {
    async get(scope, id, signal) {
      if (!isTenantCode(id)) return undefined;
      // Roommates are found with their tenant, who is not known here.
      const filter = /^t/i.test(id) ? { household_id: id } : {};
      return readAt(scope, async (property) =>
        (await read(property, filter, signal)).find((resident) => resident.id === id),
      );
    },
    list: (query, signal) =>
      listByProperty(context, query, async (property) => ({ records: await read(property, query, signal) })),
  };
}
