/** 0 life safety, 1 emergency, 2 whatever else somebody waits for, 3 loading in bulk. Lower goes first. */
export type Priority = 0 | 1 | 2 | 3;

/** Leave to make one request. */
export interface Permit {
  /**
   * The request is over: gives back its place among those under way, and from now on the vendor's windows leave it
   * behind. A second call does nothing.
   */
  done(): void;
}

/** Why there is no leave just now, and when to ask again; epoch milliseconds. */
export interface Refusal {
  /** `paced`: the vendor's limits; `asked_to_wait`: the vendor said when; `down`: it did not answer several times. */
  because: 'paced' | 'asked_to_wait' | 'down';
  retry_at: number;
}

/** How a request ended, as far as the pace is concerned. */
export type RequestOutcome = { kind: 'answered' } | { kind: 'failed' } | { kind: 'throttled'; retry_after_ms?: number };

/** The pace of one connection, shared by all processes through the store. */
export interface Pace {
  /** Leave for one request now, or when to ask again. Never waits for anything but the store. */
  ask(priority: Priority): Promise<Permit | Refusal>;
  /**
   * Waits for leave, by priority and then in the order of asking, until the signal ends it. Throws `VendorError`:
   * `unavailable` while the PMS is down, `rate_limited` where the wait would be longer than the signal allows.
   */
  wait(priority: Priority, signal?: AbortSignal): Promise<Permit>;
  /**
   * Whether the PMS is left alone because it did not answer, as far as this process has heard. Not so any more once it may
   * be tried again: where copies answer the reads, nobody may try for long, and they would be called stale for ever.
   */
  isDown(): boolean;
  /** What became of a request. Opens the breaker after failures in a row, closes it after an answer. */
  report(outcome: RequestOutcome): void;
  /** Called in every process when the PMS answers again after it was down. Returns what ends it. */
  onRecovery(listener: () => void): () => void;
  /** Ends timers and waits; what waits is refused. */
  close(): void;
}
