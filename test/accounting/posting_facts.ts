import { Bill, ChargeCode, GlAccount, Lease, LedgerEntry, Property, Unit, Vendor } from '../../src/model/records.ts';

/** A small set of books that the tests of postings share: accounts of every role, one locked and one open property. */
export const TODAY = '2026-11-30';

export const property = (facts: Partial<Property> = {}) =>
  Property.parse({
    id: '12',
    name: 'Maple',
    address: { street: '1 Main St', city: 'Austin', state: 'TX', postal_code: '78701' },
    books_locked_through: '2026-10-31',
    ...facts,
  });

const account = (id: string, type: GlAccount['type'], facts: Partial<GlAccount> = {}) =>
  GlAccount.parse({ id, number: id, name: id, type, ...facts });

export const accounts = new Map(
  [
    account('1000', 'asset', { role: 'bank' }),
    account('1200', 'asset', { role: 'receivable' }),
    account('2000', 'liability', { role: 'payable' }),
    account('2100', 'liability', { role: 'deposit_liability' }),
    account('2101', 'liability', { role: 'deposit_liability' }),
    account('2200', 'liability', { role: 'prepaid' }),
    account('3000', 'equity'),
    account('4000', 'income', { is_chargeable: true }),
    account('6100', 'expense'),
    account('6200', 'expense'),
    account('6999', 'expense', { is_active: false }),
  ].map((one) => [one.id, one]),
);

export const chargeCode = (facts: Partial<ChargeCode> = {}) =>
  ChargeCode.parse({ id: 'MAINT', name: 'Maintenance', gl_account_id: '4000', ...facts });

export const properties = new Map(
  [property(), property({ id: '14', books_locked_through: '2026-11-30' })].map((p) => [p.id, p]),
);

export const units = new Map(
  [
    Unit.parse({ id: '301', property_id: '12', name: '301', occupancy: 'occupied' }),
    Unit.parse({ id: '401', property_id: '14', name: '401', occupancy: 'occupied' }),
  ].map((one) => [one.id, one]),
);

export const lease = (facts: Partial<Lease> = {}) =>
  Lease.parse({
    id: 'L1',
    property_id: '12',
    unit_id: '301',
    household_id: 'h1',
    status: 'current',
    term: 'fixed',
    start_date: '2026-02-01',
    end_date: '2027-01-31',
    rent: 150_000,
    parties: [{ resident_id: 'r1' }],
    ...facts,
  });

export const vendor = (facts: Partial<Vendor> = {}) => Vendor.parse({ id: 'v1', name: 'Summit HVAC', ...facts });

export const bill = (facts: Partial<Bill> = {}) =>
  Bill.parse({
    id: 'B9',
    property_id: '12',
    vendor_id: 'v1',
    invoice_number: 'INV-77',
    invoice_date: '2026-11-29',
    due_date: '2026-12-29',
    total: 35_000,
    lines: [{ gl_account_id: '6100', amount: 35_000, property_id: '12', unit_id: '301' }],
    ...facts,
  });

export const entry = (facts: Partial<LedgerEntry> = {}) =>
  LedgerEntry.parse({
    id: 'C1',
    property_id: '12',
    household_id: 'h1',
    kind: 'charge',
    date: '2026-11-01',
    amount: 18_000,
    ...facts,
  });
