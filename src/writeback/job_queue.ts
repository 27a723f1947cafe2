import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { fromKysely, JobWithMetadata, PgBoss, Queue } from 'pg-boss';
import type { Store } from '../store/store.ts';
import type { DispatchHandlers } from './dispatcher.ts';

/*
 * pg-boss, which keeps its tables in a schema beside the store's. A job holds the id of a write and nothing else; jobs
 * may be lost, doubled and late, because the ledger's row and its lease decide, and the sweep finds what nobody was
 * woken for.
 */

/** The queue of writes that are to be looked at. */
export const WRITES = 'writes';
const STUCK = 'stuck_writes';
const TIDY = 'tidy';

/** Jobs that one process works on at most: with workers that take whatever comes first, and with ones for emergencies. */
const CREWS = [{ most: 12 }, { most: 4, minPriority: 1 }];

/** Connections of a process to the queue, besides the one that listens. */
const POOL_SIZE = 4;

/** Given on to pg as they are. A host that vanishes ends no query by itself; nothing that pg-boss asks takes as long. */
const LIVENESS = { keepAlive: true, keepAliveInitialDelayMillis: 10_000, query_timeout: 60_000 };

/** An hour's minute at which little else is done. */
const TIDY_CRON = '17 * * * *';

/** What pg-boss takes beyond the time that it is given to stop in. */
const STOP_MARGIN_MS = 3_000;

interface WriteJob {
  write_id: string;
}

export interface JobQueueOptions {
  /** The store's address, `postgres://…`. */
  url: string;
  /** Whose transactions wake-ups are part of. */
  store: Pick<Store, 'ledger' | 'clock'>;
  /** Told of every trouble with the queue, once in a while where it lasts. `take` is expected to report its own. */
  report: (event: string, error: unknown) => void;
  /** How often each worker looks for jobs of which it was not told, seconds; at least 0.5, 2 by default. */
  poll_seconds?: number;
  /** How often one process of all looks for jobs whose worker is gone, seconds; at least 1, 10 by default. */
  supervise_seconds?: number;
  /** How often a job is tried again before its write is stuck; 5 by default. */
  retry_limit?: number;
}

/** The queue while it runs. */
export interface JobQueue {
  boss: PgBoss;
  /** Makes pg-boss run in a transaction of the store. */
  adapt: typeof fromKysely;
}

/** Starts pg-boss with its queues and workers. Several processes may do so at once, on an empty database too. */
export async function openJobQueue(options: JobQueueOptions, handlers: DispatchHandlers): Promise<JobQueue> {
  const { url, store, report, poll_seconds = 2, supervise_seconds = 10, retry_limit = 5 } = options;
  const { PgBoss, fromKysely: adapt } = await import('pg-boss');
  const schema = await schemaBeside(store);
  const boss = new PgBoss({
    connectionString: url,
    schema,
    application_name: schema,
    max: POOL_SIZE,
    connectionTimeoutMillis: 5_000,
    ...LIVENESS,
    useListenNotify: true,
    monitorIntervalSeconds: supervise_seconds,
    superviseIntervalSeconds: supervise_seconds,
    maintenanceIntervalSeconds: 3_600,
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  boss.on('error', (error) => report('queue', asError(error)));
  boss.on('warning', (warning) => report('queue_warning', asError(warning)));
  const queue = { boss, adapt };
  try {
    await boss.start();
    await makeQueues(boss, retry_limit);
    for (const { most, ...which } of CREWS)
      await startCrew(boss, handlers.take, most, { ...which, ...polling(poll_seconds) });
    await startStuckWorker(boss, handlers, report, poll_seconds);
    await startTidying(boss, handlers, report);
  } catch (error) {
    await stopJobQueue(queue, 1_000).catch(() => {});
    throw error;
  }
  return queue;
}

/** pg-boss allows 50 characters, and a schema name may have 63 of any kind. */
async function schemaBeside({ ledger }: Pick<Store, 'ledger'>): Promise<string> {
  const { rows } = await sql<{ name: string | null }>`select current_schema() as name`.execute(ledger);
  const name = rows[0]?.name ?? 'public';
  if (/^[a-z_][a-z0-9_]{0,44}$/.test(name)) return `${name}_jobs`;
  return `caretaker_${createHash('sha256').update(name).digest('hex').slice(0, 24)}_jobs`;
}

async function makeQueues(boss: PgBoss, retryLimit: number): Promise<void> {
  // A person is told in the end, even where the store is away for an hour.
  await makeQueue(boss, { name: STUCK, retryLimit: 60, retryDelay: 60 });
  await makeQueue(boss, {
    name: WRITES,
    policy: 'short',
    deadLetter: STUCK,
    notify: true,
    retryLimit,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 30,
    // A killed process's jobs are another's soon. One that only seems dead is still kept apart by its leases.
    heartbeatSeconds: 10,
    expireInSeconds: 300,
    deleteAfterSeconds: 3_600,
  });
  await makeQueue(boss, {
    name: TIDY,
    policy: 'exclusive',
    notify: true,
    heartbeatSeconds: 30,
    deleteAfterSeconds: 86_400,
  });
}

/** Makes a queue; one that an older version made gets this version's settings. */
async function makeQueue(boss: PgBoss, { name, policy, ...settings }: Queue): Promise<void> {
  await boss.createQueue(name, { ...settings, ...(policy !== undefined && { policy }) });
  await boss.updateQueue(name, settings);
}

/**
 * Workers with one job each, so that a slow PMS holds up nothing but its own writes. One waits for jobs; where it gets
 * one, another is put in its place, up to `most`. All that wait are woken by every job, and cost a query each.
 */
async function startCrew(
  boss: PgBoss,
  take: DispatchHandlers['take'],
  most: number,
  options: { minPriority?: number; pollingIntervalSeconds: number },
): Promise<void> {
  let busy = 0;
  let all = 0;
  async function add(): Promise<void> {
    all += 1;
    const id: string = await boss.work<WriteJob>(WRITES, options, async ([job]) => {
      busy += 1;
      try {
        // Refused while the queue stops, when no more are needed.
        if (busy === all && all < most) await add().catch(() => void (all -= 1));
        if (job !== undefined) await take(job.data.write_id);
      } catch (error) {
        // The queue keeps what is thrown, unsealed: the name says enough, a message may hold data.
        throw new Error(nameOf(error));
      } finally {
        if (busy < all) {
          all -= 1;
          void boss.offWork(WRITES, { id, wait: false });
        } else boss.notifyWorker(id);
        busy -= 1;
      }
    });
  }
  await add();
}

async function startStuckWorker(
  boss: PgBoss,
  handlers: DispatchHandlers,
  report: JobQueueOptions['report'],
  pollSeconds: number,
): Promise<void> {
  await boss.work<WriteJob, void, { includeMetadata: true }>(
    STUCK,
    { includeMetadata: true, ...polling(pollSeconds) },
    async (jobs) => {
      for (const job of jobs)
        await handlers
          .stuck(job.data.write_id, reasonOf(job))
          .catch((error: unknown) => reportAndThrow(report, 'stuck', error));
    },
  );
}

async function startTidying(
  boss: PgBoss,
  handlers: DispatchHandlers,
  report: JobQueueOptions['report'],
): Promise<void> {
  await boss.work(TIDY, polling(30), () =>
    handlers.tidy().catch((error: unknown) => reportAndThrow(report, 'tidy', error)),
  );
  await boss.schedule(TIDY, TIDY_CRON, null, { missed: 'once' });
}

function polling(seconds: number): { pollingIntervalSeconds: number; notifyPollingIntervalSeconds: number } {
  return { pollingIntervalSeconds: seconds, notifyPollingIntervalSeconds: seconds };
}

function reportAndThrow(report: JobQueueOptions['report'], event: string, error: unknown): never {
  report(event, error);
  throw new Error(nameOf(error));
}

/** What a person is told: how often, and how the last attempt ended. */
function reasonOf({ sourceRetryCount, sourceOutput }: JobWithMetadata<WriteJob>): string {
  const { message, value } = (sourceOutput ?? {}) as { message?: string; value?: { message?: string } };
  const times = (sourceRetryCount ?? 0) + 1;
  return `It could not be taken up ${times} times in a row; the last time: ${message ?? value?.message ?? 'unknown'}.`;
}

/** What may be kept or told of an error: the name of its class. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** pg-boss reports some errors as plain objects, and warnings with their kind inside. */
function asError(trouble: { message: string; data?: object }): Error {
  if (trouble instanceof Error) return trouble;
  const { type: code } = (trouble.data ?? {}) as { type?: unknown };
  return Object.assign(new Error(trouble.message), { ...(code !== undefined && { code }), ...trouble });
}

/** Lets what is under way end, and gives up on a database that does not answer. */
export async function stopJobQueue({ boss }: JobQueue, stopMs: number): Promise<void> {
  const enough = new AbortController();
  const late = pause(stopMs + STOP_MARGIN_MS, undefined, { signal: enough.signal }).then(
    () => {
      throw new Error('the queue did not stop in time');
    },
    () => {},
  );
  await Promise.race([boss.stop({ graceful: true, timeout: stopMs }), late]).finally(() => enough.abort());
}
