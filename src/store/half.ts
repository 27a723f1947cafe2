import type { Kysely, Transaction } from 'kysely';
import type { LedgerTables, MirrorTables } from './schema.ts';

export type Engine = 'sqlite' | 'postgres';

/** One part of a store on one engine. */
export interface Half<Tables> {
  readonly read: Kysely<Tables>;
  /** A number that changes with every commit, where the engine can tell at once and without a query. */
  version?(): number | undefined;
  /** Only after `open`. */
  transaction<T>(fn: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
}

export interface EngineOptions {
  /** Opens and migrates, once; what reads before that wait for. */
  ready: () => Promise<void>;
  /** How long to wait for another process that holds a lock, milliseconds. */
  lockWaitMs: number;
  /** This machine's clock, where it is to be held against the clock that all users of the store share. */
  alignClock?: () => number;
}

/** What an engine has to offer for `openStore` to make a store of it. */
export interface EngineStore {
  readonly ledger: Half<LedgerTables>;
  readonly mirror: Half<MirrorTables>;
  /** Opens and migrates both halves. Reads that come earlier call `ready` and wait. */
  open(): Promise<void>;
  backup(file: string): Promise<void>;
  /** By how much the clock that all users of the store share is ahead of this machine's, milliseconds. */
  clockOffset?(): number;
  /** After the last transaction. */
  close(): Promise<void>;
}
