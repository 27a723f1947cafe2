import type { Resident } from '../../../model/records.ts';
import type { Phone } from '../../../model/values.ts';
import { day, flag, idText, phoneNumber, readBy, text } from '../../kit/codecs.ts';
import { path } from '../../kit/rest.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { idsFilter, windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { statusOf } from './leases.ts';

const PHONE_TYPES: Readonly<Record<string, Phone['type']>> = { Cell: 'mobile', Home: 'home', Office: 'work' };

/** Numbers as `{Number, Type}`; a fax is no telephone. */
export const phones = readBy((raw) =>
  (Array.isArray(raw) ? (raw as { Number?: string | null; Type?: string }[]) : []).flatMap(
    ({ Number: digits, Type }) =>
      !digits || Type === 'Fax' ? [] : [{ number: phoneNumber(digits), type: PHONE_TYPES[Type ?? ''] ?? 'other' }],
  ),
);

/** The first number of a list, for records that have room for one. */
export const firstPhone = readBy((raw) => {
  const [first] = raw as { Number?: string | null }[];
  return first?.Number ? phoneNumber(first.Number) : undefined;
});

/** First and alternate address, without repeating one. */
export const emails = readBy((raw) => {
  const { Email, PrimaryEmail, AlternateEmail } = raw as Record<string, string | null | undefined>;
  return [...new Set([Email ?? PrimaryEmail, AlternateEmail].filter((one): one is string => !!one))];
});

/** A person's or a company's name as people read it. */
export const fullName = readBy((raw) => {
  const { IsCompany, CompanyName, FirstName, LastName } = raw as Record<string, string | boolean | undefined>;
  if (IsCompany === true && CompanyName) return CompanyName;
  return [FirstName, LastName].filter(Boolean).join(' ') || CompanyName || undefined;
});

/** The lease that says where somebody lives: the current one, else the next, else the last. */
function homeOf({ Leases }: wire.Tenant): wire.Lease | undefined {
  const order = ['Active', 'Future', 'Past'];
  return [...(Leases ?? [])].sort(
    (a, b) =>
      order.indexOf(a.LeaseStatus ?? '') - order.indexOf(b.LeaseStatus ?? '') ||
      (b.LeaseFromDate ?? '').localeCompare(a.LeaseFromDate ?? ''),
  )[0];
}

/** What somebody is, by the lease: whoever has moved out is past, though others stay. */
function residentStatus(tenant: wire.Tenant): Resident['status'] {
  const home = homeOf(tenant);
  if (home === undefined) return 'past';
  if (home.Tenants?.find(({ Id }) => Id === tenant.Id)?.Status === 'MovedOut') return 'past';
  const status = statusOf(home);
  const leaves = home.MoveOutData?.some(({ TenantId }) => TenantId === tenant.Id) === true;
  return status === 'current' && leaves ? 'notice' : status;
}

const ofHome = (pick: (home: wire.Lease) => number | undefined) =>
  readBy((raw) => {
    const home = homeOf(raw as wire.Tenant);
    const id = home === undefined ? undefined : pick(home);
    return id === undefined ? undefined : String(id);
  });

export const RESIDENT = mapping(
  'resident',
  { wire: 'LeaseTenant', changes: 'webhook', freshness_seconds: 300, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'property_id', wire: '', as: ofHome(({ PropertyId }) => PropertyId), note: 'Leases' },
    { field: 'unit_id', wire: '', as: ofHome(({ UnitId }) => UnitId), note: 'Leases' },
    { field: 'household_id', wire: '', as: ofHome(({ Id }) => Id), note: 'Leases' },
    { field: 'name', wire: '', as: fullName, note: 'FirstName and LastName' },
    { field: 'first_name', wire: 'FirstName', as: text },
    { field: 'last_name', wire: 'LastName', as: text },
    {
      field: 'status',
      wire: '',
      as: readBy((raw) => residentStatus(raw as wire.Tenant)),
      support: 'mapped',
      note: 'Leases',
    },
    { field: 'phones', wire: 'PhoneNumbers', as: phones, note: 'one home, one work and one mobile number are written' },
    { field: 'emails', wire: '', as: emails, note: 'Email and AlternateEmail: two at most' },
    { field: 'birth_date', wire: 'DateOfBirth', as: day },
  ],
  [
    { field: 'preferred_channel', support: 'sidecar' },
    {
      field: 'forwarding_address',
      support: 'sidecar',
      note: 'AlternateAddress takes a whole address, not a line of text',
    },
    { field: 'consents', support: 'sidecar', note: 'SMSOptInStatus is read-only and knows one channel' },
    { field: 'preferred_name', support: 'unsupported' },
  ],
);

export function residentReader(vendor: Vendor): Reader<'resident'> {
  const { client, circumstances } = vendor;
  return {
    async get(_scope, id, signal) {
      const tenant = await client.one<wire.Tenant>((one) => path`v1/leases/tenants/${one}`, id, signal);
      return tenant === undefined ? undefined : readRecord(RESIDENT, tenant, circumstances);
    },
    async list(query, signal) {
      const { property_id, unit_id, household_id, since } = query;
      const page = await client.page<wire.Tenant>(
        'v1/leases/tenants',
        { ...idsFilter('propertyids', property_id), ...idsFilter('unitids', unit_id), lastupdatedfrom: since },
        windowOf(query),
        signal,
      );
      return vendor.pageOf(page, (tenant) => {
        // Applicants who never had a lease are tenants of no property.
        if (!tenant.Leases?.length) return undefined;
        if (household_id !== undefined && !tenant.Leases.some(({ Id }) => String(Id) === household_id))
          return undefined;
        return readRecord(RESIDENT, tenant, circumstances);
      });
    },
  };
}

export const STAFF = mapping('staff', { wire: 'User', changes: 'poll', freshness_seconds: 900, evidence: 'seen' }, [
  { field: 'id', wire: 'Id', as: idText, always: true },
  { field: 'name', wire: '', as: fullName },
  {
    field: 'roles',
    wire: '',
    as: readBy(() => []),
    support: 'unsupported',
    note: "roles are each account's own; `staff` of the configuration says who does what",
  },
  { field: 'phone', wire: 'PhoneNumbers', as: firstPhone },
  { field: 'email', wire: 'Email', as: text },
  { field: 'is_active', wire: 'IsActive', as: flag },
]);

export function staffReader(vendor: Vendor): Reader<'staff'> {
  const { client, circumstances } = vendor;
  return {
    async get(_scope, id, signal) {
      const user = await client.one<{ UserTypes?: string[] }>((one) => path`v1/users/${one}`, id, signal);
      return user?.UserTypes?.includes('Staff') ? readRecord(STAFF, user, circumstances) : undefined;
    },
    async list(query, signal) {
      const page = await client.page('v1/users', { usertypes: ['Staff'] }, windowOf(query), signal);
      return vendor.pageOf(page, (user) => readRecord(STAFF, user, circumstances));
    },
  };
}
