import { pageDue } from '../approvals/escalations.ts';
import { createNotifier } from '../approvals/notifier.ts';
import type { Config } from '../config.ts';
import { newId } from '../writeback/ids.ts';
import type { Engine } from './engine.ts';
import type { Log } from './log.ts';

/** How often messages to people are sent and the rota is looked at; a page is due after minutes. */
const PEOPLE_MS = 5_000;

/**
 * What goes on by itself: writes that a crash or a PMS's absence left behind, messages to people, paging of the rota.
 * Several processes may do this at once. Returns what ends it.
 */
export async function startBackground(engine: Engine, config: Config, log: Log): Promise<() => Promise<void>> {
  const { store, keyring, writeback } = engine;
  // A store that is away for now does not end this: everything below tries again by itself.
  await store.ready().catch((error: unknown) => log.trouble('background', error));
  const stopWriteback = await writeback.start();
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
  return async () => {
    clearInterval(pager);
    await Promise.all([stopWriteback(), stopNotifier(), paging]);
  };
}
