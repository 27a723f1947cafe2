import { children, path } from '../kit/xml.ts';
import { listed, plainOf } from '../kit/xml_values.ts';
import type { Context } from './context.ts';
import type { Occupant, Tenant } from './wire.ts';

/** Codes of tenants (`t0000007`) and roommates (`r0000007`), eight characters at most. */
const TENANT_CODE = /^[A-Za-z0-9]{1,8}$/;

export function isTenantCode(id: string): boolean {
  return TENANT_CODE.test(id);
}

/** Statuses of people who have, had or will have a home there. Applicants and the like are none. */
export const TENANT_STATUS = {
  Current: 'current',
  Future: 'future',
  Notice: 'notice',
  Eviction: 'eviction',
  Past: 'past',
  Cancelled: 'cancelled',
  Canceled: 'cancelled',
} as const;

const NO_TENANT = ['Applicant', 'Denied', 'Vacant', 'Waitlist'];

/** Which tenants of a property. */
export interface TenantFilter {
  household_id?: string | undefined;
  unit_id?: string | undefined;
}

/**
 * The tenants of a property with those who live with them, in one answer. People who only apply are left out. Nothing is
 * asked for where a code cannot be one.
 */
export async function readTenants(
  { client }: Context,
  property: string,
  { household_id, unit_id }: TenantFilter = {},
  signal?: AbortSignal,
): Promise<Tenant[]> {
  if (household_id !== undefined && !isTenantCode(household_id)) return [];
  const parameters = {
    YardiPropertyId: property,
    ...(unit_id !== undefined && { UnitCode: unit_id }),
    ...(household_id !== undefined && { ResidentCode: household_id }),
  };
  const result = await client.read({ service: 'service_requests', name: 'GetResident_Search', parameters }, signal);
  return children(path(result, 'CustomerSearch/Response/Customers'), 'Customer')
    .map((one) => plainOf(one) as Tenant)
    .filter(({ Identification: who, Lease: lease }) => {
      if ((who?.IDValue ?? '') === '' || NO_TENANT.includes(who?.YardiStatus ?? '')) return false;
      // Servers may look for what begins with a code: only the very one counts.
      if (household_id !== undefined && who?.IDValue !== household_id) return false;
      return unit_id === undefined || (lease || undefined)?.Identification?.IDValue === unit_id;
    });
}

/** Those who live with a tenant and have a name. */
export function occupantsOf({ OtherOccupants }: Tenant): readonly Occupant[] {
  return listed<Occupant>(OtherOccupants).filter(
    ({ Identification: who, Name }) =>
      (who?.IDValue ?? '') !== '' && [Name?.FirstName, Name?.LastName].some((part) => (part ?? '').trim() !== ''),
  );
}
