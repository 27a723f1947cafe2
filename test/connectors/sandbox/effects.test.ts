import { describe, expect, it } from 'vitest';
import { COMMAND_KINDS } from '../../../src/model/commands.ts';
import { RECORDS, RECORD_KINDS } from '../../../src/model/records.ts';
import { castOf, validCommands } from './cast.ts';
import { NOW, first, openSandbox, refusalOf, submit, submitted, temporaryFile } from './sandbox.ts';

const AT = new Date(NOW).toISOString();

describe('work orders', () => {
  it('are new, numbered and found by id', async () => {
    const sandbox = openSandbox();
    const command = validCommands(await castOf(sandbox)).create_work_order;
    const { record, values } = await submit(sandbox, command);
    const { kind: _kind, ...fields } = command;
    expect(await sandbox.get('work_order', '', record?.id ?? '')).toEqual({
      ...fields,
      id: record?.id,
      number: values?.['number'],
      status: 'new',
      raw_status: 'New',
      notes: [],
      bill_ids: [],
      created_at: AT,
      updated_at: AT,
    });
  });

  it('are scheduled with the vendor whose reply is awaited, and new again when the vendor leaves', async () => {
    const sandbox = openSandbox();
    const cast = await castOf(sandbox);
    const assign = { ...validCommands(cast).assign_work_order, not_to_exceed: 50_000, reply_due_at: AT };
    await submitted(sandbox, assign);
    expect(await sandbox.get('work_order', '', cast.order.id)).toMatchObject({
      status: 'scheduled',
      raw_status: 'Scheduled',
      vendor_id: cast.vendor.id,
      vendor_reply: 'pending',
      visit: assign.visit,
      not_to_exceed: 50_000,
      reply_due_at: AT,
    });
    const { kind, property_id, work_order_id } = validCommands(cast).update_work_order;
    await submitted(sandbox, { kind, property_id, work_order_id, vendor_reply: 'declined', vendor_id: null });
    const after = await sandbox.get('work_order', '', cast.order.id);
    expect(after).toMatchObject({ status: 'new', vendor_reply: 'declined' });
    expect(after).not.toHaveProperty('vendor_id');
    expect(after).not.toHaveProperty('visit');
  });

  it('go to own technicians, whose reply is waited for like a vendor’s', async () => {
    const sandbox = openSandbox();
    const cast = await castOf(sandbox);
    const { vendor_id: _vendor, ...assign } = validCommands(cast).assign_work_order;
    await submitted(sandbox, { ...assign, technician_id: cast.technician.id });
    const order = await sandbox.get('work_order', '', cast.order.id);
    expect(order).toMatchObject({ status: 'scheduled', technician_id: cast.technician.id, vendor_reply: 'pending' });
    const { kind, property_id, work_order_id } = validCommands(cast).update_work_order;
    await submitted(sandbox, { kind, property_id, work_order_id, vendor_reply: 'accepted' });
    expect(await sandbox.get('work_order', '', cast.order.id)).toMatchObject({ vendor_reply: 'accepted' });
  });

  it('take estimate, clearance, files and notes, and keep when the work was done', async () => {
    const sandbox = openSandbox();
    const cast = await castOf(sandbox);
    const { kind, property_id, work_order_id } = validCommands(cast).update_work_order;
    const update = { kind, property_id, work_order_id };
    await submitted(sandbox, { ...update, status: 'estimate_requested' });
    await submitted(sandbox, { ...update, estimate: { amount: 185_000, status: 'pending' }, file_ids: ['f_1'] });
    expect(await sandbox.get('work_order', '', work_order_id)).toMatchObject({
      status: 'estimated',
      estimate: { amount: 185_000, status: 'pending', received_on: '2026-11-24' },
      file_ids: ['f_1'],
    });
    const note = { text: 'Cleared', is_public: true };
    await submitted(sandbox, { ...update, status: 'work_done', hazard_cleared_by: 'Gas utility, 03:40', note });
    expect(await sandbox.get('work_order', '', work_order_id)).toMatchObject({
      status: 'work_done',
      hazard_cleared_by: 'Gas utility, 03:40',
      completed_at: AT,
      notes: [{ ...note, at: AT, by: 'API user' }],
    });
  });
});

describe('tours', () => {
  it('move the guest card through the funnel and free the slot when cancelled', async () => {
    const sandbox = openSandbox();
    const cast = await castOf(sandbox);
    const tour = validCommands(cast).schedule_tour;
    const funnel = async () => (await sandbox.get('guest_card', '', cast.card.id))?.status;
    const tour_id = await submitted(sandbox, tour);
    expect(await funnel()).toBe('tour_scheduled');
    await submitted(sandbox, { kind: 'cancel_tour', property_id: tour.property_id, tour_id });
    expect(await funnel()).toBe('contacted');
    const again = await submitted(sandbox, tour);
    await submitted(sandbox, {
      kind: 'record_tour_outcome',
      property_id: tour.property_id,
      tour_id: again,
      outcome: 'no_show',
    });
    expect(await funnel()).toBe('no_show');
  });

  it('can be moved into a time that overlaps only themselves', async () => {
    const sandbox = openSandbox();
    const tour = validCommands(await castOf(sandbox)).schedule_tour;
    const tour_id = await submitted(sandbox, tour);
    const moved = { start: '2027-01-05T17:15:00.000Z', end: '2027-01-05T17:45:00.000Z' };
    await submitted(sandbox, { kind: 'reschedule_tour', property_id: tour.property_id, tour_id, ...moved });
    expect(await sandbox.get('tour', '', tour_id)).toMatchObject({ ...moved, status: 'scheduled' });
  });
});

describe('leases', () => {
  it('take an accepted renewal with its end and rent, and close the other offers', async () => {
    const sandbox = openSandbox();
    const { offered } = await castOf(sandbox);
    const offer = first(offered.renewal_offers, (o) => o.status === 'offered');
    const change = { action: 'accept_renewal', renewal_offer_id: offer.id } as const;
    await submitted(sandbox, { kind: 'update_lease', property_id: offered.property_id, lease_id: offered.id, change });
    const lease = await sandbox.get('lease', '', offered.id);
    expect(lease).toMatchObject({ end_date: offer.end_date, rent: offer.rent, status: 'current' });
    expect(lease?.renewal_offers.map((o) => o.status).sort()).toEqual(['accepted', 'withdrawn']);
  });

  it('are on notice only when everyone who owes rent leaves, and current again when one stays', async () => {
    const sandbox = openSandbox();
    const state = await sandbox.state();
    const responsible = (lease: { parties: { resident_id: string }[] }) =>
      lease.parties
        .map((p) => first(state.resident, (r) => r.id === p.resident_id))
        .filter((r) => r.role === 'primary' || r.role === 'roommate');
    const shared = (unitId: string) =>
      state.lease.filter((l) => l.unit_id === unitId && l.status === 'current').length > 1;
    const lease = first(
      state.lease,
      (l) => l.status === 'current' && responsible(l).length === 2 && !shared(l.unit_id),
    );
    const [one, two] = responsible(lease).map((r) => r.id) as [string, string];
    const base = { kind: 'update_lease', property_id: lease.property_id, lease_id: lease.id } as const;
    const leave = (id: string, move_out_date: string) =>
      submitted(sandbox, {
        ...base,
        change: { action: 'give_notice', notice_date: '2026-11-24', move_out_date, resident_ids: [id] },
      });
    const standing = async () => ({
      lease: (await sandbox.get('lease', '', lease.id))?.status,
      unit: (await sandbox.get('unit', '', lease.unit_id))?.occupancy,
      residents: [(await sandbox.get('resident', '', one))?.status, (await sandbox.get('resident', '', two))?.status],
    });
    await leave(one, '2026-12-31');
    expect(await standing()).toEqual({ lease: 'current', unit: 'occupied', residents: ['notice', 'current'] });
    await leave(two, '2027-01-15');
    expect(await standing()).toEqual({ lease: 'notice', unit: 'notice', residents: ['notice', 'notice'] });
    expect(await sandbox.get('lease', '', lease.id)).toMatchObject({ move_out_date: '2027-01-15' });
    const later = { action: 'change_move_out' as const, move_out_date: '2027-01-31', resident_ids: [two] };
    await submitted(sandbox, { ...base, change: later });
    expect((await sandbox.get('unit', '', lease.unit_id))?.available_on).toBe('2027-01-31');
    await submitted(sandbox, { ...base, change: { action: 'withdraw_notice', resident_ids: [one] } });
    expect(await standing()).toEqual({ lease: 'current', unit: 'occupied', residents: ['current', 'notice'] });
    expect(await sandbox.get('lease', '', lease.id)).not.toHaveProperty('move_out_date');
  });
});

describe('money', () => {
  it('is taken back by a credit that names the charge', async () => {
    const sandbox = openSandbox();
    const charge = validCommands(await castOf(sandbox)).post_charge;
    const charge_id = await submitted(sandbox, charge);
    const id = await submitted(sandbox, {
      kind: 'reverse_charge',
      property_id: charge.property_id,
      charge_id,
      amount: 6000,
      date: '2026-11-25',
      reason: 'Dispute settled',
    });
    expect(await sandbox.get('ledger_entry', '', id)).toMatchObject({
      kind: 'credit',
      amount: -6000,
      reverses_id: charge_id,
      household_id: charge.household_id,
      memo: 'Dispute settled',
    });
    expect(await sandbox.get('ledger_entry', '', charge_id)).toMatchObject({ amount: 18_000, reversed_amount: 6000 });
  });

  it('is taken back by a bill and an entry of opposite amounts, and both sides name each other', async () => {
    const sandbox = openSandbox();
    const cast = await castOf(sandbox);
    const { post_bill, post_journal_entry } = validCommands(cast);
    const { property_id } = post_bill;
    const undo = { property_id, date: '2026-11-24', reason: 'Entered twice' };
    const bill_id = await submitted(sandbox, { ...post_bill, work_order_id: cast.order.id });
    expect((await sandbox.get('work_order', '', cast.order.id))?.bill_ids).toEqual([bill_id]);
    const reversal = await submitted(sandbox, { kind: 'reverse_bill', bill_id, ...undo });
    expect(await sandbox.get('bill', '', reversal)).toMatchObject({ total: -35_000, reverses_id: bill_id });
    expect(await sandbox.get('bill', '', bill_id)).toMatchObject({ total: 35_000, reversed_by_id: reversal });
    const entry_id = await submitted(sandbox, post_journal_entry);
    const back = await submitted(sandbox, { kind: 'reverse_journal_entry', journal_entry_id: entry_id, ...undo });
    expect((await sandbox.get('journal_entry', '', back))?.lines).toMatchObject([{ credit: 9000 }, { debit: 9000 }]);
    expect(await sandbox.get('journal_entry', '', entry_id)).toMatchObject({ reversed_by_id: back });
  });
});

describe('people', () => {
  it('keep the latest word on each channel', async () => {
    const sandbox = openSandbox();
    const cast = await castOf(sandbox);
    const { record_communication: call, create_guest_card } = validCommands(cast);
    const consent = (state: 'granted' | 'revoked') => ({ channel: 'sms' as const, state, at: AT, source: 'sms' });
    await submitted(sandbox, { ...call, consent: consent('granted') });
    await submitted(sandbox, { ...call, consent: consent('revoked') });
    const resident = await sandbox.get('resident', '', cast.resident.id);
    expect(resident?.consents.filter((c) => c.channel === 'sms')).toEqual([consent('revoked')]);
    const card = await submitted(sandbox, create_guest_card);
    await submitted(sandbox, { ...call, resident_id: undefined, guest_card_id: card, consent: consent('revoked') });
    expect((await sandbox.get('guest_card', '', card))?.consents).toEqual([consent('revoked')]);
  });

  it('append touches and keep the first source', async () => {
    const sandbox = openSandbox();
    const { create_guest_card } = validCommands(await castOf(sandbox));
    const guest_card_id = await submitted(sandbox, create_guest_card);
    const touch = { at: AT, source: 'Apartments.com', message: 'Again' };
    const { property_id } = create_guest_card;
    await submitted(sandbox, {
      kind: 'update_guest_card',
      property_id,
      guest_card_id,
      touch,
      follow_up_on: '2026-12-01',
    });
    await submitted(sandbox, { kind: 'update_guest_card', property_id, guest_card_id, follow_up_on: null });
    const card = await sandbox.get('guest_card', '', guest_card_id);
    expect(card).toMatchObject({ source: 'Zillow', latest_source: 'Apartments.com', touches: [{}, touch] });
    expect(card).not.toHaveProperty('follow_up_on');
  });
});

describe('the journal', () => {
  it('names every change by the API and by the staff, across a restart', async () => {
    const file = temporaryFile();
    const sandbox = openSandbox({ file });
    const cast = await castOf(sandbox);
    const id = await submitted(sandbox, validCommands(cast).create_work_order);
    await sandbox.asStaff().updateVendor(cast.vendor.id, { do_not_use: true });
    await sandbox.asStaff().markLeased(cast.unit.id);
    const made = await sandbox.asStaff().submit(validCommands(cast).create_work_order);
    await sandbox.asStaff().updateWorkOrder(made.id, { status: 'on_hold' });
    await sandbox.asStaff().remove('work_order', made.id);
    await sandbox.close();
    const again = openSandbox({ file });
    expect((await again.effects()).map((e) => [e.actor, e.operation, e.kind, e.record_id, e.at])).toEqual([
      ['api', 'create_work_order', 'work_order', id, AT],
      ['staff', 'change', 'vendor', cast.vendor.id, AT],
      ['staff', 'change', 'unit', cast.unit.id, AT],
      ['staff', 'create_work_order', 'work_order', made.id, AT],
      ['staff', 'change', 'work_order', made.id, AT],
      ['staff', 'remove', 'work_order', made.id, AT],
    ]);
    // The id of a removed record is not given out a second time.
    expect(Number(await submitted(again, validCommands(cast).create_work_order))).toBe(Number(made.id) + 1);
  });

  it('keeps calendar and invoice numbers in step with what the staff move, enter and take out', async () => {
    const sandbox = openSandbox();
    const cast = await castOf(sandbox);
    const { schedule_tour: tour, post_bill: bill } = validCommands(cast);
    const staff = sandbox.asStaff();
    const { id } = await staff.submit(tour);
    expect((await refusalOf(submit(sandbox, tour))).code).toBe('slot_taken');
    await staff.change('tour', id, { start: '2027-01-06T17:00:00.000Z', end: '2027-01-06T17:30:00.000Z' });
    await submitted(sandbox, tour);
    const { kind: _kind, ...fields } = tour;
    const times = { start: '2027-01-07T17:00:00.000Z', end: '2027-01-07T17:30:00.000Z' };
    const entered = await staff.add('tour', { ...fields, ...times, status: 'scheduled' });
    expect((await refusalOf(submit(sandbox, { ...tour, ...times }))).code).toBe('slot_taken');
    await staff.remove('tour', entered.id);
    await submitted(sandbox, { ...tour, ...times });
    const posted = await staff.submit(bill);
    expect((await refusalOf(submit(sandbox, bill))).code).toBe('duplicate');
    await staff.remove('bill', posted.id);
    await submitted(sandbox, bill);
  });

  it('lets only canonical records in', async () => {
    const sandbox = openSandbox();
    const cast = await castOf(sandbox);
    for (const command of Object.values(validCommands(cast))) await submitted(sandbox, command);
    const state = await sandbox.state();
    for (const kind of RECORD_KINDS) {
      for (const record of state[kind]) expect(RECORDS[kind].parse(record), kind).toEqual(record);
    }
  });
});

it('claims every command and every field, with the limits it enforces', () => {
  const { commands, records } = openSandbox().capabilities;
  expect(Object.keys(commands).sort()).toEqual([...COMMAND_KINDS].sort());
  expect(records.work_order?.fields).toMatchObject({ title: { max_length: 127 }, description: { max_length: 65_535 } });
  expect(records.ledger_entry?.fields).toMatchObject({ memo: { max_length: 65 } });
  expect(records.bill?.fields).toMatchObject({ invoice_number: { max_length: 40 } });
});
