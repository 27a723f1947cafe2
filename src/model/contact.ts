import { createRequire } from 'node:module';

/*
 * Phone numbers and e-mail addresses as keys of a person. The phone library's metadata is loaded at the first number,
 * not at import, because every tool file is imported at start-up.
 */

const require = createRequire(import.meta.url);
let loaded: typeof import('libphonenumber-js/min') | undefined;

function phoneLibrary() {
  loaded ??= require('libphonenumber-js/min') as typeof import('libphonenumber-js/min');
  return loaded;
}

/**
 * A phone number as a key: E.164, read as a US number where no country is given; an extension is kept apart, because
 * two people of one office share the number. Undefined where it cannot be a number that rings.
 */
export function normalisePhone(phone: string): { number: string; extension?: string } | undefined {
  if (phone.length > 60) return undefined;
  const parsed = phoneLibrary().parsePhoneNumberFromString(phone.normalize('NFKC'), 'US');
  if (!parsed?.isPossible()) return undefined;
  return { number: parsed.number, ...(parsed.ext ? { extension: parsed.ext } : {}) };
}

const EMAIL = /^[^\s@<>(),;:"\\[\]]{1,64}@([a-z0-9-]+\.)+[a-z]{2,}$/;

/**
 * An e-mail address as a key: trimmed and in lower case. The part before the @ is case-sensitive by RFC 5321 and by no
 * mailbox in practice. Dots and plus tags are kept. Undefined where it is no address.
 */
export function normaliseEmail(email: string): string | undefined {
  const folded = email.trim().normalize('NFKC').toLowerCase();
  return folded.length <= 254 && EMAIL.test(folded) && !folded.includes('..') ? folded : undefined;
}

/**
 * Domains of listing sites. Nobody's own mailbox is there: an address under one of them (Zillow's are at
 * `convo.zillow.com`) relays one conversation, and the next inquiry of the same person may come from another.
 */
const RELAY_DOMAINS = [
  'zillow.com',
  'trulia.com',
  'hotpads.com',
  'apartments.com',
  'craigslist.org',
  'rent.com',
  'zumper.com',
  'facebookmail.com',
];

/** Whether an address belongs to a listing site's relay; such an address is a weak key for a person. */
export function isRelayAddress(email: string): boolean {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return RELAY_DOMAINS.some((relay) => domain === relay || domain.endsWith(`.${relay}`));
}
