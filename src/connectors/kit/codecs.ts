import type { ValueTableName } from '../connector.ts';
import { normalisePhone } from '../../model/contact.ts';
import { toInstant, toLocal } from '../../model/zoned_time.ts';
import { withoutMarker } from './markers.ts';
import { wordFor, type ValueTables } from './value_tables.ts';

/** What values are read and written with. */
export interface Circumstances {
  tables: ValueTables;
  /** IANA zone of a property, for vendors whose times are property-local; undefined where it is not known. */
  zoneOf(property_id: string | undefined): string | undefined;
  /** Told of an answer that is not as it used to be. `path` is that of the row. */
  onDrift(what: 'unknown_value' | 'missing_field' | 'changed_type', path: string): void;
}

/** Where a value stands while it is read. */
export interface Place extends Circumstances {
  path: string;
  /** The property of the record that is being read or written, where that is known already. */
  property_id?: string;
}

/**
 * How one value goes over the wire and comes back. `read` gives undefined for what is absent, and for what it cannot
 * understand after it has told `onDrift`; it never throws.
 */
export interface Codec {
  read(raw: unknown, at: Place): unknown;
  write(value: never, at: Place): unknown;
}

const isAbsent = (raw: unknown) => raw === undefined || raw === null || raw === '';

function strange(at: Place): undefined {
  at.onDrift('changed_type', at.path);
}

/** A codec out of a function for what is there, and one for what is to be written. */
function codec(
  read: (raw: NonNullable<unknown>, at: Place) => unknown,
  write: (value: never, at: Place) => unknown = (value) => value,
): Codec {
  return { read: (raw, at) => (isAbsent(raw) ? undefined : read(raw as NonNullable<unknown>, at)), write };
}

/** Text as it is. */
export const text = codec((raw, at) => (typeof raw === 'string' ? raw : strange(at)));

/** Text that may end with a marker of ours, which is not the user's. A text that was nothing else is none. */
export const markedText = codec((raw, at) => (typeof raw === 'string' ? withoutMarker(raw) || undefined : strange(at)));

/** An id as text, whether the PMS has numbers or texts for ids. Zero stands for none. */
export const idText = codec(
  (raw, at) => {
    if (typeof raw === 'number') return raw === 0 ? undefined : String(raw);
    return typeof raw === 'string' ? raw : strange(at);
  },
  (id: string) => id,
);

/** A whole number, also where the PMS writes it as text. */
export const wholeNumber = codec((raw, at) => {
  const number = typeof raw === 'string' ? Number(raw) : raw;
  return typeof number === 'number' && Number.isFinite(number) ? Math.round(number) : strange(at);
});

/** A number that may have a fraction (two and a half bathrooms), also where the PMS writes it as text. */
export const number = codec((raw, at) => {
  const value = typeof raw === 'string' ? Number(raw) : raw;
  return typeof value === 'number' && Number.isFinite(value) ? value : strange(at);
});

/** Dollars as a JSON number or decimal text on the wire, whole cents here. Thousands separators are understood. */
function cents(raw: NonNullable<unknown>, at: Place): number | undefined {
  const dollars = typeof raw === 'string' ? Number(raw.replaceAll(',', '')) : raw;
  return typeof dollars === 'number' && Number.isFinite(dollars) ? Math.round(dollars * 100) : strange(at);
}

/** Money as a JSON number of dollars. */
export const dollarNumber = codec(cents, (value: number) => value / 100);

/** Money as text: `102.00`. */
export const dollarText = codec(cents, (value: number) => (value / 100).toFixed(2));

/** A flag, also as the texts `true`, `True`, `T`, `yes` and their opposites. */
export const flag = codec((raw, at) => {
  if (typeof raw === 'boolean') return raw;
  const word = String(raw).toLowerCase();
  if (['true', 't', 'yes', 'y', '1'].includes(word)) return true;
  return ['false', 'f', 'no', 'n', '0'].includes(word) ? false : strange(at);
});

/** The other way round: what the PMS calls inactive is active where this is false. */
export const notFlag: Codec = {
  read: (raw, at) => {
    const value = flag.read(raw, at);
    return typeof value === 'boolean' ? !value : value;
  },
  write: (value: boolean) => !value,
};

const DAY = /^(\d{4}-\d{2}-\d{2})(?:[T ]|$)/;

/** Years in which nothing of today was: vendors write such dates for "none". */
const SENTINEL_BEFORE = '1902-01-01';

/** A calendar day, also out of a moment without zone (`2026-04-23T00:00:00`). Days long past mean none. */
export const day = codec((raw, at) => {
  const found = typeof raw === 'string' ? DAY.exec(raw)?.[1] : undefined;
  if (found === undefined) return strange(at);
  return found < SENTINEL_BEFORE ? undefined : found;
});

/** A moment with its zone, or in UTC where it has none. */
export const utcInstant = codec((raw, at) => {
  const ms = typeof raw === 'string' ? Date.parse(/[Zz]|[+-]\d{2}:?\d{2}$/.test(raw) ? raw : `${raw}Z`) : Number.NaN;
  return Number.isNaN(ms) ? strange(at) : new Date(ms).toISOString();
});

/**
 * A moment as the clock at the property shows it, without zone (`2026-04-23T09:00:00`). Where the property has no zone it
 * cannot be read, and is left out.
 */
export const localInstant = codec(
  (raw, at) => {
    if (typeof raw !== 'string') return strange(at);
    if (/[Zz]$|[+-]\d{2}:?\d{2}$/.test(raw)) return utcInstant.read(raw, at);
    const zone = at.zoneOf(at.property_id);
    if (zone === undefined) return undefined;
    const read = toInstant(raw.replace(/(:\d{2})\.\d+$/, '$1').slice(0, 16), zone);
    return 'instant' in read ? read.instant : strange(at);
  },
  (instant: string, at) => {
    const zone = at.zoneOf(at.property_id);
    return zone === undefined ? undefined : `${toLocal(instant, zone)}:00`;
  },
);

/** A word of one of the connection's value tables. A word that is not in it is told, and read as `otherwise`. */
export function oneOf(table: ValueTableName, otherwise?: string): Codec {
  return codec(
    (raw, at) => {
      const known = at.tables[table]?.from_pms[String(raw)];
      if (known === undefined) at.onDrift('unknown_value', at.path);
      return known ?? otherwise;
    },
    (value: string, at) => wordFor(at.tables, table, value),
  );
}

/** A word of a list that is the same for every customer of the vendor. */
export function fixed(words: Readonly<Record<string, unknown>>, otherwise?: unknown): Codec {
  const back = new Map(Object.entries(words).map(([word, value]) => [value, word]));
  return codec(
    (raw, at) => {
      if (Object.hasOwn(words, String(raw))) return words[String(raw)];
      at.onDrift('unknown_value', at.path);
      return otherwise;
    },
    (value: unknown) => back.get(value),
  );
}

/** A telephone number in E.164 where it can be read as one, else as the PMS holds it. */
export function phoneNumber(digits: string): string {
  const read = normalisePhone(digits);
  // A number with an extension would lose it.
  return read === undefined || read.extension !== undefined ? digits : read.number;
}

/** A list of things that are each read in the same way; a single thing counts as a list of one. */
export function listOf(item: Codec): Codec {
  return codec(
    (raw, at) =>
      (Array.isArray(raw) ? raw : [raw]).flatMap((one) => {
        const value = item.read(one, at);
        return value === undefined ? [] : [value];
      }),
    (values: readonly never[], at) => values.map((value) => item.write(value, at)),
  );
}

/** Something that is read in a way of its own and not written by the table. */
export function readBy(read: (raw: NonNullable<unknown>, at: Place) => unknown): Codec {
  return codec(read);
}
