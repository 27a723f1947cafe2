import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LedgerTables } from '../../src/store/schema.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { openJobQueue, stopJobQueue } from '../../src/writeback/job_queue.ts';
import { diary, handlersOf } from '../writeback/dispatcher_rig.ts';
import { addressOf, describeOnPostgres } from './engines.ts';
import { openRelay } from './relay.ts';

const UNREACHABLE = { name: 'StoreUnavailable', code: 'unreachable' };
const entry = (key: string) => ({ key, value_sealed: 'x', expires_at: null });
const keys = async (db: Kysely<LedgerTables>) =>
  (await db.selectFrom('kv').select('key').orderBy('key').execute()).map((row) => row.key);
const pidOf = async (db: Kysely<LedgerTables>) =>
  (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows[0]?.pid ?? 0;

describeOnPostgres('connections', (open) => {
  let store: Store;
  let admin: pg.Client;
  beforeAll(async () => {
    store = await open();
    await store.ready();
    admin = new pg.Client({ connectionString: addressOf(store) });
    await admin.connect();
  });
  afterAll(() => admin.end());

  /** Asks again and again until there is a row. */
  async function eventually<Row extends object>(text: string, values: unknown[]): Promise<Row> {
    for (;;) {
      const { rows } = await admin.query<Row>(text, values);
      if (rows[0] !== undefined) return rows[0];
    }
  }

  /** Ends a session of the database, and returns when it is over. */
  const terminate = (pid: number) => admin.query('select pg_terminate_backend($1, 10000)', [pid]);
  const over = (pid: number) =>
    eventually('select where not exists (select from pg_stat_activity where pid = $1)', [pid]);

  describe('that end', () => {
    it('in an idle transaction fail it with a typed error, undo it, and leave the store at work', async () => {
      const failing = store.transaction(async (trx) => {
        await trx.insertInto('kv').values(entry('undone')).execute();
        await terminate(await pidOf(trx));
        await trx.insertInto('kv').values(entry('late')).execute();
      });
      await expect(failing).rejects.toMatchObject(UNREACHABLE);
      await store.transaction((trx) => trx.insertInto('kv').values(entry('after')).execute());
      expect(await keys(store.ledger)).toEqual(['after']);
    });

    it.each([
      ['a read', 1, (query: (db: Kysely<LedgerTables>) => Promise<unknown>) => query(store.ledger)],
      ['a transaction', 2, (query: (db: Kysely<LedgerTables>) => Promise<unknown>) => store.transaction(query)],
    ])('while %s runs fail it with a typed error, and are lent to nobody else', async (_what, times, run) => {
      const mark = randomUUID();
      const failing = run((db) => sql`select pg_sleep(3600), ${sql.lit(mark)}`.execute(db));
      const failed = expect(failing).rejects.toMatchObject(UNREACHABLE);
      for (let time = 1; time <= times; time += 1) {
        const { pid } = await eventually<{ pid: number }>(
          `select pid from pg_stat_activity where position($1 in query) > 0 and wait_event = 'PgSleep'`,
          [mark],
        );
        await terminate(pid);
      }
      await failed;
      expect(await keys(store.ledger)).toEqual(['after']);
    });

    it('once in the middle of a transaction have it run again over another one', async () => {
      let times = 0;
      await store.transaction(async (trx) => {
        times += 1;
        await trx.insertInto('kv').values(entry('again')).execute();
        if (times === 1) await terminate(await pidOf(trx));
        await trx.insertInto('kv').values(entry('and more')).execute();
      });
      expect(times).toBe(2);
      expect(await keys(store.ledger)).toEqual(['after', 'again', 'and more']);
      await store.transaction((trx) => trx.deleteFrom('kv').where('key', '!=', 'after').execute());
    });

    it('while a transaction is committed leave open what became of it, and nothing is run again', async () => {
      const relay = await openRelay(addressOf(store));
      const here = openStore({ url: relay.url, clock: Date.now });
      await here.ready();
      relay.cutAt('commit');
      let times = 0;
      const failing = here.transaction(async (trx) => {
        times += 1;
        await trx.insertInto('kv').values(entry('perhaps')).execute();
      });
      await expect(failing).rejects.toMatchObject(UNREACHABLE);
      expect(times).toBe(1);
      await here.close();
      await relay.close();
      await store.transaction((trx) => trx.deleteFrom('kv').where('key', '!=', 'after').execute());
    });
  });

  describe('in a transaction that asks for nothing', () => {
    it('are given fifteen seconds', async () => {
      const shown = await store.transaction((trx) =>
        sql<Record<string, string>>`show idle_in_transaction_session_timeout`.execute(trx),
      );
      expect(shown.rows).toMatchObject([{ idle_in_transaction_session_timeout: '15s' }]);
    });

    it('are ended by the database, which is a typed error', async () => {
      const failing = store.transaction(async (trx) => {
        const pid = await pidOf(trx);
        await sql`set local idle_in_transaction_session_timeout = 1`.execute(trx);
        await over(pid);
        await trx.insertInto('kv').values(entry('late')).execute();
      });
      await expect(failing).rejects.toMatchObject(UNREACHABLE);
      expect(await keys(store.ledger)).toEqual(['after']);
    });
  });

  it('are asked for a sign of life when they are silent', async () => {
    const asked = vi.spyOn(Socket.prototype, 'setKeepAlive');
    const another = await open({ beside: store });
    await keys(another.ledger);
    expect(asked.mock.calls.length).toBeGreaterThan(0);
    for (const call of asked.mock.calls) expect(call).toEqual([true, 10_000]);
    asked.mockRestore();
  });

  describe('to a host that vanishes after it has acknowledged', () => {
    let relay: Awaited<ReturnType<typeof openRelay>>;
    beforeEach(async () => {
      relay = await openRelay(addressOf(store));
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    });
    afterEach(async () => {
      vi.useRealTimers();
      await relay.close();
    });
    const reach = (alignClock = false) => openStore({ url: relay.url, clock: Date.now, alignClock });

    it.each([
      ['a read', (here: Store) => keys(here.ledger)],
      ['a transaction', (here: Store) => here.transaction((trx) => keys(trx))],
    ])('are given up by %s after a minute, and lent to nobody else', async (_what, run) => {
      const here = reach();
      await here.ready();
      const heard = relay.muteAt('from "kv"');
      const reading = run(here);
      const failing = expect(reading).rejects.toMatchObject(UNREACHABLE);
      await heard;
      vi.advanceTimersByTime(60_000);
      await reading.catch(() => {});
      expect(await keys(here.ledger)).toEqual(['after']);
      await failing;
      await here.close();
    });

    it('fail the first look at the clock with a typed error, and the next call tries again', async () => {
      const here = reach(true);
      const heard = relay.muteAt('clock_timestamp');
      const failing = expect(here.ready()).rejects.toMatchObject(UNREACHABLE);
      await heard;
      vi.advanceTimersByTime(60_000);
      await failing;
      expect(await keys(here.ledger)).toEqual(['after']);
      await here.close();
    });

    it('are given up by the queue too', async () => {
      const queue = await openJobQueue({ url: relay.url, store, report: () => {} }, handlersOf(diary()));
      const heard = relay.muteAt('is anybody there');
      const failing = expect(queue.boss.getDb().executeSql(`select 'is anybody there'`, [])).rejects.toThrow('timeout');
      await heard;
      vi.advanceTimersByTime(60_000);
      await failing;
      vi.useRealTimers();
      await stopJobQueue(queue, 1_000);
    });
  });

  it('may take longer than that for a migration', async () => {
    const lock = `hashtext('caretaker migrations in ' || current_schema())`;
    await admin.query(`select pg_advisory_lock(${lock})`);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const here = openStore({ url: addressOf(store), clock: Date.now, lockWaitMs: 600_000 });
    const opening = here.ready();
    await eventually('select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))', []);
    vi.advanceTimersByTime(300_000);
    vi.useRealTimers();
    await admin.query(`select pg_advisory_unlock(${lock})`);
    await opening;
    expect(await keys(here.ledger)).toEqual(['after']);
    await here.close();
  });

  it.each([
    ...['EAI_AGAIN', 'EAI_FAIL', 'ENETUNREACH', 'ENETDOWN', 'ENETRESET', 'ECONNABORTED', 'ECONNRESET', 'ECONNREFUSED'],
    ...['EHOSTDOWN', 'EHOSTUNREACH', 'ENOTFOUND', 'ENOTCONN', 'EADDRNOTAVAIL', 'EPIPE', 'ETIMEDOUT', 'EACCES'],
    ...['EPERM', 'EMFILE', 'ENFILE', '08006', '25P03', '25P04', '57P01'],
  ])('say the same of %s', async (code) => {
    const error = Object.assign(new Error('as the driver says it'), { code });
    const failing = store.transaction(() => Promise.reject(error));
    await expect(failing).rejects.toMatchObject({ ...UNREACHABLE, cause: error });
  });
});
