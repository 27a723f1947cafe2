import { changed, changedWithin, created, has, isOneOf, shown, type Ask, type Filter, type Handler } from '../ask.ts';
import { vendorMessage } from '../compose/people.ts';
import type { OperationName } from '../contract/operations.ts';
import { refuse } from '../errors.ts';
import { listed } from '../lists.ts';
import { addressFrom, mustBeEmail, phoneNumbers } from '../rules.ts';
import type { Vendor } from '../wire.ts';

const digits = (text: string) => text.replaceAll(/\D/g, '');

/** Within how many days each word of the insurance filter means. */
const EXPIRES_WITHIN: Readonly<Record<string, number>> = {
  Expired: 0,
  ThirtyDaysOrLess: 30,
  SixtyDaysOrLess: 60,
  NinetyDaysOrLess: 90,
};

const insuranceFilter =
  ({ today }: Ask): Filter<Vendor> =>
  ([word = 'Any']) =>
  ({ row }) => {
    const expires = row.VendorInsurance?.ExpirationDate ?? null;
    if (word === 'None' || expires === null) return word === 'Any' || (word === 'None' && expires === null);
    const left = (Date.parse(expires) - Date.parse(today)) / 86_400_000;
    if (word === 'Expired') return left < 0;
    return word === 'Any' || (left >= 0 && left <= (EXPIRES_WITHIN[word] ?? 0));
  };

/** What a request says of a vendor; what it leaves out is empty. */
function fieldsFrom(ask: Ask): Omit<Vendor, 'Id' | 'IsActive'> {
  const { tables, body } = ask;
  const IsCompany = ask.flag('IsCompany') === true;
  const [FirstName, LastName, CompanyName] = [ask.text('FirstName'), ask.text('LastName'), ask.text('CompanyName')];
  if (IsCompany && CompanyName === null) refuse('CompanyName', 'A company needs a name.');
  if (!IsCompany && (FirstName === null || LastName === null)) refuse('LastName', 'A person needs both names.');
  const category = ask.named(tables.vendorCategories, 'CategoryId', ask.number('CategoryId'), 'vendor category');
  const expense = ask.number('ExpenseGlAccountId');
  if (expense !== null) ask.named(tables.glAccounts, 'ExpenseGlAccountId', expense, 'general ledger account');
  const insurance = body['VendorInsurance'] as Partial<NonNullable<Vendor['VendorInsurance']>> | null | undefined;
  return {
    ...{ IsCompany, FirstName, LastName, CompanyName, CategoryId: category.Id, ExpenseGLAccountId: expense },
    PrimaryEmail: mustBeEmail(ask.text('PrimaryEmail'), 'PrimaryEmail'),
    AlternateEmail: mustBeEmail(ask.text('AlternateEmail'), 'AlternateEmail'),
    PhoneNumbers: phoneNumbers(body['PhoneNumbers']),
    Website: ask.text('Website'),
    Address: body['Address'] == null ? null : addressFrom(body['Address']),
    VendorInsurance: insurance ? { Provider: null, PolicyNumber: null, ExpirationDate: null, ...insurance } : null,
    Comments: ask.text('Comments'),
    AccountNumber: ask.text('AccountNumber'),
    TaxInformation: taxFrom(body['TaxInformation']),
  };
}

function taxFrom(given: unknown): object | null {
  if (given === null || given === undefined) return null;
  const { TaxPayerType = null, TaxPayerId = null, Address = null, ...rest } = given as Record<string, unknown>;
  return {
    ...{ TaxPayerIdType: TaxPayerType, TaxPayerId, TaxPayerName1: null, TaxPayerName2: null, IncludeIn1099: true },
    ...rest,
    Address: Address === null ? null : addressFrom(Address),
  };
}

/** Vendors and their categories. */
export const VENDORS = {
  'GET /v1/vendors': (ask) =>
    listed<Vendor>(
      ask,
      ask.tables.vendors.entries(),
      {
        status: isOneOf(({ IsActive }) => (IsActive ? 'Active' : 'Inactive')),
        email: has(({ PrimaryEmail, AlternateEmail }) => `${PrimaryEmail ?? ''} ${AlternateEmail ?? ''}`),
        website: has(({ Website }) => Website ?? ''),
        name: has(
          ({ CompanyName, FirstName, LastName }) => `${CompanyName ?? ''} ${FirstName ?? ''} ${LastName ?? ''}`,
        ),
        insuranceexpiration: insuranceFilter(ask),
        phone:
          ([value = '']) =>
          ({ row }) =>
            row.PhoneNumbers.some((one) => digits(one.Number).includes(digits(value))),
        ...changedWithin<Vendor>(),
      },
      ({ row }) => vendorMessage(ask.tables, row),
    ),
  'POST /v1/vendors': (ask) => {
    const row = ask.tables.vendors.insert({ Id: ask.nextId('vendor'), IsActive: true, ...fieldsFrom(ask) });
    return created(ask, 'vendors', row.Id, vendorMessage(ask.tables, row));
  },
  'GET /v1/vendors/{vendorId}': (ask) =>
    shown(vendorMessage(ask.tables, ask.one(ask.tables.vendors, 'vendorId', 'vendor'))),
  'PUT /v1/vendors/{vendorId}': (ask) => {
    const { Id } = ask.one(ask.tables.vendors, 'vendorId', 'vendor');
    return changed('vendors', Id, vendorMessage(ask.tables, ask.tables.vendors.change(Id, fieldsFrom(ask))));
  },
  'GET /v1/vendors/categories': (ask) => listed(ask, ask.tables.vendorCategories.entries(), {}, ({ row }) => row),
  'GET /v1/vendors/categories/{vendorCategoryId}': (ask) =>
    shown(ask.one(ask.tables.vendorCategories, 'vendorCategoryId', 'vendor category')),
} satisfies Partial<Record<OperationName, Handler>>;
