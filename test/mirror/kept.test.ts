import { expect, it } from 'vitest';
import { createMirror } from '../../src/mirror/mirror.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { CONNECTION, keyring, NOW, record } from './portfolio.ts';

const vendor = (id: string, name: string) => record('vendor', { id, name, trades: ['plumbing'] });

const workOrder = (id: string, fields: object) =>
  record('work_order', {
    id, number: id, property_id: 'p1', unit_id: 'u1', title: 'Leak', description: 'Drips', trade: 'plumbing',
    severity: 'routine', entry: 'yes', created_at: '2026-11-20T10:00:00.000Z', ...fields,
  }); // prettier-ignore

describeOnEveryEngine('what is kept decoded', (open) => {
  it('is read again after a change, whichever process made it', async () => {
    const store = await open();
    const [here, there] = [createMirror(store, keyring), createMirror(await open({ beside: store }), keyring)];
    const seen = async () => ({
      one: (await here.get(CONNECTION, 'vendor', '', 'v1', { withSealed: true }))?.record.name,
      several: [...(await here.getMany(CONNECTION, 'vendor', '', ['v1', 'v2'])).values()].map((row) => row.record.name),
      listed: (await here.find(CONNECTION, 'vendor', {}, { limit: 5 })).records.map((row) => row.record.name),
      all: (await here.reference(CONNECTION, 'vendor')).map((row) => row.record.name),
      as_of: (await here.reference(CONNECTION, 'vendor'))[0]?.as_of,
    });
    const all = (...names: string[]) => ({ one: names[0], several: names, listed: names, all: names });
    expect(await seen()).toEqual({ ...all(), as_of: undefined, one: undefined });

    await here.put(CONNECTION, 'vendor', '', [vendor('v1', 'Apex')], NOW);
    expect(await seen()).toEqual({ ...all('Apex'), as_of: NOW });
    await there.put(CONNECTION, 'vendor', '', [vendor('v1', 'Apex Plumbing'), vendor('v2', 'Best')], NOW);
    expect(await seen()).toEqual({ ...all('Apex Plumbing', 'Best'), as_of: NOW });
    await there.put(CONNECTION, 'vendor', '', [vendor('v1', 'Apex Plumbing')], NOW + 1);
    expect(await seen()).toEqual({ ...all('Apex Plumbing', 'Best'), as_of: NOW + 1 });
    await there.remove(CONNECTION, 'vendor', '', 'v1');
    expect(await seen()).toEqual({ ...all(), several: ['Best'], listed: ['Best'], all: ['Best'], as_of: NOW });
  });

  it('keeps plain and whole readings apart', async () => {
    const mirror = createMirror(await open(), keyring);
    const whole = { ...vendor('v1', 'Apex'), emails: ['office@apex.example'] };
    await mirror.put(CONNECTION, 'vendor', '', [whole], NOW);
    for (let twice = 0; twice < 2; twice++) {
      expect((await mirror.get(CONNECTION, 'vendor', '', 'v1'))?.record).not.toHaveProperty('emails');
      expect((await mirror.get(CONNECTION, 'vendor', '', 'v1', { withSealed: true }))?.record).toEqual(whole);
    }
    expect((await mirror.reference(CONNECTION, 'vendor'))[0]?.record).toEqual(whole);
  });

  it('does not mix up connections and scopes', async () => {
    const mirror = createMirror(await open(), keyring);
    await mirror.put(CONNECTION, 'staff', 'north', [record('staff', { id: 's1', name: 'Ana', roles: [] })], NOW);
    await mirror.put(CONNECTION, 'staff', 'south', [record('staff', { id: 's1', name: 'Ben', roles: [] })], NOW);
    await mirror.put('other', 'staff', '', [record('staff', { id: 's1', name: 'Cem', roles: [] })], NOW);
    const rows = await mirror.reference(CONNECTION, 'staff');
    expect(rows.map(({ scope, record: one }) => [scope, one.name])).toEqual([
      ['north', 'Ana'],
      ['south', 'Ben'],
    ]);
  });
});

describeOnEveryEngine('the load of people', (open) => {
  it('counts the work orders of each in the statuses asked for', async () => {
    const mirror = createMirror(await open(), keyring);
    await mirror.put(CONNECTION, 'work_order', '', [
      workOrder('1', { status: 'assigned', vendor_id: 'v1' }),
      workOrder('2', { status: 'scheduled', vendor_id: 'v1', property_id: 'p2' }),
      workOrder('3', { status: 'closed', vendor_id: 'v1' }),
      workOrder('4', { status: 'assigned', vendor_id: 'v2' }),
      workOrder('5', { status: 'assigned', technician_id: 's1' }),
      workOrder('6', { status: 'new' }),
    ], NOW); // prettier-ignore
    const status = ['assigned', 'scheduled'] as const;
    const load = async (by: 'vendor_id' | 'technician_id', ids: string[], property_ids?: string[]) =>
      Object.fromEntries(await mirror.workload(CONNECTION, { by, ids, status, ...(property_ids && { property_ids }) }));
    expect(await load('vendor_id', ['v1', 'v2', 'v3'])).toEqual({ v1: 2, v2: 1 });
    expect(await load('vendor_id', ['v1'], ['p1'])).toEqual({ v1: 1 });
    expect(await load('vendor_id', ['v1'], [])).toEqual({});
    expect(await load('technician_id', ['s1', 'v1'])).toEqual({ s1: 1 });
    expect(await load('technician_id', [])).toEqual({});
    await mirror.put(
      CONNECTION,
      'work_order',
      '',
      [workOrder('5', { status: 'work_done', technician_id: 's1' })],
      NOW + 1,
    );
    expect(await load('technician_id', ['s1'])).toEqual({});
  });
});
