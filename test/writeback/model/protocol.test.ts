import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, it } from 'vitest';
import { openStore, type Store } from '../../../src/store/store.ts';
import { happening } from './happenings.ts';
import { PERSONALITIES } from './pms.ts';
import { runOnce } from './run.ts';
import { VirtualTimers } from './timers.ts';

/*
 * The protocol of a write under everything that can happen to it: the real ledger over a real store, several processes,
 * a PMS that fails in every way that its capabilities allow, and a scheduler that decides what comes next.
 *
 * `CARETAKER_MODEL_RUNS` sets how many runs are made of each kind of PMS, `CARETAKER_MODEL_SEED` another seed than the
 * fixed one: `CARETAKER_MODEL_RUNS=5000 CARETAKER_MODEL_SEED=7 npx vitest run test/writeback/model`.
 */

const RUNS = Number(process.env['CARETAKER_MODEL_RUNS'] ?? 150);
const SEED = Number(process.env['CARETAKER_MODEL_SEED'] ?? 20_261_124);

const timers = new VirtualTimers();
let store: Store;
beforeAll(async () => {
  store = openStore({ url: 'sqlite::memory:', clock: () => 0 });
  await store.ready();
});
afterAll(() => store.close());
beforeEach(() => timers.install());
afterEach(() => timers.restore());

it.each(PERSONALITIES.map((personality) => [personality.name, personality] as const))(
  'keeps its promise towards a PMS with %s',
  async (_name, personality) => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 15, maxLength: 40, size: 'max' }), async (happenings) => {
        const { wrong, trace } = await runOnce(store, timers, personality, happenings);
        if (wrong.length > 0) throw new Error([...wrong, ...trace].join('\n'));
      }),
      { numRuns: RUNS, seed: SEED },
    );
  },
  600_000,
);
