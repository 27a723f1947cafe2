import { AsyncLocalStorage } from 'node:async_hooks';
import type { Dispatcher, DispatchHandlers } from './dispatcher.ts';

/** How often the ledger is looked through, and how often what is no longer needed is forgotten; milliseconds. */
const SWEEP_MS = 2_000;
const TIDY_MS = 3_600_000;

/** How long a transaction has to commit before its wake-up is followed; wake-ups are followed at multiples of it. */
const COMMIT_MS = 20;

/**
 * How much longer than a sweep the rest after it is, and at most: where thousands are due, looking through them must not be
 * all that is done.
 */
const REST = 3;
const LONGEST_REST_MS = 250;

export interface TimerDispatcherOptions {
  /** Milliseconds since the epoch: what `at` of a wake-up is compared with. */
  clock: () => number;
  /** Told of every handler that failed; nothing else happens then, the next sweep finds what was left. */
  report: (event: string, error: unknown) => void;
  sweep_ms?: number;
}

/**
 * Wakes this process alone, by timers: for a store that no other host uses. Other processes on the same host find by
 * their own sweeps what was committed here. A wake-up is followed by a sweep a moment after it is due, whether its
 * transaction was committed or not: a sweep that finds nothing is harmless, and one that came too early is made up for.
 */
export function createTimerDispatcher({ clock, report, sweep_ms = SWEEP_MS }: TimerDispatcherOptions): Dispatcher {
  /** When wake-ups are to be followed, by the process's steady clock; none further away than the next sweep. */
  const wakeUps = new Set<number>();
  const periodic: NodeJS.Timeout[] = [];
  let handlers: DispatchHandlers | undefined;
  let alarm: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> | undefined;
  let again = false;
  let restUntil = 0;
  let tidying: Promise<void> | undefined;
  /** Runs outside of the transaction that a wake-up came from: work begun by a timer does not belong to it. */
  let outside: <T>(work: () => T) => T = (work) => work();

  async function sweepUntilDone({ sweep }: DispatchHandlers): Promise<void> {
    do {
      again = false;
      const begun = performance.now();
      await sweep().catch((error: unknown) => report('sweep', error));
      const ended = performance.now();
      restUntil = ended + Math.min(REST * (ended - begun), LONGEST_REST_MS);
    } while (again && handlers !== undefined && restUntil - performance.now() < COMMIT_MS);
    if (again) wakeAt(restUntil);
  }

  function sweepNow(): void {
    if (handlers === undefined || sweeping !== undefined) return;
    sweeping = sweepUntilDone(handlers).finally(() => {
      sweeping = undefined;
    });
  }

  function tidyNow(): void {
    tidying ??= handlers
      ?.tidy()
      .catch((error: unknown) => report('tidy', error))
      .finally(() => {
        tidying = undefined;
      });
  }

  function arm(): void {
    clearTimeout(alarm);
    if (wakeUps.size === 0) return;
    // Rounded up: timers leave out fractions, and one that rings too early would ring twice.
    const wait = Math.ceil(Math.min(...wakeUps) - performance.now());
    alarm = outside(() => setTimeout(ring, Math.max(0, wait)).unref());
  }

  function ring(): void {
    const now = performance.now();
    for (const time of wakeUps) if (time <= now) wakeUps.delete(time);
    if (now < restUntil) return wakeAt(restUntil);
    // A sweep that is under way may have looked before the commit.
    again = true;
    sweepNow();
    arm();
  }

  function wakeAt(time: number): void {
    if (handlers === undefined) return;
    wakeUps.add(Math.ceil(time / COMMIT_MS) * COMMIT_MS);
    arm();
  }

  return {
    async wake(_trx, { at }) {
      const wait = Math.max(0, at - clock());
      if (wait <= sweep_ms) wakeAt(performance.now() + wait + COMMIT_MS);
    },
    async start(given) {
      handlers = given;
      outside = AsyncLocalStorage.snapshot();
      periodic.push(setInterval(sweepNow, sweep_ms).unref(), setInterval(tidyNow, TIDY_MS).unref());
      // The first look does not wait for the clock: what a crash left may be an emergency.
      sweepNow();
      tidyNow();
    },
    async stop() {
      handlers = undefined;
      wakeUps.clear();
      clearTimeout(alarm);
      for (const timer of periodic.splice(0)) clearInterval(timer);
      await Promise.all([sweeping, tidying]);
    },
  };
}
