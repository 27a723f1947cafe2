import type { Expectations } from './expectations.ts';
import type { Stage } from './stage.ts';

/** What earlier scenes left behind for later ones: ids of records in the PMS. */
export interface SoFar {
  repair?: { work_order_id: string; unit_id: string; lease_id: string; vendor_id: string };
}

export interface Scene {
  day: string;
  title: string;
  play(stage: Stage, expect: Expectations, soFar: SoFar): Promise<void>;
}

/** The first of a list that fits; throws where none does. */
export function firstThat<T>(all: readonly T[], fits: (one: T) => boolean, what: string): T {
  const found = all.find(fits);
  if (found === undefined) throw new Error(`there is no ${what}`);
  return found;
}
