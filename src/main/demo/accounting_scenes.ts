import { expectRefusal, needed, type Scene } from './scene.ts';
import { PROPERTY } from './stage.ts';

const invoice: Scene = {
  day: 'Day three',
  title: 'The invoice for the repair becomes a bill, once',
  async play({ maintenance, bookkeeper, manager, pms, day }, expect, soFar) {
    const { work_order_id, vendor_id, unit_id, version } = needed(soFar.repair);
    const done = await maintenance.ask(
      'update_work_order',
      {
        request_id: 'leaking-sink-work-done',
        work_order_id,
        version,
        status: 'work_done',
        note: 'Drain and trap replaced.',
      },
      'the sink is repaired',
    );
    expect.equal('the work is recorded as done', done.state, 'done');
    await pms.changed(expect, 1, 'the work done');

    const chart = await bookkeeper.ask(
      'list_gl_accounts',
      { property_id: PROPERTY, usage: 'bill', query: 'plumbing' },
      'where plumbing goes',
    );
    const bill = {
      vendor_id,
      invoice_number: 'INV-2041',
      invoice_date: day(0),
      due_date: day(30),
      total: '780.00',
      lines: [{ account_id: chart.need('accounts.0.account_id'), amount: '780.00', property_id: PROPERTY, unit_id }],
      work_order_id,
    };
    const waiting = await bookkeeper.ask(
      'post_vendor_bill',
      { request_id: 'invoice-2041-bill', ...bill },
      'invoice INV-2041 over 780.00',
    );
    expect.equal('the bill waits', waiting.state, 'awaiting_approval');
    expect.equal('the bill fits its work order', waiting.at('work_order_match.work_order_id'), work_order_id);
    await pms.changed(expect, 0, 'what only waits');

    const decided = await manager.run('approvals', 'approve', waiting.need('write.write_id'));
    expect.equal('exit code of the approval', decided.code, 0);
    const [posted] = await pms.changed(expect, 1, 'the approved bill');
    soFar.bill_id = needed(posted).record_id;
    const kept = await pms.record('bill', soFar.bill_id);
    expect.equal('total of the bill in the PMS, in cents', kept.total, 78_000);
    expect.equal('work order of the bill in the PMS', kept.work_order_id, work_order_id);

    const again = await bookkeeper.ask(
      'post_vendor_bill',
      { request_id: 'invoice-2041-by-mail', ...bill, invoice_number: 'inv 2041' },
      'the same invoice, sent by mail as "inv 2041"',
    );
    expectRefusal(expect, 'the same invoice', again, 'duplicate');
    await pms.changed(expect, 0, 'the refused invoice');
  },
};

const charge: Scene = {
  day: 'Day three',
  title: 'The resident is charged a share, and gets part of it back',
  async play({ bookkeeper, pms, day }, expect, soFar) {
    const { lease_id } = needed(soFar.repair);
    const codes = await bookkeeper.ask(
      'list_gl_accounts',
      { property_id: PROPERTY, usage: 'resident_charge', query: 'damage' },
      'the code for damage',
    );
    const charged = await bookkeeper.ask(
      'post_gl_charge',
      {
        request_id: 'leaking-sink-charge',
        lease_id,
        account_id: codes.need('accounts.0.account_id'),
        amount: '180.00',
        charge_date: day(0),
        memo: 'Share of the sink repair',
        bill_id: needed(soFar.bill_id),
        reason: 'The drain was blocked with grease.',
      },
      '180.00 of the bill (up to 250.00 needs no person)',
    );
    expect.equal('the charge is posted', charged.state, 'done');
    await pms.changed(expect, 1, 'the charge');
    const posting_id = charged.need('charge.posting_id');

    const credited = await bookkeeper.ask(
      'reverse_posting',
      {
        request_id: 'leaking-sink-credit',
        kind: 'charge',
        posting_id,
        amount: '60.00',
        reason: 'Settled with the resident',
      },
      '60.00 of it back',
    );
    expect.equal('the credit is posted', credited.state, 'done');
    await pms.changed(expect, 1, 'the credit');
    const entry = await pms.record('ledger_entry', posting_id);
    expect.equal('charge in the PMS, in cents', entry.amount, 18_000);
    expect.equal('taken back of it in the PMS, in cents', entry.reversed_amount, 6_000);
  },
};

export const accountingScenes = { invoice, charge };
