/** The simulator's own clock: real time, or wherever a test has stopped it. */
export class Clock {
  #stoppedAt: number | undefined;
  #ahead = 0;

  constructor(stoppedAt?: number) {
    this.#stoppedAt = stoppedAt;
  }

  /** Epoch milliseconds. */
  now(): number {
    return this.#stoppedAt ?? Date.now() + this.#ahead;
  }

  /** Stops the clock at a moment. */
  stopAt(now: number): void {
    this.#stoppedAt = now;
  }

  advance(ms: number): void {
    if (this.#stoppedAt === undefined) this.#ahead += ms;
    else this.#stoppedAt += ms;
  }
}
