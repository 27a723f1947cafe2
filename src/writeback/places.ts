/** So much work at a time and no more; the rest waits for its turn in the order of coming. */
export class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Whoever waits takes over the place; it is never free in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

/** The places of each connection, and as many again for its emergencies: nothing else is ever in their way. */
export class PlacesByConnection {
  readonly #count: number;
  readonly #places = new Map<string, Places>();

  constructor(count: number) {
    this.#count = count;
  }

  /** The places for a write. Priority 2 is all that is no emergency. */
  for({ connection, priority }: { connection: string; priority: number }): Places {
    const key = `${priority < 2 ? 'urgent' : 'other'} ${connection}`;
    let places = this.#places.get(key);
    if (places === undefined) this.#places.set(key, (places = new Places(this.#count)));
    return places;
  }
}
