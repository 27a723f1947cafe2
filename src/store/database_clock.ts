import type { Pool } from 'pg';
import { StoreUnavailable } from './unavailable.ts';

/** How often this machine's clock is held against the database's, milliseconds. */
const MEASURE_MS = 30_000;

/** Of so many measurements the one with the shortest way there and back counts. */
const MEASUREMENTS = 3;

/** By how much more the wall clock may go on than the steady one while an answer is waited for, milliseconds. */
const ASLEEP_MS = 1_000;

/**
 * How far the database's clock is ahead of this machine's. A machine whose clock is an hour ahead would take the leases
 * of all others for over, and their requests for long settled.
 */
export class DatabaseClock {
  readonly #pool: () => Promise<Pool>;
  readonly #local: () => number;
  readonly #steady: () => number;
  #offset = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `steady` cannot be set, and may stand still while the machine sleeps; both clocks in milliseconds. */
  constructor(pool: () => Promise<Pool>, local: () => number, steady: () => number = () => performance.now()) {
    this.#pool = pool;
    this.#local = local;
    this.#steady = steady;
  }

  /** Whole milliseconds to add to the local clock. */
  get offset(): number {
    return this.#offset;
  }

  /** Measures, and goes on measuring. Throws where the database cannot be asked the first time. */
  async start(): Promise<void> {
    await this.#measure();
    // One measurement that fails leaves the last one standing; the next one comes soon.
    this.#timer ??= setInterval(() => void this.#measure().catch(() => {}), MEASURE_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #measure(): Promise<void> {
    const measured = [];
    for (let time = 0; time < MEASUREMENTS; time++) measured.push(await this.#measureOnce());
    const [best] = measured.filter((one) => one !== undefined).toSorted((one, other) => one.trip - other.trip);
    if (best === undefined) throw new StoreUnavailable('unreachable', new Error('the wall clock jumps ahead'));
    this.#offset = best.offset;
  }

  /** Nothing where the machine slept, or its clock was set, on the way: the trip looks short then, and the offset is wrong. */
  async #measureOnce(): Promise<{ trip: number; offset: number } | undefined> {
    const pool = await this.#pool();
    const sent = { local: this.#local(), steady: this.#steady() };
    const { rows } = await pool.query<{ now: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::double precision as now',
    );
    const local = this.#local();
    const trip = this.#steady() - sent.steady;
    if (local - sent.local - trip > ASLEEP_MS) return undefined;
    return { trip, offset: Math.round(Number(rows[0]?.now) + trip / 2 - local) };
  }
}
