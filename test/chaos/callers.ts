import { setTimeout as pause } from 'node:timers/promises';
import { type Change, nextChange, type Portfolio } from './changes.ts';
import type { Fleet } from './fleet.ts';
import { type Asked, type Memory, orderIn, remember, writeIn } from './memory.ts';
import type { Random } from './random.ts';
import { STORE_BUSY, type ToolAnswer, type ToolCalls } from './tool_calls.ts';

/** What callers work with. */
export interface CallerParts {
  fleet: Fleet;
  calls: ToolCalls;
  portfolio: Portfolio;
  memory: Memory;
  token: string;
  seed: Random;
  /** Told of a write that waits for a person, and of what the person is going to do. */
  onWaiting(writeId: string, decision: 'approve' | 'reject'): void;
  /** Ends every call at once. */
  signal: AbortSignal;
}

/** How often a caller corrects or repeats a call that was refused, before it gives it up. */
const CORRECTIONS = 6;

/** What may be asked for again as it is. */
const LATER: ReadonlySet<string> = new Set(['pms_unavailable', 'rate_limited', STORE_BUSY]);

/** How long a caller leaves alone what takes no more just now, milliseconds. */
const REST_MS = 500;

/** Asks for the change of a number until it knows what became of it, as an agent would. */
export async function askForChange(parts: CallerParts, number: number): Promise<void> {
  const random = parts.seed.branch(`change ${number}`);
  const change = nextChange(parts.portfolio, parts.memory, number, random);
  const first = await ask(parts, change, `chaos-request-${number}-first`, random);
  if (!change.twice || first === undefined) return;
  await ask(
    parts,
    { ...change, args: { ...change.args, not_duplicate_of: first } },
    `chaos-request-${number}-second`,
    random,
  );
}

/** One change under one request id. Resolves with its write's id where it was accepted. */
async function ask(
  parts: CallerParts,
  { tool, args, decision }: Change,
  requestId: string,
  random: Random,
): Promise<string | undefined> {
  const { memory } = parts;
  const asked: Asked = { request_id: requestId, tool, outcome: 'unanswered', calls: 0 };
  memory.asked.set(requestId, asked);
  let given: Record<string, unknown> = { request_id: requestId, ...args };
  for (let corrected = 0; ; corrected += 1) {
    const answer = await callUntilAnswered(parts, asked, tool, given, random);
    if (answer === undefined) return undefined;
    remember(memory, asked, answer);
    const write = writeIn(answer);
    if (write !== undefined) {
      learnOrder(memory, answer);
      if (write.state === 'awaiting_approval' && decision !== 'leave') parts.onWaiting(write.write_id, decision);
      return write.write_id;
    }
    const better = corrected < CORRECTIONS ? await correction(parts, asked, given, answer, random) : undefined;
    if (better === undefined) return undefined;
    given = better;
  }
}

/** The same call to one server after another, until one answers. Undefined where the run is over. */
async function callUntilAnswered(
  { fleet, calls, token, memory, signal }: CallerParts,
  asked: Asked,
  tool: string,
  args: Record<string, unknown>,
  random: Random,
): Promise<ToolAnswer | undefined> {
  while (!signal.aborted) {
    const ready = await fleet.endpoints(token);
    if (ready.length === 0) return undefined;
    asked.calls += 1;
    try {
      return await calls.call(random.pick(ready), tool, args, signal);
    } catch {
      memory.broken_connections += 1;
    }
  }
  return undefined;
}

/** What a caller does about a refusal: waits, reads again, or says that it means a second, equal change. */
async function correction(
  parts: CallerParts,
  asked: Asked,
  given: Record<string, unknown>,
  { error }: ToolAnswer,
  random: Random,
): Promise<Record<string, unknown> | undefined> {
  if (error !== undefined && LATER.has(error.code)) {
    await pause(REST_MS);
    return given;
  }
  if (error?.code === 'duplicate') {
    const earlier = error.details['write_id'];
    return random.chance(0.5) && typeof earlier === 'string' ? { ...given, not_duplicate_of: earlier } : undefined;
  }
  if (error?.code !== 'conflict' || typeof given['work_order_id'] !== 'string') return undefined;
  const answer = await callUntilAnswered(
    parts,
    { ...asked },
    'list_work_orders',
    { work_order_id: given['work_order_id'] },
    random,
  );
  const known = answer === undefined ? undefined : orderIn(answer);
  if (answer === undefined || known === undefined) return undefined;
  learnOrder(parts.memory, answer, given['work_order_id']);
  const { status: _status, ...rest } = given;
  const next = known.status === 'in_progress' ? 'on_hold' : 'in_progress';
  return { ...rest, version: known.version, ...('status' in given && { status: next }) };
}

/** Keeps what an answer says of a work order; one known by its write's id until now goes by its own from here. */
function learnOrder(memory: Memory, answer: ToolAnswer, alias?: string): void {
  const shown = orderIn(answer);
  if (shown === undefined) return;
  const known = memory.orders.find(({ work_order_id: id }) => id === shown.work_order_id || id === alias);
  const { work_order_id, version, status } = shown;
  if (known === undefined) memory.orders.push({ work_order_id, version, status });
  else Object.assign(known, { work_order_id, version, status });
}
