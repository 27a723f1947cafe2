import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { drop, hang, waitWithClient } from '../faulty/answers.ts';
import { Clock } from '../faulty/clock.ts';
import { type Fault, Faults } from '../faulty/faults.ts';
import { Tally } from '../faulty/tally.ts';
import { Books } from './books.ts';
import { control } from './control.ts';
import { deliver, send } from './deliver.ts';
import { Limits } from './limits.ts';
import { type Answer, jsonAnswer, type SimRequest } from './message.ts';
import type { Options } from './options.ts';
import { makePortfolio } from './portfolio.ts';
import { RequestLog } from './request_log.ts';
import type { Tables } from './table.ts';
import type { Call, Vendor } from './vendor.ts';
import { Hooks } from './hooks.ts';

/** All that a running simulator is made of. */
export interface Simulator {
  vendor: Vendor;
  options: Options;
  clock: Clock;
  books: Books;
  faults: Faults;
  limits: Limits;
  tally: Tally;
  log: RequestLog;
  hooks: Hooks;
  /** The PMS looks at nothing: until a moment of its clock, or until it is told otherwise. */
  outage: { until: number };
}

/** Makes a simulator over a fresh portfolio, and its server, which does not listen yet. */
export async function makeServer(vendor: Vendor, options: Options): Promise<{ simulator: Simulator; server: Server }> {
  const clock = new Clock(options.now);
  const now = () => clock.now();
  const books = new Books(vendor, await makePortfolio(options, now), options, clock);
  const rules =
    options.limits === undefined ? vendor.limits : [{ limits: options.limits, retry_after: 'none' as const }];
  const hooks = new Hooks(vendor.webhooks, options, clock);
  books.onCommit = (changes, world) => hooks.tell(changes, world);
  const simulator: Simulator = {
    ...{ vendor, options, clock, books, hooks },
    faults: new Faults({ rate: options.fault_rate, seed: options.fault_seed }, options),
    limits: new Limits(rules, now),
    tally: new Tally(),
    log: new RequestLog(vendor, options.keep_requests),
    outage: { until: Number.NEGATIVE_INFINITY },
  };
  const server = createServer((request, response) => {
    serve(simulator, request, response).catch((error: unknown) => {
      process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
      if (!response.headersSent) send(response, jsonAnswer(500, { error: 'the simulator itself failed' }));
    });
  });
  server.keepAliveTimeout = 60_000;
  return { simulator, server };
}

async function serve(simulator: Simulator, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(incoming);
  const request = requestOf(incoming, body);
  if (request.path.startsWith('/__simulator/')) {
    const route = `${request.method} ${request.path.slice('/__simulator/'.length)}`;
    return send(response, await control(simulator, route, body));
  }
  const { clock, limits, tally, log } = simulator;
  const { over, leave } = limits.enter(request);
  response.once('close', leave);
  tally.arrived();
  const entry = log.enter(request, clock.now());
  response.once('finish', () => {
    entry.status = response.statusCode;
    tally.count(`status:${response.statusCode}`);
  });
  for (const [name, value] of Object.entries(simulator.vendor.headers?.(limits.usage(), clock.now()) ?? {}))
    response.setHeader(name, value);
  const right = turnedAway(simulator, over);
  if (right !== undefined) return send(response, right);
  const found = simulator.vendor.find(request, simulator.books.live);
  if (!('handle' in found)) return answerAt(simulator, response, found, undefined);
  entry.operation = found.operation;
  const fault = chooseFault(simulator, found);
  if (fault !== undefined) entry.fault = fault.how;
  await carryOut(simulator, response, found, fault);
}

function requestOf(incoming: IncomingMessage, body: Buffer): SimRequest {
  const url = incoming.url ?? '/';
  const at = url.indexOf('?');
  const raw_query = at < 0 ? '' : url.slice(at + 1);
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const path = at < 0 ? url : url.slice(0, at);
  return {
    method: incoming.method ?? 'GET',
    url,
    path,
    raw_query,
    query: [...new URLSearchParams(raw_query)],
    headers,
    body,
  };
}

/** What the vendor says before it looks at a request: that it is down, or that there were too many. */
function turnedAway(simulator: Simulator, over: ReturnType<Limits['enter']>['over']): Answer | undefined {
  const { vendor, clock, outage, tally } = simulator;
  if (clock.now() < outage.until) {
    tally.count('down');
    return vendor.failed(503);
  }
  return over && throttled(simulator, over.retry_after_ms, over.says);
}

function throttled({ vendor, clock, tally }: Simulator, ms: number, form: Fault['retry_after']): Answer {
  tally.count('throttled');
  if (form === 'none') return vendor.throttled(undefined);
  // Both forms have whole seconds, and a client that comes too early would only be sent away again.
  const seconds = (milliseconds: number) => Math.ceil(milliseconds / 1000);
  const date = () => new Date(seconds(clock.now() + ms) * 1000).toUTCString();
  return vendor.throttled(form === 'date' ? date() : String(seconds(ms)));
}

function chooseFault({ faults, tally }: Simulator, { operation, write, session }: Call<Tables>): Fault | undefined {
  const on = write ? 'write' : 'read';
  tally.count(session ? 'sessions' : `${on}s`, `operation:${operation}`);
  if (session && !faults.waiting.some((fault) => fault.operation === operation)) return undefined;
  const fault = faults.take({ on, label: '', about: operation });
  if (fault !== undefined) tally.count(`fault:${fault.how}`);
  return fault;
}

async function carryOut(
  simulator: Simulator,
  response: ServerResponse,
  call: Call<Tables>,
  fault: Fault | undefined,
): Promise<void> {
  const { books, faults, vendor } = simulator;
  const ms = fault === undefined ? 0 : faults.msOf(fault);
  switch (fault?.how) {
    case 'throttle':
      return send(response, throttled(simulator, ms, fault.retry_after));
    case 'error_before_commit':
      return send(response, vendor.failed(fault.status));
    case 'drop_before_commit':
      return drop(response);
    case 'late_commit':
      books.writeLater(call, ms);
      return fault.hang ? hang(response) : drop(response);
  }
  const previous = fault?.how === 'duplicate_answer' ? books.previousAnswer(call.operation) : undefined;
  const live = call.write || call.session === true;
  const made = live ? books.write(call, fault?.how === 'stale_reads' ? ms : undefined) : books.read(call);
  await answerAt(simulator, response, made.wrote === undefined ? made : (previous ?? made), fault, ms);
}

async function answerAt(
  { options, vendor }: Simulator,
  response: ServerResponse,
  right: Answer,
  fault: Fault | undefined,
  ms = 0,
): Promise<void> {
  await waitWithClient(response, options.answer_ms);
  await deliver(response, right, fault, ms, (status) => vendor.failed(status));
}
