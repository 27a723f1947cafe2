import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type BareClient, createBareClient } from './bare_client.ts';
import { type Figure, median, quantile } from './figures.ts';
import { type Generator, startGenerator } from './generator.ts';
import { type LedgerFront, openLedgerFront } from './ledger_front.ts';
import { folderFor, placesIn, startPms, WITH_PMS } from './pms.ts';
import { folderWith, reports } from './portfolio.ts';
import { end } from './processes.ts';
import { at, type Served, startBare, startProduct } from './served.ts';
import { type Engine, type Later, onEngines } from './stores.ts';

const ROW = 'write-overhead';
const UNITS = 400;
const PROPERTIES = 6;
/** How long the PMS takes to answer. */
const ANSWER_MS = 1;
/** Writes of one lane before the next one has its turn. */
const TURN = 25;
/** Most that the ledger may add to a write, p50. */
const MOST_ADDED_MS = { SQLite: 5, PostgreSQL: 10 };

/** One way to make a write, or to call the bare server, one at a time. */
interface Lane {
  /** Latencies of `count` writes, none of which has a number that another turn has. */
  run(from: number, count: number): Promise<number[]>;
  took: number[];
}

interface Lanes {
  bare: Lane;
  echo: Lane;
  engines: { engine: Engine; front: LedgerFront; ledger: Lane; mcp: Lane }[];
}

/** What Caretaker adds to a write, over a client that makes the same requests and nothing else; one caller. */
export function writeOverhead(quick: boolean): Promise<Figure[]> {
  return onEngines(ROW, (engines, later) => measure(engines, quick, later));
}

async function measure(engines: readonly Engine[], quick: boolean, later: Later): Promise<Figure[]> {
  const pms = await startPms({ units: UNITS, properties: PROPERTIES, answer_ms: ANSWER_MS });
  later(() => end(pms.child));
  const places = await placesIn(pms);
  const generator = startGenerator();
  later(() => generator.close());
  const client = createBareClient(pms.url, places);
  later(() => client.close());
  const bare = await startBare();
  later(() => end(bare.child));
  const lanes: Lanes = { bare: clientLane(client), echo: echoLane(generator, bare), engines: [] };
  for (const engine of engines) {
    const front = await openLedgerFront(engine, pms, places);
    later(() => front.close());
    const product = await startProduct(folderFor(pms, await engine.newStore()), WITH_PMS);
    later(() => end(product.child));
    const calls = (from: number, count: number) => reports(places, from, count);
    const mcp = mcpLane(generator, product, 'create_work_order', calls);
    lanes.engines.push({ engine, front, ledger: oneByOne((number) => front.create(number)), mcp });
  }
  const all = [lanes.bare, lanes.echo, ...lanes.engines.flatMap(({ ledger, mcp }) => [ledger, mcp])];
  const [warm, rounds] = quick ? [2, 4] : [8, 40];
  await inTurns(all, -warm, 0);
  for (const lane of all) lane.took.length = 0;
  for (const { front } of lanes.engines) front.forget();
  const before = await pms.requests();
  await inTurns(all, 0, rounds);
  const after = await pms.requests();
  const writes = after.writes - before.writes;
  const perWrite = `${((after.reads + after.look_ups - before.reads - before.look_ups) / writes).toFixed(2)} GET`;
  return figuresOf(lanes, `1 POST and ${perWrite} for each write of any kind`);
}

async function inTurns(lanes: readonly Lane[], from: number, to: number): Promise<void> {
  for (let round = from; round < to; round++)
    for (const [index, lane] of lanes.entries())
      lane.took.push(...(await lane.run(1_000_000 * (index + 1) + round * TURN, TURN)));
}

function oneByOne(make: (number: number) => Promise<unknown>): Lane {
  return {
    took: [],
    async run(from, count) {
      const took: number[] = [];
      for (let number = from; number < from + count; number++) {
        const begun = performance.now();
        await make(number);
        took.push(performance.now() - begun);
      }
      return took;
    },
  };
}

const clientLane = (client: BareClient) => oneByOne((number) => client.create(number));
const echoLane = (generator: Generator, bare: Served) =>
  mcpLane(generator, bare, 'echo', (_from, count) => Array.from({ length: count }, () => ({ text: 'hello' })));

function mcpLane(
  generator: Generator,
  server: Served,
  tool: string,
  calls: (from: number, count: number) => Record<string, unknown>[],
): Lane {
  return {
    took: [],
    async run(from, count) {
      const job = { ...at(server), tool, calls: calls(from, count), connections: 1, keep: true };
      return (await generator.run(job)).latencies ?? [];
    },
  };
}

function figuresOf({ bare, echo, engines }: Lanes, requests: string): Figure[] {
  return engines.flatMap(({ engine, front, ledger, mcp }): Figure[] => {
    const added = (share: number) => quantile(ledger.took, share) - quantile(bare.took, share);
    const most = MOST_ADDED_MS[engine.name];
    const both = (lane: Lane) => `p50 ${ms(quantile(lane.took, 0.5))}, p99 ${ms(quantile(lane.took, 0.99))}`;
    const parts = Object.entries(front.parts());
    const rest = median(ledger.took) - parts.reduce((sum, [, took]) => sum + took, 0);
    const divided = [...parts, ['rest', rest] as const].map(([part, took]) => `${part} ${ms(took)}`);
    return [
      {
        row: ROW,
        measure: `added to a write by the ledger, ${engine.name}, p50`,
        value: added(0.5),
        unit: 'ms',
        reference: quantile(bare.took, 0.5),
        goal: `≤ ${most} ms added`,
        met: added(0.5) <= most,
        note:
          `whole write ${both(ledger)}; the bare client's ${both(bare)}; medians of its parts: ${divided.join(', ')}; ` +
          `${engine.durability}; a flushed page on this disk takes ${ms(flushMs())}; ${requests}`,
      },
      {
        row: ROW,
        measure: `added to a write by the ledger, ${engine.name}, p99`,
        value: added(0.99),
        unit: 'ms',
        reference: quantile(bare.took, 0.99),
      },
      {
        row: ROW,
        measure: `create_work_order over MCP HTTP, ${engine.name}, p50`,
        value: quantile(mcp.took, 0.5),
        unit: 'ms',
        reference: quantile(echo.took, 0.5),
        note:
          `p99 ${ms(quantile(mcp.took, 0.99))}; the reference is the bare server's echo, p99 ` +
          `${ms(quantile(echo.took, 0.99))}; over the bare client ${ms(median(mcp.took) - median(bare.took))}`,
      },
    ];
  });
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

/** What the disk takes to keep one page, median; stores that keep each write take it at least twice for a write. */
function flushMs(): number {
  const file = openSync(join(folderWith({}), 'page'), 'w');
  const page = Buffer.alloc(4_096, 1);
  const took = Array.from({ length: 50 }, () => {
    const begun = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    return performance.now() - begun;
  });
  closeSync(file);
  return median(took);
}
