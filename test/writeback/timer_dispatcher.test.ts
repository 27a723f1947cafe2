import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dispatcher, DispatchHandlers } from '../../src/writeback/dispatcher.ts';
import type { Db } from '../../src/writeback/ledger.ts';
import { createTimerDispatcher } from '../../src/writeback/timer_dispatcher.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { diary, handlersOf, NEVER_MS } from './dispatcher_rig.ts';

const started: Dispatcher[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((dispatcher) => dispatcher.stop()));
});

describe('a dispatcher by timers', () => {
  const seen = diary();
  const trx = {} as Db;
  const options = {
    clock: () => Date.now(),
    report: (event: string, error: unknown) => seen.note(`${event}: ${String(error)}`),
  };
  const due = (inMs: number) => ({ write_id: 'w', at: Date.now() + inMs, priority: 2 });

  beforeEach(() => {
    seen.entries.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => void vi.useRealTimers());

  async function start(over: Partial<DispatchHandlers> = {}, sweepMs = NEVER_MS): Promise<Dispatcher> {
    const dispatcher = createTimerDispatcher({ ...options, sweep_ms: sweepMs });
    started.push(dispatcher);
    await dispatcher.start(handlersOf(seen, over));
    await vi.advanceTimersByTimeAsync(0);
    return dispatcher;
  }

  it('sweeps at once, and then again and again', async () => {
    await start({}, 2_000);
    expect(seen.count('sweep')).toBe(1);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(seen.count('sweep')).toBe(4);
  });

  it('sweeps a moment after each time that it was told, once for several', async () => {
    const dispatcher = await start();
    for (const inMs of [5_000, 1_000, 1_000, 5_000]) await dispatcher.wake(trx, due(inMs));
    await vi.advanceTimersByTimeAsync(999);
    expect(seen.count('sweep')).toBe(1);
    await vi.advanceTimersByTimeAsync(101);
    expect(seen.count('sweep')).toBe(2);
    await vi.advanceTimersByTimeAsync(3_800);
    expect(seen.count('sweep')).toBe(2);
    await vi.advanceTimersByTimeAsync(NEVER_MS / 2);
    expect(seen.count('sweep')).toBe(3);
  });

  it('never sweeps twice at a time, and once more, after a rest, for what came meanwhile', async () => {
    let most = 0;
    let now = 0;
    const sweep = async () => {
      most = Math.max(most, ++now);
      seen.note('sweep');
      await new Promise((done) => setTimeout(done, 500));
      now -= 1;
    };
    const dispatcher = await start({ sweep }, 400);
    await vi.advanceTimersByTimeAsync(450);
    await dispatcher.wake(trx, due(0));
    await vi.advanceTimersByTimeAsync(51);
    expect([most, seen.count('sweep')]).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(270);
    expect([most, seen.count('sweep')]).toEqual([1, 2]);
    const stopped = dispatcher.stop();
    await vi.advanceTimersByTimeAsync(500);
    await stopped;
  });

  it('reports a sweep that fails, and goes on', async () => {
    await start({ sweep: async () => Promise.reject(new Error('away')) }, 1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(seen.count('sweep: Error: away')).toBe(2);
  });

  it('tidies once an hour', async () => {
    await start();
    await vi.advanceTimersByTimeAsync(3 * 3_600_000 - 1);
    expect(seen.count('tidy')).toBe(3);
  });

  it('waits for what it began when it stops, and then does nothing', async () => {
    const dispatcher = await start({
      sweep: () => new Promise((done) => setTimeout(() => done(seen.note('swept')), 300)),
    });
    await dispatcher.wake(trx, due(0));
    const stopped = dispatcher.stop().then(() => seen.note('stopped'));
    await vi.advanceTimersByTimeAsync(300);
    await stopped;
    await dispatcher.wake(trx, due(0));
    expect([seen.entries, vi.getTimerCount()]).toEqual([['tidy', 'swept', 'stopped'], 0]);
  });
});

describeOnEveryEngine('a dispatcher by timers', (open) => {
  it('sweeps outside of the transaction that woke it, even while that is open', async () => {
    const store = await open();
    await store.ready();
    const seen = diary();
    const dispatcher = createTimerDispatcher({
      clock: store.clock,
      report: (event, error) => seen.note(`${event}: ${String(error)}`),
      sweep_ms: NEVER_MS,
    });
    started.push(dispatcher);
    const sweep = async () => {
      seen.note('sweep');
      await store.transaction(async (trx) => trx.selectFrom('meta').selectAll().execute());
      seen.note('swept');
    };
    await dispatcher.start(handlersOf(seen, { sweep }));
    await seen.until(() => seen.count('swept') === 1);
    const undone = store.transaction(async (trx) => {
      await dispatcher.wake(trx, { write_id: 'w', at: store.clock(), priority: 2 });
      while (seen.count('sweep') === 1) await turn();
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    await seen.until(() => seen.count('swept') === 2);
    expect(seen.entries.filter((entry) => entry.includes(':'))).toEqual([]);
  });
});
