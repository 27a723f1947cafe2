import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { addressOf, describeOnPostgres } from './engines.ts';

/** As many runs as it takes until the server keeps a statement, and one that uses it. */
const WARM = 4;
const AT_ONCE = 8;

describeOnPostgres('statements that the server keeps, when a newer replica has added a column', (open) => {
  let store: Store;
  let newer: pg.Client;
  let columns = 0;

  beforeAll(async () => {
    store = await open();
    await store.transaction((trx) => trx.insertInto('meta').values({ key: 'a', value: '1' }).execute());
    newer = new pg.Client({ connectionString: addressOf(store) });
    await newer.connect();
  });
  afterAll(() => newer.end());

  const read = (db = store.ledger) => db.selectFrom('meta').selectAll().where('key', '=', 'a').execute();
  const list = (db = store.ledger) => db.selectFrom('meta').selectAll().where('key', '<', 'b').execute();
  const many = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: AT_ONCE }, work));
  const addColumn = async () => {
    columns += 1;
    await newer.query(`alter table meta add column added_${columns} text default 'new'`);
    return { key: 'a', value: '1', [`added_${columns}`]: 'new' };
  };

  beforeEach(async () => {
    for (let run = 0; run < WARM; run++) await many(async () => [await read(), await list()]);
    const { rows } = await sql<{ kept: number }>`select count(*) as kept from pg_prepared_statements`.execute(
      store.ledger,
    );
    expect(rows[0]?.kept).toBeGreaterThanOrEqual(2);
  });

  it('are asked under a fresh name by reads', async () => {
    const row = await addColumn();
    for (const rows of await many(read)) expect(rows).toMatchObject([row]);
    for (const rows of await many(list)) expect(rows).toMatchObject([row]);
  });

  it('are asked under a fresh name by transactions, which are run once more', async () => {
    const row = await addColumn();
    let runs = 0;
    const both = await store.transaction(async (trx) => {
      runs += 1;
      await trx
        .insertInto('meta')
        .values({ key: `c${columns}`, value: '1' })
        .execute();
      return [await read(trx), await list(trx)];
    });
    expect(both).toMatchObject([[row], [row]]);
    expect(runs).toBe(2);
    expect(await many(() => store.transaction(read))).toHaveLength(AT_ONCE);
  });

  it('are known to be outdated on all connections as soon as one has met it', async () => {
    const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let runs = 0;
    const elsewhere = store.transaction(async (trx) => {
      runs += 1;
      await sql`select 1`.execute(trx);
      begun.resolve();
      await go.promise;
      return read(trx);
    });
    await begun.promise;
    const row = await addColumn();
    expect(await list()).toMatchObject([row]);
    go.resolve();
    expect(await elsewhere).toMatchObject([row]);
    expect(runs).toBe(1);
  });

  it('are kept again, under the fresh name', async () => {
    const kept = async () => {
      const { rows } = await sql<{ kept: number }>`
        select count(*) as kept from pg_prepared_statements
        where statement like 'select * from "meta" where "key" = $1'`.execute(store.ledger);
      return rows[0]?.kept ?? 0;
    };
    const before = await kept();
    await addColumn();
    for (let run = 0; run < WARM; run++) await read();
    expect(await kept()).toBe(before + 1);
  });
});
