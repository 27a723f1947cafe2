import { Pool } from 'undici';
import { quantile } from './figures.ts';

/*
 * The load generator: a process of its own, so that it takes no time from the server, which sends raw JSON-RPC requests
 * of the 2026-07-28 protocol over connections that are kept open.
 */

export interface Job {
  url: string;
  token?: string;
  tool: string;
  /** Arguments of the calls, taken in turn. */
  calls: readonly Record<string, unknown>[];
  connections: number;
  /** Go round and round for this long; without it every call is made once. */
  ms?: number;
  /** Give every latency back, not only the quantiles. */
  keep?: boolean;
}

export interface Outcome {
  calls: number;
  ms: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Each call's, where they were asked for. */
  latencies?: number[];
  failed: number;
  /** The first answer that was a failure. */
  failure?: string;
}

/** No answer takes longer than that. */
const ANSWER_MS = 30_000;

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

async function run({ url, token, tool, calls, connections, ms, keep }: Job): Promise<Outcome> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1, headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': tool,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const bodies = calls.map((args, id) =>
    JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: tool, arguments: args, _meta: META } }),
  );
  const latencies: number[] = [];
  let failed = 0;
  let failure: string | undefined;
  let next = 0;
  const begun = performance.now();
  const until = ms === undefined ? Infinity : begun + ms;

  async function caller(): Promise<void> {
    for (;;) {
      const at = next++;
      const sent = performance.now();
      if (sent >= until || (ms === undefined && at >= bodies.length)) return;
      const answer = await pool.request({ path, method: 'POST', headers, body: bodies[at % bodies.length] ?? '' });
      const text = await answer.body.text();
      latencies.push(performance.now() - sent);
      if (answer.statusCode === 200 && !text.includes('"isError":true') && text.includes('"result":')) continue;
      failed++;
      failure ??= `${answer.statusCode} ${text.slice(0, 600)}`;
    }
  }

  await Promise.all(Array.from({ length: connections }, caller));
  const took = performance.now() - begun;
  await pool.close();
  return {
    calls: latencies.length,
    ms: took,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    ...(keep === true && { latencies }),
    failed,
    ...(failure !== undefined && { failure }),
  };
}

process.on('message', (job: Job) => {
  run(job).then(
    (outcome) => process.send?.(outcome),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
