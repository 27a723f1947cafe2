import { changed, changedWithin, has, shown, type Ask, type Handler } from '../ask.ts';
import { tenantMessage } from '../compose/leases.ts';
import type { OperationName } from '../contract/operations.ts';
import { refuse } from '../errors.ts';
import { listed } from '../lists.ts';
import { addressFrom, mustBeEmail, phoneNumbers } from '../rules.ts';
import type { Lease, Tenant } from '../wire.ts';
import { addNote, listNotes } from './notes.ts';

function leasesOf({ tables }: Ask, { Id }: Tenant): Lease[] {
  return tables.leaseTenants.where('tenant', Id).map(({ row }) => tables.leases.get(row.LeaseId) as Lease);
}

const someLease = (ask: Ask, of: (lease: Lease) => string | number) => (values: readonly string[]) => {
  const wanted = new Set(values);
  return ({ row }: { row: Tenant }) => leasesOf(ask, row).some((lease) => wanted.has(String(of(lease))));
};

const digits = (text: string) => text.replaceAll(/\D/g, '');

const listTenants: Handler = (ask) =>
  listed<Tenant>(
    ask,
    ask.tables.tenants.entries(),
    {
      buildingstatuses: (values) => () => values.includes('Active'),
      leasetermstatuses: someLease(ask, ({ LeaseStatus }) => LeaseStatus),
      unitnumber: ([value = '']) =>
        someLease(ask, ({ UnitId }) => ask.tables.units.get(UnitId)?.UnitNumber ?? '')([value]),
      name: has(({ FirstName, LastName }) => `${FirstName} ${LastName}`),
      phone:
        ([value = '']) =>
        ({ row }) =>
          row.PhoneNumbers.some((one) => digits(one.Number).includes(digits(value))),
      email: has(({ Email, AlternateEmail }) => `${Email ?? ''} ${AlternateEmail ?? ''}`),
      propertyids: someLease(ask, ({ PropertyId }) => PropertyId),
      rentalownerids: () => () => false,
      unitids: someLease(ask, ({ UnitId }) => UnitId),
      ...changedWithin<Tenant>(),
    },
    (entry) => tenantMessage(ask.tables, entry, ask.today),
  );

const putTenant: Handler = (ask) => {
  const { tables, body } = ask;
  const { Id } = ask.one(tables.tenants, 'tenantId', 'tenant');
  tables.tenants.change(Id, {
    FirstName: ask.text('FirstName') as string,
    LastName: ask.text('LastName') as string,
    Email: mustBeEmail(ask.text('Email'), 'Email'),
    AlternateEmail: mustBeEmail(ask.text('AlternateEmail'), 'AlternateEmail'),
    PhoneNumbers: phoneNumbers(body['PhoneNumbers']),
    DateOfBirth: ask.text('DateOfBirth'),
    Comment: ask.text('Comment'),
    TaxId: taxId(ask.text('TaxId')),
    EmergencyContact: emergencyContact(body['EmergencyContact']),
    Address: addressFrom(body['Address']),
    AlternateAddress: body['AlternateAddress'] == null ? null : addressFrom(body['AlternateAddress']),
    MailingPreference: ask.text('MailingPreference') ?? 'PrimaryAddress',
  });
  return changed('tenants', Id, tenantMessage(tables, tables.tenants.entry(Id), ask.today));
};

/** The three forms that the document names. That others are a 422 is inferred. */
const TAX_ID = /^(\d{2}-\d{7}|\d{3}-\d{2}-\d{4}|\d{9})$/;

function taxId(given: string | null): string | null {
  if (given !== null && !TAX_ID.test(given)) refuse('TaxId', 'This is not a tax number.');
  return given;
}

function emergencyContact(given: unknown): object | null {
  if (given === null || given === undefined) return null;
  return { Name: null, RelationshipDescription: null, Phone: null, Email: null, ...(given as object) };
}

/** Tenants and the notes on them. */
export const TENANTS = {
  'GET /v1/leases/tenants': listTenants,
  'GET /v1/leases/tenants/{tenantId}': (ask) => {
    const { Id } = ask.one(ask.tables.tenants, 'tenantId', 'tenant');
    return shown(tenantMessage(ask.tables, ask.tables.tenants.entry(Id), ask.today));
  },
  'PUT /v1/leases/tenants/{tenantId}': putTenant,
  'GET /v1/leases/tenants/{tenantId}/notes': listNotes('tenants', 'tenantId'),
  'POST /v1/leases/tenants/{tenantId}/notes': addNote('tenants', 'tenantId'),
} satisfies Partial<Record<OperationName, Handler>>;
