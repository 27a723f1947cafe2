import type { Pool } from 'pg';

/** How often this machine's clock is held against the database's, milliseconds. */
const MEASURE_MS = 30_000;

/** Of so many measurements the one with the shortest way there and back counts. */
const MEASUREMENTS = 3;

/**
 * How far the database's clock is ahead of this machine's. A machine whose clock is an hour ahead would take the leases
 * of all others for over, and their requests for long settled.
 */
export class DatabaseClock {
  readonly #pool: () => Promise<Pool>;
  readonly #local: () => number;
  #offset = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: () => Promise<Pool>, local: () => number) {
    this.#pool = pool;
    this.#local = local;
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
    const pool = await this.#pool();
    let best = { trip: Infinity, offset: this.#offset };
    for (let time = 0; time < MEASUREMENTS; time++) {
      const sent = performance.now();
      const { rows } = await pool.query<{ now: number }>(
        'select (extract(epoch from clock_timestamp()) * 1000)::double precision as now',
      );
      const trip = performance.now() - sent;
      const offset = Math.round(Number(rows[0]?.now) + trip / 2 - this.#local());
      if (trip < best.trip) best = { trip, offset };
    }
    this.#offset = best.offset;
  }
}
