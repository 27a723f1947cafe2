import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { atMost, type Figure, quantile } from './figures.ts';
import { dataFolder, layOut } from './portfolio.ts';
import { BARE_STDIO, end, firstLine, PRODUCT_ENTRY, start } from './processes.ts';

const UNITS = 400;
const SERVE = ['serve', '--stdio'];

/** Calls of one server before the other one has its turn. */
const TURN = 25;

interface Called {
  server: LineServer;
  name: string;
  arguments(at: number): Record<string, unknown>;
  latencies: number[];
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A server over stdio, spoken to in bare lines: a client library would be measured with it, and checks schemas. */
class LineServer {
  readonly #child: ReturnType<typeof start>;
  readonly #lines: AsyncIterator<string>;
  #id = 0;

  constructor(entry: string, args: readonly string[], cwd: string) {
    this.#child = start(entry, args, { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout as Readable })[Symbol.asyncIterator]();
  }

  /** The result of a tool call, parsed, as every client has to. */
  async call(name: string, args: Record<string, unknown>): Promise<{ isError?: boolean; content?: unknown }> {
    const params = { name, arguments: args, _meta: META };
    const request = { jsonrpc: '2.0', id: (this.#id += 1), method: 'tools/call', params };
    (this.#child.stdin as Writable).write(`${JSON.stringify(request)}\n`);
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error(`the server ended before it answered ${name}`);
      const answer = JSON.parse(value) as { id?: number; result?: { isError?: boolean }; error?: unknown };
      if (answer.id !== this.#id) continue;
      if (answer.result === undefined) throw new Error(`${name}: ${JSON.stringify(answer.error)}`);
      return answer.result;
    }
  }

  close(): Promise<void> {
    return end(this.#child);
  }
}

async function call({ server, name, latencies, ...called }: Called, at: number): Promise<void> {
  const args = called.arguments(at);
  const begun = performance.now();
  const answer = await server.call(name, args);
  latencies.push(performance.now() - begun);
  if (answer.isError) throw new Error(`${name}: ${JSON.stringify(answer.content)}`);
}

/** Reads over stdio, one call at a time. */
export async function readOverStdio(quick: boolean): Promise<Figure[]> {
  const folder = dataFolder(UNITS);
  const { places } = await layOut(folder, UNITS);
  const unitAt = (at: number) => ({ unit_id: places[(at * 7) % places.length]?.unit_id });
  const product = new LineServer(PRODUCT_ENTRY, SERVE, folder);
  const bare = new LineServer(BARE_STDIO, [], folder);
  const turns: Called[] = [
    { server: bare, name: 'echo', arguments: (at) => ({ text: `call ${at}` }), latencies: [] },
    { server: product, name: 'list_work_orders', arguments: unitAt, latencies: [] },
    { server: product, name: 'get_unit', arguments: unitAt, latencies: [] },
    {
      server: product,
      name: 'search_portfolio',
      arguments: (at) => ({ query: `unit ${100 + (at % 200)}` }),
      latencies: [],
    },
  ];
  try {
    for (const called of turns) for (let at = 0; at < 300; at++) await call(called, at);
    for (const called of turns) called.latencies.length = 0;
    const rounds = quick ? 8 : 40;
    for (let round = 0; round < rounds; round++)
      for (const called of turns) for (let at = 0; at < TURN; at++) await call(called, round * TURN + at);
  } finally {
    await Promise.all([product.close(), bare.close()]);
  }
  const reference = quantile(turns[0]?.latencies ?? [], 0.5);
  return turns.slice(1).map(({ name, latencies }) =>
    atMost(1.5, {
      row: 'read-stdio',
      measure: `${name} over stdio, p50`,
      value: quantile(latencies, 0.5),
      unit: 'ms',
      reference,
      note: `p99 ${quantile(latencies, 0.99).toFixed(2)} ms`,
    }),
  );
}

const LIST = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/list',
  params: {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});

/** Milliseconds from the start of a process to its answer to `tools/list`. */
async function startToList(entry: string, args: readonly string[], cwd: string): Promise<number> {
  const begun = performance.now();
  const child = start(entry, args, { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const input = child.stdin as Writable;
    input.write(`${LIST}\n`);
    const line = await firstLine(child);
    const took = performance.now() - begun;
    if (!line.includes('"tools":[')) throw new Error(`not a list of tools: ${line.slice(0, 300)}`);
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(5_000) });
    input.end();
    await ended;
    return took;
  } finally {
    await end(child);
  }
}

/** From the start of a process to its first list of tools, with a data folder that is in use and with an empty one. */
export async function startOverStdio(quick: boolean): Promise<Figure[]> {
  const used = dataFolder(UNITS);
  await layOut(used, UNITS);
  const empty = dataFolder(UNITS);
  const turns = [
    { entry: BARE_STDIO, args: [], cwd: used, name: 'bare', took: [] as number[] },
    { entry: PRODUCT_ENTRY, args: SERVE, cwd: used, name: 'data folder in use', took: [] as number[] },
    { entry: PRODUCT_ENTRY, args: SERVE, cwd: empty, name: 'empty data folder', took: [] as number[] },
  ];
  const rounds = quick ? 5 : 25;
  // The first two rounds fill the caches of the disk and of compiled code.
  for (let round = -2; round < rounds; round++)
    for (const turn of turns) {
      const took = await startToList(turn.entry, turn.args, turn.cwd);
      if (round >= 0) turn.took.push(took);
    }
  const reference = quantile(turns[0]?.took ?? [], 0.5);
  return turns.slice(1).map(({ name, took }) =>
    atMost(1.8, {
      row: 'start',
      measure: `start to first tools/list, ${name}, p50`,
      value: quantile(took, 0.5),
      unit: 'ms',
      reference,
    }),
  );
}
