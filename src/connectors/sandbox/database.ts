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

/** One handle on the PMS's file: cached statements and immediate transactions, all synchronous. */
export class Database {
  readonly #handle: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(handle: DatabaseSync) {
    this.#handle = handle;
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

  /** All of `work` or nothing of it. Immediate, so that two writers queue instead of failing in the middle. */
  transaction<T>(work: () => T): T {
    this.run('BEGIN IMMEDIATE');
    let result: T;
    try {
      result = work();
    } catch (error) {
      this.rollback();
      throw error;
    }
    this.#commit();
    return result;
  }

  /** After some errors SQLite has rolled back by itself; then there is nothing left to undo. */
  rollback(): void {
    if (this.#handle.isTransaction) this.run('ROLLBACK');
  }

  close(): void {
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
