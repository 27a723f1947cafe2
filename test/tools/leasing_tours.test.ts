import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import changeTour from '../../tools/change-tour.ts';
import createGuestCard from '../../tools/create-guest-card.ts';
import findTourSlots from '../../tools/find-tour-slots.ts';
import scheduleTour from '../../tools/schedule-tour.ts';
import searchGuestCards from '../../tools/search-guest-cards.ts';
import updateGuestCard from '../../tools/update-guest-card.ts';
import { parseSlotId, slotId } from '../../src/leasing/slot_id.ts';
import { first, type Harness, NOW, openHarness } from './harness.ts';

const TOOLS = [findTourSlots, scheduleTour, changeTour, searchGuestCards, createGuestCard, updateGuestCard];
const WHO = 'leasing_agent';
const MINUTE = 60_000;

let h: Harness;
let unit_id: string;
let property_id: string;
let card: string;

beforeEach(async () => {
  h = await openHarness({ tools: TOOLS, units: 30 });
  const state = await h.sandbox.state();
  const unit = first(state.unit, ({ occupancy, property_id }) => occupancy === 'vacant' && property_id === '11');
  [unit_id, property_id] = [unit.id, unit.property_id];
  card = await prospect('Ana Lopez-Ruiz', '+15125550177');
});
afterEach(async () => {
  expect(h.troubles).toEqual([]);
  await h.close();
});

async function prospect(name: string, phone: string): Promise<string> {
  const made = await h.ok(WHO, 'create_guest_card', {
    request_id: h.requestId(),
    property_id,
    unit_id,
    name,
    phone,
    source: 'Phone',
  });
  return made.guest_card.guest_card_id;
}

const slots = async (more: object = {}) => (await h.ok(WHO, 'find_tour_slots', { unit_id, ...more })).slots;
const book = (slot_id: string, more: object = {}) => ({
  request_id: h.requestId(),
  guest_card_id: card,
  unit_id,
  slot_id,
  ...more,
});
const scheduled = async () => {
  const { tour } = await h.sandbox.state();
  return tour.filter((one) => one.unit_id === unit_id && one.status === 'scheduled');
};

describe('a prospect tours', () => {
  it('books, moves, does not come, is followed up', async () => {
    const afternoon = await slots({ from_date: '2026-11-28', part_of_day: 'afternoon' });
    expect(afternoon[0]).toMatchObject({ spoken: expect.stringMatching(/^Saturday, November 28, 1?\d:\d\d PM$/) });
    const made = await h.ok(
      WHO,
      'schedule_tour',
      book(afternoon[0].slot_id, { note: 'Comes with two kids, parks on the street' }),
    );
    expect(made).toMatchObject({
      write: { state: 'done', proof: 'full' },
      spoken: afternoon[0].spoken,
      removed: ['familial_status'],
    });
    expect(made.tour.notes).not.toMatch(/kids/);

    const other = first(await slots({ from_date: '2026-11-28' }), (slot: any) => slot.start > made.tour.end);
    const moved = await h.ok(WHO, 'change_tour', {
      request_id: h.requestId(),
      tour_id: made.tour.tour_id,
      version: made.tour.version,
      action: 'reschedule',
      slot_id: (other as any).slot_id,
    });
    expect(moved).toMatchObject({ write: { state: 'done' }, tour: { spoken: (other as any).spoken } });
    // The time that it had is free again.
    expect((await slots({ from_date: '2026-11-28', part_of_day: 'afternoon' }))[0].start).toBe(afternoon[0].start);

    const early = await h.refused(WHO, 'change_tour', {
      request_id: h.requestId(),
      tour_id: made.tour.tour_id,
      version: moved.tour.version,
      action: 'no_show',
    });
    expect(early).toMatchObject({ code: 'conflict', field: 'action' });
    h.time.now = NOW + 9 * 86_400_000;
    const missed = await h.ok(WHO, 'change_tour', {
      request_id: h.requestId(),
      tour_id: made.tour.tour_id,
      version: moved.tour.version,
      action: 'no_show',
    });
    expect(missed).toMatchObject({ tour: { status: 'no_show' }, guest_card: { status: 'no_show' } });
    const follow = await h.ok(WHO, 'update_guest_card', {
      request_id: h.requestId(),
      guest_card_id: card,
      version: missed.guest_card.version,
      follow_up_on: '2026-12-05',
    });
    expect(follow).toMatchObject({ changed: ['follow_up_on'], guest_card: { follow_up_on: '2026-12-05' } });
    const due = await h.ok(WHO, 'search_guest_cards', { follow_up_by: '2026-12-05' });
    expect(due.guest_cards.map((one: any) => one.guest_card_id)).toContain(card);
  });

  it('replays a booking and refuses the same one under a fresh id', async () => {
    const [slot, later] = await slots();
    const args = book(slot.slot_id);
    const made = await h.ok(WHO, 'schedule_tour', args);
    expect((await h.ok(WHO, 'schedule_tour', args)).write).toMatchObject({ replayed: true, state: 'done' });
    for (const slot_id of [slot.slot_id, later.slot_id])
      expect(await h.refused(WHO, 'schedule_tour', book(slot_id))).toMatchObject({
        code: 'duplicate',
        details: { tour_id: made.tour.tour_id },
      });
    expect(await scheduled()).toHaveLength(1);
    await h.ok(WHO, 'schedule_tour', book(later.slot_id, { not_duplicate_of: made.tour.tour_id }));
    expect(await scheduled()).toHaveLength(2);
  });

  it('may book a time again that was cancelled', async () => {
    const [slot] = await slots();
    const { tour } = await h.ok(WHO, 'schedule_tour', book(slot.slot_id));
    const cancel = { request_id: h.requestId(), tour_id: tour.tour_id, version: tour.version, action: 'cancel' };
    expect(await h.ok(WHO, 'change_tour', cancel)).toMatchObject({
      tour: { status: 'cancelled' },
      guest_card: { status: 'contacted' },
    });
    expect((await h.ok(WHO, 'schedule_tour', book(slot.slot_id))).write.state).toBe('done');
    expect(await scheduled()).toHaveLength(1);
  });

  it('is booked under the id of the write that made the card', async () => {
    const { write } = await h.ok(WHO, 'create_guest_card', {
      request_id: h.requestId(),
      property_id,
      name: 'Rival',
      phone: '+15125550999',
      source: 'Phone',
    });
    const [slot] = await slots();
    const made = await h.ok(WHO, 'schedule_tour', book(slot.slot_id, { guest_card_id: write.write_id }));
    expect(made.tour.guest_card_id).toBe(write.record_id);
  });

  it('is found by the day of the tour', async () => {
    const [slot] = await slots();
    await h.ok(WHO, 'schedule_tour', book(slot.slot_id));
    const found = await h.ok(WHO, 'search_guest_cards', { tour_on: slot.start.slice(0, 10), property_id });
    expect(found.guest_cards).toMatchObject([{ guest_card_id: card, tours: [{ spoken: slot.spoken }] }]);
  });
});

describe('nobody is booked twice', () => {
  it('gives one slot to one of fifty who race for it', async () => {
    const [slot] = await slots();
    const cards = await Promise.all(
      Array.from({ length: 50 }, (_, i) => prospect(`Prospect ${i}`, `+1512556${String(1000 + i)}`)),
    );
    const answers = await Promise.all(
      cards.map((guest_card_id) => h.call(WHO, 'schedule_tour', book(slot.slot_id, { guest_card_id }))),
    );
    const won = answers.filter(({ isError }) => !isError);
    const lost = answers.filter(({ isError }) => isError).map(({ structured }) => structured['error'] as any);
    expect(won).toHaveLength(1);
    expect(lost.map(({ code }) => code)).toEqual(Array(49).fill('slot_taken'));
    for (const { details } of lost) {
      expect(details.next_slots).toHaveLength(3);
      expect(details.next_slots.map(({ start }: any) => start)).not.toContain(slot.start);
    }
    expect(await scheduled()).toHaveLength(1);
    expect((await h.sandbox.effects()).filter(({ operation }) => operation === 'schedule_tour')).toHaveLength(1);
  });

  it('offers no time that is on its way to the PMS, and gives it back where it never got there', async () => {
    const [slot] = await slots();
    h.pms.read_only = true;
    const waits = await h.ok(WHO, 'schedule_tour', book(slot.slot_id));
    expect(waits.write.state).toBe('ready');
    h.pms.read_only = false;
    expect((await slots()).map(({ start }: any) => start)).not.toContain(slot.start);
    const rival = await prospect('Rival', '+15125550999');
    const late = await h.refused(WHO, 'schedule_tour', book(slot.slot_id, { guest_card_id: rival }));
    expect(late).toMatchObject({ code: 'slot_taken' });
    h.time.now += 2 * MINUTE;
    await h.writeback.recover();
    expect(await scheduled()).toHaveLength(1);
  });

  it('sees what people book and cancel in the PMS', async () => {
    const [slot, second] = await slots({ from_date: '2026-11-25' });
    const made = await h.ok(WHO, 'schedule_tour', book(slot.slot_id));
    h.time.now += MINUTE;
    // Cancelled past Caretaker: the slot is free again for somebody else, whatever the ledger holds.
    await h.sandbox.asStaff().submit({ kind: 'cancel_tour', tour_id: made.tour.tour_id, property_id });
    const rival = await prospect('Rival', '+15125550999');
    expect((await h.ok(WHO, 'schedule_tour', book(slot.slot_id, { guest_card_id: rival }))).write.state).toBe('done');
    // Booked past Caretaker: refused before anything is sent.
    const { agent_id } = second;
    await h.sandbox.asStaff().submit({
      kind: 'schedule_tour',
      property_id,
      guest_card_id: rival,
      unit_id,
      agent_id,
      type: 'agent_led',
      start: new Date(Date.parse(`${second.start}:00-07:00`)).toISOString(),
      end: new Date(Date.parse(`${second.end}:00-07:00`)).toISOString(),
    });
    expect(await h.refused(WHO, 'schedule_tour', book(second.slot_id))).toMatchObject({
      code: 'slot_taken',
      details: { next_slots: { length: 3 } },
    });
  });
});

describe('refusals', () => {
  it.each([
    ['a slot id that is none', { slot_id: 's_1' }, { code: 'invalid_input', field: 'slot_id' }],
    ['an unknown card', { guest_card_id: '99999' }, { code: 'not_found', field: 'guest_card_id' }],
    ['an unknown argument', { children: 2 }, { code: 'invalid_input', field: 'children' }],
  ])('%s', async (_, more, error) => {
    const [slot] = await slots();
    expect(await h.refused(WHO, 'schedule_tour', { ...book(slot.slot_id), ...more })).toMatchObject(error);
    expect(await scheduled()).toEqual([]);
  });

  it('offers from today on where the day asked for is over', async () => {
    expect(await slots({ from_date: '2026-11-01' })).toEqual(await slots());
    const { text } = await h.call(WHO, 'find_tour_slots', { unit_id });
    expect(text).toContain((await slots())[0].slot_id);
  });

  it('a prospect of another property, a slot of another unit', async () => {
    const state = await h.sandbox.state();
    const [slot] = await slots();
    const stranger = first(state.guest_card, (one) => one.property_id !== property_id);
    expect(await h.refused(WHO, 'schedule_tour', book(slot.slot_id, { guest_card_id: stranger.id }))).toMatchObject({
      code: 'invalid_input',
      field: 'guest_card_id',
    });
    const home = first(state.unit, (one) => one.property_id === property_id && one.id !== unit_id);
    expect(await h.refused(WHO, 'schedule_tour', book(slot.slot_id, { unit_id: home.id }))).toMatchObject({
      code: 'invalid_input',
      field: 'slot_id',
    });
  });

  it('a tour that somebody moved since it was read', async () => {
    const [slot, later] = await slots();
    const { tour } = await h.ok(WHO, 'schedule_tour', book(slot.slot_id));
    const move = (slot_id: string) => ({
      request_id: h.requestId(),
      tour_id: tour.tour_id,
      version: tour.version,
      action: 'reschedule',
      slot_id,
    });
    await h.ok(WHO, 'change_tour', move(later.slot_id));
    expect(await h.refused(WHO, 'change_tour', move(slot.slot_id))).toMatchObject({
      code: 'conflict',
      field: 'version',
      details: { changed: { start: { you_saw: expect.any(String), now: expect.any(String) } } },
    });
  });
});

it('refuses tours where the time zone is not known, and names the setting', async () => {
  const far = await openHarness({ tools: TOOLS, units: 50, properties: 5 });
  const { property, unit } = await far.sandbox.state();
  const kentucky = first(property, ({ address }) => address.state === 'KY');
  const home = first(unit, (one) => one.property_id === kentucky.id && one.occupancy !== 'occupied');
  expect(await far.refused(WHO, 'find_tour_slots', { unit_id: home.id })).toMatchObject({
    code: 'invalid_input',
    next: expect.stringContaining(`time_zones.properties.${kentucky.id}`),
  });
  await far.close();
});

it('moves a tour by less than its own length', async () => {
  const [slot] = await slots({ from_date: '2026-12-02' });
  const { tour } = await h.ok(WHO, 'schedule_tour', book(slot.slot_id));
  const half = parseSlotId(slot.slot_id)!;
  const shift = (instant: string) => new Date(Date.parse(instant) + 15 * MINUTE).toISOString();
  const moved = await h.ok(WHO, 'change_tour', {
    request_id: h.requestId(),
    tour_id: tour.tour_id,
    version: tour.version,
    action: 'reschedule',
    slot_id: slotId({ ...half, start: shift(half.start), end: shift(half.end) }),
  });
  expect(moved.write.state).toBe('done');
  expect(await scheduled()).toHaveLength(1);
});
