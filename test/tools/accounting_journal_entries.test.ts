import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOOKKEEPER, type Books, LOCKED, openBooks, refusedUnchanged } from './books.ts';
import { first } from './harness.ts';

let books: Books;
beforeAll(async () => {
  books = await openBooks();
});
afterAll(async () => {
  expect(books.h.troubles).toEqual([]);
  await books.h.close();
});

type Line = { account_id?: string; number?: string; debit?: string; credit?: string; unit_id?: string };

/** Lines by account number. */
const lines = (...given: Line[]) =>
  given.map(({ number, ...line }) => ({ account_id: books.account(number ?? '5110'), ...line }));

describe('a journal entry', () => {
  it('is posted once and proved line by line', async () => {
    const before = await books.posted();
    const args = books.entry();
    const result = await books.h.ok(BOOKKEEPER, 'post_journal_entry', args);
    expect(result).toMatchObject({
      amount: '90.00',
      journal_entry: { kind: 'journal_entry', amount: '90.00', date: '2026-11-24', left_to_reverse: '90.00' },
      write: { state: 'done', proof: 'full' },
    });
    expect((await books.h.ok(BOOKKEEPER, 'post_journal_entry', args)).write.replayed).toBe(true);
    expect(await books.posted()).toBe(before + 1);
    const { journal_entry: entries } = await books.h.sandbox.state();
    const entry = first(entries, ({ id }) => id === result.journal_entry.posting_id);
    expect(entry.lines.map(({ debit, credit }) => [debit, credit])).toEqual([
      [9000, 0],
      [0, 9000],
    ]);
  });

  it('with its lines in another order is the same entry', async () => {
    const entry_date = '2026-11-03';
    const { journal_entry: entry } = await books.h.ok(BOOKKEEPER, 'post_journal_entry', books.entry({ entry_date }));
    const turned = books.entry({ entry_date, lines: [...books.entry().lines].reverse() });
    const error = await refusedUnchanged(books, BOOKKEEPER, 'post_journal_entry', turned);
    expect(error).toMatchObject({ code: 'duplicate', details: { record_id: entry.posting_id } });
  });

  const bad: [name: string, change: () => object, expected: object][] = [
    [
      'debits and credits that differ',
      () => ({ lines: lines({ debit: '90.00' }, { number: '5100', credit: '89.99' }) }),
      { code: 'invalid_input', field: 'lines', details: { debits: '90.00', credits: '89.99' } },
    ],
    ['one line', () => ({ lines: lines({ debit: '90.00' }) }), { code: 'invalid_input', field: 'lines' }],
    [
      'both sides in one line',
      () => ({ lines: lines({ debit: '90.00', credit: '90.00' }, { debit: '1.00' }) }),
      { code: 'invalid_input', field: 'lines.0' },
    ],
    ['no side', () => ({ lines: lines({}, {}) }), { code: 'invalid_input', field: 'lines.0' }],
    [
      'a negative side',
      () => ({ lines: lines({ debit: '-90.00' }, { credit: '-90.00' }) }),
      { code: 'invalid_input', field: 'lines.0.debit' },
    ],
    [
      'a deposit that becomes income',
      () => ({ lines: lines({ number: '2100', debit: '500.00' }, { number: '4010', credit: '500.00' }) }),
      { code: 'not_permitted', field: 'lines.0.account_id' },
    ],
    [
      'a deposit on its way to income over another account',
      () => ({ lines: lines({ number: '2200', credit: '500.00' }, { number: '2100', debit: '500.00' }) }),
      { code: 'not_permitted', field: 'lines.1.account_id' },
    ],
    [
      'a bank account',
      () => ({ lines: lines({ number: '1010', debit: '9.00' }, { credit: '9.00' }) }),
      { code: 'not_permitted', field: 'lines.0.account_id' },
    ],
    [
      'the receivables',
      () => ({ lines: lines({ debit: '9.00' }, { number: '1200', credit: '9.00' }) }),
      { code: 'not_permitted', field: 'lines.1.account_id' },
    ],
    [
      'an account out of use',
      () => ({ lines: lines({ number: '5990', debit: '9.00' }, { credit: '9.00' }) }),
      { code: 'invalid_input', field: 'lines.0.account_id' },
    ],
    [
      'no such account',
      () => ({ lines: [{ account_id: '0', debit: '9.00' }, ...lines({ credit: '9.00' })] }),
      { code: 'not_found', field: 'lines.0.account_id' },
    ],
    [
      'a unit of another property',
      () => ({
        lines: lines(
          { debit: '9.00', unit_id: first(books.state.unit, (one) => one.property_id === books.other.id).id },
          { credit: '9.00' },
        ),
      }),
      { code: 'not_found', field: 'lines.0.unit_id' },
    ],
    ['a locked day', () => ({ entry_date: LOCKED }), { code: 'period_closed', field: 'entry_date' }],
    ['a day that does not exist', () => ({ entry_date: '2026-02-29' }), { code: 'invalid_input', field: 'entry_date' }],
    ['an empty memo', () => ({ memo: '' }), { code: 'invalid_input', field: 'memo' }],
    ['no such property', () => ({ property_id: '..%2f11' }), { code: 'not_found', field: 'property_id' }],
  ];
  it.each(bad)('with %s is refused and posts nothing', async (_name, change, expected) => {
    const error = await refusedUnchanged(books, BOOKKEEPER, 'post_journal_entry', books.entry(change()));
    expect(error).toMatchObject(expected);
  });

  it('is refused outside the properties of the key, and the property is no argument under one pin', async () => {
    const pinned = { ...BOOKKEEPER, pins: [books.other.id] };
    const { property_id: _own, ...entry } = books.entry();
    const error = await refusedUnchanged(books, pinned, 'post_journal_entry', books.entry());
    expect(error).toMatchObject({ code: 'invalid_input', field: 'property_id' });
    const result = await books.h.ok(pinned, 'post_journal_entry', entry);
    expect(result.journal_entry.property_id).toBe(books.other.id);
  });
});
