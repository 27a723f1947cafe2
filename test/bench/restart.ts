import { setTimeout as pause } from 'node:timers/promises';
import type { Trade } from '../../src/model/values.ts';
import { type Figure, median } from './figures.ts';
import { startGenerator } from './generator.ts';
import { folderFor, placesIn, type Pms, startPms, WITH_PMS } from './pms.ts';
import { reports } from './portfolio.ts';
import { end } from './processes.ts';
import { at, ready, spawnProduct, startProduct } from './served.ts';
import { type Engine, onEngines } from './stores.ts';
import { leaveUnfinished, makeWorkOrders } from './unfinished.ts';

const ROW = 'restart';
const UNFINISHED = 10_000;
const UNFINISHED_QUICK = 300;
const MOST_MS = 3_000;

/** How often the PMS is asked what it has seen, until the first request and until the last one. */
const FIRST_LOOK_MS = 5;
const LAST_LOOK_MS = 250;
/** All of them take no longer than that. */
const LONGEST_MS = 10 * 60_000;

/** What the writes of each engine's turn ask for, so that no turn finds its work done by the one before. */
const TRADES: Readonly<Record<Engine['name'], Trade>> = { SQLite: 'carpentry', PostgreSQL: 'electrical' };

/**
 * What a killed process leaves behind: from the start of the next one to the first request that the PMS sees of it, and
 * to the last. The PMS has no settling times, so that one look at a record proves that its request never came.
 */
export function restart(quick: boolean): Promise<Figure[]> {
  return onEngines(ROW, async (engines) => {
    const pms = await startPms({ late_commit_ms: 0, read_lag_ms: 0 });
    try {
      const ids = await makeWorkOrders(pms, quick ? UNFINISHED_QUICK : UNFINISHED);
      const figures: Figure[] = [];
      for (const engine of engines) {
        const reference = await startToFirstCall(engine, pms, quick ? 2 : 5);
        figures.push(...(await restartOn(engine, pms, ids, reference)));
      }
      return figures;
    } finally {
      await end(pms.child);
    }
  });
}

/** Milliseconds from the start of a process with nothing left to do to the first request that a call makes; median. */
async function startToFirstCall(engine: Engine, pms: Pms, rounds: number): Promise<number> {
  const folder = folderFor(pms, await engine.newStore());
  const generator = startGenerator();
  try {
    const places = await placesIn(pms);
    const call = (number: number) => ({
      tool: 'create_work_order',
      calls: reports(places, 20_000_000 + number, 1),
      connections: 1,
    });
    // The first start makes the keys, and the first call loads the mirror.
    const first = await startProduct(folder, WITH_PMS);
    await generator.run({ ...at(first), ...call(0) });
    await end(first.child);
    const took: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      const seen = seenBy(pms);
      const before = await seen();
      const begun = performance.now();
      const child = spawnProduct(folder, WITH_PMS);
      const { url } = await ready(child);
      const called = generator.run({ ...at({ ...first, url }), ...call(round) });
      await until(1, async () => (await seen()) > before);
      took.push(performance.now() - begun);
      await called;
      await end(child);
    }
    return median(took);
  } finally {
    await generator.close();
  }
}

/** Asks again and again, with a pause of `ms` in between. */
async function until(ms: number, isSo: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + LONGEST_MS;
  while (!(await isSo())) {
    if (performance.now() > limit) throw new Error('the PMS was not sent what was left in time');
    await pause(ms);
  }
}

/** How many requests the PMS has seen that are about writes. */
const seenBy = (pms: Pms) => async () => {
  const { writes, look_ups } = await pms.requests();
  return writes + look_ups;
};

async function restartOn(engine: Engine, pms: Pms, ids: readonly string[], reference: number): Promise<Figure[]> {
  const folder = folderFor(pms, await engine.newStore());
  const layingOut = performance.now();
  await leaveUnfinished(folder, pms, ids, TRADES[engine.name]);
  const laidOutMs = performance.now() - layingOut;
  const seen = seenBy(pms);
  const [before, had] = [await pms.requests(), (await pms.effects()).length];
  const [begun, begunAt] = [performance.now(), Date.now()];
  const child = spawnProduct(folder, WITH_PMS);
  try {
    const served = ready(child).then(() => performance.now() - begun);
    await until(FIRST_LOOK_MS, async () => (await seen()) > before.writes + before.look_ups);
    const first = performance.now() - begun;
    // The list of what was accepted is long: it is asked for only when all of it may be there.
    await until(LAST_LOOK_MS, async () => (await pms.requests()).writes >= before.writes + ids.length);
    await until(LAST_LOOK_MS, async () => (await pms.effects()).length >= had + ids.length);
    const effects = (await pms.effects()).slice(had);
    const last = Date.parse(effects.at(-1)?.at ?? '') - begunAt;
    const kinds = new Set(effects.map(({ label }) => label)).size;
    if (effects.length !== ids.length || kinds !== ids.length)
      throw new Error(`${ids.length} writes had ${effects.length} effects, ${kinds} of them different`);
    const after = await pms.requests();
    const name = `${ids.length.toLocaleString('en-US')} unfinished writes, ${engine.name}`;
    const perWrite = (after.total - before.total) / ids.length;
    return [
      {
        row: ROW,
        measure: `start to the first request, ${name}`,
        value: first,
        unit: 'ms',
        reference,
        goal: `≤ ${MOST_MS} ms`,
        met: first <= MOST_MS,
        note:
          `it listened after ${(await served).toFixed(0)} ms; the reference is the first request of a call made as soon ` +
          `as it listens, with nothing unfinished; laying out took ${(laidOutMs / 1_000).toFixed(0)} s`,
      },
      {
        row: ROW,
        measure: `start to the last write, ${name}`,
        value: last,
        unit: 'ms',
        note:
          `${((ids.length * 1_000) / (last - first)).toFixed(0)} writes/s, each looked for, judged again, sent and read ` +
          `back in ${perWrite.toFixed(1)} requests; every one had its effect once`,
      },
    ];
  } finally {
    await end(child);
  }
}
