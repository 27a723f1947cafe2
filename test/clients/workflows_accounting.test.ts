import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import { type Agent, first, requestId, type Write } from './agent.ts';
import { Stage } from './stage.ts';

/** The morning of the last day of a month. */
const MONTH_END = '2026-11-30T18:00:00.000Z';
const DAY = '2026-11-30';

interface Posting {
  posting_id: string;
  amount: string;
  states: string[];
  vendor_id?: string;
  invoice_number?: string;
  bill_id?: string;
  left_to_reverse?: string;
  suspected_duplicates?: { bill_id: string }[];
}
interface Account {
  account_id: string;
  name: string;
  number?: string;
}

let stage: Stage;
let agent: Agent;
let books: SandboxState;
let decide: Awaited<ReturnType<Stage['manager']>>;

beforeAll(async () => {
  stage = await Stage.open({ at: MONTH_END });
  const limits = ['post_gl_charge', 'reverse_posting', 'post_journal_entry'].flatMap((tool) => [
    '--limit',
    `${tool}=250.00/1000.00`,
  ]);
  const scopes = ['--scope', 'maintenance:read', '--scope', 'maintenance:write'];
  [agent, decide] = await Promise.all([stage.agent('bookkeeper', 'books', ...limits, ...scopes), stage.manager()]);
  await agent.ok('list_gl_accounts', {});
  books = await stage.pms.state();
});
afterAll(() => stage.close());

async function account(property_id: string, usage: string, query: string): Promise<Account> {
  const { accounts } = await agent.ok<{ accounts: Account[] }>('list_gl_accounts', { property_id, usage, query });
  return first(accounts);
}

describe('7: work done, invoice, bill, a share charged, a dispute', () => {
  /** A job that a vendor is at, in a unit with one household. */
  function repair() {
    const job = first(
      books.work_order,
      ({ status, vendor_id, unit_id }) =>
        ['scheduled', 'in_progress'].includes(status) &&
        vendor_id !== undefined &&
        books.lease.filter((lease) => lease.unit_id === unit_id && lease.status === 'current').length === 1,
    );
    const lease = first(books.lease, ({ unit_id, status }) => unit_id === job.unit_id && status === 'current');
    return { job, lease, vendor_id: String(job.vendor_id), property_id: job.property_id, unit_id: String(job.unit_id) };
  }

  let bill_id: string;
  let charge_id: string;

  it('records the work as done, with the photo', async () => {
    const { job } = repair();
    const { work_orders } = await agent.ok('list_work_orders', { work_order_id: job.id });
    let { version } = work_orders[0];
    const begin = { work_order_id: job.id, version, status: 'in_progress' };
    if (job.status === 'scheduled')
      ({ version } = (await agent.done('update_work_order', { request_id: requestId('b'), ...begin })).work_order);
    await stage.taking(1, () =>
      agent.done('update_work_order', {
        request_id: requestId('b'),
        work_order_id: job.id,
        version,
        status: 'work_done',
        file_ids: ['f_2'],
      }),
    );
    expect(await stage.pms.get('work_order', '', job.id)).toMatchObject({ status: 'work_done', file_ids: ['f_2'] });
  });

  it('enters the invoice once, after a person has agreed, matched to its work', async () => {
    const { job, vendor_id, property_id, unit_id } = repair();
    const earlier = await agent.ok<{ postings: Posting[] }>('list_postings', {
      kind: 'bill',
      invoice_number: 'INV-77',
      vendor_id,
    });
    expect(earlier.postings).toEqual([]);
    const { accounts, lock_dates } = await agent.ok('list_gl_accounts', { property_id, usage: 'bill' });
    expect(lock_dates[0].locked_through).toBe(
      books.property.find(({ id }) => id === property_id)?.books_locked_through,
    );
    const { account_id } = first<Account>(accounts, ({ name }) => /Repairs|Plumbing/.test(name));
    const bill = {
      vendor_id,
      invoice_number: 'INV-77',
      invoice_date: DAY,
      due_date: '2026-12-30',
      total: '350.00',
      lines: [{ account_id, amount: '350.00', property_id, unit_id }],
      work_order_id: job.id,
    };
    const off = await agent.refused('post_vendor_bill', {
      request_id: requestId('b'),
      ...bill,
      lines: [{ account_id, amount: '340.00', property_id }],
    });
    expect(off).toMatchObject({ code: 'invalid_input', field: expect.stringMatching(/lines|total/) });

    const waiting = await stage.taking(0, () =>
      agent.ok('post_vendor_bill', { request_id: 'invoice-0077-posted', ...bill }),
    );
    expect(waiting.write.state).toBe('awaiting_approval');
    expect(waiting.work_order_match).toMatchObject({ work_order_id: job.id });
    const seen = await agent.ok('list_postings', { kind: 'bill', vendor_id });
    expect(seen.waiting).toMatchObject([{ write_id: waiting.write.write_id }]);
    await stage.taking(1, () => decide('approve', waiting.write.write_id));
    const posted = await agent.ok<{ bill: Posting; write: Write }>('post_vendor_bill', {
      request_id: 'invoice-0077-posted',
      ...bill,
    });
    bill_id = posted.bill.posting_id;
    expect(await stage.pms.get('bill', '', bill_id)).toMatchObject({
      total: 35_000,
      vendor_id,
      invoice_number: 'INV-77',
      work_order_id: job.id,
    });

    const twice = await stage.taking(0, () =>
      agent.refused('post_vendor_bill', { request_id: requestId('b'), ...bill, invoice_number: 'inv 77' }),
    );
    expect(twice.code).toBe('duplicate');
  });

  it('charges a share of it, and never more than the bill', async () => {
    const { lease, property_id } = repair();
    const { account_id } = await account(property_id, 'resident_charge', 'damage');
    const share = {
      lease_id: lease.id,
      account_id,
      charge_date: DAY,
      memo: 'Repair share',
      bill_id,
      reason: 'Misuse',
    };
    const made = await stage.taking(1, () =>
      agent.done('post_gl_charge', { request_id: requestId('b'), ...share, amount: '180.00' }),
    );
    charge_id = made.charge.posting_id;
    expect(made.left_of_bill).toBe('170.00');
    expect(await stage.pms.get('ledger_entry', '', charge_id)).toMatchObject({ amount: 18_000, lease_id: lease.id });
    const more = await stage.taking(0, () =>
      agent.refused('post_gl_charge', { request_id: requestId('b'), ...share, memo: 'More', amount: '170.01' }),
    );
    expect(more).toMatchObject({ field: 'amount' });
    expect(more.message).toMatch(/bill/);
  });

  it('shows the charge in the ledger, and takes part of it back', async () => {
    const { lease } = repair();
    const ledger = await agent.ok('get_resident_ledger', { lease_id: lease.id });
    const line = first<{ posting_id: string; amount: string; left_to_reverse?: string }>(
      ledger.lines,
      ({ posting_id }) => posting_id === charge_id,
    );
    expect(line).toMatchObject({ amount: '180.00', left_to_reverse: '180.00' });
    const back = await stage.taking(1, () =>
      agent.done('reverse_posting', {
        request_id: requestId('b'),
        kind: 'charge',
        posting_id: charge_id,
        amount: '60.00',
        reason: 'Dispute settled',
      }),
    );
    expect(back).toMatchObject({ amount: '60.00', left: '120.00' });
    expect((await stage.pms.get('ledger_entry', '', charge_id))?.reversed_amount).toBe(6_000);
    const after = await agent.ok('get_resident_ledger', { lease_id: lease.id });
    expect(Math.round(100 * (Number(ledger.closing_balance) - Number(after.closing_balance)))).toBe(6_000);
    const tooMuch = await stage.taking(0, () =>
      agent.refused('reverse_posting', {
        request_id: requestId('b'),
        kind: 'charge',
        posting_id: charge_id,
        amount: '120.01',
        reason: 'Again',
      }),
    );
    expect(tooMuch).toMatchObject({ field: 'amount' });
  });
});

describe('14: month-end', () => {
  let property_id: string;

  it('finds bills without work, work without a bill, and bills that came twice', async () => {
    const idle = first(
      books.work_order,
      ({ status, bill_ids }) => ['work_done', 'ready_to_bill'].includes(status) && bill_ids.length === 0,
    );
    property_id = idle.property_id;
    const month = { from_date: '2026-11-01', to_date: DAY };
    const lost = await agent.ok<{ postings: Posting[] }>('list_postings', {
      kind: 'bill',
      property_id,
      state: 'no_work_order',
      ...month,
    });
    const linked = books.bill.filter((bill) => bill.work_order_id !== undefined).map(({ id }) => id);
    expect(lost.postings.length).toBeGreaterThan(0);
    for (const { posting_id, states } of lost.postings) {
      expect(states).toContain('no_work_order');
      expect(linked).not.toContain(posting_id);
    }
    const unbilled = await agent.ok<{ work_orders: { work_order_id: string }[] }>('list_work_orders', {
      property_id,
      open: false,
      needs: 'bill',
    });
    for (const { work_order_id } of unbilled.work_orders) {
      const job = await stage.pms.get('work_order', '', work_order_id);
      expect(job?.bill_ids).toEqual([]);
      expect(['work_done', 'ready_to_bill', 'closed']).toContain(job?.status);
    }
    expect(unbilled.work_orders.length).toBeGreaterThan(0);
  });

  it('reclassifies what was entered on the wrong account', async () => {
    const [wrong, right] = await Promise.all([
      account(property_id, 'journal_entry', 'Repairs and maintenance'),
      account(property_id, 'journal_entry', 'Plumbing'),
    ]);
    const entry = { property_id, entry_date: DAY, memo: 'Reclass INV-70' };
    const lines = [
      { account_id: right.account_id, debit: '90.00' },
      { account_id: wrong.account_id, credit: '90.00' },
    ];
    const uneven = await stage.taking(0, () =>
      agent.refused('post_journal_entry', {
        request_id: requestId('j'),
        ...entry,
        lines: [lines[0], { account_id: wrong.account_id, credit: '89.99' }],
      }),
    );
    expect(uneven).toMatchObject({ code: 'invalid_input', field: expect.stringContaining('lines') });
    const locked = await stage.taking(0, () =>
      agent.refused('post_journal_entry', {
        request_id: requestId('j'),
        ...entry,
        entry_date: String(first(books.property).books_locked_through),
        lines,
      }),
    );
    expect(locked.code).toBe('period_closed');
    const made = await stage.taking(1, () =>
      agent.done('post_journal_entry', { request_id: requestId('j'), ...entry, lines }),
    );
    const kept = await stage.pms.get('journal_entry', '', made.journal_entry.posting_id);
    expect(kept).toMatchObject({ memo: 'Reclass INV-70', date: DAY });
    expect(kept?.lines.map(({ debit, credit }) => [debit, credit])).toEqual([
      [9_000, 0],
      [0, 9_000],
    ]);
  });

  it('reverses a bill that was entered twice, once a person has agreed', async () => {
    const suspects = await agent.ok<{ postings: Posting[] }>('list_postings', {
      kind: 'bill',
      state: 'suspected_duplicate',
    });
    const twice = first(suspects.postings, ({ states }) => states.includes('unpaid'));
    expect(twice.suspected_duplicates?.length).toBeGreaterThan(0);
    const request = {
      request_id: requestId('j'),
      kind: 'bill',
      posting_id: twice.posting_id,
      reason: 'Entered twice',
    };
    const asked = await agent.ok<{ write: Write }>('reverse_posting', request);
    if (asked.write.state === 'awaiting_approval') await stage.taking(1, () => decide('approve', asked.write.write_id));
    const kept = await stage.pms.get('bill', '', twice.posting_id);
    expect(kept?.reversed_by_id).toBeTruthy();
    const { postings } = await agent.ok<{ postings: Posting[] }>('list_postings', {
      kind: 'bill',
      posting_id: twice.posting_id,
    });
    expect(postings[0]?.states).toEqual(['reversed']);
    const again = await stage.taking(0, () =>
      agent.refused('reverse_posting', { ...request, request_id: requestId('j'), reason: 'Once more' }),
    );
    expect(['conflict', 'duplicate']).toContain(again.code);
  });
});
