import { describe, expect, it } from 'vitest';
import { createSidecar, overlay, type SidecarKey } from '../../src/mirror/sidecar.ts';
import { Vendor } from '../../src/model/records.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import { describeOnEveryEngine } from '../store/engines.ts';

describe('overlay', () => {
  it.each([
    { what: 'what is absent', own: {}, beside: { a: 1 }, laid: { a: 1 } },
    { what: 'an empty list', own: { a: [] }, beside: { a: [1] }, laid: { a: [1] } },
    { what: 'an empty text', own: { a: '' }, beside: { a: 'x' }, laid: { a: 'x' } },
    { what: 'parts of objects', own: { a: { b: 1 } }, beside: { a: { b: 2, c: 3 } }, laid: { a: { b: 1, c: 3 } } },
    { what: 'never a value', own: { a: 1, b: [1] }, beside: { a: 2, b: [2, 3] }, laid: { a: 1, b: [1] } },
    { what: 'never false or zero', own: { a: false, b: 0 }, beside: { a: true, b: 5 }, laid: { a: false, b: 0 } },
  ])('fills $what', ({ own, beside, laid }) => {
    expect(overlay(own, beside)).toEqual(laid);
  });
});

const vendor = (id: string) => Vendor.parse({ id, name: `Vendor ${id}`, trades: ['hvac'] });
const key = (record_id: string): SidecarKey => ({ connection: 'main', kind: 'vendor', scope: '', record_id });
const BY = { at: 1_000, who: 'person:ada' };

describeOnEveryEngine('what is kept beside records', (open) => {
  const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });

  it('is sealed, replaced as a whole, and laid over the right records', async () => {
    const store = await open();
    const sidecar = createSidecar(store, keyring);
    const first = { trades: ['plumbing'], compliance: { workers_comp_exemption: 'folder 9' } };
    await store.transaction((trx) => sidecar.put(trx, key('1'), first, BY));
    await store.transaction((trx) => sidecar.put(trx, key('2'), { service_area: ['78701'] }, BY));
    const second = { compliance: { workers_comp_exemption: 'folder 10' } };
    await store.transaction((trx) => sidecar.put(trx, key('1'), second, BY));
    expect(await sidecar.get(key('1'))).toEqual(second);
    expect(await sidecar.get(key('3'))).toBeUndefined();
    const laid = await sidecar.apply('main', 'vendor', '', ['3', '2', '1'].map(vendor));
    expect(laid).toEqual([
      vendor('3'),
      { ...vendor('2'), service_area: ['78701'] },
      { ...vendor('1'), compliance: { licences: [], workers_comp_exemption: 'folder 10' } },
    ]);
    expect(await sidecar.apply('other', 'vendor', '', [vendor('1')])).toEqual([vendor('1')]);
    const rows = await store.ledger.selectFrom('sidecar').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('folder');
  });

  it('opens for its own record only', async () => {
    const store = await open();
    const sidecar = createSidecar(store, keyring);
    await store.transaction((trx) => sidecar.put(trx, key('1'), { service_area: ['1'] }, BY));
    await store.transaction((trx) => trx.updateTable('sidecar').set({ record_id: '2' }).execute());
    await expect(sidecar.apply('main', 'vendor', '', [vendor('2')])).rejects.toThrow('sealed');
  });
});
