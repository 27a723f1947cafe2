import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/connectors/sandbox/connector.ts';
import { VendorError, type Connector } from '../../src/connectors/connector.ts';
import { createMirror } from '../../src/mirror/mirror.ts';
import { searchPortfolio } from '../../src/mirror/search.ts';
import { recordVersion } from '../../src/model/version.ts';
import { loadMirror, readableKinds } from '../../src/sync/load.ts';
import { createRecords } from '../../src/sync/records.ts';
import { keyring, NOW } from '../mirror/portfolio.ts';
import { describeOnEveryEngine } from '../store/engines.ts';

const MAIN = 'main';

/** A PMS whose answers a test may stop, count or change. */
function watched(connector: Connector) {
  const asked: string[] = [];
  const control: { before: (question: string) => void } = { before: () => {} };
  const watch = (question: string) => {
    asked.push(question);
    control.before(question);
  };
  const pms: Connector = Object.assign(Object.create(connector) as Connector, {
    list: (...args: Parameters<Connector['list']>) => {
      watch(`list ${args[0]}`);
      return connector.list(...args);
    },
    get: (...args: Parameters<Connector['get']>) => {
      watch(`get ${args[0]} ${args[2]}`);
      return connector.get(...args);
    },
  });
  return { pms, asked, control };
}

describeOnEveryEngine('reading through the mirror', (open) => {
  async function start(units = 40) {
    let now = NOW;
    const clock = () => now;
    const sandbox = createSandbox({ file: ':memory:', clock, seed: 7, units, properties: 2 });
    const { pms, asked, control } = watched(sandbox);
    const mirror = createMirror(await open(), keyring);
    const records = createRecords({
      connections: [{ id: MAIN, connector: pms, stale_after_ms: 60_000 }],
      mirror,
      clock,
    });
    return { sandbox, pms, asked, control, mirror, records, clock, pass: (ms: number) => (now += ms) };
  }

  it('loads every record of the PMS once, whoever asks first', async () => {
    const { sandbox, records, mirror, asked } = await start();
    const progress: number[] = [];
    await Promise.all([
      records.ensureLoaded(MAIN, { onProgress: ({ done, total }) => progress.push(done / total) }),
      records.ensureLoaded(MAIN),
      records.list(MAIN, 'unit', {}, { limit: 5 }),
    ]);
    const state = await sandbox.state();
    const counts = Object.fromEntries((await mirror.counts(MAIN)).map(({ kind, count }) => [kind, count]));
    const held = Object.entries(state).filter(([, list]) => list.length > 0);
    expect(counts).toEqual(Object.fromEntries(held.map(([kind, list]) => [kind, list.length])));
    expect(asked.filter((question) => question === 'list property')).toHaveLength(1);
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    for (const resident of state.resident.slice(0, 50)) {
      const row = await mirror.get(MAIN, 'resident', '', resident.id, { withSealed: true });
      expect(row).toMatchObject({ record: resident, version: recordVersion(resident) });
    }
    asked.length = 0;
    await records.ensureLoaded(MAIN);
    expect(asked).toEqual([]);
  });

  it('goes on where a load was stopped, and does not repeat a complete one', async () => {
    const { pms, mirror, clock, asked, control } = await start(400);
    const stop = new AbortController();
    control.before = (question) => {
      if (question === 'list ledger_entry' && asked.filter((one) => one === question).length === 2)
        stop.abort(new Error('stopped'));
    };
    const load = (signal?: AbortSignal) =>
      loadMirror({ connector: pms, connection: MAIN, mirror, clock, ...(signal ? { signal } : {}) });
    await expect(load(stop.signal)).rejects.toThrow('stopped');
    const half = (await mirror.loadStates(MAIN)).find(({ kind }) => kind === 'ledger_entry');
    expect(half).toMatchObject({ loaded_at: null, cursor: expect.any(String) });
    asked.length = 0;
    control.before = () => {};
    await load();
    expect(asked).not.toContain('list resident');
    const states = await mirror.loadStates(MAIN);
    expect(states.every(({ loaded_at, cursor }) => loaded_at === NOW && cursor === null)).toBe(true);
    expect(states.map(({ kind }) => kind).sort()).toEqual([...readableKinds(pms)].sort());
    const entries = states.find(({ kind }) => kind === 'ledger_entry')!;
    const count = (await mirror.counts(MAIN)).find(({ kind }) => kind === 'ledger_entry')!.count;
    expect(entries.record_count).toBe(count);
    asked.length = 0;
    await load();
    expect(asked).toEqual([]);
  });

  it('lets a waiting caller go without stopping the load', async () => {
    const { records, mirror } = await start();
    const caller = new AbortController();
    const waiting = records.ensureLoaded(MAIN, {
      signal: caller.signal,
      onProgress: () => caller.abort(new Error('hung up')),
    });
    await expect(waiting).rejects.toThrow('hung up');
    await records.ensureLoaded(MAIN);
    expect((await mirror.loadStates(MAIN)).every(({ loaded_at }) => loaded_at === NOW)).toBe(true);
  });

  it('tries again after a load that failed', async () => {
    const { records, control } = await start();
    control.before = () => {
      throw new VendorError('unavailable', 'closed for the night', { retry_after_ms: 1500 });
    };
    await expect(records.ensureLoaded(MAIN)).rejects.toMatchObject({
      code: 'pms_unavailable',
      options: { retry_after_seconds: 2 },
    });
    control.before = () => {};
    await records.ensureLoaded(MAIN);
    expect((await records.list(MAIN, 'property', {}, { limit: 9 })).records).toHaveLength(2);
  });

  it('answers from the mirror, and says when that is old', async () => {
    const { records, control, pass, asked } = await start();
    await records.ensureLoaded(MAIN);
    const [first] = (await records.list(MAIN, 'unit', {}, { limit: 1 })).records;
    expect(first).toMatchObject({ as_of: NOW, stale: false });
    asked.length = 0;
    control.before = () => expect.fail('the PMS was asked');
    pass(60_000);
    expect((await records.get(MAIN, 'unit', '', first!.record.id))?.stale).toBe(false);
    pass(1);
    expect((await records.get(MAIN, 'unit', '', first!.record.id))?.stale).toBe(true);
    expect((await records.freshness(MAIN)).find(({ kind }) => kind === 'unit')).toMatchObject({
      loaded_at: NOW,
      stale: true,
    });
    control.before = () => {};
    await records.refresh(MAIN, ['unit']);
    expect((await records.get(MAIN, 'unit', '', first!.record.id))?.stale).toBe(false);
    expect(new Set(asked)).toEqual(new Set(['list unit']));
  });

  it('reads what the mirror lacks from the PMS, and learns it', async () => {
    const { sandbox, records, asked } = await start();
    const { resident } = await sandbox.state();
    const id = resident[0]!.id;
    const plain = await records.get(MAIN, 'resident', '', id);
    expect(plain?.record.name).toBe(resident[0]!.name);
    expect(plain?.record).not.toHaveProperty('phones');
    const whole = await records.get(MAIN, 'resident', '', id, { withSealed: true });
    expect(whole?.record).toEqual(resident[0]);
    expect(asked).toEqual([`get resident ${id}`]);
    expect(await records.get(MAIN, 'resident', '', 'nobody')).toBeUndefined();
  });

  it('reads through what must not be old, and the mirror and the search follow', async () => {
    const { records, mirror, pms, pass } = await start();
    await records.ensureLoaded(MAIN);
    const { records: found } = await records.list(MAIN, 'resident', {}, { limit: 1 }, { withSealed: true });
    const before = found[0]!.record;
    const get = pms.get;
    const renamed = { ...before, name: 'Zebulon Quackenbush' };
    pms.get = (async () => renamed) as Connector['get'];
    pass(10);
    const read = await records.readThrough(MAIN, 'resident', '', before.id);
    expect(read).toEqual({
      record: renamed,
      scope: '',
      version: recordVersion(renamed),
      as_of: NOW + 10,
      stale: false,
    });
    expect((await records.get(MAIN, 'resident', '', before.id))?.version).toBe(read!.version);
    const { candidates } = await searchPortfolio(mirror, { connections: [{ id: MAIN }], query: 'quackenbusch' });
    expect(candidates[0]?.id).toBe(before.id);
    pms.get = (async () => undefined) as Connector['get'];
    expect(await records.readThrough(MAIN, 'resident', '', before.id)).toBeUndefined();
    expect(await mirror.get(MAIN, 'resident', '', before.id)).toBeUndefined();
    pms.get = get;
  });

  it('lists through for decisions, past the page size, and deletes nothing that is missing', async () => {
    const { sandbox, records, mirror, pms } = await start(400);
    const { ledger_entry } = await sandbox.state();
    const all = await records.listThrough(MAIN, 'ledger_entry', {});
    expect(all).toHaveLength(ledger_entry.length);
    const household_id = ledger_entry[0]!.household_id;
    const own = await records.listThrough(MAIN, 'ledger_entry', { household_id }, (entry) => entry.kind === 'charge');
    const expected = ledger_entry.filter((entry) => entry.household_id === household_id && entry.kind === 'charge');
    expect(own.map(({ record }) => record.id).sort()).toEqual(expected.map((entry) => entry.id).sort());
    pms.list = (async () => ({ records: [] })) as Connector['list'];
    expect(await records.listThrough(MAIN, 'ledger_entry', {})).toEqual([]);
    await records.refresh(MAIN, ['ledger_entry']);
    expect((await mirror.counts(MAIN)).find(({ kind }) => kind === 'ledger_entry')?.count).toBe(ledger_entry.length);
  });

  describe('when the PMS does not answer', () => {
    it.each([
      ['unavailable', 'pms_unavailable'],
      ['outcome_unknown', 'pms_unavailable'],
      ['rate_limited', 'rate_limited'],
    ] as const)('%s is %s, and the mirror stays as it was', async (vendor, code) => {
      const { records, control } = await start();
      await records.ensureLoaded(MAIN);
      const [unit] = (await records.list(MAIN, 'unit', {}, { limit: 1 })).records;
      control.before = () => {
        throw new VendorError(vendor, 'no answer from 10.0.0.7');
      };
      const failed = expect.objectContaining({ code, message: expect.not.stringContaining('10.0.0.7') });
      await expect(records.readThrough(MAIN, 'unit', '', unit!.record.id)).rejects.toEqual(failed);
      await expect(records.listThrough(MAIN, 'unit', {})).rejects.toEqual(failed);
      await expect(records.refresh(MAIN)).rejects.toEqual(failed);
      expect(await records.get(MAIN, 'unit', '', unit!.record.id)).toEqual(unit);
    });

    it('lets other refusals through, and knows its connections', async () => {
      const { records, control } = await start();
      control.before = () => {
        throw new VendorError('misconfigured', 'the key was refused');
      };
      await expect(records.readThrough(MAIN, 'unit', '', '1')).rejects.toBeInstanceOf(VendorError);
      await expect(records.get('other', 'unit', '', '1')).rejects.toMatchObject({ code: 'not_found' });
    });
  });

  it('never calls a copy old of what Caretaker holds alone', async () => {
    const { sandbox, mirror, clock, pass } = await start();
    const { capabilities } = sandbox;
    const cards = { ...capabilities.records.guest_card!, read: 'sidecar' as const };
    const connector = {
      ...sandbox,
      capabilities: { ...capabilities, records: { ...capabilities.records, guest_card: cards } },
    };
    const connections = [{ id: MAIN, connector, stale_after_ms: 60_000, isDown: () => true }];
    const records = createRecords({ connections, mirror, clock });
    await records.ensureLoaded(MAIN);
    pass(60_001);
    const staleness = async (kind: 'guest_card' | 'unit') =>
      (await records.list(MAIN, kind, {}, { limit: 1 })).records.map(({ stale }) => stale);
    expect([await staleness('guest_card'), await staleness('unit')]).toEqual([[false], [true]]);
    const kinds = (await records.freshness(MAIN)).filter(({ kind }) => kind === 'guest_card' || kind === 'unit');
    expect(kinds.map(({ kind, stale }) => [kind, stale])).toEqual([
      ['unit', true],
      ['guest_card', false],
    ]);
  });

  it('stops loading when it is closed', async () => {
    const { records, mirror } = await start();
    const loading = records.ensureLoaded(MAIN);
    const closed = records.close();
    await expect(loading).rejects.toMatchObject({ code: 'pms_unavailable' });
    await closed;
    expect((await mirror.loadStates(MAIN)).length).toBeLessThan(17);
  });
});
