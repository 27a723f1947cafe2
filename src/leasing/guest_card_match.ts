import { isRelayAddress, normaliseEmail, normalisePhone } from '../model/contact.ts';
import type { GuestCard } from '../model/records.ts';
import type { Consent } from '../model/values.ts';

export type MatchReason = 'phone' | 'email' | 'relay_email' | 'phone_without_extension' | 'also_matches';

export interface GuestCardMatch {
  /** The card at this property that the inquiry is added to; absent means a new card. */
  append_to?: GuestCard;
  /** Cards at this property that may be the same person, for a person to decide; never merged by itself. */
  candidates: { card: GuestCard; reason: MatchReason }[];
  /** Cards with the same phone or e-mail at other properties: told, never merged. */
  elsewhere: GuestCard[];
  /** Opt-outs that go with the number or the address, wherever they were given. */
  opt_outs: Consent[];
}

interface Keys {
  phone?: string;
  extension?: string;
  email?: string;
  relay?: string;
}

function keysOf(phone: string | undefined, email: string | undefined): Keys {
  const number = phone === undefined ? undefined : normalisePhone(phone);
  const address = email === undefined ? undefined : normaliseEmail(email);
  return {
    ...(number && { phone: number.number }),
    ...(number?.extension && { extension: number.extension }),
    ...(address && (isRelayAddress(address) ? { relay: address } : { email: address })),
  };
}

interface Sameness {
  phone: boolean;
  /** The same switchboard, but not the same extension. */
  switchboard: boolean;
  email: boolean;
  relay: boolean;
}

function compare(card: GuestCard, asked: Keys): Sameness {
  const phones = card.phones.map((phone) => keysOf(phone.number, undefined));
  const emails = card.emails.map((email) => keysOf(undefined, email));
  const line = asked.phone === undefined ? [] : phones.filter((key) => key.phone === asked.phone);
  const phone = line.some((key) => key.extension === asked.extension);
  return {
    phone,
    switchboard: line.length > 0 && !phone,
    email: asked.email !== undefined && emails.some((key) => key.email === asked.email),
    relay: asked.relay !== undefined && emails.some((key) => key.relay === asked.relay),
  };
}

/**
 * Finds the card that an inquiry belongs to. The exact phone number or e-mail address at the same property is the same
 * prospect; a listing site's relay address or a switchboard without the extension is only a hint. Where several cards
 * fit, the one with both keys is taken, then one with the phone, then the oldest, so that the answer does not depend on
 * the order of the cards.
 */
export function matchGuestCard(
  cards: readonly GuestCard[],
  inquiry: { property_id: string; phone?: string; email?: string },
): GuestCardMatch {
  const asked = keysOf(inquiry.phone, inquiry.email);
  const compared = cards
    .map((card) => ({ card, same: compare(card, asked) }))
    .filter(({ same }) => same.phone || same.email || same.relay || same.switchboard)
    .sort((a, b) => rank(b.same) - rank(a.same) || order(a.card, b.card));
  const strong = compared.filter(({ same }) => same.phone || same.email);
  const here = compared.filter(({ card }) => card.property_id === inquiry.property_id);
  const append = here.find(({ same }) => same.phone || same.email);
  return {
    ...(append && { append_to: append.card }),
    candidates: here.filter((row) => row !== append).map(({ card, same }) => ({ card, reason: reason(same, append) })),
    elsewhere: strong.filter(({ card }) => card.property_id !== inquiry.property_id).map(({ card }) => card),
    opt_outs: mergeConsents(
      [],
      strong.flatMap(({ card, same }) => card.consents.filter((consent) => sharedOptOut(consent, same))),
    ),
  };
}

function rank(same: Sameness): number {
  return (same.phone ? 2 : 0) + (same.email ? 1 : 0);
}

function order(a: GuestCard, b: GuestCard): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function reason(same: Sameness, append: object | undefined): MatchReason {
  if (append && (same.phone || same.email)) return 'also_matches';
  return same.relay ? 'relay_email' : 'phone_without_extension';
}

/** A STOP belongs to the number it came from, an unsubscribe to the address; the other channels stay as they are. */
function sharedOptOut(consent: Consent, same: Sameness): boolean {
  return consent.state === 'revoked' && (consent.channel === 'email' ? same.email : same.phone);
}

/**
 * The consents in force: per channel the latest one, a revocation before a grant of the same moment. A revocation is
 * kept, not dropped, so that it stays with its number.
 */
export function mergeConsents(known: readonly Consent[], added: readonly Consent[]): Consent[] {
  const latest = new Map<Consent['channel'], Consent>();
  for (const consent of [...known, ...added]) {
    const other = latest.get(consent.channel);
    if (!other || supersedes(consent, other)) latest.set(consent.channel, consent);
  }
  return [...latest.values()].sort((a, b) => (a.channel < b.channel ? -1 : 1));
}

function supersedes(consent: Consent, other: Consent): boolean {
  const [at, before] = [Date.parse(consent.at), Date.parse(other.at)];
  if (at !== before) return at > before;
  if (consent.state !== other.state) return consent.state === 'revoked';
  return consent.source < other.source;
}
