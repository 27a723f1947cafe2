import type { DatabaseSync } from 'node:sqlite';
import { COMMANDS, parseCommand, type Command } from '../../model/commands.ts';
import { RECORD_KINDS, type RecordKind, type RecordOf } from '../../model/records.ts';
import {
  VendorError,
  type Connector,
  type ListQuery,
  type Located,
  type Page,
  type StepContext,
  type StepRequest,
  type StepResult,
} from '../connector.ts';
import { Bookings } from './bookings.ts';
import { SANDBOX_CAPABILITIES, STEP, retryOf } from './capabilities.ts';
import { execute } from './commands.ts';
import { vendorErrorOf, type Database } from './database.ts';
import { Invoices } from './invoices.ts';
import { Journal, bodyDigest, type Effect } from './journal.ts';
import { changedSince } from './locate.ts';
import { openPms } from './open.ts';
import type { Pms } from './pms.ts';
import { Records } from './records.ts';
import { makeStaff, type SandboxStaff } from './staff.ts';

export type { Effect } from './journal.ts';
export type { SandboxStaff } from './staff.ts';

export interface SandboxOptions {
  /** Path of the PMS's own SQLite file, or `:memory:`. */
  file: string;
  /** Milliseconds since the epoch; dates of a new portfolio are laid around it. */
  clock: () => number;
  /** Same seed, size and clock, same portfolio. Only read when the file is new. */
  seed?: number;
  /** Default 6, and one per 250 units in larger portfolios. */
  properties?: number;
  /** Default 400, at most 100,000. */
  units?: number;
  /** Called while a new portfolio is laid out, with units done and units in all. */
  onProgress?: (done: number, total: number) => void;
  /** Opens the file; default `node:sqlite`. */
  open_database?: (file: string) => DatabaseSync;
  /** How long a change waits for another process, in milliseconds; default 2000. */
  busy_timeout_ms?: number;
}

/** The whole portfolio in canonical form, each kind in the order of ids. */
export type SandboxState = { [K in RecordKind]: RecordOf<K>[] };

/** The PMS's own side of it, past the connector: what is really in its books, and its other users. */
export interface SandboxPms {
  state(): Promise<SandboxState>;
  /** Every accepted change, oldest first. What was seeded is not in it. */
  effects(): Promise<Effect[]>;
  /** Another user of the PMS, whose changes come past Caretaker. */
  asStaff(): SandboxStaff;
}

interface Opened {
  db: Database;
  pms: Pms;
  journal: Journal;
}

/**
 * A property management system in one SQLite file, behind the port of every other one. It keeps what it is told and
 * refuses what a strict vendor refuses. Nothing is opened or made before the first call.
 */
export function createSandbox(options: SandboxOptions): Connector & SandboxPms {
  const now = options.clock;
  let opening: Promise<Opened> | undefined;
  let closed = false;

  async function open(): Promise<Opened> {
    const db = await openPms({
      ...options,
      seed: async (empty) => {
        const { seedPortfolio } = await import('./seed/portfolio.ts');
        await seedPortfolio(empty, options);
      },
    });
    const records = new Records(db, now);
    const pms = { records, bookings: new Bookings(db), invoices: new Invoices(db), now, actor: 'API user' };
    return { db, pms, journal: new Journal(db, now) };
  }

  /** Runs `work` on the open PMS; every error leaves as one of the port's. */
  async function on<T>(work: (opened: Opened) => T | Promise<T>, signal?: AbortSignal): Promise<T> {
    if (closed) throw new VendorError('unavailable', 'The connection to the PMS was closed. Nothing was changed.');
    try {
      opening ??= open();
      const opened = await opening.catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      notGivenUp(signal);
      return await work(opened);
    } catch (error) {
      throw vendorErrorOf(error);
    }
  }

  return {
    capabilities: SANDBOX_CAPABILITIES,

    scopes: () => Promise.resolve(['']),

    get: (kind, scope, id, signal) => on(({ pms }) => (scope === '' ? pms.records.find(kind, id) : undefined), signal),

    list: <K extends RecordKind>(kind: K, query: ListQuery, signal?: AbortSignal): Promise<Page<K>> =>
      on(({ pms }) => {
        if ((query.scope ?? '') === '') return pms.records.page(kind, query);
        throw new VendorError('refused', 'This PMS has no scopes.', { field: 'scope' });
      }, signal),

    compile: (command) => [{ name: STEP, retry: retryOf(command.kind) }],

    prepare: (command, _step, context) => Promise.resolve(requestFor(command, context)),

    send: (request, signal) => on((opened) => submit(opened, request, signal), signal),

    locate: (command, _step, request, context, signal) =>
      on(({ pms, journal }) => locate(pms, journal, command, request, context), signal),

    async close() {
      if (closed) return;
      closed = true;
      const opened = await opening?.catch(() => undefined);
      opened?.db.close();
    },

    state: () =>
      on(({ pms }) => Object.fromEntries(RECORD_KINDS.map((kind) => [kind, pms.records.all(kind)])) as SandboxState),

    effects: () => on(({ journal }) => journal.all()),

    asStaff: () => makeStaff((work) => on(({ db, pms, journal }) => db.transaction(() => work(pms, journal)))),
  };
}

function requestFor(command: Command, context: StepContext): StepRequest {
  return { operation: command.kind, idempotency_key: `${context.marker}/${context.write_id}`, body: { ...command } };
}

/** A prepared request as it comes back from the ledger, checked again: it may have been stored for a day. */
function readRequest(request: StepRequest): { command: Command; key: string; digest: string } {
  const { idempotency_key: key, body } = request;
  if (typeof key !== 'string' || key === '') {
    throw new VendorError('refused', 'A change needs an idempotency key.', { field: 'idempotency_key' });
  }
  try {
    return { command: parseCommand(body), key, digest: bodyDigest(body) };
  } catch (error) {
    const path = (error as { issues?: { path: PropertyKey[] }[] }).issues?.[0]?.path.join('.');
    throw new VendorError('refused', 'The request is not one that this PMS knows.', { field: path ?? 'operation' });
  }
}

function notGivenUp(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new VendorError('unavailable', 'The request was given up before it was sent.');
}

function submit(
  { db, pms, journal }: Opened,
  request: StepRequest,
  signal: AbortSignal | undefined,
): Promise<StepResult> {
  const { command, key, digest } = readRequest(request);
  return db.transaction(() => {
    // It may have waited for another process; nothing is done after its sender has stopped waiting.
    notGivenUp(signal);
    const earlier = journal.replay(key, digest);
    if (earlier !== undefined) return earlier;
    const result = execute(pms, command);
    journal.write(
      {
        actor: 'api',
        operation: command.kind,
        kind: COMMANDS[command.kind].record,
        record_id: result.record?.id ?? '',
        key,
        digest,
      },
      result,
    );
    return result;
  });
}

/** The journal knows every change that was accepted, so what is not in it did not happen. */
function locate(pms: Pms, journal: Journal, command: Command, request: StepRequest, context: StepContext): Located {
  const result = journal.find(String(request['idempotency_key']));
  if (result !== undefined) return { outcome: 'found', result };
  const changed = changedSince(pms, command, context.before);
  if (changed.length > 0) return { outcome: 'differs', detail: `changed meanwhile by others: ${changed.join(', ')}` };
  return { outcome: 'absent', covers_all: true };
}
