import { describe, expect, it } from 'vitest';
import { backoff, coolDown, record } from '../../src/pace/breaker.ts';
import { admit, giveBack } from '../../src/pace/budget.ts';
import type { RequestOutcome } from '../../src/pace/pace.ts';
import { freshState, type PaceRules, type PaceState, settle } from '../../src/pace/state.ts';

const RULES: PaceRules = { limits: { windows: [] }, deadline_ms: 30_000 };
const FAILED: RequestOutcome = { kind: 'failed' };
const ANSWERED: RequestOutcome = { kind: 'answered' };

const after = (outcomes: readonly RequestOutcome[], now = 0, state = freshState(0)): PaceState =>
  outcomes.reduce((reached, outcome) => record(reached, outcome, now, 0.5), state);
const times = (count: number, outcome: RequestOutcome) => Array<RequestOutcome>(count).fill(outcome);

/** Who asks at a time, after what is over has come free. */
const ask = (state: PaceState, now: number, id = 'probe') =>
  admit(settle(state, RULES, now), RULES, { id, priority: 2 }, now);
const admitted = (state: PaceState, now: number, id?: string): PaceState => {
  const answer = ask(state, now, id);
  if (!('state' in answer)) throw new Error(`refused: ${answer.because}`);
  return answer.state;
};

describe('the breaker', () => {
  it.each<[string, RequestOutcome[], string]>([
    ['four failures', times(4, FAILED), 'closed'],
    ['five failures', times(5, FAILED), 'open'],
    ['an answer in between', [...times(4, FAILED), ANSWERED, ...times(4, FAILED)], 'closed'],
    ['a 429 in between, which is an answer', [...times(4, FAILED), { kind: 'throttled' }, FAILED], 'closed'],
    ['an answer of a request from before', [...times(5, FAILED), ANSWERED], 'closed'],
  ])('after %s: %s', (_name, outcomes, state) => {
    expect(after(outcomes).breaker.state).toBe(state);
  });

  it('is changed by nothing where all is well, so that nothing is stored', () => {
    const state = freshState(0);
    expect(record(state, ANSWERED, 5, 0)).toBe(state);
  });

  it('refuses until the cool-down is over, then lets one through and no more', () => {
    const open = after(times(5, FAILED));
    expect(ask(open, 499)).toEqual({ because: 'down', retry_at: 500 });
    const probing = admitted(open, 500);
    expect(ask(probing, 501)).toEqual({ because: 'down', retry_at: 1_501 });
    expect(record(probing, ANSWERED, 600, 0).breaker).toEqual({ state: 'closed', failures: 0 });
  });

  it('lets another one through where the first one died, or was given back without a word', () => {
    const probing = admitted(after(times(5, FAILED)), 500);
    expect(ask(probing, 30_499)).toMatchObject({ because: 'down' });
    expect(admitted(probing, 30_500, 'second').breaker).toMatchObject({ state: 'half_open', probe: 'second' });
    const free = giveBack(probing, RULES, 'probe', 700);
    expect(admitted(free, 700, 'third').breaker).toMatchObject({ state: 'half_open', probe: 'third' });
  });

  it('cools down twice as long after each probe that failed, and not for requests from before', () => {
    let state = after(times(9, FAILED));
    const waits: number[] = [];
    for (let now = 1_000_000; waits.length < 9; now += 100_000) {
      state = record(admitted(state, now), FAILED, now, 0.999_999);
      if (state.breaker.state === 'open') waits.push(state.breaker.until - now);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 60, 60].map((seconds) => seconds * 1_000));
  });

  it.each([
    [1, 0, 0],
    [1, 0.5, 500],
    [3, 0.25, 1_000],
    [500, 0.5, 30_000],
  ])('cools down the %i. time with %f for %i ms', (opened, random, wait) => {
    expect(coolDown(opened, random)).toBe(wait);
  });
});

describe('a vendor that asks to wait', () => {
  const throttled = (retry_after_ms?: number): RequestOutcome => ({
    kind: 'throttled',
    ...(retry_after_ms !== undefined && { retry_after_ms }),
  });

  it.each<[string, RequestOutcome[], number]>([
    ['says how long', [throttled(7_000)], 7_000],
    ['says less later', [throttled(7_000), throttled(1_000)], 7_000],
    ['says more later', [throttled(1_000), throttled(7_000)], 7_000],
    ['says nothing later', [throttled(7_000), throttled()], 7_000],
    ['says something absurd', [throttled(1e15)], 3_600_000],
    ['says something in the past', [throttled(-5)], 0],
    ['says nothing', [throttled()], 200],
    ['says nothing to ten at once', times(10, throttled()), 200],
  ])('is waited for where it %s', (_name, outcomes, wait) => {
    expect(after(outcomes).asked_until).toBe(wait);
  });

  it('is asked by nobody until then, however urgent', () => {
    const state = after([throttled(7_000)]);
    expect(admit(state, RULES, { id: 'a', priority: 0 }, 6_999)).toEqual({ because: 'asked_to_wait', retry_at: 7_000 });
    expect('state' in admit(state, RULES, { id: 'a', priority: 3 }, 7_000)).toBe(true);
  });

  it('is given twice as long each time it refuses again, until it answers', () => {
    let state = freshState(0);
    const waits: number[] = [];
    let now = 0;
    for (let time = 0; time < 4; time++) {
      state = record(state, throttled(), now, 0.5);
      waits.push(state.asked_until - now);
      // What was under way before tells nothing about what comes after the pause.
      state = record(state, ANSWERED, now, 0.5);
      now = state.asked_until;
    }
    expect(waits).toEqual([200, 400, 800, 1_600]);
    state = record(record(state, ANSWERED, now, 0.5), throttled(), now, 0.5);
    expect(state.asked_until - now).toBe(200);
  });

  it.each([
    [1, 0, 100],
    [1, 0.999_999, 300],
    [30, 0, 60_000],
  ])('is left alone the %i. time with %f for %i ms', (count, random, wait) => {
    expect(backoff(count, random)).toBe(wait);
  });
});
