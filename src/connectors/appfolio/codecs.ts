import type { Phone } from '../../model/values.ts';
import { oneOf, type Codec } from '../kit/codecs.ts';
import type { ValueTableName } from '../connector.ts';

/** A codec that gives `value` for what is absent or cannot be read. */
export function orElse(codec: Codec, value: unknown): Codec {
  return { ...codec, read: (raw, at) => codec.read(raw, at) ?? value };
}

/** The same for every record: AppFolio has no field for it. Nothing is written. */
export function always(value: unknown): Codec {
  return { read: () => value, write: () => undefined };
}

/** A word of a value table that stands for nothing in the answer. */
export function constantWord(table: ValueTableName, word: string): Codec {
  return { read: (_raw, at) => at.tables[table]?.from_pms[word], write: () => undefined };
}

/** A flag that may be unset, by a table with the words `true`, `false` and none. Unset is left out of requests. */
export function flagWord(table: ValueTableName): Codec {
  const word = oneOf(table);
  return {
    read: (raw, at) => {
      const key = typeof raw === 'boolean' ? String(raw) : '';
      return at.tables[table]?.from_pms[key];
    },
    write: (value, at) => {
      const written = word.write(value, at);
      return written === '' ? undefined : written === 'true';
    },
  };
}

/** A moment in UTC to the second, as requests have it: `2026-11-24T08:45:00Z`. */
export function toSeconds(instant: string): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

interface WirePhone {
  Number?: string;
  PhoneNumber?: string;
  Label?: string;
}

const PHONE_TYPES: readonly (readonly [RegExp, Phone['type']])[] = [
  [/after/i, 'after_hours'],
  [/mobile|cell/i, 'mobile'],
  [/home/i, 'home'],
  [/work|office|business/i, 'work'],
];

function phoneOf(raw: unknown): Phone[] {
  const { Number: number, PhoneNumber, Label } = (typeof raw === 'string' ? { Number: raw } : (raw ?? {})) as WirePhone;
  const digits = number ?? PhoneNumber;
  if (typeof digits !== 'string' || digits.trim() === '') return [];
  const type = PHONE_TYPES.find(([pattern]) => pattern.test(Label ?? ''))?.[1] ?? 'other';
  return [{ number: e164(digits), type }];
}

/** American numbers come in many spellings; what is none stays as it is. */
function e164(text: string): string {
  const digits = text.replaceAll(/\D/g, '');
  if (text.trim().startsWith('+')) return `+${digits}`.slice(0, 40);
  if (digits.length === 10) return `+1${digits}`;
  return digits.length === 11 && digits.startsWith('1') ? `+${digits}` : text.trim().slice(0, 40);
}

/** Telephone numbers: one or several, both spellings of which were seen. */
export const phones: Codec = {
  read(raw) {
    const { PhoneNumbers, PhoneNumber } = raw as { PhoneNumbers?: unknown; PhoneNumber?: unknown };
    return (Array.isArray(PhoneNumbers) ? PhoneNumbers : [PhoneNumber]).flatMap(phoneOf);
  },
  write: (numbers: readonly Phone[]) => numbers[0]?.number ?? null,
};

/** E-mail addresses: one or several, both spellings of which were seen. */
export const emails: Codec = {
  read(raw) {
    const { Emails, Email } = raw as { Emails?: unknown; Email?: unknown };
    return (Array.isArray(Emails) ? Emails : [Email]).flatMap((one) => {
      const text = typeof one === 'string' ? one : (one as { EmailAddress?: unknown } | null | undefined)?.EmailAddress;
      return typeof text === 'string' && text !== '' ? [text] : [];
    });
  },
  write: (addresses: readonly string[]) => addresses[0] ?? null,
};

/** `Address1, Address2, City, State, Zip`, which stand beside each other in the record. None where all are empty. */
export const address: Codec = {
  read(raw) {
    const { Address1, Address2, City, State, Zip } = raw as Record<string, string | null | undefined>;
    if (!Address1 && !City) return undefined;
    return {
      street: Address1 ?? '',
      ...(Address2 && { street2: Address2 }),
      city: City ?? '',
      state: State ?? '',
      postal_code: Zip ?? '',
    };
  },
  write: () => undefined,
};

/** A person's or a company's name, from whatever of it there is. */
export function nameOf(raw: unknown): string | undefined {
  const { CompanyName, Name, FirstName, LastName } = raw as Record<string, string | null | undefined>;
  const person = [FirstName, LastName].filter((part) => part).join(' ');
  return CompanyName || Name || person || undefined;
}
