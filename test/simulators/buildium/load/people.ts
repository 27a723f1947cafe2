import type { GuestCard, Lease, Resident, Vendor } from '../../../../src/model/records.ts';
import { TRADES } from '../../../../src/model/values.ts';
import type * as Wire from '../wire.ts';
import { addressOf, namesOf, phonesOf, type Loading } from './context.ts';
import { CATEGORY_OF_TRADE, dollars } from './words.ts';

const STATUS = {
  future: 'Future',
  current: 'Active',
  notice: 'Active',
  eviction: 'Active',
  past: 'Past',
  cancelled: 'Past',
} as const;

function loadTenant({ id, portfolio, tables }: Loading, resident: Resident, homes: Homes): void {
  const { first_name, last_name, name, emails, phones, birth_date } = resident;
  const home = homes.address(resident, portfolio.property[0]?.id ?? '');
  const Id = id('tenant', resident.id);
  tables.tenants.insert({
    ...{ Id, ...namesOf(name) },
    ...(first_name !== undefined && { FirstName: first_name }),
    ...(last_name !== undefined && { LastName: last_name }),
    ...{ Email: emails[0] ?? null, AlternateEmail: emails[1] ?? null, PhoneNumbers: phonesOf(phones) },
    ...{ EmergencyContact: null, DateOfBirth: birth_date ?? null, SMSOptInStatus: 'NotSet', Address: home },
    ...{ AlternateAddress: null, MailingPreference: 'PrimaryAddress', Comment: null },
    TaxId: taxIdFor(Id),
  });
}

/** Every other tenant has left a tax number, in one of the forms that a write takes. None is a number of anybody. */
function taxIdFor(id: number): string | null {
  const serial = String(id % 10_000).padStart(4, '0');
  return [null, `900-00-${serial}`, null, `90000${serial}`][id % 4] ?? null;
}

/** Where people live: the address of their unit, else of the property. */
class Homes {
  readonly #properties: Map<string, Wire.Address>;
  readonly #units: Map<string, Wire.Address>;

  constructor({ portfolio }: Loading) {
    this.#properties = new Map(portfolio.property.map(({ id, address }) => [id, addressOf(address)]));
    this.#units = new Map(
      portfolio.unit.flatMap(({ id, address }) => (address === undefined ? [] : [[id, addressOf(address)] as const])),
    );
  }

  address({ unit_id, property_id }: Resident, otherwise: string): Wire.Address {
    const own = unit_id === undefined ? undefined : this.#units.get(unit_id);
    return (own ?? this.#properties.get(property_id) ?? this.#properties.get(otherwise)) as Wire.Address;
  }
}

/** Guarantors, who are on a lease without living in its unit. */
function cosignersOf({ id, desk }: Loading, people: readonly Resident[], homes: Homes): object[] {
  return people
    .filter(({ role }) => role === 'guarantor')
    .map((person) => ({
      ...{ Id: id('cosigner', person.id), ...namesOf(person.name), Email: person.emails[0] ?? null },
      ...{
        AlternateEmail: null,
        PhoneNumbers: phonesOf(person.phones),
        Address: homes.address(person, person.property_id),
      },
      ...{ AlternateAddress: null, MailingPreference: 'PrimaryAddress' },
      CreatedDateTime: `${new Date(desk.now()).toISOString().slice(0, 19)}Z`,
    }));
}

function loadLease(loading: Loading, lease: Lease, people: readonly Resident[], homes: Homes): void {
  const { id, tables } = loading;
  const Id = id('lease', lease.id);
  tables.leases.insert({
    ...{ Id, PropertyId: id('rental', lease.property_id), UnitId: id('unit', lease.unit_id) },
    ...{ LeaseFromDate: lease.start_date, LeaseToDate: lease.end_date ?? null },
    LeaseType: lease.term === 'fixed' ? 'Fixed' : 'AtWill',
    ...{ LeaseStatus: STATUS[lease.status], IsEvictionPending: lease.status === 'eviction' },
    RenewalOfferStatus: lease.renewal_offers.some(({ status }) => status === 'offered') ? 'Sent' : null,
    AccountDetails: {
      Rent: dollars(lease.rent),
      SecurityDeposit: lease.deposit === undefined ? null : dollars(lease.deposit),
    },
    ...{ Cosigners: cosignersOf(loading, people, homes), AutomaticallyMoveOutTenants: false, PaymentDueDay: 1 },
  });
  for (const { resident_id, move_in, move_out, notice_date } of lease.parties) {
    const TenantId = id('tenant', resident_id);
    if (tables.tenants.get(TenantId) === undefined) continue;
    tables.leaseTenants.insert({ LeaseId: Id, TenantId, MoveInDate: move_in ?? null });
    const leaves = move_out ?? (notice_date === undefined ? undefined : lease.move_out_date);
    if (leaves !== undefined)
      tables.moveOuts.insert({ LeaseId: Id, TenantId, MoveOutDate: leaves, NoticeGivenDate: notice_date ?? null });
  }
}

/** Leases and everybody who has signed one. Who only lives in a unit is nobody here. */
export function loadResidents(loading: Loading): void {
  const { portfolio } = loading;
  const homes = new Homes(loading);
  const signed = new Set(portfolio.lease.flatMap(({ parties }) => parties.map(({ resident_id }) => resident_id)));
  const byHousehold = Map.groupBy(portfolio.resident, ({ household_id }) => household_id ?? '');
  for (const resident of portfolio.resident)
    if (signed.has(resident.id) && resident.role !== 'guarantor') loadTenant(loading, resident, homes);
  for (const lease of portfolio.lease) loadLease(loading, lease, byHousehold.get(lease.household_id) ?? [], homes);
}

function loadVendor({ id, tables }: Loading, vendor: Vendor): void {
  const trade = vendor.trades[0] ?? 'general';
  const expires = vendor.compliance.general_liability_expires;
  tables.vendors.insert({
    ...{ Id: id('vendor', vendor.id), IsCompany: true, IsActive: vendor.is_active, CompanyName: vendor.name },
    ...{
      FirstName: null,
      LastName: null,
      PrimaryEmail: vendor.emails[0] ?? null,
      AlternateEmail: vendor.emails[1] ?? null,
    },
    ...{ PhoneNumbers: phonesOf(vendor.phones), Website: null, CategoryId: id('vendorCategory', trade), Address: null },
    VendorInsurance: expires === undefined ? null : { Provider: null, PolicyNumber: null, ExpirationDate: expires },
    Comments: vendor.do_not_use ? 'Do not use' : null,
    ...{ AccountNumber: null, ExpenseGLAccountId: null, TaxInformation: null },
  });
}

/** Vendors and their categories, and the categories of tasks. */
export function loadVendors(loading: Loading): void {
  const { id, portfolio, tables } = loading;
  for (const trade of TRADES) {
    const Name = CATEGORY_OF_TRADE[trade];
    tables.vendorCategories.insert({ Id: id('vendorCategory', trade), Name, IsSystemCategory: false });
    tables.taskCategories.insert({ Id: id('taskCategory', trade), Name, IsSystemCategory: false, SubCategories: [] });
  }
  for (const vendor of portfolio.vendor) loadVendor(loading, vendor);
}

/** The states of a guest card in which there is an application; others have no place here. */
const APPLICATION = { applied: 'Undecided', approved: 'Approved', denied: 'Rejected', leased: 'AddedToLease' } as const;

function loadApplicant({ id, tables }: Loading, card: GuestCard, status: string): void {
  const unit = card.unit_ids[0];
  const application = {
    Id: id('application', card.id),
    ApplicationStatus: status,
    ApplicationSubmittedDateTime: `${card.created_at.slice(0, 19)}Z`,
  };
  tables.applicants.insert({
    ...{ Id: id('applicant', card.id), ...namesOf(card.name ?? 'Unknown Applicant'), Status: status },
    ...{ PropertyId: id('rental', card.property_id), UnitId: unit === undefined ? null : id('unit', unit) },
    ...{ Email: card.emails[0] ?? null, PhoneNumbers: phonesOf(card.phones), Applications: [application] },
  });
}

/** Prospects who have applied. */
export function loadApplicants(loading: Loading): void {
  for (const card of loading.portfolio.guest_card) {
    const status = APPLICATION[card.status as keyof typeof APPLICATION];
    if (status !== undefined) loadApplicant(loading, card, status);
  }
}
