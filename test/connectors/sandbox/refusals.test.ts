import { beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../../src/model/commands.ts';
import { createSandbox } from '../../../src/connectors/sandbox/connector.ts';
import { castOf, validCommands, type Cast } from './cast.ts';
import { NOW, openSandbox, refusalOf, submit, submitted, type Sandbox } from './sandbox.ts';

type Valid = ReturnType<typeof validCommands>;
type Row = [name: string, code: string, field: string | undefined, command: (v: Valid, c: Cast) => Command];

const long = (length: number) => 'x'.repeat(length);
const LOCKED_DAY = '2026-09-30';

// prettier-ignore
const ROWS: Row[] = [
  ['property that does not exist', 'refused', 'property_id', (v) => ({ ...v.create_work_order, property_id: '99999' })],
  ['path for an id', 'refused', 'unit_id', (v) => ({ ...v.create_work_order, unit_id: '../301' })],
  ['unit of another property', 'refused', 'unit_id', (v, c) => ({ ...v.create_work_order, unit_id: c.foreignUnit.id })],
  ['resident of another property', 'refused', 'resident_id', (v, c) => ({ ...v.create_work_order, resident_id: c.foreignResident.id })],
  ['bill-to lease that has ended', 'refused', 'bill_to_lease_id', (v, c) => ({ ...v.create_work_order, bill_to_lease_id: c.pastLease.id })],
  ['blank title', 'refused', 'title', (v) => ({ ...v.create_work_order, title: ' ' })],
  ['title of 128', 'refused', 'title', (v) => ({ ...v.create_work_order, title: long(128) })],
  ['description of 65,536', 'refused', 'description', (v) => ({ ...v.create_work_order, description: long(65_536) })],
  ['update of another property’s order', 'not_found', 'work_order_id', (v, c) => ({ ...v.update_work_order, property_id: c.other.id })],
  ['update of no order', 'not_found', 'work_order_id', (v) => ({ ...v.update_work_order, work_order_id: '1' })],
  ['reply where no vendor is assigned', 'conflict', 'vendor_reply', (v) => ({ ...v.update_work_order, vendor_reply: 'accepted' })],
  ['settled field of a closed order', 'conflict', 'status', (v, c) => ({ ...v.update_work_order, property_id: c.closedOrder.property_id, work_order_id: c.closedOrder.id, severity: 'life_safety' })],
  ['note of 65,536', 'refused', 'note', (v) => ({ ...v.add_work_order_note, note: { text: long(65_536), is_public: false } })],
  ['assignment of a closed order', 'conflict', 'status', (v, c) => ({ ...v.assign_work_order, property_id: c.closedOrder.property_id, work_order_id: c.closedOrder.id })],
  ['inactive vendor', 'refused', 'vendor_id', (v, c) => ({ ...v.assign_work_order, vendor_id: c.inactiveVendor.id })],
  ['do-not-use vendor', 'refused', 'vendor_id', (v, c) => ({ ...v.assign_work_order, vendor_id: c.bannedVendor.id })],
  ['agent sent as technician', 'refused', 'technician_id', (v, c) => ({ ...v.assign_work_order, vendor_id: undefined, technician_id: c.agent.id })],
  ['visit that ends before it starts', 'refused', 'visit', (v) => ({ ...v.assign_work_order, visit: { start: '2026-11-25T18:00:00.000Z', end: '2026-11-25T16:00:00.000Z' } })],
  ['card without any contact', 'refused', 'name', (v) => ({ ...v.create_guest_card, name: undefined, phones: [] })],
  ['card with a broken address', 'refused', 'emails', (v) => ({ ...v.create_guest_card, emails: ['nobody'] })],
  ['card with a short number', 'refused', 'phones', (v) => ({ ...v.create_guest_card, phones: [{ number: '911', type: 'other' }] })],
  ['card for a unit elsewhere', 'refused', 'unit_ids', (v, c) => ({ ...v.create_guest_card, unit_ids: [c.foreignUnit.id] })],
  ['lost without a reason', 'refused', 'lost_reason', (v) => ({ ...v.update_guest_card, status: 'lost' })],
  ['reason without lost', 'refused', 'lost_reason', (v) => ({ ...v.update_guest_card, lost_reason: 'price' })],
  ['agent-led without agent', 'refused', 'agent_id', (v) => ({ ...v.schedule_tour, agent_id: undefined })],
  ['self-guided with agent', 'refused', 'agent_id', (v) => ({ ...v.schedule_tour, type: 'self_guided' })],
  ['agent of other properties', 'refused', 'agent_id', (v, c) => ({ ...v.schedule_tour, agent_id: c.foreignAgent.id })],
  ['tour yesterday', 'refused', 'start', (v) => ({ ...v.schedule_tour, start: '2026-11-23T17:00:00.000Z', end: '2026-11-23T17:30:00.000Z' })],
  ['tour of no length', 'refused', 'end', (v) => ({ ...v.schedule_tour, end: v.schedule_tour.start })],
  ['move-out before notice', 'refused', 'move_out_date', (v) => ({ ...v.update_lease, change: { ...v.update_lease.change, move_out_date: '2026-11-01' } as typeof v.update_lease.change })],
  ['notice without its date', 'refused', 'change.notice_date', (v) => ({ ...v.update_lease, change: { ...v.update_lease.change, notice_date: undefined } as unknown as typeof v.update_lease.change })],
  ['notice of somebody else', 'refused', 'resident_ids', (v, c) => ({ ...v.update_lease, change: { ...v.update_lease.change, resident_ids: [c.foreignResident.id] } as typeof v.update_lease.change })],
  ['moving a move-out that nobody announced', 'conflict', 'resident_ids', (v, c) => ({ ...v.update_lease, change: { action: 'change_move_out', move_out_date: '2027-01-15', resident_ids: [c.lease.parties[0]?.resident_id ?? ''] } })],
  ['withdrawing no notice', 'conflict', 'resident_ids', (v, c) => ({ ...v.update_lease, change: { action: 'withdraw_notice', resident_ids: [c.lease.parties[0]?.resident_id ?? ''] } })],
  ['offer of another lease', 'refused', 'renewal_offer_id', (v) => ({ ...v.update_lease, change: { action: 'accept_renewal', renewal_offer_id: '1' } })],
  ['lease that has ended', 'conflict', 'status', (v, c) => ({ ...v.update_lease, lease_id: c.pastLease.id })],
  ['resident of another property by id', 'not_found', 'resident_id', (v, c) => ({ ...v.update_resident, resident_id: c.foreignResident.id })],
  ['charge on an ended lease', 'refused', 'lease_id', (v, c) => ({ ...v.post_charge, lease_id: c.pastLease.id, household_id: c.pastLease.household_id, unit_id: undefined })],
  ['charge to another household', 'refused', 'household_id', (v, c) => ({ ...v.post_charge, household_id: c.pastLease.household_id })],
  ['charge for another unit', 'refused', 'unit_id', (v, c) => ({ ...v.post_charge, unit_id: c.foreignUnit.id })],
  ['charge code out of use', 'refused', 'charge_code_id', (v, c) => ({ ...v.post_charge, charge_code_id: c.oldCode.id, gl_account_id: c.oldCode.gl_account_id })],
  ['account that is not the code’s', 'refused', 'gl_account_id', (v, c) => ({ ...v.post_charge, gl_account_id: c.account('4010') })],
  ['memo of 66', 'refused', 'memo', (v) => ({ ...v.post_charge, memo: long(66) })],
  ['charge in locked books', 'period_closed', 'date', (v) => ({ ...v.post_charge, date: LOCKED_DAY })],
  ['charge for no work order', 'refused', 'work_order_id', (v) => ({ ...v.post_charge, work_order_id: '1' })],
  ['charge of nothing', 'refused', 'amount', (v) => ({ ...v.post_charge, amount: 0 })],
  ['bill from an inactive vendor', 'refused', 'vendor_id', (v, c) => ({ ...v.post_bill, vendor_id: c.inactiveVendor.id })],
  ['invoice number of 41', 'refused', 'invoice_number', (v) => ({ ...v.post_bill, invoice_number: long(41) })],
  ['due before its date', 'refused', 'due_date', (v) => ({ ...v.post_bill, due_date: '2026-11-19' })],
  ['lines that miss the total', 'refused', 'total', (v) => ({ ...v.post_bill, total: 35_001 })],
  ['bill to the bank account', 'refused', 'lines.0.gl_account_id', (v, c) => ({ ...v.post_bill, lines: v.post_bill.lines.map((l) => ({ ...l, gl_account_id: c.account('1010') })) })],
  ['bill to payables', 'refused', 'lines.0.gl_account_id', (v, c) => ({ ...v.post_bill, lines: v.post_bill.lines.map((l) => ({ ...l, gl_account_id: c.account('2010') })) })],
  ['bill to an account out of use', 'refused', 'lines.0.gl_account_id', (v, c) => ({ ...v.post_bill, lines: v.post_bill.lines.map((l) => ({ ...l, gl_account_id: c.account('5990') })) })],
  ['bill line for a unit elsewhere', 'refused', 'lines.0.unit_id', (v, c) => ({ ...v.post_bill, lines: v.post_bill.lines.map((l) => ({ ...l, unit_id: c.foreignUnit.id })) })],
  ['bill filed elsewhere', 'refused', 'property_id', (v, c) => ({ ...v.post_bill, property_id: c.other.id })],
  ['bill in locked books', 'period_closed', 'invoice_date', (v) => ({ ...v.post_bill, invoice_date: LOCKED_DAY })],
  ['bill for no work order', 'refused', 'work_order_id', (v) => ({ ...v.post_bill, work_order_id: '1' })],
  ['reversal of a paid bill', 'conflict', 'bill_id', (_v, c) => ({ kind: 'reverse_bill', property_id: c.paidBill.property_id, bill_id: c.paidBill.id, date: '2026-11-24', reason: 'twice' })],
  ['entry that does not balance', 'refused', 'lines', (v) => ({ ...v.post_journal_entry, lines: v.post_journal_entry.lines.map((l) => ({ ...l, debit: l.debit && 9001 })) })],
  ['line with debit and credit', 'refused', 'lines.0', (v) => ({ ...v.post_journal_entry, lines: v.post_journal_entry.lines.map((l) => ({ ...l, debit: 9000, credit: 9000 })) })],
  ['line with neither', 'refused', 'lines.0', (v) => ({ ...v.post_journal_entry, lines: v.post_journal_entry.lines.map((l) => ({ ...l, debit: 0, credit: 0 })) })],
  ['entry to receivables', 'refused', 'lines.0.gl_account_id', (v, c) => ({ ...v.post_journal_entry, lines: v.post_journal_entry.lines.map((l) => ({ ...l, gl_account_id: c.account('1200') })) })],
  ['entry memo of 241', 'refused', 'memo', (v) => ({ ...v.post_journal_entry, memo: long(241) })],
  ['entry in locked books', 'period_closed', 'date', (v) => ({ ...v.post_journal_entry, date: LOCKED_DAY })],
  ['one-sided entry', 'refused', 'lines', (v) => ({ ...v.post_journal_entry, lines: v.post_journal_entry.lines.slice(0, 1) })],
  ['day that does not exist', 'refused', 'date', (v) => ({ ...v.post_journal_entry, date: '2026-02-30' })],
  ['communication with a stranger', 'refused', 'resident_id', (v) => ({ ...v.record_communication, resident_id: '1' })],
  ['consent of nobody', 'refused', 'consent', (v) => ({ ...v.record_communication, resident_id: undefined, consent: { channel: 'sms', state: 'revoked', at: '2026-11-24T14:00:00.000Z', source: 'sms' } })],
  ['command that does not exist', 'refused', 'operation', () => ({ kind: 'drop_tables' }) as unknown as Command],
];

describe('what the sandbox refuses', () => {
  let sandbox: Sandbox;
  let cast: Cast;
  let before: string;
  beforeAll(async () => {
    sandbox = createSandbox({ file: ':memory:', clock: () => NOW, units: 150 });
    cast = await castOf(sandbox);
    before = JSON.stringify(cast.state);
    return () => sandbox.close();
  });

  it.each(ROWS)('%s', async (_name, code, field, command) => {
    expect(await refusalOf(submit(sandbox, command(validCommands(cast), cast)))).toEqual({ code, field });
  });

  it('has changed nothing by any of them', async () => {
    expect(JSON.stringify(await sandbox.state())).toBe(before);
    expect(await sandbox.effects()).toEqual([]);
  });
});

describe('what the sandbox refuses the second time', () => {
  it('an invoice number of the same vendor, whatever its case', async () => {
    const sandbox = openSandbox();
    const cast = await castOf(sandbox);
    const bill = validCommands(cast).post_bill;
    const id = await submitted(sandbox, bill);
    expect(await refusalOf(submit(sandbox, { ...bill, invoice_number: ' inv-77 ' }))).toEqual({
      code: 'duplicate',
      field: 'invoice_number',
    });
    const other = cast.state.vendor.find((v) => v.is_active && v.id !== bill.vendor_id)?.id ?? '';
    await submitted(sandbox, { ...bill, vendor_id: other });
    const reversal = {
      kind: 'reverse_bill',
      property_id: bill.property_id,
      bill_id: id,
      date: '2026-11-24',
      reason: 'x',
    } as const;
    await submitted(sandbox, reversal);
    expect(await refusalOf(submit(sandbox, reversal))).toEqual({ code: 'conflict', field: 'bill_id' });
    await submitted(sandbox, bill);
  });

  it('more of a charge than is left', async () => {
    const sandbox = openSandbox();
    const charge = validCommands(await castOf(sandbox)).post_charge;
    const charge_id = await submitted(sandbox, charge);
    const part = {
      kind: 'reverse_charge',
      property_id: charge.property_id,
      charge_id,
      date: '2026-11-24',
      reason: 'Settled',
    } as const;
    await submitted(sandbox, { ...part, amount: 6000 });
    expect(await refusalOf(submit(sandbox, { ...part, amount: 12_001 }))).toEqual({ code: 'refused', field: 'amount' });
    const credit_id = await submitted(sandbox, { ...part, amount: 12_000 });
    expect(await refusalOf(submit(sandbox, { ...part, amount: 1 }))).toEqual({ code: 'conflict', field: 'charge_id' });
    expect(await refusalOf(submit(sandbox, { ...part, charge_id: credit_id, amount: 1 }))).toEqual({
      code: 'refused',
      field: 'charge_id',
    });
  });

  it('a journal entry that was reversed, and its reversal', async () => {
    const sandbox = openSandbox();
    const entry = validCommands(await castOf(sandbox)).post_journal_entry;
    const journal_entry_id = await submitted(sandbox, entry);
    const back = {
      kind: 'reverse_journal_entry',
      property_id: entry.property_id,
      journal_entry_id,
      date: '2026-11-24',
      reason: 'x',
    } as const;
    const reversal = await submitted(sandbox, back);
    for (const id of [journal_entry_id, reversal]) {
      expect(await refusalOf(submit(sandbox, { ...back, journal_entry_id: id }))).toEqual({
        code: 'conflict',
        field: 'journal_entry_id',
      });
    }
  });

  it('a renewal offer that was taken, one that has run out, and a notice that was given', async () => {
    const sandbox = openSandbox();
    const cast = await castOf(sandbox);
    const { offered, lease } = cast;
    const offer = offered.renewal_offers.find((o) => o.status === 'offered')?.id ?? '';
    const accept = {
      kind: 'update_lease',
      property_id: offered.property_id,
      lease_id: offered.id,
      change: { action: 'accept_renewal', renewal_offer_id: offer },
    } as const;
    const renewal_offers = offered.renewal_offers.map((o) => ({ ...o, expires_on: '2026-11-23' }));
    await sandbox.asStaff().change('lease', offered.id, { renewal_offers });
    expect(await refusalOf(submit(sandbox, accept))).toEqual({ code: 'conflict', field: 'renewal_offer_id' });
    await sandbox.asStaff().change('lease', offered.id, { renewal_offers: offered.renewal_offers });
    await submitted(sandbox, accept);
    expect(await refusalOf(submit(sandbox, accept))).toEqual({ code: 'conflict', field: 'renewal_offer_id' });
    const notice = { ...validCommands(cast).update_lease, lease_id: lease.id };
    await submitted(sandbox, notice);
    expect(await refusalOf(submit(sandbox, notice))).toEqual({ code: 'conflict', field: 'resident_ids' });
  });

  it('a day that was locked meanwhile', async () => {
    const sandbox = openSandbox();
    const charge = validCommands(await castOf(sandbox)).post_charge;
    await sandbox.asStaff().closePeriod(charge.property_id, charge.date);
    expect(await refusalOf(submit(sandbox, charge))).toEqual({ code: 'period_closed', field: 'date' });
    await submitted(sandbox, { ...charge, date: '2026-11-25' });
  });
});
