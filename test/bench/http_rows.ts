import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { atLeast, type Figure, median } from './figures.ts';
import { startGenerator } from './generator.ts';
import type { Job, Outcome } from './load.ts';
import { dataFolder, layOut, type Place } from './portfolio.ts';
import { BARE_HTTP, end, firstLine, memoryOf, PRODUCT_ENTRY, start } from './processes.ts';

const CONNECTIONS = 32;
const UNITS = 400;
/** Open work orders that are there before the first one is created: the cost of one must not grow with them. */
const OPEN_BEFORE = 10_000;
const GOAL_PER_SECOND = 500;

interface Served {
  child: ChildProcess;
  url: string;
  token?: string;
}

async function startProduct(folder: string, node: readonly string[] = []): Promise<Served> {
  const args = ['serve', '--http', '--port', '0', '--json'];
  const child = start(PRODUCT_ENTRY, args, { cwd: folder, node });
  const { url, agent_key } = JSON.parse(await firstLine(child)) as { url: string; agent_key: string };
  return { child, url, token: agent_key };
}

async function startBare(): Promise<Served> {
  const child = start(BARE_HTTP, []);
  const { url } = JSON.parse(await firstLine(child)) as { url: string };
  return { child, url };
}

const at = ({ url, token }: Served) => ({ url, ...(token !== undefined && { token }) });
const perSecond = ({ calls, ms }: Outcome) => (calls * 1_000) / ms;

/** Reads over HTTP, beside the bare server's on the SDK's own Node adapter. */
export async function readOverHttp(quick: boolean): Promise<Figure[]> {
  const folder = dataFolder(UNITS);
  const { places } = await layOut(folder, UNITS);
  const generator = startGenerator();
  const product = await startProduct(folder);
  const bare = await startBare();
  const jobs: (Omit<Job, 'ms'> & { rates: number[]; last?: Outcome })[] = [
    { ...at(bare), tool: 'echo', calls: [{ text: 'hello' }], connections: CONNECTIONS, rates: [] },
    {
      ...at(product),
      tool: 'get_unit',
      calls: places.map(({ unit_id }) => ({ unit_id })),
      connections: CONNECTIONS,
      rates: [],
    },
    {
      ...at(product),
      tool: 'search_portfolio',
      calls: Array.from({ length: 200 }, (_none, index) => ({ query: `unit ${100 + index}` })),
      connections: CONNECTIONS,
      rates: [],
    },
  ];
  try {
    const rounds = quick ? 2 : 5;
    for (let round = -1; round < rounds; round++)
      for (const job of jobs) {
        const { rates, last: _last, ...asked } = job;
        job.last = await generator.run({ ...asked, ms: quick ? 1_000 : 3_000 });
        if (round >= 0) rates.push(perSecond(job.last));
      }
    const memory = memoryOf(product.child);
    const bareMemory = memoryOf(bare.child);
    const reference = median(jobs[0]?.rates ?? []);
    const figures: Figure[] = jobs.slice(1).map(({ tool, rates, last }) =>
      atLeast(0.9, {
        row: 'read-http',
        measure: `${tool} over HTTP, ${CONNECTIONS} connections`,
        value: median(rates),
        unit: 'calls/s',
        reference,
        note: last && `p50 ${last.p50.toFixed(1)} ms, p99 ${last.p99.toFixed(1)} ms`,
      } as Parameters<typeof atLeast>[1]),
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

/** Arguments of calls that all report something else; `from` keeps them apart from those of other rounds. */
function reports(places: readonly Place[], from: number, count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_none, index) => {
    const number = from + index;
    return {
      request_id: randomUUID(),
      ...(places[(number * 7) % places.length] as Place),
      description: `Kitchen tap number ${number} drips. It has dripped since yesterday and the cabinet below is damp.`,
      entry: 'call_first',
    };
  });
}

/** Creating work orders over HTTP, each recorded, sent, read back and proved on disk before it is answered. */
export async function createOverHttp(quick: boolean, profile: string | undefined): Promise<Figure[]> {
  const folder = dataFolder(UNITS);
  const open = quick ? 1_000 : OPEN_BEFORE;
  const { places } = await layOut(folder, UNITS, open);
  const generator = startGenerator();
  const node = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const product = await startProduct(folder, node);
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
    const outcomes: Outcome[] = [];
    const references: number[] = [];
    for (let round = 0; round < rounds; round++) {
      references.push(perSecond(await generator.run(echo)));
      outcomes.push(await generator.run(make(each, CONNECTIONS, 1_000 + round * each)));
    }
    const single = await generator.run(make(quick ? 100 : 400, 1, 1_000_000));
    const memory = memoryOf(product.child);
    return figuresOfCreating({ outcomes, references, single, load_ms, open, memory });
  } finally {
    await Promise.all([generator.close(), end(product.child), end(bare.child)]);
  }
}

function figuresOfCreating(measured: {
  outcomes: readonly Outcome[];
  references: readonly number[];
  single: Outcome;
  load_ms: number;
  open: number;
  memory: ReturnType<typeof memoryOf>;
}): Figure[] {
  const { outcomes, single, memory } = measured;
  const row = 'create-http';
  const value = median(outcomes.map(perSecond));
  const figures: Figure[] = [
    {
      row,
      measure: `create_work_order over HTTP, ${CONNECTIONS} in flight`,
      value,
      unit: 'calls/s',
      reference: median(measured.references),
      ratio: value / median(measured.references),
      goal: `≥ ${GOAL_PER_SECOND}/s`,
      met: value >= GOAL_PER_SECOND,
      note:
        `p50 ${median(outcomes.map(({ p50 }) => p50)).toFixed(0)} ms, p99 ${median(outcomes.map(({ p99 }) => p99)).toFixed(0)} ms; ` +
        `${measured.open} open before; by round ${outcomes.map((one) => Math.round(perSecond(one))).join(', ')}/s; reference: bare echo`,
    },
    { row, measure: 'create_work_order, one caller, p50', value: single.p50, unit: 'ms' },
    { row, measure: 'create_work_order, one caller, p99', value: single.p99, unit: 'ms' },
    { row, measure: 'first call, which loads the mirror', value: measured.load_ms, unit: 'ms' },
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
