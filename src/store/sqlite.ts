import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, backup, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  DefaultQueryExecutor,
  DummyDriver,
  Kysely,
  SqliteDialect,
  Transaction,
  type ConnectionProvider,
  type DatabaseConnection,
  type SqliteDatabase,
  type SqliteStatement,
} from 'kysely';
import { GroupCommit } from './group-commit.ts';
import { LOCK_WAIT_MS, whileLocked } from './lock-wait.ts';
import { StoreUnavailable, type StoreTrouble } from './unavailable.ts';

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
export function translateSqliteError(error: unknown): unknown {
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
  /** Refuses statements outside of a transaction: a query that was not awaited would land in somebody else's. */
  readonly #onlyInTransaction: boolean;

  constructor(database: DatabaseSync, options: { onlyInTransaction: boolean }) {
    this.#database = database;
    this.#onlyInTransaction = options.onlyInTransaction;
  }

  get inTransaction(): boolean {
    return this.#database.isOpen && this.#database.isTransaction;
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

/** Kysely's own connection over ours. It is acquired once and for all: node:sqlite answers within the call. */
async function kyselyConnection(connection: SqliteConnection): Promise<DatabaseConnection> {
  const driver = new SqliteDialect({ database: connection }).createDriver();
  await driver.init();
  return driver.acquireConnection();
}

/** Kysely begins deferred transactions, which fail under several writers; there is one way to begin one here. */
class NoTransactions extends DummyDriver {
  override async beginTransaction(): Promise<void> {
    throw new Error('transactions go through the transaction method of the store');
  }
}

function kyselyProps(provider: ConnectionProvider) {
  const dialect = new SqliteDialect({ database: () => Promise.reject(new Error('connections come from the file')) });
  const executor = new DefaultQueryExecutor(dialect.createQueryCompiler(), dialect.createAdapter(), provider);
  return { config: { dialect }, dialect, driver: new NoTransactions(), executor };
}

export interface SqliteFileOptions {
  path: string;
  /** `full` survives a power cut, `normal` may lose the last commits then, `off` is for tests. */
  synchronous: 'full' | 'normal' | 'off';
  /** Called before the first read, so that a file is opened and migrated only when it is needed. */
  ready: () => Promise<void>;
}

/**
 * One SQLite file: a writer, which transactions share through the group commit, and a reader beside it, which sees
 * what is committed and waits for nobody.
 */
export class SqliteFile<Tables> {
  readonly read: Kysely<Tables>;
  readonly #options: SqliteFileOptions;
  #writer: SqliteConnection | undefined;
  #reader: SqliteConnection | undefined;
  #readerConnection: DatabaseConnection | undefined;
  #commits: GroupCommit<Transaction<Tables>> | undefined;

  constructor(options: SqliteFileOptions) {
    this.#options = options;
    this.read = new Kysely<Tables>(
      kyselyProps({ provideConnection: async (consumer) => consumer(await this.#readable()) }),
    );
  }

  async #readable(): Promise<DatabaseConnection> {
    if (!this.#readerConnection) await this.#options.ready();
    if (!this.#readerConnection) throw new StoreUnavailable('closed');
    return this.#readerConnection;
  }

  /**
   * Opens both connections and migrates; creates folder and file, readable by their owner alone, where they do not
   * exist. Nobody reads before the tables are there.
   */
  async open(migrate: (trx: Transaction<Tables>) => Promise<void>): Promise<void> {
    const { path, synchronous } = this.#options;
    createPrivately(path);
    const writer = await openConnection(path, synchronous, { onlyInTransaction: true });
    try {
      // A writer that finds the file locked tries again later instead of stopping the whole process inside SQLite.
      writer.exec('pragma busy_timeout = 0');
      const connection = await kyselyConnection(writer);
      const trx = new Transaction<Tables>(kyselyProps({ provideConnection: (consumer) => consumer(connection) }));
      const commits = new GroupCommit(writer, trx);
      await commits.run(migrate);
      const reader = await openConnection(path, synchronous, { onlyInTransaction: false });
      reader.exec('pragma query_only = on');
      this.#readerConnection = await kyselyConnection(reader);
      this.#commits = commits;
      this.#reader = reader;
      this.#writer = writer;
    } catch (error) {
      writer.close();
      throw error;
    }
  }

  /** Runs `fn` in an immediate transaction; resolves once it is on disk. `fn` awaits nothing but its own queries. */
  async transaction<T>(fn: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
    if (!this.#commits) throw new StoreUnavailable('closed');
    return this.#commits.run(fn);
  }

  /** Copies the file as it is at one moment to `target`, while work goes on. Returns the number of pages. */
  async backup(target: string): Promise<number> {
    const source = new DatabaseSync(this.#options.path, { timeout: LOCK_WAIT_MS });
    try {
      // In one step: with several, every write in between would start the copy anew.
      return await backup(source, target, { rate: 0x7fffffff });
    } catch (error) {
      throw translateSqliteError(error);
    } finally {
      source.close();
    }
  }

  async close(): Promise<void> {
    await this.#commits?.finish();
    this.#commits = undefined;
    this.#readerConnection = undefined;
    this.#reader?.close();
    this.#writer?.close();
  }
}

/** Names of tenants are in there, so neither folder nor file is for everybody on the machine. */
function createPrivately(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    throw new StoreUnavailable('unreachable', error);
  }
}

async function openConnection(
  path: string,
  synchronous: SqliteFileOptions['synchronous'],
  options: { onlyInTransaction: boolean },
): Promise<SqliteConnection> {
  const connection = new SqliteConnection(
    guarded(() => new DatabaseSync(path, { timeout: LOCK_WAIT_MS })),
    options,
  );
  try {
    // Several processes that open a new file at once are told "locked" here without any wait.
    await whileLocked(() => connection.exec('pragma journal_mode = wal'), LOCK_WAIT_MS);
    connection.exec(`pragma synchronous = ${synchronous}; pragma foreign_keys = on; pragma temp_store = memory`);
    // `like` minds case, as it does on PostgreSQL, and can use an index.
    connection.exec('pragma case_sensitive_like = on');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
