import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { VendorError, type StepResult, type VendorErrorCode } from '../../../src/connectors/connector.ts';
import { COMMANDS } from '../../../src/model/commands.ts';
import { RECORD_KINDS } from '../../../src/model/records.ts';
import { answer, deliver, drop, hang, waitWithClient, type Answer } from './answers.ts';
import { Books, TooLate } from './books.ts';
import { Clock } from './clock.ts';
import { control } from './control.ts';
import { type Fault, Faults, type Occasion } from './faults.ts';
import { KeyInFlight } from './keys.ts';
import { Gate } from './limits.ts';
import type { Options } from './options.ts';
import { type Personality, personalityOf } from './personalities.ts';
import { Tally } from './tally.ts';
import { LABEL, LEFT_AT, NOT_LOOKED_AT, PURPOSE, WriteRequest } from './wire.ts';

/** All that a running simulator is made of. */
export interface Simulator {
  options: Options;
  personality: Personality;
  clock: Clock;
  books: Books;
  faults: Faults;
  gate: Gate;
  tally: Tally;
  /** The PMS looks at nothing: until a moment of its clock, or until it is told otherwise. */
  outage: { until: number };
}

const STATUS: Partial<Record<VendorErrorCode, number>> = {
  refused: 422,
  not_found: 404,
  conflict: 409,
  slot_taken: 409,
  period_closed: 409,
  duplicate: 409,
  needs_override: 412,
  unsupported: 422,
};

/** Makes a simulator and its server, which does not listen yet. */
export function makeServer(options: Options): { simulator: Simulator; server: Server } {
  const personality = personalityOf(options.personality, options);
  const clock = new Clock(options.now);
  const { fault_rate: rate, fault_seed: seed, fault_names: names } = options;
  const simulator: Simulator = {
    options,
    personality,
    clock,
    books: new Books(options, personality, clock),
    faults: new Faults({ rate, seed, names }, options),
    gate: new Gate(options.limits, () => clock.now()),
    tally: new Tally(),
    outage: { until: Number.NEGATIVE_INFINITY },
  };
  const server = createServer((request, response) => {
    serve(simulator, request, response).catch((error: unknown) => {
      process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
      if (!response.headersSent) answer(response, { status: 500, body: { error: 'the simulator itself failed' } });
    });
  });
  return { simulator, server };
}

async function serve(simulator: Simulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://simulator');
  if (url.pathname.startsWith('/__simulator/'))
    return answer(response, await control(simulator, `${request.method} ${url.pathname.slice(13)}`, request));
  const { gate, outage, clock, tally, books } = simulator;
  const excess = gate.enter();
  response.once('close', () => gate.leave());
  tally.arrived();
  if (clock.now() < outage.until) {
    tally.count('down');
    return answer(response, { status: 503, body: { error: 'down' }, headers: { [NOT_LOOKED_AT]: '1' } });
  }
  if (excess !== undefined) return answer(response, throttled(simulator, excess.retry_after_ms, 'seconds'));
  await books.settle();
  if (request.method === 'POST' && url.pathname === '/writes') return serveWrite(simulator, request, response);
  if (request.method === 'GET') return serveRead(simulator, url, request, response);
  return answer(response, { status: 404, body: { code: 'not_found', message: 'There is no such address.' } });
}

function throttled({ clock, tally }: Simulator, ms: number, form: Fault['retry_after']): Answer {
  tally.count('throttled');
  // Both forms have whole seconds, and a client that comes too early would only be sent away again.
  const seconds = (milliseconds: number) => Math.ceil(milliseconds / 1000);
  const date = () => new Date(seconds(clock.now() + ms) * 1000).toUTCString();
  const after = form === 'date' ? date() : String(seconds(ms));
  return {
    status: 429,
    body: { error: 'too many requests' },
    ...(form !== 'none' && { headers: { 'retry-after': after } }),
  };
}

function header(request: IncomingMessage, name: string): string {
  return String(request.headers[name] ?? '');
}

/** Until when a write is carried out at the latest, epoch milliseconds; a request from elsewhere does not say when it left. */
function carriedOutUntil({ late_commit_ms, deadline_ms }: Options, request: IncomingMessage): number {
  const leftAt = Number(header(request, LEFT_AT) || Date.now());
  return leftAt + Math.max(late_commit_ms, deadline_ms);
}

/** What a fault does instead of letting the request be looked at; false where it does nothing of the kind. */
function turnedAway(simulator: Simulator, response: ServerResponse, fault: Fault | undefined): boolean {
  if (fault?.how === 'throttle')
    answer(response, throttled(simulator, simulator.faults.msOf(fault), fault.retry_after));
  else if (fault?.how === 'error_before_commit')
    answer(response, { status: fault.status, body: { error: 'internal' } });
  else if (fault?.how === 'drop_before_commit') drop(response);
  else return false;
  return true;
}

function chooseFault({ faults, tally }: Simulator, occasion: Occasion): Fault | undefined {
  const fault = faults.take(occasion);
  if (fault !== undefined) tally.count(`fault:${fault.how}`);
  return fault;
}

async function serveWrite(simulator: Simulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { books, faults, tally, options } = simulator;
  const parsed = WriteRequest.safeParse(await json(request).catch(() => undefined));
  if (!parsed.success) return answer(response, refusal(new VendorError('refused', 'This is no write request.')));
  const { operation } = parsed.data;
  const label = header(request, LABEL);
  tally.count('writes', `writes/${operation}`);
  const fault = chooseFault(simulator, { on: 'write', label, about: operation });
  if (turnedAway(simulator, response, fault)) return;
  const ms = fault === undefined ? 0 : faults.msOf(fault);
  let right: Answer;
  try {
    const attempt = books.begin(label, parsed.data, carriedOutUntil(options, request));
    if (fault?.how === 'late_commit') {
      books.carryOutLater(attempt, ms);
      return fault.hang ? await hang(response) : drop(response);
    }
    const previous = fault?.how === 'duplicate_answer' ? books.previousCreate(operation) : undefined;
    const result = await attempt.carryOut(fault?.how === 'stale_reads' ? ms : undefined);
    right = accepted(simulator, COMMANDS[operation].creates ? (previous ?? result) : result);
  } catch (error) {
    if (error instanceof TooLate) return drop(response);
    right = refusal(error);
  }
  await waitWithClient(response, options.answer_ms);
  await deliver(response, right, fault, ms);
}

function accepted({ personality }: Simulator, { record, posting, values }: StepResult): Answer {
  const named = personality.answers_with_ids && record !== undefined;
  const body = {
    ok: true,
    ...(named && { record: { kind: record.kind, id: record.id } }),
    ...(posting !== undefined && { posting }),
    ...(named && values !== undefined && { values }),
  };
  return { status: 200, body };
}

function refusal(error: unknown): Answer {
  if (error instanceof KeyInFlight)
    return { status: 409, body: { code: 'key_in_flight', message: 'The first request is still being looked at.' } };
  if (!(error instanceof VendorError)) throw error;
  const status = STATUS[error.code];
  if (status === undefined) return { status: 503, body: { error: 'busy' }, headers: { [NOT_LOOKED_AT]: '1' } };
  const { code, message, field } = error;
  return { status, body: { code, message, ...(field !== undefined && { field }) } };
}

async function serveRead(
  simulator: Simulator,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, place, named, id] = url.pathname.split('/').map(decodeURIComponent);
  const kind = RECORD_KINDS.find((one) => one === named);
  if (place !== 'records' || kind === undefined)
    return answer(response, refusal(new VendorError('not_found', 'There is no such list.')));
  const { books, faults, tally, options } = simulator;
  const on = header(request, PURPOSE) === 'look_up' ? 'look_up' : 'read';
  tally.count(on === 'look_up' ? 'look_ups' : 'reads', `records/${kind}`);
  const fault = chooseFault(simulator, { on, label: header(request, LABEL), about: kind });
  if (turnedAway(simulator, response, fault)) return;
  let right: Answer;
  try {
    const found = id === undefined ? await books.page(kind, queryOf(url)) : await books.find(kind, id);
    if (found === undefined) throw new VendorError('not_found', `There is no ${kind} ${id}.`);
    right = { status: 200, body: found };
  } catch (error) {
    right = refusal(error);
  }
  await waitWithClient(response, options.answer_ms);
  await deliver(response, right, fault, fault === undefined ? 0 : faults.msOf(fault));
}

function queryOf({ searchParams }: URL): Record<string, string | number> {
  const given = Object.fromEntries(searchParams);
  return { ...given, ...(given['limit'] !== undefined && { limit: Number(given['limit']) }) };
}
