import type { KeyRing } from '../store/keyring.ts';
import type { Store } from '../store/store.ts';
import { appendAudit, type AuditEvent } from './audit.ts';

/** A batch is entered when it is this old or this long, whichever comes first. */
const BATCH_MS = 100;
const BATCH_SIZE = 256;

/** Events that may wait while the store is slow. Past that the newest are lost, and said to be. */
const MAX_WAITING = 16 * BATCH_SIZE;

/** Told how many events could not be entered, and why. */
export type OnLost = (lost: number, reason: unknown) => void;

/**
 * Enters successful reads in batches, so that a read does not wait for the disk. A crash loses the events that are
 * waiting; whatever changed something is never entered this way.
 */
export class ReadAudit {
  readonly #store: Store;
  readonly #keyring: KeyRing;
  readonly #onLost: OnLost;
  #waiting: AuditEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  constructor(store: Store, keyring: KeyRing, onLost: OnLost) {
    this.#store = store;
    this.#keyring = keyring;
    this.#onLost = onLost;
  }

  record(event: AuditEvent): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#onLost(1, new Error('the store is too slow for the reads that are to be entered'));
      return;
    }
    this.#waiting.push(event);
    if (this.#waiting.length >= BATCH_SIZE) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), BATCH_MS).unref();
  }

  /** Enters everything that is waiting; resolves when it is on disk or reported as lost. Call it before closing. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return this.#writing ?? Promise.resolve();
    return (this.#writing ??= this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_SIZE);
      try {
        await this.#store.transaction((trx) => appendAudit(trx, this.#keyring, batch));
      } catch (error) {
        this.#onLost(batch.length, error);
      }
    }
    this.#writing = undefined;
  }
}
