import { randomUUID } from 'node:crypto';
import pg from 'pg';

/*
 * Where a store of each engine is laid out for one measurement, and how it is removed.
 */

const POSTGRES = process.env['CARETAKER_TEST_POSTGRES'] ?? 'postgres://root@127.0.0.1:5432/test';

/** An engine that is there to be measured. */
export interface Engine {
  name: 'SQLite' | 'PostgreSQL';
  /** What it does before it says that something is kept. */
  durability: string;
  /** The address of a new, empty store, for `store` of a configuration in any folder. */
  newStore(): Promise<string>;
  /** Removes every store that was made; to be called when nobody has them open. */
  remove(): Promise<void>;
}

const sqlite: Engine = {
  name: 'SQLite',
  durability: 'synchronous=full, WAL',
  // Below the data folder, which is removed as a whole.
  newStore: async () => 'sqlite:./data/caretaker.db',
  remove: async () => {},
};

async function onPostgres<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: POSTGRES, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function postgres(durability: string): Engine {
  const schemas: string[] = [];
  return {
    name: 'PostgreSQL',
    durability,
    async newStore() {
      // Short enough for the queue's schema to be named after it.
      const schema = `bench_${randomUUID().replaceAll('-', '')}`;
      await onPostgres((client) => client.query(`create schema ${schema}`));
      schemas.push(schema);
      const url = new URL(POSTGRES);
      url.searchParams.set('options', `-c search_path=${schema}`);
      return url.href.replaceAll('+', '%20');
    },
    async remove() {
      await onPostgres(async (client) => {
        for (const schema of schemas.splice(0)) {
          await client.query(`drop schema ${schema} cascade`);
          await client.query(`drop schema if exists ${schema}_jobs cascade`);
        }
      });
    },
  };
}

/** The engines that there are; a line on standard error says where PostgreSQL's half of a row is left out. */
async function enginesFor(row: string): Promise<Engine[]> {
  try {
    const shown = await onPostgres((client) =>
      client.query<{ name: string; setting: string }>(
        "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit') order by name",
      ),
    );
    return [sqlite, postgres(shown.rows.map(({ name, setting }) => `${name}=${setting}`).join(', '))];
  } catch (error) {
    process.stderr.write(`left out: ${row} on PostgreSQL, which does not answer (${(error as Error).message})\n`);
    return [sqlite];
  }
}

/** Runs a measurement with the engines that there are, and removes its stores after it. */
export async function onEngines<T>(
  row: string,
  work: (engines: readonly Engine[], later: Later) => Promise<T>,
): Promise<T> {
  const engines = await enginesFor(row);
  const closing: (() => Promise<void>)[] = engines.map((engine) => () => engine.remove());
  try {
    return await work(engines, (close) => void closing.unshift(close));
  } finally {
    for (const close of closing) await close();
  }
}

/** Takes what is to be closed when a row is through, the last one first. */
export type Later = (close: () => Promise<void>) => void;
