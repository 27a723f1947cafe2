/*
 * `setTimeout` by the virtual clock. The ledger's deadlines are timers: none of them may fire because a test is slow.
 */

interface Timer {
  at: number;
  fire(): void;
}

export class VirtualTimers {
  readonly #original = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  #timers = new Set<Timer>();
  #now = 0;

  /** Takes the place of the real timers until `restore`. */
  install(): void {
    const set = (fire: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): Timer => {
      const timer = { at: this.#now + ms, fire: () => fire(...given) };
      this.#timers.add(timer);
      return timer;
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: (timer: Timer) => this.#timers.delete(timer) });
  }

  restore(): void {
    Object.assign(globalThis, this.#original);
  }

  /** Forgets what an earlier run still waits for. */
  clear(): void {
    this.#timers.clear();
  }

  /** Fires what is due after so many milliseconds more, in order. */
  pass(ms: number): void {
    this.#now += ms;
    const due = [...this.#timers].filter(({ at }) => at <= this.#now).sort((one, other) => one.at - other.at);
    for (const timer of due) if (this.#timers.delete(timer)) timer.fire();
  }
}
