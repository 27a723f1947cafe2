import { createMirror } from '../../src/mirror/mirror.ts';
import { createSidecar } from '../../src/mirror/sidecar.ts';
import type { Command } from '../../src/model/commands.ts';
import { digestOf } from '../../src/model/version.ts';
import { KeyRing } from '../../src/store/keyring.ts';
import { openStore } from '../../src/store/store.ts';
import { withSidecar } from '../../src/sync/beside/with_sidecar.ts';
import { createWriteback } from '../../src/writeback/writeback.ts';
import { AGENT } from '../writeback/grants.ts';
import type { VendorRig } from './rig.ts';

/** Longer than any vendor's settling times, and than the patience of a look-up. */
const STEP_MS = 60_000;
const MOST_STEPS = 60;

/** States in which nothing more happens by itself. */
const ENDS = new Set(['done', 'failed', 'needs_attention', 'rejected', 'expired', 'withdrawn', 'shadowed']);

/** The ledger over a vendor's connector and its simulator, with one clock for all three. */
export async function openLedger(rig: VendorRig) {
  const { time } = rig;
  const clock = () => time.now;
  const keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });
  const store = openStore({ url: 'sqlite::memory:', clock });
  await store.ready();
  const sidecar = createSidecar(store, keyring);
  const connector = withSidecar(rig.connector, { connection: 'main', store, keyring, sidecar, clock });
  const writeback = createWriteback({
    ...{ store, keyring, clock, mirror: createMirror(store, keyring), connections: new Map([['main', connector]]) },
    ...{ monotonic: clock, owner: 'host:1:1', ownerIsAlive: () => true },
    judgeAgain: () => Promise.resolve(),
    policy: { wait_ms: 5_000, duplicate_ms: 0, approval_ms: 3_600_000 },
    onTrouble: () => {},
  });
  let requests = 0;
  return {
    connector,
    /** Asks for a change and lets time pass until nothing more becomes of it; its state, and why. */
    async carryThrough(command: Command, scope: string, before: unknown): Promise<{ id: string; state: string }> {
      requests += 1;
      const { write_id } = await writeback.submit({
        ...{
          grant: AGENT,
          tool: command.kind,
          request_id: `request-${requests}`,
          input_digest: digestOf([command, requests]),
        },
        ...{ connection: 'main', scope, command, risk: 'write', approvals: [], priority: 2, judged_at: time.now },
        ...{ not_after: time.now + 86_400_000, day_start: time.now - 3_600_000, rollout: 'live', answer: {} },
        ...(before !== undefined && { before: before as Record<string, unknown> }),
      });
      for (let step = 0; step < MOST_STEPS; step += 1) {
        const row = (await writeback.byId(write_id))?.row;
        if (row !== undefined && ENDS.has(row.state)) return { id: write_id, state: row.state };
        time.now += STEP_MS;
        await rig.simulator.clock({ now: time.now });
        await writeback.recover();
      }
      throw new Error(`${command.kind} comes to no end`);
    },
    async close() {
      await writeback.drain();
      await store.close();
    },
  };
}
