/** How often what has happened. */
export class Tally {
  readonly #counts = new Map<string, number>();
  #total = 0;

  arrived(): void {
    this.#total += 1;
  }

  count(...names: string[]): void {
    for (const name of names) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  get total(): number {
    return this.#total;
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Counts whose names begin with `prefix`, under the rest of their names. */
  under(prefix: string): Record<string, number> {
    const fitting = [...this.#counts].filter(([name]) => name.startsWith(prefix));
    return Object.fromEntries(fitting.map(([name, count]) => [name.slice(prefix.length), count]));
  }
}
