import { describe, expect, it } from 'vitest';
import { addDays } from '../../../src/model/zoned_time.ts';
import { NOW } from '../rig.ts';
import { first, listAll, openAppfolio } from './rig.ts';

const ids = (records: readonly { id: string }[]) => records.map(({ id }) => id).sort();

describe('households', () => {
  it('come once each, whole, however the tenants fall on pages', async () => {
    const rig = await openAppfolio({ units: 60 });
    const held = await rig.held('household');
    for (const limit of [1, 2, 7, 500]) {
      const listed = await listAll(rig, 'household', { limit });
      expect(ids(listed)).toEqual(ids(held));
      expect(new Map(listed.map((one) => [one.id, one.resident_ids]))).toEqual(
        new Map(held.map((one) => [one.id, one.resident_ids])),
      );
    }
  });

  it('are told of where any of their tenants has changed', async () => {
    const rig = await openAppfolio({ units: 60 });
    const household = first(await rig.held('household'), ({ resident_ids }) => resident_ids.length > 1);
    await rig.simulator.clock({ advance_ms: 60_000 });
    const tenant = household.resident_ids.at(-1) as string;
    await rig.simulator.staff({ change: { table: 'tenants', id: tenant, set: { LastName: 'Changed' } } });
    const since = new Date(NOW + 30_000).toISOString();
    expect(ids(await listAll(rig, 'household', { since }))).toEqual([household.id]);
    expect(ids(await listAll(rig, 'resident', { since }))).toEqual([tenant]);
  });
});

describe('leases', () => {
  it('are narrowed by property, unit and household', async () => {
    const rig = await openAppfolio({ units: 60 });
    const leases = await rig.held('lease');
    const { property_id, unit_id, household_id } = first(leases);
    for (const [query, fits] of [
      [{ property_id }, (one: (typeof leases)[number]) => one.property_id === property_id],
      [{ unit_id }, (one: (typeof leases)[number]) => one.unit_id === unit_id],
      [{ household_id }, (one: (typeof leases)[number]) => one.household_id === household_id],
    ] as const)
      expect(ids(await listAll(rig, 'lease', query))).toEqual(ids(leases.filter(fits)));
    expect(await listAll(rig, 'lease', { household_id: "x'; drop" })).toEqual([]);
  });

  it('cost what the rent account of the configuration says, and nothing where it is charged nothing', async () => {
    const rig = await openAppfolio();
    const other = first(await rig.held('gl_account'), ({ name }) => name === 'Parking income');
    const lease = first(await rig.held('lease'), ({ status }) => status === 'current');
    expect(lease.rent).toBeGreaterThan(0);
    const parked = await openAppfolio({}, { defaults: { rent_gl_account: other.id } });
    expect(await parked.connector.get('lease', '', lease.id)).toMatchObject({ rent: 0 });
  });

  it('are not read at all where nobody knows which account is the rent', async () => {
    const rig = await openAppfolio();
    const rent = first(await rig.held('gl_account'), ({ name }) => name === 'Rent income');
    await rig.simulator.staff({ change: { table: 'gl_accounts', id: rent.id, set: { AccountName: 'Apartments' } } });
    const error = await rig.connector.list('lease', {}).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'misconfigured', message: expect.stringContaining('rent_gl_account') });
  });

  it('of a household that was renewed are past, but for the one that its tenants show', async () => {
    const rig = await openAppfolio();
    const lease = first(await rig.held('lease'), ({ status }) => status === 'current');
    await rig.simulator.staff({
      add: {
        table: 'leases',
        row: {
          ...{ Id: '0a1b2c3d-0000-4000-8000-000000000009', OccupancyId: lease.household_id, Status: 'Active' },
          ...{ StartOn: addDays(lease.start_date, -365), EndOn: addDays(lease.start_date, -1), IsMtm: false },
        },
      },
    });
    const listed = await listAll(rig, 'lease', { household_id: lease.household_id });
    expect(listed.map(({ status }) => status).sort()).toEqual(['current', 'past']);
    expect(listed.find(({ status }) => status === 'current')?.id).toBe(lease.id);
  });

  it('of a household that somebody has left are those of the people who still live there', async () => {
    const rig = await openAppfolio();
    const lease = first(await rig.held('lease'), ({ status, parties }) => status === 'current' && parties.length > 1);
    const [gone] = lease.parties;
    const set = { Status: 'Past', PrimaryTenant: true, MoveOutOn: '2026-10-01' };
    await rig.simulator.staff({ change: { table: 'tenants', id: gone!.resident_id, set } });
    expect(await rig.connector.get('lease', '', lease.id)).toMatchObject({ status: 'current', unit_id: lease.unit_id });
    expect(await rig.connector.get('lease', '', lease.id)).not.toHaveProperty('move_out_date');
  });

  it('of many households are read with a few requests for all of them', async () => {
    const rig = await openAppfolio({ units: 150 });
    await rig.asked();
    const listed = await listAll(rig, 'lease');
    expect(listed.length).toBeGreaterThan(150);
    expect((await rig.asked()).length).toBeLessThan(12);
  });
});

describe('vendors', () => {
  it('are sorted by trade and marked do-not-use by the vendor directory, however many pages that has', async () => {
    const rig = await openAppfolio();
    await rig.account({ PageCap: 20 });
    const held = await rig.held('vendor');
    expect(held.some(({ do_not_use }) => do_not_use)).toBe(true);
    const listed = await listAll(rig, 'vendor');
    const facts = (all: typeof held) =>
      new Map(all.map(({ id, trades, do_not_use, compliance }) => [id, { trades, do_not_use, compliance }]));
    expect(facts(listed)).toEqual(facts(held));
    const reports = (await rig.asked()).filter((one) => one.includes('/api/v2/reports/'));
    expect(reports.length).toBe(Math.ceil(held.length / 20));
  });

  it('share one report among those who ask at the same time', async () => {
    const rig = await openAppfolio();
    const some = (await rig.held('vendor')).slice(0, 10);
    await rig.asked();
    await Promise.all(some.map(({ id }) => rig.connector.get('vendor', '', id)));
    expect((await rig.asked()).filter((one) => one.includes('/api/v2/reports/'))).toHaveLength(1);
  });

  it('that the directory does not know are not to be used, and that is told', async () => {
    const rig = await openAppfolio();
    const vendor = first(await rig.held('vendor'), ({ is_active, do_not_use }) => is_active && !do_not_use);
    await rig.simulator.staff({ change: { table: 'vendors', id: vendor.id, set: { Link: null } } });
    expect(await rig.connector.get('vendor', '', vendor.id)).toMatchObject({ do_not_use: true, trades: [] });
    expect(rig.drift).toContainEqual({ what: 'missing_field', path: 'vendor.Link' });
  });

  it('have neither where no host of the Reports API is set: that is kept beside them, and said', async () => {
    const rig = await openAppfolio({}, { reports: undefined });
    const fields = rig.connector.capabilities.records.vendor?.fields;
    expect(fields?.['trades']).toMatchObject({ support: 'sidecar' });
    expect(fields?.['do_not_use']).toMatchObject({ support: 'sidecar' });
    await rig.asked();
    expect(await listAll(rig, 'vendor')).not.toEqual([]);
    expect((await rig.asked()).filter((one) => one.includes('reports'))).toEqual([]);
  });
});

describe('other lists', () => {
  it('tell of changes since a moment alone', async () => {
    const rig = await openAppfolio();
    const order = first(await rig.held('work_order'), ({ status }) => status === 'new');
    await rig.simulator.clock({ advance_ms: 60_000 });
    await rig.simulator.staff({ change: { table: 'work_orders', id: order.id, set: { Priority: 'Low' } } });
    const since = new Date(NOW + 30_000).toISOString();
    expect(ids(await listAll(rig, 'work_order', { since }))).toEqual([order.id]);
    expect(await listAll(rig, 'unit', { since })).toEqual([]);
  });

  it('show the charges of a household and of a property, and nothing once they are paid', async () => {
    const rig = await openAppfolio({ units: 60 });
    const charges = await rig.held('ledger_entry');
    const { household_id, property_id, id } = first(charges);
    expect(ids(await listAll(rig, 'ledger_entry', { household_id }))).toEqual(
      ids(charges.filter((one) => one.household_id === household_id)),
    );
    expect(ids(await listAll(rig, 'ledger_entry', { property_id }))).toEqual(
      ids(charges.filter((one) => one.property_id === property_id)),
    );
    await rig.simulator.staff({ change: { table: 'charges', id, set: { AmountDue: '0.00' } } });
    expect(await rig.connector.get('ledger_entry', '', id)).toBeUndefined();
  });

  it('leave out hidden units and residents, and keep hidden properties as inactive ones', async () => {
    const rig = await openAppfolio();
    const [unit, property] = [first(await rig.held('unit')), first(await rig.held('property'))];
    const hide = (table: string, id: string) =>
      rig.simulator.staff({ change: { table, id, set: { HiddenAt: '2026-11-01T00:00:00Z' } } });
    await hide('units', unit.id);
    await hide('properties', property.id);
    expect(await rig.connector.get('unit', '', unit.id)).toBeUndefined();
    expect(ids(await listAll(rig, 'unit'))).not.toContain(unit.id);
    expect(await rig.connector.get('property', '', property.id)).toMatchObject({ is_active: false });
  });

  it('read words that nobody knows as the nearest, and tell of it', async () => {
    const rig = await openAppfolio();
    const unit = first(await rig.held('unit'), ({ occupancy }) => occupancy === 'occupied');
    await rig.simulator.staff({ change: { table: 'units', id: unit.id, set: { Status: 'Quarantined' } } });
    expect(await rig.connector.get('unit', '', unit.id)).toMatchObject({ occupancy: 'occupied' });
    expect(rig.drift).toContainEqual({ what: 'unknown_value', path: 'unit.Status' });
  });
});
