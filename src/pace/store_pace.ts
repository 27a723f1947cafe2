import { randomUUID } from 'node:crypto';
import { type PaceLimits, VendorError } from '../connectors/connector.ts';
import type { Store } from '../store/store.ts';
import { StoreUnavailable } from '../store/unavailable.ts';
import { isLeftAlone } from './breaker.ts';
import type { Pace, Permit, Priority, Refusal, RequestOutcome } from './pace.ts';
import { changePace, type Dated, type PaceRow, readPace } from './pace_row.ts';
import { type Answer, takeTurn } from './turn.ts';

export interface PaceOptions {
  store: Store;
  /** The connection's id, by which processes find each other's pace. */
  connection: string;
  limits: PaceLimits;
  /** After so many milliseconds a request is over, and its place is free, even if its process died. */
  deadline_ms: number;
  /** Names this process, for whoever reads the row. */
  owner: string;
  /** From 0 to below 1; `Math.random` by default. */
  random?: () => number;
  /** Milliseconds of a clock that cannot be set; `performance.now` by default. */
  monotonic?: () => number;
  /** Epoch milliseconds; by default the database's clock on PostgreSQL, and the store's on SQLite. */
  clock?: (() => number) | undefined;
  /** Runs something later and returns what takes that back; a timer by default. */
  later?: (run: () => void, ms: number) => () => void;
  /** Told when a stored state that cannot be read was replaced by a new one. */
  onLost?: () => void;
}

/** Without limits, the store is looked at no more often than this to see whether the PMS is down. */
const LOOK_MS = 250;
/** Whoever waits looks again at least this often: others may have given something back, or want to go first. */
const POLL_MS = 1_000;
/** Reports that are kept for a store that does not answer; older ones say nothing about now. */
const REPORTS_KEPT = 100;

interface Asker {
  id: string;
  priority: Priority;
  /** Whether it stays until there is leave. */
  waits: boolean;
  refused?: Refusal;
  answer(answer: Permit | Refusal): void;
  fail(error: unknown): void;
}

/** The pace of one connection, kept in the store. Opens nothing and starts nothing before it is asked. */
export function createPace(options: PaceOptions): Pace {
  return new StorePace(options);
}

class StorePace implements Pace {
  readonly #options: PaceOptions;
  readonly #row: PaceRow;
  readonly #owner: string;
  readonly #limited: boolean;
  readonly #monotonic: () => number;
  readonly #later: (run: () => void, ms: number) => () => void;
  readonly #listeners = new Set<() => void>();
  #asking: Asker[] = [];
  #reports: RequestOutcome[] = [];
  #released: string[] = [];
  #count = 0;
  #running = false;
  #wanted = false;
  #closed = false;
  /** What was last known of the state, and when by the steady clock. */
  #known: { dated: Dated | 'lost' | undefined; at: number } | undefined;
  #looking: Promise<void> | undefined;
  /** Whether the PMS was down and has not answered since. */
  #unrecovered = false;
  #cancelTurn = () => {};
  #cancelWatch: (() => void) | undefined;

  constructor(options: PaceOptions) {
    const { store, connection, limits, deadline_ms, clock, onLost } = options;
    this.#options = options;
    this.#row = { store, connection, rules: { limits, deadline_ms }, clock, onLost };
    // One process may have several, one after another.
    this.#owner = `${options.owner} ${randomUUID().slice(0, 8)}`;
    this.#limited = limits.windows.length > 0 || limits.concurrent !== undefined;
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#later = options.later ?? later;
  }

  async ask(priority: Priority): Promise<Permit | Refusal> {
    if (await this.#isFree()) return FREE;
    return new Promise((answer, fail) => this.#ask({ priority, waits: false, answer, fail }));
  }

  async wait(priority: Priority, signal?: AbortSignal): Promise<Permit> {
    if (signal?.aborted) throw new VendorError('unavailable', 'The request was ended before it was sent.');
    const { promise, resolve, reject } = Promise.withResolvers<Permit>();
    const left = (at: number) => Math.max(0, at - this.#options.store.clock());
    let asker: Asker | undefined;
    const end = () => {
      // In the middle of a turn its leave may have been stored already: that is given back when the turn is over.
      this.#asking = this.#asking.filter((one) => one !== asker);
      reject(paced(asker?.refused && left(asker.refused.retry_at)));
    };
    const answer = (given: Permit | Refusal) => ('done' in given ? resolve(given) : reject(down(left(given.retry_at))));
    signal?.addEventListener('abort', end, { once: true });
    this.#isFree().then((free) => {
      if (free) resolve(FREE);
      else if (!signal?.aborted) asker = this.#ask({ priority, waits: true, answer, fail: reject });
    }, reject);
    return promise.finally(() => signal?.removeEventListener('abort', end));
  }

  isDown(): boolean {
    const { dated, at } = this.#known ?? { dated: undefined, at: 0 };
    return dated !== undefined && dated !== 'lost' && isLeftAlone(dated.state, dated.now + this.#monotonic() - at);
  }

  report(outcome: RequestOutcome): void {
    // Nothing is in a row that an answer would end; and nothing is under way that could make it so.
    if (outcome.kind === 'answered' && !this.#running && this.#reports.length === 0 && this.#isClean()) return;
    this.#reports = [...this.#reports, outcome].slice(-REPORTS_KEPT);
    this.#turn();
  }

  onRecovery(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#watch();
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#closed = true;
    this.#cancelTurn();
    this.#cancelWatch?.();
    this.#listeners.clear();
    for (const asker of this.#asking.splice(0)) asker.fail(stopping());
  }

  #ask(asker: Omit<Asker, 'id'>): Asker {
    const added = { ...asker, id: `${this.#owner} ${++this.#count}` };
    if (this.#closed) added.fail(stopping());
    else this.#asking.push(added);
    this.#turn();
    return added;
  }

  /** Has everything that is waiting served, in one transaction where nothing is under way, else in the next. */
  #turn(): void {
    this.#wanted = true;
    if (this.#running) return;
    this.#running = true;
    void (async () => {
      while (this.#wanted) {
        // What asks in the same turn of the event loop joins.
        await Promise.resolve();
        this.#wanted = false;
        await this.#serve();
      }
      this.#running = false;
    })();
  }

  async #serve(): Promise<void> {
    // Sorting keeps the order of asking within a priority.
    const asking = this.#asking.toSorted((one, other) => one.priority - other.priority);
    const reports = this.#reports.splice(0);
    const released = this.#released.splice(0);
    if (asking.length + reports.length + released.length === 0) return;
    const random = this.#options.random ?? Math.random;
    const turn = { owner: this.#owner, reports, released, asking };
    try {
      const done = await changePace(this.#row, (state, now) => takeTurn(state, this.#row.rules, turn, now, random));
      this.#learn({ state: done.state, now: done.now });
      asking.forEach((asker, at) => this.#tell(asker, done.answers[at] as Answer, done.now));
      this.#waitForTurn();
    } catch (error) {
      this.#reports.unshift(...reports);
      this.#released.unshift(...released);
      this.#asking = this.#asking.filter((asker) => !asking.includes(asker));
      for (const asker of asking) asker.fail(translated(error));
    }
  }

  #tell(asker: Asker, answer: Answer, now: number): void {
    const gone = !this.#asking.includes(asker);
    if (answer.admitted) {
      const permit = answer.holds ? this.#permit(asker.id) : FREE;
      if (gone) permit.done();
      else asker.answer(permit);
    } else {
      // Callers compare with their machine's clock.
      const { because, retry_at } = answer.refusal;
      asker.refused = { because, retry_at: this.#options.store.clock() + retry_at - now };
      if (asker.waits && because !== 'down') return;
      if (!gone) asker.answer(asker.refused);
    }
    this.#asking = this.#asking.filter((one) => one !== asker);
  }

  #permit(id: string): Permit {
    let over = false;
    return {
      done: () => {
        if (over) return;
        over = true;
        this.#released.push(id);
        this.#turn();
      },
    };
  }

  /** Comes back when the first of those who wait may go. */
  #waitForTurn(): void {
    this.#cancelTurn();
    const retries = this.#asking.flatMap(({ refused }) => (refused ? [refused.retry_at] : []));
    if (retries.length === 0) return;
    const wait = Math.min(...retries) - this.#options.store.clock();
    this.#cancelTurn = this.#later(() => this.#turn(), Math.min(POLL_MS, Math.max(1, wait)));
  }

  /** Whether there is leave without asking: there are no limits, and the PMS is not known to be in trouble. */
  async #isFree(): Promise<boolean> {
    if (this.#limited || this.#closed) return false;
    if (this.#known === undefined || this.#monotonic() - this.#known.at >= LOOK_MS) {
      await this.#look().catch((error: unknown) => {
        throw translated(error);
      });
    }
    const dated = this.#known?.dated;
    if (dated === undefined) return true;
    if (dated === 'lost') return false;
    const { state } = dated;
    return state.breaker.state === 'closed' && Math.max(state.asked_until, state.held_until) <= dated.now;
  }

  #look(): Promise<void> {
    return (this.#looking ??= readPace(this.#row)
      .then((dated) => this.#learn(dated))
      .finally(() => (this.#looking = undefined)));
  }

  #isClean(): boolean {
    const dated = this.#known?.dated;
    if (dated === undefined || dated === 'lost') return true;
    const { breaker, throttled } = dated.state;
    return throttled === 0 && breaker.state === 'closed' && breaker.failures === 0;
  }

  #learn(dated: Dated | 'lost' | undefined): void {
    this.#known = { dated, at: this.#monotonic() };
    const before = this.#unrecovered;
    this.#unrecovered = dated !== undefined && dated !== 'lost' && dated.state.breaker.state !== 'closed';
    // A listener that throws must not take a turn with it.
    if (before && !this.#unrecovered) for (const listener of this.#listeners) queueMicrotask(listener);
    this.#watch();
  }

  /** Where nobody here asks, nobody would notice that another process has reached the PMS again. */
  #watch(): void {
    if (!this.#unrecovered || this.#closed || this.#listeners.size === 0 || this.#cancelWatch !== undefined) return;
    this.#cancelWatch = this.#later(() => {
      this.#cancelWatch = undefined;
      // A store that does not answer is tried again.
      void this.#look().catch(() => this.#watch());
    }, POLL_MS);
  }
}

/** Leave that has nothing to give back. */
const FREE: Permit = { done() {} };

function later(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

function down(retry_after_ms: number): VendorError {
  return new VendorError('unavailable', 'The PMS did not answer several times and is left alone. Nothing was sent.', {
    retry_after_ms: Math.max(0, retry_after_ms),
  });
}

function paced(retry_after_ms: number | undefined): VendorError {
  const options = retry_after_ms === undefined ? {} : { retry_after_ms };
  return new VendorError('rate_limited', 'The PMS takes no more requests just now. Nothing was sent.', options);
}

function stopping(): VendorError {
  return new VendorError('unavailable', 'Caretaker is stopping. Nothing was sent.');
}

function translated(error: unknown): unknown {
  if (!(error instanceof StoreUnavailable)) return error;
  return new VendorError('unavailable', 'The store does not answer, and the pace is kept there. Nothing was sent.');
}
