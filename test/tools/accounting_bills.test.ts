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

const post = (more: object = {}) => books.h.ok(BOOKKEEPER, 'post_vendor_bill', books.bill(more));
const refused = (more: object = {}) => refusedUnchanged(books, BOOKKEEPER, 'post_vendor_bill', books.bill(more));

describe('a bill', () => {
  it('is entered once, proved, and filed under the property of its first line', async () => {
    const before = await books.posted();
    const { account, property, other } = books;
    const lines = [
      { account_id: account('5110'), amount: '200.00', property_id: property.id },
      { account_id: account('5100'), amount: '150.00', property_id: other.id, memo: 'Trap' },
    ];
    const result = await post({ lines, invoice_number: 'S-1', file_ids: ['f_1'] });
    expect(result).toMatchObject({
      total: '350.00',
      work_order_match: { status: 'no_work_order' },
      suspected_duplicates: [],
      bill: { kind: 'bill', amount: '350.00', paid: '0.00', invoice_number: 'S-1', property_id: property.id },
      write: { state: 'done', proof: 'full' },
    });
    expect(await books.posted()).toBe(before + 1);
    const { bill: bills } = await books.h.sandbox.state();
    const bill = first(bills, ({ id }) => id === result.bill.posting_id);
    expect(bill.lines.map(({ amount, property_id: id }) => [amount, id])).toEqual([
      [20_000, property.id],
      [15_000, other.id],
    ]);
    expect(bill.file_ids).toEqual(['f_1']);
  });

  const line = (b: Books, more: object) => ({
    lines: [{ account_id: b.account('5110'), amount: '350.00', property_id: b.property.id, ...more }],
  });
  const bad: [name: string, change: (books: Books) => object, expected: object][] = [
    [
      'lines that do not make the total',
      (b) => line(b, { amount: '349.99' }),
      { code: 'invalid_input', field: 'total' },
    ],
    ['no lines', () => ({ lines: [] }), { code: 'invalid_input', field: 'lines' }],
    ['an exponent in a line', (b) => line(b, { amount: '3.5e2' }), { code: 'invalid_input', field: 'lines.0.amount' }],
    ['a negative line', (b) => line(b, { amount: '-350.00' }), { code: 'invalid_input', field: 'lines.0.amount' }],
    [
      'a bank account',
      (b) => line(b, { account_id: b.account('1010') }),
      { code: 'not_permitted', field: 'lines.0.account_id' },
    ],
    [
      'the deposits',
      (b) => line(b, { account_id: b.account('2100') }),
      { code: 'not_permitted', field: 'lines.0.account_id' },
    ],
    ['an account out of use', (b) => line(b, { account_id: b.account('5990') }), { code: 'invalid_input' }],
    ['no such account', (b) => line(b, { account_id: '99' }), { code: 'not_found', field: 'lines.0.account_id' }],
    ['no such property', (b) => line(b, { property_id: '9999' }), { code: 'not_found', field: 'lines.0.property_id' }],
    [
      'a unit of another property',
      (b) => line(b, { unit_id: first(b.state.unit, (one) => one.property_id === b.other.id).id }),
      { code: 'not_found', field: 'lines.0.unit_id' },
    ],
    ['an unknown field in a line', (b) => line(b, { tax: '1.00' }), { code: 'invalid_input', field: 'lines.0.tax' }],
    ['a locked day', () => ({ invoice_date: LOCKED }), { code: 'period_closed', field: 'invoice_date' }],
    [
      'a day that does not exist',
      () => ({ invoice_date: '2026-02-30' }),
      { code: 'invalid_input', field: 'invoice_date' },
    ],
    ['a due date before the invoice', () => ({ due_date: '2026-11-19' }), { code: 'invalid_input', field: 'due_date' }],
    ['an inactive vendor', (b) => ({ vendor_id: b.inactiveVendor.id }), { code: 'conflict', field: 'vendor_id' }],
    ['no such vendor', () => ({ vendor_id: '%2e%2e%2f501' }), { code: 'not_found', field: 'vendor_id' }],
    ['an invoice number without a letter or digit', () => ({ invoice_number: '--' }), { code: 'invalid_input' }],
    [
      'a work order of another property',
      (b) => ({ work_order_id: first(b.state.work_order, (one) => one.property_id === b.other.id).id }),
      { code: 'invalid_input', field: 'work_order_id' },
    ],
  ];
  it.each(bad)('with %s is refused and posts nothing', async (_name, change, expected) => {
    expect(await refused(change(books))).toMatchObject(expected);
  });

  it('with a line in a property whose books were closed a moment ago is refused', async () => {
    const { h, account, property, other } = books;
    await h.sandbox.asStaff().closePeriod(other.id, '2026-11-22');
    const lines = [
      { account_id: account('5110'), amount: '1.00', property_id: property.id },
      { account_id: account('5110'), amount: '349.00', property_id: other.id },
    ];
    expect(await refused({ lines })).toMatchObject({
      code: 'period_closed',
      details: { locked_through: '2026-11-22' },
    });
    await h.sandbox.asStaff().closePeriod(other.id, LOCKED);
  });

  it('warns where no W-9 is on file, and not where one is', async () => {
    const with9 = first(books.state.vendor, (one) => one.is_active && one.compliance.w9_on_file === true);
    const without = first(books.state.vendor, (one) => one.is_active && one.compliance.w9_on_file !== true);
    expect((await post({ vendor_id: with9.id })).warnings).toEqual([]);
    expect((await post({ vendor_id: without.id })).warnings.join()).toContain('W-9');
  });
});

describe('a duplicate invoice', () => {
  it('is refused however its number is written, naming the bill', async () => {
    const { bill } = await post({ invoice_number: 'INV-0077' });
    for (const invoice_number of ['inv 77', 'INV#0077', ' Inv-77 ']) {
      const error = await refused({ invoice_number });
      expect(error, invoice_number).toMatchObject({ code: 'duplicate', details: { bill_id: bill.posting_id } });
    }
  });

  it('is found after a day too, when no request is remembered any more', async () => {
    const { bill } = await post({ invoice_number: 'OLD-9' });
    books.h.time.now += 30 * 86_400_000;
    const error = await refused({ invoice_number: 'old9' });
    books.h.time.now -= 30 * 86_400_000;
    expect(error).toMatchObject({ code: 'duplicate', field: 'invoice_number', details: { bill_id: bill.posting_id } });
  });

  it('is found where the vendor was entered twice, at another property, by somebody else, a moment ago', async () => {
    const staff = books.h.sandbox.asStaff();
    const { id: _id, ...vendor } = books.vendor;
    const twin = await staff.add('vendor', { ...vendor, name: `  ${books.vendor.name.toUpperCase()}, L.L.C.` });
    const entered = await staff.submit({
      kind: 'post_bill',
      property_id: books.other.id,
      vendor_id: twin.id,
      invoice_number: 'TW-0012',
      invoice_date: '2026-11-19',
      due_date: '2026-12-19',
      total: 35_000,
      lines: [{ gl_account_id: books.account('5110'), amount: 35_000, property_id: books.other.id }],
      file_ids: [],
    });
    const error = await refused({ invoice_number: 'tw12' });
    expect(error).toMatchObject({ code: 'duplicate', details: { bill_id: entered.id } });
    const found = await books.h.ok(BOOKKEEPER, 'list_postings', {
      kind: 'bill',
      vendor_id: books.vendor.id,
      invoice_number: 'TW 12',
    });
    expect(found.postings.map(({ posting_id: id }: { posting_id: string }) => id)).toEqual([entered.id]);
  });

  it('goes on to a person where the caller says that it is another one', async () => {
    const { bill } = await post({ invoice_number: '10-05', vendor_id: books.vendor.id, total: '77.00' });
    const again = books.bill({ invoice_number: '1005', total: '77.00', not_duplicate_of: bill.posting_id });
    const before = await books.posted();
    const result = await books.h.ok(BOOKKEEPER, 'post_vendor_bill', again);
    expect(result.write).toMatchObject({ state: 'awaiting_approval' });
    expect(result.suspected_duplicates).toMatchObject([{ bill_id: bill.posting_id, reasons: ['same_number'] }]);
    expect(await books.posted()).toBe(before);
    expect((await books.decide(result)).state).toBe('done');
    expect(await books.posted()).toBe(before + 1);
  });

  it('may be entered again once the first one was reversed', async () => {
    const { bill } = await post({ invoice_number: 'RE-1', total: '61.00' });
    await books.h.ok(BOOKKEEPER, 'reverse_posting', books.reversal('bill', bill.posting_id));
    const again = await post({ invoice_number: 'RE-1', total: '61.00', not_duplicate_of: bill.posting_id });
    expect(again.write.state).toBe('done');
  });

  it('that is only suspected is reported and entered', async () => {
    const { bill } = await post({ invoice_number: 'SU-1', total: '412.35' });
    const result = await post({ invoice_number: 'SU-2', total: '412.35', invoice_date: '2026-11-22' });
    expect(result.write.state).toBe('done');
    expect(result.suspected_duplicates).toMatchObject([
      { bill_id: bill.posting_id, total: '412.35', reasons: ['same_amount_near_date'] },
    ]);
  });

  it('is entered once when twenty enter it at once', async () => {
    const before = await books.posted();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        books.h.call(
          { ...BOOKKEEPER, principal: `agent-${i}` },
          'post_vendor_bill',
          books.bill({ invoice_number: 'RACE-1' }),
        ),
      ),
    );
    await books.h.writeback.recover();
    expect(await books.posted()).toBe(before + 1);
    expect(answers.filter(({ isError }) => !isError)).toHaveLength(1);
  });
});

describe('the work order', () => {
  async function order(more: object) {
    const { id: _id, ...like } = first(books.state.work_order, (one) => one.property_id === books.property.id);
    const fields = { ...like, vendor_id: books.vendor.id, bill_ids: [], not_to_exceed: undefined, ...more };
    return books.h.sandbox.asStaff().add('work_order', fields as typeof like);
  }

  it.each([
    ['matched', { not_to_exceed: 35_000 }, { approved: '350.00', billed: '350.00' }],
    ['matched', { estimate: undefined }, { billed: '350.00' }],
    ['over_budget', { not_to_exceed: 34_999 }, { approved: '349.99', billed: '350.00' }],
    ['amount_variance', { estimate: { amount: 40_000, status: 'approved' as const } }, { approved: '400.00' }],
  ])('is %s with %o', async (status, more, match) => {
    const { id } = await order({ estimate: undefined, ...more });
    const result = await post({ work_order_id: id });
    expect(result.work_order_match).toMatchObject({ status, work_order_id: id, ...match });
    const { work_order: orders } = await books.h.sandbox.state();
    expect(first(orders, (one) => one.id === id).bill_ids).toEqual([result.bill.posting_id]);
  });

  it('counts what was billed for it before, also by others', async () => {
    const { id } = await order({ estimate: undefined, not_to_exceed: 50_000 });
    const helper = first(books.state.vendor, (one) => one.is_active && one.id !== books.vendor.id);
    expect((await post({ work_order_id: id, vendor_id: helper.id })).warnings.join()).toContain('another vendor');
    const second = await post({ work_order_id: id, total: '200.00' });
    expect(second.work_order_match).toMatchObject({ status: 'over_budget', billed: '550.00', approved: '500.00' });
    expect(second.suspected_duplicates).toMatchObject([{ reasons: ['same_work_order'] }]);
    const listed = await books.h.ok(BOOKKEEPER, 'list_postings', {
      kind: 'bill',
      work_order_id: id,
      state: 'amount_differs',
    });
    expect(listed.postings).toMatchObject([{ posting_id: second.bill.posting_id, match: { status: 'over_budget' } }]);
  });

  it('is suggested where the bill names none', async () => {
    const { id } = await order({ estimate: { amount: 73_377, status: 'approved' } });
    // The mirror learns of it when somebody looks.
    await books.h.ok('property_manager', 'list_work_orders', { work_order_id: id });
    const result = await post({ total: '733.77' });
    expect(result.work_order_match).toEqual({ status: 'no_work_order', suggested_work_order_id: id });
  });
});
