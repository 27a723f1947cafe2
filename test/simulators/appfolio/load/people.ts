import type { Lease, Resident, Staff, Vendor } from '../../../../src/model/records.ts';
import type { Loading } from './portfolio.ts';
import { emailRows, namesOf, phoneRows, ROLE_NAME, TENANT_STATUS, TENANT_TYPE, TRADE_WORD } from './words.ts';

function loadUser({ id, tables, desk }: Loading, staff: Staff): void {
  tables.users.insert({
    ...{ Id: id('staff', staff.id), ...namesOf(staff.name), Email: staff.email ?? null },
    Roles: staff.roles.map((role) => ({ Name: ROLE_NAME[role] })),
    HiddenAt: staff.is_active ? null : new Date(desk.now()).toISOString(),
  });
}

function loadTenant({ id, tables }: Loading, resident: Resident, lease: Lease | undefined): void {
  const { first_name, last_name, name, unit_id, household_id } = resident;
  const party = lease?.parties.find(({ resident_id }) => resident_id === resident.id);
  tables.tenants.insert({
    ...{ Id: id('resident', resident.id), ...namesOf(name) },
    ...(first_name !== undefined && { FirstName: first_name }),
    ...(last_name !== undefined && { LastName: last_name }),
    ...{ PropertyId: id('property', resident.property_id), UnitId: unit_id === undefined ? null : id('unit', unit_id) },
    OccupancyId: household_id === undefined ? null : id('household', household_id),
    ...{ PhoneNumbers: phoneRows(resident.phones), Emails: emailRows(resident.emails) },
    ...{ Status: TENANT_STATUS[resident.status], PrimaryTenant: resident.role === 'primary' },
    ...{ TenantType: TENANT_TYPE[resident.role], HiddenAt: null },
    ...{ MoveInOn: party?.move_in ?? null, MoveOutOn: party?.move_out ?? null },
    ...{ LeaseStartDate: lease?.start_date ?? null, LeaseEndDate: lease?.end_date ?? null },
  });
}

function loadLease({ id, tables, desk }: Loading, lease: Lease): void {
  const Id = id('lease', lease.id);
  tables.leases.insert({
    ...{ Id, OccupancyId: id('household', lease.household_id), Status: 'Active' },
    ...{ StartOn: lease.start_date, EndOn: lease.end_date ?? null, IsMtm: lease.term === 'month_to_month' },
    ...{ SignedOn: lease.start_date, RenewedOn: null },
  });
  for (const { id: offer, start_date, rent, term_months, status } of lease.renewal_offers)
    if (status === 'offered')
      tables.renewal_pricings.insert({
        ...{ Id: desk.ids.uuid('pricing', offer), LeaseId: Id },
        ...{ StartDate: start_date, Price: rent / 100, LeaseTerm: term_months },
      });
}

function loadVendor({ id, tables, desk }: Loading, vendor: Vendor): void {
  const number = desk.ids.int('vendor', vendor.id, 301);
  const { general_liability_expires = null, workers_comp_expires = null } = vendor.compliance;
  tables.vendors.insert({
    ...{ Id: id('vendor', vendor.id), IsCompany: true, CompanyName: vendor.name, FirstName: null, LastName: null },
    ...{ PhoneNumbers: phoneRows(vendor.phones), Emails: emailRows(vendor.emails) },
    ...{ LiabilityInsuranceExpiration: general_liability_expires, WorkersCompExpiration: workers_comp_expires },
    Link: `https://simulated.appfolio.com/maintenance/vendors/${number}`,
    HiddenAt: vendor.is_active ? null : new Date(desk.now()).toISOString(),
  });
  tables.directory.insert({
    ...{ Id: String(number), vendor_id: number, company_name: vendor.name },
    vendor_trades: vendor.trades.map((trade) => TRADE_WORD[trade]).join(', '),
    do_not_use_for_work_order: vendor.do_not_use ? 'Yes' : 'No',
    ...{ workers_comp_expires, liability_ins_expires: general_liability_expires },
  });
}

/** Users, tenants, leases with their prices for renewal, and vendors. */
export function loadPeople(loading: Loading): void {
  const { portfolio } = loading;
  for (const staff of portfolio.staff) loadUser(loading, staff);
  const leases = new Map(portfolio.lease.map((lease) => [lease.household_id, lease]));
  for (const resident of portfolio.resident) loadTenant(loading, resident, leases.get(resident.household_id ?? ''));
  for (const lease of portfolio.lease) loadLease(loading, lease);
  for (const vendor of portfolio.vendor) loadVendor(loading, vendor);
}
