import { expect, it } from 'vitest';
import { createSandbox } from '../../src/connectors/sandbox/connector.ts';
import type { Connector } from '../../src/connectors/connector.ts';
import { createMirror } from '../../src/mirror/mirror.ts';
import { inRequestScope, requestScope } from '../../src/pace/request_scope.ts';
import { openStore } from '../../src/store/store.ts';
import { createRecords } from '../../src/sync/records.ts';
import { keyring, NOW } from '../mirror/portfolio.ts';

it('holds for everything that the work begins, and for nothing else', async () => {
  const seen: number[] = [];
  const look = async () => {
    await Promise.resolve();
    seen.push(requestScope().priority);
  };
  await Promise.all([inRequestScope({ priority: 0 }, look), look(), inRequestScope({ priority: 3 }, look)]);
  expect(seen).toEqual([0, 2, 3]);
});

it('makes a load go behind every other read', async () => {
  const clock = () => NOW;
  const store = openStore({ url: 'sqlite::memory:', clock });
  const sandbox = createSandbox({ file: ':memory:', clock, seed: 7, units: 4, properties: 1 });
  const priorities = { list: new Set<number>(), get: new Set<number>() };
  const connector: Connector = Object.assign(Object.create(sandbox) as Connector, {
    list: (...asked: Parameters<Connector['list']>) => {
      priorities.list.add(requestScope().priority);
      return sandbox.list(...asked);
    },
    get: (...asked: Parameters<Connector['get']>) => {
      priorities.get.add(requestScope().priority);
      return sandbox.get(...asked);
    },
  });
  const connections = [{ id: 'main', connector, stale_after_ms: 60_000 }];
  const records = createRecords({ connections, mirror: createMirror(store, keyring), clock });
  // Whoever waits for the load, it is one for all.
  await inRequestScope({ priority: 1 }, () => records.ensureLoaded('main'));
  await records.readThrough('main', 'property', '', 'none');
  expect(priorities).toEqual({ list: new Set([3]), get: new Set([2]) });
  await records.close();
  await sandbox.close();
  await store.close();
});
