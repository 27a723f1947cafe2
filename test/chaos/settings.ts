import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultySimulator } from '../simulators/faulty/start.ts';
import { CALL_LIMIT } from './changes.ts';
import type { Place } from './fleet.ts';
import type { ChaosOptions } from './options.ts';

/*
 * How simulator and servers of a run are set up. Nobody minds the time that a real PMS takes to settle, so that here it
 * takes seconds. The deadline leaves room for a machine that is busy with all of this.
 */

/** Requests of the ledger are given up after this; milliseconds. */
const DEADLINE_MS = 2_000;
const LATE_COMMIT_MS = 3_000;
const READ_LAG_MS = 300;

/** The margin of a lease over the request's deadline; `src/writeback/runtime.ts`. */
const LEASE_MARGIN_MS = 15_000;

/** A server that is stopped for so long has lost every lease that it held. */
export const PAUSE_MS = DEADLINE_MS + LEASE_MARGIN_MS + 2_000;

/** After so long nothing that was ever sent can still take effect, and readers see everything. */
export const SETTLED_MS = 60_000;

export function simulatorOptions({ seed, fault_rate, personality }: ChaosOptions) {
  return {
    ...{ personality, fault_rate, fault_seed: seed, seed: 1, units: 40, properties: 2 },
    ...{ deadline_ms: DEADLINE_MS, late_commit_ms: LATE_COMMIT_MS, read_lag_ms: READ_LAG_MS },
  };
}

/** A key ring that follows from the seed. */
export function keyringOf(seed: number): string {
  return `chaos:${createHash('sha256').update(`chaos ${seed}`).digest('base64')}`;
}

/** Makes the folder of a run with the configuration of its servers. */
export function makePlace(simulator: FaultySimulator, store: string, seed: number): Place {
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-chaos-'));
  const limit = { call: `${CALL_LIMIT}.00`, day: '90000000.00' };
  const config = {
    organisation: 'Chaos Management',
    store,
    connections: [{ ...simulator.connection, time_zones: { default: 'UTC' } }],
    policy: { write_wait_seconds: 1, limits: { post_gl_charge: limit } },
  };
  writeFileSync(join(folder, 'caretaker.config.json'), JSON.stringify(config));
  return { folder, environment: { CARETAKER_KEYRING: keyringOf(seed) } };
}
