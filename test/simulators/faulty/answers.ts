import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './faults.ts';

export interface Answer {
  status: number;
  body: unknown;
  headers?: Readonly<Record<string, string>>;
}

/** Closes the connection without a word. */
export function drop(response: ServerResponse): void {
  response.socket?.destroy();
}

/** Waits, but no longer than the client does. */
export async function waitWithClient(response: ServerResponse, ms: number): Promise<void> {
  if (ms === 0 || response.destroyed) return;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  await delay(ms, undefined, { signal: gone.signal }).catch(() => undefined);
}

/** Leaves the client without an answer until it goes. */
export async function hang(response: ServerResponse): Promise<void> {
  if (!response.destroyed) await once(response, 'close');
}

function write(response: ServerResponse, status: number, type: string, text: string, headers: Answer['headers']): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}

export function answer(response: ServerResponse, { status, body, headers }: Answer): void {
  write(response, status, 'application/json', JSON.stringify(body), headers);
}

/** Half of the answer under the length of the whole, then nothing. */
function answerHalf(response: ServerResponse, { status, body }: Answer): void {
  const whole = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': whole.length });
  response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => drop(response));
}

const HTML = '<!doctype html><title>Sign in</title><p>Your session has expired.</p>';

/** Every field with a value of another type. */
function mistyped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mistyped);
  if (value === null || typeof value !== 'object') return typeof value === 'string' ? 17 : 'seventeen';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mistyped(inner)]));
}

/** The same answer about a record that the PMS does not have, or about one of another kind. */
function aboutAnother(body: unknown, shape: 'unknown_id' | 'other_kind'): unknown {
  const { record } = body as { record?: object };
  if (record === undefined) return body;
  const changed = shape === 'unknown_id' ? { id: '987654321' } : { kind: 'property', id: '11' };
  return { ...(body as object), record: { ...record, ...changed } };
}

function answerNonsense(response: ServerResponse, { body }: Answer, shape: Fault['shape']): void {
  if (shape === 'html') return write(response, 200, 'text/html', HTML, {});
  if (shape === 'empty') return write(response, 200, 'application/json', '', {});
  answer(response, { status: 200, body: shape === 'wrong_types' ? mistyped(body) : aboutAnother(body, shape) });
}

/** Answers as a fault has it, or as it should be. `ms` is how long the fault lasts. */
export async function deliver(
  response: ServerResponse,
  right: Answer,
  fault: Fault | undefined,
  ms: number,
): Promise<void> {
  switch (fault?.how) {
    case 'commit_then_drop':
    case 'drop_answer_of_read':
      return drop(response);
    case 'error_after_commit':
    case 'error_on_read':
      return answer(response, { status: fault.status, body: { error: 'internal' } });
    case 'truncated_body':
      return answerHalf(response, right);
    case 'nonsense':
      return answerNonsense(response, right, fault.shape);
    case 'slow':
      await waitWithClient(response, ms);
      return answer(response, right);
    default:
      return answer(response, right);
  }
}
