import type { SimRequest } from './message.ts';
import type { Vendor } from './vendor.ts';

/** A request as it came, without what lets its sender in. */
export interface LoggedRequest {
  /** Instant by the simulator's clock. */
  at: string;
  method: string;
  /** Path and query as they were sent. */
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Undefined where the vendor has no such operation or has not looked at the request. */
  operation?: string;
  fault?: string;
  /** Undefined where the connection was closed without an answer. */
  status?: number;
}

const ALWAYS_LEFT_OUT = ['authorization', 'cookie', 'proxy-authorization'];

/** The last requests, oldest first. */
export class RequestLog {
  readonly #vendor: Vendor;
  readonly #keep: number;
  readonly #requests: LoggedRequest[] = [];

  constructor(vendor: Vendor, keep: number) {
    this.#vendor = vendor;
    this.#keep = keep;
  }

  /** Enters a request; what happens to it is added to the entry later. */
  enter({ method, url, headers, body }: SimRequest, now: number): LoggedRequest {
    const hidden = [...ALWAYS_LEFT_OUT, ...(this.#vendor.credentials ?? [])];
    const text = body.toString('utf8');
    const entry: LoggedRequest = {
      ...{ at: new Date(now).toISOString(), method, url },
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !hidden.includes(name))),
      body: this.#vendor.loggedBody?.(text) ?? text,
    };
    this.#requests.push(entry);
    if (this.#requests.length > this.#keep) this.#requests.shift();
    return entry;
  }

  all(): readonly LoggedRequest[] {
    return this.#requests;
  }
}
