import { describe, expect, it } from 'vitest';
import {
  after,
  END_STATES,
  eventsIn,
  IN_FLIGHT_STATES,
  OPEN_STATES,
  parseState,
  SPENT_STATES,
  WRITE_STATES,
  type WriteEvent,
  type WriteState,
} from '../../src/writeback/states.ts';

/** The whole protocol, written out once more: a change to the table has to be meant. */
const ALLOWED = `
recorded accept ready | recorded ask_person awaiting_approval | recorded shadow shadowed | recorded doubt needs_attention
awaiting_approval approve ready | awaiting_approval reject rejected | awaiting_approval run_out expired
awaiting_approval withdraw withdrawn | awaiting_approval wait awaiting_approval | awaiting_approval doubt needs_attention
ready take sending | ready wait ready | ready refuse failed | ready run_out expired | ready withdraw withdrawn
ready lose unknown | ready doubt needs_attention
sending answer sent | sending give_back ready | sending lose unknown | sending refuse failed
sending ask_person awaiting_approval | sending doubt needs_attention
sent take sending | sent prove done | sent wait sent | sent lose unknown | sent doubt needs_attention
unknown find sent | unknown allow_again ready | unknown wait unknown | unknown refuse failed | unknown doubt needs_attention
needs_attention happened done | needs_attention did_not_happen failed`
  .split(/[|\n]/)
  .map((line) => line.trim())
  .filter((line) => line !== '');

const successors = (state: WriteState) => eventsIn(state).map(([, to]) => to);

describe('the protocol of a write', () => {
  it('allows exactly these events', () => {
    const actual = WRITE_STATES.flatMap((from) => eventsIn(from).map(([event, to]) => `${from} ${event} ${to}`));
    expect(actual.sort()).toEqual([...ALLOWED].sort());
  });

  it('refuses every other event in every state', () => {
    const events = new Set(WRITE_STATES.flatMap((state) => eventsIn(state).map(([event]) => event)));
    for (const state of WRITE_STATES)
      for (const event of [...events, 'toString' as WriteEvent]) {
        const line = ALLOWED.find((one) => one.startsWith(`${state} ${event} `));
        if (line === undefined) expect(() => after(state, event), `${state} ${event}`).toThrow(RangeError);
        else expect(after(state, event)).toBe(line.split(' ')[2]);
      }
  });

  it('lets every write come to an end, and reaches every state', () => {
    const reachable = (from: WriteState): Set<WriteState> => {
      const seen = new Set<WriteState>([from]);
      for (const state of seen) successors(state).forEach((next) => seen.add(next));
      return seen;
    };
    expect([...reachable('recorded')].sort()).toEqual([...WRITE_STATES].sort());
    for (const state of WRITE_STATES) expect([...reachable(state)].some((one) => END_STATES.includes(one))).toBe(true);
    expect(OPEN_STATES).toEqual(['recorded', 'awaiting_approval', 'ready', 'sending', 'sent', 'unknown']);
  });

  it('never sends again what is over, and never what nobody looked for', () => {
    for (const state of [...SPENT_STATES, 'done', 'shadowed', 'needs_attention'] as WriteState[])
      expect(successors(state)).not.toContain('sending');
    expect(successors('unknown')).not.toContain('sending');
    expect(IN_FLIGHT_STATES).toEqual(['sending', 'sent', 'unknown']);
  });

  it('refuses to act on a state that does not exist', () => {
    expect(() => parseState('toString')).toThrow(/unknown write state/);
    expect(() => parseState('sent ')).toThrow(/unknown write state/);
    expect(parseState('done')).toBe('done');
  });
});
