/** By how much wall clock and steady clock may drift apart between two looks before it counts as a jump. */
const JUMP_MS = 5_000;

/**
 * Watches for a wall clock that is set, or a machine that slept: then leases and settling times that seem to be over may
 * not be. The wall clock is believed about a stretch of time only if it has been steady for as long, since the start of
 * this process or its last jump forward. After a jump back, what was journaled before it lies in the future; see
 * `rebase.ts`.
 */
export class ClockGuard {
  readonly #clock: () => number;
  readonly #monotonic: () => number;
  #drift: number;
  #steadySince: number;
  #wentBack = false;
  #everWentBack = false;

  constructor(clock: () => number, monotonic: () => number) {
    this.#clock = clock;
    this.#monotonic = monotonic;
    this.#drift = clock() - monotonic();
    this.#steadySince = monotonic();
  }

  /** How long it takes, in milliseconds, until the wall clock is believed about a stretch of time of this length. */
  untilTrusted(stretch_ms: number): number {
    this.#look();
    return Math.max(0, this.#steadySince + stretch_ms - this.#monotonic());
  }

  /** Whether the clock went back, and nothing was rebased since. */
  hasJustGoneBack(): boolean {
    this.#look();
    return this.#wentBack;
  }

  /** What waited by the old time waits by the new one. */
  rebased(): void {
    this.#wentBack = false;
  }

  /** Whether the clock ever went back while this process ran. */
  hasGoneBack(): boolean {
    this.#look();
    return this.#everWentBack;
  }

  #look(): void {
    const drift = this.#clock() - this.#monotonic();
    const moved = drift - this.#drift;
    // A clock that is only drawn slowly to the right time is followed, and is no jump.
    this.#drift = drift;
    if (moved < -JUMP_MS) this.#wentBack = this.#everWentBack = true;
    if (moved > JUMP_MS) this.#steadySince = this.#monotonic();
  }
}
