import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportAudit } from '../../src/audit/export.ts';
import { toInstant } from '../../src/model/zoned_time.ts';
import { BOOKKEEPER, type Books, JUNIOR, limited, openBooks } from './books.ts';
import { first } from './harness.ts';

let books: Books;
beforeEach(async () => {
  books = await openBooks({ properties: 2, units: 16 });
});
afterEach(async () => {
  expect(books.h.troubles).toEqual([]);
  await books.h.close();
});

describe('without a limit of its own', () => {
  it.each([
    ['post_gl_charge', () => books.charge()],
    ['post_vendor_bill', () => books.bill()],
    ['post_journal_entry', () => books.entry()],
    [
      'reverse_posting',
      () => books.reversal('charge', first(books.state.ledger_entry, (one) => one.kind === 'charge').id),
    ],
  ])('%s waits for a person, is sent after the decision, and once', async (tool, args) => {
    const given = args();
    const result = await books.h.ok(JUNIOR, tool, given);
    expect(result.write).toMatchObject({ state: 'awaiting_approval', approval: { state: 'waiting' } });
    expect(await books.posted()).toBe(0);
    expect(await books.decide(result)).toMatchObject({ state: 'done', proof: 'full' });
    expect(await books.posted()).toBe(1);
    const replay = await books.h.ok(JUNIOR, tool, given);
    expect(replay.write).toMatchObject({ state: 'done', replayed: true });
    await expect(books.decide(result)).rejects.toMatchObject({ code: 'conflict' });
    expect(await books.posted()).toBe(1);
  });

  it('a rejected charge is never sent', async () => {
    const result = await books.h.ok(JUNIOR, 'post_gl_charge', books.charge());
    expect((await books.decide(result, false)).state).toBe('rejected');
    await books.h.writeback.recover();
    expect(await books.posted()).toBe(0);
  });

  it('the one who answers for the asking key does not decide', async () => {
    const own = { ...JUNIOR, owner: 'morgan' };
    const result = await books.h.ok(own, 'post_gl_charge', books.charge());
    await expect(books.decide(result)).rejects.toMatchObject({ code: 'not_permitted' });
    expect(await books.posted()).toBe(0);
  });
});

describe('within limits', () => {
  const who = { ...BOOKKEEPER, limits: limited(20_000, 30_000) };
  const charge = (amount: string, charge_date: string) =>
    books.h.ok(who, 'post_gl_charge', books.charge({ amount, charge_date }));

  it('a call at the limit goes, one above it waits', async () => {
    expect((await charge('200.00', '2026-11-01')).write.state).toBe('done');
    const above = await charge('200.01', '2026-11-02');
    expect(above.write).toMatchObject({ state: 'awaiting_approval' });
    expect(above.write.approval.reason).toContain('one call');
  });

  it('a day is summed up over calls and begins anew at local midnight', async () => {
    expect((await charge('200.00', '2026-11-01')).write.state).toBe('done');
    expect((await charge('100.00', '2026-11-02')).write.state).toBe('done');
    const over = await charge('0.01', '2026-11-03');
    expect(over.write.approval.reason).toContain('in a day');
    // The last minute of the day at the property is already the next day in UTC.
    const midnight = toInstant('2026-11-25T00:00', books.property.time_zone ?? '');
    const start = Date.parse('instant' in midnight ? midnight.instant : '');
    books.h.time.now = start - 60_000;
    expect((await charge('0.01', '2026-11-04')).write.state).toBe('awaiting_approval');
    books.h.time.now = start;
    expect((await charge('200.00', '2026-11-05')).write.state).toBe('done');
  });

  it('a bill counts with its total, an entry with its debits, a reversal with what it takes back', async () => {
    const { h } = books;
    expect((await h.ok(who, 'post_vendor_bill', books.bill({ total: '200.00' }))).write.state).toBe('done');
    expect((await h.ok(who, 'post_vendor_bill', books.bill({ total: '200.01' }))).write.state).toBe(
      'awaiting_approval',
    );
    expect((await h.ok(who, 'post_journal_entry', books.entry())).write.state).toBe('done');
    const lines = ['5110', '5120', '5130'].map((number) => ({ account_id: books.account(number), debit: '70.00' }));
    const big = books.entry({ lines: [...lines, { account_id: books.account('5100'), credit: '210.00' }] });
    expect((await h.ok(who, 'post_journal_entry', big)).write.state).toBe('awaiting_approval');
    const { charge: posted } = await h.ok(BOOKKEEPER, 'post_gl_charge', books.charge({ amount: '500.00' }));
    const part = books.reversal('charge', posted.posting_id, { amount: '200.00' });
    expect((await h.ok(who, 'reverse_posting', part)).write.state).toBe('done');
    const rest = books.reversal('charge', posted.posting_id);
    expect((await h.ok(who, 'reverse_posting', rest)).write.state).toBe('awaiting_approval');
  });
});

describe('before it is sent, everything is judged again', () => {
  const staff = () => books.h.sandbox.asStaff();

  /** Asks, lets the PMS change, approves; answers what became of it. */
  async function afterwards(tool: string, args: object, change: () => Promise<unknown>) {
    const result = await books.h.ok(JUNIOR, tool, args);
    const before = await books.posted();
    await change();
    const row = await books.decide(result);
    expect(await books.posted()).toBe(before);
    expect(row.state).toBe('failed');
    const replay = await books.h.call(JUNIOR, tool, args);
    expect(replay.isError).toBe(true);
    return row.error_code;
  }

  it.each<[name: string, change: () => Promise<unknown>, code: string]>([
    ['the lease has ended', () => staff().change('lease', books.lease.id, { status: 'past' }), 'conflict'],
    ['the period was closed', () => staff().closePeriod(books.property.id, '2026-11-30'), 'period_closed'],
    [
      'the household is another one',
      () => staff().change('lease', books.lease.id, { household_id: books.neighbour.household_id }),
      'conflict',
    ],
    [
      'the code posts elsewhere',
      () => staff().change('charge_code', books.code('Damage and repairs'), { gl_account_id: books.account('4010') }),
      'conflict',
    ],
    [
      'the code is out of use',
      () => staff().change('charge_code', books.code('Damage and repairs'), { is_active: false }),
      'invalid_input',
    ],
  ])('a charge where %s', async (_name, change, code) => {
    expect(await afterwards('post_gl_charge', books.charge(), change)).toBe(code);
  });

  it('a charge-back where the rest of the bill was passed on meanwhile', async () => {
    const { bill } = await books.h.ok(BOOKKEEPER, 'post_vendor_bill', books.bill());
    const asked = books.charge({ bill_id: bill.posting_id });
    const other = books.charge({ bill_id: bill.posting_id, amount: '200.00', lease_id: books.neighbour.id });
    const result = await books.h.ok(JUNIOR, 'post_gl_charge', asked);
    await books.h.ok(BOOKKEEPER, 'post_gl_charge', other);
    expect(await books.decide(result)).toMatchObject({ state: 'failed', error_code: 'invalid_input' });
  });

  it.each<[name: string, invoice: string, total: number, code: string]>([
    ['the same invoice was entered by hand', 'in 9', 35_000, 'duplicate'],
    ['one that may be the same was entered', 'IN-9', 36_000, 'conflict'],
  ])('a bill where %s', async (_name, invoice_number, total, code) => {
    const enter = () =>
      staff().submit({
        kind: 'post_bill',
        property_id: books.property.id,
        vendor_id: books.vendor.id,
        invoice_number,
        invoice_date: '2026-11-20',
        due_date: '2026-12-20',
        total,
        lines: [{ gl_account_id: books.account('5110'), amount: total, property_id: books.property.id }],
        file_ids: [],
      });
    expect(await afterwards('post_vendor_bill', books.bill({ invoice_number: 'IN-0009' }), enter)).toBe(code);
  });

  it('a bill where less was approved for its work order meanwhile', async () => {
    const order = first(books.state.work_order, (one) => one.property_id === books.property.id);
    await staff().updateWorkOrder(order.id, { not_to_exceed: 40_000, estimate: undefined, bill_ids: [] });
    const cut = () => staff().updateWorkOrder(order.id, { not_to_exceed: 30_000 });
    expect(await afterwards('post_vendor_bill', books.bill({ work_order_id: order.id }), cut)).toBe('conflict');
  });

  it('a bill where the vendor was made inactive', async () => {
    const leave = () => staff().updateVendor(books.vendor.id, { is_active: false });
    expect(await afterwards('post_vendor_bill', books.bill(), leave)).toBe('conflict');
  });

  it('an entry where an account is out of use', async () => {
    const close = () => staff().change('gl_account', books.account('5110'), { is_active: false });
    expect(await afterwards('post_journal_entry', books.entry(), close)).toBe('invalid_input');
  });

  it.each<[name: string, kind: 'charge' | 'bill' | 'journal_entry', change: (id: string) => Promise<unknown>]>([
    ['a charge of another amount', 'charge', (id) => staff().change('ledger_entry', id, { amount: 20_000 })],
    ['a charge that is half gone', 'charge', (id) => staff().change('ledger_entry', id, { reversed_amount: 9000 })],
    ['a bill that was paid', 'bill', (id) => staff().change('bill', id, { paid_amount: 100 })],
    ['an entry with another memo', 'journal_entry', (id) => staff().change('journal_entry', id, { memo: 'Other' })],
  ])('the reversal of %s', async (_name, kind, change) => {
    const [tool, args] = {
      charge: ['post_gl_charge', books.charge()] as const,
      bill: ['post_vendor_bill', books.bill()] as const,
      journal_entry: ['post_journal_entry', books.entry()] as const,
    }[kind];
    const posted = await books.h.ok(BOOKKEEPER, tool, args);
    const id: string = posted[kind].posting_id;
    const code = await afterwards('reverse_posting', books.reversal(kind, id), () => change(id));
    expect(['conflict', 'invalid_input']).toContain(code);
  });

  it('is sent unchanged where nothing that matters has changed', async () => {
    const result = await books.h.ok(JUNIOR, 'post_vendor_bill', books.bill());
    await staff().change('vendor', books.vendor.id, { hourly_rate: 1 });
    expect((await books.decide(result)).state).toBe('done');
  });
});

it('keeps the reason of a charge in the audit log and out of the PMS', async () => {
  const { h } = books;
  await h.ok(BOOKKEEPER, 'post_gl_charge', books.charge({ reason: 'Misuse of the disposal' }));
  let audit = '';
  for await (const line of exportAudit(h.store, h.keyring, { since: 0, until: Number.MAX_SAFE_INTEGER })) audit += line;
  expect(audit).toContain('Misuse of the disposal');
  expect(JSON.stringify(await h.sandbox.state())).not.toContain('Misuse of the disposal');
});
