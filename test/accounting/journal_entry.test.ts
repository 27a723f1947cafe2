import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkJournalEntry, type JournalFacts } from '../../src/accounting/journal_entry.ts';
import { accounts, property, TODAY, units } from './posting_facts.ts';

type Entry = Parameters<typeof checkJournalEntry>[0];
const debit = (gl_account_id: string, amount: number, unit_id?: string) => ({
  gl_account_id,
  debit: amount,
  credit: 0,
  ...(unit_id && { unit_id }),
});
const credit = (gl_account_id: string, amount: number) => ({ gl_account_id, debit: 0, credit: amount });
const journal = (lines: Entry['lines'], change: Partial<Entry> = {}): Entry => ({
  property_id: '12',
  date: TODAY,
  memo: 'Reclass INV-70',
  lines,
  ...change,
});
const balanced = [debit('6100', 9_000), credit('6200', 9_000)];
const facts: JournalFacts = { property: property(), units, gl_accounts: accounts, today: TODAY };

describe('checkJournalEntry', () => {
  test.each<[string, Entry]>([
    ['two lines', journal(balanced)],
    ['three lines and a unit', journal([debit('6100', 5_000, '301'), debit('6200', 4_000), credit('3000', 9_000)])],
    ['prepaid rent earned', journal([debit('2200', 100), credit('4000', 100)])],
    ['deposits from one deposit account to another', journal([debit('2100', 100), credit('2101', 100)])],
  ])('allows %s', (_, entry) => {
    expect(checkJournalEntry(entry, facts)).toBeUndefined();
  });

  test.each<[string, Entry, string, string]>([
    ['one line', journal([debit('6100', 100)]), 'invalid_input', 'lines'],
    ['a cent apart', journal([debit('6100', 9_000), credit('6200', 8_999)]), 'invalid_input', 'lines'],
    [
      'both sides on a line',
      journal([
        { gl_account_id: '6100', debit: 5, credit: 5 },
        { gl_account_id: '6200', debit: 5, credit: 5 },
      ]),
      'invalid_input',
      'lines.0',
    ],
    ['no side on a line', journal([...balanced, debit('6200', 0)]), 'invalid_input', 'lines.2'],
    ['negative amounts that balance', journal([debit('6100', -100), credit('6200', -100)]), 'invalid_input', 'lines.0'],
    ['half cents', journal([debit('6100', 0.5), credit('6200', 0.5)]), 'invalid_input', 'lines.0'],
    ['bank', journal([debit('1000', 100), credit('6200', 100)]), 'not_permitted', 'lines.0.account_id'],
    ['receivable', journal([debit('6100', 100), credit('1200', 100)]), 'not_permitted', 'lines.1.account_id'],
    ['payable', journal([debit('6100', 100), credit('2000', 100)]), 'not_permitted', 'lines.1.account_id'],
    ['deposits to income', journal([debit('2100', 100), credit('4000', 100)]), 'not_permitted', 'lines.0.account_id'],
    [
      'deposits against an expense',
      journal([debit('2100', 100), credit('6100', 100)]),
      'not_permitted',
      'lines.0.account_id',
    ],
    [
      'deposits to equity, on the way to income',
      journal([credit('3000', 100), debit('2100', 100)]),
      'not_permitted',
      'lines.1.account_id',
    ],
    ['no such account', journal([debit('9999', 100), credit('6200', 100)]), 'not_found', 'lines.0.account_id'],
    ['an inactive account', journal([debit('6999', 100), credit('6200', 100)]), 'invalid_input', 'lines.0.account_id'],
    [
      'a unit of another property',
      journal([debit('6100', 9_000, '401'), credit('6200', 9_000)]),
      'not_found',
      'lines.0.unit_id',
    ],
    ['no memo', journal(balanced, { memo: '' }), 'invalid_input', 'memo'],
    ['a closed period', journal(balanced, { date: '2026-10-31' }), 'period_closed', 'entry_date'],
  ])('refuses %s', (_, entry, code, field) => {
    expect(checkJournalEntry(entry, facts)).toMatchObject({
      code,
      field,
      message: expect.stringContaining('nothing was posted'),
      next: expect.any(String),
    });
  });

  test('what is allowed balances, whatever the lines', () => {
    const line = fc.record({
      gl_account_id: fc.constantFrom('6100', '6200', '4000', '2100', '1000'),
      debit: fc.integer({ min: -1, max: 3 }),
      credit: fc.integer({ min: -1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
        if (checkJournalEntry(journal(lines), facts) !== undefined) return;
        expect(lines.reduce((sum, one) => sum + one.debit - one.credit, 0)).toBe(0);
        expect(lines.length).toBeGreaterThanOrEqual(2);
      }),
      { numRuns: 2_000 },
    );
  });
});
