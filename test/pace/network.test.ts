import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, expect, it } from 'vitest';
import { createNetwork } from '../../src/main/network.ts';
import type { Pace, Permit } from '../../src/pace/pace.ts';
import { inRequestScope, takePermit } from '../../src/pace/request_scope.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import type { Store } from '../../src/store/store.ts';
import { describeOnEveryEngine } from '../store/engines.ts';

const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });
const server = createServer((_request, response) => void response.end('ok'));
afterAll(() => server.close());

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describeOnEveryEngine('what connectors reach their PMS with', (open) => {
  async function networks() {
    if (!server.listening) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    const store = await open();
    const of = async (owner: string, beside = store) =>
      createNetwork({ store: beside, keyring, owner, onLost: () => {} });
    const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { base_url, one: await of('one'), other: await of('other', await open({ beside: store })) };
  }

  it('keeps the pace of a connection over processes, and of each connection apart', async () => {
    const { base_url, one, other } = await networks();
    const limits = { windows: [{ requests: 2, per_ms: 3_600_000 }] };
    const reach = [one.environment('a', base_url, limits), other.environment('a', base_url, limits)] as const;
    const apart = other.environment('b', base_url, limits);
    expect(await (await reach[0].fetch('x')).text()).toBe('ok');
    // One of two is left for emergencies.
    expect(await other.paceOf('a')?.ask(2)).toMatchObject({ because: 'paced' });
    expect(other.paceOf('c')).toBeUndefined();
    const pace = one.paceOf('a');
    one.environment('a', `${base_url}/elsewhere`, limits);
    expect(one.paceOf('a')).toBe(pace);
    expect(await (await apart.fetch('x')).text()).toBe('ok');
    const waiting = expect(reach[1].fetch('x')).rejects.toMatchObject({ code: 'unavailable' });
    await Promise.all([one.close(), other.close()]);
    await waiting;
  });

  it('keeps values of a connection over processes, and of each connection apart', async () => {
    const { base_url, one, other } = await networks();
    const mine = one.environment('a', base_url, { windows: [] });
    await mine.kv.set('token', 't', 60_000);
    expect(await other.environment('a', base_url, { windows: [] }).kv.get('token')).toBe('t');
    expect(await other.environment('b', base_url, { windows: [] }).kv.once('token', 1_000, async () => 'u')).toBe('u');
    await Promise.all([one.close(), other.close()]);
  });
});

describeOnEveryEngine('a place under way', (open) => {
  /**
   * Connectors that ask for a token before they write, in two processes, whose PMS takes `concurrent` requests at a time.
   * `events` is what reached it and which leave was given back, in that order.
   */
  async function connectors(concurrent: number) {
    const events: string[] = [];
    const pms = createServer((request, response) => {
      events.push(String(request.url));
      response.end('ok');
    });
    pms.listen(0, '127.0.0.1');
    await once(pms, 'listening');
    closing.push(async () => void pms.close());
    const base_url = `http://127.0.0.1:${(pms.address() as AddressInfo).port}`;
    const first = await open();
    const inProcess = (owner: string, store: Store) => {
      const network = createNetwork({ store, keyring, owner, onLost: () => {} });
      closing.unshift(() => network.close());
      const { fetch, kv } = network.environment('a', base_url, { windows: [], concurrent }, 5_000);
      const pace = network.paceOf('a') as Pace;
      const token = (onMaking = () => {}) =>
        kv.once('token', 60_000, async () => {
          onMaking();
          return (await fetch('/token')).text();
        });
      return {
        kv,
        pace,
        token,
        /** A reader that makes the token, and waits for a place where there is none. */
        async reading() {
          const making = Promise.withResolvers<void>();
          const token_made = token(making.resolve);
          await making.promise;
          return { token_made };
        },
        async write() {
          await token();
          return (await fetch('/write', { method: 'POST', body: 'w' })).text();
        },
        /** Leave as a sender takes it, before anything is journaled. */
        async leave(): Promise<Permit> {
          const answer = await pace.ask(1);
          if (!('done' in answer)) throw new Error(`refused: ${answer.because}`);
          const done = () => {
            events.push('given back');
            answer.done();
          };
          return { done };
        },
      };
    };
    return { events, one: inProcess('one', first), other: inProcess('other', await open({ beside: first })) };
  }

  it.each(['one', 'other'] as const)('is not kept by a write that waits for the token of a reader: %s', async (who) => {
    const { events, ...processes } = await connectors(1);
    const permit = await processes.one.leave();
    const { token_made } = await processes[who].reading();
    const writing = inRequestScope({ priority: 1, permit }, () => processes.one.write());
    expect(await Promise.all([token_made, writing])).toEqual(['ok', 'ok']);
    expect(events).toEqual(['given back', '/token', '/write']);
  });

  it('is kept by none of as many writes as there are places', async () => {
    const { events, one, other } = await connectors(2);
    const permits = [await one.leave(), await other.leave()] as const;
    const { token_made } = await one.reading();
    const writes = [one, other].map((process, at) =>
      inRequestScope({ priority: 1, permit: permits[at] as Permit }, () => process.write()),
    );
    expect(await Promise.all([token_made, ...writes])).toEqual(['ok', 'ok', 'ok']);
    expect(events[0]).toBe('given back');
    expect(events.filter((event) => event !== 'given back')).toEqual(['/token', '/write', '/write']);
  });

  it('serves a write that makes the token itself, and then it waits for its turn', async () => {
    const { events, one } = await connectors(1);
    const permit = await one.leave();
    expect(await inRequestScope({ priority: 1, permit }, () => one.write())).toBe('ok');
    expect(events).toEqual(['/token', 'given back', '/write']);
  });

  it('stays with a write that finds the token there, whoever else looks for it at that time', async () => {
    const { one, other } = await connectors(1);
    await one.kv.set('token', 't');
    const permit = await one.leave();
    await inRequestScope({ priority: 1, permit }, async () => {
      await Promise.all([one.token(), one.token()]);
      expect(await other.pace.ask(1)).toMatchObject({ because: 'paced' });
      expect(takePermit()).toBe(permit);
    });
  });

  it('of those that are left for emergencies serves a token, because one may be waiting for it', async () => {
    const { events, one } = await connectors(10);
    for (let taken = 0; taken < 8; taken++) await one.leave();
    expect(await one.pace.ask(3)).toMatchObject({ because: 'paced' });
    expect(await inRequestScope({ priority: 3 }, () => one.token())).toBe('ok');
    expect(events).toEqual(['/token']);
  });

  it('stays with a write whose token was made without a request', async () => {
    const { events, one } = await connectors(1);
    const permit = await one.leave();
    await inRequestScope({ priority: 1, permit }, async () => {
      await one.kv.once('token', 60_000, async () => 't');
      await one.write();
    });
    expect(events).toEqual(['/write', 'given back']);
  });

  it('is given up for good: what may no longer be sent when the token is there does not leave', async () => {
    const { events, one } = await connectors(1);
    const permit = await one.leave();
    const { token_made } = await one.reading();
    const may_send = () => !events.includes('/token');
    const writing = inRequestScope({ priority: 1, permit, may_send }, () => one.write());
    await expect(writing).rejects.toMatchObject({ code: 'unavailable' });
    await token_made;
    expect(events).toEqual(['given back', '/token']);
  });
});
