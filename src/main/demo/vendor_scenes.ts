import type { RecordKind } from '../../model/records.ts';
import type { Expectations } from './expectations.ts';
import { firstThat, needed } from './scene.ts';
import type { VendorStage } from './vendor_stage.ts';
import { zillowLead } from './zillow_lead.ts';

/*
 * The same days as with the embedded PMS, told of any vendor's: what its connection says of a command is what has to
 * happen. Nothing here knows a vendor.
 */

/** What earlier scenes left behind for later ones. */
export interface VendorSoFar {
  work_order_id?: string;
  vendor_id?: string;
}

export interface VendorScene {
  day: string;
  title: string;
  play(stage: VendorStage, expect: Expectations, soFar: VendorSoFar): Promise<void>;
}

interface Home {
  property_id: string;
  unit_id: string;
  lease_id: string;
  resident_id: string;
  version: string;
}

/**
 * A home that somebody lives in, with the ids by which tools know it: where the PMS has ids per site or property, they
 * carry its name in front.
 */
async function someHome(stage: VendorStage, skip = 0): Promise<Home> {
  const { leasing, state } = stage;
  const living = ((await state()).lease ?? []).filter(
    ({ status, parties }) => status === 'current' && parties.every(({ move_out }) => move_out === undefined),
  );
  const listed = (await leasing.ask('list_leases', { status: 'current' }, 'who lives where')).list('leases');
  const homes = living.flatMap(({ id, property_id, unit_id, parties }): Home[] => {
    const shown = listed.find(({ lease_id }) => lease_id === id || String(lease_id).endsWith(`:${id}`));
    if (shown === undefined || parties[0] === undefined) return [];
    const prefix = String(shown['lease_id']).slice(0, -id.length);
    const ref = (one: string) => `${prefix}${one}`;
    return [
      {
        ...{ property_id: ref(property_id), unit_id: ref(unit_id), lease_id: ref(id) },
        ...{ resident_id: ref(parties[0].resident_id), version: String(shown['version']) },
      },
    ];
  });
  return firstThat(homes.slice(skip), () => true, 'home that somebody lives in');
}

/** Whether the PMS itself shows a record; ids may be put together of the PMS's own. */
async function isIn(stage: VendorStage, kind: RecordKind, id: string): Promise<boolean> {
  const records = ((await stage.state())[kind] ?? []) as { id: string }[];
  return records.some((record) => id === record.id || id.endsWith(`.${record.id}`) || id.endsWith(`:${record.id}`));
}

const checked: VendorScene = {
  day: 'Day one',
  title: 'Before anything else: what the connection can do, and what stands in its way',
  async play({ owner, pms }, expect) {
    const check = await owner.run('connections', 'check');
    expect.that(`the connection to ${pms} is checked`, check.said.length > 0, check);
  },
};

const emergency: VendorScene = {
  day: 'Night one',
  title: '2 AM: water pours from the ceiling',
  async play(stage, expect, soFar) {
    const { maintenance } = stage;
    const { property_id, unit_id, resident_id } = await someHome(stage);
    const report = {
      ...{ request_id: 'call-0207-work-order', property_id, unit_id, resident_id },
      description: 'Water pouring from the ceiling, I think a pipe burst upstairs — unit “½”, O’Neill-Núñez',
      entry: 'call_first',
    };
    const ask = () => maintenance.ask('create_work_order', report, report.description);
    const made = await stage.carryOut(expect, { kind: 'create_work_order', risk: 'write', what: 'the report', ask });
    if (made === undefined) return;
    expect.equal('severity of water through the ceiling', made.at('work_order.severity'), 'emergency');
    expect.equal('entry, as it was said', made.at('work_order.entry'), 'call_first');
    const id = made.need('work_order.work_order_id');
    if (stage.can('create_work_order').support !== 'sidecar')
      expect.that(`${stage.pms} shows the work order`, await isIn(stage, 'work_order', id), id);
    const again = await maintenance.ask('create_work_order', report, 'once more, its answer got lost');
    expect.equal('the retry is told so', again.at('write.replayed'), true);
    expect.equal('the retry names the same work order', again.at('work_order.work_order_id'), id);
    soFar.work_order_id = id;
  },
};

const dispatch: VendorScene = {
  day: 'Night one',
  title: 'Somebody is sent, whose insurance holds',
  async play(stage, expect, soFar) {
    const { maintenance, owner, day } = stage;
    const work_order_id = needed(soFar.work_order_id);
    const own = (await stage.state()).vendor?.find(({ is_active, do_not_use }) => is_active && !do_not_use);
    const id = own?.id ?? 'rapid-rooter';
    // Where the PMS has no vendors, the whole of them is kept beside it.
    const whole = own === undefined ? ['--name', 'Rapid Rooter Plumbing', '--phones', '512-555-0143'] : [];
    const until = day(300);
    const kept = await owner.run(
      ...['vendors', 'set', id, ...whole, '--evidence', 'certificates in the office', '--trades', 'plumbing;general'],
      ...['--general-liability-expires', until, '--workers-comp-expires', until, '--w9-on-file', 'yes'],
      ...['--licences', `plumbing:4711::${until}`, '--rank', '1'],
    );
    expect.equal('exit code of keeping what the PMS does not hold', kept.code, 0);
    const visit_date = day(1);
    const found = await maintenance.ask('find_vendors', { work_order_id, visit_date }, 'who can go');
    const candidates = found.list('candidates').map(({ vendor_id }) => String(vendor_id));
    const vendor_id = candidates.find((one) => one === id || one.endsWith(`:${id}`));
    expect.that('the vendor whose papers hold can go', vendor_id !== undefined, found.structured);
    soFar.vendor_id = vendor_id ?? id;
    const visit = { vendor_id: soFar.vendor_id, visit_start: `${visit_date}T09:15` };
    const ask = () =>
      maintenance.ask('dispatch_vendor', { request_id: 'call-0207-dispatch', work_order_id, ...visit }, 'send them');
    await stage.carryOut(expect, { kind: 'assign_work_order', risk: 'write', what: 'the dispatch', ask });
  },
};

const note: VendorScene = {
  day: 'Night one',
  title: 'What was found is written down',
  async play(stage, expect, soFar) {
    const { maintenance } = stage;
    const { property_id, unit_id } = await someHome(stage);
    const list = await maintenance.ask('list_work_orders', { unit_id }, 'how it stands');
    const order = firstThat(
      list.list('work_orders'),
      ({ work_order_id }) => work_order_id === soFar.work_order_id,
      `work order of ${unit_id} at ${property_id}`,
    );
    const change = {
      ...{ request_id: 'call-0207-progress', work_order_id: order['work_order_id'], version: order['version'] },
      ...{ status: 'in_progress', note: 'Valve closed, ceiling opened; the part comes on Friday.' },
    };
    const ask = () => maintenance.ask('update_work_order', change, 'the valve is closed');
    await stage.carryOut(expect, { kind: 'update_work_order', risk: 'write', what: 'the note', ask });
  },
};

const lead: VendorScene = {
  day: 'Day two',
  title: 'A lead from Zillow, as it came',
  async play(stage, expect) {
    const { leasing, day } = stage;
    const { card, body } = zillowLead();
    stage.tell(`in comes ${body}`);
    const { property_id, unit_id } = await someHome(stage);
    const made = await stage.carryOut(expect, {
      ...{ kind: 'create_guest_card', risk: 'write', what: 'the lead' },
      ask: () =>
        leasing.ask(
          'create_guest_card',
          { request_id: 'zillow-lead-guest-card', property_id, unit_id, ...card },
          String(card['name']),
        ),
    });
    if (made === undefined) return;
    const guest_card_id = made.need('guest_card.guest_card_id');
    const found = await leasing.ask('search_guest_cards', { query: String(card['name']) }, 'is it there');
    const ids = found.list('guest_cards').map((one) => one['guest_card_id']);
    expect.that('the guest card is found again', ids.includes(guest_card_id), found.structured);
    const times = await leasing.ask('find_tour_slots', { unit_id, from_date: day(2) }, 'when can it be shown');
    const [slot] = times.list('slots');
    if (slot === undefined) {
      expect.that('why there is no time for a tour is said', times.text.length > 0);
      return;
    }
    await stage.carryOut(expect, {
      ...{ kind: 'schedule_tour', risk: 'write', what: 'the tour' },
      ask: () =>
        leasing.ask(
          'schedule_tour',
          { request_id: 'zillow-lead-tour-booked', guest_card_id, slot_id: slot['slot_id'] },
          String(slot['spoken']),
        ),
    });
  },
};

const resident: VendorScene = {
  day: 'Day two',
  title: 'A resident has a new number',
  async play(stage, expect) {
    const { manager } = stage;
    const { resident_id } = await someHome(stage);
    const known = await manager.ask('get_resident', { resident_id }, 'who is it');
    const change = { phone: '+15125550199', verified_by: 'in_person' };
    const version = known.need('resident.version');
    await stage.carryOut(expect, {
      ...{ kind: 'update_resident', risk: 'write', what: 'the new number' },
      ask: () =>
        manager.ask(
          'update_resident',
          { request_id: 'new-number-of-resident', resident_id, version, ...change },
          'a new number',
        ),
    });
  },
};

const charge: VendorScene = {
  day: 'Day three',
  title: 'A charge, and what becomes of it when it was wrong',
  async play(stage, expect) {
    const { bookkeeper, day } = stage;
    const { lease_id, property_id } = await someHome(stage);
    const codes = await bookkeeper.ask(
      'list_gl_accounts',
      { property_id, usage: 'resident_charge' },
      'what may be charged',
    );
    const account_id = codes.list('accounts')[0]?.['account_id'] ?? 'none';
    const made = await stage.carryOut(expect, {
      ...{ kind: 'post_charge', risk: 'money', what: 'the charge' },
      ask: () =>
        bookkeeper.ask(
          'post_gl_charge',
          {
            ...{ request_id: 'lost-keys-charge-1', lease_id, account_id, amount: '85.00', charge_date: day(0) },
            ...{ memo: 'New lock', reason: 'Keys were lost.' },
          },
          '85.00 for a lock',
        ),
    });
    if (made === undefined) return;
    const posting_id = made.need('charge.posting_id');
    expect.that(`${stage.pms} shows the charge`, await isIn(stage, 'ledger_entry', posting_id), posting_id);
    await stage.carryOut(expect, {
      ...{ kind: 'reverse_charge', risk: 'money', what: 'the reversal' },
      ask: () =>
        bookkeeper.ask(
          'reverse_posting',
          { request_id: 'lost-keys-credit-1', kind: 'charge', posting_id, reason: 'The keys were found.' },
          'the keys were found',
        ),
    });
  },
};

const books: VendorScene = {
  day: 'Day three',
  title: 'A bill and a journal entry',
  async play(stage, expect, soFar) {
    const { bookkeeper, day } = stage;
    const { property_id } = await someHome(stage);
    const chart = await bookkeeper.ask('list_gl_accounts', { property_id, usage: 'bill' }, 'what repairs go to');
    const [first, second] = chart.list('accounts').map((one) => one['account_id']);
    const vendor_id = needed(soFar.vendor_id);
    const bill = {
      ...{ request_id: 'invoice-2041-vendor-bill', vendor_id, invoice_number: 'INV-2041', invoice_date: day(-1) },
      ...{
        due_date: day(30),
        total: '780.00',
        lines: [{ account_id: first ?? 'none', amount: '780.00', property_id }],
      },
    };
    await stage.carryOut(expect, {
      ...{ kind: 'post_bill', risk: 'money', what: 'the bill' },
      ask: () => bookkeeper.ask('post_vendor_bill', bill, 'invoice INV-2041 over 780.00'),
    });
    const entry = {
      ...{
        request_id: 'move-to-other-account',
        property_id,
        entry_date: day(0),
        memo: 'Moves a repair to where it belongs',
      },
      lines: [
        { account_id: first ?? 'none', credit: '42.00' },
        { account_id: second ?? 'none', debit: '42.00' },
      ],
    };
    await stage.carryOut(expect, {
      ...{ kind: 'post_journal_entry', risk: 'money', what: 'the journal entry' },
      ask: () => bookkeeper.ask('post_journal_entry', entry, '42.00 to another account'),
    });
  },
};

const notice: VendorScene = {
  day: 'Day three',
  title: 'Somebody moves out',
  async play(stage, expect) {
    const { leasing, day } = stage;
    const { lease_id, version } = await someHome(stage, 1);
    const change = {
      ...{ request_id: 'notice-of-move-out-1', lease_id, version, action: 'give_notice' },
      ...{ notice_date: day(0), move_out_date: day(60) },
    };
    await stage.carryOut(expect, {
      ...{ kind: 'update_lease', risk: 'legal', what: 'the notice' },
      ask: () => leasing.ask('update_lease', change, 'they leave in two months'),
    });
  },
};

export const VENDOR_SCENES: readonly VendorScene[] = [
  ...[checked, emergency, dispatch, note, lead, resident, charge, books, notice],
];
