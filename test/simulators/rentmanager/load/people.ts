import type { Lease, Resident } from '../../../../src/model/records.ts';
import { CONTACT_TYPES, spoken } from '../words.ts';
import { dollars, midnight, type Loading } from './context.ts';

/** Households are tenants; their people are contacts, their leases hang on them. */
export function loadTenants(loading: Loading): void {
  const { portfolio } = loading;
  const people = Map.groupBy(portfolio.resident, ({ household_id }) => household_id);
  const leases = Map.groupBy(portfolio.lease, ({ household_id }) => household_id);
  for (const household of portfolio.household) {
    const TenantID = loading.id('Tenants', household.id);
    const own = leases.get(household.id) ?? [];
    const all = household.resident_ids.flatMap((id) => (people.get(household.id) ?? []).filter((one) => one.id === id));
    const primary = all.find(({ role }) => role === 'primary') ?? all[0];
    loading.put('Tenants', {
      ...{ TenantID, PropertyID: loading.id('Properties', household.property_id), Name: household.name },
      ...{ FirstName: primary?.first_name, LastName: primary?.last_name ?? primary?.name },
      $DepositHeld: dollars(own.reduce((sum, { deposit = 0 }) => sum + deposit, 0)),
      ...(own.some(({ status }) => status === 'eviction') && { EvictionID: loading.next('Evictions') }),
    });
    for (const one of all) loadContact(loading, TenantID, one, one === primary);
    for (const lease of own) loadLease(loading, TenantID, lease);
  }
}

function loadContact(loading: Loading, TenantID: number, one: Resident, IsPrimary: boolean): void {
  loading.put('Contacts', {
    ...{ ContactID: loading.id('Contacts', one.id), ParentID: TenantID, ParentType: 'Tenant', IsPrimary },
    ...{ FirstName: one.first_name, LastName: one.last_name ?? one.name, Email: one.emails[0] },
    DateOfBirth: midnight(one.birth_date),
    $ContactType: { Name: CONTACT_TYPES[one.role] },
    PhoneNumbers: loading.phones(one.phones),
  });
}

function loadLease(loading: Loading, TenantID: number, lease: Lease): void {
  const LeaseID = loading.id('Leases', lease.id);
  const [party] = lease.parties.filter(({ move_in }) => move_in !== undefined);
  const notice = lease.notice_date ?? lease.parties.find(({ notice_date }) => notice_date)?.notice_date;
  const out = lease.move_out_date ?? lease.parties.find(({ move_out }) => move_out)?.move_out;
  const UnitID = loading.id('Units', lease.unit_id);
  loading.put('Leases', {
    ...{ LeaseID, TenantID, UnitID, PropertyID: loading.id('Properties', lease.property_id) },
    ...{ MoveInDate: midnight(party?.move_in), NoticeDate: midnight(notice) },
    ...(lease.status === 'past'
      ? { MoveOutDate: midnight(out ?? lease.end_date) }
      : { ExpectedMoveOutDate: midnight(out) }),
  });
  loading.put('LeaseRenewals', {
    ...{ LeaseRenewalID: loading.next('LeaseRenewals'), ParentLeaseID: LeaseID },
    ...{ StartDate: midnight(lease.start_date), EndDate: midnight(lease.end_date) },
  });
  const rent = loading.portfolio.charge_code.find(({ name }) => name === 'Rent');
  if (rent === undefined) return;
  loading.put('RecurringCharges', {
    ...{ RecurringChargeID: loading.next('RecurringCharges'), EntityType: 'Tenant', EntityKeyID: TenantID, UnitID },
    ...{ Frequency: 1, ChargeTypeID: loading.id('ChargeTypes', rent.id), Amount: dollars(lease.rent) },
    ...{
      FromDate: midnight(lease.start_date),
      ToDate: lease.status === 'past' ? midnight(out ?? lease.end_date) : undefined,
    },
  });
}

export function loadStaff(loading: Loading): void {
  for (const one of loading.portfolio.staff) {
    const [Firstname, ...rest] = one.name.split(' ');
    loading.put('Users', {
      ...{ UserID: loading.id('Users', one.id), Username: `user${one.id}`, Name: one.name, Email: one.email },
      ...{ Firstname, Lastname: rest.join(' '), IsActive: one.is_active },
      ...{ IsLeasingAgent: one.roles.includes('leasing_agent'), IsRmServiceUser: one.roles.includes('technician') },
    });
  }
}

export function loadVendors(loading: Loading): void {
  for (const one of loading.portfolio.vendor) {
    const VendorID = loading.id('Vendors', one.id);
    loading.put('Vendors', {
      ...{ VendorID, Name: one.name, IsActive: one.is_active, PhoneNumbers: loading.phones(one.phones) },
      Category: one.trades.map(spoken).join(', ') || undefined,
      InsuranceExpiration: midnight(one.compliance.general_liability_expires),
      WorkersCompExpiration: midnight(one.compliance.workers_comp_expires),
    });
    for (const Email of one.emails)
      loading.put('Contacts', {
        ...{ ContactID: loading.next('Contacts'), ParentID: VendorID, ParentType: 'Vendor', Email },
        ...{ FirstName: 'Dispatch', LastName: one.name, PhoneNumbers: [] },
      });
  }
}
