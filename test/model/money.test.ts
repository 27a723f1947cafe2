import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAmount, parseAmount } from '../../src/model/money.ts';

test.each([
  ['350', 35_000],
  ['350.0', 35_000],
  ['350.00', 35_000],
  ['0.05', 5],
  ['0.5', 50],
  ['0', 0],
  ['1.10', 110],
  ['10000000', 1_000_000_000],
])('%j is %i cents', (text, cents) => {
  expect(parseAmount(text)).toEqual({ cents });
});

test.each([
  '1e3',
  '-5',
  '+5',
  '350.001',
  '',
  '  ',
  ' 350',
  '350\n',
  '1,000',
  '$5',
  'Infinity',
  'NaN',
  '0x10',
  '.5',
  '5.',
  '007',
  '1_000',
  '３５０',
  '10000000.01',
  '99999999999999999999',
])('refuses %j', (text) => {
  expect(parseAmount(text)).toEqual({ error: expect.any(String) });
});

test('formats negatives and small amounts', () => {
  expect([-6000, -5, 0, 7, 123_456].map(formatAmount)).toEqual(['-60.00', '-0.05', '0.00', '0.07', '1234.56']);
});

test('what is formatted is read back as the same cents', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (cents) => {
      expect(parseAmount(formatAmount(cents))).toEqual({ cents });
    }),
  );
});
