import { expect, it } from 'vitest';
import { isWriteId, markerOf, newId } from '../../src/writeback/ids.ts';

it('makes ids that sort in the order of making, also within a millisecond and when the clock jumps back', () => {
  const times = [...Array.from({ length: 9_000 }, () => 1_764_000_000_000), 1_764_000_000_001, 1_763_999_999_000];
  const ids = times.map((now) => newId('w', now));
  expect(ids).toEqual([...ids].sort());
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every(isWriteId)).toBe(true);
});

it.each(['w_', 'w_../../x', '12', 'W_01m8717yj000ptvgybj04n', 'w_01m8717yj000ptvgybj04ni', 'ct-01m8717yj000p'])(
  'does not take %s for a write id',
  (text) => expect(isWriteId(text)).toBe(false),
);

it('makes the same marker for the same write, and another for another', () => {
  const [one, other] = [newId('w', 1), newId('w', 1)];
  expect(markerOf(one)).toBe(markerOf(one));
  expect(markerOf(one)).not.toBe(markerOf(other));
  expect(markerOf(one)).toMatch(/^ct-[0-9a-hjkmnp-tv-z]{13}$/);
});
