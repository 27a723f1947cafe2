import type { Connector } from '../../src/connectors/connector.ts';
import type { Store } from '../../src/store/store.ts';

/** What a process finds that is no more. */
export class Ended extends Error {
  override name = 'Ended';
}

/** Ends at its n-th boundary: what is not committed by then is lost, and nothing that is begun afterwards happens. */
export function mortal(dieAt: number) {
  let passed = 0;
  const isOver = () => passed >= dieAt;
  const live = () => {
    if (isOver()) throw new Ended();
  };
  const mark = () => {
    passed += 1;
    live();
  };
  return {
    isOver,
    store: (store: Store): Store => ({
      ...store,
      async transaction(work) {
        live();
        const result = await store.transaction(async (trx) => {
          const made = await work(trx);
          mark();
          return made;
        });
        mark();
        return result;
      },
    }),
    connector(connector: Connector): Connector {
      const around = async <T>(work: () => Promise<T>): Promise<T> => {
        mark();
        const result = await work();
        mark();
        return result;
      };
      return {
        ...connector,
        get: (...args) => around(() => connector.get(...args)),
        prepare: (...args) => around(() => connector.prepare(...args)),
        send: (...args) => around(() => connector.send(...args)),
      };
    },
  };
}
