import type { SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import { normalisePhone } from '../../../src/model/contact.ts';
import { toInstant } from '../../../src/model/zoned_time.ts';
import type { World } from '../shared/vendor.ts';
import { guestCardsOf, toursOf } from './state_leasing.ts';
import type { Occupant, ServiceRequest, Tenant, Transaction, Unit, YardiTables } from './tables.ts';
import { TRADES } from './words.ts';

export const cents = (text: string) => Math.round(Number(text) * 100);

/** Those fields that have something in them. */
export function known(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined));
}

/** The instant of a time of the property's clock. */
export function instantAt(tables: YardiTables, property: string, local: string): string {
  const read = toInstant(local.slice(0, 16), tables.properties.get(property)?.zone ?? 'UTC');
  return 'instant' in read ? read.instant : '';
}

export const numberOf = (digits: string) => normalisePhone(digits)?.number ?? digits;

/** The tables in canonical form, of the kinds that the interfaces show. */
export function stateOf({ tables }: World<YardiTables>): Partial<SandboxState> {
  const occupants = Map.groupBy(tables.occupants.rows(), ({ tenant }) => tenant);
  const tenants = tables.tenants.rows();
  const homes = (one: Tenant) => occupants.get(one.code) ?? [];
  return {
    property: tables.properties.rows().map(propertyOf),
    unit: tables.units.rows().map(unitOf),
    household: tenants.map((one) => householdOf(one, homes(one))),
    resident: tenants.flatMap((one) => residentsOf(one, homes(one))),
    lease: tenants.map((one) => leaseOf(one, homes(one))),
    staff: tables.agents.rows().map(({ property, name, is_active }) => ({
      ...{ id: name, name, roles: ['leasing_agent' as const], trades: [], property_ids: [property], is_active },
    })),
    vendor: tables.vendors.rows().map((one) => ({
      ...{
        id: one.VendorId,
        name: one.VendorName,
        is_active: one.IsInactive !== 'true',
        do_not_use: false,
        trades: [],
      },
      phones: one.PhoneNumber === '' ? [] : [{ number: numberOf(one.PhoneNumber), type: 'work' as const }],
      emails: one.Email === '' ? [] : [one.Email],
    })),
    work_order: tables.requests.rows().map((one) => workOrderOf(one, tables)),
    guest_card: guestCardsOf(tables),
    tour: toursOf(tables),
    charge_code: tables.charge_types.rows().map(({ code, account }) => ({
      ...{ id: code, name: code, gl_account_id: account, is_active: true, is_deposit: false },
    })),
    ledger_entry: tables.transactions.rows().map(entryOf),
  } as unknown as Partial<SandboxState>;
}

function propertyOf(row: ReturnType<YardiTables['properties']['rows']>[number]) {
  const [month, year] = row.AccountsReceivable.split('/');
  const locked =
    year === undefined ? '' : new Date(Date.parse(`${year}-${month}-01T00:00:00Z`) - 86_400_000).toISOString();
  return {
    ...{ id: row.Code, name: row.MarketingName, nicknames: [], is_active: true },
    address: {
      ...{ street: row.AddressLine1, city: row.City, state: row.State, postal_code: row.PostalCode },
      ...known({ street2: row.AddressLine2 }),
    },
    ...known({ books_locked_through: locked.slice(0, 10) }),
  };
}

function unitOf({ property, code, bedrooms, bathrooms, square_feet, rent, occupancy, leased, ready }: Unit) {
  return {
    ...{ id: code, property_id: property, name: code, bedrooms: Number(bedrooms), bathrooms: Number(bathrooms) },
    ...{ square_feet: Number(square_feet), market_rent: cents(rent), is_listed: ready !== '' },
    occupancy: leased === 'other' ? 'down' : leased === 'on_notice' ? 'notice' : occupancy,
    ...known({ available_on: ready }),
  };
}

const STATUS: Readonly<Record<string, string>> = {
  ...{ Current: 'current', Future: 'future', Notice: 'notice', Eviction: 'eviction', Past: 'past' },
  Cancelled: 'cancelled',
};

const nameOf = ({ first, last }: { first: string; last: string }) => `${first} ${last}`.trim();

function householdOf(one: Tenant, others: readonly Occupant[]) {
  const names = [one, ...others].map((person) => person.last || nameOf(person));
  return {
    ...{ id: one.code, property_id: one.property, unit_id: one.unit, name: [...new Set(names)].join(' & ') },
    resident_ids: [one.code, ...others.map(({ code }) => code)],
  };
}

function residentsOf(one: Tenant, others: readonly Occupant[]) {
  const shared = { property_id: one.property, unit_id: one.unit, household_id: one.code, status: STATUS[one.status] };
  const phones = (given: readonly (readonly [string, string])[]) => {
    const read = given
      .filter(([number]) => number !== '')
      .map(([number, type]) => ({ number: numberOf(number), type }));
    return read.filter(({ number }, at) => read.findIndex((other) => other.number === number) === at);
  };
  const person = (row: { code: string; first: string; last: string; email: string }) => ({
    ...{ id: row.code, name: nameOf(row), ...shared, consents: [], emails: row.email === '' ? [] : [row.email] },
    ...known({ first_name: row.first, last_name: row.last }),
  });
  const numbers = [
    [one.mobile, 'mobile'],
    [one.home, 'home'],
    [one.office, 'work'],
  ] as const;
  return [
    { ...person(one), role: 'primary', phones: phones(numbers) },
    ...others.map((other) => ({
      ...person(other),
      role: other.relationship === 'Guarantor' ? 'guarantor' : other.signed ? 'roommate' : 'occupant',
      phones: phones([[other.mobile, 'mobile']]),
    })),
  ];
}

function leaseOf(one: Tenant, others: readonly Occupant[]) {
  const signed = [one.code, ...others.filter((other) => other.signed).map(({ code }) => code)];
  return {
    ...{ id: one.code, property_id: one.property, unit_id: one.unit, household_id: one.code },
    ...{ status: STATUS[one.status], start_date: one.from, rent: cents(one.rent), renewal_offers: [] },
    ...{
      term: one.to === '' ? 'month_to_month' : 'fixed',
      ...known({ end_date: one.to, move_out_date: one.move_out }),
    },
    parties: signed.map((code) => ({
      resident_id: code,
      ...known({ move_in: one.move_in, move_out: one.move_out }),
    })),
  };
}

const WORK_STATUS: Readonly<Record<string, string>> = {
  ...{ Call: 'new', Scheduled: 'scheduled', 'In Progress': 'in_progress', 'Work Completed': 'work_done' },
  ...{ Canceled: 'cancelled', 'On Hold': 'on_hold' },
};
const SEVERITY: Readonly<Record<string, string>> = {
  ...{ Emergency: 'emergency', High: 'urgent', Medium: 'routine', Low: 'routine' },
};

function workOrderOf({ id, property, fields, history, UpdateDate }: ServiceRequest, tables: YardiTables) {
  const of = (name: string) => fields[name] ?? '';
  const when = (local: string) => instantAt(tables, property, local);
  const done = history.find(({ Type }) => Type === 'Work Completed');
  const isDone = of('CurrentStatus') === 'Work Completed';
  return {
    ...{ id: String(id), number: String(id), property_id: property, title: of('ServiceRequestBriefDescription') },
    description: of('ServiceRequestFullDescription') || of('ProblemDescriptionNotes'),
    ...{ trade: TRADES[of('Category')], severity: SEVERITY[of('Priority')], status: WORK_STATUS[of('CurrentStatus')] },
    ...{ raw_status: of('CurrentStatus'), entry: of('HasPermissionToEnter') === 'true' ? 'yes' : 'no' },
    ...known({
      ...{ unit_id: of('UnitCode'), bill_to_lease_id: of('TenantCode'), vendor_id: of('VendorCode') },
      ...{ reporter_name: of('RequestorName'), entry_notes: of('AccessNotes') },
      callback_phone: of('RequestorPhoneNumber') && numberOf(of('RequestorPhoneNumber')),
      location: /^Location: ([^\n]+)/.exec(of('TechnicianNotes'))?.[1],
      completed_at: isDone && done !== undefined ? when(done.TimeStamp) : '',
    }),
    ...{
      notes: [],
      bill_ids: [],
      file_ids: [],
      created_at: when(history[0]?.TimeStamp ?? ''),
      updated_at: when(UpdateDate),
    },
  };
}

function entryOf(one: Transaction) {
  const isCharge = one.kind === 'Charge';
  return {
    ...{ id: `${one.tenant}-${isCharge ? 'c' : 'r'}${one.id}`, property_id: one.property },
    ...{ household_id: one.tenant, lease_id: one.tenant, kind: isCharge ? 'charge' : 'payment', date: one.date },
    ...{ amount: isCharge ? cents(one.amount) : -cents(one.amount), reversed_amount: 0 },
    ...known({
      ...{ unit_id: one.unit, charge_code_id: one.code, gl_account_id: one.account, memo: one.description },
    }),
  };
}
