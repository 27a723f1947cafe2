import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { shortened } from '../../src/model/shortened.ts';

it.each([
  ['short', 10, 'short'],
  ['exactly ten', 11, 'exactly ten'],
  ['a bit too long', 6, 'a bit…'],
  ['🚰🚰🚰🚰', 4, '🚰…'],
])('shortens %s to at most %i', (text, max, expected) => expect(shortened(text, max)).toBe(expected));

it('never cuts a character in half, and never gets longer', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.integer({ min: 1, max: 30 }), (text, max) => {
      const short = shortened(text, max);
      expect(short.isWellFormed()).toBe(true);
      expect(short.length).toBeLessThanOrEqual(Math.max(max, Math.min(text.length, max)));
    }),
  );
});
