import type { Lease } from '../../../model/records.ts';
import { localDate } from '../../../model/zoned_time.ts';
import type { ListQuery } from '../../connector.ts';
import { day, idText, readBy } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';

import { WEBHOOK_FRESHNESS_SECONDS } from '../limits.ts';
import { idFilter, isId, sameId, windowOf, type WirePage } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { rentAccountFinder } from './accounts.ts';
import { tenantsOfOccupancies } from './people.ts';
import { offersOf, rentOn } from './renewals.ts';

/** A lease with what AppFolio keeps elsewhere: the tenants of its occupancy, what they pay, what was offered. */
interface Joined {
  lease: wire.Lease & { Status?: string | null };
  tenants: readonly Tenant[];
  charges: readonly wire.RecurringCharge[];
  prices: readonly wire.RenewalPricing[];
  today: string;
}

type Tenant = wire.Tenant & { LeaseStartDate?: string | null };

export const LEASE = mapping(
  'lease',
  {
    wire: 'Lease + Tenant + RecurringCharge + RenewalPricing',
    changes: 'webhook',
    freshness_seconds: WEBHOOK_FRESHNESS_SECONDS,
    evidence: 'inferred',
    note: 'property, unit and parties are those of the tenants of the occupancy',
  },
  [
    { field: 'id', wire: 'lease.Id', called: 'Id', as: idText, always: true },
    { field: 'property_id', wire: 'tenants.0.PropertyId', called: 'Tenant.PropertyId', as: idText, always: true },
    { field: 'unit_id', wire: 'tenants.0.UnitId', called: 'Tenant.UnitId', as: idText, always: true },
    { field: 'household_id', wire: 'lease.OccupancyId', called: 'OccupancyId', as: idText, always: true },
    {
      field: 'status',
      wire: '',
      called: 'Tenant.Status, StartOn, Tenant.LeaseStartDate',
      as: readBy((raw) => statusOf(raw as Joined)),
      support: 'mapped',
      note: "the words of the lease's own Status were not seen; only what was cancelled is told by it",
    },
    {
      field: 'term',
      wire: 'lease.IsMtm',
      called: 'IsMtm',
      as: { read: (raw) => (raw === true ? 'month_to_month' : 'fixed'), write: () => undefined },
      support: 'mapped',
    },
    { field: 'start_date', wire: 'lease.StartOn', called: 'StartOn', as: day, always: true },
    {
      field: 'end_date',
      wire: '',
      called: 'EndOn',
      as: readBy((raw) => endOf((raw as Joined).lease)),
    },
    {
      field: 'rent',
      wire: '',
      called: 'RecurringCharge.Amount',
      as: readBy((raw) => rentOf(raw as Joined)),
      support: 'mapped',
      note: 'on the last day of the term, today where there is none; 0 without recurring charges on the rent account',
    },
    {
      field: 'parties',
      wire: 'tenants',
      called: 'Tenant.MoveInOn, Tenant.MoveOutOn',
      as: readBy((raw) => (raw as Tenant[]).filter(isParty).map(partyOf)),
      support: 'mapped',
      note: 'the day on which notice was given is not shown',
    },
    {
      field: 'move_out_date',
      wire: 'tenants.0.MoveOutOn',
      called: 'Tenant.MoveOutOn',
      as: day,
    },
    {
      field: 'renewal_offers',
      wire: '',
      called: 'RenewalPricing',
      as: readBy((raw) => offersOf((raw as Joined).lease, (raw as Joined).prices, (raw as Joined).today)),
      support: 'mapped',
      note: 'prices for renewing; AppFolio sends the offer itself from its own pages',
    },
  ],
  [
    {
      field: 'deposit',
      support: 'unsupported',
      note: 'deposits stand in the ledger, which the API does not show whole',
    },
    { field: 'notice_date', support: 'unsupported', note: 'not shown by the API' },
  ],
);

function isParty({ TenantType }: Tenant): boolean {
  return !/occupant|dependent|minor/i.test(TenantType ?? '');
}

function partyOf({ Id, MoveInOn, MoveOutOn }: Tenant): Lease['parties'][number] {
  return {
    resident_id: Id,
    ...(MoveInOn && { move_in: MoveInOn.slice(0, 10) }),
    ...(MoveOutOn && { move_out: MoveOutOn.slice(0, 10) }),
  };
}

const TENANT_STATUS: Readonly<Record<string, Lease['status']>> = {
  Current: 'current',
  Notice: 'notice',
  Evict: 'eviction',
  Past: 'past',
  Future: 'future',
};

function statusOf({ lease, tenants, today }: Joined): Lease['status'] {
  if (/cancel|void|declin/i.test(lease.Status ?? '')) return 'cancelled';
  const start = lease.StartOn?.slice(0, 10) ?? '';
  // An occupancy that was renewed has a lease for each term; the tenants show the one that counts.
  const isReplaced = tenants.some(({ LeaseStartDate }) => LeaseStartDate && LeaseStartDate.slice(0, 10) > start);
  if (isReplaced) return 'past';
  if (start > today) return 'future';
  return TENANT_STATUS[tenants[0]?.Status ?? ''] ?? 'current';
}

function endOf({ IsMtm, EndOn }: wire.Lease): string | undefined {
  return IsMtm === true || !EndOn ? undefined : EndOn.slice(0, 10);
}

function rentOf({ lease, charges, today }: Joined): number {
  return rentOn(endOf(lease) ?? today, charges);
}

/** What leases are made of besides themselves. */
export interface LeaseJoins {
  of(leases: readonly wire.Lease[], signal?: AbortSignal): Promise<Joined[]>;
  /** The recurring charges of an occupancy on the rent account. */
  rentCharges(occupancyIds: Iterable<string>, signal?: AbortSignal): Promise<wire.RecurringCharge[]>;
}

export function leaseJoins(vendor: Vendor): LeaseJoins {
  const rentAccounts = rentAccountFinder(vendor);

  async function rentCharges(occupancyIds: Iterable<string>, signal?: AbortSignal) {
    const ids = [...occupancyIds];
    if (ids.length === 0) return [];
    const accounts = await rentAccounts(signal);
    const everything = vendor.since({});
    const charges = await vendor.client.ofIds<wire.RecurringCharge>(
      'recurring_charges',
      'OccupancyId',
      ids,
      everything,
      signal,
    );
    return charges.filter(({ GlAccountId, HiddenAt }) => GlAccountId && accounts.has(GlAccountId) && !HiddenAt);
  }

  return {
    rentCharges,
    async of(leases, signal) {
      const occupancies = leases.flatMap(({ OccupancyId }) => OccupancyId ?? []);
      const ids = leases.map(({ Id }) => Id);
      const [tenants, charges, prices] = await Promise.all([
        tenantsOfOccupancies(vendor, occupancies, signal),
        rentCharges(occupancies, signal),
        vendor.client.ofIds<wire.RenewalPricing>('leases/renewal_pricings', 'LeaseId', ids, {}, signal),
      ]);
      const chargesOf = Map.groupBy(charges, ({ OccupancyId = '' }) => OccupancyId);
      const pricesOf = Map.groupBy(prices, ({ LeaseId = '' }) => LeaseId);
      return leases.map((lease) => {
        const members = inOrder(tenants.get(lease.OccupancyId ?? '') ?? []);
        return {
          lease,
          tenants: members,
          charges: chargesOf.get(lease.OccupancyId ?? '') ?? [],
          prices: pricesOf.get(lease.Id) ?? [],
          today: todayAt(vendor, members[0]?.PropertyId ?? undefined),
        };
      });
    },
  };
}

/** Who lives there, then who will, then who did; in each of them the primary one first. */
const STANDING: Readonly<Record<string, number>> = { Current: 0, Evict: 0, Notice: 0, Future: 1, Past: 2 };

function inOrder(tenants: readonly Tenant[]): Tenant[] {
  const standing = ({ Status }: Tenant) => STANDING[Status ?? ''] ?? 0;
  return tenants.toSorted(
    (a, b) =>
      standing(a) - standing(b) ||
      Number(b.PrimaryTenant ?? false) - Number(a.PrimaryTenant ?? false) ||
      a.Id.localeCompare(b.Id),
  );
}

/** The day at a property, or in UTC where its zone is not known. */
export function todayAt({ clock, circumstances }: Vendor, propertyId: string | undefined): string {
  const now = new Date(clock()).toISOString();
  const zone = circumstances.zoneOf(propertyId);
  return zone === undefined ? now.slice(0, 10) : localDate(now, zone);
}

/** One lease; the list of leases has a filter of its own for ids. */
export async function findLease(vendor: Vendor, id: string, signal?: AbortSignal): Promise<wire.Lease | undefined> {
  if (!isId(id)) return undefined;
  const filters = { LeaseId: id, ...vendor.since({}) };
  const { rows } = await vendor.client.page<wire.Lease>('leases', filters, { size: 1 }, signal);
  return rows.find((row) => sameId(row.Id, id));
}

export function leaseReader(vendor: Vendor, joins: LeaseJoins): Reader<'lease'> {
  const { client, circumstances } = vendor;

  /** The leases of few households, each of which has to be asked for by itself. */
  async function ofHouseholds(ids: Iterable<string>, query: ListQuery, signal?: AbortSignal): Promise<wire.Lease[]> {
    const found = await Promise.all(
      [...new Set(ids)].map((id) =>
        client.all<wire.Lease>('leases', { OccupancyId: id, ...vendor.since(query) }, signal),
      ),
    );
    return found.flat();
  }

  async function pageFor(query: ListQuery, signal?: AbortSignal): Promise<WirePage<wire.Lease>> {
    const { unit_id, household_id } = query;
    if (household_id !== undefined)
      return { rows: isId(household_id) ? await ofHouseholds([household_id], query, signal) : [] };
    if (unit_id !== undefined) {
      const filters = { ...idFilter('UnitId', unit_id), ...vendor.since({}) };
      const tenants = await client.all<wire.Tenant>('tenants', filters, signal);
      return {
        rows: await ofHouseholds(
          tenants.flatMap(({ OccupancyId }) => OccupancyId ?? []),
          query,
          signal,
        ),
      };
    }
    return client.page<wire.Lease>('leases', vendor.since(query), windowOf(query), signal);
  }

  return {
    async get(_scope, id, signal) {
      const lease = await findLease(vendor, id, signal);
      const [joined] = lease === undefined ? [] : await joins.of([lease], signal);
      return joined && readRecord(LEASE, joined, circumstances);
    },
    async list(query, signal) {
      const { rows, next } = await pageFor(query, signal);
      const page = { rows: await joins.of(rows, signal), ...(next !== undefined && { next }) };
      return vendor.pageOf(page, (joined) => {
        const lease = readRecord(LEASE, joined, circumstances);
        return fits(lease, query) ? lease : undefined;
      });
    },
  };
}

function fits(lease: Lease | undefined, { property_id, unit_id }: ListQuery): boolean {
  if (lease === undefined) return false;
  if (property_id !== undefined && lease.property_id !== property_id) return false;
  return unit_id === undefined || lease.unit_id === unit_id;
}
