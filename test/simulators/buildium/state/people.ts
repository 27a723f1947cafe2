import type { Lease, Resident, Staff, Vendor } from '../../../../src/model/records.ts';
import type { Entry } from '../../shared/table.ts';
import { canonicalPhone, centsOf, tradeOf } from '../load/words.ts';
import type { BuildiumTables } from '../tables.ts';
import type * as Wire from '../wire.ts';

/** What a lease is in canonical words: an active one may be under eviction, or all of its tenants have given notice. */
function statusOf({ leaseTenants, moveOuts }: BuildiumTables, lease: Wire.Lease): Lease['status'] {
  if (lease.LeaseStatus === 'Future') return 'future';
  if (lease.LeaseStatus === 'Past') return 'past';
  if (lease.IsEvictionPending) return 'eviction';
  const leaving = moveOuts.where('lease', lease.Id).length;
  return leaving > 0 && leaving === leaseTenants.where('lease', lease.Id).length ? 'notice' : 'current';
}

export function leaseOf(tables: BuildiumTables, { row }: Entry<Wire.Lease>): Lease {
  const status = statusOf(tables, row);
  const parties = tables.leaseTenants.where('lease', row.Id).map(({ row: { TenantId, MoveInDate } }) => {
    const moveOut = tables.moveOuts.get(`${row.Id}/${TenantId}`);
    return {
      resident_id: String(TenantId),
      ...(MoveInDate !== null && { move_in: MoveInDate }),
      ...(moveOut?.NoticeGivenDate != null && { notice_date: moveOut.NoticeGivenDate }),
      ...(moveOut !== undefined && { move_out: moveOut.MoveOutDate }),
    };
  });
  const notices = parties.flatMap(({ notice_date }) => notice_date ?? []).sort();
  const moves = parties.flatMap(({ move_out }) => move_out ?? []).sort();
  const { Rent, SecurityDeposit: deposit = null } = row.AccountDetails ?? { Rent: null };
  return {
    ...{ id: String(row.Id), property_id: String(row.PropertyId), unit_id: String(row.UnitId) },
    ...{ household_id: String(row.Id), status, term: row.LeaseType === 'AtWill' ? 'month_to_month' : 'fixed' },
    start_date: row.LeaseFromDate,
    ...(row.LeaseToDate !== null && { end_date: row.LeaseToDate }),
    rent: centsOf(Rent ?? 0),
    ...(deposit !== null && { deposit: centsOf(deposit) }),
    parties,
    ...(status === 'notice' && notices[0] !== undefined && { notice_date: notices[0] }),
    ...(status === 'notice' && { move_out_date: moves.at(-1) as string }),
    renewal_offers: [],
  };
}

/** The lease that says what a tenant is: the active one, else a coming one, else the last. */
function leaseOfTenant({ leases, leaseTenants }: BuildiumTables, { Id }: Wire.Tenant): Wire.Lease | undefined {
  const all = leaseTenants.where('tenant', Id).map(({ row }) => leases.get(row.LeaseId) as Wire.Lease);
  const by = (status: string) => all.find(({ LeaseStatus }) => LeaseStatus === status);
  return by('Active') ?? by('Future') ?? all.at(-1);
}

export function residentOf(tables: BuildiumTables, tenant: Wire.Tenant): Resident | undefined {
  const lease = leaseOfTenant(tables, tenant);
  if (lease === undefined) return undefined;
  const leaves = tables.moveOuts.get(`${lease.Id}/${tenant.Id}`) !== undefined;
  const status = statusOf(tables, lease);
  const { FirstName, LastName } = tenant;
  return {
    ...{ id: String(tenant.Id), property_id: String(lease.PropertyId), unit_id: String(lease.UnitId) },
    ...{ household_id: String(lease.Id), name: `${FirstName} ${LastName}`, first_name: FirstName, last_name: LastName },
    ...{ role: 'primary', status: status === 'current' && leaves ? 'notice' : status },
    phones: tenant.PhoneNumbers.map(canonicalPhone),
    emails: [tenant.Email, tenant.AlternateEmail].flatMap((email) => email ?? []),
    ...(tenant.DateOfBirth !== null && { birth_date: tenant.DateOfBirth }),
    consents: [],
  };
}

/** A lease's account: who is on it, and whose ledger it is. */
export function householdOf({ leaseTenants, tenants }: BuildiumTables, lease: Wire.Lease) {
  const people = leaseTenants.where('lease', lease.Id).map(({ row }) => tenants.get(row.TenantId) as Wire.Tenant);
  return {
    ...{ id: String(lease.Id), property_id: String(lease.PropertyId), unit_id: String(lease.UnitId) },
    name: people.map(({ FirstName, LastName }) => `${FirstName} ${LastName}`).join(', '),
    resident_ids: people.map(({ Id }) => String(Id)),
  };
}

const ROLES: Readonly<Record<string, Staff['roles']>> = {
  'Property Manager': ['manager'],
  'Leasing Agent': ['leasing_agent'],
  'Maintenance Technician': ['technician'],
  Bookkeeper: ['bookkeeper'],
};

export function staffOf(user: Wire.User): Staff {
  const [phone] = user.PhoneNumbers;
  return {
    ...{ id: String(user.Id), name: `${user.FirstName} ${user.LastName}`, roles: ROLES[user.UserRole.Name] ?? [] },
    ...{ trades: [], property_ids: [], is_active: user.IsActive },
    ...(phone !== undefined && { phone: canonicalPhone(phone).number }),
    ...(user.Email !== null && { email: user.Email }),
  };
}

export function vendorOf(tables: BuildiumTables, vendor: Wire.Vendor): Vendor {
  const trade = tradeOf(tables.vendorCategories.get(vendor.CategoryId)?.Name);
  const expires = vendor.VendorInsurance?.ExpirationDate ?? null;
  const preferred = tables.preferredVendors.rows().flatMap(({ PropertyId, VendorIds }) => {
    const rank = VendorIds.indexOf(vendor.Id) + 1;
    return rank === 0 ? [] : [{ property_id: String(PropertyId), rank }];
  });
  return {
    ...{ id: String(vendor.Id), name: vendor.CompanyName ?? `${vendor.FirstName} ${vendor.LastName}` },
    ...{ is_active: vendor.IsActive, do_not_use: false, trades: trade === undefined ? [] : [trade] },
    phones: vendor.PhoneNumbers.map(canonicalPhone),
    emails: [vendor.PrimaryEmail, vendor.AlternateEmail].flatMap((email) => email ?? []),
    ...{ takes_emergencies: false, service_area: [], preferred },
    compliance: { licences: [], ...(expires !== null && { general_liability_expires: expires }) },
  };
}
