import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { KeyRing } from '../../src/store/keyring.ts';
import { createKv } from '../../src/store/kv.ts';
import type { Store } from '../../src/store/store.ts';
import { describeOnEveryEngine } from './engines.ts';

const ring = (...entries: string[]) => KeyRing.fromEnvironment(entries.join(','), { sandboxOnly: false });
const entry = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

describeOnEveryEngine('values with a life span', (open) => {
  const first = entry('a');
  const keyring = ring(first);

  /** Two processes on one database, and a clock that goes on while somebody waits, until `until` where that is given. */
  async function two(until?: Promise<unknown>) {
    let now = 1_000_000;
    const clock = () => now;
    const waits: number[] = [];
    const store = await open({ clock });
    const pause = async (ms: number) => {
      waits.push(ms);
      now += ms;
      await until;
    };
    const of = (from: Store) => createKv({ store: from, keyring, pause });
    const pass = (ms: number) => (now += ms);
    return { store, one: of(store), other: of(await open({ beside: store, clock })), waits, pass };
  }

  it('are there until their time is over, in every process', async () => {
    const { one, other, pass } = await two();
    expect(await one.get('token')).toBeUndefined();
    await one.set('token', 'first', 500);
    await one.set('cursor', 'stays');
    await other.set('token', 'second', 1_000);
    pass(999);
    expect(await one.get('token')).toBe('second');
    pass(1);
    expect(await one.get('token')).toBeUndefined();
    pass(1e12);
    expect(await other.get('cursor')).toBe('stays');
  });

  it('are kept sealed, each for its own key', async () => {
    const { store, one } = await two();
    await one.set('a', 'very secret');
    await one.set('b', 'other');
    const rows = await store.ledger.selectFrom('kv').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('secret');
    const sealed = rows.find(({ key }) => key === 'a')?.value_sealed as string;
    await store.transaction((trx) =>
      trx.updateTable('kv').set({ value_sealed: sealed }).where('key', '=', 'b').execute(),
    );
    expect([await one.get('a'), await one.get('b')]).toEqual(['very secret', undefined]);
  });

  it('are as good as gone where their key has left the ring', async () => {
    const { store, one } = await two();
    await one.set('token', 'old', 60_000);
    const second = entry('b');
    expect(await createKv({ store, keyring: ring(second, first) }).get('token')).toBe('old');
    const without = createKv({ store, keyring: ring(second) });
    expect(await without.get('token')).toBeUndefined();
    expect(await without.once('token', 60_000, async () => 'new')).toBe('new');
    expect(await without.get('token')).toBe('new');
  });

  it('are removed when their time is over, so many at a time', async () => {
    const { store, one, pass } = await two();
    for (let at = 0; at < 5; at++) await one.set(`over ${at}`, 'x', 100);
    await one.set('later', 'x', 200);
    await one.set('stays', 'x');
    expect(await one.forgetExpired(3)).toBe(0);
    pass(100);
    expect(await one.forgetExpired(3)).toBe(3);
    expect(await one.forgetExpired(3)).toBe(2);
    expect(await one.forgetExpired(3)).toBe(0);
    const kept = await store.ledger.selectFrom('kv').select('key').orderBy('key').execute();
    expect(kept.map(({ key }) => key)).toEqual(['later', 'stays']);
  });

  it('are made once, while all others wait for that', async () => {
    const making = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const { store, one, other, waits } = await two(making.promise);
    let made = 0;
    const make = () => {
      made++;
      begun.resolve();
      return making.promise;
    };
    const maker = one.once('token', 60_000, make);
    await begun.promise;
    const waiting = Promise.withResolvers<void>();
    const mine = one.once('token', 60_000, make, waiting.resolve);
    await waiting.promise;
    // Within a process nobody looks again and again.
    expect(waits).toEqual([]);
    const theirs = other.once('token', 60_000, make);
    await expect.poll(() => waits.length).toBe(1);
    making.resolve('t1');
    expect(await Promise.all([maker, mine, theirs])).toEqual(['t1', 't1', 't1']);
    expect(await other.once('token', 60_000, make)).toBe('t1');
    expect(made).toBe(1);
    expect(await store.ledger.selectFrom('kv').select('key').execute()).toEqual([{ key: 'token' }]);
  });

  it('tell whoever has to wait for somebody else, before it does, and nobody else', async () => {
    const making = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const { one, other } = await two(making.promise);
    const told = new Set<string>();
    const asking = (kv: typeof one, name: string) =>
      kv.once(
        'token',
        60_000,
        () => (begun.resolve(), making.promise),
        () => told.add(name),
      );
    const maker = asking(one, 'maker');
    await begun.promise;
    const waiting = [asking(one, 'same process'), asking(other, 'other process')];
    await expect.poll(() => [...told].toSorted()).toEqual(['other process', 'same process']);
    making.resolve('t1');
    await Promise.all([maker, ...waiting]);
    // Where it is there, all look at the same time and nobody waits.
    await Promise.all([asking(one, 'first'), asking(one, 'second'), asking(other, 'third')]);
    expect([...told].toSorted()).toEqual(['other process', 'same process']);
  });

  it('are not made where another process has made them between the look and the claim', async () => {
    const { store, one } = await two();
    let looked = false;
    const late = Object.assign(Object.create(store) as Store, {
      async transaction<T>(work: Parameters<typeof store.transaction<T>>[0]): Promise<T> {
        if (!looked) await one.set('token', 'meanwhile');
        looked = true;
        return store.transaction(work);
      },
    });
    expect(await createKv({ store: late, keyring }).once('token', 1_000, async () => 'again')).toBe('meanwhile');
    expect(await store.ledger.selectFrom('kv').select('key').execute()).toEqual([{ key: 'token' }]);
  });

  it('are made again when their time is over', async () => {
    const { one, other, pass } = await two();
    let made = 0;
    const make = async () => `t${++made}`;
    expect(await one.once('token', 1_000, make)).toBe('t1');
    pass(1_000);
    expect(await other.once('token', 1_000, make)).toBe('t2');
  });

  it('are made by another process where the first one dies, after half a minute', async () => {
    const { one, other, waits } = await two();
    const begun = Promise.withResolvers<void>();
    void one.once('token', 1_000, () => (begun.resolve(), new Promise(() => {})));
    await begun.promise;
    expect(await other.once('token', 1_000, async () => 'second')).toBe('second');
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(30_000);
  });

  it('wait for no claim that a clock made which has been set back since', async () => {
    const { one, other, waits, pass } = await two();
    const begun = Promise.withResolvers<void>();
    void one.once('token', 1_000, () => (begun.resolve(), new Promise(() => {})));
    await begun.promise;
    pass(-500_000);
    expect(await other.once('token', 1_000, async () => 'second')).toBe('second');
    expect(waits).toEqual([]);
  });

  it('that cannot be made are an error for whoever tried, and the next one tries again', async () => {
    const { store, one, other } = await two();
    const failing = one.once('token', 1_000, () => Promise.reject(new Error('the PMS refused')));
    await expect(failing).rejects.toThrow('the PMS refused');
    expect(await store.ledger.selectFrom('kv').select('key').execute()).toEqual([]);
    expect(await other.once('token', 1_000, async () => 'made')).toBe('made');
  });
});
