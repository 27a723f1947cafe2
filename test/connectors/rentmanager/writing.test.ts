import { describe, expect, it } from 'vitest';
import type { Connector } from '../../../src/connectors/connector.ts';
import type { Command, CommandKind, CommandOf } from '../../../src/model/commands.ts';
import { COMMANDS } from '../../../src/model/commands.ts';
import { contextFor } from '../rig.ts';
import { asked, done, failureOf, openCompany, sendStep, type Company } from './rig.ts';

function commandOf<K extends CommandKind>(kind: K, fields: object): CommandOf<K> {
  return COMMANDS[kind].schema.parse({ kind, ...fields }) as CommandOf<K>;
}

async function openOrder(connector: Connector) {
  const order = (await connector.list('work_order', {})).records.find(({ status }) => status === 'new');
  if (order === undefined) throw new Error('no work order is open');
  return order;
}

const lastBody = async ({ simulator }: Company, operation: string): Promise<never> => {
  const { last } = await simulator.requests();
  return JSON.parse(last.findLast((one) => one.operation === operation)?.body ?? 'null') as never;
};

const signal = new AbortController().signal;

describe('work orders of Rent Manager', () => {
  it('are one issue and its links, each found again by itself', async () => {
    const company = await openCompany();
    const connector = company.process();
    const lease = (await connector.list('lease', {})).records.find(
      ({ status, parties }) => status === 'current' && parties.length > 1,
    );
    const roommate = lease?.parties[1]?.resident_id ?? '';
    const command = commandOf('create_work_order', {
      ...{ property_id: lease?.property_id, unit_id: lease?.unit_id, resident_id: roommate, title: 'No heat' },
      ...{ description: 'The radiators are cold.', trade: 'hvac', severity: 'emergency', entry: 'call_first' },
    });
    expect(connector.compile(command).map(({ name, retry }) => `${name} ${retry}`)).toEqual([
      'create_issue marker',
      'link_unit set_value',
      'link_tenant set_value',
    ]);
    let context = contextFor('');
    for (const step of [0, 1, 2]) {
      const request = await connector.prepare(command, step, context);
      const look = () => connector.locate(command, step, request, context);
      expect(await look()).toEqual({ outcome: 'absent', covers_all: true });
      const result = await connector.send(request, signal);
      expect(await look()).toMatchObject({ outcome: 'found', result: { record: result.record } });
      context = { ...context, results: [...context.results, result] };
    }
    const id = context.results[0]?.record?.id ?? '';
    const body: Record<string, unknown>[] = await lastBody(company, 'POST ServiceManagerIssues');
    expect(body).toHaveLength(1);
    expect(await connector.get('work_order', '', id)).toMatchObject({
      ...{
        unit_id: lease?.unit_id,
        resident_id: lease?.household_id,
        severity: 'emergency',
        trade: 'hvac',
        status: 'new',
      },
      ...{ description: 'The radiators are cold.', entry: 'unknown' },
    });
  });

  it('are linked to the property where no unit is named', async () => {
    const company = await openCompany();
    const connector = company.process();
    const [property] = (await connector.list('property', {})).records;
    const command = commandOf('create_work_order', {
      ...{ property_id: property?.id, title: 'Gate', description: 'It does not close.', trade: 'general' },
      ...{ severity: 'routine', entry: 'yes' },
    });
    const id = await done(connector, command);
    expect(await connector.get('work_order', '', id)).toMatchObject({ property_id: property?.id, entry: 'yes' });
  });

  it('are found as well once a colleague has closed them', async () => {
    const company = await openCompany();
    const connector = company.process();
    const order = await openOrder(connector);
    const { property_id, unit_id, title, description } = order;
    const command = commandOf('create_work_order', {
      ...{ property_id, unit_id, title, description, trade: 'general', severity: 'routine', entry: 'no' },
    });
    const context = contextFor('');
    await connector.locate(command, 0, await connector.prepare(command, 0, context), context);
    // Whether a plain list has closed issues in it is not known, so that absence is told by two questions.
    const { last } = await company.simulator.requests();
    const questions = last.slice(-2).map(({ url }) => new URLSearchParams(url.split('?')[1]).get('filters'));
    expect(questions).toEqual([
      `Description,ct,${context.marker}`,
      `Description,ct,${context.marker};IsClosed,eq,true`,
    ]);
    const { request, result } = await sendStep(connector, command, context);
    const closed = { table: 'ServiceManagerIssues', id: Number(result.record?.id), set: { IsClosed: true } };
    await company.simulator.staff({ change: closed });
    expect(await connector.locate(command, 0, request, context)).toMatchObject({ outcome: 'found' });
  });

  it('go back with their title, and not over what somebody has changed meanwhile', async () => {
    const company = await openCompany();
    const connector = company.process();
    const { id, property_id, title } = await openOrder(connector);
    const command = commandOf('update_work_order', { work_order_id: id, property_id, status: 'on_hold' });
    const context = contextFor('');
    const request = await connector.prepare(command, 0, context);
    const note = { kind: 'update_work_order', work_order_id: id, property_id, severity: 'urgent' } as const;
    await done(connector, note);
    const error = await failureOf(connector.send(request, signal));
    expect(error.code).toBe('conflict');
    expect(await connector.locate(command, 0, request, context)).toMatchObject({ outcome: 'absent' });
    await sendStep(connector, command);
    const [body] = (await lastBody(company, 'POST ServiceManagerIssues')) as Record<string, unknown>[];
    expect(body).toMatchObject({ Title: title, StatusID: 37, IsClosed: false });
    expect(await connector.get('work_order', '', id)).toMatchObject({ status: 'on_hold', severity: 'urgent' });
  });

  it('tell a change of somebody else from the one that was asked', async () => {
    const company = await openCompany();
    const connector = company.process();
    const { id, property_id } = await openOrder(connector);
    const command = commandOf('update_work_order', { work_order_id: id, property_id, status: 'on_hold' });
    const request = await connector.prepare(command, 0, contextFor(''));
    await company.simulator.staff({ change: { table: 'ServiceManagerIssues', id: Number(id), set: { StatusID: 36 } } });
    expect(await connector.locate(command, 0, request, contextFor(''))).toMatchObject({ outcome: 'differs' });
  });

  it('close and open by the tick as well as by the status, and give an assignment back', async () => {
    const company = await openCompany();
    const connector = company.process();
    const { id, property_id } = await openOrder(connector);
    const [vendor] = (await connector.list('vendor', {})).records;
    const visit = { start: '2026-12-03T15:00:00.000Z', end: '2026-12-03T17:00:00.000Z' };
    const base = { work_order_id: id, property_id };
    await done(
      connector,
      commandOf('assign_work_order', { ...base, vendor_id: vendor?.id, visit, instructions: 'Ring twice.' }),
    );
    expect(await connector.get('work_order', '', id)).toMatchObject({
      ...{ vendor_id: vendor?.id, visit, status: 'scheduled', instructions: 'Ring twice.', notes: [] },
    });
    await done(
      connector,
      commandOf('update_work_order', { ...base, vendor_id: null, visit: null, status: 'cancelled' }),
    );
    const cancelled = await connector.get('work_order', '', id);
    expect(cancelled).toMatchObject({ status: 'cancelled' });
    expect([cancelled?.vendor_id, cancelled?.visit]).toEqual([undefined, undefined]);
    await done(connector, commandOf('update_work_order', { ...base, status: 'in_progress' }));
    const opened = await connector.get('work_order', '', id);
    expect([opened?.status, opened?.completed_at]).toEqual(['in_progress', undefined]);
  });

  it('cost a look alone where Rent Manager holds nothing of a change', async () => {
    const company = await openCompany();
    const connector = company.process();
    const { id, property_id } = await openOrder(connector);
    const change = { work_order_id: id, property_id, vendor_reply: 'accepted', hazard_cleared_by: 'Fire service' };
    await done(connector, commandOf('update_work_order', change));
    expect(await company.simulator.effects()).toEqual([]);
    const nobody = commandOf('update_work_order', { ...change, work_order_id: '999999' });
    expect((await failureOf(done(connector, nobody))).code).toBe('not_found');
  });

  it('refuse a word that the mapping file has no number for', async () => {
    const company = await openCompany();
    const to_pms = { new: '31', closed: '40' };
    const connector = company.process({}, { work_order_status: { to_pms, from_pms: { '31': 'new', '40': 'closed' } } });
    const { id, property_id } = await openOrder(connector);
    const command = commandOf('update_work_order', { work_order_id: id, property_id, status: 'on_hold' });
    expect(await failureOf(done(connector, command))).toMatchObject({
      code: 'unsupported',
      field: 'work_order_status',
    });
    expect(await company.simulator.effects()).toEqual([]);
  });

  it('say that a privilege is missing, though the vendor calls it a failure of its own', async () => {
    const company = await openCompany();
    const connector = company.process();
    const { id, property_id } = await openOrder(connector);
    const command = commandOf('add_work_order_note', {
      work_order_id: id,
      property_id,
      note: { text: 'x', is_public: false },
    });
    const request = await connector.prepare(command, 0, contextFor(''));
    await company.simulator.staff({ add: { table: 'Denied', row: { Name: 'ServiceManagerIssues' } } });
    expect((await failureOf(connector.send(request, signal))).code).toBe('misconfigured');
  });
});

describe('ids that no record of Rent Manager can have', () => {
  it('are refused before anything is asked or sent', async () => {
    const company = await openCompany();
    const connector = company.process();
    const { id, property_id } = await openOrder(connector);
    const bad = '12;Title,ct,a';
    const visit = { start: '2026-12-03T15:00:00.000Z' };
    const wanted = { title: 't', description: 'd', trade: 'hvac', severity: 'routine', entry: 'no' };
    const tour = { type: 'agent_led', start: '2026-12-03T15:00:00.000Z', end: '2026-12-03T16:00:00.000Z' };
    const posting = {
      charge_code_id: '1',
      gl_account_id: '1',
      amount: 100,
      date: '2026-11-24',
      memo: 'm',
      lease_id: '1',
    };
    const commands: Command[] = [
      commandOf('create_work_order', { property_id: bad, ...wanted }),
      commandOf('create_work_order', { property_id, unit_id: '../1', ...wanted }),
      commandOf('create_work_order', { property_id, resident_id: '1-2-3', ...wanted }),
      commandOf('update_work_order', { work_order_id: bad, property_id, status: 'closed' }),
      commandOf('assign_work_order', { work_order_id: bad, property_id, vendor_id: '1', visit }),
      commandOf('schedule_tour', { property_id, guest_card_id: bad, unit_id: '1', ...tour }),
      commandOf('cancel_tour', { property_id, tour_id: bad }),
      commandOf('post_charge', { property_id, household_id: bad, ...posting }),
      commandOf('reverse_charge', { property_id, charge_id: bad, amount: 1, date: '2026-11-24', reason: 'r' }),
      commandOf('update_resident', { property_id, resident_id: bad, emails: [] }),
    ];
    const before = (await company.simulator.requests()).total;
    for (const command of commands)
      expect([command.kind, (await failureOf(connector.prepare(command, 0, contextFor('')))).code]).toEqual([
        command.kind,
        'not_found',
      ]);
    const unknown = commandOf('assign_work_order', { work_order_id: id, property_id, vendor_id: bad, visit });
    expect((await failureOf(connector.prepare(unknown, 0, contextFor('')))).code).toBe('not_found');
    expect((await company.simulator.requests()).total - before).toBe(1);
  });
});

describe('people and leases of Rent Manager', () => {
  it('leave by lease: everybody or nobody', async () => {
    const company = await openCompany();
    const connector = company.process();
    const lease = (await connector.list('lease', {})).records.find(
      ({ status, parties }) => status === 'current' && parties.length > 1,
    );
    const people = lease?.parties.map(({ resident_id }) => resident_id) ?? [];
    const base = { lease_id: lease?.id, property_id: lease?.property_id };
    const notice = { action: 'give_notice', notice_date: '2026-11-24', move_out_date: '2027-01-31' };
    const one = commandOf('update_lease', { ...base, change: { ...notice, resident_ids: people.slice(0, 1) } });
    expect(await failureOf(done(connector, one))).toMatchObject({ code: 'unsupported', field: 'resident_ids' });
    await done(connector, commandOf('update_lease', { ...base, change: { ...notice, resident_ids: people } }));
    const dates = { notice_date: '2026-11-24', move_out: '2027-01-31' };
    const given = await connector.get('lease', '', lease?.id ?? '');
    expect(given).toMatchObject({ status: 'notice', move_out_date: '2027-01-31', parties: people.map(() => dates) });
    await done(
      connector,
      commandOf('update_lease', { ...base, change: { action: 'withdraw_notice', resident_ids: people } }),
    );
    expect(await connector.get('lease', '', lease?.id ?? '')).toEqual(lease);
    const renewal = commandOf('update_lease', { ...base, change: { action: 'accept_renewal', renewal_offer_id: '1' } });
    expect(() => connector.compile(renewal)).toThrow(/Renew/);
  });

  it('have one e-mail address, and keep the type of a number that is overwritten', async () => {
    const company = await openCompany();
    const connector = company.process();
    const resident = (await connector.list('resident', {})).records.find(({ role }) => role === 'roommate');
    const base = { resident_id: resident?.id, property_id: resident?.property_id };
    const two = commandOf('update_resident', { ...base, emails: ['a@example.com', 'b@example.com'] });
    expect(await failureOf(done(connector, two))).toMatchObject({ code: 'unsupported', field: 'emails' });
    const phones = [{ number: '+15125550187', type: 'mobile' }];
    await done(connector, commandOf('update_resident', { ...base, emails: ['a@example.com'], phones }));
    expect(await connector.get('resident', '', resident?.id ?? '')).toMatchObject({
      emails: ['a@example.com'],
      phones,
    });
  });
});

describe('tours of Rent Manager', () => {
  it('do not go over what a colleague has entered, and keep their unit and their kind', async () => {
    const company = await openCompany();
    const connector = company.process();
    const [card] = (await connector.list('guest_card', {})).records;
    const unit = (await connector.list('unit', {})).records.find(
      ({ property_id }) => property_id === card?.property_id,
    );
    const agent = (await connector.list('staff', {})).records.find(({ roles }) => roles.includes('leasing_agent'));
    const property_id = card?.property_id;
    const zone = { properties: { [property_id ?? '']: 'America/Denver' } };
    const here = company.process({ time_zones: zone });
    const slot = { start: '2026-12-02T17:00:00.000Z', end: '2026-12-02T17:30:00.000Z' };
    const command = commandOf('schedule_tour', {
      ...{
        property_id,
        guest_card_id: card?.id,
        unit_id: unit?.id,
        agent_id: agent?.id,
        type: 'virtual',
        notes: 'By video.\nTwo lines.',
      },
      ...slot,
    });
    const row = { AppointmentID: 77, ProspectID: Number(card?.id), AppointmentUsers: [{ UserID: Number(agent?.id) }] };
    const times = { StartDate: '2026-12-02T10:15:00', EndDate: '2026-12-02T11:00:00' };
    await company.simulator.staff({ add: { table: 'Appointments', row: { ...row, ...times, Subject: 'Lunch' } } });
    expect(await failureOf(done(here, command))).toMatchObject({ code: 'slot_taken', field: 'agent_id' });
    await company.simulator.staff({ change: { table: 'Appointments', id: 77, set: { Subject: 'CANCELLED: Lunch' } } });
    const id = await done(here, command);
    expect(await here.get('tour', '', id)).toMatchObject({
      ...slot,
      type: 'virtual',
      unit_id: unit?.id,
      notes: 'By video.\nTwo lines.',
    });
    const later = { start: '2026-12-03T17:00:00.000Z', end: '2026-12-03T17:30:00.000Z' };
    await done(here, commandOf('reschedule_tour', { property_id, tour_id: id, ...later, notes: 'Moved.' }));
    await done(here, commandOf('cancel_tour', { property_id, tour_id: id }));
    expect(await here.get('tour', '', id)).toMatchObject({
      ...later,
      type: 'virtual',
      unit_id: unit?.id,
      status: 'cancelled',
      notes: 'Moved.',
    });
    const shown = (await lastBody(company, 'POST Appointments')) as { Subject: string }[];
    expect(shown[0]?.Subject).toBe('CANCELLED: Virtual tour');
    expect(await asked(company.simulator, 'POST Appointments')).toBe(3);
  });
});
