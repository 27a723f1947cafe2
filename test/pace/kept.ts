import { admit, giveBack } from '../../src/pace/budget.ts';
import type { Priority } from '../../src/pace/pace.ts';
import { freshState, parseState, type PaceRules, type PaceState, settle } from '../../src/pace/state.ts';

export const rules = (
  windows: PaceRules['limits']['windows'],
  concurrent?: number,
  deadline_ms = 30_000,
): PaceRules => ({
  limits: { windows, ...(concurrent !== undefined && { concurrent }) },
  deadline_ms,
});

/** One connection's state as processes see it one after another, stored as JSON as they do. */
export class Kept {
  state: PaceState = freshState(0);
  readonly #rules: PaceRules;
  #ids = 0;

  constructor(rules: PaceRules) {
    this.#rules = rules;
  }

  /** The id of the request that was admitted, or the refusal. */
  ask(now: number, priority: Priority = 1) {
    const before = settle(this.state, this.#rules, now);
    const id = `r${++this.#ids}`;
    const result = admit(before, this.#rules, { id, priority }, now);
    const after = 'state' in result ? result.state : before;
    if (after !== before || before.at !== this.state.at) this.#store({ ...after, at: now });
    return 'state' in result ? id : result;
  }

  giveBack(now: number, id: string): void {
    this.change(now, (state) => giveBack(state, this.#rules, id, now));
  }

  change(now: number, work: (state: PaceState) => PaceState): void {
    this.#store({ ...work(settle(this.state, this.#rules, now)), at: now });
  }

  #store(state: PaceState): void {
    const read = parseState(JSON.stringify(state));
    if (read === undefined) throw new Error('a state was made that cannot be read');
    this.state = read;
  }
}
