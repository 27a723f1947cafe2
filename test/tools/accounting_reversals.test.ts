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

const POST = { charge: 'post_gl_charge', bill: 'post_vendor_bill', journal_entry: 'post_journal_entry' } as const;
type Kind = keyof typeof POST;
const KINDS: Kind[] = ['charge', 'bill', 'journal_entry'];

let day = 0;

/** A fresh posting of a kind, and its id. */
async function posted(kind: Kind): Promise<string> {
  day += 1;
  const date = `2026-11-${String(day).padStart(2, '0')}`;
  const args = {
    charge: () => books.charge({ charge_date: date }),
    bill: () => books.bill(),
    journal_entry: () => books.entry({ entry_date: date }),
  }[kind]();
  return (await books.h.ok(BOOKKEEPER, POST[kind], args))[kind].posting_id;
}

const reverse = (kind: Kind, id: string, more: object = {}) =>
  books.h.ok(BOOKKEEPER, 'reverse_posting', books.reversal(kind, id, more));
const refused = (kind: Kind, id: string, more: object = {}) =>
  refusedUnchanged(books, BOOKKEEPER, 'reverse_posting', books.reversal(kind, id, more));

describe.each(KINDS)('a %s', (kind) => {
  const record = kind === 'charge' ? 'ledger_entry' : kind;

  it('is taken back by a posting of its own, once', async () => {
    const id = await posted(kind);
    const before = await books.posted();
    const result = await reverse(kind, id);
    expect(result).toMatchObject({
      posting_id: id,
      kind,
      reason: 'Entered twice',
      reversal_date: '2026-11-24',
      reversal: { reverses_id: id, memo: 'Entered twice' },
      write: { state: 'done', proof: 'full' },
    });
    expect(await books.posted()).toBe(before + 1);
    const state = await books.h.sandbox.state();
    expect(first<{ id: string }>(state[record], (one) => one.id === result.reversal.posting_id)).toMatchObject({
      reverses_id: id,
    });
    const again = await refused(kind, id, { not_duplicate_of: result.write.write_id });
    expect(again).toMatchObject({ code: 'conflict', field: 'posting_id' });
    const listed = await books.h.ok(BOOKKEEPER, 'list_postings', { kind, posting_id: id });
    expect(listed.postings[0].states).toEqual(['reversed']);
    expect(listed.postings[0].left_to_reverse).toBeUndefined();
  });

  it('is not taken back on a locked day, before it was posted, or on a day that does not exist', async () => {
    const id = await posted(kind);
    expect(await refused(kind, id, { reversal_date: '2026-11-32' })).toMatchObject({ field: 'reversal_date' });
    expect(await refused(kind, id, { reversal_date: LOCKED })).toMatchObject({
      code: 'invalid_input',
      field: 'reversal_date',
    });
    await books.h.sandbox.asStaff().closePeriod(books.property.id, '2026-11-24');
    expect(await refused(kind, id)).toMatchObject({ code: 'period_closed', field: 'reversal_date' });
    await books.h.sandbox.asStaff().closePeriod(books.property.id, LOCKED);
  });

  it('needs a reason and the right kind', async () => {
    const id = await posted(kind);
    expect(await refused(kind, id, { reason: '  ' })).toMatchObject({ code: 'invalid_input', field: 'reason' });
    expect(await refused(kind, '../1')).toMatchObject({ code: 'not_found', field: 'posting_id' });
  });

  it('of another property is not found', async () => {
    const id = await posted(kind);
    const elsewhere = { ...BOOKKEEPER, pins: [books.other.id] };
    const error = await refusedUnchanged(books, elsewhere, 'reverse_posting', books.reversal(kind, id));
    expect(error.code).toBe('not_found');
  });
});

describe('in part', () => {
  it('a charge is taken back until nothing is left', async () => {
    const id = await posted('charge');
    expect(await reverse('charge', id, { amount: '60.00' })).toMatchObject({ amount: '60.00', left: '120.00' });
    expect(await refused('charge', id, { amount: '120.01' })).toMatchObject({
      code: 'invalid_input',
      field: 'amount',
      details: { left: '120.00' },
    });
    expect(await reverse('charge', id)).toMatchObject({ amount: '120.00', left: '0.00' });
    const entries = (await books.h.sandbox.state()).ledger_entry.filter(({ reverses_id: of }) => of === id);
    expect(entries.map(({ amount }) => amount)).toEqual([-6000, -12_000]);
  });

  it('a charge is never taken back too often when ten ask at once', async () => {
    const id = await posted('charge');
    const asked = Array.from({ length: 10 }, (_, i) =>
      books.h.call(BOOKKEEPER, 'reverse_posting', books.reversal('charge', id, { amount: `${50 + i}.00` })),
    );
    await Promise.all(asked);
    await books.h.writeback.recover();
    const { ledger_entry: entries } = await books.h.sandbox.state();
    const back = entries.filter(({ reverses_id: of }) => of === id).reduce((sum, { amount }) => sum - amount, 0);
    const charge = first(entries, (entry) => entry.id === id);
    expect(charge.reversed_amount).toBe(back);
    expect(back).toBeLessThanOrEqual(18_000);
    expect(back).toBeGreaterThan(12_000);
  });

  it.each<Kind>(['bill', 'journal_entry'])('no %s is taken back', async (kind) => {
    const id = await posted(kind);
    expect(await refused(kind, id, { amount: '10.00' })).toMatchObject({ code: 'invalid_input', field: 'amount' });
  });

  it.each(['1e1', '-5', '10.001', '0'])('the amount %s is refused', async (amount) => {
    const id = await posted('charge');
    expect(await refused('charge', id, { amount })).toMatchObject({ code: 'invalid_input', field: 'amount' });
  });
});

it('a bill that was paid stays until the payment is taken back', async () => {
  const paid = first(books.state.bill, (one) => one.paid_amount > 0);
  expect(await refused('bill', paid.id)).toMatchObject({ code: 'conflict', field: 'posting_id' });
});

it('a payment is no charge', async () => {
  const payment = first(books.state.ledger_entry, (one) => one.kind === 'payment');
  expect(await refused('charge', payment.id)).toMatchObject({ code: 'invalid_input', field: 'posting_id' });
});

it('a bill that residents were charged for is taken back, naming those charges', async () => {
  const bill = await posted('bill');
  const args = books.charge({ bill_id: bill, charge_date: '2026-10-20' });
  const { charge } = await books.h.ok(BOOKKEEPER, 'post_gl_charge', args);
  expect((await reverse('bill', bill)).charge_backs).toEqual([charge.posting_id]);
  const late = books.charge({ bill_id: bill, charge_date: '2026-10-21' });
  expect(await refusedUnchanged(books, BOOKKEEPER, 'post_gl_charge', late)).toMatchObject({
    code: 'conflict',
    field: 'bill_id',
  });
});
