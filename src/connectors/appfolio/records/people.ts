import type { RecordOf } from '../../../model/records.ts';
import type { ListQuery, Page } from '../../connector.ts';
import { fixed, idText, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { always, emails, nameOf, orElse, phones } from '../codecs.ts';
import { POLL_FRESHNESS_SECONDS, WEBHOOK_FRESHNESS_SECONDS } from '../limits.ts';
import { idFilter, isId, windowOf, type WirePage } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type { Tenant, User } from '../wire.ts';

/** `Status` of a tenant, a closed list. */
const RESIDENT_STATUS = { Current: 'current', Past: 'past', Future: 'future', Evict: 'eviction', Notice: 'notice' };

/** Kinds of tenants that are no party to the lease; the words of `TenantType` were not seen. */
const ROLE_WORDS: readonly (readonly [RegExp, string])[] = [
  [/guarantor|co-?signer/i, 'guarantor'],
  [/occupant|dependent|minor/i, 'occupant'],
];

function roleOf(raw: unknown): string {
  const { PrimaryTenant, TenantType } = raw as Tenant;
  if (PrimaryTenant) return 'primary';
  return ROLE_WORDS.find(([word]) => word.test(TenantType ?? ''))?.[1] ?? 'roommate';
}

const BY_A_PERSON = 'only shown by the API: what is told here stands until somebody changes it there';

export const RESIDENT = mapping(
  'resident',
  { wire: 'Tenant', changes: 'webhook', freshness_seconds: WEBHOOK_FRESHNESS_SECONDS, evidence: 'seen' },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'property_id', wire: 'PropertyId', as: idText, always: true },
    { field: 'unit_id', wire: 'UnitId', as: idText },
    { field: 'household_id', wire: 'OccupancyId', as: idText },
    { field: 'name', wire: '', called: 'FirstName, LastName', as: readBy(nameOf) },
    { field: 'first_name', wire: 'FirstName', as: text },
    { field: 'last_name', wire: 'LastName', as: text },
    {
      field: 'role',
      wire: '',
      called: 'PrimaryTenant, TenantType',
      as: readBy(roleOf),
      support: 'mapped',
      evidence: 'inferred',
    },
    { field: 'status', wire: 'Status', as: fixed(RESIDENT_STATUS, 'current'), support: 'mapped', always: true },
    {
      field: 'phones',
      wire: '',
      called: 'PhoneNumber, PhoneNumbers',
      as: phones,
      write: false,
      note: BY_A_PERSON,
    },
    {
      field: 'emails',
      wire: '',
      called: 'Email, Emails',
      as: emails,
      write: false,
      note: BY_A_PERSON,
    },
  ],
  [
    { field: 'preferred_channel', support: 'sidecar' },
    { field: 'forwarding_address', support: 'sidecar' },
    { field: 'consents', support: 'sidecar' },
  ],
);

/** The filters of a list of tenants. */
function tenantFilters(vendor: Vendor, query: ListQuery) {
  return {
    ...vendor.since(query),
    ...idFilter('PropertyId', query.property_id),
    ...idFilter('UnitId', query.unit_id),
    ...idFilter('OccupancyId', query.household_id),
  };
}

export function residentReader(vendor: Vendor): Reader<'resident'> {
  const { client, circumstances } = vendor;
  return {
    async get(_scope, id, signal) {
      const wire = await client.one<Tenant>('tenants', id, {}, signal);
      return wire && readRecord(RESIDENT, wire, circumstances);
    },
    async list(query, signal) {
      const page = await client.page<Tenant>('tenants', tenantFilters(vendor, query), windowOf(query), signal);
      return vendor.pageOf(page, (wire) => readRecord(RESIDENT, wire, circumstances));
    },
  };
}

export const HOUSEHOLD = mapping(
  'household',
  {
    wire: 'Occupancy',
    changes: 'poll',
    freshness_seconds: POLL_FRESHNESS_SECONDS,
    evidence: 'seen',
    note: 'occupancies have no list of their own: they are what tenants share',
  },
  [
    { field: 'id', wire: 'OccupancyId', as: idText, always: true },
    { field: 'property_id', wire: 'PropertyId', as: idText, always: true },
    { field: 'unit_id', wire: 'UnitId', as: idText },
    { field: 'name', wire: '', called: 'FirstName, LastName', as: readBy(nameOf) },
    { field: 'resident_ids', wire: '', called: 'Id of its tenants', as: always([]) },
  ],
);

/** Who stands for an occupancy: the primary tenant, or whoever has the first id, so that it is always the same one. */
function leaderOf(tenants: readonly Tenant[]): Tenant | undefined {
  return tenants.toSorted(
    (a, b) => Number(b.PrimaryTenant ?? false) - Number(a.PrimaryTenant ?? false) || (a.Id < b.Id ? -1 : 1),
  )[0];
}

/** The tenants of many occupancies, by occupancy. */
export async function tenantsOfOccupancies(
  vendor: Vendor,
  ids: Iterable<string>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly Tenant[]>> {
  const tenants = await vendor.client.ofIds<Tenant>('tenants', 'OccupancyId', ids, vendor.since({}), signal);
  const byOccupancy = new Map<string, Tenant[]>();
  for (const tenant of tenants) {
    const occupancy = tenant.OccupancyId;
    if (!occupancy) continue;
    const members = byOccupancy.get(occupancy);
    if (members === undefined) byOccupancy.set(occupancy, [tenant]);
    else members.push(tenant);
  }
  return byOccupancy;
}

export function householdReader(vendor: Vendor): Reader<'household'> {
  const { client, circumstances } = vendor;

  function householdOf(tenants: readonly Tenant[]): RecordOf<'household'> | undefined {
    const leader = leaderOf(tenants);
    if (leader === undefined) return undefined;
    const names = new Set(tenants.map((tenant) => tenant.LastName || nameOf(tenant)).filter((name) => name));
    return readRecord(HOUSEHOLD, leader, circumstances, {
      name: [...names].join(' & '),
      resident_ids: tenants.map(({ Id }) => Id).toSorted(),
    });
  }

  /** Each occupancy once: on the page with the tenant that stands for it. What changed is given with any of its tenants. */
  async function ofPage(
    { rows, next }: WirePage<Tenant>,
    query: ListQuery,
    signal?: AbortSignal,
  ): Promise<Page<'household'>> {
    const here = new Set(rows.map(({ Id }) => Id));
    const ids = rows.flatMap(({ OccupancyId }) => OccupancyId ?? []);
    const occupancies = await tenantsOfOccupancies(vendor, ids, signal);
    const ours = [...occupancies.values()].filter(
      (tenants) => query.since !== undefined || here.has(leaderOf(tenants)?.Id ?? ''),
    );
    return {
      records: ours.flatMap((tenants) => householdOf(tenants) ?? []),
      ...(next !== undefined && { next_cursor: next }),
    };
  }

  return {
    async get(_scope, id, signal) {
      if (!isId(id)) return undefined;
      return householdOf((await tenantsOfOccupancies(vendor, [id], signal)).get(id) ?? []);
    },
    async list(query, signal) {
      const page = await client.page<Tenant>('tenants', tenantFilters(vendor, query), windowOf(query), signal);
      return ofPage(page, query, signal);
    },
  };
}

/** Roles by what their names are likely to contain; they were not seen. */
const STAFF_ROLES: readonly (readonly [RegExp, string])[] = [
  [/maintenance|technician/i, 'technician'],
  [/leasing/i, 'leasing_agent'],
  [/manager|admin/i, 'manager'],
  [/account|book/i, 'bookkeeper'],
];

function staffRoles(raw: unknown): string[] {
  const names = (Array.isArray(raw) ? raw : [raw]).map((role) =>
    String((role as { Name?: unknown } | null)?.Name ?? role),
  );
  return STAFF_ROLES.flatMap(([word, role]) => (names.some((name) => word.test(name)) ? [role] : []));
}

export const STAFF = mapping(
  'staff',
  {
    wire: 'User',
    changes: 'poll',
    freshness_seconds: POLL_FRESHNESS_SECONDS,
    evidence: 'inferred',
    note: 'work is assigned to users with the role Maintenance Tech alone',
  },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    {
      field: 'name',
      wire: '',
      called: 'FirstName, LastName',
      as: readBy((raw) => nameOf(raw) ?? ((raw as User).Email || undefined)),
    },
    { field: 'roles', wire: 'Roles', as: orElse(readBy(staffRoles), []), support: 'mapped' },
    { field: 'email', wire: 'Email', as: text },
    { field: 'is_active', wire: '', called: 'HiddenAt', as: readBy((raw) => !(raw as User).HiddenAt) },
  ],
  [
    { field: 'trades', support: 'unsupported', note: '`staff` of the configuration has them' },
    { field: 'on_call', support: 'unsupported', note: '`staff` of the configuration has it' },
  ],
);

export function staffReader(vendor: Vendor): Reader<'staff'> {
  const { client, circumstances } = vendor;
  return {
    async get(_scope, id, signal) {
      // The list of users is always asked for since when; it has no filter by id.
      if (!isId(id)) return undefined;
      const wire = (await client.all<User>('users', vendor.since({}), signal)).find(({ Id }) => Id === id);
      return wire && readRecord(STAFF, wire, circumstances);
    },
    async list(query, signal) {
      const filters = { ...vendor.since(query), ...idFilter('PropertyId', query.property_id) };
      const page = await client.page<User>('users', filters, windowOf(query), signal);
      return vendor.pageOf(page, (wire) => readRecord(STAFF, wire, circumstances));
    },
  };
}
