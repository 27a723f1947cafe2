import { describe, expect, it } from 'vitest';
import { openDatabase, type Database } from './rig.ts';

const SINCE = 'filters[LastUpdatedAtFrom]=1970-01-01T00:00:00Z';
const NOBODY = '00000000-0000-4000-8000-000000000000';

async function places(db: Database) {
  const state = await db.state();
  const lease = state.lease?.find(({ status }) => status === 'current');
  const staff = (role: 'technician' | 'leasing_agent') =>
    state.staff?.find(({ roles, is_active }) => is_active && roles.includes(role))?.id ?? '';
  return {
    ...{ property: lease?.property_id ?? '', unit: lease?.unit_id ?? '', occupancy: lease?.household_id ?? '' },
    ...{ lease: lease?.id ?? '', vendor: state.vendor?.[0]?.id ?? '', order: state.work_order?.[0]?.id ?? '' },
    ...{ lead: state.guest_card?.[0]?.id ?? '', technician: staff('technician'), agent: staff('leasing_agent') },
    account: state.gl_account?.find(({ type }) => type === 'income')?.id ?? '',
    other: state.gl_account?.find(({ type }) => type === 'expense')?.id ?? '',
  };
}

describe('who may come in', () => {
  it('is told by three things, each of which is refused in its own way', async () => {
    const db = await openDatabase();
    const ask = (headers: Record<string, string>) => db.refusal('GET', `/api/v0/units?${SINCE}`, undefined, headers);
    expect((await ask({ authorization: 'Basic eDp5' }))[0]).toBe(701);
    expect((await ask({ 'x-appfolio-developer-id': 'somebody' }))[0]).toBe(403);
    const response = await fetch(`${db.url}/api/v0/units?${SINCE}`);
    expect([response.status, await response.json()]).toEqual([400, { code: 400, message: 'Required header missing' }]);
  });

  it('is nobody during maintenance, and nobody beyond the agreement', async () => {
    const db = await openDatabase();
    const account = (set: Record<string, unknown>) => db.staff({ change: { table: 'account', id: 1, set } });
    await account({ Denied: ['leases'] });
    expect((await db.refusal('GET', `/api/v0/leases?${SINCE}`))[0]).toBe(403);
    expect((await db.ask('GET', `/api/v0/units?${SINCE}`)).status).toBe(200);
    await account({ Maintenance: true });
    expect((await db.refusal('GET', `/api/v0/units?${SINCE}`))[0]).toBe(533);
  });

  it('is asked for other credentials by reports', async () => {
    const db = await openDatabase();
    expect((await db.ask('POST', '/api/v2/reports/vendor_directory.json', {})).status).toBe(401);
    const { reports } = db.connection as unknown as { reports: Record<string, string> };
    const basic = Buffer.from(`${reports['client_id']}:${reports['client_secret']}`).toString('base64');
    const headers = { authorization: `Basic ${basic}` };
    const { body } = await db.ask('POST', '/api/v2/reports/vendor_directory.json', {}, headers);
    expect((body as { results: object[] }).results.length).toBeGreaterThan(10);
  });
});

describe('lists', () => {
  it.each(['units', 'tenants', 'work_orders', 'leads', 'showings', 'bills', 'charges', 'journal_entries', 'users'])(
    'of %s want to be narrowed',
    async (resource) => {
      const db = await openDatabase();
      expect((await db.refusal('GET', `/api/v0/${resource}`))[0]).toBe(400);
      expect((await db.refusal('GET', `/api/v0/${resource}?page[size]=5`))[0]).toBe(400);
    },
  );

  it.each([
    ['units', 'filters[Name]=A'],
    ['units', 'filters[Id]=1'],
    ['units', 'filters[LastUpdatedAtFrom]=soon'],
    ['units', `${SINCE}&limit=5`],
    ['units', `${SINCE}&page[size]=0`],
    ['work_orders', `${SINCE}&filters[Status]=Cancelled`],
    ['charges', `filters[PropertyId]=${NOBODY},${NOBODY}`],
    ['gl_accounts', 'page[size]=5'],
    ['leases', `filters[LeaseId]=${NOBODY}`],
    ['journal_entries', `filters[Id]=${NOBODY}`],
  ])('of %s refuse %s', async (resource, query) => {
    const db = await openDatabase();
    expect((await db.refusal('GET', `/api/v0/${resource}?${query}`))[0]).toBe(400);
  });

  it('come in pages that no one can make larger, each with the path of the next', async () => {
    const db = await openDatabase();
    await db.staff({ change: { table: 'account', id: 1, set: { PageCap: 10 } } });
    type Page = { data: { Id: string }[]; next_page_path: string | null };
    const seen: string[] = [];
    let path: string | null = `/api/v0/units?${SINCE}&page[number]=1&page[size]=1000`;
    while (path !== null) {
      const page: Page = (await db.ask('GET', path)).body;
      expect(page.data.length).toBeLessThanOrEqual(10);
      seen.push(...page.data.map(({ Id }) => Id));
      path = page.next_page_path;
    }
    expect(seen).toHaveLength(24);
    expect(new Set(seen).size).toBe(24);
  });

  it('know a record by its id in a filter, and by no address of its own', async () => {
    const db = await openDatabase();
    const { unit } = await places(db);
    const { body } = await db.ask('GET', `/api/v0/units?filters[Id]=${unit}`);
    expect((body as { data: object[] }).data).toHaveLength(1);
    const told = await db.ask('GET', `/api/v0/units/${unit}`);
    expect([told.status, told.body]).toEqual([404, { status: 404, error: 'Not Found' }]);
  });

  it('leave out what is hidden unless it is asked for', async () => {
    const db = await openDatabase();
    const { unit } = await places(db);
    await db.staff({ change: { table: 'units', id: unit, set: { HiddenAt: '2026-11-01T00:00:00Z' } } });
    const count = async (more: string) =>
      ((await db.ask('GET', `/api/v0/units?filters[Id]=${unit}${more}`)).body as { data: object[] }).data.length;
    expect([await count(''), await count('&filters[IncludeHidden]=true')]).toEqual([0, 1]);
  });
});

describe('work orders', () => {
  it.each([
    [{ JobDescription: undefined }, 'JobDescription is missing'],
    [{ UnitId: NOBODY }, 'UnitId not found'],
    [{ UnitId: undefined }, 'Exactly one of'],
    [{ PropertyId: NOBODY }, 'Exactly one of'],
    [{ UnitId: undefined, ServiceRequestId: NOBODY, Priority: 'Low' }, 'service request'],
    [{ Priority: 'High' }, 'Priority'],
    [{ Status: 'Cancelled' }, 'Status'],
    [{ Status: 'Estimated' }, 'Status'],
    [{ VendorTrade: 'Plumber' }, 'VendorTrade'],
    [{ Title: 'x' }, 'Title is not a known'],
    [{ ScheduledStart: '2026-11-24T10:00:00Z', ScheduledEnd: '2026-11-24T22:00:01Z' }, 'ScheduledEnd'],
    [{ ScheduledEnd: '2026-11-24T10:00:00Z' }, 'ScheduledEnd'],
    [{ ScheduledStart: '2026-11-24T10:00:00.000Z' }, 'ScheduledStart'],
    [{ VendorId: NOBODY }, 'VendorId not found'],
    [{ Estimates: [{ Amount: 5 }] }, 'estimate'],
    [{ Estimates: [{ ManagementCompanyAsVendor: true, Amount: '5.00' }] }, 'Estimates[0].Amount'],
  ])('that are made with %o are refused', async (wrong, words) => {
    const db = await openDatabase();
    const { unit } = await places(db);
    const body = { JobDescription: 'Lamp', UnitId: unit, ...wrong };
    const [status, message] = await db.refusal('POST', '/api/v0/work_orders', body);
    expect([status, message]).toEqual([422, expect.stringContaining(words)]);
    expect(await db.effects()).toEqual([]);
  });

  it('are assigned to users with the role Maintenance Tech alone', async () => {
    const db = await openDatabase();
    const { order, technician, agent } = await places(db);
    const patch = (AssignedUsers: unknown) => db.refusal('PATCH', `/api/v0/work_orders/${order}`, { AssignedUsers });
    expect(await patch([agent])).toEqual([422, 'User not found']);
    expect((await patch([technician]))[0]).toBe(200);
    expect((await patch(null))[0]).toBe(200);
    expect((await db.state()).work_order?.find(({ id }) => id === order)?.technician_id).toBe(technician);
    expect((await patch([]))[0]).toBe(200);
    expect((await db.state()).work_order?.find(({ id }) => id === order)?.technician_id).toBeUndefined();
  });

  it('take the trade Appliances when they are made, and in no change', async () => {
    const db = await openDatabase();
    const { unit, order } = await places(db);
    const body = { JobDescription: 'Oven', UnitId: unit, VendorTrade: 'Appliances' };
    expect((await db.ask('POST', '/api/v0/work_orders', body)).status).toBe(201);
    expect((await db.refusal('PATCH', `/api/v0/work_orders/${order}`, { VendorTrade: 'Appliances' }))[0]).toBe(422);
  });

  it('that are being changed refuse a second change at the same time', async () => {
    const db = await openDatabase();
    const { order } = await places(db);
    await db.staff({ change: { table: 'account', id: 1, set: { BeingChanged: [order] } } });
    expect((await db.refusal('PATCH', `/api/v0/work_orders/${order}`, { Priority: 'Low' }))[0]).toBe(409);
  });
});

describe('idempotency keys', () => {
  const key = { 'idempotency-key': 'k1' };

  it('live for a day, are bound to a body, and are not used up by a refusal', async () => {
    const db = await openDatabase();
    const { unit } = await places(db);
    const post = (body: object) => db.ask('POST', '/api/v0/work_orders', body, key);
    expect((await post({ UnitId: unit })).status).toBe(422);
    const one = await post({ UnitId: unit, JobDescription: 'Lamp' });
    expect([one.status, one.headers.get('idempotent-replayed')]).toEqual([201, null]);
    const again = await post({ UnitId: unit, JobDescription: 'Lamp' });
    expect([again.status, again.headers.get('idempotent-replayed'), again.body]).toEqual([201, 'true', one.body]);
    expect((await post({ UnitId: unit, JobDescription: 'Other' })).status).toBe(422);
    expect(await db.effects()).toHaveLength(1);
    await db.clock({ advance_ms: 24 * 3_600_000 });
    expect((await post({ UnitId: unit, JobDescription: 'Lamp' })).body).not.toEqual(one.body);
  });

  it('of a request that is being worked on put the next one off', async () => {
    const db = await openDatabase();
    const { unit } = await places(db);
    const At = await db.clock({});
    await db.staff({ add: { table: 'keys', row: { Key: 'k1', Digest: '', Status: 'in_flight', At, Answer: '' } } });
    const told = await db.ask('POST', '/api/v0/work_orders', { UnitId: unit, JobDescription: 'Lamp' }, key);
    expect([told.status, told.headers.get('retry-after')]).toEqual([409, '2']);
  });

  it('go with POST alone', async () => {
    const db = await openDatabase();
    const { order } = await places(db);
    expect((await db.refusal('PATCH', `/api/v0/work_orders/${order}`, { Priority: 'Low' }, key))[0]).toBe(400);
    expect(
      (await db.refusal('POST', `/api/v0/work_orders/${order}/notes`, { Body: 'x' }, { 'idempotency-key': 'ü' }))[0],
    ).toBe(400);
  });
});

describe('everything else', () => {
  it('of a lead is refused that would leave it without a reason, or is another id', async () => {
    const db = await openDatabase();
    const { lead, property } = await places(db);
    expect(await db.refusal('PATCH', `/api/v0/leads/${lead}`, { Status: 'inactive' })).toEqual([
      422,
      'InactiveReason is required',
    ]);
    expect((await db.refusal('POST', `/api/v0/leads/${lead}/notes`, { Body: 'x' }))[0]).toBe(404);
    expect((await db.refusal('POST', '/api/v0/leads', { PropertyId: property, FirstName: 'A' }))[0]).toBe(422);
  });

  it('of showings is refused that has no word or ends before it begins', async () => {
    const db = await openDatabase();
    const { lead, unit } = await places(db);
    const times = { StartAt: '2026-11-25T10:00:00Z', EndAt: '2026-11-25T10:30:00Z' };
    const { body } = await db.ask('POST', '/api/v0/showings', { LeadId: lead, UnitId: unit, ...times });
    const path = `/api/v0/showings/${(body as { Id: string }).Id}`;
    expect((await db.refusal('PATCH', path, { Status: 'completed' }))[0]).toBe(422);
    expect((await db.refusal('PATCH', path, { EndAt: times.StartAt }))[0]).toBe(422);
    expect((await db.refusal('PATCH', path, { Status: 'no-show' }))[0]).toBe(200);
  });

  it('of leases is refused but the three fields that there are', async () => {
    const db = await openDatabase();
    const { lease } = await places(db);
    expect((await db.refusal('PATCH', `/api/v0/leases/${lease}`, { MoveOutOn: '2026-12-31' }))[0]).toBe(422);
    expect((await db.refusal('PATCH', `/api/v0/leases/${lease}`, { EndOn: '2026-02-30' }))[0]).toBe(422);
    expect((await db.refusal('PATCH', `/api/v0/leases/${lease}`, { EndOn: '2027-12-31', IsMtm: false }))[0]).toBe(200);
  });

  it('of bills is refused that does not add up, names two origins or a number that is taken', async () => {
    const db = await openDatabase();
    const { property, vendor, account, order } = await places(db);
    const bill = {
      ...{ PropertyId: property, VendorId: vendor, InvoiceDate: '2026-11-24', DueDate: '2026-12-24', Reference: 'R-1' },
      ...{ TotalAmount: '10.01', LineItems: [{ GlAccountId: account, Amount: '10.01' }] },
    };
    const post = (more: object) => db.refusal('POST', '/api/v0/bills', { ...bill, ...more });
    expect((await post({ TotalAmount: '10.00' }))[0]).toBe(422);
    expect((await post({ TotalAmount: 10.01 }))[0]).toBe(422);
    expect((await post({ WorkOrderId: order, AccountNumber: '1' }))[0]).toBe(422);
    expect((await post({ WorkOrderId: null }))[0]).toBe(422);
    expect((await post({ VendorId: undefined }))[0]).toBe(422);
    expect((await post({}))[0]).toBe(201);
    expect(await post({})).toEqual([422, 'Reference has already been taken']);
  });

  it('of journal entries is refused that is not balanced line by line', async () => {
    const db = await openDatabase();
    const { property, account, other } = await places(db);
    const post = (...LineItems: object[]) =>
      db.refusal('POST', '/api/v0/journal_entries', { PropertyId: property, EntryDate: '2026-11-24', LineItems });
    const debit = { GlAccountId: other, Debit: '5.00', Credit: null };
    expect((await post(debit))[0]).toBe(422);
    expect((await post(debit, { GlAccountId: account, Debit: null, Credit: '4.00' }))[0]).toBe(422);
    expect((await post(debit, { GlAccountId: account, Debit: '5.00', Credit: '5.00' }))[0]).toBe(422);
    expect((await post(debit, { GlAccountId: account, Debit: null, Credit: '5.00' }))[0]).toBe(201);
  });

  it('of charges is refused that owes nothing, and none is taken back', async () => {
    const db = await openDatabase();
    const { occupancy, account } = await places(db);
    const charge = { OccupancyId: occupancy, GlAccountId: account, ChargedOn: '2026-11-24', Description: 'Key' };
    const post = (more: object) => db.ask('POST', '/api/v0/charges', { ...charge, ...more });
    expect((await post({ AmountDue: '0.00' })).status).toBe(422);
    expect((await post({ AmountDue: '5.00', OccupancyId: NOBODY })).status).toBe(422);
    const { body } = await post({ AmountDue: '5.00' });
    expect((await db.ask('DELETE', `/api/v0/charges/${(body as { Id: string }).Id}`)).status).toBe(404);
  });

  it('says in every answer by which name the request is known', async () => {
    const db = await openDatabase();
    expect((await db.ask('GET', '/api/v0/nothing')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('limits', () => {
  it('are eight requests in a second for the database, and seven in fifteen for reports beside it', async () => {
    const db = await openDatabase({ limits: undefined });
    for (let request = 0; request < 8; request += 1)
      expect((await db.ask('GET', `/api/v0/units?${SINCE}`)).status).toBe(200);
    const over = await db.ask('GET', `/api/v0/units?${SINCE}`);
    expect([over.status, over.headers.get('retry-after')]).toEqual([429, '1']);
    const report = () => db.ask('POST', '/api/v2/reports/vendor_directory.json', {});
    for (let request = 0; request < 7; request += 1) expect((await report()).status).toBe(401);
    expect((await report()).status).toBe(429);
    expect((await db.ask('POST', '/api/v2/reports/vendor_directory.json?page=2', {})).status).toBe(401);
  });
});
