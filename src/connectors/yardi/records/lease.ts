import type { Lease } from '../../../model/records.ts';
import { day, dollarText, fixed, readBy, text, type Circumstances } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { listByProperty, readAt, type Context } from '../context.ts';
import { isTenantCode, occupantsOf, readTenants, TENANT_STATUS, type TenantFilter } from '../tenants.ts';
import type { Tenant } from '../wire.ts';
import { offersOf, readOffers, type Offers } from '../offers.ts';

/** Everybody who signed, with the dates of the tenant: Voyager keeps one set for all of them. */
const parties = readBy((raw, at) => {
  const tenant = raw as Tenant;
  const lease = tenant.Lease || undefined;
  const dates = {
    move_in: day.read(lease?.ActualMoveIn, at) as string | undefined,
    move_out: day.read(lease?.ActualMoveOut, at) as string | undefined,
  };
  const signed = occupantsOf(tenant).filter(({ ResponsibleForLease }) => /^true$/i.test(ResponsibleForLease ?? ''));
  return [tenant, ...signed].flatMap(({ Identification: who }) => ({
    resident_id: who?.IDValue,
    ...(dates.move_in !== undefined && { move_in: dates.move_in }),
    ...(dates.move_out !== undefined && { move_out: dates.move_out }),
  }));
});

const NOTICE = 'Voyager takes notices in its own screens only, and its interfaces do not show their dates';

export const LEASE = mapping(
  'lease',
  { wire: 'GetResident_Search', changes: 'poll', freshness_seconds: 3_600, evidence: 'seen' },
  [
    { field: 'id', wire: 'Identification.IDValue', as: text, always: true },
    { field: 'property_id', wire: 'YardiPropertyId', as: text, write: false, note: 'the property that was asked for' },
    { field: 'household_id', wire: 'Identification.IDValue', as: text },
    { field: 'unit_id', wire: 'Lease.Identification.IDValue', as: text, always: true },
    { field: 'status', wire: 'Identification.YardiStatus', as: fixed(TENANT_STATUS), support: 'mapped' },
    { field: 'start_date', wire: 'Lease.LeaseFromDate', as: day },
    { field: 'end_date', wire: 'Lease.LeaseToDate', as: day },
    {
      field: 'term',
      wire: 'Lease',
      as: readBy((raw, at) =>
        day.read((raw as { LeaseToDate?: string }).LeaseToDate, at) === undefined ? 'month_to_month' : 'fixed',
      ),
      evidence: 'inferred',
    },
    { field: 'rent', wire: 'Lease.Rent', as: dollarText },
    { field: 'parties', wire: '', as: parties },
    { field: 'move_out_date', wire: 'Lease.ActualMoveOut', as: day },
  ],
  [
    { field: 'notice_date', support: 'unsupported', note: NOTICE },
    { field: 'deposit', support: 'unsupported', note: 'no interface that was seen shows it' },
    {
      field: 'renewal_offers',
      support: 'unsupported',
      note: 'needs the Lease Renewals interface, whose answers were not seen',
    },
  ],
);

/** The same with the row of renewal offers, where the interface that has them is licensed. */
export const LEASE_WITH_OFFERS = mapping(
  'lease',
  LEASE.facts,
  [...LEASE.rows, { field: 'renewal_offers', wire: 'offers', as: readBy((raw) => raw), evidence: 'inferred' }],
  LEASE.not_held.filter(({ field }) => field !== 'renewal_offers'),
);

function leaseOf(tenant: Tenant, property_id: string, offers: Offers, circumstances: Circumstances): Lease | undefined {
  const lease = tenant.Lease || undefined;
  // People who are to move in some day may have no lease yet.
  if (lease?.Identification === undefined || (lease.LeaseFromDate ?? '') === '') return undefined;
  const renewal_offers = offersOf(offers, tenant.Identification?.IDValue ?? '');
  return readRecord(LEASE, tenant, circumstances, { property_id, renewal_offers });
}

export function leaseReader(context: Context): Reader<'lease'> {
  async function read(property: string, filter: TenantFilter, signal?: AbortSignal): Promise<Lease[]> {
    const tenants = await readTenants(context, property, filter, signal);
    const offers = await readOffers(context, property, signal);
    const circumstances = await context.circumstances(signal);
    return tenants.flatMap((tenant) => leaseOf(tenant, property, offers, circumstances) ?? []);
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
