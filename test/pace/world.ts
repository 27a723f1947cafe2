import { setImmediate } from 'node:timers/promises';
import type { Pace, Priority, Refusal } from '../../src/pace/pace.ts';
import { createPace, type PaceOptions } from '../../src/pace/store_pace.ts';
import type { Store } from '../../src/store/store.ts';

/** A clock that only tests move, what is to happen by it, and the paces of several processes that live by it. */
export class World {
  now = Date.UTC(2026, 2, 1);
  #timers: { at: number; run: () => void }[] = [];
  #added = () => {};
  readonly #underWay = new Set<Promise<unknown>>();

  clock = (): number => this.now;

  later = (run: () => void, ms: number): (() => void) => {
    const timer = { at: this.now + ms, run };
    this.#timers.push(timer);
    this.#added();
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };

  /** A pace as another process would have it. */
  pace(store: Store, limits: PaceOptions['limits'], more: Partial<PaceOptions> = {}): Pace {
    return createPace({
      store: this.#watched(store),
      connection: 'main',
      limits,
      deadline_ms: 30_000,
      owner: 'p',
      random: () => 0.5,
      monotonic: this.clock,
      clock: this.clock,
      later: this.later,
      ...more,
    });
  }

  /** The promise's outcome, letting time pass from one timer to the next until it is there. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const end = () => {
      over = true;
    };
    promise.then(end, end);
    for (;;) {
      await this.settled();
      const added = new Promise<void>((resolve) => (this.#added = resolve));
      if (this.#timers.length === 0) await Promise.race([promise, added]);
      if (over) return promise;
      this.#runNext();
    }
  }

  /** Lets so many milliseconds pass, with what happens in them. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await this.settled();
      if (!this.#timers.some(({ at }) => at <= end)) break;
      this.#runNext();
    }
    this.now = end;
  }

  /** What is under way at the store is over: that takes no time by this clock. */
  async settled(): Promise<void> {
    do {
      await setImmediate();
      await Promise.allSettled([...this.#underWay]);
    } while (this.#underWay.size > 0);
    await setImmediate();
  }

  #runNext(): void {
    const next = this.#timers.toSorted((one, other) => one.at - other.at)[0];
    if (next === undefined) return;
    this.#timers = this.#timers.filter((one) => one !== next);
    this.now = Math.max(this.now, next.at);
    next.run();
  }

  #watched(store: Store): Store {
    const watched: Pick<Store, 'clock' | 'transaction'> = {
      clock: this.clock,
      transaction: (work) => {
        const run = store.transaction(work);
        this.#underWay.add(run);
        const end = () => this.#underWay.delete(run);
        run.then(end, end);
        return run;
      },
    };
    return Object.assign(Object.create(store) as Store, watched);
  }
}

/** Whether there was leave, or why not. */
export async function askedFor(pace: Pace, priority: Priority = 1): Promise<'leave' | Refusal['because']> {
  const answer = await pace.ask(priority);
  return 'done' in answer ? 'leave' : answer.because;
}
