import { describe, expect, it } from 'vitest';
import {
  END_STATES,
  eventsIn,
  IN_FLIGHT_STATES,
  OPEN_STATES,
  SPENT_STATES,
  WRITE_STATES,
  type WriteEvent,
  type WriteState,
} from '../../../src/writeback/states.ts';

/** Every state that can follow, in any number of events; without some events, where they are named. */
function reachable(from: WriteState, without: readonly WriteEvent[] = []): Set<WriteState> {
  const seen = new Set<WriteState>();
  const open = [from];
  for (let state = open.pop(); state !== undefined; state = open.pop())
    for (const [event, to] of eventsIn(state))
      if (!without.includes(event) && !seen.has(to)) {
        seen.add(to);
        open.push(to);
      }
  return seen;
}

/** The events that lead from one set of states into another. */
function waysInto(ends: readonly WriteState[], from: readonly WriteState[]): string[] {
  return from.flatMap((state) =>
    eventsIn(state).flatMap(([event, to]) => (ends.includes(to) ? [`${state} ${event}`] : [])),
  );
}

describe('the table of states', () => {
  it('is reached as a whole from the first state, and never leads back to it', () => {
    const after = reachable('recorded');
    expect([...after].sort()).toEqual(WRITE_STATES.filter((state) => state !== 'recorded').sort());
  });

  it.each(WRITE_STATES.filter((state) => !END_STATES.includes(state)))('leads from %s to an end', (state) => {
    expect([...reachable(state)].filter((to) => END_STATES.includes(to))).not.toEqual([]);
  });

  it('has ends that nothing follows, and nothing else that nothing follows', () => {
    for (const state of END_STATES) expect(reachable(state)).toEqual(new Set());
    expect([...END_STATES].sort()).toEqual(['done', 'shadowed', ...SPENT_STATES].sort());
    expect([...END_STATES, ...OPEN_STATES, 'needs_attention'].sort()).toEqual([...WRITE_STATES].sort());
  });

  it('calls nothing without effect that may have had one, unless the PMS or a look-up said so', () => {
    // What was refused, what was not found and then refused, and what a person found.
    expect(waysInto(SPENT_STATES, [...IN_FLIGHT_STATES, 'needs_attention'])).toEqual([
      'sending refuse',
      'unknown refuse',
      'needs_attention did_not_happen',
    ]);
    expect(waysInto(['shadowed'], [...OPEN_STATES, 'needs_attention'])).toEqual(['recorded shadow']);
  });

  it('calls nothing done that was not answered or found, unless a person did', () => {
    expect(waysInto(['done'], WRITE_STATES)).toEqual(['sent prove', 'needs_attention happened']);
    expect(waysInto(['sent'], WRITE_STATES)).toEqual(['sending answer', 'sent wait', 'unknown find']);
  });

  it('sends nothing that is in doubt, except after the event that says that it may be', () => {
    expect(waysInto(['sending'], WRITE_STATES)).toEqual(['ready take', 'sent take']);
    const around: WriteEvent[] = ['allow_again', 'find'];
    expect(reachable('unknown', around)).toEqual(new Set(['unknown', 'failed', 'needs_attention', 'done']));
  });

  it('leaves what a person has to find out to a person', () => {
    expect(reachable('needs_attention')).toEqual(new Set(['done', 'failed']));
    for (const state of OPEN_STATES) expect(reachable(state), state).toContain('needs_attention');
  });
});
