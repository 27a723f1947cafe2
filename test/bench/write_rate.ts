import { createBareClient, type BareClient } from './bare_client.ts';
import { type Figure, median, quantile } from './figures.ts';
import { type Generator, startGenerator } from './generator.ts';
import { inFlight } from './in_flight.ts';
import { folderFor, placesIn, type Pms, startPms, WITH_PMS } from './pms.ts';
import { type Place, reports } from './portfolio.ts';
import { end, machineMs, processorMs } from './processes.ts';
import { at, type Measured, measured, perSecond, type Served, startBare, startProduct, typical } from './served.ts';
import { type Engine, type Later, onEngines } from './stores.ts';

const ROW = 'write-rate';
const IN_FLIGHT = 32;
const ANSWER_MS = 1;
const UNITS = 2_000;
const UNITS_QUICK = 400;
const PROPERTIES = 8;
const LEAST_PER_SECOND = { SQLite: 800, PostgreSQL: 600 };

/** A round of something that makes the PMS work. */
interface Round extends Measured {
  /** Microseconds of processor time for one write: of the simulated PMS, and of all processes together. */
  pms_us: number;
  machine_us: number;
}

interface Lane {
  run(from: number, count: number): Promise<Measured>;
  rounds: Round[];
}

/** Writes per second over MCP HTTP, beside the bare server's echo and the bare client's writes. */
export function writeRate(quick: boolean): Promise<Figure[]> {
  return onEngines(ROW, (engines, later) => measure(engines, quick, later));
}

async function measure(engines: readonly Engine[], quick: boolean, later: Later): Promise<Figure[]> {
  const pms = await startPms({
    units: quick ? UNITS_QUICK : UNITS,
    properties: PROPERTIES,
    answer_ms: ANSWER_MS,
  });
  later(() => end(pms.child));
  const places = await placesIn(pms);
  const generator = startGenerator();
  later(() => generator.close());
  const client = createBareClient(pms.url, places);
  later(() => client.close());
  const bare = await startBare();
  later(() => end(bare.child));
  const clients: Lane = { run: (from, count) => manyAtOnce(client, from, count), rounds: [] };
  const products: (Lane & { engine: Engine })[] = [];
  for (const engine of engines) {
    const product = await startProduct(folderFor(pms, await engine.newStore()), WITH_PMS);
    later(() => end(product.child));
    products.push({ engine, run: overMcp(generator, product, places), rounds: [] });
  }
  const echoes: Measured[] = [];
  const echo = { ...at(bare), tool: 'echo', calls: [{ text: 'hello' }], connections: IN_FLIGHT, ms: 1_000 };
  const [warm, each, rounds] = quick ? [100, 200, 2] : [1_000, 2_000, 5];
  for (const [index, lane] of [clients, ...products].entries()) await lane.run(10_000_000 * (index + 1), warm);
  for (let round = 0; round < rounds; round++) {
    echoes.push(await measured(generator, bare, echo));
    for (const [index, lane] of [clients, ...products].entries())
      lane.rounds.push(await roundOf(pms, lane, 10_000_000 * (index + 1) + warm + round * each, each));
  }
  return products.flatMap(({ engine, rounds: made }) => figuresOf(engine, made, clients.rounds, echoes));
}

async function roundOf(pms: Pms, lane: Lane, from: number, count: number): Promise<Round> {
  const [pmsBefore, before] = [processorMs(pms.child), machineMs()];
  const outcome = await lane.run(from, count);
  const us = (took: number) => (took * 1_000) / count;
  return { ...outcome, pms_us: us(processorMs(pms.child) - pmsBefore), machine_us: us(machineMs() - before) };
}

function overMcp(generator: Generator, product: Served, places: readonly Place[]): Lane['run'] {
  return (from, count) => {
    const calls = reports(places, from, count);
    return measured(generator, product, { ...at(product), tool: 'create_work_order', calls, connections: IN_FLIGHT });
  };
}

/** The bare client's writes, as many in flight. It is the client itself whose processor time is counted. */
async function manyAtOnce(client: BareClient, from: number, count: number): Promise<Measured> {
  const begun = performance.now();
  const used = process.cpuUsage();
  const latencies = await inFlight(IN_FLIGHT, count, async (number) => {
    const sent = performance.now();
    await client.create(from + number);
    return performance.now() - sent;
  });
  const { user, system } = process.cpuUsage(used);
  return {
    calls: latencies.length,
    ms: performance.now() - begun,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    failed: 0,
    processor_us: (user + system) / count,
  };
}

function figuresOf(
  engine: Engine,
  made: readonly Round[],
  clients: readonly Round[],
  echoes: readonly Measured[],
): Figure[] {
  const [writes, client, echo] = [typical(made), typical(clients), typical(echoes)];
  const least = LEAST_PER_SECOND[engine.name];
  const us = (rounds: readonly Round[], of: 'pms_us' | 'machine_us') =>
    `${median(rounds.map((one) => one[of])).toFixed(0)} µs`;
  const others = (rounds: readonly Round[]) => `PMS ${us(rounds, 'pms_us')}, whole machine ${us(rounds, 'machine_us')}`;
  const measure = `create_work_order over MCP HTTP, ${IN_FLIGHT} in flight, ${engine.name}`;
  return [
    {
      row: ROW,
      measure,
      value: writes.rate,
      unit: 'writes/s',
      reference: client.rate,
      ratio: writes.rate / client.rate,
      goal: `≥ ${least}/s`,
      met: writes.rate >= least,
      note:
        `p50 ${writes.p50.toFixed(0)} ms, p99 ${writes.p99.toFixed(0)} ms; by round ` +
        `${made.map((one) => Math.round(perSecond(one))).join(', ')}/s; processor time per write: server ` +
        `${writes.processor_us.toFixed(0)} µs, ${others(made)}; the reference is the bare client: p50 ` +
        `${client.p50.toFixed(0)} ms, client ${client.processor_us.toFixed(0)} µs, ${others(clients)}; ${engine.durability}`,
    },
    {
      row: ROW,
      measure: `${measure}, beside the bare echo`,
      value: writes.rate,
      unit: 'calls/s',
      reference: echo.rate,
      ratio: writes.rate / echo.rate,
      note: `the bare server's processor time per call ${echo.processor_us.toFixed(0)} µs`,
    },
  ];
}
