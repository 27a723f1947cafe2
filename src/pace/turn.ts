import { record } from './breaker.ts';
import { admit, type Asking, giveBack, holds, markUrgent, unmarkUrgent } from './budget.ts';
import type { Refusal, RequestOutcome } from './pace.ts';
import type { PaceRules, PaceState } from './state.ts';

/** Everything that one process has for a connection's pace at a time. */
export interface Turn {
  /** Names the process. */
  owner: string;
  reports: readonly RequestOutcome[];
  /** Ids of requests that are over. */
  released: readonly string[];
  /** In the order in which leave is to be given. */
  asking: readonly Asking[];
}

/** What was said to one who asked; `holds` where the request has to be given back. */
export type Answer = { admitted: true; holds: boolean } | { admitted: false; refusal: Refusal };

/**
 * Takes a process's turn. Reports come before what is given back: a probe that was given back without a report would
 * count as none.
 */
export function takeTurn(
  settled: PaceState,
  rules: PaceRules,
  { owner, reports, released, asking }: Turn,
  now: number,
  random: () => number,
): { state: PaceState; answers: Answer[] } {
  let state = settled;
  for (const outcome of reports) state = record(state, outcome, now, random());
  for (const id of released) state = giveBack(state, rules, id, now);
  const answers: Answer[] = [];
  let admittedUrgent = false;
  let refusedUrgent = false;
  for (const one of asking) {
    const admitted = admit(state, rules, one, now);
    const { priority } = one;
    if ('state' in admitted) {
      state = admitted.state;
      answers.push({ admitted: true, holds: holds(state, one.id) });
      admittedUrgent ||= priority < 2;
      continue;
    }
    answers.push({ admitted: false, refusal: admitted });
    // A PMS that is down has no room that somebody could take from the urgent one.
    if ((priority === 0 || priority === 1) && !refusedUrgent && admitted.because !== 'down') {
      refusedUrgent = true;
      state = markUrgent(state, owner, priority, admitted.retry_at);
    }
  }
  if (admittedUrgent && !refusedUrgent) state = unmarkUrgent(state, owner);
  return { state, answers };
}
