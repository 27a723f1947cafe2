import type { PaceLimits } from '../../../src/connectors/connector.ts';
import type { SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import type { Answer, SimRequest } from './message.ts';
import type { Numbering } from './numbering.ts';
import type { Options } from './options.ts';
import type { Change, Table, Tables, TableSpec } from './table.ts';

/** What a handler works on: the vendor's tables, live ones for a write, perhaps older ones for a read. */
export interface World<T extends Tables> {
  readonly tables: T;
  /** For the ids of new records. */
  readonly ids: Numbering;
  readonly options: Options;
  /** Epoch milliseconds of the simulator's clock. */
  now(): number;
}

/** What a vendor lays its tables out with. */
export interface Desk {
  readonly ids: Numbering;
  readonly options: Options;
  now(): number;
  table<R extends object>(spec: TableSpec<R>): Table<R>;
}

/** A request that the vendor has an operation for. */
export interface Call<T extends Tables> {
  /** The name under which it is counted and chosen for faults. */
  operation: string;
  write: boolean;
  /** A sign-in or the like: works on live tables and meets only faults that name its operation. */
  session?: boolean;
  /**
   * Looks at the request and carries it out, at once and without waiting. Throws `Refused`. What a write without `wrote`
   * in its answer has done is taken back.
   */
  handle(world: World<T>): Answer;
}

/** How much of the first limit is used up, for vendors that say so in every answer. */
export interface Usage {
  limit: number;
  observed: number;
  /** Epoch milliseconds at which there is room for the whole limit again. */
  reset_at: number;
}

/** One limit of a vendor; `applies` restricts it to some requests. */
export interface LimitRule {
  limits: PaceLimits;
  applies?(request: SimRequest): boolean;
  /** Whether the vendor says in its refusal when to come again. */
  retry_after: 'seconds' | 'none';
}

/** A webhook on its way: exactly these headers and bytes. */
export interface Delivery {
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** How a vendor tells of changes. */
export interface Webhooks<T extends Tables> {
  /** The bodies for the changes of one committed write, in order. */
  events(changes: readonly Change[], world: World<T>): string[];
  /** Signs a body at the moment of sending, with the secret of the connection. */
  sign(body: string, now: number, options: Options): Delivery;
  /** Milliseconds to the next attempt, after each attempt that was not answered with 2xx. */
  retry_ms: readonly number[];
}

/** One vendor's simulator: its tables, its wire protocol, its refusals. */
export interface Vendor<T extends Tables = Tables> {
  pms: string;
  /** In what the vendor's own documentation says, all of them at once. */
  limits: readonly LimitRule[];
  /** Headers, in lower case, that are left out of the log of requests; `authorization` and `cookie` always are. */
  credentials?: readonly string[];
  /** A request's body without credentials, for the log; default the body as it is. */
  loggedBody?(body: string): string;
  /** The canonical portfolio in the vendor's own tables. Called once. */
  load(portfolio: SandboxState, desk: Desk): T;
  /** The operation of a request, or the vendor's refusal where there is none or the caller is not let in. */
  find(request: SimRequest, world: World<T>): Call<T> | Answer;
  /** The tables in canonical form, of the kinds that the vendor has, by the simulator's own mapping. */
  state(world: World<T>): Partial<SandboxState>;
  /** The vendor's answer to one request too many. `retryAfter` is the header's value. */
  throttled(retryAfter: string | undefined): Answer;
  /** The vendor's answer where its server fails or is down (503). */
  failed(status: number): Answer;
  /** Headers that the vendor puts on every answer. */
  headers?(usage: Usage | undefined, now: number): Readonly<Record<string, string>>;
  webhooks?: Webhooks<T>;
  /** The entry for the "connections" of a configuration. */
  connection(url: string, options: Options, world: World<T>): { id: string; pms: string; [setting: string]: unknown };
  /** A mapping file that fits the portfolio: what a person would make of `connections check --propose`. */
  mappings?(world: World<T>): object;
}
