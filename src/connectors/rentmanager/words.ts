import { normalisePhone } from '../../model/contact.ts';
import type { Phone } from '../../model/values.ts';
import { toInstant, toLocal } from '../../model/zoned_time.ts';
import type { ValueTableName } from '../connector.ts';
import { readBy, utcInstant, type Codec, type Place } from '../kit/codecs.ts';
import { wordFor } from '../kit/value_tables.ts';
import { PHONE_TYPES } from './tables.ts';
import type * as wire from './wire.ts';

/**
 * A number of one of the company's own lists, by the mapping file. What is not in it is told, and read as `otherwise`;
 * what the file has no number for is refused.
 */
export function listed(table: ValueTableName, otherwise?: string): Codec {
  return {
    read(raw, at) {
      if (raw === undefined || raw === null || raw === 0) return otherwise;
      const known = at.tables[table]?.from_pms[String(raw)];
      if (known === undefined) at.onDrift('unknown_value', at.path);
      return known ?? otherwise;
    },
    write: (value: string, at: Place) => Number(wordFor(at.tables, table, value)),
  };
}

/** The same, where a value without a number is left to be kept beside the record. */
export function listedOrBeside(table: ValueTableName, otherwise?: string): Codec {
  return {
    read: listed(table, otherwise).read,
    write(value: string, at: Place) {
      const number = at.tables[table]?.to_pms[value];
      return number === undefined ? undefined : Number(number);
    },
  };
}

/** A tick, by one of the tables of `tables.ts`. */
export function ticked(table: ValueTableName): Codec {
  return {
    read: (raw, at) => at.tables[table]?.from_pms[String(raw === true)],
    write: (value: string, at: Place) => wordFor(at.tables, table, value) === 'true',
  };
}

/** A moment as the clock at the property shows it, to the millisecond; with an offset where the vendor gives one. */
export const moment: Codec = {
  read(raw, at) {
    if (raw === undefined || raw === null || raw === '') return undefined;
    if (typeof raw !== 'string') return at.onDrift('changed_type', at.path);
    if (/(Z|[+-]\d{2}:?\d{2})$/i.test(raw)) return utcInstant.read(raw, at);
    const wall = raw.length === 10 ? `${raw}T00:00` : raw.replace(/(\.\d{3})\d+$/, '$1');
    const read = toInstant(wall, at.zoneOf(at.property_id) ?? '');
    return 'instant' in read ? read.instant : at.onDrift('changed_type', at.path);
  },
  write: (instant: string, at: Place) => wallClock(instant, at.zoneOf(at.property_id) ?? ''),
};

/** `2026-11-24T09:00:00`, with milliseconds where there are any: seconds are the same in every zone. */
export function wallClock(instant: string, zone: string): string {
  const seconds = new Date(instant).toISOString().slice(17, 23);
  return `${toLocal(instant, zone)}:${seconds.endsWith('.000') ? seconds.slice(0, 2) : seconds}`;
}

/** Telephone numbers in the form in which they are compared. Numbers that cannot ring stay as they are. */
export function phonesOf(numbers: readonly wire.PhoneNumber[] | undefined): Phone[] {
  return (numbers ?? []).flatMap(({ PhoneNumber, PhoneNumberType }) => {
    const number = PhoneNumber === undefined ? '' : (normalisePhone(PhoneNumber)?.number ?? PhoneNumber.slice(0, 40));
    if (number === '') return [];
    return [{ number, type: PHONE_TYPES[PhoneNumberType?.Name?.toLowerCase() ?? ''] ?? 'other' }];
  });
}

export const phones = readBy((raw) => phonesOf(raw as wire.PhoneNumber[]));

export const address = readBy((raw) => {
  const all = (Array.isArray(raw) ? raw : [raw]) as wire.Address[];
  const one = all.find(({ IsPrimary }) => IsPrimary === true) ?? all[0];
  if (one === undefined) return undefined;
  const { Street = '', City = '', State = '', PostalCode = '' } = one;
  const [street = '', ...more] = Street.split(/\r?\n/).map((line) => line.trim());
  const street2 = more.filter(Boolean).join(', ');
  return { street, ...(street2 !== '' && { street2 }), city: City, state: State, postal_code: PostalCode };
});

/** A name in one line. */
export function fullName({
  FirstName,
  LastName,
  Name,
}: {
  FirstName?: string;
  LastName?: string;
  Name?: string;
}): string {
  return [FirstName, LastName].filter(Boolean).join(' ') || Name || '';
}

/** The other way round: what stands before the last blank is the first name. */
export function namesOf(name: string): { FirstName: string; LastName: string } {
  const at = name.lastIndexOf(' ');
  return { FirstName: at < 0 ? '' : name.slice(0, at), LastName: name.slice(at + 1) };
}

/** The day of a date and time without zone. */
export function dayOf(raw: string | undefined): string | undefined {
  const day = raw?.slice(0, 10);
  // Years in which nothing of today was stand for "none".
  return day !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(day) && day > '1902' ? day : undefined;
}
