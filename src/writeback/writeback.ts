import { setTimeout as pause } from 'node:timers/promises';
import type { Grant } from '../grants/grant.ts';
import { StoreUnavailable } from '../store/unavailable.ts';
import { approvalOf } from '../approvals/approvals.ts';
import { decideApproval, resolveWrite, withdrawWrite } from './decisions.ts';
import { listWrites, StaleWrite, writeById, writeOfRequest, type WriteFilter, type WriteRow } from './ledger.ts';
import { openWrite, type OpenWrite } from './open_write.ts';
import { releasePastCells, resume, sweep } from './recovery.ts';
import { type Runtime } from './runtime.ts';
import { sendStep } from './send.ts';
import { type Intent, recordIntent } from './submit.ts';
import { viewOf, type WriteView } from './view.ts';

/** How many due writes one round of the sweep takes up. */
const SWEEP_BATCH = 200;

/** How often a write that another process is at is looked at again. */
const LOOK_AGAIN_MS = 50;

/** How often slots that have passed are forgotten. */
const TIDY_MS = 3_600_000;

/** The ledger at work: everything that changes a PMS goes through here. */
export interface Writeback {
  /** Records an intent and, where nothing stands in the way, carries it out. Waits a bounded time for the outcome. */
  submit(intent: Intent, signal?: AbortSignal): Promise<WriteRow>;
  /** The write of a request id, opened, or undefined where the id is unused. */
  ofRequest(key: {
    organisation: string;
    principal: string;
    tool: string;
    request_id: string;
  }): Promise<OpenWrite | undefined>;
  byId(writeId: string): Promise<OpenWrite | undefined>;
  view(row: WriteRow, options?: { replayed?: boolean }): Promise<WriteView>;
  list(filter: WriteFilter): Promise<WriteRow[]>;
  decide(grant: Grant, approvalId: string, decision: { approve: boolean; note?: string }): Promise<WriteRow>;
  resolve(
    grant: Grant,
    writeId: string,
    finding: { happened: boolean; record_id?: string; note: string },
  ): Promise<void>;
  withdraw(grant: Grant, writeId: string): Promise<void>;
  /** Takes up everything that is due now, and waits for it. Returns how many writes there were. */
  recover(): Promise<number>;
  /** Starts taking up due writes by itself, every `everyMs`; returns what stops it. */
  start(everyMs: number): () => void;
  /** Waits until nothing is under way in this process. */
  drain(): Promise<void>;
}

export function createWriteback(runtime: Runtime): Writeback {
  const running = new Map<string, Promise<void>>();
  /** The last work of each record in this process: the next one on the same record starts when it ends. */
  const tails = new Map<string, Promise<void>>();

  /** Runs work on a write unless this process is at it already; then that work is waited for. */
  function take(writeId: string, work: () => Promise<void>): Promise<void> {
    const known = running.get(writeId);
    if (known !== undefined) return known;
    const promise = work()
      .catch((error: unknown) => {
        if (!(error instanceof StaleWrite)) runtime.onTrouble('write_failed', writeId, error);
      })
      .finally(() => running.delete(writeId));
    running.set(writeId, promise);
    return promise;
  }

  function inLine(orderKey: string, work: () => Promise<void>, waits: boolean): Promise<void> {
    const before = waits ? tails.get(orderKey) : undefined;
    const promise: Promise<void> = (before === undefined ? work() : before.then(work)).finally(() => {
      if (tails.get(orderKey) === promise) tails.delete(orderKey);
    });
    tails.set(orderKey, promise);
    return promise;
  }

  async function current(writeId: string): Promise<WriteRow> {
    const row = await writeById(runtime.store.ledger, writeId);
    if (row === undefined) throw new RangeError('a write has vanished from the ledger');
    return row;
  }

  /** Waits for work on a write, but not longer than a caller may be kept waiting. */
  async function settled(row: WriteRow, work: Promise<void>, signal: AbortSignal | undefined): Promise<WriteRow> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, runtime.policy.wait_ms);
      if (signal?.aborted === true) resolve();
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
    const until = runtime.clock() + runtime.policy.wait_ms;
    await Promise.race([work, patience]);
    clearTimeout(timer);
    try {
      let found = await current(row.write_id);
      // Another process was quicker to take it up: what becomes of it there is waited for as well.
      while (isElsewhere(found) && runtime.clock() < until && signal?.aborted !== true) {
        await pause(LOOK_AGAIN_MS);
        found = await current(row.write_id);
      }
      return found;
    } catch (error) {
      // It is recorded: what is known of it is truer than an error that says nothing was changed.
      if (error instanceof StoreUnavailable) return row;
      throw error;
    }
  }

  function isElsewhere({ state, lease_owner: owner }: WriteRow): boolean {
    return state === 'sending' && owner !== null && owner !== runtime.owner;
  }

  async function recoverAll(): Promise<number> {
    const works: Promise<void>[] = [];
    const count = await sweep(runtime, SWEEP_BATCH, async (writeId, work) => {
      works.push(take(writeId, work));
    });
    await Promise.all(works);
    return count;
  }

  return {
    async submit(intent, signal) {
      const { write, request, since } = await recordIntent(runtime, intent);
      const { write_id: writeId, order_key: key, state } = write.row;
      if (request !== undefined) {
        const work = inLine(key, () => take(writeId, () => sendStep(runtime, write, request, since)), false);
        return settled(write.row, work, signal);
      }
      if (state !== 'ready') return write.row;
      const turn = inLine(key, () => take(writeId, async () => resume(runtime, await reopened(writeId))), true);
      return settled(write.row, turn, signal);
    },
    async ofRequest(key) {
      const row = await writeOfRequest(runtime.store.ledger, key);
      return row === undefined ? undefined : openWrite(runtime.keyring, row);
    },
    async byId(writeId) {
      const row = await writeById(runtime.store.ledger, writeId);
      return row === undefined ? undefined : openWrite(runtime.keyring, row);
    },
    async view(row, options) {
      const approval =
        row.state === 'done' && row.risk === 'write' ? undefined : await approvalOf(runtime.store.ledger, row.write_id);
      return viewOf(row, approval, options);
    },
    list: (filter) => listWrites(runtime.store.ledger, filter),
    async decide(grant, approvalId, decision) {
      const write = await decideApproval(runtime, grant, approvalId, decision);
      if (write.row.state !== 'ready') return current(write.row.write_id);
      const { write_id: writeId, order_key: key } = write.row;
      const turn = inLine(key, () => take(writeId, () => resume(runtime, write)), true);
      return settled(write.row, turn, undefined);
    },
    resolve: (grant, writeId, finding) => resolveWrite(runtime, grant, writeId, finding),
    withdraw: (grant, writeId) => withdrawWrite(runtime, grant, writeId),
    recover: recoverAll,
    start(everyMs) {
      let busy = false;
      let tidied = 0;
      const timer = setInterval(() => {
        if (busy) return;
        busy = true;
        // What is taken up is not waited for: one slow PMS must not keep an emergency elsewhere waiting.
        const tidy = runtime.clock() - tidied >= TIDY_MS;
        if (tidy) tidied = runtime.clock();
        sweep(runtime, SWEEP_BATCH, async (writeId, work) => void take(writeId, work))
          .then(() => (tidy ? releasePastCells(runtime) : undefined))
          .catch((error: unknown) => runtime.onTrouble('sweep', '', error))
          .finally(() => {
            busy = false;
          });
      }, everyMs);
      timer.unref();
      return () => clearInterval(timer);
    },
    async drain() {
      // What waits in line for something under way is not under way itself yet.
      while (running.size + tails.size > 0) await Promise.all([...running.values(), ...tails.values()]);
    },
  };

  async function reopened(writeId: string): Promise<OpenWrite> {
    return openWrite(runtime.keyring, await current(writeId));
  }
}
