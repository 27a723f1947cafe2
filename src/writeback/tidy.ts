import type { Runtime } from './runtime.ts';

/** Quarters of an hour that are kept after they have passed: a day. */
const KEPT_CELLS = 96;

/** Forgets tour slots that have passed. */
export async function releasePastCells(runtime: Runtime): Promise<void> {
  const oldest = Math.floor(runtime.clock() / 900_000) - KEPT_CELLS;
  await runtime.store.transaction((trx) => trx.deleteFrom('reservations').where('cell', '<', oldest).execute());
}
