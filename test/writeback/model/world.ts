import { DummyDriver, Kysely, SqliteDialect } from 'kysely';
import { type Connector, type StepRequest, type StepResult, VendorError } from '../../../src/connectors/connector.ts';
import type { Mirror } from '../../../src/mirror/mirror.ts';
import { CaretakerError } from '../../../src/model/errors.ts';
import { requestScope } from '../../../src/pace/request_scope.ts';
import { KeyRing } from '../../../src/store/keyring.ts';
import type { LedgerTables } from '../../../src/store/schema.ts';
import type { Store } from '../../../src/store/store.ts';
import type { OpenWrite } from '../../../src/writeback/open_write.ts';
import type { Runtime } from '../../../src/writeback/runtime.ts';
import { OPEN_STATES } from '../../../src/writeback/states.ts';
import { createWriteback, type Writeback } from '../../../src/writeback/writeback.ts';
import { type Operation, PendingOperations, quiet } from './pending.ts';
import { Pms, type Personality, type PmsRequest, READ_LAG_MS, type ReadFault, type SendFault } from './pms.ts';
import { portOf } from './pms_port.ts';
import type { VirtualTimers } from './timers.ts';

/*
 * Several processes over one store and one PMS, in virtual time. Modelled: every read and every transaction of the
 * ledger, every request to the PMS on its way there and its answer on its way back, and every judgement is one operation
 * of one process, and the test decides whose is next. What a process does between two operations is one step that
 * nothing comes in between of, which is what it is in one Node process.
 *
 * A sender looks at its lease when its request is let go on, as the paced network does (`may_send`): the time between
 * that look and the first byte is nought here. That window of the real thing is named in docs/guarantees.md.
 */

export const START = Date.parse('2026-11-24T15:00:00.000Z');
export const DAY_MS = 86_400_000;
export const CONNECTION = 'pms';

/** How many processes there are. The last is on another machine: nobody else can see that it is dead. */
export const PROCESSES = 3;

/** After this time whatever is under way at a moment is over: a lease, and what is still to settle. */
export const LONGEST_WAIT_MS = 60_000;

export interface Process {
  index: number;
  owner: string;
  alive: boolean;
  /** Its operations are held back. Asleep, its steady clock stands still as well. */
  held: 'no' | 'paused' | 'asleep';
  slept: number;
  writeback: Writeback;
}

export class World {
  readonly store: Store;
  readonly pms: Pms;
  readonly keyring = KeyRing.fromEnvironment(undefined, { sandboxOnly: true });
  readonly pending = new PendingOperations();
  readonly processes: Process[] = [];
  readonly faults: { send: SendFault[]; read: ReadFault[]; rules: 'refuse'[] } = { send: [], read: [], rules: [] };
  /** What went wrong where nothing may. */
  readonly wrongs: string[] = [];
  readonly trace: string[] = [];
  /** Called after every operation that may have changed the ledger. */
  onChange: (what: Operation) => Promise<void> = async () => {};
  #elapsed = 0;
  #jumped = 0;
  #starts = 0;
  readonly #port: ReturnType<typeof portOf>;
  readonly #timers: VirtualTimers;

  constructor(store: Store, personality: Personality, timers: VirtualTimers) {
    this.store = store;
    this.#timers = timers;
    this.pms = new Pms(personality);
    this.#port = portOf(personality);
    for (let index = 0; index < PROCESSES; index += 1) this.processes.push(this.#newProcess(index));
  }

  /** Time as it passes everywhere, in milliseconds since the beginning. */
  get elapsed(): number {
    return this.#elapsed;
  }

  readonly wall = (): number => START + this.#elapsed + this.#jumped;

  #newProcess(index: number): Process {
    const owner = `host${index === PROCESSES - 1 ? 'B' : 'A'}:${index}:${(this.#starts += 1)}`;
    const process = { index, owner, alive: true, held: 'no', slept: 0 } as Process;
    process.writeback = createWriteback(this.#runtimeOf(process));
    return process;
  }

  #runtimeOf(process: Process): Runtime {
    // What a dead process began goes nowhere, whatever wakes it.
    const park = <T>(what: string, work: () => Promise<T> | T): Promise<T> =>
      process.alive ? this.pending.park(process.index, what, work) : new Promise<never>(() => {});
    return {
      store: {
        ...this.store,
        ledger: parkReads(this.store.ledger, (read) => park('read', read)),
        transaction: (work) => park('transaction', () => this.store.transaction(work)),
      },
      keyring: this.keyring,
      // The mirror decides nothing, so that it is left out.
      mirror: { put: async () => 0 } as unknown as Mirror,
      connections: new Map([[CONNECTION, this.#connectorOf(park)]]),
      clock: this.wall,
      monotonic: () => this.#elapsed - process.slept,
      // It goes on while a process is held, and nobody can set it.
      uptime: { boot: process.owner.slice(0, 5), ms: () => this.#elapsed },
      random: () => 0.5,
      owner: process.owner,
      ownerIsAlive: (owner) =>
        owner.startsWith('hostB') !== process.owner.startsWith('hostB') ||
        this.processes.some((one) => one.alive && one.owner === owner),
      judgeAgain: (write) => park('judge', () => this.#judge(write)),
      policy: { wait_ms: 0, duplicate_ms: DAY_MS, approval_ms: 3_600_000 },
      onTrouble: (event, id, error) => void this.wrongs.push(`trouble: ${event} ${id} ${String(error)}`),
    };
  }

  #connectorOf(park: <T>(what: string, work: () => Promise<T> | T) => Promise<T>): Connector {
    /** A question is asked at one moment and answered at another. */
    const ask = async <T>(what: string, look: (at: number) => T): Promise<T> => {
      const answer = await park(what, () => this.#look(look));
      return park(`answer to ${what}`, () => answer());
    };
    return {
      ...this.#port,
      get: (kind, _scope, id) => ask('get', (at) => this.pms.show(kind, id, at)) as never,
      prepare: (command, step, context) =>
        park('prepare', () => this.#port.prepareNow(command, step, context) as unknown as StepRequest),
      locate: (_command, _step, request, context) =>
        ask('locate', (at) => this.pms.locate(request as unknown as PmsRequest, context, at)),
      send: async (request) => {
        const { may_send: maySend } = requestScope();
        const answer = await park('send', () => this.#send(request as unknown as PmsRequest, maySend));
        const result = await park('answer to send', answer);
        // No answer ever comes: the ledger's own deadline ends the wait.
        return result ?? new Promise<never>(() => {});
      },
    };
  }

  #look<T>(look: (at: number) => T): () => T {
    const fault = this.faults.read.shift() ?? 'ok';
    if (fault === 'unavailable' || fault === 'misconfigured')
      return () => {
        throw new VendorError(fault, 'The PMS cannot be asked.');
      };
    const seen = look(fault === 'stale' ? this.#elapsed - READ_LAG_MS : this.#elapsed);
    return () => seen;
  }

  async #send(request: PmsRequest, maySend?: () => boolean): Promise<() => StepResult | undefined> {
    if (maySend?.() === false)
      return () => {
        throw new VendorError('unavailable', 'It was not sent: its time is over.');
      };
    const row = await this.store.ledger
      .selectFrom('writes')
      .select(['state', 'step_index'])
      .where('write_id', '=', request.write_id)
      .executeTakeFirst();
    // A sender whose lease was taken from it may still be at it; that the write was committed before holds for all.
    if (row === undefined) this.wrongs.push('a request has left that the ledger does not know');
    const fault: SendFault = this.faults.send.shift() ?? { how: 'ok' };
    const name = `${request.write_id}/${request.step}`;
    this.trace.push(`  PMS: ${request.action} ${name} ${JSON.stringify(fault)}`);
    try {
      const result = this.pms.receive(request, fault, this.#elapsed);
      return () => result;
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  /** The rules once more: what a tool checks before a delayed change is sent. */
  async #judge({ command, before }: OpenWrite): Promise<void> {
    if (this.faults.rules.shift() !== undefined) throw new CaretakerError('conflict', 'The rules are against it.');
    if (command.kind !== 'update_work_order') return;
    const now = this.pms.show('work_order', command.work_order_id, this.#elapsed);
    if (now?.['status'] !== before?.['status']) throw new CaretakerError('conflict', 'Somebody changed it meanwhile.');
  }

  /** Processes that can do something now. */
  awake(): Process[] {
    return this.processes.filter(({ alive, held }) => alive && held === 'no');
  }

  operations(): Operation[] {
    return this.pending.ready((index) => this.processes[index]?.held === 'no');
  }

  async release(operation: Operation): Promise<void> {
    this.trace.push(`  ${this.processes[operation.process]?.owner} ${operation.what}`);
    await this.pending.release(operation);
    if (operation.what === 'transaction') await this.onChange(operation);
  }

  /** Lets up to `count` operations go on; `order` 0 takes them as they came, any other number mixes them. */
  async flow(count: number, order = 0): Promise<void> {
    let mix = order;
    for (let done = 0; done < count; done += 1) {
      const ready = this.operations();
      const next = ready[mix % Math.max(1, ready.length)];
      if (next === undefined) return;
      await this.release(next);
      mix = order === 0 ? 0 : (mix * 1_103_515_245 + 12_345) & 0x7fffffff;
    }
  }

  /** Lets one process alone go on until its next operation is of a kind. */
  async flowUntil(index: number, what: string): Promise<void> {
    for (let done = 0; done < 20 && what !== 'anywhere'; done += 1) {
      const its = this.operations().filter(({ process }) => process === index);
      const next = its[0];
      if (next === undefined || its.some((one) => one.what === what)) return;
      await this.release(next);
    }
  }

  /** Lets time pass: late requests are carried out, and whoever waits with a timer is woken. */
  async pass(ms: number): Promise<void> {
    this.#elapsed += ms;
    for (const process of this.processes) if (process.held === 'asleep') process.slept += ms;
    this.pms.passTime(this.#elapsed);
    this.#timers.pass(ms);
    await quiet();
  }

  /** The wall clock is set. Not while a machine sleeps: then it has no clock that tells how long. */
  jump(ms: number): void {
    if (this.processes.some(({ held }) => held === 'asleep')) return;
    this.#jumped += ms;
  }

  crash(index: number): void {
    const process = this.processes[index];
    if (process === undefined) return;
    process.alive = false;
    process.held = 'no';
    this.pending.drop(index);
  }

  hold(index: number, how: Process['held']): void {
    const process = this.processes[index];
    if (process?.alive === true) process.held = how;
  }

  /** Milliseconds until the next write is due, by the wall clock; undefined once all of them are over. */
  async untilNextDue(): Promise<number | undefined> {
    const rows = await this.store.ledger
      .selectFrom('writes')
      .select('next_attempt_at')
      .where('state', 'in', [...OPEN_STATES])
      .execute();
    if (rows.length === 0) return undefined;
    const waits = rows.map(({ next_attempt_at: at }) => at - this.wall()).filter((wait) => wait > 0);
    return waits.length === 0 ? 0 : Math.min(...waits);
  }

  restart(index: number): void {
    if (this.processes[index]?.alive === false) this.processes[index] = this.#newProcess(index);
  }
}

/** The same tables, where each query waits for its turn. */
function parkReads(db: Kysely<LedgerTables>, park: <T>(read: () => Promise<T>) => Promise<T>): Kysely<LedgerTables> {
  const executor = db.getExecutor();
  const parked = executor.withConnectionProvider({
    provideConnection: (consumer) => park(() => executor.provideConnection(consumer)),
  });
  const dialect = new SqliteDialect({ database: () => Promise.reject(new Error('connections come from the store')) });
  return new Kysely<LedgerTables>({ config: { dialect }, dialect, driver: new DummyDriver(), executor: parked });
}
