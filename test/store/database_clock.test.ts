import { expect, it } from 'vitest';
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
