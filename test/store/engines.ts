import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore, type Store, type StoreOptions } from '../../src/store/store.ts';

const POSTGRES = process.env['CARETAKER_TEST_POSTGRES'] ?? 'postgres://root@127.0.0.1:5432/test';

export interface OpenOptions extends Partial<Omit<StoreOptions, 'url'>> {
  /** Open the database of this store once more, as another process would, instead of an empty one. */
  beside?: Store;
}

/** Opens a store on an empty database; everything is closed and removed after the suite. */
export type Open = (options?: OpenOptions) => Promise<Store>;

const addresses = new WeakMap<Store, string>();

/** The URL of a store that `open` made. */
export function addressOf(store: Store): string {
  const url = addresses.get(store);
  if (!url) throw new Error('not a store of this suite');
  return url;
}

async function onPostgres<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: POSTGRES, connectionTimeoutMillis: 2000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const unreachable = await onPostgres(async () => undefined).catch((error: Error) => error.message);

/** A place for databases of one suite. */
interface Place {
  newAddress(): Promise<string>;
  remove(): Promise<void>;
}

function sqlitePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-test-'));
  return {
    newAddress: async () => `sqlite:${join(folder, randomUUID(), 'caretaker.db')}`,
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

function postgresPlace(): Place {
  const schemas: string[] = [];
  return {
    async newAddress() {
      const schema = `caretaker_${randomUUID().replaceAll('-', '')}`;
      schemas.push(schema);
      await onPostgres((client) => client.query(`create schema ${schema}`));
      const url = new URL(POSTGRES);
      url.searchParams.set('options', `-c search_path=${schema}`);
      return url.href.replaceAll('+', '%20');
    },
    async remove() {
      await onPostgres(async (client) => {
        for (const schema of schemas) {
          await client.query(`drop schema ${schema} cascade`);
          // Where a queue was beside the store.
          await client.query(`drop schema if exists ${schema}_jobs cascade`);
        }
      });
    },
  };
}

function suiteIn(place: () => Place, suite: (open: Open) => void): void {
  const stores: Store[] = [];
  let here: Place | undefined;
  afterAll(async () => {
    for (const store of stores) await store.close();
    await here?.remove();
  });
  suite(async ({ beside, clock = Date.now, ...options } = {}) => {
    const url = beside ? addressOf(beside) : await (here ??= place()).newAddress();
    const store = openStore({ url, clock, ...options });
    addresses.set(store, url);
    stores.push(store);
    return store;
  });
}

/**
 * Runs a suite on SQLite and on PostgreSQL (`CARETAKER_TEST_POSTGRES`). Where no PostgreSQL answers, its half is left
 * out with a line that says so; with `CI=true` that is a failure.
 */
export function describeOnEveryEngine(name: string, suite: (open: Open) => void): void {
  describe(`${name} on sqlite`, () => suiteIn(sqlitePlace, suite));
  describeOnPostgres(name, suite);
}

/** The second half of it, for what there is on PostgreSQL alone. */
export function describeOnPostgres(name: string, suite: (open: Open) => void): void {
  if (unreachable === undefined) {
    describe(`${name} on postgres`, () => suiteIn(postgresPlace, suite));
  } else if (process.env['CI'] === 'true') {
    it(`${name} on postgres`, () => expect.fail(`PostgreSQL does not answer: ${unreachable}`));
  } else {
    console.warn(`left out: "${name}" on postgres, which does not answer (${unreachable})`);
    describe.skip(`${name} on postgres`, () => suiteIn(postgresPlace, suite));
  }
}
