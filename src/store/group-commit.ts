import { whileLocked } from './lock-wait.ts';
import { StoreUnavailable } from './unavailable.ts';

/** Transactions that share one commit, at most; and how long a batch may grow, milliseconds. */
const BATCH_SIZE = 32;
const BATCH_MS = 25;

/** What the group commit needs of the connection that it alone writes through. */
interface Writer {
  readonly inTransaction: boolean;
  exec(sql: string): void;
}

interface Job<Trx> {
  work: (trx: Trx) => Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * Transactions of one process on one SQLite connection, one after another. Those that are asked for in the same turn
 * of the event loop run as savepoints of one `begin immediate … commit`, so that they share one wait for the disk. Each
 * still stands alone: one that throws is rolled back to its savepoint, and nobody is answered, not even with an error,
 * before the commit, because what it saw may have been written by a neighbour.
 */
export class GroupCommit<Trx> {
  readonly #connection: Writer;
  readonly #trx: Trx;
  readonly #lockWaitMs: number;
  #queue: Job<Trx>[] = [];
  #draining = false;

  constructor(connection: Writer, trx: Trx, lockWaitMs: number) {
    this.#connection = connection;
    this.#trx = trx;
    this.#lockWaitMs = lockWaitMs;
  }

  run<T>(work: (trx: Trx) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ work, resolve: (value) => resolve(value as T), reject });
      if (!this.#draining) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    while (this.#queue.length > 0) {
      // One turn of the event loop: what else is ready to write joins the batch, and other processes get their chance.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#batch();
    }
    this.#draining = false;
  }

  async #batch(): Promise<void> {
    const answers: (() => void)[] = [];
    const jobs: Job<Trx>[] = [];
    try {
      await whileLocked(() => this.#connection.exec('begin immediate'), this.#lockWaitMs);
    } catch (error) {
      for (const job of this.#queue.splice(0)) job.reject(error);
      return;
    }
    try {
      const until = performance.now() + BATCH_MS;
      do {
        const job = this.#queue.shift();
        if (!job) break;
        jobs.push(job);
        answers.push(await this.#runInSavepoint(job));
      } while (jobs.length < BATCH_SIZE && performance.now() < until);
      this.#connection.exec('commit');
    } catch (error) {
      this.#rollBack();
      for (const job of jobs) job.reject(error);
      return;
    }
    for (const answer of answers) answer();
  }

  /** Returns what is to be told once the batch is on disk. Throws where the whole batch is lost. */
  async #runInSavepoint(job: Job<Trx>): Promise<() => void> {
    this.#connection.exec('savepoint job');
    try {
      const value = await job.work(this.#trx);
      this.#connection.exec('release job');
      return () => job.resolve(value);
    } catch (error) {
      // A full disk makes SQLite roll back everything by itself: then there is no savepoint to go back to.
      if (!this.#connection.inTransaction) throw asUnavailable(error);
      this.#connection.exec('rollback to job');
      this.#connection.exec('release job');
      return () => job.reject(error);
    }
  }

  #rollBack(): void {
    try {
      if (this.#connection.inTransaction) this.#connection.exec('rollback');
    } catch {
      // SQLite rolls back by itself after the errors that make this one fail; the callers are told the first error.
    }
  }
}

function asUnavailable(error: unknown): StoreUnavailable {
  return error instanceof StoreUnavailable ? error : new StoreUnavailable('full', error);
}
