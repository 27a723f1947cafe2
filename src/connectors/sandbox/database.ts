import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { VendorError } from '../connector.ts';

export type Row = Record<string, SQLOutputValue>;

// Primary result codes of SQLite (https://www.sqlite.org/rescode.html); the upper bits of an extended code refine them.
const BUSY = 5;
const LOCKED = 6;
const FULL = 13;
const NOT_USABLE = new Set([3 /* PERM */, 8 /* READONLY */, 11 /* CORRUPT */, 14 /* CANTOPEN */, 26 /* NOTADB */]);

function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** True where another process holds the file, so that waiting helps. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

/** Puts an error of SQLite into the words of the port; what is not one of SQLite's is handed back as it is. */
export function vendorErrorOf(error: unknown): unknown {
  if (error instanceof VendorError) return error;
  const code = resultCode(error);
  if (code === undefined) return error;
  if (isBusy(error)) return new VendorError('unavailable', 'The PMS is busy with another user. Nothing was changed.');
  if (code === FULL)
    return new VendorError('unavailable', 'The PMS has no room left to store it. Nothing was changed.');
  if (NOT_USABLE.has(code)) return new VendorError('misconfigured', 'The file of the sandbox PMS cannot be used.');
  return new VendorError('unavailable', 'The PMS could not do it. Nothing was changed.');
}

/** Changes that share one commit, at most. */
const BATCH_SIZE = 64;

/** How long a change waits before it asks again whether another process has let go of the file. */
const RETRY_MS = 5;

interface Change {
  work: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** One handle on the PMS's file: cached statements and immediate transactions. */
export class Database {
  readonly #handle: DatabaseSync;
  readonly #busyTimeoutMs: number;
  readonly #statements = new Map<string, StatementSync>();
  #waiting: Change[] = [];
  /** When the changes that wait for another process are given up, by the monotonic clock. */
  #giveUpAt: number | undefined;

  constructor(handle: DatabaseSync, busyTimeoutMs: number) {
    this.#handle = handle;
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  exec(sql: string): void {
    this.#handle.exec(sql);
  }

  /** `sql` must be one of a small, fixed set of texts: every one of them stays prepared. */
  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#handle.prepare(sql)));
    return statement;
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.statement(sql).get(...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.statement(sql).all(...values);
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.statement(sql).run(...values);
  }

  /**
   * All of `work` or nothing of it; resolves when it is on disk. Changes that are asked for in the same turn of the
   * event loop share one wait for the disk: each is a savepoint of one transaction, begun as a writer, so that two
   * processes queue instead of failing in the middle. Nobody is answered before the commit.
   */
  transaction<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: (value) => resolve(value as T), reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#commitWaiting());
    });
  }

  /** Runs without giving up the thread, so that no reader of this handle sees what is not committed. */
  #commitWaiting(isLast = false): void {
    if (this.#waiting.length === 0) return;
    try {
      if (!(isLast ? this.#beginNow() : this.#begin())) return;
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
      return;
    }
    const changes = this.#waiting.splice(0, BATCH_SIZE);
    if (this.#waiting.length > 0) setImmediate(() => this.#commitWaiting());
    try {
      const answers = changes.map((change) => this.#inSavepoint(change));
      this.#commit();
      for (const answer of answers) answer();
    } catch (error) {
      this.rollback();
      for (const { reject } of changes) reject(error);
    }
  }

  /**
   * Begins as a writer, or comes back later where another process holds the file: inside SQLite the wait would hold up
   * everything else that this process does. Throws once it has lasted too long.
   */
  #begin(): boolean {
    const now = performance.now();
    this.#giveUpAt ??= now + this.#busyTimeoutMs;
    try {
      this.exec('PRAGMA busy_timeout = 0');
      this.run('BEGIN IMMEDIATE');
    } catch (error) {
      if (isBusy(error) && now < this.#giveUpAt) {
        setTimeout(() => this.#commitWaiting(), RETRY_MS);
        return false;
      }
      this.#giveUpAt = undefined;
      throw error;
    } finally {
      this.exec(`PRAGMA busy_timeout = ${this.#busyTimeoutMs}`);
    }
    this.#giveUpAt = undefined;
    return true;
  }

  #beginNow(): true {
    this.run('BEGIN IMMEDIATE');
    return true;
  }

  /** Returns what is to be told after the commit. Throws where the whole transaction is lost. */
  #inSavepoint({ work, resolve, reject }: Change): () => void {
    this.run('SAVEPOINT change');
    try {
      const value = work();
      this.run('RELEASE change');
      return () => resolve(value);
    } catch (error) {
      // After some errors, such as a full disk, SQLite has rolled back everything by itself.
      if (!this.#handle.isTransaction) throw error;
      this.run('ROLLBACK TO change');
      this.run('RELEASE change');
      return () => reject(error);
    }
  }

  /** After some errors SQLite has rolled back by itself; then there is nothing left to undo. */
  rollback(): void {
    if (this.#handle.isTransaction) this.run('ROLLBACK');
  }

  /** Completes what is waiting, then closes. */
  close(): void {
    while (this.#waiting.length > 0) this.#commitWaiting(true);
    this.#statements.clear();
    this.#handle.close();
  }

  #commit(): void {
    try {
      this.run('COMMIT');
    } catch (error) {
      // A full disk or a lock is found before the commit record is written; of anything else the outcome is open.
      const certain = isBusy(error) || resultCode(error) === FULL;
      this.rollback();
      if (certain) throw error;
      throw new VendorError('outcome_unknown', 'The PMS failed while it was storing the change.');
    }
  }
}
