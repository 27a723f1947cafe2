import { expect, it } from 'vitest';
import {
  createSidecar,
  isOwnRecordId,
  type Kept,
  NOTHING_KEPT,
  ownRecordId,
  type SidecarKey,
} from '../../src/mirror/sidecar.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import { newId } from '../../src/writeback/ids.ts';
import { describeOnEveryEngine } from '../store/engines.ts';

const place = { connection: 'main', kind: 'guest_card', scope: '' } as const;
const key = (record_id: string): SidecarKey => ({ ...place, record_id });
const keeping = (fields: Kept['fields']): Kept => ({ ...NOTHING_KEPT, fields });
const BY = { at: 1_000, who: 'person:ada' };

it('names a record that only Caretaker holds by the write that makes it', () => {
  const writeId = newId('w', 1_000);
  expect(ownRecordId(writeId)).toBe(ownRecordId(writeId));
  expect(ownRecordId(writeId)).not.toBe(ownRecordId(newId('w', 1_000)));
  expect([ownRecordId(writeId), '4711', writeId].map(isOwnRecordId)).toEqual([true, false, false]);
});

describeOnEveryEngine('what is kept beside records', (open) => {
  const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });

  async function start() {
    const store = await open();
    const sidecar = createSidecar(store, keyring);
    const put = (record_id: string, kept: Kept, at = BY.at) =>
      store.transaction((trx) => sidecar.put(trx, key(record_id), kept, { ...BY, at }));
    return { store, sidecar, put };
  }

  it('is sealed, and replaced as a whole', async () => {
    const { store, sidecar, put } = await start();
    await put('1', keeping({ pets: 'two cats', follow_up_on: '2026-12-01' }));
    const second = { fields: { pets: 'a parrot' }, shown: { status: { value: 'toured', as: 'new' } }, writes: ['w_1'] };
    await put('1', second);
    await put('2', keeping({ pets: 'none' }));
    expect(await sidecar.get(key('1'))).toEqual(second);
    expect(await sidecar.get(key('3'))).toBeUndefined();
    const found = await sidecar.getMany(place, ['3', '2', '1']);
    expect([...found.keys()].sort()).toEqual(['1', '2']);
    expect(found.get('2')?.fields).toEqual({ pets: 'none' });
    for (const other of [{ connection: 'other' }, { kind: 'tour' as const }, { scope: 'north' }])
      expect(await sidecar.getMany({ ...place, ...other }, ['1', '2'])).toEqual(new Map());
    const rows = await store.ledger.selectFrom('sidecar').selectAll().execute();
    expect(JSON.stringify(rows)).not.toMatch(/parrot|cats|toured/);
  });

  it('shows a transaction what it has put itself', async () => {
    const { store, sidecar } = await start();
    await store.transaction(async (trx) => {
      await sidecar.put(trx, key('1'), keeping({ pets: 'none' }), BY);
      expect(await sidecar.get(key('1'), trx)).toEqual(keeping({ pets: 'none' }));
    });
  });

  it('lists what only Caretaker holds, page by page, and nothing else', async () => {
    const { sidecar, put } = await start();
    for (const [at, id] of ['ct_b', '9', 'ct_a', 'cu_1', 'w_1', 'CT_1', 'ct_c'].entries())
      await put(id, keeping({ id }), at);
    const ids = async (query: Parameters<typeof sidecar.own>[1]) =>
      (await sidecar.own(place, query)).map(({ record_id }) => record_id);
    expect(await ids({ limit: 9 })).toEqual(['ct_a', 'ct_b', 'ct_c']);
    expect(await ids({ limit: 2 })).toEqual(['ct_a', 'ct_b']);
    expect(await ids({ limit: 2, after: 'ct_b' })).toEqual(['ct_c']);
    expect(await ids({ limit: 9, since: 2 })).toEqual(['ct_a', 'ct_c']);
    expect(await sidecar.own({ ...place, kind: 'tour' }, { limit: 9 })).toEqual([]);
  });

  it('finds those of a property, and no others, after they have moved as well', async () => {
    const { sidecar, put } = await start();
    const at = (id: string, property_id: string) => put(id, keeping({ id, property_id }));
    await at('ct_a', '11');
    await at('ct_b', '12');
    await at('V7', '11');
    // What is kept beside a record of the PMS is none by itself.
    await put('ct_c', keeping({ property_id: '11' }));
    const ids = async (property_id: string, under_any_id = false) =>
      (await sidecar.own(place, { property_id, under_any_id, limit: 9 })).map(({ record_id }) => record_id);
    expect([await ids('11'), await ids('12'), await ids('13')]).toEqual([['ct_a'], ['ct_b'], []]);
    expect(await ids('11', true)).toEqual(['V7', 'ct_a']);
    await at('ct_a', '12');
    expect([await ids('11'), await ids('12')]).toEqual([[], ['ct_a', 'ct_b']]);
  });

  it('opens for its own record only', async () => {
    const { store, sidecar, put } = await start();
    await put('1', keeping({ pets: 'none' }));
    await store.transaction((trx) => trx.updateTable('sidecar').set({ record_id: '2' }).execute());
    await expect(sidecar.get(key('2'))).rejects.toThrow('sealed');
    await expect(sidecar.getMany(place, ['2'])).rejects.toThrow('sealed');
  });

  it('reads what was kept of vendors when it was nothing but fields', async () => {
    const { store, sidecar, put } = await start();
    await put('1', NOTHING_KEPT);
    const body_sealed = keyring.seal(JSON.stringify({ trades: ['hvac'] }), 'sidecar:main:guest_card::1');
    await store.transaction((trx) => trx.updateTable('sidecar').set({ body_sealed }).execute());
    expect(await sidecar.get(key('1'))).toEqual(keeping({ trades: ['hvac'] }));
    await store.close();
  });
});
