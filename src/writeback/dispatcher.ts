import type { Db } from './ledger.ts';

/** What is done when a dispatcher says that it is time. */
export interface DispatchHandlers {
  /** Takes one write as far as it goes now. Does nothing where it is not due or somebody else is at it. */
  take(writeId: string): Promise<void>;
  /** Takes up everything that is due, in order. */
  sweep(): Promise<void>;
  /** Forgets what is no longer needed; once an hour, by one process of all. */
  tidy(): Promise<void>;
  /** A write that could not be taken up several times in a row. */
  stuck(writeId: string, reason: string): Promise<void>;
}

/**
 * Brings writes to a process that can take them further, when they are due. It only wakes: what is sent is decided by
 * the ledger's row and its lease alone, and a wake-up that is lost is made up for by the sweep.
 */
export interface Dispatcher {
  /** Says, in the transaction that makes it so, that a write is to be looked at at a time (epoch milliseconds). */
  wake(trx: Db, due: { write_id: string; at: number; priority: number }): Promise<void>;
  start(handlers: DispatchHandlers): Promise<void>;
  /** Takes up nothing more, and waits for what it has taken up. */
  stop(): Promise<void>;
}
