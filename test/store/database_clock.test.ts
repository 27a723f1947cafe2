import type { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { DatabaseClock } from '../../src/store/database_clock.ts';
import { describeOnEveryEngine } from './engines.ts';

/** Far more than two measurements take, and far less than the clocks below are apart. */
const CLOSE_MS = 60_000;

describeOnEveryEngine('clocks of machines that share a store', (open) => {
  it('agree where the store is told to align them, and are left alone where it is not', async () => {
    const skewed = (hours: number) => () => Date.now() + hours * 3_600_000;
    const first = await open({ clock: skewed(5), alignClock: true });
    const second = await open({ beside: first, clock: skewed(-7), alignClock: true });
    const alone = await open({ beside: first, clock: skewed(2) });
    await Promise.all([first.ready(), second.ready(), alone.ready()]);
    expect(Math.abs(alone.clock() - skewed(2)())).toBeLessThan(CLOSE_MS);
    if (first.engine === 'postgres') expect(Math.abs(first.clock() - second.clock())).toBeLessThan(CLOSE_MS);
    // On one machine there is one clock, which is nobody's to correct.
    else expect(Math.abs(first.clock() - skewed(5)())).toBeLessThan(CLOSE_MS);
    expect(Number.isInteger(first.clock())).toBe(true);
  });
});

describe('a machine that sleeps between an answer of the database and the look at its own clock', () => {
  const AHEAD = 250;
  const HOUR = 3_600_000;

  /** The database is `AHEAD`, each way there and back takes as long as it says, and is slept after as it says. */
  function machine(ways: { trip: number; asleep?: number }[]) {
    let [wall, steady] = [1_790_000_000_000, 5_000];
    const query = async () => {
      const { trip = 0, asleep = 0 } = ways.shift() ?? {};
      const now = wall + trip / 2 + AHEAD;
      wall += trip + asleep;
      steady += trip;
      return { rows: [{ now }] };
    };
    return new DatabaseClock(
      async () => ({ query }) as unknown as Pool,
      () => wall,
      () => steady,
    );
  }

  it('goes by the measurements in which it did not', async () => {
    const clock = machine([{ trip: 40 }, { trip: 2, asleep: HOUR }, { trip: 60 }]);
    await clock.start();
    clock.stop();
    expect(clock.offset).toBe(AHEAD);
  });

  it('does not mind the small difference of two clocks', async () => {
    const clock = machine([{ trip: 40 }, { trip: 2, asleep: 1 }, { trip: 60 }]);
    await clock.start();
    clock.stop();
    expect(clock.offset).toBe(AHEAD - 1);
  });

  it('believes none where it slept in all, says so, and measures again when it is asked', async () => {
    const clock = machine([2, 4, 6].map((trip) => ({ trip, asleep: HOUR })));
    await expect(clock.start()).rejects.toMatchObject({ name: 'StoreUnavailable', code: 'unreachable' });
    expect(clock.offset).toBe(0);
    await clock.start();
    clock.stop();
    expect(clock.offset).toBe(AHEAD);
  });
});
