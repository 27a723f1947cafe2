import { expect } from 'vitest';
import { changedRecordId, COMMANDS } from '../../../src/model/commands.ts';
import type { OpenWrite } from '../../../src/writeback/open_write.ts';
import { judge } from '../../chaos/checks.ts';
import { gatherFacts } from '../../chaos/facts.ts';
import { castOf } from '../../connectors/sandbox/cast.ts';
import type { Sandbox } from '../../connectors/sandbox/sandbox.ts';
import { createFaulty } from '../../simulators/faulty/connector.ts';
import { startFaulty } from '../../simulators/faulty/start.ts';
import { environmentFor, NOW } from '../../simulators/rig.ts';
import { addressOf, type Open } from '../../store/engines.ts';
import type { createChildren, Fate } from './children.ts';
import { intentOf, type Job, KEYRING, openLedger, PERSON } from './ledger.ts';
import type { Scenario } from './scenarios.ts';

/** How much time passes before each sweep: in the end more than any lease or settling time lasts. */
const PASSES_MS = [0, 1_000, 10_000, 40_000, 60_000] as const;

/** One scenario on one store: rounds that are killed, recovered and looked at. */
export interface Matrix {
  /** A round whose process is killed at that boundary. False where it had got through before. */
  round(killAt: number): Promise<boolean>;
  /** Holds ledger, audit log and the PMS's own count against each other, over all rounds. */
  judgeAll(): Promise<void>;
  close(): Promise<void>;
}

export async function openMatrix(
  open: Open,
  scenario: Scenario,
  children: ReturnType<typeof createChildren>,
): Promise<Matrix> {
  const { personality } = scenario;
  const simulator = await startFaulty({ personality, units: 150, properties: 6, now: NOW });
  let now = NOW;
  const clock = () => now;
  const connector = createFaulty(simulator.connection, environmentFor(simulator.url, clock));
  // Nothing but the state is asked of it.
  const cast = await castOf(simulator as unknown as Sandbox);
  const store = await open({ clock });
  await store.ready();
  const troubles: string[] = [];
  const trouble = (event: string, error: unknown) => void troubles.push(`${event}: ${String(error)}`);
  const ledger = openLedger(store, connector, clock, trouble);
  const jobs: Job[] = [];

  async function jobOf(killAt: number): Promise<Job> {
    const command = await scenario.command(cast, jobs.length, simulator);
    const changed = changedRecordId(command);
    const before = changed === undefined ? undefined : await connector.get(COMMANDS[command.kind].record, '', changed);
    return {
      address: addressOf(store),
      connection: simulator.connection,
      now,
      request_id: `request-${personality}-${jobs.length}`,
      command,
      ...(before !== undefined && { before: before as Record<string, unknown> }),
      approve: scenario.approve === true,
      kill_at: killAt,
    };
  }

  const writeOf = ({ request_id, command }: Job): Promise<OpenWrite | undefined> =>
    ledger.ofRequest({ organisation: 'org', principal: 'agent-1', tool: command.kind, request_id });

  /** Takes up what the dead process left, and lets time pass until nothing is due any more. */
  async function recover(): Promise<void> {
    for (const ms of PASSES_MS) {
      now += ms;
      await simulator.clock({ now });
      for (let sweeps = 0; sweeps < 20 && (await ledger.recover()) > 0; sweeps += 1);
    }
  }

  /** What a caller does whose process was killed before anything was recorded, and a person who was not asked yet. */
  async function carryOn(job: Job): Promise<OpenWrite> {
    if ((await writeOf(job)) === undefined) await ledger.submit(intentOf({ ...job, now }));
    const write = await writeOf(job);
    if (write?.row.state === 'awaiting_approval') await ledger.decide(PERSON, write.row.write_id, { approve: true });
    await recover();
    return (await writeOf(job)) as OpenWrite;
  }

  return {
    async round(killAt) {
      const job = await jobOf(killAt);
      jobs.push(job);
      const effects = (await simulator.effects()).length;
      const fate = await children.run(job);
      await recover();
      const where = `killed ${fate.passed.at(-1)} (${killAt}) after ${fate.passed.slice(0, -1).join(', ')}`;
      const left = await writeOf(job);
      const wasRecorded = fate.passed.includes('after commit 1');
      // A commit that the process did not live to see may have been made or not; nothing has been sent in either case.
      if (wasRecorded) expect(left, where).toBeDefined();
      if (left === undefined) expect((await simulator.effects()).length, where).toBe(effects);
      const { row } = await carryOn(job);
      expect(row.state, `${where}; ${row.error_message}`).toBe(canBeKnown(job, fate) ? 'done' : 'needs_attention');
      return fate.killed;
    },
    async judgeAll() {
      const facts = await gatherFacts(store, KEYRING, simulator, connector);
      const asked = jobs.map(({ request_id }) => ({ request_id, outcome: 'accepted' as const }));
      const { broken, lost, doubled, writes } = judge(facts, { told: new Map(), asked });
      expect({ broken, lost, doubled, writes }).toEqual({ broken: [], lost: 0, doubled: 0, writes: jobs.length });
      expect(troubles).toEqual([]);
    },
    async close() {
      await ledger.drain();
      await simulator.stop();
    },
  };

  /**
   * Whether anybody can find out what became of a request. Where nothing can be looked up and no retry is safe, nobody
   * can from the moment that it may have left until its proof is committed.
   */
  function canBeKnown({ command }: Job, { passed, killed }: Fate): boolean {
    const [step] = connector.compile(command);
    if (step?.retry !== 'none' || !killed) return true;
    return !passed.includes('after commit 1') || passed.includes('after commit 2');
  }
}
