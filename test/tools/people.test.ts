import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxState } from '../../src/connectors/sandbox/connector.ts';
import type { Resident } from '../../src/model/records.ts';
import getResident from '../../tools/get-resident.ts';
import getUnit from '../../tools/get-unit.ts';
import recordCommunication from '../../tools/record-communication.ts';
import searchPortfolio from '../../tools/search-portfolio.ts';
import updateResident from '../../tools/update-resident.ts';
import { CONNECTION, first, type Harness, NOW, openHarness } from './harness.ts';

const TOOLS = [searchPortfolio, getUnit, getResident, updateResident, recordCommunication];
const MANAGER = 'property_manager';

let h: Harness;
let state: SandboxState;
beforeAll(async () => {
  h = await openHarness({ tools: TOOLS, units: 150 });
  state = await h.sandbox.state();
});
afterAll(async () => {
  expect(h.troubles).toEqual([]);
  await h.close();
});

const used = new Set<string>();

/** A resident as seeded whom no other test has, whose name nobody shares, with a phone and an e-mail address. */
function somebody(fits: (resident: Resident) => boolean = () => true): Resident {
  const resident = first(
    state.resident,
    (one) =>
      !used.has(one.id) &&
      one.status === 'current' &&
      one.phones.length > 0 &&
      one.emails.length > 0 &&
      one.unit_id !== undefined &&
      state.resident.filter(({ name }) => name === one.name).length === 1 &&
      fits(one),
  );
  used.add(resident.id);
  return resident;
}

async function notices(kind: string): Promise<Record<string, unknown>[]> {
  const rows = await h.store.ledger.selectFrom('notifications').selectAll().where('kind', '=', kind).execute();
  return rows.map(
    ({ notification_id, body_sealed }) =>
      JSON.parse(h.keyring.open(body_sealed, `notification:${notification_id}`)) as Record<string, unknown>,
  );
}

describe('search_portfolio', () => {
  it('finds a person with ids for the next calls, and nothing that they could be called with', async () => {
    const resident = somebody();
    const unit = first(state.unit, ({ id }) => id === resident.unit_id);
    const answer = await h.call(MANAGER, 'search_portfolio', { query: `${resident.name} ${unit.name}` });
    const [best] = answer.structured['candidates'] as Record<string, unknown>[];
    expect(best).toMatchObject({ kind: 'resident', resident_id: resident.id, unit_id: unit.id });
    expect(best?.['phone']).toMatch(/^\+1 \d{3} \*\*\* \*\*\d\d$/);
    expect(best?.['email']).toMatch(/^.\*\*\*@.\*\*\*\.(com|org|net)$/);
    const lease = state.lease.find(
      ({ unit_id, parties, status }) =>
        unit_id === unit.id && status === 'current' && parties.some((party) => party.resident_id === resident.id),
    );
    if (lease !== undefined) expect(best?.['lease_ids']).toEqual([lease.id]);
    const everything = JSON.stringify(answer);
    expect(everything).not.toContain(resident.phones[0]?.number);
    expect(everything).not.toContain(resident.emails[0]);
  });

  it('has the ids in its text as well, for hosts that show a model nothing else', async () => {
    const resident = somebody();
    const { text } = await h.call(MANAGER, 'search_portfolio', { query: resident.name });
    expect(text).toContain(`resident_id ${resident.id}`);
    expect(text).toContain(`unit_id ${resident.unit_id}`);
  });

  it('asks instead of guessing, and that is no error', async () => {
    const names = state.resident.filter(({ status }) => status === 'current').map(({ last_name }) => last_name);
    const shared = first(names, (name) => name !== undefined && names.filter((other) => other === name).length > 1);
    const result = await h.ok(MANAGER, 'search_portfolio', { query: shared, kinds: ['resident'] });
    expect(result).toMatchObject({ found: 'several', question: expect.stringMatching(/\?$/) });
    expect(result.candidates.length).toBeGreaterThan(1);
    expect(await h.ok(MANAGER, 'search_portfolio', { query: 'Xyzzy Plugh' })).toMatchObject({
      found: 'none',
      candidates: [],
    });
  });

  it('recognises the caller by the number that calls', async () => {
    const resident = somebody(
      ({ phones }) => state.resident.filter((one) => one.phones[0]?.number === phones[0]?.number).length === 1,
    );
    const result = await h.ok(MANAGER, 'search_portfolio', {
      query: resident.first_name ?? resident.name,
      caller_phone: resident.phones[0]?.number,
      kinds: ['resident'],
    });
    expect(result.candidates[0]).toMatchObject({ resident_id: resident.id });
    expect(result.candidates[0].matched).toContain('caller_phone');
  });

  it('shows nobody of another property under a pin', async () => {
    const resident = somebody();
    const other = first(state.property, ({ id }) => id !== resident.property_id);
    const pinned = { role: MANAGER, pins: [other.id] } as const;
    const query = { query: `${resident.name}`, caller_phone: resident.phones[0]?.number };
    const result = await h.ok(pinned, 'search_portfolio', query);
    expect(JSON.stringify(result)).not.toContain(resident.id);
    expect(result.candidates.every((one: { property_id?: string }) => (one.property_id ?? other.id) === other.id)).toBe(
      true,
    );
    expect(await h.refused(pinned, 'get_resident', { resident_id: resident.id })).toMatchObject({
      code: 'not_found',
      field: 'resident_id',
    });
  });
});

describe('get_unit', () => {
  it('shows every lease that is active, and asks whose it is where there are two', async () => {
    const active = (unit_id: string) =>
      state.lease.filter(
        (lease) => lease.unit_id === unit_id && ['current', 'notice', 'eviction'].includes(lease.status),
      );
    const unit = first(state.unit, ({ id }) => active(id).length === 2);
    const result = await h.ok('maintenance_agent', 'get_unit', { unit_id: unit.id });
    const shown = result.leases.filter(({ status }: { status: string }) => status !== 'future');
    expect(shown.map(({ lease_id }: { lease_id: string }) => lease_id).sort()).toEqual(
      active(unit.id)
        .map(({ id }) => id)
        .sort(),
    );
    expect(shown.every(({ residents }: { residents: unknown[] }) => residents.length > 0)).toBe(true);
    expect(result.several_households).toContain('2 leases');
  });

  it('shows what a technician at the door needs, and how old the reading is', async () => {
    const order = first(state.work_order, (one) => one.unit_id !== undefined && one.status === 'new');
    const unit = first(state.unit, ({ id }) => id === order.unit_id);
    const property = first(state.property, ({ id }) => id === unit.property_id);
    const result = await h.ok('maintenance_agent', 'get_unit', { unit_id: unit.id });
    expect(result.unit).toMatchObject({ unit_id: unit.id, name: unit.name, property: property.name });
    expect(result.unit.address).toContain(property.address.city);
    expect(result.access.entry_rule).toBe(property.entry_rule);
    expect(result.open_work_orders.map((one: { work_order_id: string }) => one.work_order_id)).toContain(order.id);
    expect(result.preferred_vendors.length).toBeGreaterThan(0);
    expect(result.preferred_vendors.map((one: { preferred_for: string }) => one.preferred_for)).toEqual(
      result.preferred_vendors
        .map((one: { preferred_for: string }) => one.preferred_for)
        .toSorted()
        .toReversed(),
    );
    expect(result).toMatchObject({ as_of: new Date(NOW).toISOString(), stale: false });
    expect(JSON.stringify(result)).not.toMatch(/"rent"/);
  });
});

describe('get_resident', () => {
  it.each([
    ['2026-11-24T15:00:00.000Z', true, undefined],
    ['2026-11-25T03:59:00.000Z', true, undefined],
    ['2026-11-25T04:00:00.000Z', false, '2026-11-25T08:00'],
    ['2026-11-24T14:59:00.000Z', false, '2026-11-24T08:00'],
  ])('at %s says whether a call is in order in Denver', async (instant, allowed, from) => {
    const denver = first(state.property, ({ time_zone }) => time_zone === 'America/Denver');
    const resident = somebody(({ property_id, consents }) => property_id === denver.id && consents.length === 0);
    h.time.now = Date.parse(instant);
    try {
      const { contact } = await h.ok(MANAGER, 'get_resident', { resident_id: resident.id });
      const phone = first(contact.channels as { channel: string }[], ({ channel }) => channel === 'phone');
      const email = first(contact.channels as { channel: string }[], ({ channel }) => channel === 'email');
      expect(phone).toMatchObject({ may_contact_now: allowed, consent: 'not_recorded' });
      expect(email).toMatchObject({ may_contact_now: true });
      expect(contact.calls_and_texts_from).toBe(from);
    } finally {
      h.time.now = NOW;
    }
  });

  it('gives contact data in full and keeps the birth date to itself', async () => {
    const resident = somebody(({ birth_date }) => birth_date !== undefined);
    const result = await h.ok(MANAGER, 'get_resident', { resident_id: resident.id });
    expect(result.resident).toMatchObject({ phones: resident.phones, emails: resident.emails });
    expect(result.leases.length).toBeGreaterThan(0);
    expect(result.handling).toContain('personal data');
    expect(JSON.stringify(result)).not.toContain(resident.birth_date);
  });
});

describe('update_resident', () => {
  const verified = { verified_by: 'one_time_code' } as const;
  const versionOf = async (id: string) =>
    (await h.ok(MANAGER, 'get_resident', { resident_id: id })).resident.version as string;

  it('replaces the contact in use, proves it, and tells the old one by ids', async () => {
    const resident = somebody();
    const args = {
      request_id: h.requestId(),
      resident_id: resident.id,
      version: await versionOf(resident.id),
      phone: '(512) 555-0200',
      email: ' New.Name@Example.com ',
      ...verified,
    };
    const result = await h.ok(MANAGER, 'update_resident', args);
    expect(result).toMatchObject({ changed: ['phone', 'email'], old_contact_told: 'no', write: { proof: 'full' } });
    // The record has them no longer, and somebody has to tell them.
    expect(result.old_contact).toEqual([resident.phones[0]?.number, resident.emails[0]]);
    const now = await h.sandbox.get('resident', '', resident.id);
    expect(now?.phones).toEqual([
      { number: '+15125550200', type: resident.phones[0]?.type },
      ...resident.phones.slice(1),
    ]);
    expect(now?.emails).toEqual(['new.name@example.com', ...resident.emails.slice(1)]);
    const told = await notices('resident.contact_changed');
    expect(told).toMatchObject([{ record_id: resident.id, changed: ['phone', 'email'], verified_by: 'one_time_code' }]);
    expect(JSON.stringify(told)).not.toMatch(/@/);
    expect(JSON.stringify(told)).not.toContain(resident.phones[0]?.number);
    expect((await h.ok(MANAGER, 'update_resident', args)).write).toMatchObject({ replayed: true });
    expect(await notices('resident.contact_changed')).toHaveLength(1);
  });

  it('refuses a change that rests on an old reading, with both values', async () => {
    const resident = somebody();
    const version = await versionOf(resident.id);
    await h.sandbox.asStaff().change('resident', resident.id, { emails: ['other@example.com'] });
    const base = { resident_id: resident.id, version, ...verified };
    const error = await h.refused(MANAGER, 'update_resident', {
      ...base,
      request_id: h.requestId(),
      email: 'mine@example.com',
    });
    expect(error).toMatchObject({ code: 'conflict', field: 'version' });
    expect(error.details?.['changed']).toEqual({
      emails: { you_saw: resident.emails, now: ['other@example.com'] },
    });
    // A change elsewhere in the record does not stand in the way.
    await h.ok(MANAGER, 'update_resident', { ...base, request_id: h.requestId(), preferred_channel: 'sms' });
  });

  it.each([
    ['no change at all', {}, 'invalid_input', undefined],
    ['a number that is none', { phone: '911' }, 'invalid_input', 'phone'],
    ['an extension', { phone: '+1 512 555 0143 x12' }, 'invalid_input', 'phone'],
    ['an address that is none', { email: 'nobody' }, 'invalid_input', 'email'],
    ['a relay of a listing site', { email: 'abc@convo.zillow.com' }, 'invalid_input', 'email'],
    ['no check of who it is', { phone: '5125550201', verified_by: undefined }, 'invalid_input', 'verified_by'],
    ['an argument that does not exist', { name: 'X' }, 'invalid_input', 'name'],
  ])('refuses %s', async (_name, change, code, field) => {
    const resident = somebody();
    const before = await h.sandbox.get('resident', '', resident.id);
    const error = await h.refused(MANAGER, 'update_resident', {
      request_id: h.requestId(),
      resident_id: resident.id,
      version: await versionOf(resident.id),
      ...verified,
      ...change,
    });
    expect({ code: error.code, field: error.field }).toEqual({ code, field });
    expect(await h.sandbox.get('resident', '', resident.id)).toEqual(before);
  });

  it('does not take a known phone for a proof where no phone is known', async () => {
    const resident = somebody();
    await h.sandbox.asStaff().change('resident', resident.id, { phones: [] });
    await h.records.readThrough(CONNECTION, 'resident', '', resident.id);
    const error = await h.refused(MANAGER, 'update_resident', {
      request_id: h.requestId(),
      resident_id: resident.id,
      version: await versionOf(resident.id),
      phone: '5125550202',
      verified_by: 'known_phone',
    });
    expect(error).toMatchObject({ code: 'not_permitted', field: 'verified_by' });
    await h.sandbox.asStaff().change('resident', resident.id, { phones: resident.phones });
  });
});

describe('record_communication', () => {
  const log = (more: object) => ({
    request_id: h.requestId(),
    channel: 'sms',
    direction: 'inbound',
    summary: 'STOP',
    ...more,
  });

  it('honours an opt-out at once', async () => {
    const resident = somebody();
    const result = await h.ok(
      'maintenance_agent',
      'record_communication',
      log({ resident_id: resident.id, consent: 'revoked' }),
    );
    expect(result).toMatchObject({ consent: { channel: 'sms', state: 'revoked' }, write: { state: 'done' } });
    expect(result.suggestion).toBeUndefined();
    const seen = await h.ok(MANAGER, 'get_resident', { resident_id: resident.id });
    const sms = first(seen.contact.channels as { channel: string }[], ({ channel }) => channel === 'sms');
    expect(sms).toMatchObject({ may_contact_now: false, consent: 'revoked', why: 'opted out on 2026-11-24' });
    expect(seen.recent_communications[0]).toMatchObject({ channel: 'sms', direction: 'inbound', summary: 'STOP' });
  });

  it('keeps a prospect’s consent on the guest card, and nothing that fair housing protects', async () => {
    const card = first(state.guest_card);
    const result = await h.ok(
      'leasing_agent',
      'record_communication',
      log({
        channel: 'email',
        guest_card_id: card.id,
        consent: 'granted',
        summary: 'Wants the newsletter. She is pregnant.',
      }),
    );
    expect(result.left_out.length).toBeGreaterThan(0);
    const after = await h.sandbox.get('guest_card', '', card.id);
    expect(after?.consents).toContainEqual(expect.objectContaining({ channel: 'email', state: 'granted' }));
    const logged = await h.sandbox.get('communication', '', result.write.record_id);
    expect(logged?.property_id).toBe(card.property_id);
    expect(logged?.summary).not.toMatch(/pregnant/i);
  });

  it.each([
    ['STOP', true],
    ['Stop.', true],
    ['please stop texting me', true],
    ['Resident answered STOP', true],
    ["don't ever contact me again", true],
    ['unsubscribe', true],
    ['take me off your list', true],
    ['The leak does not stop', false],
    ['WATER DOES NOT STOP', false],
    ['Please call me back', false],
    ['can we cancel the visit on Friday?', false],
  ])('of «%s» says whether it may be an opt-out: %s', async (summary, isOptOut) => {
    const resident = somebody();
    const result = await h.ok('maintenance_agent', 'record_communication', log({ resident_id: resident.id, summary }));
    expect(result.suggestion !== undefined).toBe(isOptOut);
  });

  it('is about somebody, at one property, on a channel that has consent', async () => {
    const resident = somebody();
    const elsewhere = first(state.work_order, ({ property_id }) => property_id !== resident.property_id);
    const vendor = first(state.vendor);
    const cases: [object, string][] = [
      [{}, 'resident_id'],
      [{ resident_id: resident.id, work_order_id: elsewhere.id }, 'work_order_id'],
      [{ vendor_id: vendor.id, consent: 'revoked' }, 'consent'],
      [{ resident_id: resident.id, channel: 'chat', consent: 'revoked' }, 'consent'],
      [{ resident_id: 'nobody' }, 'resident_id'],
      [{ resident_id: resident.id, channel: 'fax' }, 'channel'],
    ];
    const before = (await h.sandbox.effects()).length;
    for (const [more, field] of cases)
      expect(await h.refused('maintenance_agent', 'record_communication', log(more))).toMatchObject({ field });
    expect(await h.sandbox.effects()).toHaveLength(before);
    const result = await h.ok(
      'maintenance_agent',
      'record_communication',
      log({ vendor_id: vendor.id, summary: 'On his way' }),
    );
    expect(result.write).toMatchObject({ state: 'done', proof: 'full' });
  });
});
