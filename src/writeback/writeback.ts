import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Capabilities } from '../connectors/connector.ts';
import type { Grant } from '../grants/grant.ts';
import { StoreUnavailable } from '../store/unavailable.ts';
import { approvalOf } from '../approvals/approvals.ts';
import { decideApproval, resolveWrite, withdrawWrite } from './decisions.ts';
import { type DueWrite, type Turn, wakeConnection } from './due_writes.ts';
import { StaleWrite, writeById, writeOfRequest, type WriteRow } from './ledger.ts';
import { listWrites, type WriteFilter } from './list_writes.ts';
import { openWrite, type OpenWrite } from './open_write.ts';
import { ClockGuard } from './clock_guard.ts';
import { findDamage } from './damage.ts';
import { PlacesByConnection } from './places.ts';
import { rebase } from './rebase.ts';
import { resume } from './recovery.ts';
import { connectorOf, type Runtime } from './runtime.ts';
import { releasePastCells } from './tidy.ts';
import { markStuck } from './stuck.ts';
import { sweep, takeIfDue } from './sweep.ts';
import { createTimerDispatcher } from './timer_dispatcher.ts';
import { sendStep } from './send.ts';
import type { Intent } from './intent.ts';
import { recordIntent } from './submit.ts';
import { viewOf, type WriteView } from './view.ts';

/** How many due writes one round of the sweep takes up. */
const SWEEP_BATCH = 200;

/** How many writes of one connection a sweep works on at a time, and for how many of them the PMS is searched. */
const MOST_AT_ONCE = 24;
const LOOK_UPS_AT_ONCE = 4;

/** How often a write that another process is at is looked at again. */
const LOOK_AGAIN_MS = 50;

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
  /** What a connection's PMS can do. */
  capabilities(connection: string): Capabilities;
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
  /** Starts taking up due writes by itself, as the runtime's dispatcher says; returns what ends it. */
  start(): Promise<() => Promise<void>>;
  /** Waits until nothing is under way in this process. */
  drain(): Promise<void>;
}

export function createWriteback(runtime: Runtime): Writeback {
  runtime.guard ??= new ClockGuard(runtime.clock, runtime.monotonic);
  runtime.look_ups ??= new PlacesByConnection(LOOK_UPS_AT_ONCE);
  const running = new Map<string, Promise<void>>();
  const places = new PlacesByConnection(MOST_AT_ONCE);
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

  /** What a sweep takes up, so many of a connection at a time: the rest keeps its order, and the store its calm. */
  function takeInTurn(row: DueWrite, work: () => Promise<void>): Promise<void> {
    const unlessStopped = () => (stopped ? Promise.resolve() : work());
    // What is looked for has a place of its own while it is, and may wait long for it.
    return take(row.write_id, () => (row.state === 'unknown' ? unlessStopped() : places.for(row).run(unlessStopped)));
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
    const { promise: patience, resolve: stopWaiting } = Promise.withResolvers<void>();
    const timer = setTimeout(stopWaiting, runtime.policy.wait_ms);
    const onAbort = (): void => stopWaiting();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) stopWaiting();
    const until = runtime.clock() + runtime.policy.wait_ms;
    await Promise.race([work, patience]);
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
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
    const { count } = await sweep(runtime, SWEEP_BATCH, (row, work) => works.push(takeInTurn(row, work)));
    await Promise.all(works);
    return count;
  }

  const report = (event: string, error: unknown): void => runtime.onTrouble(event, '', error);

  /** Takes a write up that somebody was woken for; rejects where that failed. */
  async function takeDue(writeId: string): Promise<void> {
    let failure: unknown;
    await take(writeId, () =>
      takeIfDue(runtime, writeId).catch((error: unknown) => {
        // Neither says anything about the write: it is as due as before, and the sweep finds it.
        if (!(error instanceof StaleWrite || error instanceof StoreUnavailable)) failure = error;
        throw error;
      }),
    );
    if (failure !== undefined) throw failure;
  }

  let sweeping: Promise<void> | undefined;
  /** Set once nothing is to be begun any more. */
  let stopped = false;

  /** Takes up what is due without waiting for it: one slow PMS must not keep an emergency elsewhere waiting. */
  function sweepDue(after?: Turn): Promise<void> {
    if (stopped) return Promise.resolve();
    return (sweeping ??= sweepBatch(after).finally(() => {
      sweeping = undefined;
    }));
  }

  async function sweepBatch(after: Turn | undefined): Promise<void> {
    const works: Promise<void>[] = [];
    const { more } = await sweep(runtime, SWEEP_BATCH, (row, work) => works.push(takeInTurn(row, work)), after);
    if (more === undefined) return;
    // What comes after a full batch follows when this one is through, if no other sweep comes first. Not at once: a batch
    // of which nothing could be moved is through before anything else in this process had a turn.
    void Promise.all(works)
      .then(() => nextTurn())
      .then(() => sweepDue(more))
      .catch((error: unknown) => report('sweep', error));
  }

  /** What a damaged store or a clock that was set back has left, and no event will ever move. */
  async function lookOver(): Promise<void> {
    try {
      await findDamage(runtime);
      await rebase(runtime);
    } catch (error) {
      report('look_over', error);
    }
  }

  /** The PMS answers again: what waited for it goes out in order. */
  async function sendWaiting(connection: string): Promise<void> {
    try {
      await runtime.store.transaction((trx) => wakeConnection(trx, connection, runtime.clock()));
      await sweepDue();
    } catch (error) {
      report('send_waiting', error);
    }
  }

  return {
    async submit(intent, signal) {
      const { write, request, since, permit } = await recordIntent(runtime, intent);
      const { write_id: writeId, order_key: key, state } = write.row;
      if (request !== undefined) {
        const send = async (): Promise<void> => {
          const more = await sendStep(runtime, write, request, since, permit);
          if (more) await resume(runtime, await reopened(writeId));
        };
        const work = inLine(key, () => take(writeId, send), false);
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
    capabilities: (connection) => connectorOf(runtime, connection).capabilities,
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
    async start() {
      const dispatcher = runtime.dispatcher ?? createTimerDispatcher({ clock: runtime.clock, report });
      stopped = false;
      await lookOver();
      const recoveries = [...runtime.connections.keys()].map((connection) =>
        runtime.paceOf?.(connection)?.onRecovery(() => void sendWaiting(connection)),
      );
      await dispatcher.start({
        take: takeDue,
        sweep: () => sweepDue(),
        tidy: async () => {
          await lookOver();
          await releasePastCells(runtime);
          await runtime.tidy?.();
        },
        stuck: (writeId, reason) => markStuck(runtime, writeId, reason),
      });
      return () => {
        stopped = true;
        for (const end of recoveries) end?.();
        return dispatcher.stop();
      };
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
