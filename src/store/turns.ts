import { StoreUnavailable } from './unavailable.ts';

/**
 * Lets work be done one after another, in the order of asking. Whoever has waited for too long is not let in any more:
 * what is in front of it waits for something else.
 */
export class Turns {
  readonly #waitMs: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    const asked = performance.now();
    const turn = this.#last.then(() => {
      if (performance.now() - asked > this.#waitMs) throw new StoreUnavailable('locked');
      return work();
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}
