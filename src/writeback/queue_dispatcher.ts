import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Dispatcher, DispatchHandlers } from './dispatcher.ts';
import { type JobQueue, type JobQueueOptions, nameOf, openJobQueue, stopJobQueue, WRITES } from './job_queue.ts';
import { createTimerDispatcher } from './timer_dispatcher.ts';

/** First and longest wait before the queue is started again where it could not be, milliseconds. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** How long the same trouble is not reported again, milliseconds: every worker has it at once. */
const QUIET_MS = 30_000;

export interface QueueDispatcherOptions extends JobQueueOptions {
  sweep_ms?: number;
  /** How long `stop` waits for jobs that are under way, milliseconds; at least 1000. */
  stop_ms?: number;
}

/** Wakes any process of any number of hosts. Nothing is loaded before `start`; until the queue runs, the sweep finds all. */
export function createQueueDispatcher(options: QueueDispatcherOptions): Dispatcher {
  const { store, stop_ms = 10_000 } = options;
  const report = quietly(options.report);
  const sweeper = createTimerDispatcher({
    clock: store.clock,
    report,
    ...(options.sweep_ms !== undefined && { sweep_ms: options.sweep_ms }),
  });
  const stopping = new AbortController();
  let running: JobQueue | undefined;
  let opening: Promise<unknown> | undefined;

  /** Whether the queue runs now. */
  async function tryToOpen(handlers: DispatchHandlers): Promise<boolean> {
    try {
      running = await openJobQueue({ ...options, report }, handlers);
    } catch (error) {
      report('queue_start', error);
    }
    return running !== undefined;
  }

  async function keepTrying(handlers: DispatchHandlers): Promise<void> {
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(2 * wait, LONGEST_RETRY_MS)) {
      await pause(wait, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      if (stopping.signal.aborted || (await tryToOpen(handlers))) return;
    }
  }

  return {
    async wake(trx, { write_id, at, priority }) {
      if (running === undefined) return;
      const { boss, adapt } = running;
      // A queue that is broken or being migrated must not take the write down with it.
      await sql`savepoint wake_up`.execute(trx);
      try {
        await boss.send(
          WRITES,
          { write_id },
          {
            db: adapt(trx),
            // pg-boss takes the highest number first.
            priority: 2 - priority,
            // A time of its own for each key: a wake-up for now must not be lost in one for tomorrow.
            singletonKey: `${write_id}@${at}`,
            // Relative, because the clocks of this host and of the database may differ.
            startAfter: Math.max(0, at - store.clock()) / 1_000,
          },
        );
        await sql`release savepoint wake_up`.execute(trx);
      } catch (error) {
        await sql`rollback to savepoint wake_up`.execute(trx);
        report('queue_wake', error);
      }
    },
    async start(handlers) {
      // Whatever becomes of the queue, the ledger is swept. One process of all tidies, and the schedule says which.
      await sweeper.start({ ...handlers, tidy: async () => {} });
      const first = tryToOpen(handlers);
      opening = first;
      if (!(await first)) opening = keepTrying(handlers);
    },
    async stop() {
      stopping.abort();
      await Promise.all([sweeper.stop(), opening]);
      const queue = running;
      running = undefined;
      if (queue !== undefined)
        await stopJobQueue(queue, stop_ms).catch((error: unknown) => report('queue_stop', error));
    },
  };
}

/** Passes reports on, the same trouble only once in a while. */
function quietly(report: JobQueueOptions['report']): JobQueueOptions['report'] {
  const last = new Map<string, number>();
  return (event, error) => {
    const { code = '' } = error as { code?: unknown };
    const trouble = `${event} ${nameOf(error)} ${String(code)}`;
    const now = performance.now();
    if (now - (last.get(trouble) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    last.set(trouble, now);
    report(event, error);
  };
}
