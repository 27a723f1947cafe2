import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Driver,
  DummyDriver,
  Kysely,
  PostgresDialect,
  sql,
  Transaction,
} from 'kysely';
import type { Pool, PoolConfig } from 'pg';
import type { EngineOptions, EngineStore, Half } from './half.ts';
import { DatabaseClock } from './database_clock.ts';
import { migrate } from './migrations.ts';
import { isOutdated, statementKeeper } from './prepared_client.ts';
import { readOnly } from './read-only.ts';
import type { LedgerTables, MirrorTables } from './schema.ts';
import { Turns } from './turns.ts';
import { StoreUnavailable, type StoreTrouble } from './unavailable.ts';

/** Connections per process, over both halves. */
const POOL_SIZE = 16;

/** How long an answer may take before its connection counts as lost: many times what any query or change takes. */
const ANSWER_MS = 60_000;

/** How long a connection may be silent before the other host is asked whether it is still there. */
const SILENCE_MS = 10_000;

/** How long the server keeps the locks of a transaction that asks for nothing, because its host may be gone. */
const IDLE_TRANSACTION_MS = 15_000;

/** How often a transaction that lost against another one is run again. */
const ATTEMPTS = 8;

/** bigint and numeric (the sum of bigints) as numbers: cents, epoch milliseconds and counts stay below 2^53. */
const NUMBER_TYPES = new Set([20, 1700]);

/** SQLSTATE codes and classes (PostgreSQL manual, appendix A) and Node's codes that are about the store. */
const TROUBLES: Record<string, StoreTrouble> = {
  '53100': 'full',
  '55P03': 'locked',
  XX001: 'corrupt',
  XX002: 'corrupt',
  '08': 'unreachable',
  '25006': 'unreachable',
  '25P03': 'unreachable',
  '25P04': 'unreachable',
  '28': 'unreachable',
  '3D': 'unreachable',
  '53': 'unreachable',
  '57': 'unreachable',
  '58': 'unreachable',
  EACCES: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EAI_FAIL: 'unreachable',
  ECONNABORTED: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  EMFILE: 'unreachable',
  ENETDOWN: 'unreachable',
  ENETRESET: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENFILE: 'unreachable',
  ENOENT: 'unreachable',
  ENOTCONN: 'unreachable',
  ENOTFOUND: 'unreachable',
  EPERM: 'unreachable',
  EPIPE: 'unreachable',
  ETIMEDOUT: 'unreachable',
};

/** What pg says without a code when a connection is lost or cannot be had. */
const LOST = new RegExp(
  [
    '^Connection terminated',
    '^timeout exceeded when trying to connect',
    '^Client has encountered a connection error',
    '^Query read timeout',
  ].join('|'),
);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The driver's error as a `StoreUnavailable` where it is one; anything else as it came. */
function translatePostgresError(error: unknown): unknown {
  const code = codeOf(error);
  const trouble = TROUBLES[code] ?? (code.length === 5 ? TROUBLES[code.slice(0, 2)] : undefined);
  if (trouble) return new StoreUnavailable(trouble, error);
  if (error instanceof Error && LOST.test(error.message)) return new StoreUnavailable('unreachable', error);
  return error;
}

/**
 * Serialization failures, deadlocks, and tables that another replica has changed: the server undid the transaction,
 * which comes through when it is run again.
 */
function lostAgainstAnother(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01' || isOutdated(error);
}

/** The connection of a transaction has ended before it was asked to commit, so that the server has undone it. */
class Undone extends Error {
  constructor(cause: unknown) {
    super('The connection ended in the middle of a transaction.', { cause });
  }
}

/** Whether an error says that the connection has ended, and not only that no answer came for a minute. */
function saysThatItEnded(error: unknown): boolean {
  const trouble = translatePostgresError(error);
  return trouble instanceof StoreUnavailable && trouble.code === 'unreachable' && !/timeout/.test(String(error));
}

/** One set of tables over the shared pool. */
class PostgresHalf<Tables> implements Half<Tables> {
  readonly read: Kysely<Tables>;
  readonly #dialect: PostgresDialect;
  readonly #driver: Driver;
  readonly #turns: Turns | undefined;
  #initialised: Promise<void> | undefined;

  constructor(pool: () => Promise<Pool>, ready: () => Promise<void>, turns?: Turns) {
    this.#turns = turns;
    this.#dialect = new PostgresDialect({ pool });
    this.#driver = this.#dialect.createDriver();
    const props = this.#props(this.#driver, async (consumer) => {
      await ready();
      try {
        return await this.#readOnce(consumer).catch((error: unknown) => {
          if (!isOutdated(error)) throw error;
          return this.#readOnce(consumer);
        });
      } catch (error) {
        throw translatePostgresError(error);
      }
    });
    this.read = new Kysely<Tables>({ ...props, executor: props.executor.withPlugin(readOnly) });
  }

  #init(): Promise<void> {
    return (this.#initialised ??= this.#driver.init().catch((error: unknown) => {
      this.#initialised = undefined;
      throw error;
    }));
  }

  #props(
    driver: Driver,
    provideConnection: <T>(consumer: (connection: DatabaseConnection) => Promise<T>) => Promise<T>,
  ) {
    const dialect = this.#dialect;
    const executor = new DefaultQueryExecutor(dialect.createQueryCompiler(), dialect.createAdapter(), {
      provideConnection,
    });
    return { config: { dialect }, dialect, driver, executor };
  }

  transaction<T>(fn: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
    return this.#turns === undefined ? this.#untilItHolds(fn) : this.#turns.run(() => this.#untilItHolds(fn));
  }

  async #untilItHolds<T>(fn: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#runOnce(fn);
      } catch (error) {
        // Over another connection, but once: a server that is going down ends that one as well.
        if (error instanceof Undone && attempt === 1) continue;
        if (error instanceof Undone) throw translatePostgresError(error.cause);
        if (!lostAgainstAnother(error)) throw translatePostgresError(error);
        if (attempt === ATTEMPTS) throw new StoreUnavailable('locked', error);
      }
      await sleep(Math.random() * 2 ** attempt);
    }
  }

  async #readOnce<T>(consumer: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
    await this.#init();
    const driver = this.#driver;
    const connection = await driver.acquireConnection();
    try {
      return await consumer(connection);
    } catch (error) {
      // pg learns only later that a connection is gone, and would lend it to the next one. What cannot roll back is
      // thrown away.
      if (translatePostgresError(error) !== error) await driver.rollbackTransaction(connection).catch(() => {});
      throw error;
    } finally {
      await driver.releaseConnection(connection);
    }
  }

  /**
   * Kysely's own transactions let one query wait for the answer to the one before; here they travel as they are asked,
   * `begin` with the first of them.
   */
  async #runOnce<T>(fn: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
    await this.#init();
    const driver = this.#driver;
    const connection = await driver.acquireConnection();
    try {
      const begun = driver.beginTransaction(connection, {});
      begun.catch(() => {});
      let [over, committing] = [false, false];
      const props = this.#props(new DummyDriver(), (consumer) => {
        if (!over) return consumer(connection);
        throw new Error('a transaction was used after its end: await every query inside of it');
      });
      try {
        const value = await fn(new Transaction<Tables>(props));
        over = true;
        await begun;
        committing = true;
        await driver.commitTransaction(connection);
        return value;
      } catch (error) {
        over = true;
        await driver.rollbackTransaction(connection).catch(() => {});
        throw !committing && saysThatItEnded(error) ? new Undone(error) : error;
      }
    } finally {
      await driver.releaseConnection(connection);
    }
  }
}

/** Both halves in one PostgreSQL database, in the schema that the connection's search path names first. */
export function openPostgres(url: string, { ready, lockWaitMs, alignClock }: EngineOptions): EngineStore {
  let pool: Promise<Pool> | undefined;
  const connect = () => (pool ??= createPool(url, lockWaitMs, { max: POOL_SIZE, query_timeout: ANSWER_MS }));
  // Nearly all changes of the ledger wait for the end of the audit chain anyway, and many of one process that wait for one
  // row on the server cost it more than all of their queries.
  const ledger = new PostgresHalf<LedgerTables>(connect, ready, new Turns(lockWaitMs));
  const mirror = new PostgresHalf<MirrorTables>(connect, ready);
  const shared = alignClock === undefined ? undefined : new DatabaseClock(connect, alignClock);
  return {
    ledger,
    mirror,
    clockOffset: () => shared?.offset ?? 0,
    async open() {
      await migrateBoth(url, lockWaitMs);
      await shared?.start().catch((error: unknown) => {
        throw translatePostgresError(error);
      });
    },
    async backup() {
      throw new Error(
        'This store is in PostgreSQL: back it up with pg_dump and restore it with pg_restore, ' +
          'and keep the key ring with the backup, because without it the sealed columns cannot be read.',
      );
    },
    async close() {
      shared?.stop();
      await (await pool)?.end();
    },
  };
}

/** Over a connection of its own, because a new index on a large table may take longer than any other answer. */
async function migrateBoth(url: string, lockWaitMs: number): Promise<void> {
  const pool = await createPool(url, lockWaitMs, { max: 1 });
  try {
    const half = new PostgresHalf<LedgerTables>(
      async () => pool,
      async () => {},
    );
    await half.transaction(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext('caretaker migrations in ' || current_schema()))`.execute(trx);
      await migrate(trx, 'postgres', 'ledger');
      await migrate(trx, 'postgres', 'mirror');
    });
  } finally {
    // Not waited for: a host that vanishes now would never say goodbye.
    void pool.end();
  }
}

async function createPool(url: string, lockWaitMs: number, more: PoolConfig): Promise<Pool> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'caretaker',
    connectionTimeoutMillis: lockWaitMs,
    lock_timeout: lockWaitMs,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: SILENCE_MS,
    pipeline: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        NUMBER_TYPES.has(oid) && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format),
    },
    ...more,
  });
  const keepStatements = statementKeeper();
  pool.on('connect', (client) => {
    keepStatements(client);
    // A connection may end while it is lent, when the pool does not listen: its queries fail, and that is enough.
    client.on('error', () => {});
  });
  // A connection that the server ends while idle is replaced at its next use; without a listener it would end us too.
  pool.on('error', () => {});
  return pool;
}
