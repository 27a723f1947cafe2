import type { Runtime } from './runtime.ts';

/** Quarters of an hour that are kept after they have passed: a day. */
const KEPT_CELLS = 96;

/** Forgets tour slots that have passed, and the hours of inquiries. */
export async function releasePastCells({ store, clock }: Pick<Runtime, 'store' | 'clock'>): Promise<void> {
  const oldest = Math.floor(clock() / 900_000) - KEPT_CELLS;
  await store.transaction((trx) => trx.deleteFrom('reservations').where('cell', '<', oldest).execute());
}
