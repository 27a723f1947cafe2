import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, giveBack, holds, markUrgent, unmarkUrgent } from '../../src/pace/budget.ts';
import type { Priority } from '../../src/pace/pace.ts';
import { freshState, parseState } from '../../src/pace/state.ts';
import { Kept, rules } from './kept.ts';

/** AppFolio's three windows, and Buildium's places. */
const APPFOLIO = [
  { requests: 8, per_ms: 1_000 },
  { requests: 256, per_ms: 60_000 },
  { requests: 4_096, per_ms: 3_600_000 },
];
/** How many of so many that ask at a time get leave; they stay under way. */
const admittedOf = (kept: Kept, times: number, now: number, priority: Priority = 1) =>
  leavesOf(kept, times, now, priority).length;

const leavesOf = (kept: Kept, times: number, now: number, priority: Priority = 1) =>
  Array.from({ length: times }, () => kept.ask(now, priority)).filter((answer) => typeof answer === 'string');

/** The same for requests that are over at once. */
function sentOf(kept: Kept, times: number, now: number, priority: Priority = 1): number {
  const leaves = leavesOf(kept, times, now, priority);
  for (const id of leaves) kept.giveBack(now, id);
  return leaves.length;
}

describe('windows', () => {
  it('give away no more than a sixteenth of a window to being counted in parts', () => {
    const kept = new Kept(rules([{ requests: 100, per_ms: 1_600 }]));
    let admitted = 0;
    for (let now = 0; now < 80_000; now += 10) admitted += sentOf(kept, 3, now);
    expect(admitted).toBeGreaterThan(50 * 100 * (16 / 17) - 100);
    expect(admitted).toBeLessThanOrEqual(50 * 101);
    expect(JSON.stringify(kept.state).length).toBeLessThan(1_500);
  });

  it('say when there is room again, and it is so then and not before', () => {
    const moments = fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(moments, fc.nat({ max: 2 }), (gaps, underWay) => {
        const kept = new Kept(
          rules([
            { requests: 3, per_ms: 500 },
            { requests: 7, per_ms: 2_000 },
          ]),
        );
        let now = 0;
        expect(admittedOf(kept, underWay, now)).toBe(underWay);
        for (const gap of gaps) {
          now += gap;
          // Before the deadline of those under way.
          if (now > 27_000) break;
          if (sentOf(kept, 1, now) === 1) continue;
          const answer = kept.ask(now);
          if (typeof answer === 'string') throw new Error('two answers to one question');
          expect(answer.because).toBe('paced');
          expect(kept.ask(answer.retry_at - 1)).toEqual(answer);
          now = answer.retry_at;
          expect(sentOf(kept, 1, now)).toBe(1);
        }
      }),
    );
  });

  it('are looked at again soon where only requests under way stand in the way', () => {
    const kept = new Kept(rules([{ requests: 3, per_ms: 10_000 }]));
    expect(sentOf(kept, 1, 0)).toBe(1);
    const [first] = leavesOf(kept, 2, 100);
    expect(kept.ask(150)).toEqual({ because: 'paced', retry_at: 10_001 });
    // Of three, one is left for emergencies, and two are under way.
    expect(kept.ask(150, 3)).toEqual({ because: 'paced', retry_at: 350 });
    kept.giveBack(200, first as string);
    expect(kept.ask(200, 3)).toEqual({ because: 'paced', retry_at: 10_201 });
    expect(kept.ask(10_200, 3)).toEqual({ because: 'paced', retry_at: 10_201 });
    expect(typeof kept.ask(10_201, 3)).toBe('string');
  });

  it('count what was given back once, from then on', () => {
    const kept = new Kept(rules([{ requests: 2, per_ms: 1_000 }]));
    const id = kept.ask(0) as string;
    expect(holds(kept.state, id)).toBe(true);
    kept.giveBack(700, id);
    expect(holds(kept.state, id)).toBe(false);
    kept.giveBack(900, id);
    expect(admittedOf(kept, 5, 1_000)).toBe(1);
    expect(kept.ask(1_000)).toEqual({ because: 'paced', retry_at: 1_701 });
    expect(typeof kept.ask(1_701)).toBe('string');
  });

  it('count what nobody gives back as over at its deadline, however late somebody looks', () => {
    const kept = new Kept(rules([{ requests: 1, per_ms: 1_000 }]));
    const dead = kept.ask(0) as string;
    expect(kept.ask(29_999)).toEqual({ because: 'paced', retry_at: 30_199 });
    expect(kept.ask(30_000)).toEqual({ because: 'paced', retry_at: 31_001 });
    expect(kept.ask(30_900)).toEqual({ because: 'paced', retry_at: 31_001 });
    // Who was thought dead and comes back after all changes nothing.
    kept.giveBack(30_900, dead);
    expect(kept.ask(31_000)).toEqual({ because: 'paced', retry_at: 31_001 });
    expect(typeof kept.ask(31_001)).toBe('string');
  });

  it.each<[Priority, number, number]>([
    [0, 8, 0],
    [1, 8, 0],
    [2, 7, 1],
    [3, 6, 2],
  ])('leave priority %i so many of eight a second, under way or over: %i', (priority, admitted, left) => {
    for (const countOf of [admittedOf, sentOf]) {
      const kept = new Kept(rules(APPFOLIO));
      expect(countOf(kept, 20, 1_000, priority)).toBe(admitted);
      expect(countOf(kept, 20, 1_000, 1)).toBe(left);
    }
  });

  it.each([1, 2, 5])('leave everybody at least one of %i', (requests) => {
    const kept = new Kept(rules([{ requests, per_ms: 1_000 }]));
    expect(admittedOf(kept, 20, 0, 3)).toBeGreaterThanOrEqual(1);
  });

  it('keep something of an hour for an emergency while a load goes on all the hour', () => {
    const kept = new Kept(rules(APPFOLIO));
    for (let now = 0; now < 3_600_000; now += 250) {
      sentOf(kept, 2, now, 3);
      if (now % 60_000 === 59_000) expect(sentOf(kept, 1, now, 1)).toBe(1);
      if (now % 60_000 === 29_500) expect(sentOf(kept, 1, now, 2)).toBe(1);
    }
    expect(kept.ask(3_600_000, 3)).toMatchObject({ because: 'paced' });
  });
});

describe('a clock that is set back', () => {
  it.each([1, 10, 3_600_000, 1e12])('by %i ms keeps nobody waiting longer than the window', (back) => {
    const kept = new Kept(rules([{ requests: 2, per_ms: 1_000 }]));
    const before = 2e12;
    expect(sentOf(kept, 5, before)).toBe(2);
    const now = before - back;
    const refused = kept.ask(now);
    expect(refused).toEqual({ because: 'paced', retry_at: now + 1_001 });
    expect(kept.ask(now + 1_000)).toEqual({ because: 'paced', retry_at: now + 1_001 });
    expect(typeof kept.ask(now + 1_001)).toBe('string');
  });

  it.each([1, 10, 3_600_000, 1e12])('by %i ms keeps a request under way no longer than its deadline', (back) => {
    const kept = new Kept(rules([{ requests: 1, per_ms: 1_000 }]));
    kept.ask(2e12);
    const now = 2e12 - back;
    expect(kept.ask(now)).toEqual({ because: 'paced', retry_at: now + 200 });
    expect(kept.ask(now + 30_000)).toEqual({ because: 'paced', retry_at: now + 31_001 });
    expect(typeof kept.ask(now + 31_001)).toBe('string');
  });

  it('shortens no wait that the vendor asked for, and times that no rule could have made are bounded', () => {
    const kept = new Kept(rules([], 1));
    const far = 9e12;
    kept.change(1_000_000, (state) => ({ ...state, asked_until: 1_060_000 }));
    expect(kept.ask(500_000)).toEqual({ because: 'asked_to_wait', retry_at: 560_000 });
    kept.change(500_000, (state) => ({ ...state, asked_until: far, places: [{ id: 'x', until: far }] }));
    expect(kept.ask(500_001)).toEqual({ because: 'asked_to_wait', retry_at: 500_001 + 3_600_000 });
    expect(typeof kept.ask(500_001 + 3_600_000)).toBe('string');
    kept.change(1, () => ({ ...freshState(1), breaker: { state: 'open', until: far, opened: 99 } }));
    expect(kept.ask(2)).toEqual({ because: 'down', retry_at: 60_002 });
  });
});

describe('places under way', () => {
  it('are no more than the vendor allows, and one of them is left for emergencies', () => {
    const kept = new Kept(rules([], 10));
    expect(admittedOf(kept, 20, 0, 2)).toBe(9);
    expect(admittedOf(kept, 20, 0, 1)).toBe(1);
    expect(kept.ask(0, 0)).toEqual({ because: 'paced', retry_at: 200 });
  });

  it('come free when given back, once, and by themselves after the deadline', () => {
    const kept = new Kept(rules([], 1));
    const first = kept.ask(0) as string;
    expect(holds(kept.state, first)).toBe(true);
    expect(kept.ask(10)).toMatchObject({ because: 'paced' });
    kept.giveBack(20, first);
    expect(typeof kept.ask(20)).toBe('string');
    kept.giveBack(20, first);
    expect(kept.ask(29_999)).toEqual({ because: 'paced', retry_at: 30_020 });
    expect(typeof kept.ask(30_020)).toBe('string');
  });

  it('cost nothing where there is no limit', () => {
    const state = freshState(0);
    const admitted = admit(state, rules([]), { id: 'a', priority: 3 }, 5);
    expect('state' in admitted && admitted.state).toBe(state);
    expect(giveBack(state, rules([]), 'a', 5)).toBe(state);
  });
});

describe('somebody urgent', () => {
  const waiting = (priority: 0 | 1, retry_at: number) => {
    const kept = new Kept(rules([{ requests: 100, per_ms: 1_000 }]));
    kept.change(0, (state) => markUrgent(state, 'a', priority, retry_at));
    return kept;
  };

  it.each<[0 | 1, Priority, boolean]>([
    [0, 0, true],
    [0, 1, false],
    [0, 2, false],
    [0, 3, false],
    [1, 0, true],
    [1, 1, true],
    [1, 2, false],
    [1, 3, false],
  ])('of priority %i lets %i through: %s', (waits, priority, admitted) => {
    expect(typeof waiting(waits, 1_000).ask(1, priority) === 'string').toBe(admitted);
  });

  it('holds others back until two seconds after the moment to which it was put off', () => {
    const kept = waiting(1, 1_000);
    expect(kept.ask(2_999, 2)).toEqual({ because: 'paced', retry_at: 3_000 });
    expect(typeof kept.ask(3_000, 2)).toBe('string');
  });

  it('is asked for again in half a second, because it may be served any moment', () => {
    expect(waiting(1, 9_000).ask(100, 2)).toEqual({ because: 'paced', retry_at: 600 });
  });

  it('is stored anew only where something is gained, and taken back by its own process alone', () => {
    const { state } = waiting(1, 1_000);
    expect(markUrgent(state, 'a', 1, 1_500)).toBe(state);
    expect(markUrgent(state, 'a', 1, 2_500)).not.toBe(state);
    expect(markUrgent(state, 'a', 0, 1_000).urgent).toEqual([{ owner: 'a', priority: 0, until: 3_000 }]);
    expect(unmarkUrgent(state, 'b')).toBe(state);
    expect(unmarkUrgent(state, 'a').urgent).toEqual([]);
  });
});

describe('a stored state', () => {
  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"v":2}',
    JSON.stringify({ ...freshState(0), v: 2 }),
    JSON.stringify({ ...freshState(0), more: 1 }),
  ])('that reads %s is none', (text) => expect(parseState(text)).toBeUndefined());
});
