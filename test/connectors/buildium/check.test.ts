import { describe, expect, it } from 'vitest';
import type { Connector, Finding } from '../../../src/connectors/connector.ts';
import { openAccount } from './account.ts';

async function findings({ connector }: { connector: Connector }): Promise<readonly Finding[]> {
  if (connector.check === undefined) throw new Error('the connector checks nothing');
  return connector.check();
}

const faulty = (all: readonly Finding[]) => all.filter(({ ok }) => !ok).map(({ area }) => area);

/** What a key lacks where no area of these paths is ticked. */
async function without(DeniedPaths: string[], more: object = {}): Promise<readonly Finding[]> {
  const rig = await openAccount(more);
  await rig.account.staff({ change: { table: 'account', id: 1, set: { DeniedPaths } } });
  return findings(rig);
}

describe('the check of a connection to Buildium', () => {
  it('finds nothing wrong where everything is ticked, and changes nothing', async () => {
    const rig = await openAccount();
    const before = (await rig.account.requests()).writes;
    const all = await findings(rig);
    expect(faulty(all)).toEqual([]);
    expect(all.map(({ area }) => area)).toEqual([
      'credentials',
      'permission: Rentals > Rental properties and units',
      'permission: Rentals > Listings',
      'permission: Rentals > Leases',
      'permission: Rentals > Tenants',
      'permission: Rentals > Lease transactions',
      'permission: Tasks > Tasks',
      'permission: Maintenance > Work Orders',
      'permission: Maintenance > Vendors',
      'permission: Accounting > General Ledger Accounts',
      'permission: Accounting > General Ledger Transactions',
      'permission: Accounting > Bills',
      'permission: Administration > Users',
      'permission: Administration > Application Settings',
      'defaults.assigned_to',
      'webhooks',
    ]);
    // Nobody can see that a key may edit.
    const bills = all.find(({ area }) => area.endsWith('Bills'));
    expect(bills?.detail).toBe('View is there. Edit is needed for post_bill and cannot be tried by reading.');
    const { writes, by_status } = await rig.account.requests();
    expect([writes, Object.keys(by_status)]).toEqual([before, ['200']]);
    for (const secret of ['simulated-secret', 'simulated-client', 'simulated-webhook-secret'])
      expect(JSON.stringify(all)).not.toContain(secret);
  });

  it('tells keys that are not accepted from keys that lack an area', async () => {
    const [wrong, ...more] = await findings(await openAccount({ client_secret: 'another-secret' }));
    expect(more).toEqual([]);
    expect(wrong).toMatchObject({ area: 'credentials', ok: false });
    expect(wrong?.detail).toMatch(/client_id and client_secret \(401\)/);
    const [credentials, first] = await without(['/v1/rentals']);
    expect(credentials).toMatchObject({ area: 'credentials', ok: true });
    expect(first).toMatchObject({ area: 'permission: Rentals > Rental properties and units', ok: false });
  });

  it('says which area is to be ticked, and whether for editing as well', async () => {
    const all = await without(['/v1/bills', '/v1/vendors', '/v1/glaccounts']);
    expect(faulty(all)).toEqual([
      'permission: Maintenance > Vendors',
      'permission: Accounting > General Ledger Accounts',
      'permission: Accounting > Bills',
    ]);
    const said = (name: string) => all.find(({ area }) => area.endsWith(name))?.detail;
    expect(said('Bills')).toMatch(/^The key lacks it \(403\): tick View and Edit of it/);
    expect(said('Vendors')).toMatch(/^The key lacks it \(403\): tick View of it/);
    // Without accounts there is nothing to ask the ledger for.
    expect(said('Ledger Transactions')).toMatch(/^Not tried, .* It takes View and Edit\.$/);
  });

  it('blocks nothing for the lock of the books, and says what comes of it', async () => {
    const all = await without(['/v1/administration']);
    expect(faulty(all)).toEqual([]);
    expect(all.find(({ area }) => area.endsWith('Application Settings'))?.detail).toMatch(/403.*locked is not known/s);
  });

  it('asks for applicants only where prospects are applicants', async () => {
    expect(faulty(await without(['/v1/applicants']))).toEqual([]);
    expect(faulty(await without(['/v1/applicants'], { guest_card_as: 'applicant' }))).toEqual([
      'permission: Rentals > Applicants',
    ]);
  });

  it('knows whether somebody can be given the work that no resident asks for', async () => {
    const finding = async (defaults: object) => {
      const all = await findings(await openAccount({ defaults }));
      return all.find(({ area }) => area === 'defaults.assigned_to');
    };
    expect(await finding({})).toMatchObject({ ok: false, detail: expect.stringMatching(/^Not set\./) as string });
    for (const assigned_to of ['4711', '../801', 'Anna'])
      expect(await finding({ assigned_to })).toMatchObject({ ok: false });
    const rig = await openAccount({ defaults: { assigned_to: '801' } });
    await rig.account.staff({ change: { table: 'users', id: 801, set: { IsActive: false } } });
    expect(faulty(await findings(rig))).toEqual(['defaults.assigned_to']);
  });

  it('says that it could not try, where Buildium does not answer', async () => {
    const rig = await openAccount();
    await rig.account.order({ down: true });
    const all = await findings(rig);
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ area: 'credentials', ok: false });
    expect(all[0]?.detail).toMatch(/503/);
    await rig.account.order({ down: false });
    await rig.account.fault({ how: 'throttle', on: 'read' });
    expect((await findings(rig))[0]?.detail).toMatch(/429/);
  });
});

describe('the lists of the mapping file', () => {
  it("are the account's own categories, by their ids", async () => {
    const { connector, account } = await openAccount();
    await account.write('POST', '/v1/tasks/categories', { Name: 'Swimming pool' });
    const lists = await connector.valueLists?.();
    expect(lists?.map(({ table }) => table)).toEqual(['trade', 'vendor_trade']);
    const [trade, vendorTrade] = lists ?? [];
    expect(trade?.values).toContainEqual({ raw: expect.stringMatching(/^\d+$/) as string, name: 'Swimming pool' });
    expect(trade?.values).toContainEqual({ raw: '151', name: 'Plumbing' });
    expect(vendorTrade?.values).toContainEqual({ raw: '101', name: 'Plumbing' });
    expect(vendorTrade?.values.map(({ name }) => name)).not.toContain('Swimming pool');
  });
});
