import type { ServerResponse } from 'node:http';
import { drop, waitWithClient } from '../faulty/answers.ts';
import type { Fault } from '../faulty/faults.ts';
import type { Answer } from './message.ts';

/** Sends an answer as it is. */
export function send(response: ServerResponse, { status, headers, type, text }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const body = Buffer.from(text);
  response.writeHead(status, {
    ...(type !== undefined && { 'content-type': type }),
    ...(status !== 204 && { 'content-length': body.length }),
    ...headers,
  });
  response.end(status === 204 ? undefined : body);
}

/** Half of the answer under the length of the whole, then nothing. */
function sendHalf(response: ServerResponse, { status, headers, type = 'text/plain', text }: Answer): void {
  const whole = Buffer.from(text === '' ? ' '.repeat(64) : text);
  response.writeHead(status, { 'content-type': type, 'content-length': whole.length, ...headers });
  response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => drop(response));
}

const HTML = '<!doctype html><title>Sign in</title><p>Your session has expired.</p>';
const MADE_UP = 987654321;

/** Every value of another type. */
function mistyped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mistyped);
  if (value === null || typeof value !== 'object') return typeof value === 'string' ? 17 : 'seventeen';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mistyped(inner)]));
}

/** The same answer about a record that the PMS does not have. */
function aboutNobody(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(aboutNobody);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      /^id$/i.test(key) ? (typeof inner === 'string' ? String(MADE_UP) : MADE_UP) : inner,
    ]),
  );
}

function distorted(right: Answer, shape: 'wrong_types' | 'unknown_id'): Answer {
  const { type = '', text } = right;
  if (type.includes('json')) {
    const value: unknown = JSON.parse(text);
    return { ...right, text: JSON.stringify(shape === 'wrong_types' ? mistyped(value) : aboutNobody(value)) };
  }
  if (shape === 'wrong_types') return { ...right, text: text.replaceAll(/>[^<>\s][^<>]*</g, '>seventeen<') };
  return { ...right, text: text.replaceAll(/(<(?:\w+:)?\w*(?:id|code)>)[^<>]+</gi, `$1${MADE_UP}<`) };
}

function nonsense(right: Answer, shape: Fault['shape']): Answer {
  if (shape === 'html') return { status: 200, type: 'text/html', text: HTML };
  if (shape === 'empty') return { ...right, status: 200, text: '' };
  return distorted(right, shape === 'wrong_types' ? 'wrong_types' : 'unknown_id');
}

/** Sends an answer as a fault has it, or as it should be. `ms` is how long the fault lasts. */
export async function deliver(
  response: ServerResponse,
  right: Answer,
  fault: Fault | undefined,
  ms: number,
  failed: (status: number) => Answer,
): Promise<void> {
  switch (fault?.how) {
    case 'commit_then_drop':
    case 'drop_answer_of_read':
      return drop(response);
    case 'error_after_commit':
    case 'error_on_read':
      return send(response, failed(fault.status));
    case 'truncated_body':
      return sendHalf(response, right);
    case 'nonsense':
      return send(response, nonsense(right, fault.shape));
    case 'slow':
      await waitWithClient(response, ms);
      return send(response, right);
    default:
      return send(response, right);
  }
}
