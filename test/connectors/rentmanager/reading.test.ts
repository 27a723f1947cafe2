import { describe, expect, it } from 'vitest';
import { asked, failureOf, openCompany } from './rig.ts';

type Query = Record<string, string>;

/** What the last list asked for, as the vendor reads it. */
function queryOf(url: string): Query {
  return Object.fromEntries(new URLSearchParams(url.slice(url.indexOf('?') + 1)));
}

describe('lists of Rent Manager', () => {
  it('cost no request per record', async () => {
    const company = await openCompany({ units: 400 });
    const connector = company.process();
    const before = (await company.simulator.requests()).total;
    for (const kind of ['unit', 'household', 'resident', 'lease', 'work_order', 'vendor', 'tour'] as const)
      await connector.list(kind, {});
    // A sign-in, a page of each kind, and what belongs to it: leases of the units, rent types, prospects of the tours.
    expect((await company.simulator.requests()).total - before).toBeLessThanOrEqual(12);
  });

  it('leave to the vendor what it can filter by', async () => {
    const company = await openCompany();
    const connector = company.process();
    const [unit] = (await connector.list('unit', {})).records;
    await connector.list('unit', { property_id: unit?.property_id ?? '', since: '2026-11-20T05:00:00.000Z' });
    const { last } = await company.simulator.requests();
    const [request] = last.filter(({ operation }) => operation === 'GET Units').slice(-1);
    // An hour is read again: wall-clock times come twice in autumn. The location is in New York.
    expect(queryOf(request?.url ?? '').filters).toBe(
      `PropertyID,eq,${unit?.property_id};UpdateDate,ge,2026-11-19T23:00:00`,
    );
  });

  it('narrow households, residents and leases down by their unit', async () => {
    const company = await openCompany({ units: 60 });
    const connector = company.process();
    const [lease] = (await connector.list('lease', {})).records;
    const unit_id = lease?.unit_id ?? '';
    for (const kind of ['household', 'resident', 'lease'] as const) {
      const all = (await connector.list(kind, {})).records as { id: string; unit_id?: string }[];
      const here = (await connector.list(kind, { unit_id })).records as { id: string }[];
      expect(here.map(({ id }) => id).sort()).toEqual(
        all
          .filter((one) => one.unit_id === unit_id)
          .map(({ id }) => id)
          .sort(),
      );
      expect(here).not.toEqual([]);
    }
  });

  it('tell what has changed: a lease by itself, a payment by its day of entry, a credit with its charge', async () => {
    const company = await openCompany({ units: 60 });
    const connector = company.process();
    const charge = (await connector.list('ledger_entry', {})).records.find(({ kind }) => kind === 'charge');
    const [lease] = (await connector.list('lease', {})).records;
    await company.pass(3 * 60 * 60_000);
    const since = new Date(company.now() - 60_000).toISOString();
    const stamp = '2026-11-24T13:00:00.0000001-05:00';
    await company.simulator.staff({ change: { table: 'Leases', id: Number(lease?.id), set: { UpdateDate: stamp } } });
    const row = {
      ID: 9_999,
      AccountID: Number(charge?.household_id),
      AccountType: 'Tenant',
      Amount: 5,
      TransactionDate: '2026-11-24T00:00:00',
    };
    const Allocations = [{ ChargeID: Number(charge?.id.slice('charge-'.length)), Amount: 5 }];
    await company.simulator.staff({ add: { table: 'Credits', row: { ...row, Allocations, UpdateDate: stamp } } });
    expect((await connector.list('lease', { since })).records.map(({ id }) => id)).toEqual([lease?.id]);
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await connector.list('ledger_entry', { since, ...(cursor && { cursor }) });
      found.push(...page.records.map(({ id, reversed_amount }) => `${id} ${reversed_amount}`));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(found.sort()).toEqual([`${charge?.id} 500`, 'credit-9999 0']);
  });

  it('refuse a cursor that is not theirs, and find nothing under an id that cannot be one', async () => {
    const company = await openCompany();
    const connector = company.process();
    for (const cursor of ['', '1', '1.2', '0.5.0', '1.5.x', '1.5.0;DROP'])
      expect((await failureOf(connector.list('unit', { cursor }))).code).toBe('refused');
    const before = (await company.simulator.requests()).total;
    for (const id of ['x', '1;Name,eq,1', '-1', '1,2'])
      expect(await connector.list('unit', { property_id: id })).toEqual({ records: [] });
    expect((await company.simulator.requests()).total).toBe(before);
  });
});

describe('records of Rent Manager', () => {
  it('are in eviction where the tenant is, and down where the last status of the unit says so', async () => {
    const company = await openCompany();
    const connector = company.process();
    const lease = (await connector.list('lease', {})).records.find(({ status }) => status === 'current');
    await company.simulator.staff({
      change: { table: 'Tenants', id: Number(lease?.household_id), set: { EvictionID: 5 } },
    });
    expect(await connector.get('lease', '', lease?.id ?? '')).toMatchObject({ status: 'eviction' });
    expect(await connector.get('resident', '', lease?.household_id ?? '')).toMatchObject({ status: 'eviction' });
    const empty = (await connector.list('unit', {})).records.find(({ occupancy }) => occupancy === 'vacant');
    const down = { change: { table: 'Units', id: Number(empty?.id), set: { $Statuses: ['Occupied', 'Rehab'] } } };
    await company.simulator.staff(down);
    expect(await connector.get('unit', '', empty?.id ?? '')).toMatchObject({ occupancy: 'vacant' });
    const told = company.process({ down_unit_statuses: ['Rehab'] });
    expect(await told.get('unit', '', empty?.id ?? '')).toMatchObject({ occupancy: 'down', is_listed: false });
  });

  it('count as rent what the settings say, where they do', async () => {
    const company = await openCompany();
    const lease = (await company.process().list('lease', {})).records.find(({ status }) => status === 'current');
    const row = {
      RecurringChargeID: 9_999,
      EntityType: 'Tenant',
      EntityKeyID: Number(lease?.household_id),
      Frequency: 1,
    };
    await company.simulator.staff({
      add: { table: 'RecurringCharges', row: { ...row, ChargeTypeID: 77, Amount: 35.5 } },
    });
    const rent = async (more: object) => (await company.process(more).get('lease', '', lease?.id ?? ''))?.rent;
    expect(await rent({})).toBe(lease?.rent);
    expect(await rent({ rent_charge_types: [77] })).toBe(3_550);
  });

  it('have the rent of their own unit alone, where a tenant has two', async () => {
    const company = await openCompany();
    const connector = company.process();
    const lease = (await connector.list('lease', {})).records.find(({ status }) => status === 'current')!;
    const charge = { RecurringChargeID: 9_998, EntityType: 'Tenant', EntityKeyID: Number(lease.household_id) };
    const of = (await company.simulator.state()).charge_code!.find(({ name }) => /rent/i.test(name))!;
    const row = { ...charge, Frequency: 1, ChargeTypeID: Number(of.id), Amount: 700, UnitID: 999_999 };
    await company.simulator.staff({ add: { table: 'RecurringCharges', row } });
    expect((await connector.get('lease', '', lease.id))?.rent).toBe(lease.rent);
  });

  it('are there where a property has no address', async () => {
    const company = await openCompany();
    const connector = company.process();
    const [property] = (await connector.list('property', {})).records;
    const change = { table: 'Properties', id: Number(property?.id), set: { $Addresses: [] } };
    await company.simulator.staff({ change });
    expect((await connector.get('property', '', property?.id ?? ''))?.name).toBe(property?.name);
  });

  it('are left out where an issue is linked to nothing, and a tenant without contacts is a person', async () => {
    const company = await openCompany();
    const connector = company.process();
    const [order] = (await connector.list('work_order', {})).records;
    const links = { $Units: [], $Tenants: [], $Properties: [] };
    await company.simulator.staff({ change: { table: 'ServiceManagerIssues', id: Number(order?.id), set: links } });
    expect(await connector.get('work_order', '', order?.id ?? '')).toBeUndefined();
    expect(company.drift).toEqual([]);
    const row = { TenantID: 8_888, PropertyID: Number(order?.property_id), Name: 'Corner Store LLC' };
    await company.simulator.staff({ add: { table: 'Tenants', row } });
    expect(await connector.get('resident', '', '8888')).toMatchObject({
      name: 'Corner Store LLC',
      role: 'primary',
      status: 'past',
    });
    expect(await connector.get('household', '', '8888')).toMatchObject({ resident_ids: ['8888'] });
  });

  it('are closed where a colleague has ticked that, whatever their status says', async () => {
    const company = await openCompany({ units: 120 });
    const connector = company.process();
    const { records } = await connector.list('work_order', {});
    const shown = async (status: string) => {
      const order = records.find((one) => one.status === status);
      const set = { IsClosed: true };
      await company.simulator.staff({ change: { table: 'ServiceManagerIssues', id: Number(order?.id), set } });
      return (await connector.get('work_order', '', order?.id ?? ''))?.status;
    };
    expect([await shown('in_progress'), await shown('cancelled')]).toEqual(['closed', 'cancelled']);
  });

  it('are told as drift where a list of the company has grown, and read as the default', async () => {
    const company = await openCompany();
    const connector = company.process();
    const [order] = (await connector.list('work_order', {})).records;
    await company.simulator.staff({
      change: { table: 'ServiceManagerIssues', id: Number(order?.id), set: { PriorityID: 999 } },
    });
    expect(await connector.get('work_order', '', order?.id ?? '')).toMatchObject({ severity: 'routine' });
    expect(company.drift).toContainEqual({ what: 'unknown_value', path: 'work_order.Issue.PriorityID' });
  });

  it('have their times by the clock of the property, and by Eastern time where it has none', async () => {
    const company = await openCompany();
    const [property] = (await company.process().list('property', {})).records;
    const order = (await company.process().list('work_order', {})).records.find(
      ({ property_id }) => property_id === property?.id,
    );
    const visit = { ScheduledDate: '2026-12-01T09:30:00', AssignedCloseDate: '2026-12-01T11:00:00' };
    await company.simulator.staff({ change: { table: 'ServiceManagerIssues', id: Number(order?.id), set: visit } });
    const start = async (time_zones: object) =>
      (await company.process({ time_zones }).get('work_order', '', order?.id ?? ''))?.visit?.start;
    expect(await start({ properties: { [property?.id ?? '']: 'America/Phoenix' } })).toBe('2026-12-01T16:30:00.000Z');
    expect(await start({ default: 'America/Chicago', properties: {} })).toBe('2026-12-01T15:30:00.000Z');
    expect(await start({ properties: {} })).toBe('2026-12-01T14:30:00.000Z');
  });

  it('show what people enter in the calendar themselves, without a unit', async () => {
    const company = await openCompany();
    const connector = company.process();
    const [card] = (await connector.list('guest_card', {})).records;
    const row = {
      AppointmentID: 77,
      ProspectID: Number(card?.id),
      StartDate: '2026-12-02T10:00:00',
      EndDate: '2026-12-02T10:30:00',
    };
    await company.simulator.staff({ add: { table: 'Appointments', row: { ...row, Subject: 'Show apt w/ Bob' } } });
    await company.simulator.staff({
      add: { table: 'Appointments', row: { ...row, AppointmentID: 78, ProspectID: null } },
    });
    expect((await connector.list('tour', {})).records).toMatchObject([
      { id: '77', unit_id: '0', type: 'agent_led', status: 'scheduled', guest_card_id: card?.id },
    ]);
    expect(await connector.get('tour', '', '78')).toBeUndefined();
  });
});

describe('a connection to Rent Manager without a mapping file', () => {
  it('reads work orders as open or closed, and keeps the rest beside them', async () => {
    const company = await openCompany({ units: 120 });
    const connector = company.process({}, {});
    const fields = connector.capabilities.records.work_order?.fields;
    expect([fields?.['trade']?.support, fields?.['severity']?.support]).toEqual(['sidecar', 'sidecar']);
    const { records } = await connector.list('work_order', {});
    expect(new Set(records.map(({ status }) => status))).toEqual(new Set(['new', 'closed']));
    expect(fields?.['status']?.shown_as).toMatchObject({ scheduled: 'new', cancelled: 'closed' });
    expect(company.drift).toEqual([]);
  });

  it('says in its check what is missing, and proposes the lists that there are', async () => {
    const company = await openCompany();
    const connector = company.process({ journal_debits: undefined, webhook_secret: undefined }, {});
    const findings = (await connector.check?.()) ?? [];
    const wrong = findings.filter(({ ok }) => !ok).map(({ area }) => area);
    expect(wrong).toEqual(['mapping file', 'journal_debits', 'webhooks']);
    const lists = (await connector.valueLists?.()) ?? [];
    const statuses = lists.find(({ table }) => table === 'work_order_status')?.values;
    expect(statuses).toContainEqual({ raw: '37', name: 'On hold' });
    expect(lists.find(({ table }) => table === 'vendor_trade')?.values.map(({ raw }) => raw)).toContain('Plumbing');
  });

  it('says which privilege is missing, and asks for nothing more where it cannot sign in', async () => {
    const company = await openCompany();
    await company.simulator.staff({ add: { table: 'Denied', row: { Name: 'Bills' } } });
    const findings = (await company.process().check?.()) ?? [];
    expect(findings.filter(({ ok }) => !ok).map(({ area }) => area)).toEqual(['permission: Bills']);
    await company.pass(16 * 60_000);
    const refused = (await company.process({ password: 'not-the-password' }).check?.()) ?? [];
    expect(refused.map(({ area, ok }) => [area, ok])).toEqual([['credentials', false]]);
    expect(await asked(company.simulator, 'GET Properties')).toBe(1);
  });
});
