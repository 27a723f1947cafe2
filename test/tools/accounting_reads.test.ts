import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOOK_TOOLS, BOOKKEEPER, type Books, JUNIOR, LOCKED, openBooks } from './books.ts';
import { first } from './harness.ts';

let books: Books;
beforeAll(async () => {
  books = await openBooks();
});
afterAll(async () => {
  expect(books.h.troubles).toEqual([]);
  await books.h.close();
});

const read = (tool: string, args: object = {}) => books.h.ok(BOOKKEEPER, tool, args);
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const cents = (amount: string) => Math.round(Number(amount) * 100);

it('each tool fits its share of the context', () => {
  const tools = books.h.pipeline.tools(books.h.grantOf('property_manager'));
  const posting = tools.filter(({ name }) =>
    BOOK_TOOLS.some((tool) => tool.name === name && tool.scope.startsWith('acc')),
  );
  expect(posting).toHaveLength(7);
  for (const { name, description, inputSchema } of posting)
    expect(encode(JSON.stringify({ name, description, inputSchema })).length, name).toBeLessThanOrEqual(300);
});

describe('list_gl_accounts', () => {
  type Account = { account_id: string; number?: string; name: string; kind: string; is_deposit?: boolean };
  const accounts = async (args: object): Promise<Account[]> => (await read('list_gl_accounts', args)).accounts;

  it('shows for charges exactly what a resident can be charged to', async () => {
    const usable = await accounts({ usage: 'resident_charge' });
    expect(usable.map(({ kind }) => kind)).toEqual(usable.map(() => 'charge_code'));
    const ids = new Set(usable.map(({ account_id: id }) => id));
    for (const { id } of books.state.charge_code) {
      const answer = await books.h.call(BOOKKEEPER, 'post_gl_charge', books.charge({ account_id: id, amount: '1.00' }));
      expect(!answer.isError, id).toBe(ids.has(id));
    }
  });

  it.each([
    ['bill', 'post_vendor_bill'],
    ['journal_entry', 'post_journal_entry'],
  ])('shows for a %s exactly what it can be posted to', async (usage, tool) => {
    const usable = new Set((await accounts({ usage })).map(({ account_id: id }) => id));
    for (const { id, role } of books.state.gl_account) {
      const other = role === 'deposit_liability' ? id : books.account('5600');
      const args =
        usage === 'bill'
          ? books.bill({ total: '1.00', lines: [{ account_id: id, amount: '1.00', property_id: books.property.id }] })
          : books.entry({
              lines: [
                { account_id: id, debit: '1.00' },
                { account_id: other, credit: '1.00' },
              ],
            });
      const answer = await books.h.call(BOOKKEEPER, tool, args);
      expect(!answer.isError, `${id} ${role}`).toBe(usable.has(id));
    }
  });

  it('finds by part of a name or number, and marks deposits', async () => {
    expect((await accounts({ query: 'plumb' })).map(({ number }) => number)).toEqual(['5110']);
    expect((await accounts({ query: 'deposit', usage: 'resident_charge' }))[0]).toMatchObject({ is_deposit: true });
    expect(await accounts({ query: '1010' })).toEqual([]);
  });

  it('groups properties by lock date, and reads the one that was asked for from the PMS', async () => {
    const all = await read('list_gl_accounts');
    expect(all.lock_dates.reduce((sum: number, row: { properties: number }) => sum + row.properties, 0)).toBe(3);
    expect(all.lock_dates).toContainEqual(
      expect.objectContaining({ locked_through: LOCKED, first_open_date: '2026-10-01' }),
    );
    await books.h.sandbox.asStaff().closePeriod(books.other.id, '2026-10-31');
    const one = await read('list_gl_accounts', { property_id: books.other.id, usage: 'bill' });
    expect(one.lock_dates).toEqual([
      { locked_through: '2026-10-31', first_open_date: '2026-11-01', properties: 1, property_ids: [books.other.id] },
    ]);
    await books.h.sandbox.asStaff().closePeriod(books.other.id, LOCKED);
  });

  it('where the PMS has no charge codes, shows the accounts that may be charged', async () => {
    const bare = await openBooks({ properties: 2, units: 16 });
    for (const { id } of bare.state.charge_code) await bare.h.sandbox.asStaff().remove('charge_code', id);
    const { accounts: usable } = await bare.h.ok(BOOKKEEPER, 'list_gl_accounts', { usage: 'resident_charge' });
    const chargeable = bare.state.gl_account.filter((one) => one.is_chargeable).map(({ id }) => id);
    expect(usable.map(({ account_id: id }: Account) => id).sort()).toEqual(chargeable.sort());
    const args = bare.charge({ account_id: bare.account('5110') });
    expect(await bare.h.refused(BOOKKEEPER, 'post_gl_charge', args)).toMatchObject({
      code: 'not_found',
      field: 'account_id',
    });
    await bare.h.close();
  });
});

describe('get_resident_ledger', () => {
  type Line = { posting_id: string; amount: string; balance: string; date: string; kind: string };

  it('runs the balance over every line, whatever the page', async () => {
    const { lease } = books;
    for (let i = 0; i < 60; i += 1)
      await books.h.sandbox.asStaff().submit({
        kind: 'post_charge',
        property_id: lease.property_id,
        lease_id: lease.id,
        household_id: lease.household_id,
        charge_code_id: books.code('Parking'),
        gl_account_id: books.account('4050'),
        amount: 1000 + i,
        date: `2026-10-${String(1 + (i % 28)).padStart(2, '0')}`,
        memo: `Parking ${i}`,
      });
    const lines: Line[] = [];
    let cursor: string | undefined;
    let closing = '';
    do {
      const page = await read('get_resident_ledger', { lease_id: lease.id, ...(cursor !== undefined && { cursor }) });
      if (cursor === undefined) {
        closing = page.closing_balance;
        // A line that comes meanwhile moves nothing to another page.
        await books.h.ok(BOOKKEEPER, 'post_gl_charge', books.charge({ amount: '1.11', charge_date: '2026-11-23' }));
      }
      lines.push(...page.lines);
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    const { ledger_entry: entries } = await books.h.sandbox.state();
    const mine = entries.filter((entry) => entry.household_id === lease.household_id && entry.amount !== 111);
    expect(new Set(lines.map(({ posting_id: id }) => id)).size).toBe(lines.length);
    expect(lines).toHaveLength(mine.length);
    expect(cents(closing)).toBe(mine.reduce((sum, { amount }) => sum + amount, 0));
    expect(lines[0]?.balance).toBe(closing);
    for (const [i, line] of lines.entries()) {
      const below = lines[i + 1];
      expect(cents(line.balance)).toBe(cents(line.amount) + (below === undefined ? 0 : cents(below.balance)));
    }
  });

  it('sums up what lies before a date range, and knows nothing of what lies after it', async () => {
    const range = { lease_id: books.lease.id, from_date: '2026-10-05', to_date: '2026-10-09' };
    const page = await read('get_resident_ledger', range);
    const { ledger_entry: entries } = await books.h.sandbox.state();
    const mine = entries.filter((entry) => entry.household_id === books.lease.household_id);
    const until = (day: string) => mine.filter(({ date }) => date <= day).reduce((sum, { amount }) => sum + amount, 0);
    expect(cents(page.opening_balance)).toBe(until('2026-10-04'));
    expect(cents(page.closing_balance)).toBe(until('2026-10-09'));
    for (const { date } of page.lines) expect(date >= '2026-10-05' && date <= '2026-10-09').toBe(true);
  });

  it('says which lines can be reversed, and how much is left', async () => {
    const { charge } = await books.h.ok(BOOKKEEPER, 'post_gl_charge', books.charge({ charge_date: '2026-11-22' }));
    const reversal = books.reversal('charge', charge.posting_id, { amount: '60.00' });
    const { reversal: credit } = await books.h.ok(BOOKKEEPER, 'reverse_posting', reversal);
    const { lines } = await read('get_resident_ledger', { lease_id: books.lease.id, from_date: '2026-11-22' });
    const line = (id: string) => first<Line>(lines, ({ posting_id }) => posting_id === id);
    expect(line(charge.posting_id)).toMatchObject({ left_to_reverse: '120.00', account: 'Damage and repairs' });
    expect(line(credit.posting_id)).toMatchObject({ kind: 'credit', amount: '-60.00', reverses_id: charge.posting_id });
    expect(line(credit.posting_id)).not.toHaveProperty('left_to_reverse');
  });

  it('keeps deposits out of the balance', async () => {
    const { lease } = books;
    const before = await read('get_resident_ledger', { lease_id: lease.id });
    await books.h.sandbox.asStaff().add('ledger_entry', {
      property_id: lease.property_id,
      household_id: lease.household_id,
      lease_id: lease.id,
      kind: 'deposit_held',
      date: '2026-10-01',
      amount: 90_000,
      reversed_amount: 0,
    });
    const after = await read('get_resident_ledger', { lease_id: lease.id });
    expect(after.closing_balance).toBe(before.closing_balance);
    expect(after.deposits.held).toBe('900.00');
  });

  it('is shown as last known, and marked, while the PMS is down', async () => {
    const { lease } = books;
    const live = await read('get_resident_ledger', { lease_id: lease.id });
    books.h.pms.down = true;
    const known = await read('get_resident_ledger', { lease_id: lease.id });
    books.h.pms.down = false;
    expect(known).toMatchObject({ stale: true, closing_balance: live.closing_balance });
    expect(live.stale).toBe(false);
  });

  it('refuses a cursor of another ledger and dates in the wrong order', async () => {
    const lease_id = books.neighbour.id;
    const wrong = { lease_id, cursor: Buffer.from('line 1').toString('base64url') };
    expect(await books.h.refused(BOOKKEEPER, 'get_resident_ledger', wrong)).toMatchObject({ field: 'cursor' });
    const turned = { lease_id, from_date: '2026-11-02', to_date: '2026-11-01' };
    expect(await books.h.refused(BOOKKEEPER, 'get_resident_ledger', turned)).toMatchObject({ field: 'to_date' });
    const elsewhere = { ...BOOKKEEPER, pins: [books.other.id] };
    expect(await books.h.refused(elsewhere, 'get_resident_ledger', { lease_id })).toMatchObject({ code: 'not_found' });
  });
});

describe('list_postings', () => {
  type Row = { posting_id: string; states: string[]; date: string; amount: string };
  async function all(args: object): Promise<Row[]> {
    const rows: Row[] = [];
    let cursor: string | undefined;
    do {
      const page = await read('list_postings', { ...args, ...(cursor !== undefined && { cursor }) });
      rows.push(...page.postings);
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    return rows;
  }

  it('pages through every bill and charge, newest first', async () => {
    const state = await books.h.sandbox.state();
    const bills = await all({ kind: 'bill' });
    expect(bills.map(({ posting_id: id }) => id).sort()).toEqual(state.bill.map(({ id }) => id).sort());
    expect(bills.map(({ date }) => date)).toEqual(
      bills
        .map(({ date }) => date)
        .sort()
        .reverse(),
    );
    const charges = await all({ kind: 'charge', property_id: books.other.id });
    const expected = state.ledger_entry.filter((one) => one.kind === 'charge' && one.property_id === books.other.id);
    expect(charges.map(({ posting_id: id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
  });

  it.each(['paid', 'unpaid', 'no_work_order', 'amount_differs', 'suspected_duplicate', 'reversed'])(
    'with state %s gives exactly the bills that are shown with it',
    async (state) => {
      const everything = await all({ kind: 'bill' });
      const wanted = everything.filter(({ states }) => states.includes(state)).map(({ posting_id: id }) => id);
      expect((await all({ kind: 'bill', state })).map(({ posting_id: id }) => id)).toEqual(wanted);
    },
  );

  it('finds an invoice however its number is written', async () => {
    const { bill } = await books.h.ok(BOOKKEEPER, 'post_vendor_bill', books.bill({ invoice_number: 'QX-0042' }));
    for (const invoice_number of ['qx 42', 'QX#0042'])
      expect((await all({ kind: 'bill', invoice_number })).map(({ posting_id: id }) => id)).toEqual([bill.posting_id]);
    expect(await all({ kind: 'bill', invoice_number: 'QX-420' })).toEqual([]);
  });

  it('shows suspected duplicates from both sides', async () => {
    const { h } = books;
    const one = await h.ok(BOOKKEEPER, 'post_vendor_bill', books.bill({ total: '913.57' }));
    const two = await h.ok(BOOKKEEPER, 'post_vendor_bill', books.bill({ total: '913.57', invoice_date: '2026-11-21' }));
    const ids = [one.bill.posting_id, two.bill.posting_id];
    const rows = await all({ kind: 'bill', state: 'suspected_duplicate', from_date: '2026-11-20' });
    expect(rows.map(({ posting_id: id }) => id)).toEqual(expect.arrayContaining(ids));
    await h.ok(BOOKKEEPER, 'reverse_posting', books.reversal('bill', ids[1]));
    const left = await all({ kind: 'bill', state: 'suspected_duplicate' });
    for (const id of ids) expect(left.map(({ posting_id: one }) => one)).not.toContain(id);
  });

  it('shows what waits for a person, and to nobody whose key does not reach it', async () => {
    const args = books.bill({ invoice_number: 'WAIT-1' });
    const { write } = await books.h.ok(JUNIOR, 'post_vendor_bill', args);
    const waiting = await read('list_postings', { kind: 'bill', state: 'awaiting_approval', invoice_number: 'wait1' });
    expect(waiting.postings).toEqual([]);
    expect(waiting.waiting).toMatchObject([
      { write_id: write.write_id, amount: '350.00', invoice_number: 'WAIT-1', property_id: books.property.id },
    ]);
    expect((await read('list_postings', { kind: 'charge', state: 'awaiting_approval' })).waiting).toBeUndefined();
    const pins = books.state.property.flatMap(({ id }) => (id === books.property.id ? [] : [id]));
    const elsewhere = { ...BOOKKEEPER, pins };
    const other = await books.h.ok(elsewhere, 'list_postings', { kind: 'bill', state: 'awaiting_approval' });
    expect(other.waiting).toBeUndefined();
  });

  it('narrows down by dates, both included', async () => {
    const range = { kind: 'bill', from_date: '2026-11-20', to_date: '2026-11-20' };
    const rows = await all(range);
    expect(rows.length).toBeGreaterThan(0);
    for (const { date } of rows) expect(date).toBe('2026-11-20');
  });

  it.each([
    [{ kind: 'journal_entry', vendor_id: '501' }, 'vendor_id'],
    [{ kind: 'charge', invoice_number: 'A1' }, 'invoice_number'],
    [{ kind: 'bill', from_date: '2026-11-31' }, 'from_date'],
    [{ kind: 'bill', from_date: '2026-11-02', to_date: '2026-11-01' }, 'to_date'],
    [{ kind: 'payment' }, 'kind'],
    [{ kind: 'bill', posting_id: '../8001' }, 'posting_id'],
    [{ kind: 'bill', cursor: 'bm9uc2Vuc2U' }, 'cursor'],
    // One that another listing gave out, in another order.
    [{ kind: 'bill', cursor: encoded(['sandbox', encoded(['id', '', '', '8001'])]) }, 'cursor'],
  ])('refuses %o', async (args, field) => {
    expect(await books.h.refused(BOOKKEEPER, 'list_postings', args)).toMatchObject({ field });
  });
});
