import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import { type Agent, first, requestId, type Write } from './agent.ts';
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
interface Lease {
  lease_id: string;
  version: string;
  status: string;
  unit_id: string;
  open_offers?: number;
}

let stage: Stage;
let agent: Agent;
let books: SandboxState;
let decide: Awaited<ReturnType<Stage['manager']>>;

beforeAll(async () => {
  stage = await Stage.open({ at: MORNING });
  const terms = ['--scope', 'leases:write', '--scope', 'residents:write'];
  [agent, decide] = await Promise.all([stage.agent('leasing_agent', 'front desk', ...terms), stage.manager()]);
  await agent.ok('list_leases', {});
  books = await stage.pms.state();
});
afterAll(() => stage.close());

/** Runs `work`, during which the PMS has to take exactly so many changes. */
async function taking<T>(changes: number, work: () => Promise<T>): Promise<T> {
  const before = await stage.taken();
  const answer = await work();
  expect(await stage.taken(), 'changes that the PMS took').toBe(before + changes);
  return answer;
}

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
    const made = await taking(1, () => agent.done('create_guest_card', { request_id: requestId('lead'), ...lead }));
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

    const again = await taking(1, () =>
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
    const two = await taking(1, () =>
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
    expect(one.spoken).toMatch(/^\w+day \d+ \w+, \d+:\d\d PM$/);
    const booked = await taking(1, () =>
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

    const moved = await taking(1, () =>
      agent.done('change_tour', {
        request_id: requestId('tour'),
        tour_id,
        version: booked.tour.version,
        action: 'reschedule',
        slot_id: other.slot_id,
      }),
    );
    expect(moved.tour).toMatchObject({ start: other.start, status: 'scheduled' });

    const early = await taking(0, () =>
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
    agent = await stage.agent('leasing_agent', 'front desk later', '--scope', 'leases:write');
    const missed = await taking(1, () =>
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
    const followed = await taking(1, () =>
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

    const made = await taking(1, () =>
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

describe('12: a renewal, a notice, and another move-out date', () => {
  /** Asks for a change, which has to wait, and has a person approve it. */
  async function decided(lease: { lease_id: string; version: string }, change: Record<string, unknown>) {
    const request = { request_id: requestId('lease'), lease_id: lease.lease_id, version: lease.version, ...change };
    const waiting = await taking(0, () =>
      agent.ok<{ change: string; notes: string[]; write: Write }>('update_lease', request),
    );
    expect(waiting.write.state).toBe('awaiting_approval');
    expect((await taking(1, () => decide('approve', waiting.write.write_id))).state).toBe('done');
    const replay = await agent.ok<{ lease: Lease; write: Write }>('update_lease', request);
    expect(replay.write).toMatchObject({ state: 'done', replayed: true });
    return { ...waiting, lease: replay.lease };
  }

  it('accepts an offer by its id', async () => {
    const { leases } = await agent.ok<{ leases: Lease[] }>('list_leases', {
      ends_from: stage.day(0),
      ends_to: stage.day(100),
    });
    const ending = first(leases, ({ open_offers, status }) => (open_offers ?? 0) > 0 && status === 'current');
    const { leases: read, detail } = await agent.ok('list_leases', { lease_id: ending.lease_id });
    const offer = first<{ renewal_offer_id: string; status: string; end_date: string; rent: string }>(
      detail.renewal_offers,
      ({ status }) => status === 'offered',
    );
    await decided(first<Lease>(read), { action: 'accept_renewal', renewal_offer_id: offer.renewal_offer_id });
    const kept = await stage.pms.get('lease', '', ending.lease_id);
    expect(kept).toMatchObject({ end_date: offer.end_date, rent: Math.round(Number(offer.rent) * 100) });
    expect(kept?.renewal_offers.map(({ status }) => status)).toContain('accepted');
  });

  it('records the notice of one of two residents, then another date, and hands over what the PMS cannot do', async () => {
    const shared = first(
      books.lease,
      ({ status, parties, term }) => status === 'current' && term === 'fixed' && parties.length === 2,
    );
    const [leaving, staying] = shared.parties.map(({ resident_id }) => resident_id);
    const { leases } = await agent.ok('list_leases', { lease_id: shared.id });
    const given = await decided(first<Lease>(leases), {
      action: 'give_notice',
      notice_date: stage.day(0),
      move_out_date: stage.day(37),
      resident_ids: [leaving],
    });
    expect(given.notes.join()).toMatch(/1 of 2 residents stay/);
    const party = async (id: string | undefined) =>
      (await stage.pms.get('lease', '', shared.id))?.parties.find(({ resident_id }) => resident_id === id);
    expect(await party(leaving)).toMatchObject({ notice_date: stage.day(0), move_out: stage.day(37) });
    expect(await party(staying)).not.toHaveProperty('notice_date');

    await decided(given.lease, {
      action: 'change_move_out',
      move_out_date: stage.day(52),
      resident_ids: [leaving],
    });
    expect(await party(leaving)).toMatchObject({ move_out: stage.day(52) });
    expect(await party(staying)).not.toHaveProperty('move_out');

    // Where a PMS takes no move-out, the case goes to a person; the sandbox does take it.
    const handed = await taking(0, () =>
      agent.ok('escalate_to_staff', {
        request_id: requestId('lease'),
        reason: 'unsupported',
        urgency: 'today',
        summary: 'AppFolio has no move-out write',
        record_id: shared.id,
      }),
    );
    expect(handed).toMatchObject({ state: 'open', urgency: 'today', about: { kind: 'lease', record_id: shared.id } });
  });

  it('changes nothing where the person says no', async () => {
    const lease = first(
      books.lease,
      ({ status, parties, term }) => status === 'current' && term === 'fixed' && parties.length === 1,
    );
    const { leases } = await agent.ok('list_leases', { lease_id: lease.id });
    const request = {
      request_id: requestId('lease'),
      lease_id: lease.id,
      version: first<Lease>(leases).version,
      action: 'give_notice',
      notice_date: stage.day(0),
      move_out_date: stage.day(60),
    };
    const waiting = await agent.ok<{ write: Write }>('update_lease', request);
    await taking(0, () => decide('reject', waiting.write.write_id));
    const { writes } = await agent.ok<{ writes: Write[] }>('list_writes', { request_id: request.request_id });
    expect(writes).toMatchObject([{ state: 'rejected' }]);
    expect((await stage.pms.get('lease', '', lease.id))?.status).toBe('current');
  });
});

describe('13: a resident with new contact details, who says STOP', () => {
  it('changes them once the person was checked, asks for consent anew, and takes the opt-out', async () => {
    const known = first(
      books.resident,
      ({ status, phones, emails, consents }) =>
        status === 'current' && phones.length > 0 && emails.length > 0 && consents[0]?.state === 'granted',
    );
    const desk = await stage.agent('leasing_agent', 'resident desk', '--scope', 'residents:write');
    const { candidates } = await desk.ok('search_portfolio', { query: known.name, kinds: ['resident'] });
    const { resident_id } = first<{ resident_id: string }>(candidates, (one) => one.resident_id === known.id);
    const { resident } = await desk.ok('get_resident', { resident_id });
    const change = { resident_id, version: resident.version, phone: '(512) 555-0200', email: 'm@example.com' };
    const unchecked = await taking(0, () =>
      desk.refused('update_resident', { request_id: requestId('contact'), ...change }),
    );
    expect(unchecked).toMatchObject({ code: 'invalid_input', field: 'verified_by' });
    const changed = await taking(1, () =>
      desk.done('update_resident', { request_id: requestId('contact'), ...change, verified_by: 'one_time_code' }),
    );
    expect(changed.ask_consent_again).toContain('sms');
    expect(changed.old_contact_told).toBe('no');
    const kept = await stage.pms.get('resident', '', resident_id);
    expect(kept?.phones[0]?.number).toBe('+15125550200');
    expect(kept?.emails[0]).toBe('m@example.com');

    const stale = await taking(0, () =>
      desk.refused('update_resident', {
        request_id: requestId('contact'),
        ...change,
        phone: '+15125550199',
        verified_by: 'one_time_code',
      }),
    );
    expect(stale.code).toBe('conflict');

    const stopped = await taking(1, () =>
      desk.done('record_communication', {
        request_id: requestId('contact'),
        channel: 'sms',
        direction: 'inbound',
        resident_id,
        summary: 'STOP',
        consent: 'revoked',
      }),
    );
    expect(stopped.consent).toEqual({ channel: 'sms', state: 'revoked' });
    const after = await stage.pms.get('resident', '', resident_id);
    expect(after?.consents.find(({ channel }) => channel === 'sms')?.state).toBe('revoked');
    const shown = await desk.ok('get_resident', { resident_id });
    expect(JSON.stringify(shown.contact)).toContain('revoked');
  });
});
