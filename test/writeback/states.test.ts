import { describe, expect, it } from 'vitest';
import {
  IN_FLIGHT_STATES,
  mayFollow,
  parseState,
  SPENT_STATES,
  TRANSITIONS,
  WRITE_STATES,
  type WriteState,
} from '../../src/writeback/states.ts';

/** Every change of state that is allowed, written out: a change to the table has to be meant. */
const ALLOWED = `
recorded awaiting_approval | recorded ready | recorded shadowed
awaiting_approval ready | awaiting_approval rejected | awaiting_approval expired | awaiting_approval withdrawn
ready sending | ready failed | ready expired | ready withdrawn | ready needs_attention
sending sent | sending ready | sending unknown | sending failed | sending awaiting_approval | sending needs_attention
sent sending | sent done | sent unknown | sent needs_attention
unknown sent | unknown ready | unknown failed | unknown needs_attention
needs_attention done | needs_attention failed`
  .split(/[|\n]/)
  .map((pair) => pair.trim())
  .filter((pair) => pair !== '');

describe('the table of write states', () => {
  it('allows exactly these changes', () => {
    const actual = WRITE_STATES.flatMap((from) =>
      WRITE_STATES.filter((to) => mayFollow(from, to)).map((to) => `${from} ${to}`),
    );
    expect(actual.sort()).toEqual([...ALLOWED].sort());
  });

  it('lets every write come to an end', () => {
    const ends = WRITE_STATES.filter((state) => TRANSITIONS[state].length === 0);
    const reaches = (state: WriteState, seen: Set<WriteState>): boolean =>
      ends.includes(state) ||
      (TRANSITIONS[state] as readonly WriteState[]).some(
        (next) => !seen.has(next) && reaches(next, new Set([...seen, next])),
      );
    expect(WRITE_STATES.filter((state) => !reaches(state, new Set([state])))).toEqual([]);
  });

  it('never sends again what is over, and never what nobody looked for', () => {
    for (const state of [...SPENT_STATES, 'done', 'shadowed', 'needs_attention'] as WriteState[])
      expect(mayFollow(state, 'sending')).toBe(false);
    expect(mayFollow('unknown', 'sending')).toBe(false);
    expect(IN_FLIGHT_STATES).toEqual(['sending', 'sent', 'unknown']);
  });

  it('refuses to act on a state that does not exist', () => {
    expect(() => parseState('toString')).toThrow(/unknown write state/);
    expect(() => parseState('sent ')).toThrow(/unknown write state/);
    expect(parseState('done')).toBe('done');
  });
});
