import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { PgBoss } from 'pg-boss';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import type { Dispatcher, DispatchHandlers } from '../../src/writeback/dispatcher.ts';
import { createQueueDispatcher, type QueueDispatcherOptions } from '../../src/writeback/queue_dispatcher.ts';
import { addressOf, describeOnPostgres } from '../store/engines.ts';
import { diary, handlersOf, NEVER_MS } from './dispatcher_rig.ts';
import { openTunnel } from './tunnel.ts';

const started: Dispatcher[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((dispatcher) => dispatcher.stop()));
});

describeOnPostgres('a dispatcher by a queue', (open) => {
  let store: Store;
  let seen: ReturnType<typeof diary>;
  beforeEach(async () => {
    store = await open();
    await store.ready();
    seen = diary();
  });

  const reports = () => seen.entries.filter((entry) => entry.startsWith('report '));

  async function start(
    over: Partial<DispatchHandlers> = {},
    options: Partial<QueueDispatcherOptions> = {},
  ): Promise<Dispatcher> {
    const dispatcher = createQueueDispatcher({
      url: addressOf(store),
      store,
      report: (event) => seen.note(`report ${event}`),
      sweep_ms: NEVER_MS,
      poll_seconds: 0.5,
      supervise_seconds: 1,
      stop_ms: 1_000,
      ...options,
    });
    started.push(dispatcher);
    await dispatcher.start(handlersOf(seen, over));
    return dispatcher;
  }

  const wake = (dispatcher: Dispatcher, ids: readonly string[], priority = 2, inMs = 0) =>
    store.transaction(async (trx) => {
      for (const id of ids) await dispatcher.wake(trx, { write_id: id, at: store.clock() + inMs, priority });
    });

  async function query<Row>(text: (jobs: string) => string): Promise<Row[]> {
    const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(store.ledger);
    return (await sql.raw<Row>(text(`${rows[0]?.name}_jobs`)).execute(store.ledger)).rows;
  }

  /** Handlers whose `take` waits for a word of the test. */
  function held() {
    const gates = new Map<string, () => void>();
    const take = (id: string) =>
      new Promise<void>((done) => {
        gates.set(id, done);
        seen.note(`take ${id}`);
      });
    return { take, release: (id: string) => gates.get(id)?.() };
  }

  const taken = () => seen.entries.filter((entry) => entry.startsWith('take ')).length;
  const numbered = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`);

  it('wakes for what is committed, and for nothing that was rolled back', async () => {
    const dispatcher = await start();
    await store
      .transaction(async (trx) => {
        await dispatcher.wake(trx, { write_id: 'undone', at: store.clock(), priority: 2 });
        throw new Error('rolled back');
      })
      .catch(() => {});
    await wake(dispatcher, ['made']);
    await seen.until(() => seen.count('take made') === 1);
    expect(await query((jobs) => `select data->>'write_id' as id from ${jobs}.job where name = 'writes'`)).toEqual([
      { id: 'made' },
    ]);
    expect(reports()).toEqual([]);
  });

  it('does nothing before it is started, and sweeps all the same', async () => {
    const dispatcher = createQueueDispatcher({ url: addressOf(store), store, report: () => {} });
    await wake(dispatcher, ['early']);
    await dispatcher.stop();
    await start();
    await seen.until(() => seen.count('sweep') === 1);
    expect(taken()).toBe(0);
  });

  it('keeps workers free for emergencies, and takes life safety first', async () => {
    const { take, release } = held();
    const dispatcher = await start({ take });
    await wake(dispatcher, numbered('slow', 40));
    await seen.until(() => taken() === 12);
    await wake(dispatcher, numbered('emergency', 4), 1);
    await seen.until(() => taken() === 16);
    expect(seen.entries.filter((entry) => entry.startsWith('take emergency'))).toHaveLength(4);
    await wake(dispatcher, ['flood'], 1);
    await wake(dispatcher, ['gas'], 0);
    for (const [at, id] of numbered('slow', 12).entries()) {
      release(id);
      await seen.until(() => taken() === 17 + at);
    }
    expect(seen.entries.filter((entry) => entry.startsWith('take ')).slice(16, 19)).toEqual([
      'take gas',
      'take flood',
      expect.stringMatching(/^take slow/),
    ]);
    for (const id of [...numbered('slow', 40), ...numbered('emergency', 4), 'flood', 'gas']) release(id);
  });

  it('keeps one wake-up of a write for a time, and one for each time', async () => {
    const at = store.clock() + 3_600_000;
    const dispatcher = await start();
    for (const time of [at, at, at + 1, at])
      await store.transaction((trx) => dispatcher.wake(trx, { write_id: 'later', at: time, priority: 2 }));
    await wake(dispatcher, ['later']);
    await seen.until(() => seen.count('take later') === 1);
    const waiting = await query((jobs) => `select 1 as one from ${jobs}.job where start_after > now()`);
    expect(waiting).toHaveLength(2);
  });

  it('tries again, then says that the write is stuck, and keeps no words of the error', async () => {
    const take = async (id: string) => {
      seen.note(`take ${id}`);
      throw new RangeError('of John Doe');
    };
    const dispatcher = await start({ take }, { retry_limit: 1 });
    await wake(dispatcher, ['bad']);
    const stuck = 'stuck bad: It could not be taken up 2 times in a row; the last time: RangeError.';
    await seen.until(() => seen.entries.includes(stuck));
    expect(taken()).toBe(2);
    const kept = await query((jobs) => `select * from ${jobs}.job`);
    expect(JSON.stringify(kept)).toContain('RangeError');
    expect(JSON.stringify(kept)).not.toContain('John Doe');
  });

  it('lets several processes share the work, each write with one of them', async () => {
    const { take, release } = held();
    const by = (name: string) => ({
      take: (id: string) => {
        seen.note(name);
        return take(id);
      },
    });
    const one = await start(by('one'));
    await start(by('other'));
    await wake(one, numbered('w', 30));
    await seen.until(() => taken() === 24);
    expect([seen.count('one'), seen.count('other')]).toEqual([12, 12]);
    for (const id of numbered('w', 30)) release(id);
    await seen.until(() => {
      for (const id of numbered('w', 30)) release(id);
      return taken() === 30;
    });
    const ids = seen.entries.filter((entry) => entry.startsWith('take '));
    expect(new Set(ids).size).toBe(30);
  });

  it('takes over from a process that was killed', async () => {
    const path = (file: string) => pathToFileURL(resolve(import.meta.dirname, '../../src', file)).href;
    const script = `
      import { openStore } from '${path('store/store.ts')}';
      import { createQueueDispatcher } from '${path('writeback/queue_dispatcher.ts')}';
      const url = process.env.STORE;
      const store = openStore({ url, clock: Date.now });
      const dispatcher = createQueueDispatcher({ url, store, report: () => {}, supervise_seconds: 1, poll_seconds: 0.5 });
      await dispatcher.start({
        take: (id) => new Promise(() => console.log('took', id)),
        sweep: async () => {}, tidy: async () => {}, stuck: async () => {},
      });
      await store.transaction((trx) => dispatcher.wake(trx, { write_id: 'orphan', at: Date.now(), priority: 0 }));
    `;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      env: { ...process.env, STORE: addressOf(store) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    expect(line).toBe('took orphan');
    await start();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(taken()).toBe(0);
    await seen.until(() => seen.count('take orphan') === 1);
  });

  it('can be started by several processes at once on an empty database, and tidies in one of them', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => start()));
    await wake(all[3] as Dispatcher, ['w']);
    await seen.until(() => seen.count('take w') === 1);
    expect(await query((jobs) => `select name, cron from ${jobs}.schedule`)).toEqual([
      { name: 'tidy', cron: '17 * * * *' },
    ]);
    const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(store.ledger);
    const boss = new PgBoss({
      connectionString: addressOf(store),
      schema: `${rows[0]?.name}_jobs`,
      schedule: false,
      supervise: false,
    });
    await boss.start();
    await boss.send('tidy');
    await boss.stop();
    await seen.until(() => seen.count('tidy') > 0);
    await Promise.all(all.map((dispatcher) => dispatcher.stop()));
    const done = await query((jobs) => `select 1 as one from ${jobs}.job where name = 'tidy' and state = 'completed'`);
    expect(seen.count('tidy')).toBe(done.length);
    expect(reports()).toEqual([]);
  });

  it('waits for what it has taken up when it stops', async () => {
    const { take, release } = held();
    const dispatcher = await start({ take: (id) => take(id).then(() => seen.note('done')) });
    await wake(dispatcher, ['w']);
    await seen.until(() => taken() === 1);
    const stopped = dispatcher.stop().then(() => seen.note('stopped'));
    // As long as a queue that does not wait needs to give its jobs back.
    for (let round = 0; round < 100; round++) await query(() => 'select 1 as one');
    release('w');
    await stopped;
    expect(seen.entries.slice(-2)).toEqual(['done', 'stopped']);
    expect(await query((jobs) => `select state from ${jobs}.job where name = 'writes'`)).toEqual([
      { state: 'completed' },
    ]);
  });

  it('gives to another process what does not end when it stops', async () => {
    const dispatcher = await start({ take: () => new Promise(() => seen.note('hangs')) });
    await wake(dispatcher, ['w']);
    await seen.until(() => seen.count('hangs') === 1);
    await start();
    await dispatcher.stop();
    await seen.until(() => seen.count('take w') === 1);
  });

  it('comes back by itself when the database does, at its start and later', async () => {
    const tunnel = await openTunnel(addressOf(store));
    await tunnel.close();
    const dispatcher = await start({}, { url: tunnel.url });
    await seen.until(() => seen.count('sweep') === 1);
    expect(reports()).toContain('report queue_start');
    await wake(dispatcher, ['lost']);
    await tunnel.open();
    await vi.waitFor(
      async () => {
        await wake(dispatcher, ['first']);
        expect(seen.entries).toContain('take first');
      },
      { timeout: 30_000, interval: 200 },
    );
    await tunnel.close();
    await seen.until(() => seen.count('report queue') > 0);
    await tunnel.open();
    await wake(dispatcher, ['second']);
    await seen.until(() => seen.count('take second') === 1);
    expect(seen.entries).not.toContain('take lost');
    await dispatcher.stop();
    await tunnel.close();
  });

  it('never takes a write down with it', async () => {
    const dispatcher = await start();
    await store.transaction((trx) => sql.raw('select 1').execute(trx));
    const [schema] = await query<{ name: string }>((jobs) => `select '${jobs}' as name`);
    await store.transaction((trx) => sql.raw(`drop schema ${schema?.name} cascade`).execute(trx));
    await store.transaction(async (trx) => {
      await trx.insertInto('meta').values({ key: 'before', value: '1' }).execute();
      await dispatcher.wake(trx, { write_id: 'w', at: store.clock(), priority: 2 });
      await trx.insertInto('meta').values({ key: 'after', value: '1' }).execute();
    });
    const kept = await store.ledger.selectFrom('meta').select('key').where('key', 'in', ['before', 'after']).execute();
    expect(kept).toHaveLength(2);
    expect(reports()).toContain('report queue_wake');
  });
});
