/** What had to hold during the demonstration, and what did not. */
export class Expectations {
  readonly #failures: string[] = [];
  #held = 0;

  /** Counts an expectation. One that does not hold is kept in words, with what was found instead. */
  that(what: string, holds: boolean, found?: unknown): void {
    if (holds) this.#held += 1;
    else this.#failures.push(found === undefined ? what : `${what} (found ${short(found)})`);
  }

  /** Like `that`, for a value that has to be exactly another one. */
  equal(what: string, found: unknown, expected: unknown): void {
    this.that(what, found === expected, `${short(found)} instead of ${short(expected)}`);
  }

  get held(): number {
    return this.#held;
  }

  get failures(): readonly string[] {
    return this.#failures;
  }

  /** True only where something was expected and all of it held. */
  get ok(): boolean {
    return this.#held > 0 && this.#failures.length === 0;
  }
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length <= 300 ? text : `${text.slice(0, 299)}…`;
}
