import { atLeast, type Figure } from './figures.ts';
import { startGenerator } from './generator.ts';
import type { Job, Outcome } from './load.ts';
import { dataFolder, layOut, reports } from './portfolio.ts';
import { end, memoryOf } from './processes.ts';
import { at, type Measured, measured, perSecond, type Served, startBare, startProduct, typical } from './served.ts';

const CONNECTIONS = 32;
const UNITS = 400;
/** Open work orders that are there before the first one is created, in a portfolio large enough to have so many. */
const OPEN_BEFORE = 10_000;
const UNITS_OF_OPEN = 4_000;
const GOAL_PER_SECOND = 500;

const asked = (server: Served, tool: string, calls: Job['calls']) => ({
  server,
  job: { ...at(server), tool, calls, connections: CONNECTIONS },
  outcomes: [] as Measured[],
});

/** Reads over HTTP, beside the bare server's on the SDK's own Node adapter. */
export async function readOverHttp(quick: boolean): Promise<Figure[]> {
  const folder = dataFolder(UNITS);
  const { places } = await layOut(folder, UNITS);
  const generator = startGenerator();
  const product = await startProduct(folder);
  const bare = await startBare();
  const jobs: { server: Served; job: Job; outcomes: Measured[] }[] = [
    asked(bare, 'echo', [{ text: 'hello' }]),
    ...['list_work_orders', 'get_unit'].map((tool) =>
      asked(
        product,
        tool,
        places.map(({ unit_id }) => ({ unit_id })),
      ),
    ),
    asked(
      product,
      'search_portfolio',
      Array.from({ length: 200 }, (_none, index) => ({ query: `unit ${100 + index}` })),
    ),
  ];
  try {
    const rounds = quick ? 2 : 5;
    for (let round = -1; round < rounds; round++)
      for (const { server, job, outcomes } of jobs) {
        const outcome = await measured(generator, server, { ...job, ms: quick ? 1_000 : 3_000 });
        if (round >= 0) outcomes.push(outcome);
      }
    const memory = memoryOf(product.child);
    const bareMemory = memoryOf(bare.child);
    const [echo, ...reads] = jobs.map(({ job, outcomes }) => ({ tool: job.tool, ...typical(outcomes) }));
    const figures: Figure[] = reads.map(({ tool, rate, p50, p99, processor_us }) =>
      atLeast(0.9, {
        row: 'read-http',
        measure: `${tool} over HTTP, ${CONNECTIONS} connections`,
        value: rate,
        unit: 'calls/s',
        reference: echo?.rate ?? Number.NaN,
        note:
          `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms; processor time per call ${processor_us.toFixed(0)} µs, ` +
          `bare ${echo?.processor_us.toFixed(0)} µs`,
      }),
    );
    if (memory && bareMemory)
      figures.push({
        row: 'read-http',
        measure: 'resident memory after the reads',
        value: memory.now,
        unit: 'MiB',
        reference: bareMemory.now,
        note: `at most ${memory.peak.toFixed(0)} MiB; bare ${bareMemory.peak.toFixed(0)} MiB`,
      });
    return figures;
  } finally {
    await Promise.all([generator.close(), end(product.child), end(bare.child)]);
  }
}

/** Creating work orders over HTTP, each recorded, sent, read back and proved on disk before it is answered. */
export async function createOverHttp(quick: boolean, profile: string | undefined): Promise<Figure[]> {
  const open = quick ? 1_000 : OPEN_BEFORE;
  const units = quick ? UNITS : UNITS_OF_OPEN;
  const folder = dataFolder(units);
  const { places } = await layOut(folder, units, open);
  const generator = startGenerator();
  const node = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const product = await startProduct(folder, { node });
  const bare = await startBare();
  try {
    const make = (count: number, connections: number, from: number): Job => ({
      ...at(product),
      tool: 'create_work_order',
      calls: reports(places, from, count),
      connections,
    });
    const echo: Job = { ...at(bare), tool: 'echo', calls: [{ text: 'hello' }], connections: CONNECTIONS, ms: 1_000 };
    const first = performance.now();
    await generator.run(make(1, 1, 0));
    const load_ms = performance.now() - first;
    await generator.run(make(quick ? 100 : 300, CONNECTIONS, 1));
    const [each, rounds] = quick ? [300, 2] : [1_500, 5];
    const outcomes: Measured[] = [];
    const references: Measured[] = [];
    for (let round = 0; round < rounds; round++) {
      references.push(await measured(generator, bare, echo));
      outcomes.push(await measured(generator, product, make(each, CONNECTIONS, 1_000 + round * each)));
    }
    const single = await generator.run(make(quick ? 100 : 400, 1, 1_000_000));
    const memory = memoryOf(product.child);
    return figuresOfCreating({ outcomes, references, single, load_ms, open, memory });
  } finally {
    await Promise.all([generator.close(), end(product.child), end(bare.child)]);
  }
}

function figuresOfCreating(seen: {
  outcomes: readonly Measured[];
  references: readonly Measured[];
  single: Outcome;
  load_ms: number;
  open: number;
  memory: ReturnType<typeof memoryOf>;
}): Figure[] {
  const { single, memory } = seen;
  const row = 'create-http';
  const [made, bare] = [typical(seen.outcomes), typical(seen.references)];
  const figures: Figure[] = [
    {
      row,
      measure: `create_work_order over HTTP, ${CONNECTIONS} in flight`,
      value: made.rate,
      unit: 'calls/s',
      reference: bare.rate,
      ratio: made.rate / bare.rate,
      goal: `≥ ${GOAL_PER_SECOND}/s`,
      met: made.rate >= GOAL_PER_SECOND,
      note:
        `p50 ${made.p50.toFixed(0)} ms, p99 ${made.p99.toFixed(0)} ms; ${seen.open} open before; by round ` +
        `${seen.outcomes.map((one) => Math.round(perSecond(one))).join(', ')}/s; processor time per call ` +
        `${made.processor_us.toFixed(0)} µs, bare echo ${bare.processor_us.toFixed(0)} µs`,
    },
    { row, measure: 'create_work_order, one caller, p50', value: single.p50, unit: 'ms' },
    { row, measure: 'create_work_order, one caller, p99', value: single.p99, unit: 'ms' },
    { row, measure: 'first call, which loads the mirror', value: seen.load_ms, unit: 'ms' },
  ];
  if (memory)
    figures.push({
      row,
      measure: 'resident memory after creating',
      value: memory.now,
      unit: 'MiB',
      note: `at most ${memory.peak.toFixed(0)} MiB`,
    });
  return figures;
}
