import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  DefaultQueryExecutor,
  DummyDriver,
  Kysely,
  SqliteDialect,
  Transaction,
  type ConnectionProvider,
  type DatabaseConnection,
} from 'kysely';
import { GroupCommit } from './group-commit.ts';
import { isUpToDate, migrate, type Part } from './migrations.ts';
import { copyDatabase, openConnection, type SqliteConnection, type Synchronous } from './sqlite.ts';
import { StoreUnavailable } from './unavailable.ts';

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
  synchronous: Synchronous;
  /** How long to wait for another process that holds the file, milliseconds. */
  lockWaitMs: number;
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

  /** A number that changes with every commit, whoever makes it; undefined before the file is open. */
  version(): number | undefined {
    return this.#reader?.dataVersion;
  }

  /**
   * Opens both connections and migrates; creates folder and file, readable by their owner alone, where they do not
   * exist. Nobody reads before the tables are there. A file that is up to date is opened without waiting for its lock,
   * whoever holds it.
   */
  async open(part: Part): Promise<void> {
    const { path, synchronous, lockWaitMs: timeout } = this.#options;
    createPrivately(path);
    const writer = await openConnection(path, synchronous, { onlyInTransaction: true, timeout });
    try {
      // A writer that finds the file locked tries again later instead of stopping the whole process inside SQLite.
      writer.exec('pragma busy_timeout = 0; pragma cache_size = -65536');
      const connection = await kyselyConnection(writer);
      const trx = new Transaction<Tables>(kyselyProps({ provideConnection: (consumer) => consumer(connection) }));
      const commits = new GroupCommit(writer, trx, timeout);
      const reader = await openConnection(path, synchronous, { onlyInTransaction: false, timeout });
      try {
        // A search over 100,000 units touches many scattered pages: mapped, they cost no copying.
        reader.exec('pragma query_only = on; pragma mmap_size = 1073741824');
        const reading = await kyselyConnection(reader);
        const db = new Kysely<Tables>(kyselyProps({ provideConnection: (consumer) => consumer(reading) }));
        if (!(await isUpToDate(db, part))) await commits.run((trx) => migrate(trx, 'sqlite', part));
        this.#readerConnection = reading;
      } catch (error) {
        reader.close();
        throw error;
      }
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

  /** Copies the file as it is at one moment to `target`, while work goes on. */
  backup(target: string): Promise<void> {
    return copyDatabase(this.#options.path, target, this.#options.lockWaitMs);
  }

  /** After the last transaction: one that is under way would be undone. */
  close(): void {
    this.#commits = undefined;
    this.#readerConnection = undefined;
    this.#reader?.close();
    this.#reader = undefined;
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
