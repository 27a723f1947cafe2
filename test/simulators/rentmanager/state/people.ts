import type { Lease, Property, RecordOf, Resident, Staff, Unit, Vendor } from '../../../../src/model/records.ts';
import { TRADES, type Address, type Phone, type Trade } from '../../../../src/model/values.ts';
import { addDays } from '../../../../src/model/zoned_time.ts';
import type { World } from '../../shared/vendor.ts';
import { todayAt } from '../moments.ts';
import { listIn, numberIn, type RentManagerTables, type Row, textIn } from '../tables.ts';
import { CONTACT_TYPES, keyOf, PHONE_TYPES, spoken } from '../words.ts';

type W = World<RentManagerTables>;

export const idIn = (row: Row, field: string): string => String(row[field]);

export function dayIn(row: Row, field: string): string | undefined {
  return textIn(row, field)?.slice(0, 10);
}

function where({ tables }: W, table: string, index: string, id: unknown): Row[] {
  return (tables[table]?.where(index, id as number) ?? []).map(({ row }) => row);
}

function addressOf(row: Row): Address {
  const { Street, City, State, PostalCode } = row as Record<string, string>;
  const [street = '', street2] = (Street ?? '').split('\r\n');
  return {
    ...{ street, city: City ?? '', state: State ?? '', postal_code: PostalCode ?? '' },
    ...(street2 !== undefined && { street2 }),
  };
}

export function phonesOf(row: Row | undefined): Phone[] {
  return listIn(row ?? {}, 'PhoneNumbers').map(({ PhoneNumber, PhoneNumberType }) => ({
    number: String(PhoneNumber),
    type: keyOf(PHONE_TYPES, (PhoneNumberType as { Name?: string } | undefined)?.Name) ?? 'other',
  }));
}

export function propertyOf(_world: W, row: Row): Property {
  const [address = {}] = row['$Addresses'] as Row[];
  const [phone] = (row['$PhoneNumbers'] as Row[] | undefined) ?? [];
  return {
    ...{ id: idIn(row, 'PropertyID'), name: idIn(row, 'Name'), nicknames: [idIn(row, 'ShortName')] },
    ...{ address: addressOf(address), is_active: row['IsActive'] === true },
    ...(phone !== undefined && { phone: String(phone['PhoneNumber']) }),
  };
}

/** What a lease is today, out of its dates. */
function stateOfLease(lease: Row, start: string | undefined, isEvicted: boolean, today: string): Lease['status'] {
  const [movedIn = start, out] = [dayIn(lease, 'MoveInDate'), dayIn(lease, 'MoveOutDate')];
  if (out !== undefined && out < today) return 'past';
  if (movedIn === undefined || movedIn > today) return 'future';
  if (isEvicted) return 'eviction';
  return (out ?? dayIn(lease, 'NoticeDate') ?? dayIn(lease, 'ExpectedMoveOutDate')) ? 'notice' : 'current';
}

function startOf(world: W, lease: Row): string | undefined {
  return where(world, 'LeaseRenewals', 'ParentLeaseID', lease['LeaseID']).flatMap(
    (term) => dayIn(term, 'StartDate') ?? [],
  )[0];
}

export function unitOf(world: W, row: Row): Unit {
  const today = todayAt(world, row['PropertyID']);
  const leases = where(world, 'Leases', 'UnitID', row['UnitID']);
  const states = leases.map((lease) => stateOfLease(lease, startOf(world, lease), false, today));
  const isDown = (row['$Statuses'] as readonly string[]).at(-1) === 'Down';
  const leaving = leases.filter((_lease, at) => states[at] === 'notice');
  const stays = states.includes('current');
  const isTaken = states.includes('future');
  const last = leaving
    .map((lease) => dayIn(lease, 'ExpectedMoveOutDate') ?? dayIn(lease, 'MoveOutDate'))
    .sort()
    .at(-1);
  const occupancy = stays ? 'occupied' : leaving.length > 0 ? 'notice' : isDown ? 'down' : 'vacant';
  const isFree = occupancy === 'vacant' || (occupancy === 'notice' && last !== undefined);
  return {
    ...{ id: idIn(row, 'UnitID'), property_id: idIn(row, 'PropertyID'), name: idIn(row, 'Name') },
    ...{ bedrooms: numberIn(row, 'Bedrooms'), bathrooms: numberIn(row, 'Bathrooms') },
    ...{ square_feet: numberIn(row, 'SquareFootage'), occupancy, is_listed: isFree && !isTaken },
    ...(occupancy === 'notice' && last !== undefined && { available_on: addDays(last, 1) }),
  };
}

function contactsOf(world: W, tenant: Row): Row[] {
  const all = where(world, 'Contacts', 'ParentID', tenant['TenantID']).filter(
    ({ ParentType }) => ParentType === 'Tenant',
  );
  return [...all.filter(({ IsPrimary }) => IsPrimary), ...all.filter(({ IsPrimary }) => !IsPrimary)];
}

/** The primary contact goes by the tenant's number, everybody else by both. */
function residentId(tenant: Row, contact: Row): string {
  return contact['IsPrimary'] ? idIn(tenant, 'TenantID') : `${tenant['TenantID']}-${contact['ContactID']}`;
}

function home(world: W, tenant: Row): { lease: Row; status: Lease['status'] } | undefined {
  const today = todayAt(world, tenant['PropertyID']);
  const [lease] = where(world, 'Leases', 'TenantID', tenant['TenantID']);
  if (lease === undefined) return undefined;
  const isEvicted = tenant['EvictionID'] !== undefined;
  return { lease, status: stateOfLease(lease, startOf(world, lease), isEvicted, today) };
}

export function householdOf(world: W, row: Row): RecordOf<'household'> {
  const place = home(world, row)?.lease;
  return {
    ...{ id: idIn(row, 'TenantID'), property_id: idIn(row, 'PropertyID'), name: idIn(row, 'Name') },
    resident_ids: contactsOf(world, row).map((contact) => residentId(row, contact)),
    ...(place !== undefined && { unit_id: idIn(place, 'UnitID') }),
  };
}

export function residentsOf(world: W, tenant: Row): Resident[] {
  const place = home(world, tenant);
  return contactsOf(world, tenant).map((contact) => {
    const [first_name, last_name] = [textIn(contact, 'FirstName'), textIn(contact, 'LastName')];
    const kind = keyOf(CONTACT_TYPES, (contact['$ContactType'] as Row | undefined)?.['Name']);
    const birth_date = dayIn(contact, 'DateOfBirth');
    return {
      ...{
        id: residentId(tenant, contact),
        property_id: idIn(tenant, 'PropertyID'),
        household_id: idIn(tenant, 'TenantID'),
      },
      ...{ name: [first_name, last_name].filter(Boolean).join(' '), status: place?.status ?? 'past' },
      ...(first_name !== undefined && { first_name }),
      ...(last_name !== undefined && { last_name }),
      role: contact['IsPrimary'] ? 'primary' : kind === undefined || kind === 'primary' ? 'roommate' : kind,
      ...{ phones: phonesOf(contact), emails: contact['Email'] ? [idIn(contact, 'Email')] : [], consents: [] },
      ...(place !== undefined && { unit_id: idIn(place.lease, 'UnitID') }),
      ...(birth_date !== undefined && { birth_date }),
    };
  });
}

export function leasesOf(world: W, tenant: Row): Lease[] {
  const today = todayAt(world, tenant['PropertyID']);
  const people = contactsOf(world, tenant).map((contact) => residentId(tenant, contact));
  return where(world, 'Leases', 'TenantID', tenant['TenantID']).map((lease) => {
    const [term] = where(world, 'LeaseRenewals', 'ParentLeaseID', lease['LeaseID']);
    const [start, end] = [dayIn(term ?? {}, 'StartDate') ?? today, dayIn(term ?? {}, 'EndDate')];
    const [move_in, notice, out] = [
      dayIn(lease, 'MoveInDate'),
      dayIn(lease, 'NoticeDate'),
      dayIn(lease, 'MoveOutDate') ?? dayIn(lease, 'ExpectedMoveOutDate'),
    ];
    const [rent] = where(world, 'RecurringCharges', 'EntityKeyID', tenant['TenantID']);
    return {
      ...{ id: idIn(lease, 'LeaseID'), property_id: idIn(lease, 'PropertyID'), unit_id: idIn(lease, 'UnitID') },
      ...{ household_id: idIn(tenant, 'TenantID'), start_date: start, term: end ? 'fixed' : 'month_to_month' },
      status: stateOfLease(lease, start, tenant['EvictionID'] !== undefined, today),
      ...(end !== undefined && { end_date: end }),
      ...{
        rent: Math.round(Number(rent?.['Amount'] ?? 0) * 100),
        deposit: Math.round(Number(tenant['$DepositHeld']) * 100),
      },
      parties: people.map((resident_id) => ({
        ...{
          resident_id,
          ...(move_in && { move_in }),
          ...(notice && { notice_date: notice }),
          ...(out && { move_out: out }),
        },
      })),
      ...(notice !== undefined && { notice_date: notice }),
      ...(out !== undefined && { move_out_date: out }),
      renewal_offers: [],
    };
  });
}

export function staffOf(_world: W, row: Row): Staff {
  return {
    ...{
      id: idIn(row, 'UserID'),
      name: idIn(row, 'Name'),
      is_active: row['IsActive'] === true,
      trades: [],
      property_ids: [],
    },
    roles: [
      ...(row['IsRmServiceUser'] ? ['technician' as const] : []),
      ...(row['IsLeasingAgent'] ? ['leasing_agent' as const] : []),
    ],
    ...(row['Email'] !== undefined && { email: idIn(row, 'Email') }),
  };
}

export function vendorOf(world: W, row: Row): Vendor {
  const words = (textIn(row, 'Category') ?? '').split(', ');
  const contacts = where(world, 'Contacts', 'ParentID', row['VendorID']).filter(
    ({ ParentType }) => ParentType === 'Vendor',
  );
  const [liability, comp] = [dayIn(row, 'InsuranceExpiration'), dayIn(row, 'WorkersCompExpiration')];
  return {
    ...{ id: idIn(row, 'VendorID'), name: idIn(row, 'Name'), is_active: row['IsActive'] === true, do_not_use: false },
    trades: words.flatMap((word) => TRADES.find((trade): trade is Trade => spoken(trade) === word) ?? []),
    ...{ phones: phonesOf(row), emails: contacts.flatMap(({ Email }) => (Email ? [String(Email)] : [])) },
    ...{ takes_emergencies: false, service_area: [], preferred: [] },
    compliance: {
      ...(liability !== undefined && { general_liability_expires: liability }),
      ...(comp !== undefined && { workers_comp_expires: comp }),
      licences: [],
    },
  };
}
