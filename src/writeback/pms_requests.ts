import { type Connector, type Step, VendorError } from '../connectors/connector.ts';
import { inRequestScope } from '../pace/request_scope.ts';
import type { Permit, Priority, Refusal } from '../pace/pace.ts';
import { withinTime } from './deadline.ts';
import { holdOff } from './due_writes.ts';
import type { WriteRow } from './ledger.ts';
import { connectorOf, LEASE_MARGIN_MS, type Runtime } from './runtime.ts';

/*
 * How the ledger asks a PMS: within its deadline, at the connection's pace, with the priority of the write.
 */

/** Leave where there is no pace to keep. */
const UNPACED: Permit = { done() {} };

/** When to ask for leave again where the pace itself cannot be read, milliseconds. */
const ASK_AGAIN_MS = 1_000;

/**
 * How long leave is waited for, milliseconds. Judging a change may ask the PMS as much as it allows in a second: who came
 * back later would judge it anew, and find no leave again.
 */
const LEAVE_WAIT_MS = 3_000;

/**
 * Leave for the next request of a write, before anything is journaled for it: no lease is held while leave is waited for.
 * What goes to no PMS needs none.
 */
export async function askLeave(
  runtime: Runtime,
  { connection, priority }: Pick<WriteRow, 'connection' | 'priority'>,
  step: Step,
): Promise<Permit | Refusal> {
  if (step.local === true) return UNPACED;
  const pace = runtime.paceOf?.(connection);
  if (pace === undefined) return UNPACED;
  let refusal: Refusal | undefined;
  try {
    const leave = await pace.ask(priority as Priority);
    if (!isRefusal(leave)) return leave;
    refusal = leave;
    const isNear = leave.because === 'paced' && leave.retry_at - runtime.clock() <= LEAVE_WAIT_MS;
    return isNear ? await pace.wait(priority as Priority, AbortSignal.timeout(LEAVE_WAIT_MS)) : leave;
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    return refusal ?? { because: 'down', retry_at: runtime.clock() + ASK_AGAIN_MS };
  }
}

export function isRefusal(leave: Permit | Refusal): leave is Refusal {
  return 'retry_at' in leave;
}

/** A look-up may have to page through everything that a PMS has; no lease is held meanwhile. */
const LOOK_UP_MS = 120_000;

/** A question about or for a write: a read-back, the preparation of a request. */
export function ask<T>(
  runtime: Runtime,
  write: Pick<WriteRow, 'connection' | 'priority'>,
  question: (connector: Connector, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return askFor(connectorOf(runtime, write.connection).capabilities.request_deadline_ms, runtime, write, question);
}

/** What a sender keeps of its lease to write down what it knows, milliseconds. */
const TO_WRITE_DOWN_MS = 5_000;

/**
 * The same for a write that may still be its sender's: what the PMS answered has to be on record before the lease is over,
 * or another process takes it for a request whose sender is gone.
 */
export function askUnderLease<T>(
  runtime: Runtime,
  row: WriteRow,
  question: (connector: Connector, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = connectorOf(runtime, row.connection).capabilities.request_deadline_ms;
  const left = row.state === 'sending' ? (row.lease_until ?? 0) - runtime.clock() - TO_WRITE_DOWN_MS : deadline;
  return askFor(Math.max(1, Math.min(deadline, left)), runtime, row, question);
}

/** The look-up of an effect, which may take many requests. */
export function lookUp<T>(
  runtime: Runtime,
  write: Pick<WriteRow, 'connection' | 'priority'>,
  question: (connector: Connector, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return askFor(LOOK_UP_MS, runtime, write, question);
}

/** How long a look-up is left to the process that has begun it, milliseconds; then another one looks as well. */
const LOOKING_MS = 15_000;

/**
 * Runs the look-up of a write in its turn, few of a connection at a time, so that doubt makes no load that makes more
 * doubt. Throws `StaleWrite` where another process has begun to look, or has found something.
 */
export function inLookUpTurn<T>(runtime: Runtime, row: WriteRow, look: () => Promise<T>): Promise<T> {
  const begin = async (): Promise<T> => {
    await runtime.store.transaction((trx) => holdOff(trx, row, runtime.clock() + LOOKING_MS));
    return look();
  };
  return runtime.look_ups === undefined ? begin() : runtime.look_ups.for(row).run(begin);
}

function askFor<T>(
  ms: number,
  runtime: Runtime,
  { connection, priority }: Pick<WriteRow, 'connection' | 'priority'>,
  question: (connector: Connector, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const connector = connectorOf(runtime, connection);
  return withinTime(ms, (signal) =>
    inRequestScope({ priority: priority as Priority }, () => question(connector, signal)),
  );
}

/**
 * Milliseconds that a sender has left of its request's time, by the clock that says less. Whoever was held up, by a slow
 * disk or a machine put to sleep, finds by either clock that others may be at it.
 */
export function timeLeft(runtime: Runtime, row: WriteRow, since: number): number {
  const deadline = connectorOf(runtime, row.connection).capabilities.request_deadline_ms;
  return Math.min((row.lease_until ?? 0) - LEASE_MARGIN_MS - runtime.clock(), deadline - (runtime.monotonic() - since));
}

/** The one request of a step. Its sender's lease is looked at once more right before the first byte. */
export async function sendUnder<T>(
  runtime: Runtime,
  row: WriteRow,
  since: number,
  permit: Permit | undefined,
  request: (connector: Connector, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const scope = {
    priority: row.priority as Priority,
    may_send: () => timeLeft(runtime, row, since) > 0,
    ...(permit !== undefined && { permit }),
  };
  try {
    return await withinTime(timeLeft(runtime, row, since), (signal) =>
      inRequestScope(scope, () => request(connectorOf(runtime, row.connection), signal)),
    );
  } finally {
    permit?.done();
  }
}
