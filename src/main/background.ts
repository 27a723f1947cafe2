import { pageDue } from '../approvals/escalations.ts';
import { createNotifier } from '../approvals/notifier.ts';
import type { Config } from '../config.ts';
import { newId } from '../writeback/ids.ts';
import type { Engine } from './engine.ts';
import type { Log } from './log.ts';

/** How often the ledger is looked through for writes that are due. */
const SWEEP_MS = 2_000;

/** How often messages to people are sent and the rota is looked at; a page is due after minutes. */
const PEOPLE_MS = 5_000;

/**
 * What goes on by itself: writes that a crash or a PMS's absence left behind, messages to people, paging of the rota.
 * Several processes may do this at once. Returns what ends it.
 */
export async function startBackground(engine: Engine, config: Config, log: Log): Promise<() => Promise<void>> {
  const { store, keyring, writeback } = engine;
  await store.ready();
  const stopSweep = writeback.start(SWEEP_MS);
  const notifier = createNotifier({
    store,
    keyring,
    config,
    clock: store.clock,
    report: (error) => void log.trouble('not_delivered', error),
  });
  const stopNotifier = notifier.start(PEOPLE_MS);
  let paging: Promise<unknown> | undefined;
  const pager = setInterval(() => {
    paging ??= pageDue({ store, keyring, clock: store.clock, newId })
      .catch((error: unknown) => log.trouble('paging', error))
      .finally(() => {
        paging = undefined;
      });
  }, PEOPLE_MS).unref();
  // The first look does not wait for the clock: what a crash left may be an emergency.
  void writeback.recover().catch((error: unknown) => log.trouble('recovery', error));
  return async () => {
    stopSweep();
    clearInterval(pager);
    await Promise.all([stopNotifier(), paging]);
  };
}
