import type { KeyRing } from '../store/keyring.ts';
import type { Store } from '../store/store.ts';
import { appendAudit, type AuditEvent } from './audit.ts';

/** A batch is entered when it is this old or this long, whichever comes first. */
const BATCH_MS = 100;
const BATCH_SIZE = 256;

/** From this many on, whoever reads waits for the store; past the second number the newest are lost, and said to be. */
const ENOUGH_WAITING = 4 * BATCH_SIZE;
const MAX_WAITING = 16 * BATCH_SIZE;

/** Told how many events could not be entered, and why. */
export type OnLost = (lost: number, reason: unknown) => void;

/**
 * Enters successful reads in batches, so that a read does not wait for the disk and does not cost more to enter than to
 * answer. A crash loses the events that are
 * waiting; whatever changed something is never entered this way.
 */
export class ReadAudit {
  readonly #store: Store;
  readonly #keyring: KeyRing;
  readonly #onLost: OnLost;
  #waiting: AuditEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #lost = 0;

  constructor(store: Store, keyring: KeyRing, onLost: OnLost) {
    this.#store = store;
    this.#keyring = keyring;
    this.#onLost = onLost;
  }

  /**
   * Takes an event. Where many are waiting already, what it returns resolves when they have been entered: whoever reads
   * faster than the store can keep up with waits for that, so that nothing is lost to haste.
   */
  record(event: AuditEvent): Promise<void> | undefined {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#lost += 1;
      return this.flush();
    }
    this.#waiting.push(event);
    if (this.#waiting.length >= ENOUGH_WAITING) return this.flush();
    if (this.#waiting.length >= BATCH_SIZE) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), BATCH_MS).unref();
    return undefined;
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
        await this.#store.transaction((trx) => appendAudit(trx, this.#keyring, together(batch)));
      } catch (error) {
        this.#onLost(batch.length, error);
      }
    }
    this.#writing = undefined;
    if (this.#lost === 0) return;
    this.#onLost(this.#lost, new Error('the store is too slow for the reads that are to be entered'));
    this.#lost = 0;
  }
}

/**
 * The reads of a batch as one entry for each who read: hashing, sealing and storing each by itself would cost more than
 * the reads. The subject tells how often which tool was called, also when the payload with the calls has been erased.
 */
function together(batch: readonly AuditEvent[]): AuditEvent[] {
  return [...Map.groupBy(batch, ({ actor }) => actor)].map(([actor, calls]) => ({
    at: Math.max(...calls.map(({ at }) => at)),
    actor,
    action: 'reads',
    subject: [...Map.groupBy(calls, ({ subject }) => subject)]
      .map(([subject, same]) => `${subject} ${same.length}`)
      .join(', '),
    outcome: 'ok',
    payload: calls.map(({ actor: _actor, ...call }) => call),
  }));
}
