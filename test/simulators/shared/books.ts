import type { SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import type { Clock } from '../faulty/clock.ts';
import { Refused, type Answer } from './message.ts';
import { Numbering } from './numbering.ts';
import type { Options } from './options.ts';
import { type Change, copyOf, Journal, Table, type Tables } from './table.ts';
import type { Call, Vendor, World } from './vendor.ts';

/** One record that an accepted write has made or changed. */
export interface Effect {
  number: number;
  operation: string;
  record: string;
  id: string;
  /** Instant by the simulator's clock. */
  at: string;
}

/** The vendor's tables, with late commits, a lagging view, and a count of what was taken. */
export class Books {
  readonly #vendor: Vendor;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #live: World<Tables>;
  readonly #effects: Effect[] = [];
  readonly #lastCreate = new Map<string, Answer>();
  #late: { due: number; call: Call<Tables> }[] = [];
  #views: { until: number; tables: Tables }[] = [];
  /** Told of every commit. */
  onCommit: (changes: readonly Change[], world: World<Tables>) => void = () => {};

  constructor(vendor: Vendor, portfolio: SandboxState, options: Options, clock: Clock) {
    this.#vendor = vendor;
    this.#clock = clock;
    const now = () => clock.now();
    this.#journal = new Journal(now);
    const ids = new Numbering(options.seed);
    const tables = vendor.load(portfolio, {
      ...{ ids, options, now },
      table: (spec) => new Table(spec, this.#journal),
    });
    this.#live = { tables, ids, options, now };
  }

  get live(): World<Tables> {
    return this.#live;
  }

  /** Answers a read from what readers are shown now. */
  read(call: Call<Tables>): Answer {
    this.settle();
    this.#views = this.#views.filter(({ until }) => until > this.#clock.now());
    const view = this.#views[0];
    return refusedOr(() => call.handle(view === undefined ? this.#live : { ...this.#live, tables: view.tables }));
  }

  /** Carries out a write; readers see it only after `hideMs`. */
  write(call: Call<Tables>, hideMs?: number): Answer {
    this.settle();
    const view =
      hideMs === undefined ? undefined : { until: this.#clock.now() + hideMs, tables: copyOf(this.#live.tables) };
    const answer = this.#commit(call);
    if (view !== undefined && answer.wrote !== undefined) this.#views.push(view);
    return answer;
  }

  /** Carries out a write after its client has given it up. */
  writeLater(call: Call<Tables>, ms: number): void {
    this.#late.push({ due: this.#clock.now() + ms, call });
    this.#late.sort((a, b) => a.due - b.due);
    // Where the clock is a test's own, this finds nothing due and the test's setting of the clock does it.
    setTimeout(() => this.settle(), ms).unref();
  }

  /** Commits what has become due, in order. */
  settle(): void {
    for (let next = this.#late[0]; next !== undefined && next.due <= this.#clock.now(); next = this.#late[0]) {
      this.#late.shift();
      // Refused that late, it has no effect, and nobody is there to be told.
      this.#commit(next.call);
    }
  }

  /** What a person does in the PMS itself; throws where it cannot be done. */
  byStaff(work: (tables: Tables) => void): void {
    this.settle();
    const { changes } = this.#journal.run(
      () => work(this.#live.tables),
      () => true,
    );
    this.onCommit(changes, this.#live);
  }

  /** The answer to the accepted write of the same operation before this one. */
  previousAnswer(operation: string): Answer | undefined {
    return this.#lastCreate.get(operation);
  }

  effects(): readonly Effect[] {
    this.settle();
    return this.#effects;
  }

  state(): Partial<SandboxState> {
    this.settle();
    return this.#vendor.state(this.#live);
  }

  #commit(call: Call<Tables>): Answer {
    const { result, changes } = this.#journal.run(
      () => refusedOr(() => call.handle(this.#live)),
      ({ wrote, status }) => wrote !== undefined || (call.session === true && status < 400),
    );
    const at = new Date(this.#clock.now()).toISOString();
    for (const { record, id } of result.wrote ?? [])
      this.#effects.push({ number: this.#effects.length + 1, operation: call.operation, record, id, at });
    if (result.wrote !== undefined) this.#lastCreate.set(call.operation, result);
    if (changes.length > 0) this.onCommit(changes, this.#live);
    return result;
  }
}

function refusedOr(handle: () => Answer): Answer {
  try {
    return handle();
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    throw error;
  }
}
