/** Answers kept at most; beyond it all are let go. A record takes a few kilobytes. */
const MOST = 4_000;

/**
 * What was read and decoded, for as long as nothing at all changes: an agent looks at the same few records again and
 * again. What is kept is shared, and therefore frozen.
 */
export class Kept {
  readonly #versionOf: () => number | undefined;
  readonly #answers = new Map<string, object>();
  #version: number | undefined;
  #checked = false;

  /** `versionOf` gives another number after every change; undefined where nobody can tell, and nothing is kept. */
  constructor(versionOf: () => number | undefined) {
    this.#versionOf = versionOf;
  }

  /** What was kept under a key, if it still holds, and what keeps an answer under a key if nothing changed meanwhile. */
  open(): { get(key: string): object | undefined; keep(key: string, answer: object): void } {
    if (!this.#checked) this.#check();
    const version = this.#version;
    return {
      get: (key) => this.#answers.get(key),
      keep: (key, answer) => {
        if (version !== undefined && version === this.#version) this.#answers.set(key, frozen(answer));
      },
    };
  }

  /** To be called when this process has changed something, so that it sees its own change at once. */
  changed(): void {
    this.#checked = false;
  }

  /** Once for each turn of the event loop: a call reads many records within one. */
  #check(): void {
    const version = this.#versionOf();
    if (version !== this.#version || this.#answers.size >= MOST) this.#answers.clear();
    this.#version = version;
    this.#checked = true;
    setImmediate(() => this.changed());
  }
}

/** The value with everything in it, so that nobody can change it any more. */
export function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null && !Object.isFrozen(inner)) frozen(inner);
  return Object.freeze(value);
}
