import { expect, test } from 'vitest';
import { checkReversal, type Reversible, type ReversalRequest } from '../../src/accounting/reversal.ts';
import { JournalEntry, type Bill, type LedgerEntry } from '../../src/model/records.ts';
import { bill, entry, property, TODAY } from './posting_facts.ts';

const charge = (facts: Partial<LedgerEntry> = {}): Reversible => ({ kind: 'charge', posting: entry(facts) });
const ofBill = (facts: Partial<Bill> = {}): Reversible => ({ kind: 'bill', posting: bill(facts) });
const journal = (facts: Partial<JournalEntry> = {}): Reversible => ({
  kind: 'journal_entry',
  posting: JournalEntry.parse({
    id: 'J1',
    property_id: '12',
    date: '2026-11-15',
    memo: 'Reclass',
    lines: [
      { gl_account_id: '6100', debit: 9_000 },
      { gl_account_id: '6200', credit: 9_000 },
    ],
    ...facts,
  }),
});
const ask = (change: Partial<ReversalRequest> = {}): ReversalRequest => ({
  date: TODAY,
  reason: 'Dispute settled',
  ...change,
});
const facts = { properties: [property()], today: TODAY };

test.each<[string, Reversible, ReversalRequest, number]>([
  ['a whole charge', charge(), ask(), 18_000],
  ['part of a charge', charge(), ask({ amount: 6_000 }), 6_000],
  ['the rest of a charge', charge({ reversed_amount: 6_000 }), ask(), 12_000],
  ['the rest of a charge, said', charge({ reversed_amount: 6_000 }), ask({ amount: 12_000 }), 12_000],
  ['a bill', ofBill(), ask(), 35_000],
  ['a bill, its total said', ofBill(), ask({ amount: 35_000 }), 35_000],
  ['a journal entry', journal(), ask(), 9_000],
  ['on the day of the posting', journal({ date: TODAY }), ask(), 9_000],
  ['of a closed month, in the open one', charge({ date: '2026-09-01' }), ask({ date: '2026-11-01' }), 18_000],
])('takes back %s', (_, reversible, request, amount) => {
  expect(checkReversal(reversible, request, facts)).toEqual({ amount });
});

test.each<[string, Reversible, ReversalRequest, string, string]>([
  ['a charge that is gone', charge({ reversed_amount: 18_000 }), ask(), 'conflict', 'posting_id'],
  ['more than is left', charge({ reversed_amount: 6_000 }), ask({ amount: 12_001 }), 'invalid_input', 'amount'],
  ['nothing', charge(), ask({ amount: 0 }), 'invalid_input', 'amount'],
  ['less than nothing', charge(), ask({ amount: -1 }), 'invalid_input', 'amount'],
  ['a payment', charge({ kind: 'payment', amount: -18_000 }), ask(), 'invalid_input', 'posting_id'],
  ['a deposit held', charge({ kind: 'deposit_held' }), ask(), 'invalid_input', 'posting_id'],
  ['a credit', charge({ kind: 'credit', amount: -18_000, reverses_id: 'C0' }), ask(), 'invalid_input', 'posting_id'],
  ['a bill twice', ofBill({ reversed_by_id: 'B10' }), ask(), 'conflict', 'posting_id'],
  ['a reversal of a bill', ofBill({ reverses_id: 'B8' }), ask(), 'conflict', 'posting_id'],
  ['a paid bill', ofBill({ paid_amount: 35_000 }), ask(), 'conflict', 'posting_id'],
  ['a partly paid bill', ofBill({ paid_amount: 1 }), ask(), 'conflict', 'posting_id'],
  ['part of a bill', ofBill(), ask({ amount: 34_999 }), 'invalid_input', 'amount'],
  ['part of a journal entry', journal(), ask({ amount: 100 }), 'invalid_input', 'amount'],
  ['a journal entry twice', journal({ reversed_by_id: 'J2' }), ask(), 'conflict', 'posting_id'],
  ['without a reason', charge(), ask({ reason: ' ' }), 'invalid_input', 'reason'],
  ['before the posting', ofBill(), ask({ date: '2026-11-28' }), 'invalid_input', 'reversal_date'],
  ['in a closed period', charge({ date: '2026-09-01' }), ask({ date: '2026-10-31' }), 'period_closed', 'reversal_date'],
])('refuses to take back %s', (_, reversible, request, code, field) => {
  expect(checkReversal(reversible, request, facts)).toMatchObject({
    code,
    field,
    message: expect.stringContaining('nothing was posted'),
    next: expect.any(String),
  });
});

test('a bill of several properties needs an open period at each', () => {
  const properties = [property(), property({ id: '14', books_locked_through: TODAY })];
  expect(checkReversal(ofBill(), ask(), { properties, today: TODAY })).toMatchObject({
    code: 'period_closed',
    details: { property_id: '14' },
  });
});
