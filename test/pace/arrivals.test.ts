import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Priority } from '../../src/pace/pace.ts';
import type { PaceRules } from '../../src/pace/state.ts';
import { Kept, rules } from './kept.ts';

/** What becomes of a request: its process gives it back after so long, or dies and never does. */
interface Fate {
  priority: Priority;
  takes: number | 'dies';
  /** When it arrives, as a part of the time that it may be under way. */
  arrives: number;
}

/** Processes that send by a clock that may be set back, and a vendor that counts what arrives by a clock that is not. */
class Traffic {
  readonly arrivals: number[] = [];
  readonly #kept: Kept;
  readonly #deadline_ms: number;
  #real = 1_000_000;
  #offset = 0;
  #underWay: { id: string; ends: number }[] = [];

  constructor(rules: PaceRules) {
    this.#kept = new Kept(rules);
    this.#deadline_ms = rules.deadline_ms;
  }

  /** Sends what gets leave; otherwise returns how long to wait. */
  send({ priority, takes, arrives }: Fate): number {
    const answer = this.#kept.ask(this.#clock(), priority);
    if (typeof answer !== 'string') return answer.retry_at - this.#clock();
    const longest = takes === 'dies' ? this.#deadline_ms : Math.min(takes, this.#deadline_ms);
    this.arrivals.push(this.#real + Math.round(longest * arrives));
    if (takes !== 'dies') this.#underWay.push({ id: answer, ends: this.#real + longest });
    return 0;
  }

  /** Lets time pass and has given back what is over meanwhile. */
  pass(ms: number): void {
    const until = this.#real + ms;
    const over = this.#underWay.filter(({ ends }) => ends <= until).toSorted((one, other) => one.ends - other.ends);
    this.#underWay = this.#underWay.filter(({ ends }) => ends > until);
    for (const { id, ends } of over) {
      this.#real = ends;
      this.#kept.giveBack(this.#clock(), id);
    }
    this.#real = until;
  }

  setBack(ms: number): void {
    this.#offset -= ms;
  }

  #clock(): number {
    return this.#real + this.#offset;
  }
}

it('no more requests arrive in any stretch of time than each window allows, whenever they do between leave and end', () => {
  const fate = fc.record<Fate>({
    priority: fc.constantFrom(0, 1, 2, 3),
    takes: fc.oneof(
      { weight: 1, arbitrary: fc.constant('dies' as const) },
      { weight: 4, arbitrary: fc.nat({ max: 50 }) },
      { weight: 4, arbitrary: fc.nat({ max: 2_000 }) },
    ),
    arrives: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  });
  const step = fc.record({
    // As long as the last refusal said, or just less, is the time after which one that counts wrongly admits too much.
    passed: fc.oneof(
      fc.constantFrom('retry' as const, 'almost' as const),
      fc.nat({ max: 5 }),
      fc.nat({ max: 300 }),
      fc.nat({ max: 4_000 }),
    ),
    set_back: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 50_000 }) }),
    asking: fc.array(fate, { minLength: 1, maxLength: 12 }),
  });
  const window = (longest: number, most: number) =>
    fc.record({ requests: fc.integer({ min: 1, max: most }), per_ms: fc.integer({ min: 1, max: longest }) });
  const windows = fc.oneof(fc.tuple(window(100, 8), window(1_000, 20), window(10_000, 60)), fc.tuple(window(2_000, 8)));
  const deadline = fc.integer({ min: 1, max: 5_000 });
  fc.assert(
    fc.property(windows, deadline, fc.array(step, { maxLength: 80 }), (limits, deadline_ms, steps) => {
      const traffic = new Traffic(rules(limits, undefined, deadline_ms));
      for (const { passed, set_back, asking } of steps) {
        const waits = typeof passed === 'string' ? traffic.send(asking[0] as Fate) : passed;
        traffic.pass(passed === 'almost' ? Math.max(0, waits - 1) : waits);
        traffic.setBack(set_back);
        for (const one of asking) traffic.send(one);
      }
      for (const { requests, per_ms } of limits) {
        // Both ends of the stretch count: the vendor's clock may put either in.
        for (const from of traffic.arrivals) {
          const within = traffic.arrivals.filter((at) => at >= from && at <= from + per_ms);
          expect(within.length).toBeLessThanOrEqual(requests);
        }
      }
    }),
    { numRuns: 1_000, seed: 13 },
  );
});
