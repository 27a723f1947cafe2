import type { SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import { toLocal } from '../../../src/model/zoned_time.ts';
import type { Desk } from '../shared/vendor.ts';
import { loadAgents, loadGuests } from './load_leasing.ts';
import { loadLedgers, loadOffers } from './load_money.ts';
import { keyOf, type Unit, type YardiTables } from './tables.ts';
import { CATEGORIES } from './words.ts';

type Lease = SandboxState['lease'][number];

/** What the parts of loading share. */
export interface Loading {
  portfolio: SandboxState;
  tables: YardiTables;
  ids: Desk['ids'];
  codeOf(property_id: string): string;
  /** A household is a tenant, and so is its lease. */
  tenantOf(household_id: string): string;
  unitOf(unit_id: string | undefined): string;
  /** A moment as the clock at the property shows it. */
  localTime(property_id: string, instant: string): string;
}

export const dollars = (cents: number | undefined) => (cents === undefined ? '' : (cents / 100).toFixed(2));

/** The canonical portfolio as Voyager has it: no buildings, no dates of notice, and a household is a tenant. */
export function loadPortfolio(portfolio: SandboxState, { ids, table }: Desk): YardiTables {
  const tables: YardiTables = {
    properties: table({ name: 'properties', id: ({ Code }) => Code }),
    units: table({
      name: 'units',
      id: (row) => keyOf(row.property, row.code),
      indexes: { property: (row) => row.property },
    }),
    tenants: table({ name: 'tenants', id: ({ code }) => code, indexes: { property: (row) => row.property } }),
    occupants: table({ name: 'occupants', id: ({ code }) => code, indexes: { tenant: (row) => row.tenant } }),
    agents: table({
      name: 'agents',
      id: (row) => keyOf(row.property, row.name),
      indexes: { property: (row) => row.property },
    }),
    sources: table({
      name: 'sources',
      id: (row) => keyOf(row.property, row.name),
      indexes: { property: (row) => row.property },
    }),
    vendors: table({ name: 'vendors', id: ({ VendorId }) => VendorId }),
    requests: table({ name: 'requests', id: ({ id }) => id, indexes: { property: (row) => row.property } }),
    prospects: table({
      name: 'prospects',
      id: ({ code }) => code,
      indexes: { property: (row) => row.property, third_party: (row) => row.third_party },
    }),
    events: table({ name: 'events', id: ({ id }) => id, indexes: { prospect: (row) => row.prospect } }),
    charge_types: table({ name: 'charge_types', id: ({ code }) => code }),
    transactions: table({
      name: 'transactions',
      id: (row) => `${row.kind}${row.id}`,
      indexes: { property: (row) => row.property, tenant: (row) => row.tenant },
    }),
    offers: table({ name: 'offers', id: ({ id }) => id, indexes: { property: (row) => row.property } }),
  };
  const zones = new Map(portfolio.property.map(({ id, time_zone }) => [id, time_zone ?? 'America/Chicago']));
  const units = new Map(portfolio.unit.map(({ id, name }) => [id, name]));
  const loading: Loading = {
    ...{ portfolio, tables, ids },
    codeOf: (id) => ids.code('property', id, 'prop', 3),
    tenantOf: (id) => ids.code('tenant', id, 't', 7),
    unitOf: (id) => (id === undefined ? '' : (units.get(id) ?? '')),
    localTime: (id, instant) => `${toLocal(instant, zones.get(id) ?? 'America/Chicago')}:00`,
  };
  loadPlaces(loading);
  loadPeople(loading);
  loadVendors(loading);
  loadRequests(loading);
  loadAgents(loading);
  loadGuests(loading);
  loadLedgers(loading);
  loadOffers(loading);
  return tables;
}

/** The month after the one that ends with the lock date. */
function openMonth(lockedThrough: string | undefined): string {
  if (lockedThrough === undefined) return '';
  const next = new Date(Date.parse(`${lockedThrough}T00:00:00Z`) + 86_400_000).toISOString();
  return `${next.slice(5, 7)}/${next.slice(0, 4)}`;
}

const MARKET: Readonly<Record<string, Pick<Unit, 'occupancy' | 'leased'>>> = {
  occupied: { occupancy: 'occupied', leased: 'leased' },
  notice: { occupancy: 'occupied', leased: 'on_notice' },
  vacant: { occupancy: 'vacant', leased: 'available' },
  down: { occupancy: 'vacant', leased: 'other' },
};

function loadPlaces({ portfolio, tables, codeOf }: Loading): void {
  for (const { id, name, address, time_zone, books_locked_through } of portfolio.property)
    tables.properties.insert({
      ...{ Code: codeOf(id), MarketingName: name, AddressLine1: address.street, AddressLine2: address.street2 ?? '' },
      ...{ City: address.city, State: address.state, PostalCode: address.postal_code },
      ...{ AccountsReceivable: openMonth(books_locked_through), zone: time_zone ?? 'America/Chicago', without: [] },
    });
  for (const unit of portfolio.unit)
    tables.units.insert({
      ...{ property: codeOf(unit.property_id), code: unit.name, square_feet: String(unit.square_feet ?? '') },
      bedrooms: (unit.bedrooms ?? 0).toFixed(2),
      bathrooms: (unit.bathrooms ?? 0).toFixed(2),
      rent: dollars(unit.market_rent),
      ...(MARKET[unit.occupancy] as Pick<Unit, 'occupancy' | 'leased'>),
      // Only what is on the market has days.
      ready: unit.is_listed ? (unit.available_on ?? '') : '',
    });
}

const STATUS: Readonly<Record<Lease['status'], string>> = {
  future: 'Future',
  current: 'Current',
  notice: 'Notice',
  eviction: 'Eviction',
  past: 'Past',
  cancelled: 'Cancelled',
};

function loadPeople({ portfolio, tables, ids, codeOf, tenantOf, unitOf }: Loading): void {
  const leases = new Map(portfolio.lease.map((lease) => [lease.household_id, lease]));
  for (const [household_id, people] of Map.groupBy(portfolio.resident, (one) => one.household_id ?? '')) {
    const lease = leases.get(household_id);
    const [head, ...others] = people.toSorted((a, b) => Number(b.role === 'primary') - Number(a.role === 'primary'));
    if (lease === undefined || head === undefined) continue;
    const property = codeOf(lease.property_id);
    const [party] = lease.parties;
    const phone = (of: typeof head, type: string) => of.phones.find((number) => number.type === type)?.number ?? '';
    tables.tenants.insert({
      ...{ property, code: tenantOf(household_id), status: STATUS[lease.status] },
      ...{ first: head.first_name ?? head.name, last: head.last_name ?? '', email: head.emails[0] ?? '' },
      ...{ mobile: phone(head, 'mobile'), home: phone(head, 'home'), office: phone(head, 'work') },
      ...{ unit: unitOf(lease.unit_id), from: lease.start_date, to: lease.end_date ?? '', rent: dollars(lease.rent) },
      // Voyager shows when somebody has left, not when somebody is to leave.
      ...{ move_in: party?.move_in ?? '', move_out: lease.status === 'past' ? (party?.move_out ?? '') : '' },
    });
    for (const one of others)
      tables.occupants.insert({
        ...{ property, code: ids.code('occupant', one.id, 'r', 7), tenant: tenantOf(household_id) },
        ...{ first: one.first_name ?? one.name, last: one.last_name ?? '', email: one.emails[0] ?? '' },
        mobile: phone(one, 'mobile'),
        relationship: one.role === 'guarantor' ? 'Guarantor' : one.role === 'roommate' ? 'Roommate' : '',
        signed: one.role !== 'occupant',
      });
  }
}

function loadVendors({ portfolio, tables, ids }: Loading): void {
  for (const { id, name, phones, emails, is_active } of portfolio.vendor)
    tables.vendors.insert({
      ...{ VendorId: ids.code('vendor', id, 'v', 7), VendorName: name, PhoneNumber: phones[0]?.number ?? '' },
      ...{ Email: emails[0] ?? '', IsInactive: is_active ? 'false' : 'true' },
    });
}

const WORDS: Readonly<Record<string, string>> = {
  on_hold: 'On Hold',
  ...{ new: 'Call', assigned: 'Scheduled', scheduled: 'Scheduled', cancelled: 'Canceled' },
  ...{ work_done: 'Work Completed', ready_to_bill: 'Work Completed', closed: 'Work Completed' },
};
const PRIORITY: Readonly<Record<string, string>> = {
  ...{ life_safety: 'Emergency', emergency: 'Emergency', urgent: 'High', routine: 'Medium' },
};

function loadRequests({ portfolio, tables, ids, codeOf, unitOf, localTime }: Loading): void {
  const people = new Map(portfolio.resident.map((one) => [one.id, one]));
  for (const order of portfolio.work_order) {
    const property = codeOf(order.property_id);
    const status = WORDS[order.status] ?? 'In Progress';
    const created = localTime(order.property_id, order.created_at);
    const resident = order.resident_id === undefined ? undefined : people.get(order.resident_id);
    tables.requests.insert({
      ...{ id: ids.int('request', order.id, 100_001), property, filed_on: created.slice(0, 10) },
      fields: {
        ...{ Origin: 'OL', PropertyCode: property, UnitCode: unitOf(order.unit_id), TenantCode: '' },
        VendorCode: order.vendor_id === undefined ? '' : ids.code('vendor', order.vendor_id, 'v', 7),
        ServiceRequestBriefDescription: order.title.slice(0, 35).trim(),
        ...{ ServiceRequestFullDescription: order.description, ProblemDescriptionNotes: order.description },
        ...{ Priority: PRIORITY[order.severity] ?? 'Low', Category: CATEGORIES[order.trade] ?? 'General' },
        ...{ HasPermissionToEnter: String(order.entry === 'yes'), AccessNotes: order.entry_notes ?? '' },
        ...{ TechnicianNotes: order.notes.map(({ text }) => text).join('\n'), TenantCaused: 'false' },
        ...{ RequestorName: order.reporter_name ?? resident?.name ?? '', RequestorPhoneNumber: '' },
        ...{ ServiceRequestDate: created.slice(0, 10), CurrentStatus: status },
      },
      history: [
        { Type: 'Call', TimeStamp: created },
        ...(status === 'Call' ? [] : [{ Type: status, TimeStamp: created }]),
      ],
      UpdateDate: localTime(order.property_id, order.updated_at ?? order.created_at),
    });
  }
}
