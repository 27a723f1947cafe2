import { afterEach } from 'vitest';
import type { SimulatorHandle } from '../shared/handle.ts';
import { openSimulator } from '../shared/open.ts';
import type { GivenOptions } from '../shared/options.ts';

/** A moment at which the clocks of these tests stand. */
export const NOW = Date.parse('2026-11-24T15:00:00.000Z');

export interface Told {
  status: number;
  headers: Headers;
  /** The parsed body; undefined where there is none. */
  body: never;
}

/** Status of a refusal, and the first field at fault. */
export function refusalIn({ status, body }: Told): [number, string | undefined] {
  const { Errors } = body as { Errors: { Key: string }[] };
  return [status, Errors[0]?.Key];
}

export interface Buildium extends SimulatorHandle {
  /** Sends a request with the right keys. A body is sent as JSON. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Told>;
  get<T>(path: string): Promise<T>;
  /** Sends a request that has to succeed, and gives its body. */
  write<T extends object>(method: string, path: string, body: unknown): Promise<T & { Id: number }>;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A small account with a stopped clock and no limits, which ends with the test. */
export async function openBuildium(options: GivenOptions = {}): Promise<Buildium> {
  const sim = await openSimulator('buildium', { now: NOW, limits: {}, units: 20, ...options });
  open.push(() => sim.close());
  const { client_id, client_secret } = sim.connection as unknown as Record<'client_id' | 'client_secret', string>;
  const keys = { 'x-buildium-client-id': client_id, 'x-buildium-client-secret': client_secret };
  const ask: Buildium['ask'] = async (method, path, body, extra = {}) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const headers = { ...keys, ...type, ...extra };
    const response = await fetch(`${sim.url}${path}`, { method, headers, ...(text !== undefined && { body: text }) });
    const answer = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (answer ? JSON.parse(answer) : undefined) as never,
    };
  };
  const succeed = async (method: string, path: string, body?: unknown) => {
    const told = await ask(method, path, body);
    if (told.status >= 300) throw new Error(`${method} ${path}: ${told.status} ${JSON.stringify(told.body)}`);
    return told.body;
  };
  return {
    ...sim,
    ask,
    get: (path) => succeed('GET', path),
    write: (method, path, body) => succeed(method, path, body),
  };
}

/** Bodies that are in order, about records that every account here has. */
export function bodies(account: Awaited<ReturnType<typeof placesOf>>) {
  const { property, unit, lease, tenant, vendor, manager, income, expense } = account;
  const entity = { Id: property, AccountingEntityType: 'Rental', UnitId: unit };
  return {
    todo: {
      Title: 'Lamp is out',
      AssignedToUserId: manager,
      TaskStatus: 'New',
      Priority: 'Normal',
      PropertyId: property,
    },
    resident: {
      ...{ Title: 'Sink leaks', Description: 'Under the sink', UnitAgreementId: lease, RequestedByEntityId: tenant },
      ...{ TaskStatus: 'New', Priority: 'High', IsEntryPermittedByResident: true },
    },
    workOrder: {
      ...{ VendorId: vendor, EntryAllowed: 'Yes', WorkDetails: 'Replace the lamp' },
      Task: { Title: 'Lamp', AssignedToUserId: manager, Priority: 'Low', Status: 'New', PropertyId: property },
    },
    charge: { Date: '2026-11-20', Memo: 'Lost key', Lines: [{ Amount: 45.5, GLAccountId: income }] },
    credit: {
      ...{ Date: '2026-11-24', CreditType: 'Exchange', OffsettingGLAccountId: expense, Memo: 'Taken back' },
      Lines: [{ Amount: 10, GlAccountId: income }],
    },
    bill: {
      ...{ Date: '2026-11-20', DueDate: '2026-12-20', VendorId: vendor, ReferenceNumber: 'INV-1', Memo: 'Repair' },
      Lines: [{ AccountingEntity: entity, GlAccountId: expense, Amount: 120.25 }],
    },
    journal: {
      ...{ AccountingEntity: { Id: property, AccountingEntityType: 'Rental' }, Date: '2026-11-20', Memo: 'Reclass' },
      Lines: [
        { GLAccountId: expense, PostingType: 'Debit', Amount: 10.1 },
        { GLAccountId: income, PostingType: 'Credit', Amount: 10.1 },
      ],
    },
    moveOut: { TenantId: tenant, MoveOutDate: '2026-12-31', NoticeGivenDate: '2026-11-24' },
    renewal: {
      ...{ LeaseType: 'Fixed', LeaseToDate: '2028-06-30', SendWelcomeEmail: false, TenantIds: [tenant] },
      Rent: { Cycle: 'Monthly', Charges: [{ Amount: 1_700, GlAccountId: income, NextDueDate: '2026-12-01' }] },
    },
    phoneLog: {
      ...{ Participant: { EntityType: 'RentalTenant', EntityId: tenant }, Subject: 'Outbound call' },
      ...{ Description: 'Told about the plumber', CallDateTime: '2026-11-24T14:00:00Z' },
    },
  };
}

/** Ids of records to work with: an active lease with a tenant, and what hangs together with it. */
export async function placesOf(account: Buildium) {
  const state = await account.state();
  const lease = state.lease?.find(({ status }) => status === 'current');
  const vendor = state.vendor?.find(({ is_active }) => is_active);
  const manager = state.staff?.find(({ is_active, roles }) => is_active && roles.includes('manager'));
  const other = state.property?.find(({ id }) => id !== lease?.property_id);
  const accountOf = (type: string) => state.gl_account?.find((one) => one.type === type && one.is_active && !one.role);
  const bank = state.gl_account?.find(({ role }) => role === 'bank');
  return {
    property: Number(lease?.property_id),
    otherProperty: Number(other?.id),
    unit: Number(lease?.unit_id),
    lease: Number(lease?.id),
    tenant: Number(lease?.parties[0]?.resident_id),
    vendor: Number(vendor?.id),
    manager: Number(manager?.id),
    income: Number(accountOf('income')?.id),
    expense: Number(accountOf('expense')?.id),
    bank: Number(bank?.id),
    /** The last day of locked books. */
    locked: state.property?.[0]?.books_locked_through ?? '',
  };
}
