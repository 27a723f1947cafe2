import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Books, limited, openBooks } from './books.ts';
import { first, type Who } from './harness.ts';

/** An agent that does the whole round: maintenance as well as the books. */
const AGENT: Who = { role: 'property_manager', limits: limited(100_000_000) };

describe('work done, invoice, bill, charge-back, dispute', () => {
  let books: Books;
  beforeAll(async () => {
    books = await openBooks();
  });
  afterAll(() => books.h.close());

  it('ends with one bill, one charge and one credit', async () => {
    const { h, property, vendor, lease, account, code } = books;
    const { id: _id, ...like } = first(books.state.work_order, (one) => one.status === 'in_progress');
    const job = await h.sandbox.asStaff().add('work_order', {
      ...like,
      property_id: property.id,
      unit_id: lease.unit_id,
      resident_id: undefined,
      technician_id: undefined,
      vendor_id: vendor.id,
      bill_ids: [],
      estimate: undefined,
      not_to_exceed: 40_000,
      severity: 'routine',
    });
    const ask = (tool: string, args: object) => h.ok(AGENT, tool, args);

    const { work_orders } = await ask('list_work_orders', { work_order_id: job.id });
    const done = await ask('update_work_order', {
      request_id: h.requestId(),
      work_order_id: job.id,
      version: work_orders[0].version,
      status: 'work_done',
      file_ids: ['f_2'],
    });
    expect(done.write.state).toBe('done');

    const invoice = { invoice_number: 'INV-77', vendor_id: vendor.id };
    expect((await ask('list_postings', { kind: 'bill', ...invoice })).postings).toEqual([]);

    const chart = await ask('list_gl_accounts', { property_id: property.id, usage: 'bill' });
    const plumbing = first<{ account_id: string; name: string }>(chart.accounts, ({ name }) => name === 'Plumbing');
    expect(plumbing.account_id).toBe(account('5110'));
    expect(chart.lock_dates[0].first_open_date <= '2026-11-29').toBe(true);

    const bill = await ask('post_vendor_bill', {
      request_id: h.requestId(),
      ...invoice,
      invoice_date: '2026-11-29',
      due_date: '2026-12-29',
      total: '350.00',
      lines: [{ account_id: plumbing.account_id, amount: '350.00', property_id: property.id, unit_id: lease.unit_id }],
      work_order_id: job.id,
    });
    expect(bill.work_order_match).toMatchObject({ status: 'matched', approved: '400.00', billed: '350.00' });

    const charge = await ask('post_gl_charge', {
      request_id: h.requestId(),
      lease_id: lease.id,
      account_id: code('Damage and repairs'),
      amount: '180.00',
      charge_date: '2026-11-30',
      memo: `Repair share WO ${job.number}`,
      bill_id: bill.bill.posting_id,
      work_order_id: job.id,
      reason: 'Misuse',
    });
    expect(charge.left_of_bill).toBe('170.00');

    const ledger = await ask('get_resident_ledger', { lease_id: lease.id, from_date: '2026-11-30' });
    expect(ledger.lines).toMatchObject([
      { posting_id: charge.charge.posting_id, amount: '180.00', left_to_reverse: '180.00' },
    ]);

    const credit = await ask('reverse_posting', {
      request_id: h.requestId(),
      kind: 'charge',
      posting_id: ledger.lines[0].posting_id,
      amount: '60.00',
      reason: 'Dispute settled',
    });
    // The charge is dated ahead of today, and so is what takes it back.
    expect(credit).toMatchObject({ amount: '60.00', left: '120.00', reversal_date: '2026-11-30' });

    const effects = (await h.sandbox.effects()).filter(({ actor }) => actor === 'api');
    expect(effects.map(({ operation }) => operation)).toEqual([
      'update_work_order',
      'post_bill',
      'post_charge',
      'reverse_charge',
    ]);
    const state = await h.sandbox.state();
    expect(first(state.work_order, ({ id }) => id === job.id).bill_ids).toEqual([bill.bill.posting_id]);
    expect(first(state.ledger_entry, ({ id }) => id === charge.charge.posting_id)).toMatchObject({
      amount: 18_000,
      reversed_amount: 6000,
      bill_id: bill.bill.posting_id,
    });
    expect(h.troubles).toEqual([]);
  });
});

describe('month-end with unmatched bills', () => {
  let books: Books;
  beforeAll(async () => {
    books = await openBooks();
  });
  afterAll(() => books.h.close());

  it('finds them, reclassifies one and takes a double entry back', async () => {
    const { h, property, vendor, account } = books;
    const ask = (tool: string, args: object) => h.ok(AGENT, tool, args);
    const loose = await ask('post_vendor_bill', books.bill({ total: '90.00', invoice_number: 'INV-70' }));
    const twice = await ask('post_vendor_bill', books.bill({ total: '90.00', invoice_number: 'INV-70A' }));

    const month = { property_id: property.id, from_date: '2026-11-01', to_date: '2026-11-30' };
    const unmatched = await ask('list_postings', { kind: 'bill', state: 'no_work_order', ...month });
    const ids = unmatched.postings.map(({ posting_id: id }: { posting_id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining([loose.bill.posting_id, twice.bill.posting_id]));

    const unbilled = await ask('list_work_orders', { property_id: property.id, open: false, needs: 'bill' });
    for (const { status } of unbilled.work_orders) expect(['work_done', 'ready_to_bill', 'closed']).toContain(status);

    const suspect = await ask('list_postings', { kind: 'bill', state: 'suspected_duplicate' });
    const row = first<{ posting_id: string; vendor_id: string; suspected_duplicates: object[] }>(
      suspect.postings,
      ({ posting_id: id }) => id === twice.bill.posting_id,
    );
    expect(row).toMatchObject({ vendor_id: vendor.id, suspected_duplicates: [{ bill_id: loose.bill.posting_id }] });

    const entry = await ask('post_journal_entry', {
      request_id: h.requestId(),
      property_id: property.id,
      entry_date: '2026-11-30',
      memo: 'Reclass INV-70',
      lines: [
        { account_id: account('5100'), debit: '90.00' },
        { account_id: account('5110'), credit: '90.00' },
      ],
    });
    expect(entry.write).toMatchObject({ state: 'done', proof: 'full' });

    const reversal = await ask('reverse_posting', {
      request_id: h.requestId(),
      kind: 'bill',
      posting_id: twice.bill.posting_id,
      reason: 'Entered twice',
    });
    expect(reversal).toMatchObject({ amount: '90.00', reversal: { amount: '-90.00' } });
    const after = await ask('list_postings', { kind: 'bill', state: 'suspected_duplicate' });
    expect(after.postings.map(({ posting_id: id }: { posting_id: string }) => id)).not.toContain(loose.bill.posting_id);

    const effects = (await h.sandbox.effects()).filter(({ actor }) => actor === 'api');
    expect(effects.map(({ operation }) => operation)).toEqual([
      'post_bill',
      'post_bill',
      'post_journal_entry',
      'reverse_bill',
    ]);
    expect(h.troubles).toEqual([]);
  });
});
