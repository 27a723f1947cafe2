import { expect, it } from 'vitest';
import type { Pace, Permit, Priority } from '../../src/pace/pace.ts';
import type { Store } from '../../src/store/store.ts';
import { StoreUnavailable } from '../../src/store/unavailable.ts';
import { describeOnEveryEngine, type Open } from '../store/engines.ts';
import { askedFor, World } from './world.ts';

const PER_SECOND = { windows: [{ requests: 8, per_ms: 1_000 }] };
const ONE_PER_SECOND = { windows: [{ requests: 1, per_ms: 1_000 }] };
const ONE_AT_ONCE = { windows: [], concurrent: 1 };
const NO_LIMITS = { windows: [] };

/** Stores on one database, as that many processes have them. */
async function processes(open: Open, count: number): Promise<Store[]> {
  const first = await open();
  const others = await Promise.all(Array.from({ length: count - 1 }, () => open({ beside: first })));
  return [first, ...others];
}

/** A store whose transactions and reads are counted. */
function counted(store: Store): Store & { counts: { transactions: number; reads: number } } {
  const counts = { transactions: 0, reads: 0 };
  return {
    ...store,
    counts,
    get ledger() {
      counts.reads++;
      return store.ledger;
    },
    transaction(work) {
      counts.transactions++;
      return store.transaction(work);
    },
  };
}

async function leave(pace: Pace, priority: Priority = 1): Promise<Permit> {
  const answer = await pace.ask(priority);
  if (!('done' in answer)) throw new Error(`refused: ${answer.because}`);
  return answer;
}

/** Makes a request that is over at once. */
async function send(pace: Pace, priority: Priority = 1): Promise<void> {
  (await leave(pace, priority)).done();
}

function fail(pace: Pace, times: number): void {
  for (let time = 0; time < times; time++) pace.report({ kind: 'failed' });
}

describeOnEveryEngine('the pace of several processes', (open) => {
  it('keeps a window over all of them', async () => {
    const world = new World();
    const paces = (await processes(open, 3)).map((store) => world.pace(store, PER_SECOND));
    const askAll = async () => {
      const answers = await Promise.all(paces.flatMap((pace) => Array.from({ length: 8 }, () => pace.ask(1))));
      return answers.filter((answer) => 'done' in answer);
    };
    const permits = await askAll();
    expect(permits).toHaveLength(8);
    await world.pass(500);
    for (const permit of permits) permit.done();
    await world.pass(1_000);
    expect(await askAll()).toHaveLength(0);
    await world.pass(1);
    expect(await askAll()).toHaveLength(8);
  });

  it('keeps the room of a request that may not have arrived yet, however long ago its leave was', async () => {
    const world = new World();
    const paces = (await processes(open, 3)).map((store) => world.pace(store, PER_SECOND));
    const [one, two, three] = paces as [Pace, Pace, Pace];
    const late = await leave(one);
    for (const pace of [one, one, two, two, two, three, three]) await send(pace);
    await world.pass(1_001);
    for (let sent = 0; sent < 7; sent++) await send(three);
    expect(await askedFor(two)).toBe('paced');
    await world.pass(500);
    late.done();
    await world.pass(501);
    for (let sent = 0; sent < 7; sent++) await send(three);
    expect(await askedFor(two)).toBe('paced');
    await world.pass(500);
    expect(await askedFor(two)).toBe('leave');
  });

  it('says when to ask again: soon while a request is under way, and exactly after that', async () => {
    const world = new World();
    const [one, two] = (await processes(open, 2)).map((store) => world.pace(store, ONE_PER_SECOND)) as [Pace, Pace];
    const permit = await leave(one);
    await world.pass(300);
    expect(await two.ask(1)).toEqual({ because: 'paced', retry_at: world.now + 200 });
    // Nobody asks in the process that has done it.
    permit.done();
    await world.pass(300);
    expect(await two.ask(1)).toEqual({ because: 'paced', retry_at: world.now + 701 });
  });

  it('serves all who ask or are done at a time in two transactions', async () => {
    const world = new World();
    const store = counted(await open());
    const pace = world.pace(store, { windows: [{ requests: 60, per_ms: 1_000 }] });
    const answers = await Promise.all(Array.from({ length: 100 }, () => pace.ask(1)));
    const permits = answers.filter((answer) => 'done' in answer);
    expect(permits).toHaveLength(60);
    expect(store.counts.transactions).toBeLessThanOrEqual(2);
    const { transactions } = store.counts;
    for (const permit of permits) permit.done();
    expect(await askedFor(pace)).toBe('paced');
    expect(store.counts.transactions).toBeLessThanOrEqual(transactions + 2);
  });

  it('lets those who wait go by priority, then in the order of asking', async () => {
    const world = new World();
    const pace = world.pace(await open(), ONE_PER_SECOND);
    await send(pace);
    const order: string[] = [];
    const waits = [3, 2, 0, 1, 0].map(async (priority, at) => {
      (await pace.wait(priority as Priority)).done();
      order.push(`${priority}-${at}`);
    });
    await world.until(Promise.all(waits));
    expect(order).toEqual(['0-2', '0-4', '1-3', '2-1', '3-0']);
  });

  it('lets an emergency of another process go first', async () => {
    const world = new World();
    const [bulk, emergency] = (await processes(open, 2)).map((store) => world.pace(store, ONE_PER_SECOND)) as [
      Pace,
      Pace,
    ];
    await send(bulk);
    const order: string[] = [];
    const sent = async (pace: Pace, priority: Priority, name: string) => {
      (await pace.wait(priority)).done();
      order.push(name);
    };
    const waits = [...Array.from({ length: 3 }, () => sent(bulk, 3, 'bulk')), sent(emergency, 1, 'emergency')];
    await world.until(Promise.all(waits));
    expect(order).toEqual(['emergency', 'bulk', 'bulk', 'bulk']);
  });

  it('gives the place of a dead process to another one after the deadline', async () => {
    const world = new World();
    const [dead, other] = (await processes(open, 2)).map((store) => world.pace(store, ONE_AT_ONCE)) as [Pace, Pace];
    await leave(dead);
    dead.close();
    await world.pass(29_999);
    expect(await askedFor(other)).toBe('paced');
    await world.pass(1);
    expect(await askedFor(other)).toBe('leave');
  });

  it('keeps the room of a dead process until a window after the deadline, and no longer', async () => {
    const world = new World();
    const [dead, other] = (await processes(open, 2)).map((store) => world.pace(store, ONE_PER_SECOND)) as [Pace, Pace];
    const began = world.now;
    await leave(dead);
    dead.close();
    await world.until(other.wait(2));
    expect(world.now - began).toBe(30_000 + 1_001);
  });

  it('gives a place that was given back to whoever waits in another process, and only once', async () => {
    const world = new World();
    const stores = await processes(open, 2);
    const store = counted(stores[0] as Store);
    const [one, two] = [world.pace(store, ONE_AT_ONCE), world.pace(stores[1] as Store, ONE_AT_ONCE)];
    const permit = await leave(one);
    const waiting = two.wait(2);
    await world.pass(1_000);
    permit.done();
    await world.until(waiting);
    const { transactions } = store.counts;
    permit.done();
    await world.settled();
    expect(store.counts.transactions).toBe(transactions);
    expect(await askedFor(one)).toBe('paced');
  });

  it('ends a wait with its signal, and whoever waited takes nothing with it', async () => {
    const world = new World();
    const pace = world.pace(await open(), ONE_AT_ONCE);
    const permit = await leave(pace);
    const ending = new AbortController();
    const waiting = pace.wait(1, ending.signal);
    await world.settled();
    ending.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'rate_limited', retry_after_ms: 200 });
    permit.done();
    await expect(pace.wait(1, AbortSignal.abort())).rejects.toMatchObject({ code: 'unavailable' });
    expect(await askedFor(pace)).toBe('leave');
  });

  it('gives back the leave that was stored for one who has gone meanwhile', async () => {
    const world = new World();
    const store = await open();
    const stored = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    const slow = Object.assign(Object.create(store) as Store, {
      async transaction<T>(work: Parameters<typeof store.transaction<T>>[0]): Promise<T> {
        const result = await store.transaction(work);
        stored.resolve();
        await answered.promise;
        return result;
      },
    });
    const pace = world.pace(slow, ONE_AT_ONCE);
    const going = new AbortController();
    const waiting = expect(pace.wait(1, going.signal)).rejects.toMatchObject({ code: 'rate_limited' });
    await stored.promise;
    going.abort();
    await waiting;
    expect(await askedFor(world.pace(store, ONE_AT_ONCE))).toBe('paced');
    answered.resolve();
    await world.settled();
    expect(await askedFor(pace)).toBe('leave');
  });

  it('waits as long as the vendor asked, in every process', async () => {
    const world = new World();
    const [one, two] = (await processes(open, 2)).map((store) => world.pace(store, NO_LIMITS)) as [Pace, Pace];
    expect(await askedFor(two)).toBe('leave');
    const began = world.now;
    one.report({ kind: 'throttled', retry_after_ms: 7_000 });
    one.report({ kind: 'throttled', retry_after_ms: 1_000 });
    await world.settled();
    world.now += 250;
    expect(await two.ask(0)).toEqual({ because: 'asked_to_wait', retry_at: began + 7_000 });
    await world.until(two.wait(0));
    expect(world.now).toBe(began + 7_000);
  });
});

describeOnEveryEngine('the breaker of several processes', (open) => {
  it.each([NO_LIMITS, PER_SECOND])(
    'opens for all of them, lets one probe through and closes for all: %j',
    async (limits) => {
      const world = new World();
      const paces = (await processes(open, 3)).map((store) => world.pace(store, limits));
      const [one, two, three] = paces as [Pace, Pace, Pace];
      for (const pace of paces) expect(await askedFor(pace)).toBe('leave');
      fail(one, 3);
      fail(two, 2);
      await world.settled();
      world.now += 250;
      for (const pace of paces) expect(await askedFor(pace)).toBe('down');
      await expect(three.wait(0)).rejects.toMatchObject({ code: 'unavailable', retry_after_ms: 250 });
      const recovered = Promise.all(paces.map((pace) => new Promise<void>((resolve) => pace.onRecovery(resolve))));
      world.now += 250;
      const answers = await Promise.all(paces.flatMap((pace) => [askedFor(pace), askedFor(pace)]));
      expect(answers.filter((answer) => answer === 'leave')).toHaveLength(1);
      two.report({ kind: 'answered' });
      await world.until(recovered);
      world.now += 1_000;
      for (const pace of paces) expect(await askedFor(pace)).toBe('leave');
    },
  );

  it.each([NO_LIMITS, PER_SECOND])('is down until it may be tried, and while it is being tried: %j', async (limits) => {
    const world = new World();
    const pace = world.pace(await open(), limits);
    expect(pace.isDown()).toBe(false);
    fail(pace, 5);
    await world.pass(499);
    expect(pace.isDown()).toBe(true);
    await world.pass(1);
    expect(pace.isDown()).toBe(false);
    // The first one that tries it dies.
    await leave(pace);
    await world.pass(29_999);
    expect(pace.isDown()).toBe(true);
    await world.pass(1);
    expect(pace.isDown()).toBe(false);
    await leave(pace);
    expect(pace.isDown()).toBe(true);
    pace.report({ kind: 'answered' });
    await world.settled();
    expect(pace.isDown()).toBe(false);
  });

  it('tells of a recovery after a time in which nobody tried', async () => {
    const world = new World();
    const pace = world.pace(await open(), NO_LIMITS);
    let told = 0;
    pace.onRecovery(() => told++);
    fail(pace, 5);
    await world.pass(5_000);
    expect([pace.isDown(), told]).toEqual([false, 0]);
    const permit = await leave(pace);
    pace.report({ kind: 'answered' });
    permit.done();
    await world.settled();
    expect([pace.isDown(), told]).toEqual([false, 1]);
  });

  it('tells nobody of a recovery who has had enough of it', async () => {
    const world = new World();
    const pace = world.pace(await open(), NO_LIMITS);
    const told: string[] = [];
    pace.onRecovery(() => told.push('stays'));
    pace.onRecovery(() => told.push('left'))();
    fail(pace, 5);
    await world.settled();
    pace.report({ kind: 'answered' });
    await world.settled();
    expect(told).toEqual(['stays']);
  });

  it('lets another probe through where one was given back without a report', async () => {
    const world = new World();
    const pace = world.pace(await open(), NO_LIMITS);
    fail(pace, 5);
    await world.pass(500);
    const probe = await leave(pace);
    expect(await askedFor(pace)).toBe('down');
    probe.done();
    expect(await askedFor(pace)).toBe('leave');
  });

  it('costs nothing while there are no limits and the PMS answers', async () => {
    const world = new World();
    const store = counted(await open());
    const pace = world.pace(store, NO_LIMITS);
    for (let request = 0; request < 50; request++) {
      (await leave(pace, 3)).done();
      pace.report({ kind: 'answered' });
      world.now += 5;
    }
    await world.settled();
    expect(store.counts).toEqual({ transactions: 0, reads: 1 });
    await leave(pace);
    expect(store.counts).toEqual({ transactions: 0, reads: 2 });
  });

  it('counts failures that a process could not store at first', async () => {
    const world = new World();
    const store = await open();
    let broken = true;
    const flaky: Store = {
      ...store,
      transaction: (work) => (broken ? Promise.reject(new StoreUnavailable('locked')) : store.transaction(work)),
    };
    const pace = world.pace(flaky, NO_LIMITS);
    fail(pace, 4);
    await world.settled();
    broken = false;
    fail(pace, 1);
    await world.settled();
    expect(await askedFor(pace)).toBe('down');
  });
});

describeOnEveryEngine('a pace in trouble', (open) => {
  const damage = (store: Store, body_json: string) =>
    store.transaction((trx) => trx.updateTable('pace').set({ body_json }).execute());

  it.each([NO_LIMITS, PER_SECOND])(
    'refuses for a moment where the stored state is damaged, then begins anew: %j',
    async (limits) => {
      const world = new World();
      const store = await open();
      let lost = 0;
      const pace = world.pace(store, limits, { onLost: () => lost++ });
      fail(pace, 1);
      await world.settled();
      await damage(store, '{"v":2}');
      world.now += 250;
      expect(await pace.ask(0)).toEqual({ because: 'paced', retry_at: world.now + 5_000 });
      expect(lost).toBe(1);
      await world.until(pace.wait(3));
      expect(lost).toBe(1);
      expect(await askedFor(pace)).toBe('leave');
    },
  );

  it.each([NO_LIMITS, PER_SECOND])('sends nothing where the store does not answer: %j', async (limits) => {
    const world = new World();
    const store = await open();
    const pace = world.pace(store, limits);
    await store.close();
    await expect(pace.ask(0)).rejects.toMatchObject({ name: 'VendorError', code: 'unavailable' });
    await expect(pace.wait(0)).rejects.toMatchObject({ name: 'VendorError', code: 'unavailable' });
  });

  it.each([NO_LIMITS, PER_SECOND])('ends a wait with its signal where the store hangs: %j', async (limits) => {
    const world = new World();
    const hung = await open();
    const begun = Promise.withResolvers<void>();
    const never = () => (begun.resolve(), new Promise<never>(() => {}));
    // What begins a query gives itself until it is run.
    const query: object = new Proxy({}, { get: (_, name) => (name === 'executeTakeFirst' ? never : () => query) });
    const pace = world.pace(hung, limits, {
      store: Object.assign(Object.create(hung) as Store, { ledger: query, transaction: never }),
    });
    const ending = new AbortController();
    const waiting = pace.wait(2, ending.signal);
    await begun.promise;
    ending.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('refuses who waits and who asks once it is closed', async () => {
    const world = new World();
    const pace = world.pace(await open(), ONE_PER_SECOND);
    await leave(pace);
    const waiting = pace.wait(1);
    await world.settled();
    pace.close();
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
    await expect(pace.wait(1)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(pace.ask(1)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('ends no wait later because the clock was set back', async () => {
    const world = new World();
    const pace = world.pace(await open(), ONE_PER_SECOND);
    await send(pace);
    await world.settled();
    world.now -= 3_600_000;
    const began = world.now;
    await world.until(pace.wait(2));
    expect(world.now - began).toBe(1_001);
  });
});

describeOnEveryEngine('the clock of a pace', (open) => {
  it('is the one that all processes share', async () => {
    const wrong = 5;
    const store = await open({ clock: () => wrong });
    const other = await open({ beside: store, clock: () => (store.engine === 'postgres' ? 9e12 : wrong) });
    const world = new World();
    const limits = { windows: [{ requests: 1, per_ms: 3_600_000 }] };
    const real = (of: Store) => world.pace(of, limits, { store: of, clock: undefined });
    const sending = real(store);
    await send(sending);
    // One process's turns come one after another: what it has done is written.
    expect(await askedFor(sending)).toBe('paced');
    const refused = await real(other).ask(1);
    const { updated_at } = await store.ledger.selectFrom('pace').select('updated_at').executeTakeFirstOrThrow();
    if (store.engine === 'postgres') expect(updated_at).toBeGreaterThan(Date.UTC(2025, 0));
    else expect(updated_at).toBe(wrong);
    const wait = 'done' in refused ? 0 : refused.retry_at - other.clock();
    expect(wait).toBeGreaterThan(3_000_000);
    expect(wait).toBeLessThanOrEqual(3_600_001);
  });
});
