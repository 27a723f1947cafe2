import type { PaceLimits } from '../../../src/connectors/connector.ts';

/** Why a request is over the limits, and when there is room again. */
export interface Excess {
  retry_after_ms: number;
}

/** Sliding windows and a cap on requests under way. What is refused does not count towards a window. */
export class Gate {
  readonly #limits: PaceLimits;
  readonly #now: () => number;
  readonly #taken: number[] = [];
  readonly #mostPerWindow: number[];
  #underWay = 0;
  #mostUnderWay = 0;
  #violations = 0;

  constructor(limits: PaceLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
    this.#mostPerWindow = limits.windows.map(() => 0);
  }

  /** Counts a request that has arrived; says so where it is one too many. `leave` follows in either case. */
  enter(): Excess | undefined {
    this.#underWay += 1;
    this.#mostUnderWay = Math.max(this.#mostUnderWay, this.#underWay);
    const excess = this.#excess();
    if (excess === undefined) this.#taken.push(this.#now());
    else this.#violations += 1;
    return excess;
  }

  leave(): void {
    this.#underWay -= 1;
  }

  counts(): { most_under_way: number; most_per_window: number[]; violations: number } {
    return {
      most_under_way: this.#mostUnderWay,
      most_per_window: [...this.#mostPerWindow],
      violations: this.#violations,
    };
  }

  #excess(): Excess | undefined {
    const now = this.#now();
    const { windows, concurrent } = this.#limits;
    const longest = Math.max(0, ...windows.map(({ per_ms }) => per_ms));
    while (this.#taken[0] !== undefined && this.#taken[0] <= now - longest) this.#taken.shift();
    const waits = windows.map(({ requests, per_ms }, index) => {
      const inside = this.#taken.filter((at) => at > now - per_ms);
      this.#mostPerWindow[index] = Math.max(this.#mostPerWindow[index] ?? 0, inside.length + 1);
      const leaving = inside[inside.length - requests];
      return leaving === undefined ? 0 : leaving + per_ms - now;
    });
    if (concurrent !== undefined && this.#underWay > concurrent) waits.push(1);
    const retry_after_ms = Math.max(0, ...waits);
    return retry_after_ms === 0 ? undefined : { retry_after_ms };
  }
}
