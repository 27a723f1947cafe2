import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import { type Agent, first, requestId } from './agent.ts';
import { Stage } from './stage.ts';

/** Ten in the morning on a Tuesday. */
const MORNING = '2026-11-24T18:00:00.000Z';

interface Card {
  guest_card_id: string;
  version: string;
  status: string;
  source: string;
  property_id: string;
  follow_up_due?: boolean;
}
interface Offer {
  unit_id: string;
  property_id: string;
  rent?: string;
  bedrooms?: number;
}
interface Slot {
  slot_id: string;
  start: string;
  spoken: string;
  agent?: string;
}

let stage: Stage;
let agent: Agent;
let books: SandboxState;

beforeAll(async () => {
  stage = await Stage.open({ at: MORNING });
  agent = await stage.agent('leasing_agent', 'front desk');
  await agent.ok('list_leases', {});
  books = await stage.pms.state();
});
afterAll(() => stage.close());

async function unitBySearch(query: string): Promise<string> {
  const { candidates } = await agent.ok<{ candidates: { unit_id?: string }[] }>('search_portfolio', {
    query,
    kinds: ['unit'],
  });
  return String(first(candidates).unit_id);
}

describe('8: a lead from Zillow for a unit that has just been let', () => {
  it('is kept, told that the unit is gone, and offered what is like it', async () => {
    const let_ = first(books.unit, ({ id, occupancy }) => {
      const future = books.lease.some(({ unit_id, status }) => unit_id === id && status === 'future');
      return future && occupancy === 'vacant';
    });
    const home = first(books.property, ({ id }) => id === let_.property_id);
    const unit_id = await unitBySearch(`${let_.name} ${home.name}`);
    const { cursor } = await agent.ok<{ cursor: string }>('list_changes', { kinds: ['guest_card'] });
    const lead = {
      property_id: home.id,
      unit_id,
      name: 'Ana Lopez-Ruiz',
      phone: '(512) 555-0177',
      email: 'x@convo.zillow.com',
      source: 'Zillow',
      message: 'Is it free?',
      consent: ['email'],
    };
    const made = await stage.taking(1, () =>
      agent.done('create_guest_card', { request_id: requestId('lead'), ...lead }),
    );
    expect(made).toMatchObject({ appended: false, unit: { unit_id, free: false } });
    expect(made.also_fits.map((one: Offer) => one.unit_id)).not.toContain(unit_id);
    expect(await stage.pms.get('guest_card', '', made.guest_card.guest_card_id)).toMatchObject({
      name: 'Ana Lopez-Ruiz',
      phones: [{ number: '+15125550177' }],
      emails: ['x@convo.zillow.com'],
      source: 'Zillow',
      consents: [{ channel: 'email', state: 'granted' }],
      touches: [{ source: 'Zillow', message: 'Is it free?' }],
    });
    const alike = await agent.ok<{ units: Offer[] }>('find_available_units', {
      like_unit_id: unit_id,
      move_in_date: stage.day(60),
    });
    expect(alike.units.map((one) => one.unit_id)).not.toContain(unit_id);
    for (const { bedrooms = 0 } of alike.units) expect(bedrooms).toBeGreaterThanOrEqual(let_.bedrooms ?? 0);
    const { changes } = await agent.ok<{ changes: { record_id: string }[] }>('list_changes', {
      cursor,
      kinds: ['guest_card'],
    });
    expect(changes.map(({ record_id }) => record_id)).toContain(made.guest_card.guest_card_id);

    const again = await stage.taking(1, () =>
      agent.done('create_guest_card', {
        request_id: requestId('lead'),
        ...lead,
        source: 'Somewhere nobody knows',
        message: 'And now?',
      }),
    );
    expect(again).toMatchObject({ appended: true, guest_card: { guest_card_id: made.guest_card.guest_card_id } });
    const kept = await stage.pms.get('guest_card', '', made.guest_card.guest_card_id);
    expect(kept?.source).toBe('Zillow');
    expect(kept?.touches).toHaveLength(2);
  });
});

describe('9: the same person at two properties, through two listing sites', () => {
  it('keeps two cards, names the other, and shares the opt-out', async () => {
    const [here, there] = books.property;
    const person = { name: 'Ana Lopez', phone: '+15125550178' };
    const one = await agent.done('create_guest_card', {
      request_id: requestId('two'),
      property_id: here?.id,
      ...person,
      name: 'Ana Lopez-Ruiz',
      source: 'Zillow',
    });
    await agent.done('record_communication', {
      request_id: requestId('two'),
      channel: 'sms',
      direction: 'inbound',
      guest_card_id: one.guest_card.guest_card_id,
      summary: 'STOP',
      consent: 'revoked',
    });
    const known = await agent.ok<{ guest_cards: Card[] }>('search_guest_cards', { query: person.phone });
    expect(known.guest_cards.map(({ guest_card_id }) => guest_card_id)).toEqual([one.guest_card.guest_card_id]);
    const two = await stage.taking(1, () =>
      agent.done('create_guest_card', {
        request_id: requestId('two'),
        property_id: there?.id,
        ...person,
        source: 'Apartments.com',
      }),
    );
    expect(two).toMatchObject({
      appended: false,
      cards_elsewhere: [{ guest_card_id: one.guest_card.guest_card_id }],
      do_not_contact: ['sms'],
    });
    expect(two.guest_card.guest_card_id).not.toBe(one.guest_card.guest_card_id);
    expect(await stage.pms.get('guest_card', '', two.guest_card.guest_card_id)).toMatchObject({
      property_id: there?.id,
      source: 'Apartments.com',
    });
  });
});

describe('10: a tour that is booked, moved, missed and followed up', () => {
  it('goes from slot to follow-up', async () => {
    const { units } = await agent.ok<{ units: Offer[] }>('find_available_units', {});
    const { unit_id, property_id } = first(units);
    const card = await agent.done('create_guest_card', {
      request_id: requestId('tour'),
      property_id,
      unit_id,
      name: 'Teodora Malcolm',
      phone: '+15125550179',
      source: 'Phone',
    });
    const { slots } = await agent.ok<{ slots: Slot[] }>('find_tour_slots', {
      unit_id,
      from_date: stage.day(4),
      part_of_day: 'afternoon',
    });
    const [one, other] = [
      first(slots),
      first(slots, ({ start }) => start.slice(0, 10) !== slots[0]?.start.slice(0, 10)),
    ];
    expect(one.spoken).toMatch(/^\w+day, \w+ \d+, \d+:\d\d PM$/);
    const booked = await stage.taking(1, () =>
      agent.done('schedule_tour', {
        request_id: requestId('tour'),
        guest_card_id: card.write.write_id,
        unit_id,
        slot_id: one.slot_id,
      }),
    );
    const { tour_id } = booked.tour;
    expect(booked.spoken).toContain(one.spoken);
    expect(await stage.pms.get('tour', '', tour_id)).toMatchObject({ status: 'scheduled', unit_id });

    const moved = await stage.taking(1, () =>
      agent.done('change_tour', {
        request_id: requestId('tour'),
        tour_id,
        version: booked.tour.version,
        action: 'reschedule',
        slot_id: other.slot_id,
      }),
    );
    expect(moved.tour).toMatchObject({ start: other.start, status: 'scheduled' });

    const early = await stage.taking(0, () =>
      agent.refused('change_tour', {
        request_id: requestId('tour'),
        tour_id,
        version: moved.tour.version,
        action: 'no_show',
      }),
    );
    expect(early).toMatchObject({ field: 'action', next: expect.any(String) });

    // An hour after the tour was to begin, in a server that was started anew.
    const tour = await stage.pms.get('tour', '', tour_id);
    await agent.close();
    await stage.end();
    stage.setClock(new Date(Date.parse(String(tour?.start)) + 3_600_000).toISOString());
    await stage.start();
    agent = await stage.agent('leasing_agent', 'front desk later');
    const missed = await stage.taking(1, () =>
      agent.done('change_tour', {
        request_id: requestId('tour'),
        tour_id,
        version: moved.tour.version,
        action: 'no_show',
      }),
    );
    expect((await stage.pms.get('tour', '', tour_id))?.status).toBe('no_show');

    const { guest_card_id, version } = missed.guest_card;
    const follow_up_on = stage.day(2);
    const followed = await stage.taking(1, () =>
      agent.done('update_guest_card', { request_id: requestId('tour'), guest_card_id, version, follow_up_on }),
    );
    expect(followed.guest_card.follow_up_on).toBe(follow_up_on);
    const due = await agent.ok<{ guest_cards: Card[] }>('search_guest_cards', { follow_up_by: follow_up_on });
    expect(due.guest_cards.map((one) => one.guest_card_id)).toContain(guest_card_id);
    expect(await stage.pms.get('guest_card', '', guest_card_id)).toMatchObject({ status: 'no_show', follow_up_on });
  });
});

describe('11: an inquiry with protected facts in it', () => {
  it('gets the answer that everybody gets, keeps none of them, and goes to a person', async () => {
    const criteria = { bedrooms_min: 2, rent_max: '2500.00', occupants: 3 };
    const [mine, theirs] = [
      await agent.ok('find_available_units', criteria),
      await agent.ok('find_available_units', criteria),
    ];
    expect(mine.units).toEqual(theirs.units);
    expect(mine.criteria_digest).toBe(theirs.criteria_digest);
    expect(mine.units.length).toBeGreaterThan(0);
    expect(mine.policies[0]).toMatchObject({
      pets: expect.stringContaining('Assistance animals are not pets'),
      vouchers: expect.any(String),
      accommodations: expect.any(String),
    });
    for (const filter of ['pets', 'voucher'])
      expect((await agent.refused('find_available_units', { ...criteria, [filter]: true })).code).toBe('invalid_input');

    const made = await stage.taking(1, () =>
      agent.done('create_guest_card', {
        request_id: requestId('fair'),
        property_id: first<Offer>(mine.units).property_id,
        name: 'D. Ross',
        phone: '+15125550188',
        source: 'Phone',
        occupants: 3,
        message: 'Wants a 2-bed. Has two kids, a Section 8 voucher and an emotional support dog.',
      }),
    );
    expect(made.removed.length).toBeGreaterThan(0);
    const { guest_card_id } = made.guest_card;
    const kept = await stage.pms.get('guest_card', '', guest_card_id);
    expect(kept?.occupants).toBe(3);
    expect(JSON.stringify(kept)).not.toMatch(/kid|voucher|section 8|support dog|emotional/i);
    expect(made.next_step).toMatch(/escalate_to_staff/);
    const handed = await agent.ok('escalate_to_staff', {
      request_id: requestId('fair'),
      reason: 'accommodation',
      urgency: 'next_business_day',
      summary: 'Asks for accommodation process',
      record_id: guest_card_id,
    });
    expect(handed).toMatchObject({ state: 'open', about: { kind: 'guest_card', record_id: guest_card_id } });
  });
});
