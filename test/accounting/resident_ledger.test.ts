import fc from 'fast-check';
import { expect, test } from 'vitest';
import { billStates, chargeStates, journalEntryStates } from '../../src/accounting/posting_state.ts';
import { runningLedger } from '../../src/accounting/resident_ledger.ts';
import { JournalEntry, type Bill } from '../../src/model/records.ts';
import { bill, entry } from './posting_facts.ts';

const entries = [
  entry({ id: '1', kind: 'deposit_held', date: '2026-01-31', amount: 150_000 }),
  entry({ id: '3', kind: 'payment', date: '2026-02-01', amount: -150_000 }),
  entry({ id: '4', kind: 'charge', date: '2026-02-01', amount: 150_000 }),
  entry({ id: '5', kind: 'charge', date: '2026-02-28', amount: 18_000 }),
  entry({ id: '6', kind: 'credit', date: '2026-03-01', amount: -6_000 }),
];

test('runs the balance in order of days, charges first, and keeps deposits apart', () => {
  const ledger = runningLedger(entries);
  expect(ledger.lines.map((line) => [line.entry.id, line.balance])).toEqual([
    ['4', 150_000],
    ['3', 0],
    ['5', 18_000],
    ['6', 12_000],
  ]);
  expect(ledger).toMatchObject({ opening_balance: 0, closing_balance: 12_000, deposits_held: 150_000 });
});

test.each([
  ['2026-01-31', 0],
  ['2026-02-01', 0],
  ['2026-02-27', 0],
  ['2026-02-28', 18_000],
  ['2026-03-01', 12_000],
])('balance at the end of %s', (date, balance) => {
  expect(runningLedger(entries, { to: date }).closing_balance).toBe(balance);
});

test('a month of it opens with what was owed before', () => {
  const march = runningLedger(entries, { from: '2026-03-01', to: '2026-03-31' });
  expect(march).toMatchObject({ opening_balance: 18_000, closing_balance: 12_000, deposits_held: 150_000 });
  expect(march.lines.map((line) => line.entry.id)).toEqual(['6']);
});

test('the order of the entries changes nothing, and the parts of a range add up', () => {
  const any = fc.array(
    fc.record({
      date: fc.constantFrom('2026-01-31', '2026-02-01', '2026-02-28', '2026-03-01'),
      kind: fc.constantFrom('charge' as const, 'payment' as const, 'credit' as const, 'deposit_held' as const),
      amount: fc.integer({ min: -500_000, max: 500_000 }),
    }),
  );
  fc.assert(
    fc.property(any, (rows) => {
      const list = rows.map((row, i) => entry({ id: String(i), ...row }));
      const ledger = runningLedger(list);
      expect(runningLedger(list.toReversed())).toEqual(ledger);
      const later = runningLedger(list, { from: '2026-02-28' });
      expect(later.closing_balance).toBe(ledger.closing_balance);
      expect(later.opening_balance + later.lines.reduce((sum, line) => sum + line.entry.amount, 0)).toBe(
        later.closing_balance,
      );
      expect(later.opening_balance).toBe(runningLedger(list, { to: '2026-02-27' }).closing_balance);
    }),
  );
});

const none = { exact: [], suspected: [] };
test.each<[string, Partial<Bill>, Parameters<typeof billStates>[1], Parameters<typeof billStates>[2], string[]]>([
  ['to be paid', {}, { status: 'matched' }, none, ['unpaid']],
  ['waits for approval', { approval: 'pending' }, { status: 'matched' }, none, ['awaiting_approval', 'unpaid']],
  ['paid', { paid_amount: 35_000 }, { status: 'matched' }, none, ['paid']],
  ['paid in part', { paid_amount: 34_999 }, { status: 'matched' }, none, ['unpaid']],
  ['reversed', { reversed_by_id: 'B10' }, { status: 'no_work_order' }, none, ['reversed']],
  ['over budget', {}, { status: 'over_budget' }, none, ['unpaid', 'amount_differs']],
  ['under the estimate', {}, { status: 'amount_variance' }, none, ['unpaid', 'amount_differs']],
  [
    'without a work order, twice',
    {},
    { status: 'no_work_order' },
    { exact: [bill({ id: 'B8' })], suspected: [] },
    ['unpaid', 'no_work_order', 'suspected_duplicate'],
  ],
])('bill: %s', (_, facts, match, duplicates, states) => {
  expect(billStates(bill(facts), match, duplicates)).toEqual(states);
});

test('charges and journal entries that were taken back', () => {
  const taken = [0, 1, 18_000].map((reversed_amount) => chargeStates(entry({ reversed_amount })));
  expect(taken).toEqual([[], ['partly_reversed'], ['reversed']]);
  const journal = JournalEntry.parse({ id: 'J1', property_id: '12', date: '2026-11-15', memo: 'm', lines: [] });
  expect([journal, { ...journal, reversed_by_id: 'J2' }].map(journalEntryStates)).toEqual([[], ['reversed']]);
});
