import type { Lease } from '../../../model/records.ts';
import type { ListQuery } from '../../connector.ts';
import { day, dollarNumber, fixed, idText, readBy, text } from '../../kit/codecs.ts';
import { path } from '../../kit/rest.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { idsFilter, windowOf, type WirePage } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';

/**
 * What a lease is, out of its term and what hangs on it. Buildium's own statuses are three; notice shows in the move-outs
 * and an eviction in a flag.
 */
export function statusOf(lease: wire.Lease): Lease['status'] {
  if (lease.LeaseStatus === 'Past') return 'past';
  if (lease.LeaseStatus === 'Future') return 'future';
  if (lease.IsEvictionPending === true) return 'eviction';
  return leavingOf(lease) === undefined ? 'current' : 'notice';
}

/** The last move-out, where everybody who lives there leaves. */
function leavingOf({ Tenants, MoveOutData }: wire.Lease): { notice?: string; out?: string } | undefined {
  const staying = (Tenants ?? []).filter(
    ({ Id, Status }) => Status !== 'MovedOut' && moveOutOf(MoveOutData, Id) === undefined,
  );
  const leaving = (MoveOutData ?? []).filter(({ MoveOutDate }) => MoveOutDate !== undefined);
  if (staying.length > 0 || leaving.length === 0) return undefined;
  const last = leaving.reduce((a, b) => ((a.MoveOutDate ?? '') > (b.MoveOutDate ?? '') ? a : b));
  return {
    ...(last.MoveOutDate && { out: last.MoveOutDate.slice(0, 10) }),
    ...(last.NoticeGivenDate && { notice: last.NoticeGivenDate.slice(0, 10) }),
  };
}

const moveOutOf = (data: wire.Lease['MoveOutData'], id: number) => data?.find(({ TenantId }) => TenantId === id);

const parties = readBy((raw) => {
  const lease = raw as wire.Lease;
  return (lease.Tenants ?? []).map(({ Id, MoveInDate }) => {
    const out = moveOutOf(lease.MoveOutData, Id);
    return {
      resident_id: String(Id),
      ...(MoveInDate && { move_in: MoveInDate.slice(0, 10) }),
      ...(out?.NoticeGivenDate && { notice_date: out.NoticeGivenDate.slice(0, 10) }),
      ...(out?.MoveOutDate && { move_out: out.MoveOutDate.slice(0, 10) }),
    };
  });
});

/** Of a lease that has ended only the parties say when they left. */
const leaving = (which: 'notice' | 'out') =>
  readBy((raw) => (statusOf(raw as wire.Lease) === 'past' ? undefined : leavingOf(raw as wire.Lease)?.[which]));

export const LEASE = mapping(
  'lease',
  { wire: 'Lease', changes: 'webhook', freshness_seconds: 300, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'property_id', wire: 'PropertyId', as: idText, always: true },
    { field: 'unit_id', wire: 'UnitId', as: idText, always: true },
    { field: 'household_id', wire: 'Id', as: idText, note: "a lease is its household's account" },
    {
      field: 'status',
      wire: '',
      as: readBy((raw) => statusOf(raw as wire.Lease)),
      support: 'mapped',
      note: 'LeaseStatus, IsEvictionPending and MoveOutData together',
    },
    {
      field: 'term',
      wire: 'TermType',
      as: fixed({ Standard: 'fixed', MonthToMonth: 'month_to_month', Owner: 'fixed' }, 'fixed'),
      support: 'mapped',
    },
    { field: 'start_date', wire: 'LeaseFromDate', as: day, always: true },
    { field: 'end_date', wire: 'LeaseToDate', as: day },
    { field: 'rent', wire: 'AccountDetails.Rent', as: dollarNumber },
    { field: 'deposit', wire: 'AccountDetails.SecurityDeposit', as: dollarNumber },
    { field: 'parties', wire: '', as: parties, note: 'Tenants with MoveOutData; a move-out is one per tenant' },
    { field: 'notice_date', wire: '', as: leaving('notice') },
    { field: 'move_out_date', wire: '', as: leaving('out') },
  ],
  [
    {
      field: 'renewal_offers',
      support: 'unsupported',
      note: 'only the state of an offer is shown, not what it offers',
    },
  ],
);

/** A lease without recurring charges has null for its rent, or no details at all. */
function readLease(vendor: Vendor, lease: wire.Lease): Lease | undefined {
  const AccountDetails = { ...lease.AccountDetails, Rent: lease.AccountDetails?.Rent ?? 0 };
  return readRecord(LEASE, { ...lease, AccountDetails }, vendor.circumstances);
}

export const HOUSEHOLD = mapping(
  'household',
  { wire: 'Lease + LeaseTenant', changes: 'webhook', freshness_seconds: 300, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'property_id', wire: 'PropertyId', as: idText, always: true },
    { field: 'unit_id', wire: 'UnitId', as: idText },
    { field: 'name', wire: 'Names', as: text, note: 'the names of its tenants' },
    {
      field: 'resident_ids',
      wire: 'Tenants',
      as: readBy((raw) => (raw as { Id: number }[]).map(({ Id }) => String(Id))),
      always: true,
    },
  ],
);

/** Names by tenant id. A lease's own list of them is not reliably filled. */
type NamesById = ReadonlyMap<number, string>;

function withNames(lease: wire.Lease, names: NamesById): wire.Lease & { Names: string } {
  const known = (lease.Tenants ?? []).flatMap(({ Id }) => names.get(Id) ?? []);
  return { ...lease, Names: known.join(', ') || `Unit ${lease.UnitNumber ?? lease.UnitId ?? ''}` };
}

async function namesOf(
  { client }: Vendor,
  filters: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
): Promise<NamesById> {
  const names = new Map<number, string>();
  for await (const tenants of client.pages<wire.Tenant>('v1/leases/tenants', filters, signal))
    for (const { Id, FirstName, LastName } of tenants) names.set(Id, [FirstName, LastName].filter(Boolean).join(' '));
  return names;
}

/** The leases that a query is about, one page of them. */
async function leasesOf({ client }: Vendor, query: ListQuery, signal?: AbortSignal): Promise<WirePage<wire.Lease>> {
  const { household_id, unit_id, property_id } = query;
  const fits = ({ UnitId }: wire.Lease) => unit_id === undefined || String(UnitId) === unit_id;
  if (household_id !== undefined) {
    const lease = await client.one<wire.Lease>((one) => path`v1/leases/${one}`, household_id, signal);
    return { rows: lease !== undefined && fits(lease) ? [lease] : [] };
  }
  const filters = { ...idsFilter('propertyids', property_id), lastupdatedfrom: query.since };
  const page = await client.page<wire.Lease>('v1/leases', filters, windowOf(query), signal);
  return { ...page, rows: page.rows.filter(fits) };
}

export function leaseReader(vendor: Vendor): Reader<'lease'> {
  return {
    async get(_scope, id, signal) {
      const lease = await vendor.client.one<wire.Lease>((one) => path`v1/leases/${one}`, id, signal);
      return lease === undefined ? undefined : readLease(vendor, lease);
    },
    async list(query, signal) {
      return vendor.pageOf(await leasesOf(vendor, query, signal), (lease) => readLease(vendor, lease));
    },
  };
}

export function householdReader(vendor: Vendor): Reader<'household'> {
  const read = (lease: wire.Lease, names: NamesById) =>
    readRecord(HOUSEHOLD, withNames(lease, names), vendor.circumstances);
  /** Names as they were when a list began, so that its pages do not each read every tenant. */
  let listed: { property: string | undefined; names: NamesById } | undefined;
  return {
    async get(_scope, id, signal) {
      const lease = await vendor.client.one<wire.Lease>((one) => path`v1/leases/${one}`, id, signal);
      if (lease === undefined) return undefined;
      return read(lease, await namesOf(vendor, { unitids: lease.UnitId }, signal));
    },
    async list(query, signal) {
      const page = await leasesOf(vendor, query, signal);
      if (query.household_id !== undefined) {
        const names = await namesOf(vendor, { unitids: page.rows.map(({ UnitId }) => UnitId) }, signal);
        return vendor.pageOf(page, (lease) => read(lease, names));
      }
      const { property_id: property, cursor } = query;
      if (cursor === undefined || listed === undefined || listed.property !== property)
        listed = { property, names: await namesOf(vendor, idsFilter('propertyids', property), signal) };
      const { names } = listed;
      return vendor.pageOf(page, (lease) => read(lease, names));
    },
  };
}
