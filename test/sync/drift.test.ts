import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import type { Drift } from '../../src/connectors/connector.ts';
import { createNetwork } from '../../src/main/network.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import { openStore } from '../../src/store/store.ts';
import { createDriftRecorder, driftSeen, OTHER_PLACES } from '../../src/sync/drift.ts';
import { describeOnEveryEngine } from '../store/engines.ts';

const unknown = (path: string): Drift => ({ what: 'unknown_value', path });

afterEach(() => vi.useRealTimers());

describeOnEveryEngine('drift', (open) => {
  const noReport = (error: unknown) => expect.fail(String(error));

  it('is counted by connection and place, with its first and last time, over several processes', async () => {
    let now = 1_000;
    const store = await open({ clock: () => now });
    const [one, two] = [0, 1].map(() => createDriftRecorder({ store, report: noReport }));
    one!.note('main', unknown('work_order.Task.Priority'));
    now = 2_000;
    one!.note('main', unknown('work_order.Task.Priority'));
    two!.note('main', unknown('work_order.Task.Priority'));
    two!.note('main', { what: 'missing_field', path: 'work_order.Task.Priority' });
    two!.note('other', unknown('unit.UnitType'));
    await two!.close();
    now = 1_500;
    one!.note('main', unknown('work_order.Task.Priority'));
    await one!.close();
    expect(await driftSeen(store, 'main')).toEqual([
      {
        connection: 'main',
        what: 'missing_field',
        path: 'work_order.Task.Priority',
        first_at: 2_000,
        last_at: 2_000,
        count: 1,
      },
      {
        connection: 'main',
        what: 'unknown_value',
        path: 'work_order.Task.Priority',
        first_at: 1_000,
        last_at: 2_000,
        count: 4,
      },
    ]);
    expect((await driftSeen(store)).map(({ connection }) => connection).sort()).toEqual(['main', 'main', 'other']);
  });

  it('is bounded: what a wholly different answer names beyond three hundred places is counted as one', async () => {
    const store = await open({ clock: () => 1 });
    for (const half of ['a', 'b']) {
      const recorder = createDriftRecorder({ store, report: noReport });
      for (let at = 0; at < 500; at += 1)
        recorder.note('main', unknown(`bill.${half}.${at % 26}${'x'.repeat(at % 97)}${at % 7}`));
      await recorder.close();
    }
    const seen = await driftSeen(store, 'main');
    expect(seen.length).toBeLessThanOrEqual(301);
    expect(seen.reduce((sum, { count }) => sum + count, 0)).toBe(1_000);
    expect(seen.some(({ path }) => path === OTHER_PLACES)).toBe(true);
  });
});

it('keeps what could not be written down, tells why, and never throws', async () => {
  const store = openStore({ url: 'sqlite::memory:', clock: () => 7 });
  const told: unknown[] = [];
  const transaction = vi.fn(store.transaction);
  const failing = { ...store, transaction: transaction as typeof store.transaction };
  const recorder = createDriftRecorder({ store: failing, report: (error) => void told.push(error) });
  recorder.note('main', unknown('unit.Status'));
  transaction.mockRejectedValueOnce(new Error('the disk is full'));
  await recorder.flush();
  expect(told).toHaveLength(1);
  recorder.note('main', unknown('unit.Status'));
  await recorder.close();
  recorder.note('main', unknown('unit.Status'));
  await recorder.flush();
  expect(await driftSeen(store)).toMatchObject([{ path: 'unit.Status', count: 2, first_at: 7 }]);
  await store.close();
});

it('is written down by itself a few seconds after it was told, in one transaction', async () => {
  vi.useFakeTimers();
  const transaction = vi.fn(async () => undefined as never);
  const recorder = createDriftRecorder({
    store: { clock: () => 1, transaction } as never,
    report: (error) => expect.fail(String(error)),
  });
  for (let at = 0; at < 100; at += 1) recorder.note('main', unknown('unit.Status'));
  expect(transaction).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(transaction).toHaveBeenCalledTimes(1);
  await recorder.close();
});

it('keeps no value of an answer, whatever a connector calls a place', async () => {
  const store = openStore({ url: 'sqlite::memory:', clock: () => 7 });
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 400 }), async (path) => {
      const recorder = createDriftRecorder({ store, report: (error) => expect.fail(String(error)) });
      recorder.note('main', unknown(path));
      recorder.note('main', unknown('resident.Emails[0].ada@example.com'));
      recorder.note('main', unknown('resident.Phone +1 512 555 0143'));
      recorder.note('main', unknown('Lease/@ID'));
      await recorder.close();
    }),
    { numRuns: 30 },
  );
  const paths = (await driftSeen(store)).map((one) => one.path);
  for (const path of paths) expect(path).toMatch(/^([\w.:#[\]/-]{1,160}|a place without a plain name|other places)$/);
  expect(paths.join()).not.toMatch(/\d{3}|@/);
  expect(paths).toContain('Lease/ID');
  await store.close();
});

it('reaches the recorder from what a connector is made with', async () => {
  const store = openStore({ url: 'sqlite::memory:', clock: () => 7 });
  const noted: unknown[] = [];
  const network = createNetwork({
    store,
    keyring: KeyRing.fromEnvironment(undefined, { sandboxOnly: true }),
    owner: 'test',
    onLost: () => expect.fail('no pace was lost'),
    onDrift: (connection, drift) => void noted.push([connection, drift]),
  });
  const { onDrift } = network.environment('main', 'http://127.0.0.1:9', { windows: [] });
  onDrift?.(unknown('unit.Status'));
  expect(noted).toEqual([['main', unknown('unit.Status')]]);
  await network.close();
  await store.close();
});
