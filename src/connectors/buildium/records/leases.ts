import type { Lease, RecordOf } from '../../../model/records.ts';
import type { ListQuery } from '../../connector.ts';
import { day, dollarNumber, fixed, idText, readBy } from '../../kit/codecs.ts';
import { path } from '../../kit/rest.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { idsFilter, isId, windowOf } from '../transport.ts';
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
    { field: 'notice_date', wire: '', as: readBy((raw) => leavingOf(raw as wire.Lease)?.notice) },
    { field: 'move_out_date', wire: '', as: readBy((raw) => leavingOf(raw as wire.Lease)?.out) },
  ],
  [
    {
      field: 'renewal_offers',
      support: 'unsupported',
      note: 'only the state of an offer is shown, not what it offers',
    },
  ],
);

/** A lease without a rent is one without recurring charges. */
function readLease(vendor: Vendor, lease: wire.Lease): Lease | undefined {
  const { circumstances } = vendor;
  return readRecord(LEASE, { AccountDetails: { Rent: 0 }, ...lease }, circumstances);
}

export const HOUSEHOLD = mapping(
  'household',
  { wire: 'Lease', changes: 'webhook', freshness_seconds: 300, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'property_id', wire: 'PropertyId', as: idText, always: true },
    { field: 'unit_id', wire: 'UnitId', as: idText },
    { field: 'name', wire: '', as: readBy((raw) => nameOf(raw as wire.Lease)), note: 'CurrentTenants, else the unit' },
    {
      field: 'resident_ids',
      wire: 'Tenants',
      as: readBy((raw) => (raw as { Id: number }[]).map(({ Id }) => String(Id))),
      always: true,
    },
  ],
);

/** Who lives there. The list of current tenants is not always filled; then the unit's name has to do. */
function nameOf({ CurrentTenants, UnitNumber, Id }: wire.Lease): string {
  const names = (CurrentTenants ?? []).map(({ FirstName, LastName }) =>
    [FirstName, LastName].filter(Boolean).join(' '),
  );
  return names.filter((name) => name !== '').join(', ') || `Unit ${UnitNumber ?? ''}`.trim() || String(Id);
}

/** One reader for leases and for households, which are the same record there. */
function reader<K extends 'lease' | 'household'>(
  vendor: Vendor,
  read: (lease: wire.Lease) => RecordOf<K> | undefined,
): Reader<K> {
  const { client } = vendor;
  const fits = ({ unit_id, household_id }: ListQuery, lease: wire.Lease) =>
    (unit_id === undefined || String(lease.UnitId) === unit_id) &&
    (household_id === undefined || String(lease.Id) === household_id);
  return {
    async get(_scope, id, signal) {
      const lease = await client.one<wire.Lease>((one) => path`v1/leases/${one}`, id, signal);
      return lease === undefined ? undefined : read(lease);
    },
    async list(query, signal) {
      if (query.household_id !== undefined) {
        const lease = isId(query.household_id)
          ? await client.one<wire.Lease>((one) => path`v1/leases/${one}`, query.household_id, signal)
          : undefined;
        return vendor.pageOf({ rows: lease === undefined ? [] : [lease] }, (one) =>
          fits(query, one) ? read(one) : undefined,
        );
      }
      const page = await client.page<wire.Lease>(
        'v1/leases',
        { ...idsFilter('propertyids', query.property_id), lastupdatedfrom: query.since },
        windowOf(query),
        signal,
      );
      return vendor.pageOf(page, (lease) => (fits(query, lease) ? read(lease) : undefined));
    },
  };
}

export function leaseReader(vendor: Vendor): Reader<'lease'> {
  return reader<'lease'>(vendor, (lease) => readLease(vendor, lease));
}

export function householdReader(vendor: Vendor): Reader<'household'> {
  return reader<'household'>(vendor, (lease) => readRecord(HOUSEHOLD, lease, vendor.circumstances));
}
