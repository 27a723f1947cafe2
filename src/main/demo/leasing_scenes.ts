import { expectRefusal, firstThat, type Scene } from './scene.ts';
import { PROPERTY } from './stage.ts';
import { zillowLead } from './zillow_lead.ts';

const ANSWER_MS = 60_000;

const leadToTour: Scene = {
  day: 'Day two',
  title: 'A lead from Zillow, as it came, is answered and shown a home',
  async play({ leasing, pms, day, tell }, expect) {
    const lead = zillowLead();
    const came = performance.now();
    tell(`in comes ${lead.body}`);
    // Which listing is which home, the manager's own listing feed knows; here it is one of the size that was asked for.
    const free = await leasing.ask(
      'find_available_units',
      { bedrooms_min: lead.bedrooms },
      `${lead.bedrooms} bedrooms, for listing ${lead.listing_id}`,
    );
    const home = firstThat(
      free.list('units'),
      (one) => Array.isArray(one['next_tours']) && one['next_tours'].length > 0,
      'home that can be shown',
    );
    const { unit_id, property_id } = home;

    const made = await leasing.ask(
      'create_guest_card',
      { request_id: 'zillow-lead-guest-card', property_id, unit_id, ...lead.card },
      `${String(lead.card['name'])}: "${String(lead.card['message'])}"`,
    );
    expect.equal('the guest card is made', made.state, 'done');
    await pms.changed(expect, 1, 'the lead');
    const guest_card_id = made.need('guest_card.guest_card_id');
    const card = await pms.record('guest_card', guest_card_id);
    expect.equal('name in the PMS', card.name, lead.card['name']);
    expect.equal('source in the PMS', card.source, 'Zillow');
    expect.that('e-mail in the PMS', card.emails.includes(String(lead.card['email'])), card.emails);

    const slots = await leasing.ask(
      'find_tour_slots',
      { unit_id, from_date: day(1) },
      `when can ${String(home['unit'])} be shown`,
    );
    const [slot, other] = slots.list('slots');
    if (slot === undefined || other === undefined) throw new Error('there are no tour times');
    const answered = await leasing.ask(
      'record_communication',
      {
        request_id: 'zillow-lead-answered',
        channel: 'email',
        direction: 'outbound',
        guest_card_id,
        summary: `Offered ${String(home['unit'])} at ${String(home['rent'])}: ${String(slot['spoken'])} or ${String(other['spoken'])}.`,
      },
      'the answer that was sent, with two times',
    );
    expect.equal('the answer is logged', answered.state, 'done');
    expect.that('the lead is answered within a minute', performance.now() - came < ANSWER_MS);
    await pms.changed(expect, 1, 'the answer');

    const booking = { unit_id, slot_id: slot['slot_id'] };
    const booked = await leasing.ask(
      'schedule_tour',
      { request_id: 'zillow-lead-tour', guest_card_id, ...booking },
      'the first of them',
    );
    expect.equal('the tour is booked', booked.state, 'done');
    await pms.changed(expect, 1, 'the tour');
    const tour = await pms.record('tour', booked.need('tour.tour_id'));
    expect.equal('status of the tour in the PMS', tour.status, 'scheduled');
    expect.equal('prospect of the tour in the PMS', tour.guest_card_id, guest_card_id);

    const second = await leasing.ask(
      'create_guest_card',
      {
        request_id: 'walk-in-guest-card',
        property_id,
        unit_id,
        name: 'Pat Example',
        phone: '+15125550166',
        source: 'Walk-in',
      },
      'a walk-in likes it too',
    );
    await pms.changed(expect, 1, 'the walk-in');
    const clash = await leasing.ask(
      'schedule_tour',
      { request_id: 'walk-in-tour-same-slot', guest_card_id: second.need('guest_card.guest_card_id'), ...booking },
      'at the same time',
    );
    expectRefusal(expect, 'a second tour at that time', clash, 'slot_taken');
    const instead = clash.list('error.details.next_slots').map(({ spoken }) => spoken);
    tell(`offered instead: ${instead.join('; ')}`);
    expect.equal('times offered instead', instead.length, 3);
    await pms.changed(expect, 0, 'the refused tour');
  },
};

const renewal: Scene = {
  day: 'Day three',
  title: 'A lease renewal is always decided by a person',
  async play({ leasing, manager, pms, day }, expect) {
    const ending = await leasing.ask(
      'list_leases',
      { property_id: PROPERTY, status: 'current', ends_from: day(0), ends_to: day(120) },
      'leases that end in the next four months',
    );
    const { lease_id } = firstThat(
      ending.list('leases'),
      (one) => Number(one['open_offers']) > 0,
      'lease with an open offer',
    );
    const lease = await leasing.ask('list_leases', { lease_id }, 'the one that was accepted on the phone');
    const offer = firstThat(lease.list('detail.renewal_offers'), (one) => one['status'] === 'offered', 'open offer');
    const waiting = await leasing.ask(
      'update_lease',
      {
        request_id: 'lease-renewal-accept',
        lease_id,
        version: lease.need('leases.0.version'),
        action: 'accept_renewal',
        renewal_offer_id: offer['renewal_offer_id'],
      },
      `${String(offer['term_months'])} months at ${String(offer['rent'])}`,
    );
    expect.equal('the renewal waits', waiting.state, 'awaiting_approval');
    await pms.changed(expect, 0, 'what only waits');
    const decided = await manager.run('approvals', 'approve', waiting.need('write.write_id'));
    expect.equal('exit code of the approval', decided.code, 0);
    await pms.changed(expect, 1, 'the approved renewal');
    const renewed = await pms.record('lease', String(lease_id));
    expect.equal('end of the lease in the PMS', renewed.end_date, offer['end_date']);
  },
};

export const leasingScenes = { leadToTour, renewal };
