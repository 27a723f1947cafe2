import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction } from 'kysely';
import type { Engine, EngineOptions, EngineStore, Half } from './half.ts';
import { openPostgres } from './postgres.ts';
import type { LedgerTables, MirrorTables } from './schema.ts';
import { openSqlite } from './sqlite-store.ts';
import { StoreUnavailable } from './unavailable.ts';

export interface StoreOptions {
  /** `sqlite:./data/caretaker.db`, `sqlite::memory:` (private to this process, gone when closed) or `postgres://…`. */
  url: string;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** How long anyone waits for another process that holds the store before `StoreUnavailable`; 5000 milliseconds. */
  lockWaitMs?: number;
  /**
   * Where several machines use the store, go by the database's clock: leases and settling times are told by it, and
   * the clocks of machines differ. The clock is then right from `ready` on.
   */
  alignClock?: boolean;
}

/** What a transaction does. It awaits nothing but its own queries, and may run twice, so it changes nothing else. */
export type TransactionWork<Tables, T> = (trx: Transaction<Tables>) => Promise<T>;

/** Everything that Caretaker keeps. Nothing is opened before the first use; every method throws `StoreUnavailable`. */
export interface Store {
  readonly engine: Engine;
  /** Milliseconds since the epoch; by the database's clock where the store was told to align. */
  readonly clock: () => number;
  /** Reads of what is committed. They never wait for an open transaction. */
  readonly ledger: Kysely<LedgerTables>;
  /** Reads of the local copy of the PMS. */
  readonly mirror: Kysely<MirrorTables>;
  /**
   * A number that changes whenever anything in the mirror has changed, whichever process did it; undefined where the
   * engine cannot tell at once. What was read under one number may be used again while it stands.
   */
  mirrorVersion(): number | undefined;
  /** Changes the ledger. Resolves when the changes are on disk; after an error nothing was changed. */
  transaction<T>(work: TransactionWork<LedgerTables, T>): Promise<T>;
  /** Changes the mirror, which a power cut may set back a little. */
  mirrorTransaction<T>(work: TransactionWork<MirrorTables, T>): Promise<T>;
  /** Opens and migrates, once; later calls return at once. Fails with `StoreTooNew` where a later version wrote it. */
  ready(): Promise<void>;
  /** Copies the ledger to a new file while work goes on. On PostgreSQL an error says what to use instead. */
  backup(file: string): Promise<void>;
  /** Completes the transactions that are queued, then closes. Everything after that is refused as `closed`. */
  close(): Promise<void>;
}

/** Marks the asynchronous work that belongs to a transaction, to find the one mistake that would wait for itself. */
const insideTransaction = new AsyncLocalStorage<{ open: boolean }>();

function runOnce<Tables, T>(half: Half<Tables>, work: TransactionWork<Tables, T>): Promise<T> {
  if (insideTransaction.getStore()?.open) {
    throw new Error('a transaction was begun inside of another, which would wait for it: pass the outer one on');
  }
  const inCallersContext = AsyncLocalStorage.snapshot();
  return half.transaction(async (trx) => {
    const mark = { open: true };
    try {
      return await inCallersContext(() => insideTransaction.run(mark, work, trx));
    } finally {
      mark.open = false;
    }
  });
}

function openEngine(url: string, options: EngineOptions): [Engine, EngineStore] {
  if (url.startsWith('sqlite:')) return ['sqlite', openSqlite(url.slice('sqlite:'.length), options)];
  if (/^postgres(ql)?:\/\//.test(url)) return ['postgres', openPostgres(url, options)];
  throw new Error('store must be "sqlite:" with a file name, or "postgres://" with host and database');
}

/** A store for the given address. Returns at once and touches nothing; see `Store.ready`. */
export function openStore(options: StoreOptions): Store {
  let opening: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  const ready = (): Promise<void> => {
    if (closing) return Promise.reject(new StoreUnavailable('closed'));
    opening ??= parts.open().catch((error: unknown) => {
      // The next call tries again: a locked or unreachable store may come back.
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const running = new Set<Promise<unknown>>();
  const runToItsEnd = <Tables, T>(half: Half<Tables>, work: TransactionWork<Tables, T>): Promise<T> => {
    const run = ready().then(() => runOnce(half, work));
    running.add(run);
    const forget = () => running.delete(run);
    run.then(forget, forget);
    return run;
  };
  const { clock } = options;
  const [engine, parts] = openEngine(options.url, {
    ready,
    lockWaitMs: options.lockWaitMs ?? 5000,
    ...(options.alignClock === true && { alignClock: clock }),
  });
  return {
    engine,
    clock: () => clock() + (parts.clockOffset?.() ?? 0),
    ledger: parts.ledger.read,
    mirror: parts.mirror.read,
    mirrorVersion: () => parts.mirror.version?.(),
    transaction: (work) => runToItsEnd(parts.ledger, work),
    mirrorTransaction: (work) => runToItsEnd(parts.mirror, work),
    ready,
    async backup(file) {
      await ready();
      await parts.backup(file);
    },
    close() {
      return (closing ??= Promise.allSettled([opening, ...running]).then(() => parts.close()));
    },
  };
}
