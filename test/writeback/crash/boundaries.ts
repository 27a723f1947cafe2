import { writeSync } from 'node:fs';
import type { Connector } from '../../../src/connectors/connector.ts';
import type { Store } from '../../../src/store/store.ts';

/** Called at every moment between two things that can be told apart from outside. */
export type Mark = (boundary: string) => void;

/** Ends this process as a power cut would, at the `kill_at`-th boundary; tells each one to its parent before. */
export function markUntil(killAt: number): Mark {
  let passed = 0;
  return (boundary) => {
    passed += 1;
    // Written at once: what waits to be sent would go down with the process.
    writeSync(1, `${boundary}\n`);
    if (passed === killAt) process.kill(process.pid, 'SIGKILL');
  };
}

/** A store that says when a transaction of the ledger is about to be committed, and when it has been. */
export function marking(store: Store, mark: Mark): Store {
  let begun = 0;
  return {
    ...store,
    async transaction(work) {
      const name = `commit ${(begun += 1)}`;
      const result = await store.transaction(async (trx) => {
        const made = await work(trx);
        mark(`before ${name}`);
        return made;
      });
      mark(`after ${name}`);
      return result;
    },
  };
}

/** A connector that says when a request is about to leave, and when it has been answered and nobody knows yet. */
export function markingRequests(connector: Connector, mark: Mark): Connector {
  const around = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    mark(`before ${name}`);
    const result = await work();
    mark(`after ${name}`);
    return result;
  };
  return {
    ...connector,
    get: (...args) => around('get', () => connector.get(...args)),
    send: (...args) => around('send', () => connector.send(...args)),
    locate: (...args) => around('locate', () => connector.locate(...args)),
  };
}
