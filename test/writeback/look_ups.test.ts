import { setImmediate as tick } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Connector, type Located, VendorError } from '../../src/connectors/connector.ts';
import type { Runtime } from '../../src/writeback/runtime.ts';
import { createWriteback } from '../../src/writeback/writeback.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { openRig } from './ledger_rig.ts';

/** How many look-ups a connection has under way at most, apart from those of its emergencies. */
const AT_ONCE = 4;
/** How long one process leaves a look-up to another that has begun it. */
const LOOKING_MS = 15_000;

describeOnEveryEngine('looking for effects', (open) => {
  let rig: Awaited<ReturnType<typeof openRig>>;
  let connector: Connector;
  /** Titles that are being looked for, and what lets all of them be answered. */
  let looking: string[];
  let letGo: () => void;
  const gate = { promise: Promise.resolve() };

  beforeEach(async () => {
    rig = await openRig(await open());
    connector = rig.runtime.connections.get('main') as Connector;
    connector.send = () => Promise.reject(new VendorError('outcome_unknown', 'No answer.'));
    connector.locate = () => Promise.reject(new VendorError('unavailable', 'The PMS is down.'));
  });
  afterEach(async () => {
    letGo();
    expect(rig.troubles).toEqual([]);
    await rig.close();
  });

  /** From now on look-ups are answered only when they are let go. */
  function holdLookUps(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    [gate.promise, letGo, looking] = [promise, resolve, []];
    connector.locate = async (command): Promise<Located> => {
      looking.push('title' in command ? String(command.title) : '');
      await gate.promise;
      return { outcome: 'absent', covers_all: false };
    };
  }

  /** Waits until so many look-ups are under way, and then for whatever else might still begin. */
  async function untilLooking(count: number): Promise<void> {
    for (let asked = 0; looking.length < count && asked < 100_000; asked += 1) await tick();
    for (let more = 0; more < 200; more += 1) await tick();
  }

  async function inDoubt(count: number): Promise<void> {
    for (let number = 1; number <= count; number += 1)
      expect(await rig.submit(rig.createWorkOrder(`Leak ${number}`))).toMatchObject({ state: 'unknown' });
    rig.time.now += 1_000;
  }

  it('goes on for few of them at a time, and for emergencies at once', async () => {
    await inDoubt(9);
    holdLookUps();
    const swept = rig.writeback.recover();
    await untilLooking(AT_ONCE);
    expect(looking).toHaveLength(AT_ONCE);
    const urgent = rig.submit(rig.createWorkOrder('Gas'), { priority: 0 });
    await untilLooking(AT_ONCE + 1);
    expect(looking.slice(AT_ONCE)).toEqual(['Gas']);
    letGo();
    await Promise.all([swept, urgent]);
    expect(new Set(looking).size).toBe(10);
    expect(looking).toHaveLength(10);
  });

  it('is left to the process that has begun it, for a while', async () => {
    const runtime: Runtime = { ...rig.runtime, owner: 'host:2:2' };
    delete runtime.guard;
    delete runtime.look_ups;
    const other = createWriteback(runtime);
    await inDoubt(1);
    holdLookUps();
    const swept = [rig.writeback.recover(), other.recover()];
    await untilLooking(1);
    // Whichever of them came too late has left it alone.
    await Promise.race(swept);
    expect(looking).toHaveLength(1);
    rig.time.now += LOOKING_MS - 1;
    expect(await other.recover()).toBe(0);
    rig.time.now += 1;
    swept.push(other.recover());
    await untilLooking(2);
    expect(looking).toHaveLength(2);
    letGo();
    await Promise.all(swept);
  });
});
