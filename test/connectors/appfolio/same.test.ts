import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameValue } from '../../../src/connectors/appfolio/commands/same.ts';

describe('whether a value is shown as it was sent', () => {
  it.each([
    [null, undefined, true],
    ['', null, true],
    [[], null, true],
    ['x', null, false],
    [null, 'x', false],
    ['2026-11-24T15:00:00Z', '2026-11-24T15:00:00.000Z', true],
    ['2026-11-24T15:00:00Z', '2026-11-24T15:00:01Z', false],
    [12.5, '12.50', true],
    ['12.50', 12.5, true],
    ['12.50', '12.51', false],
    ['007', '7', false],
    [['a'], [{ Id: 'a', Name: 'Ann' }], true],
    [['a'], [{ Id: 'b' }], false],
    [['a'], ['a', 'b'], false],
    [{ Amount: 5 }, { Amount: '5.00', Status: 'Pending' }, true],
    [{ Amount: 5 }, { Status: 'Pending' }, false],
    [true, false, false],
  ])('%o as %o: %s', (sent, shown, expected) => {
    expect(sameValue(sent, shown)).toBe(expected);
  });

  it('takes everything for itself, and no text for another one that is no number and no moment', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(sameValue(value, value)).toBe(true);
      }),
    );
    const word = fc.string({ minLength: 1 }).filter((text) => /^[a-z]/i.test(text));
    fc.assert(
      fc.property(word, word, (one, other) => {
        expect(sameValue(one, other)).toBe(one === other);
      }),
    );
  });
});
