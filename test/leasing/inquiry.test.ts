import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addToCard, hasInquiry, newCard } from '../../src/leasing/append_inquiry.ts';
import { readInquiry, type GivenInquiry } from '../../src/leasing/inquiry.ts';
import { CreateGuestCard, UpdateGuestCard } from '../../src/model/commands.ts';
import { GuestCard } from '../../src/model/records.ts';

const around = {
  now: '2026-11-24T15:00:00.000Z',
  zone: 'America/Chicago',
  sources: ['Banner'],
  default_source: 'Other',
};
const read = (given: Partial<GivenInquiry>, more: Partial<typeof around> | { zone: undefined } = {}) =>
  readInquiry({ source: 'Zillow', ...given }, { ...around, ...more });

describe('readInquiry', () => {
  test.each([
    ['a number in any writing', { phone: '(512) 555-0177' }, { phone: '+15125550177' }],
    ['an extension', { phone: '512-555-0100 x7' }, { phone: '+15125550100 ext. 7' }],
    ['an address in any case', { email: ' Ana@Example.com ' }, { email: 'ana@example.com' }],
    [
      'empty form fields',
      { phone: '', email: ' ', name: '', pets: '' },
      { kept_as_text: [], touch: { source: 'Zillow' } },
    ],
    ['a source in other writing', { source: 'zillow.com' }, { source: 'Zillow', touch: { source: 'Zillow' } }],
    ["the property's own source", { source: 'BANNER' }, { source: 'Banner' }],
    ['an unknown source', { source: 'A blog' }, { source: 'Other', touch: { source: 'A blog' } }],
    ['a local time', { received_at: '2026-11-24T08:30' }, { touch: { at: '2026-11-24T14:30:00.000Z' } }],
    ['an instant', { received_at: '2026-11-24T08:30:00Z' }, { touch: { at: '2026-11-24T08:30:00.000Z' } }],
    [
      'a time to come',
      { received_at: '2027-01-01T00:00' },
      { kept_as_text: ['received_at'], touch: { at: around.now } },
    ],
    [
      'a number that cannot ring',
      { phone: 'call me' },
      { kept_as_text: ['phone'], touch: { message: 'Phone as given: call me' } },
    ],
    ['a dog', { pets: 'one dog, 20 lb' }, { pets: 'one dog, 20 lb', accommodation: false, removed: [] }],
    ['an assistance animal', { pets: 'service dog' }, { accommodation: true, removed: ['disability'] }],
  ] as const)('%s', (_, given, expected) => {
    expect(read(given)).toMatchObject(expected);
  });

  test('a local time counts only where the zone is known', () => {
    expect(read({ received_at: '2026-11-24T08:30' }, { zone: undefined }).kept_as_text).toEqual(['received_at']);
  });

  test('whatever is given, nothing that identifies the sender is lost, and a card can be made of it', () => {
    const text = fc.option(fc.string({ unit: 'binary', maxLength: 90 }), { nil: undefined });
    fc.assert(
      fc.property(text, text, text, text, (name, phone, email, received_at) => {
        const inquiry = read({ name, phone, email, received_at });
        const kept = [inquiry.touch.message, inquiry.phone, inquiry.email].join('\n');
        if (phone?.trim()) expect(inquiry.phone !== undefined || kept.includes(phone.trim())).toBe(true);
        if (email?.trim()) expect(inquiry.email !== undefined || kept.includes(email.trim())).toBe(true);
        const command = CreateGuestCard.parse(newCard('12', inquiry, {}, []));
        expect(command.name ?? command.phones?.[0] ?? command.emails?.[0]).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe('addToCard', () => {
  const card = GuestCard.parse({
    id: 'G1',
    property_id: '12',
    name: 'Ana Lopez-Ruiz',
    phones: [{ number: '+15125550177' }],
    emails: ['ana@example.com'],
    source: 'Zillow',
    status: 'lost',
    lost_reason: 'price',
    unit_ids: ['305'],
    touches: [{ at: '2026-11-24T14:00:00.000Z', source: 'Zillow', message: 'Is it free?' }],
    created_at: '2026-11-24T14:00:00.000Z',
  });

  test('names only what is new, and never the first source', () => {
    const inquiry = read({
      name: 'ana  lopez-ruiz',
      phone: '512 555 0177',
      email: 'other@example.com',
      message: 'And now?',
    });
    const command = UpdateGuestCard.parse(addToCard(card, inquiry, { unit_id: '305', bedrooms: 2 }, undefined));
    expect(command).toEqual({
      kind: 'update_guest_card',
      guest_card_id: 'G1',
      property_id: '12',
      emails: ['ana@example.com', 'other@example.com'],
      bedrooms: 2,
      status: 'contacted',
      latest_source: 'Zillow',
      touch: { at: around.now, source: 'Zillow', message: 'And now?' },
    });
  });

  test.each([
    ['the same words within a day', { message: 'Is it free?' }, true],
    ['other words', { message: 'Is it still free?' }, false],
    ['another source', { message: 'Is it free?', source: 'Phone' }, false],
    ['the same words days before', { message: 'Is it free?', received_at: '2026-11-20T08:00' }, false],
  ])('%s', (_, given, known) => {
    expect(hasInquiry(card, read(given))).toBe(known);
  });
});
