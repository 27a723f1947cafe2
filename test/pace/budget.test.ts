import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, giveBack, holds, markUrgent, unmarkUrgent } from '../../src/pace/budget.ts';
import type { Priority } from '../../src/pace/pace.ts';
import { freshState, parseState, type PaceRules, type PaceState, settle } from '../../src/pace/state.ts';

/** AppFolio's three windows, and Buildium's places. */
const APPFOLIO = [
  { requests: 8, per_ms: 1_000 },
  { requests: 256, per_ms: 60_000 },
  { requests: 4_096, per_ms: 3_600_000 },
];
const rules = (windows: PaceRules['limits']['windows'], concurrent?: number): PaceRules => ({
  limits: { windows, ...(concurrent !== undefined && { concurrent }) },
  deadline_ms: 30_000,
});

/** One connection's state as processes see it one after another, stored as JSON as they do. */
class Kept {
  state: PaceState = freshState(0);
  readonly #rules: PaceRules;
  #ids = 0;

  constructor(rules: PaceRules) {
    this.#rules = rules;
  }

  /** The id of the request that was admitted, or the refusal. */
  ask(now: number, priority: Priority = 1) {
    const before = settle(this.state, this.#rules, now);
    const id = `r${++this.#ids}`;
    const result = admit(before, this.#rules, { id, priority }, now);
    const after = 'state' in result ? result.state : before;
    if (after !== before || before.at !== this.state.at) this.#store({ ...after, at: now });
    return 'state' in result ? id : result;
  }

  change(now: number, work: (state: PaceState) => PaceState): void {
    this.#store({ ...work(settle(this.state, this.#rules, now)), at: now });
  }

  #store(state: PaceState): void {
    const read = parseState(JSON.stringify(state));
    if (read === undefined) throw new Error('a state was made that cannot be read');
    this.state = read;
  }
}

const admittedOf = (kept: Kept, times: number, now: number, priority: Priority = 1) =>
  Array.from({ length: times }, () => kept.ask(now, priority)).filter((answer) => typeof answer === 'string').length;

describe('windows', () => {
  it('admit in no stretch of time more than each of them says, whatever the clock does', () => {
    const step = fc.record({
      // As long as the last refusal said is the moment at which one that counts wrongly admits too much.
      passed: fc.oneof(fc.constant('retry' as const), fc.nat({ max: 5 }), fc.nat({ max: 300 }), fc.nat({ max: 4_000 })),
      set_back: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 50_000 }) }),
      asks: fc.nat({ max: 12 }),
      priority: fc.constantFrom<Priority>(0, 1, 2, 3),
    });
    const window = (longest: number, most: number) =>
      fc.record({ requests: fc.integer({ min: 1, max: most }), per_ms: fc.integer({ min: 1, max: longest }) });
    const windows = fc.tuple(window(100, 8), window(1_000, 20), window(10_000, 60));
    fc.assert(
      fc.property(windows, fc.array(step, { maxLength: 80 }), (limits, steps) => {
        const kept = new Kept(rules(limits));
        let real = 1_000_000;
        let offset = 0;
        const log: number[] = [];
        for (const { passed, set_back, asks, priority } of steps) {
          const now = real + offset;
          const refusal = passed === 'retry' ? kept.ask(now, priority) : undefined;
          if (typeof refusal === 'string') log.push(real);
          real += passed === 'retry' ? (typeof refusal === 'object' ? refusal.retry_at - now : 0) : passed;
          offset -= set_back;
          log.push(...Array<number>(admittedOf(kept, asks, real + offset, priority)).fill(real));
        }
        for (const { requests, per_ms } of limits) {
          // Both ends of the stretch count: the vendor's clock may put either in.
          for (const from of log) {
            expect(log.filter((at) => at >= from && at <= from + per_ms).length).toBeLessThanOrEqual(requests);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it('give away no more than a sixteenth of a window to being counted in parts', () => {
    const kept = new Kept(rules([{ requests: 100, per_ms: 1_600 }]));
    let admitted = 0;
    for (let now = 0; now < 80_000; now += 10) admitted += admittedOf(kept, 3, now);
    expect(admitted).toBeGreaterThan(50 * 100 * (16 / 17) - 100);
    expect(admitted).toBeLessThanOrEqual(50 * 101);
    expect(JSON.stringify(kept.state).length).toBeLessThan(1_500);
  });

  it('say when there is room again, and it is so then and not before', () => {
    const moments = fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(moments, (gaps) => {
        const kept = new Kept(
          rules([
            { requests: 3, per_ms: 500 },
            { requests: 7, per_ms: 2_000 },
          ]),
        );
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          const answer = kept.ask(now);
          if (typeof answer === 'string') continue;
          expect(answer.because).toBe('paced');
          expect(kept.ask(answer.retry_at - 1)).toEqual(answer);
          expect(typeof kept.ask(answer.retry_at)).toBe('string');
          now = answer.retry_at;
        }
      }),
    );
  });

  it.each<[Priority, number, number]>([
    [0, 8, 0],
    [1, 8, 0],
    [2, 7, 1],
    [3, 6, 2],
  ])('leave priority %i so many of eight a second: %i', (priority, admitted, left) => {
    const kept = new Kept(rules(APPFOLIO));
    expect(admittedOf(kept, 20, 1_000, priority)).toBe(admitted);
    expect(admittedOf(kept, 20, 1_000, 1)).toBe(left);
  });

  it.each([1, 2, 5])('leave everybody at least one of %i', (requests) => {
    const kept = new Kept(rules([{ requests, per_ms: 1_000 }]));
    expect(admittedOf(kept, 20, 0, 3)).toBeGreaterThanOrEqual(1);
  });

  it('keep something of an hour for an emergency while a load goes on all the hour', () => {
    const kept = new Kept(rules(APPFOLIO));
    for (let now = 0; now < 3_600_000; now += 250) {
      admittedOf(kept, 2, now, 3);
      if (now % 60_000 === 59_000) expect(typeof kept.ask(now, 1)).toBe('string');
      if (now % 60_000 === 29_500) expect(typeof kept.ask(now, 2)).toBe('string');
    }
    expect(kept.ask(3_600_000, 3)).toMatchObject({ because: 'paced' });
  });
});

describe('a clock that is set back', () => {
  it.each([1, 10, 3_600_000, 1e12])('by %i ms keeps nobody waiting longer than the window', (back) => {
    const kept = new Kept(rules([{ requests: 2, per_ms: 1_000 }]));
    const before = 2e12;
    expect(admittedOf(kept, 5, before)).toBe(2);
    const now = before - back;
    const refused = kept.ask(now);
    expect(refused).toEqual({ because: 'paced', retry_at: now + 1_001 });
    expect(kept.ask(now + 1_000)).toEqual({ because: 'paced', retry_at: now + 1_001 });
    expect(typeof kept.ask(now + 1_001)).toBe('string');
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
    kept.change(20, (state) => giveBack(state, first, 20));
    expect(typeof kept.ask(20)).toBe('string');
    kept.change(20, (state) => giveBack(state, first, 20));
    expect(kept.ask(29_999)).toEqual({ because: 'paced', retry_at: 30_020 });
    expect(typeof kept.ask(30_020)).toBe('string');
  });

  it('cost nothing where there is no limit', () => {
    const state = freshState(0);
    const admitted = admit(state, rules([]), { id: 'a', priority: 3 }, 5);
    expect('state' in admitted && admitted.state).toBe(state);
    expect(giveBack(state, 'a', 5)).toBe(state);
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
