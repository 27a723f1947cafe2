import { describe, expect, it } from 'vitest';
import { contextFor, openVendor } from '../rig.ts';
import { commandOf, openForm } from './guest_cards.ts';

const signal = new AbortController().signal;
const path = '/v1/tasks/contactrequests';

describe('a guest card as a contact request', () => {
  it('has the inquiry as its description, and is read whole with what is kept beside it', async () => {
    const { rig, make, card, written, unit } = await openForm('contact_request');
    const { defaults } = rig.simulator.connection as unknown as { defaults: { assigned_to: string } };
    const id = await make();
    expect(await written()).toEqual([
      {
        to: `POST ${path}`,
        body: {
          ...{ Title: 'Mae Ann Hill: inquiry through Zillow', TaskStatus: 'New', Priority: 'Normal' },
          Description: expect.stringMatching(
            /^Is it still free in January\?\nSource: Zillow\nLooks for: bedrooms: 2, .* pets: a cat ct-\w{13}$/,
          ) as string,
          AssignedToUserId: Number(defaults.assigned_to),
          ...{ PropertyId: Number(unit.property_id), UnitId: Number(unit.id) },
          ContactDetail: {
            ...{ FirstName: 'Mae Ann', LastName: 'Hill', Email: 'mae@example.com' },
            PhoneNumbers: { Mobile: '+15125550188' },
          },
        },
      },
    ]);
    expect(await card(id)).toMatchObject({
      ...{ id, property_id: unit.property_id, name: 'Mae Ann Hill', status: 'new', source: 'Zillow' },
      ...{ unit_ids: [unit.id], move_in_date: '2027-01-03', assigned_to: defaults.assigned_to, pets: 'a cat' },
      touches: [{ message: 'Is it still free in January?' }],
      notes: [],
    });
  });

  it('may be somebody without a name, a number or a unit', async () => {
    const { make, card, written } = await openForm('contact_request');
    const id = await make({ name: undefined, phones: undefined, emails: undefined, unit_ids: undefined });
    expect((await written())[0]?.body['ContactDetail']).toEqual({ FirstName: '(not given)', PhoneNumbers: {} });
    const made = await card(id);
    expect([made.name, made.phones, made.emails, made.unit_ids]).toEqual([undefined, [], [], []]);
  });

  it('keeps by an update what it does not change, whoever set it', async () => {
    const { rig, make, update, card, unit, staff } = await openForm('contact_request');
    const id = await make();
    const SubCategories = [{ Id: 31, Name: 'Tours' }];
    await rig.simulator.staff({ change: { table: 'taskCategories', id: 151, set: { SubCategories } } });
    const set = { CategoryId: 151, SubCategoryId: 31, Priority: 'High', Title: 'Prospect, urgent' };
    await rig.simulator.staff({ change: { table: 'tasks', id, set } });
    const colleague = staff.find(({ is_active, roles }) => is_active && roles.includes('leasing_agent'));
    const change = { status: 'contacted', assigned_to: colleague?.id, follow_up_on: '2026-12-02' };
    const note = { text: 'Called back, comes on Friday.', is_public: false };
    expect(await update(id, { ...change, note })).toBe('done');
    const wire = async () => {
      const { last } = await rig.simulator.requests();
      return JSON.parse(last.findLast(({ method }) => method === 'PUT')?.body ?? '{}') as Record<string, unknown>;
    };
    expect(await wire()).toEqual({
      ...{ Title: 'Prospect, urgent', TaskStatus: 'InProgress', Priority: 'High', CategoryId: 151, SubCategoryId: 31 },
      ...{ AssignedToUserId: Number(colleague?.id), DueDate: '2026-12-02' },
      ...{ PropertyId: Number(unit.property_id), UnitId: Number(unit.id) },
      ContactDetail: {
        ...{ FirstName: 'Mae Ann', LastName: 'Hill', Email: 'mae@example.com' },
        PhoneNumbers: { Mobile: '+15125550188' },
      },
      Message: expect.stringMatching(/^Called back, comes on Friday\. ct-\w{13}$/) as string,
    });
    expect(await card(id)).toMatchObject({ ...change, notes: [{ text: note.text }] });
    // Only what is named changes, and what is null is cleared.
    const next = { name: 'Mae Hall', emails: [], follow_up_on: null };
    expect(await update(id, next)).toBe('done');
    const { DueDate, ContactDetail, Message, CategoryId } = await wire();
    expect([DueDate, Message, CategoryId]).toEqual([undefined, undefined, 151]);
    expect(ContactDetail).toEqual({ FirstName: 'Mae', LastName: 'Hall', PhoneNumbers: { Mobile: '+15125550188' } });
    expect(await card(id)).toMatchObject({ name: 'Mae Hall', emails: [], status: 'contacted' });
    expect(await card(id)).not.toHaveProperty('follow_up_on');
  });

  it('keeps the exact word for a status that Buildium has no word of its own for, until it is moved there', async () => {
    const { rig, make, update, card } = await openForm('contact_request');
    const id = await make();
    for (const [status, word] of [
      ['qualified', 'InProgress'],
      ['toured', 'InProgress'],
      ['applied', 'Completed'],
      ['denied', 'Closed'],
      ['contacted', 'InProgress'],
    ] as const) {
      expect(await update(id, { status })).toBe('done');
      expect((await card(id)).status).toBe(status);
      const { last } = await rig.simulator.requests();
      expect(JSON.parse(last.findLast(({ method }) => method === 'PUT')?.body ?? '')).toMatchObject({
        TaskStatus: word,
      });
    }
    expect(await update(id, { status: 'qualified' })).toBe('done');
    await rig.simulator.staff({ change: { table: 'tasks', id, set: { TaskStatus: 'Closed' } } });
    expect((await card(id)).status).toBe('lost');
  });

  it('tells a change that was made from none and from that of somebody else', async () => {
    const { rig, make, card, unit } = await openForm('contact_request');
    const id = await make();
    const fields = { guest_card_id: id, property_id: unit.property_id, name: 'Mae Hall' };
    const command = commandOf('update_guest_card', fields);
    const context = contextFor('', await card(id));
    const request = await rig.connector.prepare(command, 0, context);
    const locate = () => rig.connector.locate(command, 0, request, context, signal);
    expect(await locate()).toEqual({ outcome: 'absent', covers_all: true });
    await rig.connector.send(request, signal);
    expect(await locate()).toMatchObject({ outcome: 'found' });
    await rig.simulator.staff({ change: { table: 'tasks', id, set: { Priority: 'Low' } } });
    expect(await locate()).toMatchObject({ outcome: 'differs' });
  });

  it('is none that is about nothing of the company, and no work order', async () => {
    const { rig, make } = await openForm('contact_request');
    const id = await make();
    expect(await rig.connector.get('work_order', '', id)).toBeUndefined();
    await rig.simulator.staff({ change: { table: 'tasks', id, set: { PropertyId: null, UnitId: null } } });
    expect(await rig.connector.get('guest_card', '', id)).toBeUndefined();
    expect((await rig.connector.list('guest_card', {})).records.map((one) => one.id)).not.toContain(id);
    expect(rig.drift).toEqual([]);
  });

  it('needs somebody to be assigned to, and says so at start', async () => {
    for (const defaults of [{}, { assigned_to: 'Anna' }, { assigned_to: '1/2' }])
      await expect(openVendor('buildium', {}, { guest_card_as: 'contact_request', defaults })).rejects.toThrow(
        /defaults\.assigned_to/,
      );
  });
});
