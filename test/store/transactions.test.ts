import { expect, it } from 'vitest';
import type { Kysely } from 'kysely';
import type { LedgerTables } from '../../src/store/schema.ts';
import type { Store } from '../../src/store/store.ts';
import { describeOnEveryEngine } from './engines.ts';

const entry = (key: string) => ({ key, value_sealed: `value of ${key}`, expires_at: null });
const keys = async (db: Kysely<LedgerTables>) =>
  (await db.selectFrom('kv').select('key').orderBy('key').execute()).map((row) => row.key);

describeOnEveryEngine('transactions', (open) => {
  it('keeps what is committed and returns what the work returned', async () => {
    const store = await open();
    const answer = await store.transaction(async (trx) => {
      await trx.insertInto('kv').values(entry('a')).execute();
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await keys(store.ledger)).toEqual(['a']);
    const other = await open({ beside: store });
    expect(await keys(other.ledger)).toEqual(['a']);
  });

  it('undoes everything when the work throws, and passes the error on as it was', async () => {
    const store = await open();
    const reason = new Error('no');
    const failing = store.transaction(async (trx) => {
      await trx.insertInto('kv').values(entry('a')).execute();
      throw reason;
    });
    await expect(failing).rejects.toBe(reason);
    expect(await keys(store.ledger)).toEqual([]);
  });

  it('undoes everything when a query fails', async () => {
    const store = await open();
    const failing = store.transaction(async (trx) => {
      await trx.insertInto('kv').values(entry('a')).execute();
      await trx.insertInto('kv').values(entry('a')).execute();
    });
    await expect(failing).rejects.toThrow(/unique/i);
    expect(await keys(store.ledger)).toEqual([]);
  });

  it('lets those asked for together stand alone: one that fails in the middle hurts nobody', async () => {
    const store = await open();
    await store.ready();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 80 }, (_, at) =>
        store.transaction(async (trx) => {
          await trx
            .insertInto('kv')
            .values(entry(`k${at}`))
            .execute();
          if (at % 7 === 3)
            await trx
              .insertInto('kv')
              .values(entry(`k${at}`))
              .execute();
          if (at % 7 === 5) throw new Error(`refused ${at}`);
          return at;
        }),
      ),
    );
    const good = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(good).toEqual(Array.from({ length: 80 }, (_, at) => at).filter((at) => at % 7 !== 3 && at % 7 !== 5));
    expect(await keys(store.ledger)).toEqual(good.map((at) => `k${at}`).toSorted());
  });

  it('does not lose an update when many change one row at once', async () => {
    const store = await open();
    await store.transaction((trx) => trx.insertInto('meta').values({ key: 'n', value: '0' }).execute());
    const increment = () =>
      store.transaction(async (trx) => {
        // Takes the row's lock first, as every read that a write is based on has to.
        const { value } = await trx
          .updateTable('meta')
          .set((row) => ({ value: row.ref('value') }))
          .where('key', '=', 'n')
          .returning('value')
          .executeTakeFirstOrThrow();
        await trx
          .updateTable('meta')
          .set({ value: `${Number(value) + 1}` })
          .where('key', '=', 'n')
          .execute();
      });
    await Promise.all(Array.from({ length: 50 }, increment));
    expect(await store.ledger.selectFrom('meta').selectAll().execute()).toMatchObject([{ key: 'n', value: '50' }]);
  });

  it('runs a transaction again that had to give way to another', async () => {
    const store = await open();
    await store.transaction((trx) => trx.insertInto('kv').values(['a', 'b'].map(entry)).execute());
    const other = await open({ beside: store });
    // Each takes one row and then wants the other's: PostgreSQL undoes one of them. SQLite lets them in one by one.
    const arrived = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    if (store.engine === 'sqlite') arrived.forEach(({ resolve }) => resolve());
    const touch = async (trx: Kysely<LedgerTables>, key: string) => {
      await trx.updateTable('kv').set({ expires_at: 1 }).where('key', '=', key).execute();
    };
    let runs = 0;
    const cross = (by: Store, first: string, then: string, mine: 0 | 1) =>
      by.transaction(async (trx) => {
        runs++;
        await touch(trx, first);
        arrived[mine].resolve();
        await Promise.all([arrived[0].promise, arrived[1].promise]);
        await touch(trx, then);
        return first;
      });
    expect(await Promise.all([cross(store, 'a', 'b', 0), cross(other, 'b', 'a', 1)])).toEqual(['a', 'b']);
    expect(runs).toBe(store.engine === 'sqlite' ? 2 : 3);
  });

  it('reads what is committed while a transaction is open, without waiting for it', async () => {
    const store = await open();
    const during = await store.transaction(async (trx) => {
      await trx.insertInto('kv').values(entry('a')).execute();
      return { inside: await keys(trx), outside: await keys(store.ledger) };
    });
    expect(during).toEqual({ inside: ['a'], outside: [] });
  });

  it('refuses a transaction inside of a transaction instead of waiting for itself', async () => {
    const store = await open();
    const nested = store.transaction(async () => store.transaction(async () => 'never'));
    await expect(nested).rejects.toThrow('begun inside of another');
    // Work that merely starts inside and goes on later is not nested.
    let later: Promise<string> | undefined;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    await store.transaction(async () => {
      later = ended.then(() => store.transaction(async () => 'later'));
    });
    end();
    expect(await later).toBe('later');
  });

  it('refuses a change outside of a transaction', async () => {
    const store = await open();
    const insert = store.ledger.insertInto('kv').values(entry('a'));
    await expect((async () => insert.execute())()).rejects.toThrow();
    expect(await keys(store.ledger)).toEqual([]);
  });

  it('refuses a query after the end of its transaction', async () => {
    const store = await open();
    const leaked = await store.transaction(async (trx) => ({ trx }));
    await expect(leaked.trx.selectFrom('kv').selectAll().execute()).rejects.toThrow();
    await expect(leaked.trx.insertInto('kv').values(entry('a')).execute()).rejects.toThrow();
    expect(await keys(store.ledger)).toEqual([]);
  });

  it.each([
    ['a Date', new Date(0)],
    ['a boolean', true],
    ['an object', { a: 1 }],
  ])('does not store %s as a number', async (_what, value) => {
    const store = await open();
    const insert = store.transaction((trx) =>
      trx
        .insertInto('kv')
        .values({ ...entry('a'), expires_at: value as never })
        .execute(),
    );
    await expect(insert).rejects.toThrow();
    expect(await keys(store.ledger)).toEqual([]);
  });

  it('gives back numbers as numbers, sums and counts included', async () => {
    const store = await open();
    const at = 1_790_000_000_000;
    await store.transaction((trx) =>
      trx
        .insertInto('kv')
        .values([
          { ...entry('a'), expires_at: at },
          { ...entry('b'), expires_at: at },
        ])
        .execute(),
    );
    const row = await store.ledger
      .selectFrom('kv')
      .select(({ fn }) => [
        fn.max('expires_at').as('max'),
        fn.sum<number>('expires_at').as('sum'),
        fn.countAll<number>().as('count'),
      ])
      .executeTakeFirstOrThrow();
    expect({ ...row }).toEqual({ max: at, sum: 2 * at, count: 2 });
  });

  it('sorts and compares text by code point and minds case in "like"', async () => {
    const store = await open();
    const texts = ['B', 'a', 'Z', 'ab', 'é', 'A-1', 'A1', 'a_b'];
    await store.transaction((trx) => trx.insertInto('kv').values(texts.map(entry)).execute());
    expect(await keys(store.ledger)).toEqual(texts.toSorted());
    const like = await store.ledger.selectFrom('kv').select('key').where('key', 'like', 'a%').orderBy('key').execute();
    expect(like.map((row) => row.key)).toEqual(['a', 'a_b', 'ab']);
  });

  it('numbers changes by itself', async () => {
    const store = await open();
    const change = {
      at: 1,
      connection: null,
      kind: 'unit',
      scope: '',
      property_id: null,
      event: 'e',
      detail_json: '{}',
    };
    await store.transaction((trx) =>
      trx
        .insertInto('changes')
        .values(['1', '2'].map((record_id) => ({ ...change, record_id })))
        .execute(),
    );
    const rows = await store.ledger.selectFrom('changes').select(['seq', 'record_id']).orderBy('seq').execute();
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { seq: 1, record_id: '1' },
      { seq: 2, record_id: '2' },
    ]);
  });

  it('keeps the mirror apart from the ledger', async () => {
    const store = await open();
    const state = { connection: 'main', kind: 'unit', scope: '', loaded_at: 1, cursor: null, record_count: 3 };
    await store.mirrorTransaction((trx) => trx.insertInto('mirror_state').values(state).execute());
    const rows = await store.mirror.selectFrom('mirror_state').selectAll().execute();
    expect(rows.map((row) => ({ ...row }))).toEqual([{ ...state, revision: 0 }]);
  });

  it('completes what was asked for before it closes, and refuses what comes after', async () => {
    const store = await open();
    const beside = await open({ beside: store });
    await store.ready();
    const last = store.transaction((trx) => trx.insertInto('kv').values(entry('last')).execute());
    const closing = store.close();
    await last;
    await closing;
    expect(await keys(beside.ledger)).toEqual(['last']);
    const refused = { name: 'StoreUnavailable', code: 'closed' };
    await expect(store.transaction(async () => {})).rejects.toMatchObject(refused);
    await expect(keys(store.ledger)).rejects.toMatchObject(refused);
    await expect(store.ready()).rejects.toMatchObject(refused);
  });
});
