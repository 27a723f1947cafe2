import type { SandboxState } from '../../../../src/connectors/sandbox/connector.ts';
import type { Lease, RecordOf, Resident, Staff, Vendor } from '../../../../src/model/records.ts';
import { addDays } from '../../../../src/model/zoned_time.ts';
import type { World } from '../../shared/vendor.ts';
import { phonesOf, ROLE_NAME, STATUS_OF_TENANT, tradeOf } from '../load/words.ts';
import type { AppfolioTables, Row } from '../tables.ts';

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const mails = (rows: unknown) => ((rows ?? []) as { EmailAddress: string }[]).map(({ EmailAddress }) => EmailAddress);
const nameOf = ({ FirstName, LastName }: Row) => `${String(FirstName)} ${String(LastName)}`;

function roleOf({ PrimaryTenant, TenantType }: Row): Resident['role'] {
  if (PrimaryTenant === true) return 'primary';
  return TenantType === 'Co-signer' ? 'guarantor' : TenantType === 'Other Occupant' ? 'occupant' : 'roommate';
}

function residentOf(row: Row): Resident {
  return {
    ...{ id: row.Id, property_id: String(row['PropertyId']), name: nameOf(row) },
    ...{ first_name: String(row['FirstName']), last_name: String(row['LastName']) },
    ...(row['UnitId'] !== null && { unit_id: String(row['UnitId']) }),
    ...(row['OccupancyId'] !== null && { household_id: String(row['OccupancyId']) }),
    ...{ role: roleOf(row), status: STATUS_OF_TENANT[String(row['Status'])] ?? 'current' },
    ...{ phones: phonesOf(row['PhoneNumbers']), emails: mails(row['Emails']), consents: [] },
  };
}

/** The tenants of an occupancy, the primary one first. */
function membersOf(tables: AppfolioTables, occupancy: unknown): Row[] {
  const members = tables.tenants.where('OccupancyId', String(occupancy)).map(({ row }) => row);
  return [...members.filter(isPrimary), ...members.filter((row) => !isPrimary(row))];
}
const isPrimary = ({ PrimaryTenant }: Row) => PrimaryTenant === true;

function householdOf(tables: AppfolioTables, occupancy: string): RecordOf<'household'> {
  const members = membersOf(tables, occupancy);
  const [first] = members as [Row];
  const inOrder = tables.tenants.where('OccupancyId', occupancy).map(({ row }) => String(row['LastName']));
  return {
    ...{ id: occupancy, property_id: String(first['PropertyId']), unit_id: String(first['UnitId']) },
    ...{ name: [...new Set(inOrder)].join(' & '), resident_ids: members.map(({ Id }) => Id).sort() },
  };
}

function rentOf(tables: AppfolioTables, lease: Row, today: string): number {
  const day = String(lease['EndOn'] ?? today);
  const charges = tables.recurring_charges
    .where('OccupancyId', String(lease['OccupancyId']))
    .map(({ row }) => row as Row & { StartDate: string; EndDate: string | null; Amount: number });
  const live = charges.filter(({ StartDate, EndDate }) => StartDate <= day && (EndDate ?? '9999') >= day);
  const counted = live.length > 0 ? live : charges.slice(-1);
  return counted.reduce((sum, { Amount }) => sum + Math.round(Amount * 100), 0);
}

/** So many months from a day on, which is never beyond the 28th here. */
function monthsOn(day: string, months: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.toISOString().slice(0, 10);
}

function offersOf(tables: AppfolioTables, lease: Row, today: string): Lease['renewal_offers'] {
  return tables.renewal_pricings.where('LeaseId', lease.Id).map(({ row }) => {
    const { StartDate, LeaseTerm, Price } = row as Row & { StartDate: string; LeaseTerm: number; Price: number };
    const end_date = addDays(monthsOn(StartDate, LeaseTerm), -1);
    const isTaken = lease['RenewedOn'] !== null && lease['EndOn'] === end_date;
    return {
      ...{ id: `${lease.Id}:${StartDate}:${LeaseTerm}`, start_date: StartDate, end_date, term_months: LeaseTerm },
      ...{ rent: Math.round(Price * 100), status: isTaken ? 'accepted' : StartDate < today ? 'expired' : 'offered' },
    };
  });
}

function leaseOf(tables: AppfolioTables, lease: Row, today: string): Lease {
  const members = membersOf(tables, lease['OccupancyId']);
  const [first] = members as [Row];
  const { StartOn, EndOn, IsMtm } = lease as Row & { StartOn: string; EndOn: string | null; IsMtm: boolean };
  return {
    ...{ id: lease.Id, property_id: String(first['PropertyId']), unit_id: String(first['UnitId']) },
    household_id: String(lease['OccupancyId']),
    status: StartOn > today ? 'future' : (STATUS_OF_TENANT[String(first['Status'])] ?? 'current'),
    ...{ term: IsMtm ? 'month_to_month' : 'fixed', start_date: StartOn },
    ...(EndOn !== null && !IsMtm && { end_date: EndOn }),
    rent: rentOf(tables, lease, today),
    parties: members
      .filter(({ TenantType }) => TenantType !== 'Other Occupant')
      .map(({ Id, MoveInOn, MoveOutOn }) => ({
        resident_id: Id,
        ...(text(MoveInOn) !== undefined && { move_in: String(MoveInOn) }),
        ...(text(MoveOutOn) !== undefined && { move_out: String(MoveOutOn) }),
      })),
    ...(text(first['MoveOutOn']) !== undefined && { move_out_date: String(first['MoveOutOn']) }),
    renewal_offers: offersOf(tables, lease, today),
  };
}

const ROLES = Object.keys(ROLE_NAME) as Staff['roles'];

function staffOf(row: Row): Staff {
  const names = (row['Roles'] as { Name: string }[]).map(({ Name }) => Name);
  return {
    ...{ id: row.Id, name: nameOf(row), roles: ROLES.filter((role) => names.includes(ROLE_NAME[role])) },
    ...{ trades: [], property_ids: [], is_active: row['HiddenAt'] === null },
    ...(text(row['Email']) !== undefined && { email: String(row['Email']) }),
  };
}

function vendorOf(tables: AppfolioTables, row: Row): Vendor {
  const entry = tables.directory.get(String(row['Link']).split('/').at(-1) ?? '');
  const words = String(entry?.['vendor_trades'] ?? '').split(', ');
  const [liability, workers] = [text(row['LiabilityInsuranceExpiration']), text(row['WorkersCompExpiration'])];
  return {
    ...{ id: row.Id, name: String(row['CompanyName']), is_active: row['HiddenAt'] === null },
    ...{ do_not_use: entry?.['do_not_use_for_work_order'] === 'Yes', phones: phonesOf(row['PhoneNumbers']) },
    ...{ trades: words.filter((word) => word !== '').map(tradeOf), emails: mails(row['Emails']) },
    ...{ takes_emergencies: false, service_area: [], preferred: [] },
    compliance: {
      ...(liability !== undefined && { general_liability_expires: liability }),
      ...(workers !== undefined && { workers_comp_expires: workers }),
      licences: [],
    },
  };
}

type People = 'resident' | 'household' | 'lease' | 'staff' | 'vendor';

export function peopleState({ tables, now }: World<AppfolioTables>): Pick<SandboxState, People> {
  const today = new Date(now()).toISOString().slice(0, 10);
  const occupancies = new Set(tables.tenants.rows().map(({ OccupancyId }) => String(OccupancyId)));
  return {
    resident: tables.tenants.rows().map(residentOf),
    household: [...occupancies].map((occupancy) => householdOf(tables, occupancy)),
    lease: tables.leases.rows().map((row) => leaseOf(tables, row, today)),
    staff: tables.users.rows().map(staffOf),
    vendor: tables.vendors.rows().map((row) => vendorOf(tables, row)),
  };
}
