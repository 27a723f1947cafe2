import type { SqliteDatabase } from 'kysely';
import type { SqliteConnection } from './sqlite.ts';
import { StoreUnavailable } from './unavailable.ts';

/** Plain questions. What could change anything goes to the reader, which SQLite itself keeps from writing. */
const ASKS = /^\s*select\b/i;

/**
 * The database that reads go to. Every commit empties the page cache of all connections but the one that made it, so
 * between commits of this process its writer answers, with the pages at hand; while a transaction is open, which nobody
 * else may look into, the reader does. A statement is executed within the call that prepares it, so nothing comes in
 * between.
 */
export class Reading implements SqliteDatabase {
  readonly #writer: SqliteConnection;
  readonly #reader: SqliteConnection;

  constructor(writer: SqliteConnection, reader: SqliteConnection) {
    this.#writer = writer;
    this.#reader = reader;
  }

  prepare(sql: string) {
    const reader = () => this.#reader.prepare(sql);
    if (!ASKS.test(sql)) return reader();
    return {
      reader: true,
      all: (parameters: readonly unknown[]) => {
        if (this.#writer.inTransaction) return reader().all(parameters);
        try {
          return this.#writer.prepareRead(sql).all(parameters);
        } catch (error) {
          // The writer waits for nobody; the reader does.
          if (error instanceof StoreUnavailable && error.code === 'locked') return reader().all(parameters);
          throw error;
        }
      },
      run: (parameters: readonly unknown[]) => reader().run(parameters),
      iterate: (parameters: readonly unknown[]) => reader().iterate(parameters),
    };
  }

  /** Both connections are closed by whoever opened them. */
  close(): void {}
}
