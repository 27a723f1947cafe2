import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOOKKEEPER, type Books, LOCKED, openBooks, refusedUnchanged } from './books.ts';

let books: Books;
beforeAll(async () => {
  books = await openBooks();
});
afterAll(async () => {
  expect(books.h.troubles).toEqual([]);
  await books.h.close();
});

describe('a charge', () => {
  it('is posted once, proved, and shown with what is left of it', async () => {
    const before = await books.posted();
    const args = books.charge({ reason: 'Misuse of the disposal' });
    const result = await books.h.ok(BOOKKEEPER, 'post_gl_charge', args);
    expect(result).toMatchObject({
      account: 'Damage and repairs',
      amount: '180.00',
      reason: 'Misuse of the disposal',
      charge: { kind: 'charge', amount: '180.00', left_to_reverse: '180.00', lease_id: books.lease.id },
      write: { state: 'done', proof: 'full', posting: 'posted' },
    });
    expect((await books.h.ok(BOOKKEEPER, 'post_gl_charge', args)).write).toMatchObject({ replayed: true });
    expect(await books.posted()).toBe(before + 1);
    const { ledger_entry: entries } = await books.h.sandbox.state();
    const entry = entries.find(({ id }) => id === result.charge.posting_id);
    // The household comes from the lease, the reason stays out of what the resident sees.
    expect(entry).toMatchObject({ household_id: books.lease.household_id, amount: 18_000, memo: 'Repair share' });
  });

  it('counts "350.0" and "350.00" as one amount in a retry', async () => {
    const args = books.charge({ amount: '350.0', charge_date: '2026-11-10' });
    await books.h.ok(BOOKKEEPER, 'post_gl_charge', args);
    const again = await books.h.ok(BOOKKEEPER, 'post_gl_charge', { ...args, amount: '350.00' });
    expect(again.write.replayed).toBe(true);
  });

  it('under a fresh id is a duplicate, unless it is said to be another one', async () => {
    const first = await books.h.ok(BOOKKEEPER, 'post_gl_charge', books.charge({ charge_date: '2026-11-09' }));
    const again = books.charge({ charge_date: '2026-11-09' });
    const error = await refusedUnchanged(books, BOOKKEEPER, 'post_gl_charge', again);
    expect(error).toMatchObject({ code: 'duplicate', details: { record_id: first.charge.posting_id } });
    const other = { ...again, not_duplicate_of: first.charge.posting_id };
    expect((await books.h.ok(BOOKKEEPER, 'post_gl_charge', other)).write.state).toBe('done');
  });

  const bad: [name: string, change: (books: Books) => object, expected: object][] = [
    ['an exponent', () => ({ amount: '1e3' }), { code: 'invalid_input', field: 'amount' }],
    ['a negative amount', () => ({ amount: '-5' }), { code: 'invalid_input', field: 'amount' }],
    ['three decimals', () => ({ amount: '350.001' }), { code: 'invalid_input', field: 'amount' }],
    ['a number', () => ({ amount: 350 }), { code: 'invalid_input', field: 'amount' }],
    ['a thousands separator', () => ({ amount: '1,350.00' }), { code: 'invalid_input', field: 'amount' }],
    ['nothing', () => ({ amount: '0.00' }), { code: 'invalid_input', field: 'amount' }],
    [
      'a day that does not exist',
      () => ({ charge_date: '2026-11-31' }),
      { code: 'invalid_input', field: 'charge_date' },
    ],
    [
      'an instant for a day',
      () => ({ charge_date: '2026-11-24T10:00' }),
      { code: 'invalid_input', field: 'charge_date' },
    ],
    ['a slip of the year', () => ({ charge_date: '2027-11-24' }), { code: 'invalid_input', field: 'charge_date' }],
    ['a locked day', () => ({ charge_date: LOCKED }), { code: 'period_closed', field: 'charge_date' }],
    ['an ended lease', ({ pastLease }) => ({ lease_id: pastLease.id }), { code: 'conflict', field: 'lease_id' }],
    ['no such lease', () => ({ lease_id: '../5001' }), { code: 'not_found', field: 'lease_id' }],
    ['no such code', () => ({ account_id: '999' }), { code: 'not_found', field: 'account_id' }],
    ['a GL account where there are codes', ({ account }) => ({ account_id: account('1010') }), { code: 'not_found' }],
    ['a code out of use', ({ code }) => ({ account_id: code('Cable (old)') }), { code: 'invalid_input' }],
    ['a memo that the PMS would cut', () => ({ memo: 'm'.repeat(66) }), { code: 'invalid_input', field: 'memo' }],
    ['no memo', () => ({ memo: '  ' }), { code: 'invalid_input', field: 'memo' }],
    ['an unknown argument', () => ({ household_id: '2001' }), { code: 'invalid_input', field: 'household_id' }],
    ['no such bill', () => ({ bill_id: '4711' }), { code: 'not_found', field: 'bill_id' }],
  ];
  it.each(bad)('with %s is refused and posts nothing', async (_name, change, expected) => {
    const error = await refusedUnchanged(books, BOOKKEEPER, 'post_gl_charge', books.charge(change(books)));
    expect(error).toMatchObject(expected);
    expect(error.next).toBeTruthy();
  });

  it('of a deposit goes to the liability, and is refused where the code would book income', async () => {
    const deposit = books.code('Security deposit');
    const args = books.charge({ account_id: deposit, charge_date: '2026-11-11' });
    expect((await books.h.ok(BOOKKEEPER, 'post_gl_charge', args)).write.state).toBe('done');
    await books.h.sandbox.asStaff().change('charge_code', deposit, { gl_account_id: books.account('4010') });
    const wrong = books.charge({ account_id: deposit, charge_date: '2026-11-12' });
    const error = await refusedUnchanged(books, BOOKKEEPER, 'post_gl_charge', wrong);
    expect(error).toMatchObject({ code: 'not_permitted', field: 'account_id' });
    await books.h.sandbox.asStaff().change('charge_code', deposit, { gl_account_id: books.account('2100') });
  });

  it('names only work orders of its own property', async () => {
    const foreign = books.state.work_order.find(({ property_id: id }) => id === books.other.id);
    const args = books.charge({ work_order_id: foreign?.id });
    const error = await refusedUnchanged(books, BOOKKEEPER, 'post_gl_charge', args);
    expect(error).toMatchObject({ code: 'not_found', field: 'work_order_id' });
  });

  it('is judged on what the PMS says now, not on what was read before', async () => {
    const ended = books.neighbour;
    await books.h.ok(BOOKKEEPER, 'get_resident_ledger', { lease_id: ended.id });
    await books.h.sandbox.asStaff().change('lease', ended.id, { status: 'past' });
    const error = await refusedUnchanged(books, BOOKKEEPER, 'post_gl_charge', books.charge({ lease_id: ended.id }));
    expect(error).toMatchObject({ code: 'conflict', field: 'lease_id' });
    await books.h.sandbox.asStaff().change('lease', ended.id, { status: 'current' });
  });

  it('waits for no PMS that is down', async () => {
    books.h.pms.down = true;
    const error = await books.h.refused(BOOKKEEPER, 'post_gl_charge', books.charge({ charge_date: '2026-11-13' }));
    books.h.pms.down = false;
    expect(error.code).toBe('pms_unavailable');
  });
});

describe('a charge-back', () => {
  it('never takes more than the bill, with what was charged back before and given back', async () => {
    const { bill } = await books.h.ok(BOOKKEEPER, 'post_vendor_bill', books.bill());
    const part = (amount: string, more: object = {}) => books.charge({ amount, bill_id: bill.posting_id, ...more });
    const first = await books.h.ok(BOOKKEEPER, 'post_gl_charge', part('300.00'));
    expect(first.left_of_bill).toBe('50.00');
    const neighbour = { lease_id: books.neighbour.id };
    const error = await refusedUnchanged(books, BOOKKEEPER, 'post_gl_charge', part('50.01', neighbour));
    expect(error).toMatchObject({ code: 'invalid_input', field: 'amount', details: { left: '50.00' } });
    await books.h.ok(
      BOOKKEEPER,
      'reverse_posting',
      books.reversal('charge', first.charge.posting_id, { amount: '100.00' }),
    );
    const rest = await books.h.ok(BOOKKEEPER, 'post_gl_charge', part('150.00', neighbour));
    expect(rest.left_of_bill).toBe('0.00');
    const shown = await books.h.ok(BOOKKEEPER, 'list_postings', { kind: 'bill', posting_id: bill.posting_id });
    expect(shown.detail).toMatchObject({ left_to_charge: '0.00', lines: [{ amount: '350.00' }] });
    expect(shown.detail.charge_backs).toHaveLength(2);
    const listed = await books.h.ok(BOOKKEEPER, 'list_postings', { kind: 'charge', bill_id: bill.posting_id });
    expect(listed.postings.map(({ posting_id }: { posting_id: string }) => posting_id).sort()).toEqual(
      [first.charge.posting_id, rest.charge.posting_id].sort(),
    );
    const wrong = await books.h.refused(BOOKKEEPER, 'list_postings', { kind: 'bill', bill_id: bill.posting_id });
    expect(wrong).toMatchObject({ code: 'invalid_input', field: 'bill_id', next: expect.stringContaining('"charge"') });
  });

  it('counts what others charged at their own screens a moment ago', async () => {
    const { bill } = await books.h.ok(BOOKKEEPER, 'post_vendor_bill', books.bill({ total: '100.00' }));
    const { lease } = books;
    await books.h.sandbox.asStaff().submit({
      kind: 'post_charge',
      property_id: books.property.id,
      lease_id: lease.id,
      household_id: lease.household_id,
      charge_code_id: books.code('Damage and repairs'),
      gl_account_id: books.account('4040'),
      amount: 6000,
      date: '2026-11-24',
      memo: 'By hand',
      bill_id: bill.posting_id,
    });
    const over = books.charge({ amount: '40.01', bill_id: bill.posting_id });
    expect(await refusedUnchanged(books, BOOKKEEPER, 'post_gl_charge', over)).toMatchObject({
      details: { left: '40.00' },
    });
  });

  it('stays within the bill when twenty are asked for at once', async () => {
    const { bill } = await books.h.ok(BOOKKEEPER, 'post_vendor_bill', books.bill({ total: '100.00' }));
    const asked = Array.from({ length: 20 }, (_, i) =>
      books.h.call(
        BOOKKEEPER,
        'post_gl_charge',
        books.charge({ amount: '30.00', bill_id: bill.posting_id, charge_date: `2026-10-${10 + i}` }),
      ),
    );
    await Promise.all(asked);
    await books.h.writeback.recover();
    const { ledger_entry: entries } = await books.h.sandbox.state();
    const charged = entries.filter((entry) => entry.bill_id === bill.posting_id);
    expect(charged.map(({ amount }) => amount)).toEqual([3000, 3000, 3000]);
  });
});
