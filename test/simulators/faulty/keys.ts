import { VendorError, type StepResult } from '../../../src/connectors/connector.ts';

interface Known {
  digest: string;
  at: number;
  /** Undefined while the first request is in flight. */
  result?: StepResult;
}

/** The first request under this key has not been carried out yet. */
export class KeyInFlight extends Error {
  override readonly name = 'KeyInFlight';
}

/** Idempotency keys as a PMS keeps them: bound to the body, and forgotten after their time. */
export class Keys {
  readonly #known = new Map<string, Known>();
  readonly #now: () => number;
  readonly #lifeMs: number;

  constructor(now: () => number, lifeMs: number) {
    this.#now = now;
    this.#lifeMs = lifeMs;
  }

  /** The first answer to a key that is remembered; undefined where this is the first request. `settle` has to follow. */
  begin(key: string, digest: string): StepResult | undefined {
    const known = this.#known.get(key);
    const inFlight = known !== undefined && known.result === undefined;
    const live = inFlight || (known !== undefined && known.at + this.#lifeMs > this.#now());
    if (!live) {
      this.#known.set(key, { digest, at: this.#now() });
      return undefined;
    }
    if (known?.digest !== digest)
      throw new VendorError('refused', 'The key was used for another request.', { field: 'idempotency_key' });
    if (known.result === undefined) throw new KeyInFlight();
    return known.result;
  }

  /** What became of the first request; a refused one is looked at afresh when it comes again. */
  settle(key: string, result: StepResult | undefined): void {
    const known = this.#known.get(key);
    if (result === undefined) this.#known.delete(key);
    else if (known !== undefined) known.result = result;
  }
}
