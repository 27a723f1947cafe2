import { normaliseEmail, normalisePhone } from '../model/contact.ts';
import { toInstant } from '../model/zoned_time.ts';
import { mentionsAccommodation, stripProtected } from './fair_housing.ts';
import { resolveSource } from './guest_card.ts';
import type { ProtectedCategory } from './protected_words.ts';

/** An inquiry as a caller or a listing site gives it. Nothing in it is certain to be there or to be readable. */
export interface GivenInquiry {
  name?: string | undefined;
  phone?: string | undefined;
  email?: string | undefined;
  source: string;
  message?: string | undefined;
  pets?: string | undefined;
  received_at?: string | undefined;
}

export interface ReadInquiry {
  name?: string;
  /** E.164, with ` ext. 7` where it has an extension. */
  phone?: string;
  email?: string;
  /** As the PMS knows it. */
  source: string;
  touch: { at: string; source: string; message?: string };
  pets?: string;
  /** Arguments that could not be read and are kept as text with the message. */
  kept_as_text: string[];
  /** What fair-housing law protects and what was therefore not kept. */
  removed: ProtectedCategory[];
  /** Somebody may be asking for an accommodation, or has an assistance animal. */
  accommodation: boolean;
}

/** Sources that listing sites and front desks use; a property's own are those of its cards. */
const KNOWN_SOURCES = [
  'Zillow',
  'Apartments.com',
  'Trulia',
  'HotPads',
  'Zumper',
  'Rent.com',
  'Craigslist',
  'Facebook',
  'Google',
  'Website',
  'Phone',
  'Email',
  'Walk-in',
  'Referral',
  'Sign',
  'Other',
];

/**
 * Reads an inquiry so that it can be kept whatever it holds: a telephone number, an address or a time that cannot be
 * read goes into the message as text, an unknown source falls back to the default and stays with the touch.
 */
export function readInquiry(
  given: GivenInquiry,
  around: { now: string; zone: string | undefined; sources: readonly string[]; default_source: string },
): ReadInquiry {
  const name = trimmed(given.name);
  const [phone, email] = [readPhone(given.phone), readEmail(given.email)];
  const at = readTime(given.received_at, around);
  const { source, unknown_source } = resolveSource(
    given.source,
    [...around.sources, ...KNOWN_SOURCES],
    around.default_source,
  );
  const [message, pets] = [stripProtected(given.message ?? ''), stripProtected(given.pets ?? '')];
  const asText = [
    ...('text' in phone ? [['phone', `Phone as given: ${phone.text}`]] : []),
    ...('text' in email ? [['email', `E-mail as given: ${email.text}`]] : []),
    ...('text' in at ? [['received_at', `Received as given: ${at.text}`]] : []),
  ] as [string, string][];
  const lines = [message.text.trim(), ...asText.map(([, line]) => line)].filter((line) => line !== '');
  const animals = pets.text.trim();
  return {
    ...(name !== undefined && { name }),
    ...('value' in phone && { phone: phone.value }),
    ...('value' in email && { email: email.value }),
    source,
    touch: {
      at: 'value' in at ? at.value : around.now,
      source: unknown_source?.trim() ?? source,
      ...(lines.length > 0 && { message: lines.join('\n') }),
    },
    ...(animals !== '' && { pets: animals }),
    kept_as_text: asText.map(([field]) => field),
    removed: [...new Set([...message.removed, ...pets.removed])].sort(),
    accommodation: mentionsAccommodation(given.message ?? '') || mentionsAccommodation(given.pets ?? ''),
  };
}

/** A value that was read, text that could not be, or neither where nothing was given. */
type Reading = { value: string } | { text: string } | Record<string, never>;

function trimmed(text: string | undefined): string | undefined {
  const plain = text?.trim();
  return plain === undefined || plain === '' ? undefined : plain;
}

function readPhone(given: string | undefined): Reading {
  const text = trimmed(given);
  if (text === undefined) return {};
  const phone = normalisePhone(text);
  return phone === undefined ? { text } : { value: phoneText(phone) };
}

function readEmail(given: string | undefined): Reading {
  const text = trimmed(given);
  if (text === undefined) return {};
  const email = normaliseEmail(text);
  return email === undefined ? { text } : { value: email };
}

/** A time to come is a slip of whoever sent it: nobody has written tomorrow. */
function readTime(given: string | undefined, around: { now: string; zone: string | undefined }): Reading {
  const text = trimmed(given);
  if (text === undefined) return {};
  const time = toInstant(text.replace(' ', 'T'), around.zone ?? 'UTC');
  const known = around.zone !== undefined || /(?:Z|[+-]\d\d:?\d\d)$/.test(text);
  return 'instant' in time && known && time.instant <= around.now ? { value: time.instant } : { text };
}

/** A number as it is kept: two people of one office share the number, not the extension. */
export function phoneText({ number, extension }: { number: string; extension?: string }): string {
  return extension === undefined ? number : `${number} ext. ${extension}`;
}
