/** By how much wall clock and steady clock may drift apart between two looks before it counts as a jump. */
const JUMP_MS = 5_000;

/**
 * Watches for a wall clock that is set, or a machine that slept: then leases and settling times that seem to be over may
 * not be. After a jump forward nothing is concluded from them until the longest of them has passed by the steady clock.
 * After a jump back, what was journaled before it lies in the future; see `rebase.ts`.
 */
export class ClockGuard {
  readonly #clock: () => number;
  readonly #monotonic: () => number;
  readonly #longestWaitMs: () => number;
  #drift: number;
  #trustedFrom = Number.NEGATIVE_INFINITY;
  #wentBack = false;

  /** `longestWaitMs`: the longest lease and settling time of any connection. */
  constructor(clock: () => number, monotonic: () => number, longestWaitMs: () => number) {
    this.#clock = clock;
    this.#monotonic = monotonic;
    this.#longestWaitMs = longestWaitMs;
    this.#drift = clock() - monotonic();
  }

  /** Whether the end of a lease or of a settling time may be told by the wall clock. */
  isTrusted(): boolean {
    this.#look();
    return this.#monotonic() >= this.#trustedFrom;
  }

  /** Whether the clock went back since this was asked last. */
  wentBack(): boolean {
    this.#look();
    const went = this.#wentBack;
    this.#wentBack = false;
    return went;
  }

  #look(): void {
    const drift = this.#clock() - this.#monotonic();
    const moved = drift - this.#drift;
    // A clock that is only drawn slowly to the right time is followed, and is no jump.
    this.#drift = drift;
    if (moved < -JUMP_MS) this.#wentBack = true;
    if (moved > JUMP_MS) this.#trustedFrom = this.#monotonic() + this.#longestWaitMs();
  }
}
