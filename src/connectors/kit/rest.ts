import { retryAfterMs } from '../../model/retry_after.ts';
import { VendorError, type VendorErrorCode } from '../connector.ts';

/** What a request is for: a read whose failure is harmless, or a write whose failure leaves its outcome unknown. */
export type Purpose = 'read' | 'write';

/** A whole answer of the PMS. `body` is parsed JSON, undefined where there was none. */
export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** What a vendor's refusal says, without its words: they may name people. */
export interface Refusal {
  code?: VendorErrorCode;
  /** The vendor's name of the field at fault. */
  field?: string;
}

export interface RestOptions {
  fetch: typeof globalThis.fetch;
  clock: () => number;
  /** How the PMS is called in errors. */
  name: string;
  /** Credentials, asked for before every request: they may have to be renewed. */
  headers(): Promise<Record<string, string>> | Record<string, string>;
  /** Statuses that mean something else at this vendor than in the table below. */
  statuses?: Readonly<Record<number, VendorErrorCode>>;
  /** Reads a refusal's body, which may be anything. */
  readRefusal?(answer: Answer): Refusal;
}

/** What a status means, where the vendor has no other use for it. 5xx and what is not here depend on the purpose. */
const MEANING: Readonly<Record<number, VendorErrorCode>> = {
  400: 'refused',
  401: 'misconfigured',
  403: 'misconfigured',
  404: 'not_found',
  405: 'misconfigured',
  409: 'conflict',
  410: 'misconfigured',
  412: 'needs_override',
  415: 'misconfigured',
  422: 'refused',
  429: 'rate_limited',
};

const WORDS: Partial<Record<VendorErrorCode, string>> = {
  refused: 'did not accept the request',
  not_found: 'does not have the record',
  conflict: 'says that the record has changed meanwhile, or is in a state that does not allow it',
  misconfigured: 'does not accept the credentials, or they lack the permission',
  rate_limited: 'takes no more requests just now',
  needs_override: 'would do it only if a person overrode one of its rules',
  unavailable: 'could not answer',
  outcome_unknown: 'did not say whether it was done',
};

/** JSON over HTTP, with every failure as a `VendorError`. */
export interface Rest {
  /** A GET. Undefined body on 204. Throws `VendorError`; `not_found` for 404. */
  get(path: string, signal?: AbortSignal): Promise<Answer>;
  /** A request that changes something, or one that only looks as if it did (`purpose` `read`). */
  send(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body: unknown,
    options: { signal?: AbortSignal; headers?: Record<string, string>; purpose?: Purpose },
  ): Promise<Answer>;
}

export function createRest(options: RestOptions): Rest {
  async function request(path: string, init: RequestInit, purpose: Purpose): Promise<Answer> {
    const credentials = await options.headers();
    const response = await options.fetch(path, {
      ...init,
      headers: { accept: 'application/json', ...(init.headers as Record<string, string>), ...credentials },
    });
    const answer = { status: response.status, headers: response.headers, body: await bodyOf(response, purpose) };
    if (response.status >= 200 && response.status < 300) return answer;
    throw refusalOf(options, answer, purpose);
  }
  return {
    get: (path, signal) => request(path, { method: 'GET', ...(signal && { signal }) }, 'read'),
    send: (method, path, body, { signal, headers = {}, purpose = 'write' }) =>
      request(
        path,
        {
          method,
          headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
          ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
          ...(signal && { signal }),
        },
        purpose,
      ),
  };
}

/** A body that is no JSON under a good status is an answer that says nothing. */
async function bodyOf(response: Response, purpose: Purpose): Promise<unknown> {
  const text = (await response.text()).replace(/^\uFEFF/, '');
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    if (response.status >= 300) return undefined;
    throw new VendorError(unknownFor(purpose), 'The PMS gave an answer that cannot be understood.');
  }
}

/** What a request came to that nobody has answered for: nothing is lost by asking again, or it may have happened. */
export function unknownFor(purpose: Purpose): VendorErrorCode {
  return purpose === 'write' ? 'outcome_unknown' : 'unavailable';
}

function refusalOf({ name, statuses, readRefusal, clock }: RestOptions, answer: Answer, purpose: Purpose): VendorError {
  const { status, headers } = answer;
  const told = status >= 400 && status < 500 ? (readRefusal?.(answer) ?? {}) : {};
  const code = told.code ?? statuses?.[status] ?? MEANING[status] ?? unknownFor(purpose);
  const wait =
    code === 'rate_limited' || code === 'unavailable' ? retryAfterMs(headers.get('retry-after'), clock()) : undefined;
  const field = told.field === undefined ? '' : ` It names the field ${told.field}.`;
  return new VendorError(code, `${name} ${WORDS[code] ?? 'refused the request'} (status ${status}).${field}`, {
    ...(told.field !== undefined && { field: told.field }),
    ...(wait !== undefined && { retry_after_ms: wait }),
  });
}

/**
 * A path with values in it, each of which stays inside its segment: slashes, question marks and the like are escaped, and
 * a value that could move the path (`.`, `..`, nothing) is refused with `VendorError` `not_found`. No PMS has such ids.
 */
export function path(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((whole, part, index) => {
    if (index === 0) return part;
    const value = String(values[index - 1]);
    if (value === '' || /^\.{1,2}$/.test(value)) throw new VendorError('not_found', 'No record has such an id.');
    return whole + encodeURIComponent(value) + part;
  }, '');
}

/** A query with what is defined of `values`; lists repeat their name. `?` included, or nothing. */
export function query(values: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null) params.append(name, String(one));
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
