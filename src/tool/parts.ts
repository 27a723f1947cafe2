import type { ReadAudit } from '../audit/read-audit.ts';
import type { Config } from '../config.ts';
import type { KeyRing } from '../store/keyring.ts';
import type { Store } from '../store/store.ts';
import type { Records } from '../sync/records.ts';
import type { Tool } from '../tool.ts';
import type { Writeback } from '../writeback/writeback.ts';

/** What the pipeline works with. */
export interface PipelineParts {
  catalogue: readonly Tool[];
  config: Config;
  store: Store;
  keyring: KeyRing;
  records: Records;
  writeback: Writeback;
  reads: ReadAudit;
  clock: () => number;
  /** Notes an unexpected failure and returns the reference that the caller is given. */
  report(error: unknown): string;
}

export interface CallOptions {
  signal?: AbortSignal;
  progress?(done: number, total: number | undefined, message?: string): void;
}
