const DAY_MS = 86_400_000;

/** Calendar arithmetic around the day on which the portfolio is laid out, by UTC. */
export class Days {
  /** Midnight of that day. */
  readonly #start: number;
  readonly now: number;

  constructor(now: number) {
    this.now = now;
    this.#start = Math.floor(now / DAY_MS) * DAY_MS;
  }

  /** The day this many days from today, `YYYY-MM-DD`. */
  day(offset: number): string {
    return new Date(this.#start + offset * DAY_MS).toISOString().slice(0, 10);
  }

  /** A moment this many days from today, at an hour of the day. */
  at(offset: number, hour: number, minute = 0): string {
    return new Date(this.#start + offset * DAY_MS + hour * 3_600_000 + minute * 60_000).toISOString();
  }

  /** A moment this many minutes from now. */
  minutes(offset: number): string {
    return new Date(this.now + offset * 60_000).toISOString();
  }

  /** The first of the month that lies this many months from the current one. */
  firstOfMonth(offset: number): string {
    const today = new Date(this.#start);
    return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + offset, 1)).toISOString().slice(0, 10);
  }

  /** The last day of the month that lies this many months from the current one. */
  lastOfMonth(offset: number): string {
    const today = new Date(this.#start);
    return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + offset + 1, 0)).toISOString().slice(0, 10);
  }
}

/** The day this many days after another, `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The last day of a term of months that begins on `date`. */
export function endOfTerm(date: string, months: number): string {
  const start = new Date(date);
  return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months, start.getUTCDate() - 1))
    .toISOString()
    .slice(0, 10);
}
