import { describe, expect, it } from 'vitest';
import { VendorError, type StepContext } from '../../../src/connectors/connector.ts';
import type { Command } from '../../../src/model/commands.ts';
import type { Tour, WorkOrder } from '../../../src/model/records.ts';
import { carryOut, contextFor, NOW } from '../rig.ts';
import { first, openAppfolio, type Appfolio } from './rig.ts';

const signal = new AbortController().signal;
const at = (hours: number) => new Date(NOW + hours * 3_600_000).toISOString();

type Update = Extract<Command, { kind: 'update_work_order' }>;

async function someOrder(rig: Appfolio): Promise<WorkOrder> {
  return first(await rig.held('work_order'), ({ status, unit_id }) => status === 'new' && unit_id !== undefined);
}

function update({ id, property_id }: WorkOrder, change: Partial<Update>): Command {
  return { kind: 'update_work_order', work_order_id: id, property_id, ...change };
}

async function change(rig: Appfolio, order: WorkOrder, fields: Partial<Update>): Promise<WorkOrder> {
  await carryOut(rig, update(order, fields), '', order);
  return (await rig.connector.get('work_order', '', order.id)) as WorkOrder;
}

/** The body that was sent last by a method. */
async function sent(rig: Appfolio, method: string): Promise<Record<string, unknown>> {
  const { last } = await rig.simulator.requests();
  return JSON.parse(last.findLast((one) => one.method === method)?.body ?? '{}') as Record<string, unknown>;
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing was thrown',
    (error: unknown) => (error as VendorError).code,
  );

describe('work orders', () => {
  it('are made on the household of a resident who lives there, else on the unit, else on the property', async () => {
    const rig = await openAppfolio();
    const lease = first(await rig.held('lease'), ({ status }) => status === 'current');
    const other = first(
      await rig.held('unit'),
      ({ id, property_id }) => id !== lease.unit_id && property_id === lease.property_id,
    );
    const shared = {
      ...{
        kind: 'create_work_order' as const,
        property_id: lease.property_id,
        title: 'Lamp',
        description: 'It is out',
      },
      ...{ trade: 'electrical' as const, severity: 'routine' as const, entry: 'unknown' as const, file_ids: [] },
    };
    const resident_id = lease.parties[0]?.resident_id as string;
    for (const [where, place] of [
      [{ unit_id: lease.unit_id, resident_id }, { OccupancyId: lease.household_id }],
      [{ unit_id: other.id, resident_id }, { UnitId: other.id }],
      [{ unit_id: lease.unit_id }, { UnitId: lease.unit_id }],
      [{}, { PropertyId: lease.property_id }],
    ] as const) {
      const { id } = await carryOut(rig, { ...shared, ...where }, '');
      const body = await sent(rig, 'POST');
      const given = ['OccupancyId', 'UnitId', 'PropertyId'].filter((field) => field in body);
      expect(Object.fromEntries(given.map((field) => [field, body[field]]))).toEqual(place);
      expect(body).not.toHaveProperty('PermissionToEnter');
      expect(await rig.connector.get('work_order', '', id)).toMatchObject({ entry: 'unknown', status: 'new' });
    }
  });

  it('carry the marker at the end of their description, and show none', async () => {
    const rig = await openAppfolio();
    const unit = first(await rig.held('unit'));
    const { context, id } = await carryOut(
      rig,
      {
        ...{ kind: 'create_work_order', property_id: unit.property_id, title: 'Lamp', description: 'It is out' },
        ...{ trade: 'electrical', severity: 'routine', entry: 'yes', file_ids: [] },
      },
      '',
    );
    expect(await sent(rig, 'POST')).toMatchObject({ Description: `It is out ${context.marker}` });
    expect(await rig.connector.get('work_order', '', id)).toMatchObject({ description: 'It is out' });
  });

  it('are made once for one key, and the key is bound to the body', async () => {
    const rig = await openAppfolio();
    const unit = first(await rig.held('unit'));
    const command: Command = {
      ...{ kind: 'create_work_order', property_id: unit.property_id, title: 'Lamp', description: 'It is out' },
      ...{ trade: 'electrical', severity: 'routine', entry: 'yes', file_ids: [] },
    };
    const request = await rig.connector.prepare(command, 0, contextFor(''));
    const one = await rig.connector.send(request, signal);
    expect(await rig.connector.send(request, signal)).toEqual(one);
    expect(await rig.simulator.effects()).toHaveLength(1);
    const other = { ...request, body: String(request['body']).replace('Lamp', 'Lamps') };
    expect(await codeOf(rig.connector.send(other, signal))).toBe('refused');
    await rig.simulator.clock({ advance_ms: 24 * 3_600_000 });
    expect(await rig.connector.send(request, signal)).not.toEqual(one);
  });

  it('whose first request is still being worked on leave the outcome open', async () => {
    const rig = await openAppfolio();
    const order = await someOrder(rig);
    const command: Command = {
      ...{ kind: 'add_work_order_note', work_order_id: order.id, property_id: order.property_id },
      note: { text: 'Called', is_public: false },
    };
    const request = await rig.connector.prepare(command, 0, contextFor('', order));
    const Key = String(request['key']);
    await rig.simulator.staff({
      add: { table: 'keys', row: { Key, Digest: '', Status: 'in_flight', At: NOW, Answer: '' } },
    });
    expect(await codeOf(rig.connector.send(request, signal))).toBe('outcome_unknown');
  });

  it('change to a vendor, to a technician and to nobody', async () => {
    const rig = await openAppfolio();
    const order = await someOrder(rig);
    const vendor = first(await rig.held('vendor'), ({ is_active }) => is_active);
    const technician = first(
      await rig.held('staff'),
      ({ roles, is_active }) => is_active && roles.includes('technician'),
    );
    const visit = { start: at(26), end: at(28) };
    const assign = (who: object): Command =>
      ({
        kind: 'assign_work_order',
        work_order_id: order.id,
        property_id: order.property_id,
        visit,
        ...who,
      }) as Command;
    const read = async () => (await rig.connector.get('work_order', '', order.id)) as WorkOrder;

    await carryOut(rig, assign({ vendor_id: vendor.id }), '', order);
    const sentOut = await read();
    expect(sentOut).toMatchObject({ vendor_id: vendor.id, status: 'scheduled', visit });
    await carryOut(rig, assign({ technician_id: technician.id }), '', sentOut);
    const ours = await read();
    expect(ours).toMatchObject({ technician_id: technician.id, status: 'scheduled' });
    expect(ours.vendor_id).toBeUndefined();
    await carryOut(rig, assign({ vendor_id: vendor.id }), '', ours);
    const again = await read();
    expect(again.technician_id).toBeUndefined();
    const free = await change(rig, again, { vendor_id: null });
    expect([free.vendor_id, free.visit, free.status]).toEqual([undefined, undefined, 'new']);
  });

  it('go to nobody who is not a Maintenance Tech', async () => {
    const rig = await openAppfolio();
    const order = await someOrder(rig);
    const agent = first(await rig.held('staff'), ({ roles }) => !roles.includes('technician'));
    const command: Command = {
      ...{ kind: 'assign_work_order', work_order_id: order.id, property_id: order.property_id },
      ...{ technician_id: agent.id, visit: { start: at(26), end: at(28) } },
    };
    expect(await codeOf(carryOut(rig, command, '', order))).toBe('refused');
  });

  it('take no estimate where those that are there are not shown, and lose nothing that staff wrote beside one', async () => {
    const rig = await openAppfolio();
    const order = await someOrder(rig);
    const vendor_id = first(await rig.held('vendor')).id;
    const estimate = { amount: 10_000, vendor_id, status: 'pending' as const };
    const known = [{ VendorId: vendor_id, Amount: '90.00', InternalNotes: 'By phone' }];
    await rig.simulator.staff({ change: { table: 'work_orders', id: order.id, set: { Estimates: known } } });
    await change(rig, order, { estimate });
    expect((await sent(rig, 'PATCH'))['Estimates']).toMatchObject([{ InternalNotes: 'By phone' }]);
    await rig.account({ NotAgreed: ['work_orders.Estimates'] });
    expect(await codeOf(change(rig, order, { estimate }))).toBe('unsupported');
  });

  it('take a new estimate of a vendor in the place of the old one, and leave those of others', async () => {
    const rig = await openAppfolio();
    const order = await someOrder(rig);
    const [one, other] = await rig.held('vendor');
    const estimate = (vendor_id: string | undefined, amount: number) =>
      ({ amount, ...(vendor_id && { vendor_id }), status: 'pending' }) as const;
    const first = await change(rig, order, { estimate: estimate(one?.id, 10_000) });
    expect(first).toMatchObject({ status: 'estimated', estimate: { amount: 10_000, received_on: '2026-11-24' } });
    const second = await change(rig, first, { estimate: estimate(other?.id, 20_050) });
    const third = await change(rig, second, { estimate: estimate(one?.id, 9_000), status: 'estimated' });
    expect(third.estimate).toMatchObject({ amount: 9_000, vendor_id: one?.id });
    const body = (await sent(rig, 'PATCH')) as { Estimates: { Amount: number; VendorId: string }[] };
    expect(body.Estimates.map(({ Amount, VendorId }) => [VendorId, Amount])).toEqual([
      [other?.id, 200.5],
      [one?.id, 90],
    ]);
    expect(body).not.toHaveProperty('Status');
  });

  it.each([
    [{ trade: 'appliance' as const }, 'unsupported'],
    [{ status: 'estimate_requested' as const }, 'unsupported'],
    [{ visit: { start: at(20), end: at(33) } }, 'refused'],
    [{ vendor_reply: 'accepted' as const }, 'unsupported'],
  ])('are refused by name: %o', async (fields, code) => {
    const rig = await openAppfolio();
    const order = await someOrder(rig);
    expect(await codeOf(carryOut(rig, update(order, fields), '', order))).toBe(code);
    expect(await rig.simulator.effects()).toEqual([]);
  });

  it('keep a visit without an end as one for the whole day', async () => {
    const rig = await openAppfolio();
    const changed = await change(rig, await someOrder(rig), { visit: { start: at(26) } });
    expect(changed.visit).toEqual({ start: at(26) });
  });

  it('that somebody else changes at the same moment are in conflict', async () => {
    const rig = await openAppfolio();
    const order = await someOrder(rig);
    await rig.account({ BeingChanged: [order.id] });
    expect(await codeOf(change(rig, order, { severity: 'urgent' }))).toBe('conflict');
  });

  it('tell in a look-up what was asked, what was before and what somebody else has made of them', async () => {
    const rig = await openAppfolio();
    const order = await someOrder(rig);
    const command = update(order, { status: 'on_hold', severity: 'urgent' });
    const context: StepContext = contextFor('', order);
    const request = await rig.connector.prepare(command, 0, context);
    const locate = () => rig.connector.locate(command, 0, request, context);
    const set = (fields: object) =>
      rig.simulator.staff({ change: { table: 'work_orders', id: order.id, set: fields as never } });
    await set({ Status: 'New', Priority: 'Low' });
    expect((await locate()).outcome).toBe('differs');
    const before = request['was'] as { Status: string; Priority: string };
    await set(before);
    expect(await locate()).toEqual({ outcome: 'absent', covers_all: true });
    await set({ Status: 'Waiting', Priority: 'Urgent' });
    expect((await locate()).outcome).toBe('found');
    await rig.simulator.staff({ remove: { table: 'work_orders', id: order.id } });
    expect((await locate()).outcome).toBe('differs');
  });

  it('have two steps where a note comes with the change', async () => {
    const rig = await openAppfolio();
    const order = await someOrder(rig);
    const command = update(order, { severity: 'urgent', note: { text: 'Water everywhere', is_public: true } });
    expect(rig.connector.compile(command).map(({ name, retry }) => [name, retry])).toEqual([
      ['update_work_order', 'set_value'],
      ['add_note', 'idempotency_key'],
    ]);
    const { context } = await carryOut(rig, command, '', order);
    expect(await sent(rig, 'POST')).toEqual({ Body: `Water everywhere ${context.marker}` });
  });

  it('cost no request where an id cannot be one', async () => {
    const rig = await openAppfolio();
    await rig.asked();
    const command = { ...update(await someOrder(rig), { severity: 'urgent' }), work_order_id: '../leads' } as Command;
    expect(() => rig.connector.compile(command)).toThrow(VendorError);
    expect(await rig.asked()).toEqual([]);
  });
});

describe('guest cards', () => {
  it('take the first message, one number and one address, and a stand-in for a name that nobody gave', async () => {
    const rig = await openAppfolio();
    const unit = first(await rig.held('unit'));
    const command: Command = {
      ...{ kind: 'create_guest_card', property_id: unit.property_id, source: 'Zillow', unit_ids: [unit.id] },
      ...{ emails: ['relay@example.com'], occupants: 3, rent_max: 150_000, bedrooms: 2, consents: [] },
      touch: { at: at(-1), source: 'Zillow', message: 'Is it free?' },
    };
    const { id } = await carryOut(rig, command, '');
    expect(await sent(rig, 'POST')).toMatchObject({
      ...{ FirstName: '(not given)', LastName: '(not given)', Email: 'relay@example.com', AdditionalOccupants: 2 },
      ...{ MaxRent: '1500.00', Bedrooms: 2, UnitIds: [unit.id], Status: 'active' },
      Messages: [{ PropertyId: unit.property_id, UnitId: unit.id, Message: 'Is it free?', Source: 'Zillow' }],
    });
    const card = await rig.connector.get('guest_card', '', id);
    expect(card).toMatchObject({ emails: ['relay@example.com'], source: 'Zillow', status: 'new' });
    expect(card?.name).toBeUndefined();
    const two = { ...command, phones: ['+15125550100', '+15125550101'].map((number) => ({ number, type: 'mobile' })) };
    expect(await codeOf(carryOut(rig, two as Command, ''))).toBe('unsupported');
  });

  it('take notes by the id of the guest card, which is not that of the lead, and find them again', async () => {
    const rig = await openAppfolio();
    const card = first(await rig.held('guest_card'));
    const command: Command = {
      ...{ kind: 'update_guest_card', guest_card_id: card.id, property_id: card.property_id },
      note: { text: 'Wants a balcony', is_public: false },
    };
    const { context } = await carryOut(rig, command, '', card);
    const request = { address: '', body: '', key: '' };
    expect(await rig.connector.locate(command, 0, request, context)).toMatchObject({ outcome: 'found' });
    expect(await rig.connector.locate(command, 0, request, contextFor('', card))).toEqual({
      outcome: 'absent',
      covers_all: true,
    });
  });

  it('change nothing where the note that comes with the change cannot be added', async () => {
    const rig = await openAppfolio();
    const card = first(await rig.held('guest_card'), ({ status }) => status === 'new');
    await rig.simulator.staff({ change: { table: 'leads', id: card.id, set: { GuestCardId: null } } });
    const command: Command = {
      ...{ kind: 'update_guest_card', guest_card_id: card.id, property_id: card.property_id, name: 'New Name' },
      note: { text: 'Wants a balcony', is_public: false },
    };
    expect(await codeOf(carryOut(rig, command, '', card))).toBe('unsupported');
    expect(await rig.simulator.effects()).toEqual([]);
  });

  it('are given no further unit where it is not shown which ones there are', async () => {
    const rig = await openAppfolio();
    const [card, unit] = [first(await rig.held('guest_card')), first(await rig.held('unit'))];
    const command: Command = {
      ...{ kind: 'update_guest_card', guest_card_id: card.id, property_id: card.property_id, unit_ids: [unit.id] },
    };
    expect(await codeOf(carryOut(rig, command, '', card))).toBe('unsupported');
    expect(await rig.simulator.effects()).toEqual([]);
  });

  it('leave doubt about what a lead does not show', async () => {
    const rig = await openAppfolio();
    const card = first(await rig.held('guest_card'), ({ status }) => status === 'new');
    const command: Command = {
      ...{ kind: 'update_guest_card', guest_card_id: card.id, property_id: card.property_id },
      move_in_date: '2027-02-01',
    };
    const context = contextFor('', card);
    const request = await rig.connector.prepare(command, 0, context);
    const unsure = { outcome: 'absent', covers_all: false };
    expect(await rig.connector.locate(command, 0, request, context)).toEqual(unsure);
    await rig.connector.send(request, signal);
    expect(await rig.connector.locate(command, 0, request, context)).toEqual(unsure);
  });

  it('that others have made alike are not taken for ours', async () => {
    const rig = await openAppfolio();
    const property_id = first(await rig.held('property')).id;
    const command: Command = {
      ...{ kind: 'create_guest_card', property_id, source: 'Zillow', name: 'Ann Lee', consents: [] },
      touch: { at: at(-1), source: 'Zillow' },
    };
    await carryOut(rig, command, '');
    const context = contextFor('');
    const request = await rig.connector.prepare(command, 0, context);
    expect(await rig.connector.locate(command, 0, request, context)).toEqual({ outcome: 'absent', covers_all: false });
  });
});

describe('tours', () => {
  it('that took place stay scheduled in AppFolio, which is said', async () => {
    const rig = await openAppfolio({ units: 60 });
    const tour = first(await rig.held('tour'), ({ status }) => status === 'scheduled');
    const { id, property_id } = tour;
    await carryOut(
      rig,
      { kind: 'record_tour_outcome', tour_id: id, property_id, outcome: 'toured', notes: 'Liked it' },
      '',
      tour,
    );
    expect(await rig.connector.get('tour', '', id)).toMatchObject({ status: 'scheduled', notes: 'Liked it' });
    expect(rig.connector.capabilities.records.tour?.fields['status']).toMatchObject({
      shown_as: { toured: 'scheduled' },
    });
    await carryOut(rig, { kind: 'record_tour_outcome', tour_id: id, property_id, outcome: 'no_show' }, '', tour);
    expect(await rig.connector.get('tour', '', id)).toMatchObject({ status: 'no_show' });
  });

  it('are found again by prospect, unit and beginning, unless they were cancelled', async () => {
    const rig = await openAppfolio({ units: 60 });
    const held = first(await rig.held('tour'), ({ status }) => status === 'scheduled') as Tour;
    const command: Command = {
      ...{ kind: 'schedule_tour', property_id: held.property_id, guest_card_id: held.guest_card_id },
      ...{ unit_id: held.unit_id, type: 'virtual', start: at(50), end: at(51) },
    };
    const { context, id } = await carryOut(rig, command, '');
    const request = await rig.connector.prepare(command, 0, context);
    expect(await rig.connector.locate(command, 0, request, context)).toMatchObject({
      outcome: 'found',
      result: { record: { id } },
    });
    const tour = (await rig.connector.get('tour', '', id)) as Tour;
    expect(tour).toMatchObject({ type: 'agent_led', start: at(50), end: at(51), property_id: held.property_id });
    await carryOut(rig, { kind: 'cancel_tour', tour_id: id, property_id: tour.property_id }, '', tour);
    expect(await rig.connector.locate(command, 0, request, context)).toEqual({ outcome: 'absent', covers_all: true });
  });
});
