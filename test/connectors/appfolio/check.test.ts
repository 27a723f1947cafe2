import { describe, expect, it } from 'vitest';
import { settings } from '../../../src/connectors/appfolio/connector.ts';
import { first, openAppfolio, type Appfolio } from './rig.ts';

const findings = async ({ connector }: Appfolio) =>
  new Map(((await connector.check?.()) ?? []).map(({ area, ok, detail }) => [area, { ok, detail }]));

describe('the check of a connection', () => {
  it('finds everything in order, and changes nothing', async () => {
    const rig = await openAppfolio();
    const found = await findings(rig);
    expect([...found].filter(([, { ok }]) => !ok)).toEqual([]);
    expect(found.get('guest card notes')?.detail).toBe('leads show their guest card');
    expect(found.get('reports')?.detail).toMatch(/^the vendor directory has \d+ vendors$/);
    expect(await rig.simulator.effects()).toEqual([]);
  });

  it('says which resources are not covered', async () => {
    const rig = await openAppfolio();
    await rig.account({ Denied: ['leases', 'bills'] });
    const found = await findings(rig);
    expect([...found].filter(([, { ok }]) => !ok).map(([area]) => area)).toEqual([
      'permission: Leases',
      'permission: Bills',
    ]);
    expect(found.get('permission: Leases')?.detail).toMatch(/plan or agreement/);
  });

  it('says of wrong credentials what they are, without repeating them', async () => {
    const rig = await openAppfolio({}, { client_secret: 'not-the-secret' });
    const found = await findings(rig);
    expect(found.get('credentials')).toMatchObject({ ok: false, detail: expect.stringContaining('credentials') });
    expect(JSON.stringify([...found])).not.toContain('not-the-secret');
  });

  it('tells maintenance from what is not allowed', async () => {
    const rig = await openAppfolio();
    await rig.account({ Maintenance: true });
    expect((await findings(rig)).get('credentials')?.detail).toMatch(/maintenance/);
  });

  it('says that the rent account is not known, and that reports are not set up', async () => {
    const rig = await openAppfolio({}, { reports: undefined });
    const rent = first(await rig.held('gl_account'), ({ name }) => name === 'Rent income');
    await rig.simulator.staff({ change: { table: 'gl_accounts', id: rent.id, set: { AccountName: 'Apartments' } } });
    const found = await findings(rig);
    expect(found.get('rent account')?.ok).toBe(false);
    expect(found.get('reports')).toMatchObject({ ok: true, detail: expect.stringContaining('reports.base_url') });
  });
});

describe('the lists for the mapping file', () => {
  it('are the trades, the users and the accounts of the database', async () => {
    const rig = await openAppfolio();
    const lists = new Map((await rig.connector.valueLists?.())?.map(({ table, values }) => [table, values]));
    expect(lists.get('trade')).toHaveLength(38);
    const people = (await rig.held('staff')).filter(({ is_active }) => is_active);
    expect(lists.get('agent')).toEqual(people.map(({ id, name }) => ({ raw: id, name })));
    expect(lists.get('charge_code')).toHaveLength((await rig.held('gl_account')).length);
  });

  it('name every word that the connection writes', async () => {
    const { connector } = await openAppfolio();
    const lists = (await connector.valueLists?.()) ?? [];
    for (const table of ['trade', 'vendor_trade'] as const) {
      const words = lists.find((one) => one.table === table)?.values.map(({ raw }) => raw);
      expect(words).toEqual(expect.arrayContaining(Object.values(connector.tables?.[table]?.to_pms ?? {})));
      expect(Object.keys(connector.tables?.[table]?.from_pms ?? {}).sort()).toEqual([...(words ?? [])].sort());
    }
  });
});

describe('the settings', () => {
  const given = {
    ...{ id: 'main', pms: 'appfolio', time_zones: { properties: {} } },
    ...{ client_id: 'a', client_secret: 'b', developer_id: 'c' },
  };

  it('need the credentials alone', () => {
    expect(settings.parse(given)).toMatchObject({
      ...{ base_url: 'https://api.appfolio.com', developer_id_header: 'X-AppFolio-Developer-ID' },
      jwks_url: 'https://api.appfolio.com/.well-known/jwks.json',
    });
  });

  it.each([
    { client_secret: '' },
    { base_url: 'http://api.appfolio.com' },
    { base_url: 'https://user:secret@api.appfolio.com' },
    { developer_id_header: 'X-Bad: y\r\nHost' },
    { records_since: 'yesterday' },
    { reports: { base_url: 'https://x.appfolio.com', unknown: 1 } },
    { jwks_url: 'ftp://x' },
    { typo: 1 },
  ])('refuse %o', (wrong) => {
    expect(settings.safeParse({ ...given, ...wrong }).success).toBe(false);
  });
});
