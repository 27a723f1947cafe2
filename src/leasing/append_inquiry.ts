import type { CommandOf } from '../model/commands.ts';
import type { GuestCard } from '../model/records.ts';
import type { Consent, Phone } from '../model/values.ts';
import type { ReadInquiry } from './inquiry.ts';

/** What an inquiry says about the home that is looked for; the latest word counts. */
export interface Interest {
  unit_id?: string | undefined;
  bedrooms?: number | undefined;
  rent_max?: number | undefined;
  move_in_date?: string | undefined;
  occupants?: number | undefined;
}

/** Somebody whose number, address and name are all unknown still gets a card, and is called what is known. */
const NO_NAME = '(no name given)';

const DAY_MS = 86_400_000;

/** The command that makes a card of an inquiry. */
export function newCard(
  property_id: string,
  inquiry: ReadInquiry,
  interest: Interest,
  consents: readonly Consent[],
): CommandOf<'create_guest_card'> {
  const nameless = inquiry.phone === undefined && inquiry.email === undefined ? NO_NAME : undefined;
  const name = inquiry.name ?? nameless;
  return {
    kind: 'create_guest_card',
    property_id,
    source: inquiry.source,
    ...(name !== undefined && { name }),
    ...(inquiry.phone !== undefined && { phones: [phoneOf(inquiry.phone)] }),
    ...(inquiry.email !== undefined && { emails: [inquiry.email] }),
    ...(interest.unit_id !== undefined && { unit_ids: [interest.unit_id] }),
    ...wishes(inquiry, interest),
    touch: inquiry.touch,
    consents: [...consents],
  };
}

/**
 * The command that adds an inquiry to the card of the same person. The first source and the name stay; another name is
 * kept with the message, because two people of one household share a number. Whoever was lost is in contact again.
 */
export function addToCard(
  card: GuestCard,
  inquiry: ReadInquiry,
  interest: Interest,
  consents: readonly Consent[] | undefined,
): CommandOf<'update_guest_card'> {
  const { phone, email, name } = inquiry;
  const units = interest.unit_id === undefined ? [] : [interest.unit_id];
  return {
    kind: 'update_guest_card',
    guest_card_id: card.id,
    property_id: card.property_id,
    ...(card.name === undefined && name !== undefined && { name }),
    ...(phone !== undefined &&
      !card.phones.some(({ number }) => number === phone) && { phones: [...card.phones, phoneOf(phone)] }),
    ...(email !== undefined && !card.emails.includes(email) && { emails: [...card.emails, email] }),
    ...(units.some((id) => !card.unit_ids.includes(id)) && { unit_ids: [...card.unit_ids, ...units] }),
    ...wishes(inquiry, interest),
    ...(card.status === 'lost' && { status: 'contacted' as const }),
    latest_source: inquiry.source,
    touch: touchFor(card, inquiry),
    ...(consents !== undefined && { consents: [...consents] }),
  };
}

/** Whether the card has this very inquiry already: the same words from the same source within a day. */
export function hasInquiry(card: GuestCard, inquiry: ReadInquiry): boolean {
  const { at, source, message } = touchFor(card, inquiry);
  return card.touches.some(
    (touch) =>
      touch.source === source &&
      (touch.message ?? '') === (message ?? '') &&
      Math.abs(Date.parse(touch.at) - Date.parse(at)) < DAY_MS,
  );
}

function touchFor(card: GuestCard, { touch, name }: ReadInquiry): ReadInquiry['touch'] {
  if (name === undefined || card.name === undefined || fold(name) === fold(card.name)) return touch;
  const lines = [...(touch.message === undefined ? [] : [touch.message]), `Name given: ${name}`];
  return { ...touch, message: lines.join('\n') };
}

function wishes(inquiry: ReadInquiry, { bedrooms, rent_max, move_in_date, occupants }: Interest) {
  return {
    ...(bedrooms !== undefined && { bedrooms }),
    ...(rent_max !== undefined && { rent_max }),
    ...(move_in_date !== undefined && { move_in_date }),
    ...(occupants !== undefined && { occupants }),
    ...(inquiry.pets !== undefined && { pets: inquiry.pets }),
  };
}

function phoneOf(number: string): Phone {
  return { number, type: 'other' };
}

function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}
