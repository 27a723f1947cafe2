import { describe, expect, it } from 'vitest';
import { carryOut, contextFor } from '../rig.ts';
import { commandOf, done, failureOf, listAll, openYardi, PROPERTY } from './rig.ts';

const INQUIRY = {
  ...{ name: 'Ada Lovelace', source: 'Zillow', emails: ['ada@example.com'], move_in_date: '2027-01-15' },
  phones: [{ number: '+15125550143', type: 'mobile' }],
  touch: { at: '2026-11-24T14:00:00.000Z', source: 'Zillow', message: 'Is <2-B> free & when?' },
};
const signal = new AbortController().signal;

describe('a guest card of Yardi', () => {
  it('is known by our own id, so that sending it once more makes no second one', async () => {
    const { connector, simulator, lastBody } = await openYardi();
    const command = commandOf('create_guest_card', INQUIRY);
    const context = contextFor(PROPERTY);
    const request = await connector.prepare(command, 0, context);
    const first = await connector.send(request, signal);
    expect(first.record).toMatchObject({ kind: 'guest_card', scope: PROPERTY, id: expect.stringMatching(/^p\d{7}$/) });
    expect(await connector.send(request, signal)).toEqual(first);
    expect((await simulator.state()).guest_card?.filter(({ name }) => name === 'Ada Lovelace')).toHaveLength(1);
    expect(await connector.locate(command, 0, request, context)).toMatchObject({ outcome: 'found', result: first });
    const body = await lastBody('ImportYardiGuest_Login');
    expect(body).toContain(`IDType="ThirdPartyID" IDValue="${context.marker}"`);
    expect(body).toContain('<FirstContact>true</FirstContact>');
    expect(await connector.get('guest_card', PROPERTY, first.record?.id ?? '')).toMatchObject({
      ...{ name: 'Ada Lovelace', source: 'Zillow', status: 'new', phones: INQUIRY.phones, emails: INQUIRY.emails },
      touches: [{ at: INQUIRY.touch.at, source: 'Zillow', message: INQUIRY.touch.message }],
    });
  });

  it('is found by the whole of our id, and no other card is taken for it', async () => {
    const { connector, simulator } = await openYardi();
    const other = await done(connector, commandOf('create_guest_card', INQUIRY), 'guest_card');
    const command = commandOf('create_guest_card', INQUIRY);
    const context = contextFor(PROPERTY);
    const set = { third_party: `${context.marker}-of-another-system` };
    await simulator.staff({ change: { table: 'prospects', id: other.id, set } });
    const request = await connector.prepare(command, 0, context);
    expect(await connector.locate(command, 0, request, context)).toEqual({ outcome: 'absent', covers_all: true });
    const { record } = await connector.send(request, signal);
    expect(record?.id).not.toBe(other.id);
    expect(await connector.locate(command, 0, request, context)).toMatchObject({
      ...{ outcome: 'found', result: { record } },
    });
  });

  it('comes from a source and goes to an agent that the property has, or nothing is sent', async () => {
    const { connector, again, asked } = await openYardi();
    const foreign = commandOf('create_guest_card', { ...INQUIRY, source: 'Billboard' });
    const refused = await failureOf(carryOut({ connector }, foreign, PROPERTY));
    expect([refused.code, refused.field]).toEqual(['refused', 'source']);
    expect(refused.message).toContain('Zillow');
    const withAgent = await again({ defaults: { agent: 'Former Agent' } });
    expect(
      await failureOf(carryOut({ connector: withAgent }, commandOf('create_guest_card', INQUIRY), PROPERTY)),
    ).toMatchObject({
      ...{ code: 'refused', field: 'agent' },
    });
    expect(await asked('ImportYardiGuest_Login')).toBe(0);
  });

  it('takes a source by another spelling, and by the words of the connection', async () => {
    const { connector } = await openYardi();
    const card = await done(connector, commandOf('create_guest_card', { ...INQUIRY, source: 'zillow' }), 'guest_card');
    expect(card.source).toBe('Zillow');
  });

  it('keeps its wishes when something is added, and a note apart from what the prospect said', async () => {
    const { connector } = await openYardi();
    const unit = (await listAll(connector, 'unit'))[0];
    const before = await done(
      connector,
      commandOf('create_guest_card', { ...INQUIRY, unit_ids: [unit?.id], bedrooms: 2, rent_max: 180_000 }),
      'guest_card',
    );
    const update = commandOf('update_guest_card', {
      ...{ guest_card_id: before.id, note: { text: 'Wants a balcony.', is_public: false }, move_in_date: '2027-02-01' },
      touch: { at: '2026-11-24T14:30:00.000Z', source: 'Phone', message: 'Called again.' },
    });
    const after = await done(connector, update, 'guest_card');
    expect(after).toMatchObject({
      ...{ unit_ids: [unit?.id], bedrooms: 2, rent_max: 180_000, phones: INQUIRY.phones, move_in_date: '2027-02-01' },
      ...{ source: 'Zillow', latest_source: 'Phone' },
    });
    expect(after.touches.map(({ message }) => message)).toEqual([INQUIRY.touch.message, 'Called again.']);
    expect(after.notes.map(({ text }) => text)).toEqual(['Wants a balcony.']);
  });

  it('keeps everything that it shows and that nothing is said of, for an import may replace the whole', async () => {
    const { connector, simulator, lastBody } = await openYardi();
    const { id } = await done(connector, commandOf('create_guest_card', INQUIRY), 'guest_card');
    const units = (await listAll(connector, 'unit')).slice(0, 2).map((unit) => unit.id);
    const address = { AddressLine1: '1 Elm St', AddressLine2: '', City: 'Austin', State: 'TX', PostalCode: '78701' };
    const set = { middle: 'King', address, floorplan: '2b2', units, lease_terms: '12' };
    await simulator.staff({ change: { table: 'prospects', id, set } });
    const card = await connector.get('guest_card', PROPERTY, id);
    expect(card).toMatchObject({ name: 'Ada King Lovelace', unit_ids: units });
    const note = (text: string) =>
      commandOf('update_guest_card', { guest_card_id: id, note: { text, is_public: false } });
    await done(connector, note('One.'), 'guest_card');
    await done(connector, note('Two.'), 'guest_card');
    const body = await lastBody('ImportYardiGuest_Login');
    for (const part of [
      '<FirstName>Ada</FirstName><MiddleName>King</MiddleName><LastName>Lovelace</LastName>',
      '</Name><Address AddressType="current"><AddressLine1>1 Elm St</AddressLine1><AddressLine2',
      '<City>Austin</City><State>TX</State><PostalCode>78701</PostalCode></Address><Phone',
      '</TargetMoveInDate><DesiredFloorplan>2b2</DesiredFloorplan><DesiredUnit>',
      '<DesiredLeaseTerms>12</DesiredLeaseTerms></CustomerPreferences>',
    ])
      expect(body).toContain(part);
    const wish = commandOf('update_guest_card', { guest_card_id: id, unit_ids: units.toReversed() });
    expect((await done(connector, wish, 'guest_card')).unit_ids).toEqual(units.toReversed());
    await done(connector, commandOf('update_guest_card', { guest_card_id: id, unit_ids: units }), 'guest_card');
    expect(await connector.get('guest_card', PROPERTY, id)).toMatchObject({
      ...{ name: card?.name, phones: card?.phones, emails: card?.emails, unit_ids: units },
      move_in_date: card?.move_in_date,
    });
  });

  it('has no middle name any more when it is given another name', async () => {
    const { connector, simulator, lastBody } = await openYardi();
    const { id } = await done(connector, commandOf('create_guest_card', INQUIRY), 'guest_card');
    await simulator.staff({ change: { table: 'prospects', id, set: { middle: 'King' } } });
    const update = commandOf('update_guest_card', { guest_card_id: id, name: 'Ada Byron' });
    const context = contextFor(PROPERTY);
    const request = await connector.prepare(update, 0, context);
    await connector.send(request, signal);
    expect(await lastBody('ImportYardiGuest_Login')).toMatch(/<MiddleName(\/>|><\/MiddleName>)/);
    expect((await connector.get('guest_card', PROPERTY, id))?.name).toBe('Ada Byron');
    expect(await connector.locate(update, 0, request, context)).toMatchObject({ outcome: 'found' });
  });

  it('is lost by an event, and approved by nobody but the office', async () => {
    const { connector } = await openYardi();
    const { id } = await done(connector, commandOf('create_guest_card', INQUIRY), 'guest_card');
    const lost = commandOf('update_guest_card', { guest_card_id: id, status: 'lost' });
    expect((await done(connector, lost, 'guest_card')).status).toBe('lost');
    const approved = commandOf('update_guest_card', { guest_card_id: id, status: 'approved' });
    expect(() => connector.compile(approved)).toThrow(/no word/);
  });

  it('keeps the rent to itself where the server refuses it', async () => {
    const { again, lastBody } = await openYardi();
    const connector = await again({ send_desired_rent: false });
    expect(connector.capabilities.records.guest_card?.fields['rent_max']?.support).toBe('sidecar');
    await done(connector, commandOf('create_guest_card', { ...INQUIRY, rent_max: 180_000 }), 'guest_card');
    expect(await lastBody('ImportYardiGuest_Login')).not.toContain('DesiredRent');
  });
});

describe('a tour of Yardi', () => {
  async function booked() {
    const yardi = await openYardi();
    const { connector } = yardi;
    const card = await done(connector, commandOf('create_guest_card', INQUIRY), 'guest_card');
    const unit = (await listAll(connector, 'unit'))[0];
    const schedule = commandOf('schedule_tour', {
      ...{ guest_card_id: card.id, unit_id: unit?.id, type: 'self_guided', notes: 'Bring the key.' },
      ...{ start: '2026-11-26T17:00:00.000Z', end: '2026-11-26T17:45:00.000Z' },
    });
    return { ...yardi, card, tour: await done(connector, schedule, 'tour') };
  }

  it("is an appointment at the time of the property's clock", async () => {
    const { tour, card, lastBody, connector } = await booked();
    expect(tour).toMatchObject({ guest_card_id: card.id, start: '2026-11-26T17:00:00.000Z', status: 'scheduled' });
    expect(tour.notes).toBe('Bring the key.');
    const body = await lastBody('ImportYardiGuest_Login');
    expect(body).toContain('EventType="Appointment" EventDate="2026-11-26T10:00:00"');
    expect(connector.capabilities.calendar).toBe('own_bookings_only');
  });

  it('is toured by a show on that day, and no second tour for it', async () => {
    const { tour, card, connector } = await booked();
    const before = (await listAll(connector, 'tour')).length;
    const outcome = commandOf('record_tour_outcome', { tour_id: tour.id, outcome: 'toured', notes: 'Liked it.' });
    expect(await done(connector, outcome, 'tour')).toMatchObject({ id: tour.id, status: 'toured', notes: 'Liked it.' });
    expect((await listAll(connector, 'tour')).length).toBe(before);
    const again = await failureOf(carryOut({ connector }, outcome, PROPERTY));
    expect(again.code).toBe('conflict');
    expect((await connector.get('guest_card', PROPERTY, card.id))?.notes).toEqual([]);
  });

  it.each([
    ['cancel_tour', {}, 'cancelled'],
    ['record_tour_outcome', { outcome: 'no_show' }, 'no_show'],
  ] as const)('%s is an event in words, and no note of the card', async (kind, more, status) => {
    const { tour, card, connector, lastBody } = await booked();
    const command = commandOf(kind, { tour_id: tour.id, ...more });
    expect(await done(connector, command, 'tour')).toMatchObject({ id: tour.id, status, notes: 'Bring the key.' });
    expect(await lastBody('ImportYardiGuest_Login')).toMatch(/<Comments>Tour \d+: (cancelled|no show)\. ct-/);
    expect((await connector.get('guest_card', PROPERTY, card.id))?.notes).toEqual([]);
  });

  it('is neither made nor read where nobody knows what time it is', async () => {
    const { again, card, tour, simulator } = await booked();
    // A border between time zones runs through Kentucky.
    await simulator.staff({ change: { table: 'properties', id: PROPERTY, set: { State: 'KY' } } });
    const connector = await again({ time_zones: { default: 'America/Chicago', properties: {} } });
    expect(await connector.get('tour', PROPERTY, tour.id)).toBeUndefined();
    const { guest_card_id, unit_id, type } = tour;
    const command = commandOf('schedule_tour', {
      ...{ guest_card_id, unit_id, type, start: '2026-11-27T17:00:00.000Z', end: '2026-11-27T17:30:00.000Z' },
    });
    const error = await failureOf(connector.prepare(command, 0, contextFor(PROPERTY)));
    expect([error.code, error.message]).toEqual(['misconfigured', expect.stringContaining('time_zones.properties')]);
    // What happened is still shown, in UTC.
    expect((await connector.get('guest_card', PROPERTY, card.id))?.created_at).toBe('2026-11-24T07:00:00.000Z');
  });
});
