import type { Connector } from '../../src/connectors/connector.ts';
import type { Grant } from '../../src/grants/grant.ts';
import type { Caretaker } from '../../src/main/caretaker.ts';
import type { Store } from '../../src/store/store.ts';
import { workOrder } from './bare_client.ts';
import { median } from './figures.ts';
import { intentFor } from './intents.ts';
import { CONNECTION, folderFor, openWithPms, type Pms } from './pms.ts';
import type { Place } from './portfolio.ts';
import type { Engine } from './stores.ts';

/** The ledger, called in this process as tools call it. */
export interface LedgerFront {
  /** A write from the intent to its proof. Throws where it does not get that far at once. */
  create(number: number): Promise<void>;
  /** How the time of the writes since `forget` divides, medians in milliseconds by the name of the part. */
  parts(): Record<string, number>;
  forget(): void;
  close(): Promise<void>;
}

export async function openLedgerFront(engine: Engine, pms: Pms, places: readonly Place[]): Promise<LedgerFront> {
  const caretaker = openWithPms(folderFor(pms, await engine.newStore()));
  try {
    const grant = await agentOf(caretaker);
    const { writeback, store, connectors } = await caretaker.engine();
    const clocks = watch(store, connectors.get(CONNECTION) as Connector);
    return {
      async create(number) {
        const command = workOrder(places, number);
        const effect = [command.kind, command.property_id, command.unit_id, command.title];
        const row = await writeback.submit(intentFor(grant, command, { effect }));
        if (row.state !== 'done') throw new Error(`a write is ${row.state}: ${row.error_message}`);
      },
      parts: () => partsOf(clocks),
      forget: () => Object.values(clocks).forEach((clock) => (clock.length = 0)),
      close: () => caretaker.close(),
    };
  } catch (error) {
    await caretaker.close();
    throw error;
  }
}

/** The agent of a new store, by the keys that its first start makes. */
export async function agentOf(caretaker: Caretaker): Promise<Grant> {
  const { keys, store } = await caretaker.engine();
  await store.ready();
  const made = await keys.createFirstKeys();
  const grant = made && (await keys.grantOfKey(made.agent.key));
  if (grant === undefined) throw new Error('the store is not new');
  return grant;
}

/** Milliseconds of each call, in order. */
interface Clocks {
  transaction: number[];
  send: number[];
  get: number[];
  mirror: number[];
}

/** Has every call timed that the time of a write is spent in. */
function watch(store: Store, connector: Connector): Clocks {
  const clocks: Clocks = { transaction: [], send: [], get: [], mirror: [] };
  store.transaction = timed(store.transaction, clocks.transaction) as Store['transaction'];
  store.mirrorTransaction = timed(store.mirrorTransaction, clocks.mirror) as Store['mirrorTransaction'];
  connector.send = timed(connector.send, clocks.send);
  connector.get = timed(connector.get, clocks.get) as Connector['get'];
  return clocks;
}

function timed<A extends unknown[], T>(work: (...args: A) => Promise<T>, took: number[]): (...args: A) => Promise<T> {
  return async (...args) => {
    const begun = performance.now();
    try {
      return await work(...args);
    } finally {
      took.push(performance.now() - begun);
    }
  };
}

/** The transactions of a write are told apart by their order: there is one writer, and nothing goes on beside it. */
function partsOf({ transaction, send, get, mirror }: Clocks): Record<string, number> {
  const each = Math.max(1, Math.round(transaction.length / send.length));
  const transactions = Array.from({ length: each }, (_none, at) => [
    `transaction ${at + 1}`,
    median(transaction.filter((_ms, index) => index % each === at)),
  ]);
  return {
    ...Object.fromEntries(transactions),
    ...{ POST: median(send), GET: median(get), 'mirror transaction': median(mirror) },
  };
}
