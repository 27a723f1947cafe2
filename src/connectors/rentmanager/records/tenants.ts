import type { RecordKind, RecordOf, Resident } from '../../../model/records.ts';
import type { ListQuery } from '../../connector.ts';
import { day, idText, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { LARGEST_PAGE } from '../limits.ts';
import { CONTACT_ROLES } from '../tables.ts';
import { isId } from '../transport.ts';
import { filtersOf, fits, pageOf, placeOf, type Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { fullName, phones } from '../words.ts';
import { homeOf, leaseState } from './lease_state.ts';

/** A tenant with its people and where they live; one request for a thousand of them. */
export const TENANT_EMBEDS: readonly string[] = [
  'Contacts.PhoneNumbers.PhoneNumberType',
  'Contacts.ContactType',
  'Leases.LeaseRenewals',
];

export const HOUSEHOLD = mapping(
  'household',
  { wire: 'Tenant', changes: 'webhook', freshness_seconds: 300, evidence: 'seen' },
  [
    { field: 'id', wire: 'Tenant.TenantID', as: idText, always: true },
    { field: 'property_id', wire: 'Tenant.PropertyID', as: idText, always: true },
    { field: 'unit_id', wire: 'Home.UnitID', as: idText, called: 'Leases' },
    { field: 'name', wire: 'Tenant', as: readBy((raw) => (raw as wire.Tenant).Name || fullName(raw as wire.Tenant)) },
    {
      field: 'resident_ids',
      wire: 'Tenant',
      as: readBy((raw) => contactsOf(raw as wire.Tenant).map((one) => residentId(raw as wire.Tenant, one))),
      called: 'Contacts',
    },
  ],
);

export const RESIDENT = mapping(
  'resident',
  { wire: 'Tenant + Contact', changes: 'webhook', freshness_seconds: 300, evidence: 'seen' },
  [
    { field: 'id', wire: 'id', as: text, called: 'TenantID, and ContactID of all but the primary contact' },
    { field: 'property_id', wire: 'Tenant.PropertyID', as: idText, always: true },
    { field: 'unit_id', wire: 'Home.UnitID', as: idText, called: 'Leases' },
    { field: 'household_id', wire: 'Tenant.TenantID', as: idText },
    { field: 'name', wire: 'Contact', as: readBy((raw) => fullName(raw as wire.Contact) || undefined) },
    { field: 'first_name', wire: 'Contact.FirstName', as: text },
    { field: 'last_name', wire: 'Contact.LastName', as: text },
    {
      field: 'role',
      wire: 'Contact',
      as: readBy((raw) => roleOf(raw as wire.Contact)),
      support: 'mapped',
      called: 'Contact.IsPrimary and ContactType',
      note: 'types of contact are named by each company; an unknown one counts as a roommate',
    },
    { field: 'status', wire: 'status', as: text, support: 'mapped', called: 'Leases and EvictionID' },
    { field: 'phones', wire: 'Contact.PhoneNumbers', as: phones, evidence: 'inferred' },
    {
      field: 'emails',
      wire: 'Contact.Email',
      as: readBy((raw) => [String(raw)]),
      evidence: 'inferred',
      note: 'a contact has one address',
    },
    { field: 'birth_date', wire: 'Contact.DateOfBirth', as: day },
  ],
  [
    { field: 'preferred_channel', support: 'sidecar' },
    { field: 'consents', support: 'sidecar' },
    {
      field: 'forwarding_address',
      support: 'sidecar',
      note: 'types of address are named by each company, and a whole address is wanted',
    },
    { field: 'preferred_name', support: 'unsupported' },
  ],
);

/** The people of a tenant, the primary contact first. A tenant without contacts is a person of its own. */
function contactsOf(tenant: wire.Tenant): wire.Contact[] {
  const all = tenant.Contacts ?? [];
  const primary = all.find(({ IsPrimary }) => IsPrimary === true) ?? all[0];
  if (primary === undefined) {
    const { FirstName, LastName, Name } = tenant;
    const last = LastName ?? (FirstName === undefined ? Name : undefined);
    return [{ ContactID: 0, IsPrimary: true, ...(FirstName && { FirstName }), ...(last && { LastName: last }) }];
  }
  return [
    { ...primary, IsPrimary: true },
    ...all.filter((one) => one !== primary).map((one) => ({ ...one, IsPrimary: false })),
  ];
}

/**
 * The primary contact is known by the tenant's id, which is what service issues and ledgers name; every other one by both
 * ids. So a webhook about a contact says whom it is about, and a person is found with one request.
 */
function residentId({ TenantID }: wire.Tenant, { ContactID, IsPrimary }: wire.Contact): string {
  return IsPrimary ? String(TenantID) : `${TenantID}-${ContactID}`;
}

/** The tenant's and the contact's id; the latter undefined for the primary contact. Undefined where it is no such id. */
export function residentIds(id: string): { tenant: string; contact?: string } | undefined {
  const [tenant = '', contact, ...more] = id.split('-');
  if (!isId(tenant) || more.length > 0 || (contact !== undefined && !isId(contact))) return undefined;
  return { tenant, ...(contact !== undefined && { contact }) };
}

function roleOf({ IsPrimary, ContactType }: wire.Contact): Resident['role'] {
  return IsPrimary ? 'primary' : (CONTACT_ROLES[ContactType?.Name?.toLowerCase() ?? ''] ?? 'roommate');
}

/** The contact of a resident, with what it belongs to. */
export function contactOf(tenant: wire.Tenant, id: string): wire.Contact | undefined {
  return contactsOf(tenant).find((one) => residentId(tenant, one) === id);
}

const todayOf = (vendor: Vendor, { PropertyID }: wire.Tenant) =>
  vendor.today(PropertyID === undefined ? undefined : String(PropertyID));

export function readHousehold(vendor: Vendor, tenant: wire.Tenant): RecordOf<'household'>[] {
  const Home = homeOf(tenant, todayOf(vendor, tenant));
  return present(readRecord(HOUSEHOLD, { Tenant: tenant, Home }, vendor.circumstances));
}

function readResidents(vendor: Vendor, tenant: wire.Tenant): Resident[] {
  const today = todayOf(vendor, tenant);
  const Home = homeOf(tenant, today);
  const status = Home === undefined ? 'past' : leaseState(Home, tenant, today);
  return contactsOf(tenant).flatMap((Contact) =>
    present(
      readRecord(
        RESIDENT,
        { id: residentId(tenant, Contact), Tenant: tenant, Home, Contact, status },
        vendor.circumstances,
      ),
    ),
  );
}

function present<T>(record: T | undefined): T[] {
  return record === undefined ? [] : [record];
}

/** How records of one kind come out of tenants. */
interface TenantSource<K extends RecordKind> {
  kind: K;
  read(vendor: Vendor, tenant: wire.Tenant, signal?: AbortSignal): RecordOf<K>[] | Promise<RecordOf<K>[]>;
  /** The tenant that a record belongs to. */
  tenantOf(id: string, signal?: AbortSignal): Promise<string | undefined> | string | undefined;
  /** Linked records that are wanted besides those of every tenant. */
  embeds?: readonly string[];
  /** Records that a tenant gives, about: pages are cut so that they are as long as was asked for. */
  each?: number;
}

/**
 * A reader of what hangs on tenants. Where a list is narrowed down by the unit, or leases are wanted that have changed,
 * the leases say which tenants are meant.
 */
export function tenantReader<K extends 'household' | 'resident' | 'lease'>(
  vendor: Vendor,
  source: TenantSource<K>,
): Reader<K> {
  const { client } = vendor;
  const embeds = [...TENANT_EMBEDS, ...(source.embeds ?? [])];
  const readAll = async (tenants: readonly wire.Tenant[], signal?: AbortSignal) => {
    const records: RecordOf<K>[] = [];
    for (const tenant of tenants) records.push(...(await source.read(vendor, tenant, signal)));
    return records;
  };

  async function byLeases(query: ListQuery, signal?: AbortSignal) {
    const filters = filtersOf(vendor, { by: LEASE_FIELDS }, query);
    if (filters === undefined) return { records: [] };
    const place = placeOf(query, LARGEST_PAGE);
    const { rows, more } = await client.page<wire.Lease>('Leases', { filters }, place, signal);
    const changed = new Set(rows.map(({ LeaseID }) => String(LeaseID)));
    const tenantIds = rows.flatMap(({ TenantID }) => TenantID ?? []);
    const tenants = await client.among<wire.Tenant>('Tenants', 'TenantID', tenantIds, embeds, signal);
    const records = (await readAll(tenants, signal)).filter(
      (record) => fits(source.kind, query, record) && (source.kind !== 'lease' || changed.has(record.id)),
    );
    return pageOf<K>(records, more, place, query.limit ?? LARGEST_PAGE);
  }

  return {
    async get(_scope, id, signal) {
      const tenantId = await source.tenantOf(id, signal);
      const tenant =
        tenantId === undefined ? undefined : await client.one<wire.Tenant>('Tenants', tenantId, embeds, signal);
      if (tenant === undefined) return undefined;
      return (await readAll([tenant], signal)).find((record) => record.id === id);
    },
    async list(query, signal) {
      if (query.unit_id !== undefined || (source.kind === 'lease' && query.since !== undefined))
        return byLeases(query, signal);
      const filters = filtersOf(vendor, { by: { property_id: 'PropertyID', household_id: 'TenantID' } }, query);
      if (filters === undefined) return { records: [] };
      const limit = query.limit ?? LARGEST_PAGE;
      const place = placeOf({ ...query, limit: Math.ceil(limit / (source.each ?? 1)) }, LARGEST_PAGE);
      const page = await client.page<wire.Tenant>('Tenants', { filters, embeds }, place, signal);
      const records = (await readAll(page.rows, signal)).filter((record) => fits(source.kind, query, record));
      return pageOf<K>(records, page.more, place, limit);
    },
  };
}

const LEASE_FIELDS = { property_id: 'PropertyID', unit_id: 'UnitID', household_id: 'TenantID' };

export function householdReader(vendor: Vendor): Reader<'household'> {
  return tenantReader<'household'>(vendor, {
    kind: 'household',
    read: readHousehold,
    tenantOf: (id) => id,
  });
}

export function residentReader(vendor: Vendor): Reader<'resident'> {
  return tenantReader<'resident'>(vendor, {
    kind: 'resident',
    read: readResidents,
    tenantOf: (id) => residentIds(id)?.tenant,
    each: 2,
  });
}
