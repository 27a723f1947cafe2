import { type Excess, Gate } from '../faulty/limits.ts';
import type { SimRequest } from './message.ts';
import type { LimitRule, Usage } from './vendor.ts';

/** A request over the limits: how long to wait, and whether the vendor says so. */
export interface Over extends Excess {
  says: LimitRule['retry_after'];
}

/** All limits of a vendor. What is refused by any of them is counted as a violation. */
export class Limits {
  readonly #gates: { rule: LimitRule; gate: Gate }[];
  readonly #now: () => number;
  #arrived: number[] = [];

  constructor(rules: readonly LimitRule[], now: () => number) {
    this.#gates = rules.map((rule) => ({ rule, gate: new Gate(rule.limits, now) }));
    this.#now = now;
  }

  /** Counts a request that has arrived. `leave` is called once, when it has been answered. */
  enter(request: SimRequest): { over: Over | undefined; leave: () => void } {
    const gates = this.#gates.filter(({ rule }) => rule.applies?.(request) ?? true);
    const overs = gates.flatMap(({ rule, gate }) => {
      const excess = gate.enter();
      return excess === undefined ? [] : [{ ...excess, says: rule.retry_after }];
    });
    overs.sort((a, b) => b.retry_after_ms - a.retry_after_ms);
    if (overs.length === 0) this.#arrived.push(this.#now());
    return { over: overs[0], leave: () => gates.forEach(({ gate }) => gate.leave()) };
  }

  /** How full the first window of the first limit is. */
  usage(): Usage | undefined {
    const window = this.#gates[0]?.rule.limits.windows[0];
    if (window === undefined) return undefined;
    const now = this.#now();
    this.#arrived = this.#arrived.filter((at) => at > now - window.per_ms);
    const last = this.#arrived.at(-1) ?? now;
    return { limit: window.requests, observed: this.#arrived.length, reset_at: last + window.per_ms };
  }

  counts(): { most_under_way: number; most_per_window: number[]; violations: number } {
    const counts = this.#gates.map(({ gate }) => gate.counts());
    return {
      most_under_way: Math.max(0, ...counts.map(({ most_under_way }) => most_under_way)),
      most_per_window: counts.flatMap(({ most_per_window }) => most_per_window),
      violations: counts.reduce((sum, { violations }) => sum + violations, 0),
    };
  }
}
