import { describe, expect, it } from 'vitest';
import { contextFor } from '../rig.ts';
import { commandOf, openForm } from './guest_cards.ts';

const signal = new AbortController().signal;

describe('a guest card as an applicant', () => {
  it('is sent no application, has the inquiry as a note, and is read whole with what is kept beside it', async () => {
    const { make, card, written, unit } = await openForm('applicant');
    const id = await make();
    expect(await written()).toEqual([
      {
        to: 'POST /v1/applicants',
        body: {
          ...{ FirstName: 'Mae Ann', LastName: 'Hill', UnitId: Number(unit.id), Email: 'mae@example.com' },
          ...{ PhoneNumbers: { Mobile: '+15125550188' }, SendRentalApplicationEmail: false },
        },
      },
      {
        to: `POST /v1/applicants/${id}/notes`,
        body: {
          Note: expect.stringMatching(
            /^Is it still free in January\?\nSource: Zillow\nLooks for: bedrooms: 2, up to \$1,800\.00 a month, from 2027-01-03, people: 3, pets: a cat ct-\w{13}$/,
          ) as string,
        },
      },
    ]);
    expect(await card(id)).toMatchObject({
      ...{ id, property_id: unit.property_id, name: 'Mae Ann Hill', status: 'new', source: 'Zillow' },
      ...{ unit_ids: [unit.id], move_in_date: '2027-01-03', occupants: 3, rent_max: 180_000, pets: 'a cat' },
      phones: [{ number: '+15125550188', type: 'mobile' }],
      touches: [{ message: 'Is it still free in January?' }],
    });
  });

  it('is refused before anything is sent where an applicant has no room for it', async () => {
    const { rig, inquiry, written } = await openForm('applicant');
    const compile = (fields: object) => () =>
      rig.connector.compile(commandOf('create_guest_card', { ...inquiry, ...fields }));
    const phone = (type: string, index: number) => ({ number: `+1512555018${index}`, type });
    const refusals: [object, string][] = [
      [{ unit_ids: [] }, 'unit_ids'],
      [{ emails: ['a@example.com', 'b@example.com'] }, 'emails'],
      [{ phones: ['mobile', 'mobile'].map(phone) }, 'phones'],
      [{ phones: ['mobile', 'home', 'work', 'other'].map(phone) }, 'phones'],
      [{ name: `Mae ${'x'.repeat(128)}` }, 'name'],
    ];
    for (const [fields, field] of refusals)
      expect(compile(fields)).toThrow(expect.objectContaining({ code: 'unsupported', field }) as Error);
    // A number of no kind goes where there is room, also before one that has a place of its own.
    expect(compile({ phones: ['other', 'mobile', 'after_hours'].map(phone) })).not.toThrow();
    expect(await written()).toEqual([]);
  });

  it('keeps by an update what it does not change, whoever set it', async () => {
    const { rig, make, update, card, written, unit } = await openForm('applicant');
    const id = await make();
    const PhoneNumbers = [
      { Number: '(512) 555-0101', Type: 'Cell' },
      { Number: '(512) 555-0102', Type: 'Other' },
      { Number: '(512) 555-0103', Type: 'Fax' },
    ];
    await rig.simulator.staff({ change: { table: 'applicants', id, set: { PhoneNumbers } } });
    expect(await update(id, { emails: ['mae.hill@example.com'] })).toBe('done');
    expect((await written()).at(-1)).toEqual({
      to: `PUT /v1/applicants/${id}`,
      body: {
        ...{ FirstName: 'Mae Ann', LastName: 'Hill', UnitId: Number(unit.id), Email: 'mae.hill@example.com' },
        PhoneNumbers: { Mobile: '(512) 555-0101', Home: '(512) 555-0102', Fax: '(512) 555-0103' },
      },
    });
    expect((await card(id)).phones.map(({ number }) => number)).toEqual(
      expect.arrayContaining(['+15125550101', '+15125550102']),
    );
    const full = [
      ...PhoneNumbers,
      { Number: '(512) 555-0104', Type: 'Home' },
      { Number: '(512) 555-0105', Type: 'Office' },
    ];
    await rig.simulator.staff({ change: { table: 'applicants', id, set: { PhoneNumbers: full } } });
    const before = (await rig.simulator.effects()).length;
    await expect(update(id, { name: 'Mae Hill' })).rejects.toMatchObject({ code: 'unsupported', field: 'phones' });
    expect((await rig.simulator.effects()).length).toBe(before);
    // Whoever says which numbers there are from now on loses none that was to stay, and no fax.
    expect(await update(id, { phones: [{ number: '+15125550109', type: 'home' }] })).toBe('done');
    expect((await written()).at(-1)?.body['PhoneNumbers']).toEqual({ Home: '+15125550109', Fax: '(512) 555-0103' });
  });

  it('shows what is kept of its way to an application until Buildium knows more', async () => {
    const { rig, make, update, card, carry, unit } = await openForm('applicant');
    const id = await make();
    expect(await update(id, { status: 'qualified' })).toBe('done');
    expect((await card(id)).status).toBe('qualified');
    const slot = { start: '2026-12-01T16:00:00.000Z', end: '2026-12-01T16:30:00.000Z', type: 'agent_led' };
    const tour = { property_id: unit.property_id, guest_card_id: id, unit_id: unit.id, ...slot };
    expect(await carry('schedule_tour', tour)).toBe('done');
    expect((await card(id)).status).toBe('tour_scheduled');
    await rig.simulator.staff({ change: { table: 'applicants', id, set: { Status: 'Approved' } } });
    expect((await card(id)).status).toBe('approved');
    const update_ = { guest_card_id: id, property_id: unit.property_id };
    for (const status of ['applied', 'approved', 'denied', 'leased'])
      expect(() => rig.connector.compile(commandOf('update_guest_card', { ...update_, status }))).toThrow(
        expect.objectContaining({ code: 'unsupported', field: 'status' }) as Error,
      );
  });

  it('has notes of its own, each once', async () => {
    const { rig, make, update, card } = await openForm('applicant');
    const id = await make();
    await rig.simulator.fault({ how: 'commit_then_drop', on: 'write' });
    expect(await update(id, { note: { text: 'Wants a balcony.', is_public: false } })).toBe('done');
    const notes = (await card(id)).notes.map(({ text }) => text);
    expect(notes.filter((text) => text === 'Wants a balcony.')).toHaveLength(1);
    expect(notes.join()).not.toMatch(/ct-/);
  });

  it('is not taken for somebody of the same name who was there before, and doubt is told', async () => {
    const { rig, inquiry, unit } = await openForm('applicant');
    const person = { FirstName: 'Mae Ann', LastName: 'Hill', Email: 'MAE@example.com', UnitId: Number(unit.id) };
    const add = (Id: number, more: object = {}) =>
      rig.simulator.staff({
        add: {
          table: 'applicants',
          row: {
            ...{ Id, PropertyId: Number(unit.property_id), PhoneNumbers: [], Status: 'New', Applications: [] },
            ...{ ...person, ...more },
          },
        },
      });
    await add(610_001);
    await add(610_002, { LastName: 'Hall' });
    const command = commandOf('create_guest_card', inquiry);
    const context = contextFor('');
    const request = await rig.connector.prepare(command, 0, context);
    const locate = () => rig.connector.locate(command, 0, request, context, signal);
    expect(await locate()).toEqual({ outcome: 'absent', covers_all: false });
    const { record } = await rig.connector.send(request, signal);
    expect(await locate()).toEqual({ outcome: 'found', result: { record }, others: [] });
    await add(610_003);
    await add(610_004, { Email: 'someone@example.com' });
    const found = await locate();
    const ids = found.outcome === 'found' ? [found.result, ...(found.others ?? [])].map((one) => one.record?.id) : [];
    expect(new Set(ids)).toEqual(new Set([record?.id, '610003']));
  });

  it('is nobody who is at no property', async () => {
    const { rig, make } = await openForm('applicant');
    const id = await make();
    await rig.simulator.staff({ change: { table: 'applicants', id, set: { PropertyId: null, UnitId: null } } });
    expect(await rig.connector.get('guest_card', '', id)).toBeUndefined();
    expect((await rig.connector.list('guest_card', {})).records.map((one) => one.id)).not.toContain(id);
    expect(rig.drift).toEqual([]);
  });
});
