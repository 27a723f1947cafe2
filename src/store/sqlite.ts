import { DatabaseSync, backup, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { whileLocked } from './lock-wait.ts';
import { StoreUnavailable, type StoreTrouble } from './unavailable.ts';

/*
 * The only file that knows node:sqlite, whose names are still moving: `DatabaseSync` in the shape that Kysely's own
 * dialect expects.
 */

/** Statements kept prepared per connection. Lists of varying length make many texts, so the number is bounded. */
const STATEMENTS_KEPT = 400;

/** SQLite's primary result codes (https://sqlite.org/rescode.html) that are about the store and not about the query. */
const TROUBLES: Record<number, StoreTrouble> = {
  5: 'locked', // SQLITE_BUSY
  6: 'locked', // SQLITE_LOCKED
  8: 'unreachable', // SQLITE_READONLY
  10: 'unreachable', // SQLITE_IOERR
  11: 'corrupt', // SQLITE_CORRUPT
  13: 'full', // SQLITE_FULL
  14: 'unreachable', // SQLITE_CANTOPEN
  23: 'unreachable', // SQLITE_AUTH
  26: 'corrupt', // SQLITE_NOTADB
};

/** The driver's error as a `StoreUnavailable` where it is one; anything else (a constraint, a typo) as it came. */
function translateSqliteError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'ERR_INVALID_STATE') return new StoreUnavailable('closed', error);
  if (error.code !== 'ERR_SQLITE_ERROR' || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  // The low byte is the primary code; the rest says where in SQLite it happened.
  const trouble = TROUBLES[error.errcode & 0xff];
  return trouble ? new StoreUnavailable(trouble, error) : error;
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translateSqliteError(error);
  }
}

/** What one engine would bind and the other refuse is refused on both; the driver would bind a boolean and drop a Date. */
function assertBindable(parameters: readonly unknown[]): asserts parameters is SQLInputValue[] {
  for (let at = 0; at < parameters.length; at++) {
    const value = parameters[at];
    const type = typeof value;
    if (type === 'string' || type === 'number' || type === 'bigint' || value === null) continue;
    throw new TypeError(`parameter ${at + 1} of a query is ${value instanceof Date ? 'a Date' : `of type ${type}`}`);
  }
}

/** A prepared statement in the shape that Kysely's own dialect expects. */
class Statement implements SqliteStatement {
  readonly #statement: StatementSync;
  readonly reader: boolean;

  constructor(statement: StatementSync) {
    this.#statement = statement;
    this.reader = statement.columns().length > 0;
  }

  all(parameters: readonly unknown[]) {
    assertBindable(parameters);
    return guarded(() => this.#statement.all(...parameters));
  }

  run(parameters: readonly unknown[]) {
    assertBindable(parameters);
    return guarded(() => this.#statement.run(...parameters));
  }

  iterate(parameters: readonly unknown[]) {
    assertBindable(parameters);
    return guarded(() => this.#statement.iterate(...parameters));
  }
}

/** One connection to a file, with its prepared statements. */
export class SqliteConnection implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Statement>();
  #dataVersion: StatementSync | undefined;
  /** Refuses statements outside of a transaction: a query that was not awaited would land in somebody else's. */
  readonly #onlyInTransaction: boolean;

  /** `timeout`: how long SQLite itself waits for a lock, milliseconds; the whole process stands still meanwhile. */
  constructor(path: string, options: { onlyInTransaction: boolean; timeout: number }) {
    this.#database = guarded(() => new DatabaseSync(path, { timeout: options.timeout }));
    this.#onlyInTransaction = options.onlyInTransaction;
  }

  get inTransaction(): boolean {
    return this.#database.isOpen && this.#database.isTransaction;
  }

  /** A number that changes whenever another connection, of this process or another one, has committed to the file. */
  get dataVersion(): number {
    this.#dataVersion ??= guarded(() => this.#database.prepare('pragma data_version'));
    return Number(this.#dataVersion.get()?.['data_version']);
  }

  exec(sql: string): void {
    guarded(() => this.#database.exec(sql));
  }

  prepare(sql: string): Statement {
    if (this.#onlyInTransaction && this.#database.isOpen && !this.#database.isTransaction) {
      throw new Error('a transaction was used after its end: await every query inside of it');
    }
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = new Statement(guarded(() => this.#database.prepare(sql)));
    if (this.#statements.size >= STATEMENTS_KEPT) this.#forgetOldest();
    this.#statements.set(sql, statement);
    return statement;
  }

  #forgetOldest(): void {
    const [oldest] = this.#statements.keys();
    if (oldest !== undefined) this.#statements.delete(oldest);
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }
}

/** How safe a commit is: `full` survives a power cut, `normal` may lose the last ones then, `off` is for tests. */
export type Synchronous = 'full' | 'normal' | 'off';

/** Opens a file as every file of a store is opened. */
export async function openConnection(
  path: string,
  synchronous: Synchronous,
  options: { onlyInTransaction: boolean; timeout: number },
): Promise<SqliteConnection> {
  const connection = new SqliteConnection(path, options);
  try {
    // Several processes that open a new file at once are told "locked" here without any wait.
    await whileLocked(() => connection.exec('pragma journal_mode = wal'), options.timeout);
    connection.exec(`pragma synchronous = ${synchronous}; pragma foreign_keys = on; pragma temp_store = memory`);
    // After a large load the write-ahead file gives its room back.
    connection.exec(`pragma journal_size_limit = ${64 * 1024 * 1024}`);
    // `like` minds case, as it does on PostgreSQL, and can use an index.
    connection.exec('pragma case_sensitive_like = on');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Copies a database as it is at one moment, while others go on writing to it. */
export async function copyDatabase(from: string, to: string, timeout: number): Promise<void> {
  const source = guarded(() => new DatabaseSync(from, { timeout }));
  try {
    // In one step: with several, every write in between would start the copy anew.
    await backup(source, to, { rate: 0x7fffffff });
  } catch (error) {
    throw translateSqliteError(error);
  } finally {
    source.close();
  }
}
