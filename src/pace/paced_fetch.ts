import type { Dispatcher } from 'undici';
import { VendorError } from '../connectors/connector.ts';
import { retryAfterMs } from '../model/retry_after.ts';
import { bounded, responseOf, TooLong } from './answer.ts';
import type { Pace, Permit, RequestOutcome } from './pace.ts';
import { requestScope, takePermit } from './request_scope.ts';

export interface PacedFetchOptions {
  pace: Pace;
  /** The only origin that is reached. Relative addresses are below its path, whether or not that ends in a slash. */
  base_url: string;
  /** Ends a request, with the wait for its turn, after so many milliseconds. */
  deadline_ms: number;
  /** Epoch milliseconds, for a `Retry-After` that is a date. */
  clock: () => number;
}

/** What connectors are given as `fetch`. */
export type PacedFetch = typeof globalThis.fetch & {
  /** Ends the connections that are kept open. */
  close(): Promise<void>;
};

/** Connections to one PMS at most; what a vendor allows is the pace's to keep. */
const CONNECTIONS = 32;
const KEEP_ALIVE_MS = 10_000;

/** How far a request has got: until `left` not a byte of it has, and then nobody can tell how much has arrived. */
interface Progress {
  left: boolean;
}

/**
 * A `fetch` that keeps to a connection's pace, looks right before the first byte whether its sender may still send, and
 * sends once: no redirect is followed and nothing is tried again. It throws only `VendorError`: `misconfigured` for an
 * address elsewhere, `rate_limited` where the turn does not come in time, `unavailable` where certainly nothing was
 * sent, `outcome_unknown` for everything else. An answer is read to its end, 32 MiB at most, and given with any status.
 */
export function createPacedFetch({ pace, base_url, deadline_ms, clock }: PacedFetchOptions): PacedFetch {
  const base = new URL(base_url.endsWith('/') ? base_url : `${base_url}/`);
  let agent: Promise<Dispatcher> | undefined;

  async function send(
    request: Request,
    names: ReadonlyMap<string, string>,
    permit: Permit,
    deadline: AbortSignal,
  ): Promise<Response> {
    const progress: Progress = { left: false };
    const signal = AbortSignal.any([deadline, request.signal]);
    try {
      const body = request.body === null ? null : await request.arrayBuffer();
      const { fetch } = await import('undici');
      // A time that was over before the PMS was even tried says nothing about it.
      if (signal.aborted) throw new MayNotSend();
      const guard = guardedBy(signal, progress, requestScope().may_send);
      const answer = await fetch(request.url, {
        method: request.method,
        headers: [...request.headers].map(([name, value]): [string, string] => [names.get(name) ?? name, value]),
        body,
        redirect: 'manual',
        signal,
        dispatcher: (await (agent ??= createAgent())).compose(guard),
      });
      const bytes = await bounded(answer.body);
      pace.report(outcomeOf(answer.status, answer.headers, clock()));
      return responseOf(answer, bytes);
    } catch (error) {
      const failure = failureOf(error, progress, signal);
      if (failure.counts) pace.report({ kind: 'failed' });
      throw failure.error;
    } finally {
      permit.done();
    }
  }

  const paced = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = requestTo(base, input, init);
    const deadline = AbortSignal.timeout(deadline_ms);
    const permit =
      takePermit() ?? (await pace.wait(requestScope().priority, AbortSignal.any([deadline, request.signal])));
    return send(request, namesOf(init?.headers), permit, deadline);
  };
  return Object.assign(paced, {
    async close() {
      await (await agent)?.close();
    },
  });
}

/** Node's own `Request` turns every kind of body into bytes and headers, which undici's fetch takes from anybody. */
function requestTo(base: URL, input: string | URL | Request, init: RequestInit | undefined): Request {
  let request: Request;
  try {
    request = input instanceof Request ? new Request(input, init) : new Request(new URL(input, base), init);
  } catch {
    throw new VendorError('misconfigured', 'A request to the PMS could not be put together. Nothing was sent.');
  }
  if (new URL(request.url).origin !== base.origin)
    throw new VendorError('misconfigured', 'A request was to leave for another host than the PMS. Nothing was sent.');
  return request;
}

/** Names of headers as they were given: a `Request` writes them small, and AppFolio's gateway is said to tell them apart. */
function namesOf(headers: RequestInit['headers']): ReadonlyMap<string, string> {
  const isPlain = headers !== undefined && !(headers instanceof Headers) && !Array.isArray(headers);
  return new Map(isPlain ? Object.keys(headers).map((name) => [name.toLowerCase(), name]) : []);
}

/** Node bundles an older undici: its fetch does not go with this dispatcher, so that the package's own is used. */
async function createAgent(): Promise<Dispatcher> {
  const { Agent } = await import('undici');
  // The deadline bounds everything; one request at a time on a connection, so that none is lost with another one.
  return new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

class MayNotSend extends Error {}

/**
 * `onRequestStart` is called when a connection is there and right before the request's first byte is written to it: the
 * last moment to hold it back, and the first from which it may have arrived. A second start would be a retry, which
 * fetch makes by itself after a 421.
 */
function guardedBy(
  signal: AbortSignal,
  progress: Progress,
  maySend: (() => boolean) | undefined,
): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        handler.onRequestStart?.(controller, context);
        if (progress.left || signal.aborted || maySend?.() === false) controller.abort(new MayNotSend());
        else progress.left = true;
      },
      onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
      onResponseStart: (...given) => handler.onResponseStart?.(...given),
      onResponseData: (...given) => handler.onResponseData?.(...given),
      onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
      onResponseError: (...given) => handler.onResponseError?.(...given),
    });
}

function outcomeOf(status: number, headers: { get(name: string): string | null }, now: number): RequestOutcome {
  if (status >= 500 && status <= 599) return { kind: 'failed' };
  if (status !== 429) return { kind: 'answered' };
  const retry_after_ms = retryAfterMs(headers.get('retry-after'), now);
  return { kind: 'throttled', ...(retry_after_ms !== undefined && { retry_after_ms }) };
}

/** How a request without a whole answer is told, and whether that counts against the PMS. */
function failureOf(error: unknown, { left }: Progress, signal: AbortSignal): { error: VendorError; counts: boolean } {
  // Who loses interest says nothing about the PMS; a deadline does, whoever set it.
  const ended = signal.aborted && (signal.reason as Error | undefined)?.name !== 'TimeoutError';
  if (left) {
    const tooLong = error instanceof TooLong;
    const message = signal.aborted ? 'The PMS did not answer in time.' : 'The PMS gave no answer that can be read.';
    return { error: new VendorError('outcome_unknown', message), counts: !ended && !tooLong };
  }
  const heldBack = causes(error).some((cause) => cause instanceof MayNotSend);
  if (ended || heldBack)
    return { error: new VendorError('unavailable', 'The request was ended before it was sent.'), counts: false };
  return { error: new VendorError('unavailable', 'The PMS could not be reached. Nothing was sent.'), counts: true };
}

function causes(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}
