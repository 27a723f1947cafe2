import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { KeyRing } from '../../src/store/keyring.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { OPEN_STATES } from '../../src/writeback/states.ts';
import { createFaulty } from '../simulators/faulty/connector.ts';
import { type FaultySimulator, startFaulty } from '../simulators/faulty/start.ts';
import { environmentFor } from '../simulators/rig.ts';
import { askForChange, type CallerParts } from './callers.ts';
import { portfolioOf } from './changes.ts';
import { judge, type Verdict } from './checks.ts';
import { createDecider, type Decider } from './decider.ts';
import { type Facts, gatherFacts } from './facts.ts';
import { type Fleet, openFleet } from './fleet.ts';
import { type Memory, newMemory } from './memory.ts';
import type { ChaosOptions } from './options.ts';
import { createRandom } from './random.ts';
import { createSaboteur } from './saboteur.ts';
import { keyringOf, makePlace, SETTLED_MS, simulatorOptions } from './settings.ts';
import { createToolCalls } from './tool_calls.ts';

/** What a run came to. */
export interface ChaosOutcome {
  verdict: Verdict;
  facts: Facts;
  memory: Memory;
  kills: number;
  pauses: number;
  decided: number;
  /** Milliseconds of the work, and of the wait for the last write after it. */
  work_ms: number;
  settle_ms: number;
  /** Where configuration and logs of the servers are; removed where nothing was broken. */
  folder: string;
}

/** How often progress is looked at, and for how long nothing may move at the end; milliseconds. */
const LOOK_MS = 250;
const STUCK_MS = 120_000;

/** Runs servers, callers and a faulty PMS on a store that is empty, and judges what they leave behind. */
export async function runChaos(
  options: ChaosOptions,
  address: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<ChaosOutcome> {
  const simulator = await startFaulty(simulatorOptions(options));
  const place = makePlace(simulator, address, options.seed);
  const store = openStore({ url: address, clock: Date.now });
  let fleet: Fleet | undefined;
  let isRight = false;
  try {
    fleet = await openFleet(place, options.servers);
    const decider = await createDecider(place, fleet.keys.person, options.decisions);
    say(`${options.servers} servers are up`);
    const begun = performance.now();
    const { memory, kills, pauses } = await work({ options, simulator, fleet, decider, say, signal });
    signal.throwIfAborted();
    const worked = performance.now();
    await simulator.order({ fault_rate: 0, clear: true });
    await fleet.restart();
    await untilOver(store, say, signal);
    signal.throwIfAborted();
    const over = performance.now();
    await fleet.stop();
    await simulator.clock({ advance_ms: SETTLED_MS });
    const connector = createFaulty(simulator.connection, environmentFor(simulator.url, Date.now));
    const keyring = KeyRing.fromEnvironment(keyringOf(options.seed), { sandboxOnly: false });
    const facts = await gatherFacts(store, keyring, simulator, connector);
    const verdict = judge(facts, { told: memory.told, asked: [...memory.asked.values()] });
    for (const crash of fleet.crashes)
      verdict.broken.push({ rule: 'no server crashes', write_id: '', evidence: crash });
    if (memory.codes.has('internal'))
      verdict.broken.push({
        rule: 'no call fails',
        write_id: '',
        evidence: `${memory.codes.get('internal')} internal`,
      });
    isRight = verdict.broken.length === 0;
    const { decided } = decider;
    const times = { work_ms: worked - begun, settle_ms: over - worked };
    return { verdict, facts, memory, kills, pauses, decided, ...times, folder: place.folder };
  } finally {
    await fleet?.stop();
    await simulator.stop();
    await store.close();
    if (isRight || signal.aborted) rmSync(place.folder, { recursive: true, force: true });
  }
}

interface Work {
  options: ChaosOptions;
  simulator: FaultySimulator;
  fleet: Fleet;
  decider: Decider;
  say(line: string): void;
  signal: AbortSignal;
}

/** Asks for all changes, so many at once, while servers break. */
async function work({ options, simulator, fleet, decider, say, signal }: Work) {
  const seed = createRandom(options.seed);
  const memory = newMemory();
  const calls = createToolCalls();
  const saboteur = createSaboteur(fleet, options, seed.branch('saboteur'), signal);
  const portfolio = portfolioOf(await simulator.state());
  const parts: CallerParts = {
    ...{ fleet, calls, portfolio, memory, seed, signal, token: fleet.keys.agent },
    onWaiting: (writeId, decision) => decider.decide(writeId, decision),
  };
  const begun = performance.now();
  let next = 0;
  const share = () =>
    options.seconds === undefined
      ? memory.asked.size / options.writes
      : (performance.now() - begun) / (options.seconds * 1_000);
  const caller = async (): Promise<void> => {
    while (share() < 1 && !signal.aborted) {
      await askForChange(parts, (next += 1));
      saboteur.onProgress(share());
    }
  };
  const ticker = setInterval(
    () =>
      say(
        `${memory.asked.size} changes asked for, ${memory.told.size} writes, ${saboteur.kills} kills, ` +
          `${memory.broken_connections} broken connections, errors ${JSON.stringify(Object.fromEntries(memory.codes))}`,
      ),
    5_000,
  );
  try {
    await Promise.all(Array.from({ length: options.callers }, caller));
    say('every change has been asked for');
    await saboteur.finish();
    say('every server is back');
    await decider.finish();
  } finally {
    clearInterval(ticker);
    await calls.close();
  }
  const { kills, pauses } = saboteur;
  return { memory, kills, pauses };
}

/** Waits until every write is over, or nothing has moved for a long time. */
async function untilOver(store: Store, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  let last = Number.POSITIVE_INFINITY;
  let movedAt = performance.now();
  const states = OPEN_STATES.filter((state) => state !== 'awaiting_approval');
  while (!signal.aborted && performance.now() - movedAt < STUCK_MS) {
    const row = await store.ledger
      .selectFrom('writes')
      .leftJoin('writes as built_on', 'built_on.write_id', 'writes.depends_on')
      .select(({ fn }) => fn.countAll<number | string>().as('open'))
      .where('writes.state', 'in', states)
      // What builds on a write that a person has to find out about waits for that person.
      .where((eb) => eb.or([eb('built_on.state', 'is', null), eb('built_on.state', '!=', 'needs_attention')]))
      .executeTakeFirst();
    const open = Number(row?.open ?? 0);
    if (open === 0) return;
    if (open < last) {
      say(`${open} writes are not over yet`);
      last = open;
      movedAt = performance.now();
    }
    await pause(LOOK_MS);
  }
}
