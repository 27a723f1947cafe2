import type { Command, CommandKind } from '../model/commands.ts';
import type { RecordKind, RecordOf } from '../model/records.ts';

/*
 * The port that every PMS is reached through. It has to fit a REST vendor with webhooks and ids in its answers as well
 * as a SOAP vendor without paging, without ids in its replies and with one credential set per property.
 */

/** A record as a PMS knows it. `scope` is the RealPage site or the Yardi property, empty elsewhere. */
export interface RecordRef {
  kind: RecordKind;
  scope: string;
  id: string;
}

/** How a retry of one step is made safe; see `docs/guarantees.md` for what each one promises. */
export type RetryMode = 'idempotency_key' | 'marker' | 'natural_key' | 'set_value' | 'none';

/** Where a vendor fact comes from: seen in a primary source or live, inferred from one, or not known. */
export type Evidence = 'seen' | 'inferred' | 'unknown';

export type Support = 'native' | 'mapped' | 'sidecar' | 'unsupported';

export interface FieldCapability {
  support: Support;
  /** Whether the value can be read back; what cannot is reported `not_readable`, never as proved. */
  readable: boolean;
  evidence: Evidence;
  max_length?: number;
  /** Canonical values the PMS can hold; others are refused or kept in the sidecar. */
  values?: readonly string[];
  pattern?: string;
  /** What the PMS calls it, for people: `Task.Priority`. */
  wire?: string;
  /**
   * Where several canonical values become one word of the PMS: what the PMS shows for a value that was written. The value
   * itself is kept beside the record, and stands while the PMS shows this.
   */
  shown_as?: Readonly<Record<string, string>>;
  /**
   * Where some records of the PMS have no place for it and others have: what is read of those that have none. What was
   * written there is kept beside the record.
   */
  missing_as?: string;
  note?: string;
}

export interface CommandCapability {
  support: Support;
  evidence: Evidence;
  /** One retry mode per step, in step order; of commands that differ in length, the longest. */
  steps: readonly { name: string; retry: RetryMode }[];
  /** Requests to the PMS that it costs at most, preparation and read-back included, where all goes well. */
  requests?: number;
  /** What was not seen and how it is dealt with, for `docs/vendor-assumptions.md`. */
  note?: string;
  /** Money only: whether the effect can be taken back by API. */
  reversible?: boolean;
  /** For `unsupported`: why, and what can be done instead, in words for an agent. */
  reason?: string;
}

export interface RecordCapability {
  read: Support;
  /** How changes made by others are learnt. */
  changes: 'webhook' | 'poll' | 'none';
  /** Seconds after which a change is expected to be known here. */
  freshness_seconds: number;
  evidence: Evidence;
  /** What the PMS calls it, for people: `Task + WorkOrder`. */
  wire?: string;
  note?: string;
  fields: Readonly<Record<string, FieldCapability>>;
}

/** How much a vendor lets one connection ask. Every window holds at once. */
export interface PaceLimits {
  /** At most so many requests in any stretch of `per_ms` milliseconds. */
  windows: readonly { requests: number; per_ms: number }[];
  /** At most so many requests under way at a time. */
  concurrent?: number;
}

/** Everything that tools, refusals, the depth report and the documentation say about a PMS is read from this table. */
export interface Capabilities {
  pms: string;
  records: Readonly<Partial<Record<RecordKind, RecordCapability>>>;
  commands: Readonly<Record<CommandKind, CommandCapability>>;
  /** Whether tour slots see appointments that people made in the PMS. */
  calendar: 'pms' | 'own_bookings_only';
  /** When absence in a look-up proves that a request had no effect. Milliseconds, pessimistic where unknown. */
  settling: { late_commit_ms: number; read_lag_ms: number };
  /** Deadline of one request in milliseconds; shorter than the lease under which it is sent. */
  request_deadline_ms: number;
  /** How long the PMS remembers an idempotency key, milliseconds; required where a step is retried by one. */
  idempotency_key_life_ms?: number;
  /** What was not seen or is not known of the PMS as a whole, and what confirms it; for `docs/vendor-assumptions.md`. */
  assumptions?: readonly Assumption[];
}

/** Something that no source shows and that a customer with real credentials has to confirm first. */
export interface Assumption {
  about: string;
  /** What is done as long as nobody knows better. */
  assumed: string;
  evidence: 'inferred' | 'unknown';
  /** The command or the look into the PMS that confirms it. */
  confirm: string;
}

/** The tables of a mapping file: canonical values on one side, the PMS's own words or ids on the other. */
export const VALUE_TABLES = [
  'work_order_status',
  'severity',
  'trade',
  'vendor_trade',
  'entry',
  'guest_card_status',
  'lead_source',
  'agent',
  'charge_code',
  'lost_reason',
  'tour_type',
] as const;
export type ValueTableName = (typeof VALUE_TABLES)[number];

/**
 * One table of a connection. `to_pms` says what is written for a canonical value, `from_pms` how a word or id of the PMS
 * is read; several words may be read as one value, and several values written as one word.
 */
export interface ValueTable {
  to_pms: Readonly<Record<string, string>>;
  from_pms: Readonly<Record<string, string>>;
  /** Values that are not to be written, on purpose: they are refused, and no word has to be found for them. */
  refused?: readonly string[];
}

/** The tables that a connection has: the vendor's own, with what the connection's mapping file says over them. */
export type ValueTables = Readonly<Partial<Record<ValueTableName, ValueTable>>>;

/** What the PMS itself has to choose from for one table of the mapping file. `raw` is what goes over the wire. */
export interface ValueList {
  table: ValueTableName;
  values: readonly { raw: string; name: string }[];
}

/** One thing that `connections check` has found out. */
export interface Finding {
  /** `credentials`, `permission: Work orders`, `interface: Service Requests`. */
  area: string;
  ok: boolean;
  /** What it means and what to do, without a secret or a personal datum. */
  detail: string;
}

/** A change that a webhook tells of. It is a hint: the record is read again before anything is believed. */
export interface ChangeHint {
  kind: RecordKind;
  scope: string;
  id: string;
  event: 'created' | 'updated' | 'deleted';
  /** Tells two deliveries of one event from two events. */
  dedupe_key: string;
}

/** A delivery as it came over HTTP. */
export interface Delivery {
  headers: Headers;
  body: Uint8Array;
  /** Epoch milliseconds. */
  received_at: number;
}

/** An answer of a PMS that is not as it used to be. `path` names places in the answer, never values of a person. */
export interface Drift {
  what: 'unknown_value' | 'missing_field' | 'changed_type' | 'new_required_field';
  path: string;
}

/** One vendor request of a compiled command. Plain data: it is journaled before and after it is sent. */
export interface Step {
  name: string;
  retry: RetryMode;
  /** Later steps need the record that this one makes: an answer that does not name it is followed by a look-up. */
  makes_record?: boolean;
  /**
   * Carried out by Caretaker in its own store, never by a vendor's connector: it takes no leave from the PMS's pace, goes
   * on while the PMS is down, and a look-up shows at once whether it had its effect.
   */
  local?: true;
}

/** The exact request, without secrets, as it is kept for a retry. The connector alone knows what is in it. */
export type StepRequest = { [key: string]: unknown };

/** What a step's answer (or a look-up after it) told: ids for later steps and for the read-back. */
export interface StepResult {
  /** The record that the step created or changed, where the answer says so. */
  record?: RecordRef;
  /** What the PMS made of it. */
  posting?: 'posted' | 'pending_in_pms' | 'batch_open';
  values?: { [key: string]: string };
}

/** What is known of the command when a step is prepared: its identity, the state before, and earlier results. */
export interface StepContext {
  write_id: string;
  /** `ct-` and 13 Crockford characters made from the write id, for fields that the vendor keeps and shows. */
  marker: string;
  scope: string;
  /** The record as it was before the command, for whole-record updates and for `set_value`. */
  before?: unknown;
  results: readonly StepResult[];
  /** The PMS has asked for somebody to override one of its rules (`needs_override`), and a person does. */
  overridden?: true;
}

/**
 * A vendor's answer to "did it happen?". `absent` counts as proof only if the look-up covers all records. `others` are
 * further records that fit as well, where what identifies the effect is not this write's alone.
 */
export type Located =
  | { outcome: 'found'; result: StepResult; others?: readonly StepResult[] }
  | { outcome: 'absent'; covers_all: boolean }
  | { outcome: 'differs'; detail: string };

export interface ListQuery {
  scope?: string;
  property_id?: string;
  unit_id?: string;
  household_id?: string;
  /** Only what changed at or after this moment, where the vendor can tell. */
  since?: string;
  cursor?: string;
  limit?: number;
}

export interface Page<K extends RecordKind> {
  records: RecordOf<K>[];
  next_cursor?: string;
  /** Total over all pages, where the vendor says. */
  total?: number;
}

export type VendorErrorCode =
  /** The PMS looked at the request and refused it; nothing was applied. */
  | 'refused'
  | 'not_found'
  | 'conflict'
  | 'slot_taken'
  | 'period_closed'
  | 'duplicate'
  /** The PMS would do it if a person overrode one of its rules (Rent Manager's 412). */
  | 'needs_override'
  | 'unsupported'
  /** The request was not sent, or the PMS said that it was not looked at. Safe to send again. */
  | 'unavailable'
  | 'rate_limited'
  /** The request may or may not have been applied. */
  | 'outcome_unknown'
  | 'misconfigured';

/** The only error a connector throws. `message` is safe to show: no secret, no personal data, no vendor internals. */
export class VendorError extends Error {
  readonly code: VendorErrorCode;
  readonly field: string | undefined;
  readonly retry_after_ms: number | undefined;
  /** A refusal of a write that does not prove that nothing was applied: the effect is looked for before it counts. */
  readonly unproved: boolean;
  constructor(
    code: VendorErrorCode,
    message: string,
    options: { field?: string; retry_after_ms?: number; unproved?: true } = {},
  ) {
    super(message);
    this.unproved = options.unproved ?? false;
    this.name = 'VendorError';
    this.code = code;
    this.field = options.field;
    this.retry_after_ms = options.retry_after_ms;
  }
}

export interface Connector {
  readonly capabilities: Capabilities;

  /** The words that it writes and reads with; `connections check` holds the PMS's own lists against them. */
  readonly tables?: ValueTables;

  /** Record scopes of this connection: the sites or properties with ids of their own; `['']` where there are none. */
  scopes(): Promise<readonly string[]>;

  /** The record as the PMS has it now, or undefined where it has none. Reads through, never from a cache. */
  get<K extends RecordKind>(kind: K, scope: string, id: string, signal?: AbortSignal): Promise<RecordOf<K> | undefined>;

  list<K extends RecordKind>(kind: K, query: ListQuery, signal?: AbortSignal): Promise<Page<K>>;

  /** The steps of a command, in order. Throws `unsupported` with the reason where the PMS cannot do it. */
  compile(command: Command): readonly Step[];

  /** The exact request of one step, kept in the ledger before it is sent. */
  prepare(command: Command, step: number, context: StepContext): Promise<StepRequest>;

  /** Sends one prepared request, once. Throws `VendorError`. */
  send(request: StepRequest, signal: AbortSignal): Promise<StepResult>;

  /** Looks for the effect of a request whose outcome is unknown. */
  locate(
    command: Command,
    step: number,
    request: StepRequest,
    context: StepContext,
    signal?: AbortSignal,
  ): Promise<Located>;

  /** Tries the credentials and every permission that the connection needs, reading only. */
  check?(signal?: AbortSignal): Promise<readonly Finding[]>;

  /** The PMS's own lists for the mapping file. */
  valueLists?(signal?: AbortSignal): Promise<readonly ValueList[]>;

  /** Verifies a webhook's delivery and says what changed. Throws `refused` where its signature is not right. */
  receive?(delivery: Delivery): Promise<readonly ChangeHint[]>;

  /** Releases files, sockets and tokens. */
  close(): Promise<void>;
}

/** What a connector is made with. It opens nothing of its own. */
export interface ConnectorEnvironment {
  /** Milliseconds since the epoch. */
  clock: () => number;
  fetch: typeof globalThis.fetch;
  /** What all processes share of a connection, such as its token: encrypted, and gone after `ttl_ms` milliseconds. */
  kv: {
    get(key: string): Promise<string | undefined>;
    set(key: string, value: string, ttl_ms?: number): Promise<void>;
    /** The value; where there is none, one process makes it and all others wait for that. */
    once(key: string, ttl_ms: number, make: () => Promise<string>): Promise<string>;
  };
  /** Told of every answer that is not as it used to be; never throws, never waits. */
  onDrift?(drift: Drift): void;
}
