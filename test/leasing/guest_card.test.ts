import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkStatusChange, GUEST_CARD_TRANSITIONS, resolveSource } from '../../src/leasing/guest_card.ts';
import { matchGuestCard, mergeConsents } from '../../src/leasing/guest_card_match.ts';
import { GUEST_CARD_STATUSES, GuestCard } from '../../src/model/records.ts';
import type { Consent } from '../../src/model/values.ts';

let created = 0;
const card = (id: string, property_id: string, phones: string[], emails: string[], consents: Consent[] = []) =>
  GuestCard.parse({
    id,
    property_id,
    phones: phones.map((number) => ({ number })),
    emails,
    source: 'Zillow',
    status: 'new',
    consents,
    created_at: new Date(Date.UTC(2026, 10, 1) + created++ * 60_000).toISOString(),
  });
const stop: Consent = { channel: 'sms', state: 'revoked', at: '2026-11-02T00:00:00.000Z', source: 'STOP' };

describe('matchGuestCard', () => {
  const phone = card('phone', '12', ['(512) 555-0177'], []);
  const both = card('both', '12', ['+15125550177'], ['ana@example.com']);
  const relay = card('relay', '12', [], ['x@convo.zillow.com']);
  const desk = card('desk', '12', ['512-555-0100 ext. 7'], []);
  const elsewhere = card('elsewhere', '14', ['+15125550177'], [], [stop]);
  const unopted = card('unopted', '14', [], ['ana@example.com'], [stop]);

  test.each([
    ['the same phone, written otherwise', [phone], { phone: '512.555.0177' }, 'phone', []],
    ['the same e-mail in other case', [both], { email: 'ANA@example.com' }, 'both', []],
    [
      'phone and e-mail before phone',
      [phone, both],
      { phone: '5125550177', email: 'ana@example.com' },
      'both',
      [['phone', 'also_matches']],
    ],
    ['the oldest of two', [phone, both], { phone: '5125550177' }, 'phone', [['both', 'also_matches']]],
    ['a relay address is a hint only', [relay], { email: 'x@convo.zillow.com' }, undefined, [['relay', 'relay_email']]],
    [
      'a switchboard is a hint only',
      [desk],
      { phone: '512-555-0100' },
      undefined,
      [['desk', 'phone_without_extension']],
    ],
    ['the same extension is the same phone', [desk], { phone: '5125550100 x7' }, 'desk', []],
    ['another number', [both], { phone: '+15125550178' }, undefined, []],
    ['no number that could ring', [both], { phone: '???', email: 'nonsense' }, undefined, []],
    ['the same person at another property', [elsewhere], { phone: '+15125550177' }, undefined, []],
  ] as const)('%s', (_, cards, inquiry, append_to, candidates) => {
    const match = matchGuestCard(cards, { property_id: '12', ...inquiry });
    expect(match.append_to?.id).toBe(append_to);
    expect(match.candidates.map((one) => [one.card.id, one.reason])).toEqual(candidates);
  });

  test('cards elsewhere are told, and an opt-out goes with its number, not with the e-mail', () => {
    const match = matchGuestCard([elsewhere, phone], { property_id: '12', phone: '+15125550177' });
    expect(match.elsewhere).toEqual([elsewhere]);
    expect(match.opt_outs).toEqual([stop]);
    expect(matchGuestCard([unopted], { property_id: '12', email: 'ana@example.com' }).opt_outs).toEqual([]);
  });

  test('the order of the cards changes nothing', () => {
    const cards = [both, phone, relay, desk, elsewhere, unopted];
    const inquiry = { property_id: '12', phone: '+15125550177', email: 'ana@example.com' };
    fc.assert(
      fc.property(fc.shuffledSubarray(cards, { minLength: cards.length }), (shuffled) => {
        expect(matchGuestCard(shuffled, inquiry)).toEqual(matchGuestCard(cards, inquiry));
      }),
    );
  });
});

describe('mergeConsents', () => {
  const consent = (
    channel: Consent['channel'],
    state: Consent['state'],
    day: number,
    source = 'web form',
  ): Consent => ({
    channel,
    state,
    at: `2026-11-0${day}T00:00:00.000Z`,
    source,
  });

  test('the latest per channel wins, and a revocation wins a tie and stays', () => {
    expect(
      mergeConsents(
        [consent('sms', 'granted', 1), consent('email', 'revoked', 3), consent('phone', 'granted', 2)],
        [consent('sms', 'revoked', 2), consent('email', 'granted', 2), consent('phone', 'revoked', 2)],
      ),
    ).toEqual([consent('email', 'revoked', 3), consent('phone', 'revoked', 2), consent('sms', 'revoked', 2)]);
  });

  test('merging in any order and more than once gives the same', () => {
    const any = fc.array(
      fc.tuple(
        fc.constantFrom('sms' as const, 'email' as const),
        fc.constantFrom('granted' as const, 'revoked' as const),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('web form', 'phone'),
      ),
    );
    fc.assert(
      fc.property(any, any, (a, b) => {
        const [left, right] = [a.map((c) => consent(...c)), b.map((c) => consent(...c))];
        const merged = mergeConsents(left, right);
        expect(mergeConsents(right, left)).toEqual(merged);
        expect(mergeConsents(merged, right)).toEqual(merged);
      }),
    );
  });
});

test.each([
  ['Zillow', { source: 'Zillow' }],
  ['zillow.com', { source: 'Zillow' }],
  ['https://www.apartments.com/maple', { source: 'Apartments.com' }],
  ['WALK IN', { source: 'Walk-in' }],
  ['TikTok', { source: 'Other', unknown_source: 'TikTok' }],
  ['  ', { source: 'Other' }],
  ['???', { source: 'Other', unknown_source: '???' }],
])('lead source %j', (said, source) => {
  expect(resolveSource(said, ['Zillow', 'Apartments.com', 'Walk-in', 'Other'], 'Other')).toEqual(source);
});

describe('guest-card statuses', () => {
  test.each([
    ['new', { status: 'contacted' }, undefined],
    ['contacted', { status: 'contacted' }, undefined],
    ['lost', { status: 'contacted' }, undefined],
    ['new', { status: 'lost', lost_reason: 'price' }, undefined],
    ['new', { status: 'lost' }, 'invalid_input'],
    ['new', { status: 'contacted', lost_reason: 'price' }, 'invalid_input'],
    ['applied', { status: 'approved' }, 'not_permitted'],
    ['applied', { status: 'denied' }, 'not_permitted'],
    ['leased', { status: 'contacted' }, 'conflict'],
    ['applied', { status: 'new' }, 'conflict'],
  ] as const)('%s to %j: %s', (status, change, code) => {
    const refusal = checkStatusChange({ status }, change);
    expect(refusal?.code).toBe(code);
    if (refusal) expect(refusal).toMatchObject({ message: expect.stringMatching(/not/), next: expect.any(String) });
  });

  test('every status but a signed lease leads somewhere, and none to itself', () => {
    for (const status of GUEST_CARD_STATUSES) {
      expect(GUEST_CARD_TRANSITIONS[status].length > 0).toBe(status !== 'leased');
      expect(GUEST_CARD_TRANSITIONS[status]).not.toContain(status);
    }
  });
});
