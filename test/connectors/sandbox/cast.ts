import type { CommandKind, CommandOf } from '../../../src/model/commands.ts';
import { first, type Sandbox } from './sandbox.ts';

/** Records that commands can be about, picked from a seeded portfolio. */
export async function castOf(sandbox: Sandbox) {
  const state = await sandbox.state();
  const property = first(state.property);
  const here = <T extends { property_id?: string }>(record: T) => record.property_id === property.id;
  const account = (number: string) => first(state.gl_account, (a) => a.number === number).id;
  const onSite = (role: 'leasing_agent' | 'technician') =>
    first(state.staff, (s) => s.is_active && s.roles.includes(role) && s.property_ids.includes(property.id));
  return {
    state,
    property,
    other: first(state.property, (p) => p.id !== property.id),
    unit: first(state.unit, here),
    foreignUnit: first(state.unit, (u) => !here(u)),
    lease: first(state.lease, (l) => here(l) && l.status === 'current'),
    pastLease: first(state.lease, (l) => here(l) && l.status === 'past'),
    offered: first(state.lease, (l) => l.status === 'current' && l.renewal_offers.some((o) => o.status === 'offered')),
    resident: first(state.resident, (r) => here(r) && r.status === 'current'),
    foreignResident: first(state.resident, (r) => !here(r)),
    order: first(state.work_order, (w) => here(w) && w.status === 'new'),
    closedOrder: first(state.work_order, (w) => w.status === 'closed'),
    vendor: first(state.vendor, (v) => v.is_active && !v.do_not_use && v.trades.includes('plumbing')),
    inactiveVendor: first(state.vendor, (v) => !v.is_active),
    bannedVendor: first(state.vendor, (v) => v.do_not_use),
    technician: onSite('technician'),
    agent: onSite('leasing_agent'),
    foreignAgent: first(
      state.staff,
      (s) => s.is_active && s.roles.includes('leasing_agent') && !s.property_ids.includes(property.id),
    ),
    card: first(state.guest_card, (c) => here(c) && c.status === 'new'),
    repairs: first(state.charge_code, (c) => c.name === 'Damage and repairs'),
    oldCode: first(state.charge_code, (c) => !c.is_active),
    paidBill: first(state.bill, (b) => b.paid_amount > 0),
    account,
  };
}

export type Cast = Awaited<ReturnType<typeof castOf>>;

/** A command of each kind that the PMS accepts as it is; the tests change one thing at a time. */
export function validCommands(cast: Cast) {
  const { property, unit, lease } = cast;
  const property_id = property.id;
  const commands = {
    create_work_order: {
      kind: 'create_work_order',
      property_id,
      unit_id: unit.id,
      title: 'Sink leaks',
      description: 'Water under the sink',
      trade: 'plumbing',
      severity: 'urgent',
      entry: 'yes',
      file_ids: [],
    },
    update_work_order: { kind: 'update_work_order', property_id, work_order_id: cast.order.id, severity: 'urgent' },
    add_work_order_note: {
      kind: 'add_work_order_note',
      property_id,
      work_order_id: cast.order.id,
      note: { text: 'Called', is_public: false },
    },
    assign_work_order: {
      kind: 'assign_work_order',
      property_id,
      work_order_id: cast.order.id,
      vendor_id: cast.vendor.id,
      visit: { start: '2026-11-25T16:00:00.000Z', end: '2026-11-25T18:00:00.000Z' },
    },
    create_guest_card: {
      kind: 'create_guest_card',
      property_id,
      name: 'Rosa Holt',
      phones: [{ number: '+15125550177', type: 'mobile' }],
      source: 'Zillow',
      touch: { at: '2026-11-24T14:00:00.000Z', source: 'Zillow' },
      consents: [],
    },
    update_guest_card: { kind: 'update_guest_card', property_id, guest_card_id: cast.card.id, status: 'contacted' },
    schedule_tour: {
      kind: 'schedule_tour',
      property_id,
      guest_card_id: cast.card.id,
      unit_id: unit.id,
      agent_id: cast.agent.id,
      type: 'agent_led',
      start: '2027-01-05T17:00:00.000Z',
      end: '2027-01-05T17:30:00.000Z',
    },
    update_lease: {
      kind: 'update_lease',
      property_id,
      lease_id: lease.id,
      change: {
        action: 'give_notice',
        notice_date: '2026-11-24',
        move_out_date: '2026-12-31',
        resident_ids: lease.parties.map((p) => p.resident_id),
      },
    },
    update_resident: {
      kind: 'update_resident',
      property_id,
      resident_id: cast.resident.id,
      phones: [{ number: '+15125550200', type: 'mobile' }],
    },
    post_charge: {
      kind: 'post_charge',
      property_id,
      lease_id: lease.id,
      household_id: lease.household_id,
      unit_id: lease.unit_id,
      charge_code_id: cast.repairs.id,
      gl_account_id: cast.repairs.gl_account_id,
      amount: 18_000,
      date: '2026-11-24',
      memo: 'Repair share',
    },
    post_bill: {
      kind: 'post_bill',
      property_id,
      vendor_id: cast.vendor.id,
      invoice_number: 'INV-77',
      invoice_date: '2026-11-20',
      due_date: '2026-12-20',
      total: 35_000,
      lines: [{ gl_account_id: cast.account('5110'), amount: 35_000, property_id, unit_id: unit.id }],
      file_ids: [],
    },
    post_journal_entry: {
      kind: 'post_journal_entry',
      property_id,
      date: '2026-11-24',
      memo: 'Reclass',
      lines: [
        { gl_account_id: cast.account('5110'), debit: 9000, credit: 0 },
        { gl_account_id: cast.account('5100'), debit: 0, credit: 9000 },
      ],
    },
    record_communication: {
      kind: 'record_communication',
      property_id,
      channel: 'phone',
      direction: 'inbound',
      resident_id: cast.resident.id,
      summary: 'Told to shut the valve',
      at: '2026-11-24T14:00:00.000Z',
    },
  } satisfies { [K in CommandKind]?: CommandOf<K> };
  return commands as { [K in keyof typeof commands]: CommandOf<K> };
}
