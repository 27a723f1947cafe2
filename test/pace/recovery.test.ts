import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type Connector, VendorError } from '../../src/connectors/connector.ts';
import { createSandbox } from '../../src/connectors/sandbox/connector.ts';
import { createMirror } from '../../src/mirror/mirror.ts';
import { createPacedFetch } from '../../src/pace/paced_fetch.ts';
import { createRecords } from '../../src/sync/records.ts';
import { keyring } from '../mirror/portfolio.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { World } from './world.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describeOnEveryEngine('reads of a PMS that was down', (open) => {
  /** A loaded mirror and the PMS behind it, which can be down; `asked` counts what reached it. */
  async function reading() {
    const world = new World();
    const pms = { up: true, asked: 0 };
    const server = createServer((_request, response) => {
      pms.asked++;
      response.writeHead(pms.up ? 200 : 503).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const store = await open();
    const pace = world.pace(store, { windows: [] });
    const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const fetch = createPacedFetch({ pace, base_url, deadline_ms: 30_000, clock: world.clock });
    const sandbox = createSandbox({ file: ':memory:', clock: world.clock, seed: 7, units: 4, properties: 1 });
    const connector: Connector = Object.assign(Object.create(sandbox) as Connector, {
      async get(...asked: Parameters<Connector['get']>) {
        if (!(await fetch('/x')).ok) throw new VendorError('unavailable', 'The PMS is down.');
        return sandbox.get(...asked);
      },
    });
    const connections = [{ id: 'main', connector, stale_after_ms: 3_600_000, isDown: () => pace.isDown() }];
    const records = createRecords({ connections, mirror: createMirror(store, keyring), clock: world.clock });
    closing.push(fetch.close, sandbox.close.bind(sandbox), async () => void server.close());
    const { records: found } = await records.list('main', 'unit', {}, { limit: 1 });
    const id = found[0]?.record.id as string;
    const isStale = async () => (await records.get('main', 'unit', '', id))?.stale;
    const readThrough = async () => {
      const read = records.readThrough('main', 'unit', '', id);
      await read.finally(() => world.settled());
    };
    return { world, pms, isStale, readThrough };
  }

  it('call copies stale until it is time to ask again, and then the next read asks', async () => {
    const { world, pms, isStale, readThrough } = await reading();
    expect(await isStale()).toBe(false);
    pms.up = false;
    for (let time = 0; time < 5; time++) await expect(readThrough()).rejects.toMatchObject({ code: 'pms_unavailable' });
    expect(await isStale()).toBe(true);
    await expect(readThrough()).rejects.toMatchObject({ code: 'pms_unavailable' });
    expect(pms.asked).toBe(5);
    await world.pass(500);
    expect(await isStale()).toBe(false);
    await expect(readThrough()).rejects.toMatchObject({ code: 'pms_unavailable' });
    expect([pms.asked, await isStale()]).toEqual([6, true]);
    pms.up = true;
    await world.pass(1_000);
    await readThrough();
    expect([pms.asked, await isStale()]).toEqual([7, false]);
  });
});
