import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { createNetwork } from '../../src/main/network.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import { describeOnEveryEngine } from '../store/engines.ts';

const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });
const server = createServer((_request, response) => void response.end('ok'));
afterAll(() => server.close());

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
