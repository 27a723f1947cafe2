import type { Phone } from '../../model/values.ts';
import { VendorError } from '../connector.ts';

/*
 * How Buildium takes people's names and numbers: a name in two parts, and one number for each of three places.
 */

/** Stands for a part of a name that is required there and that nobody gave; it is read as none. */
export const NOT_GIVEN = '(not given)';

/** A name in two parts, the last word being the last name. */
export function nameParts(name: string | undefined): { FirstName: string; LastName?: string } {
  const whole = (name ?? '').trim();
  const at = whole.lastIndexOf(' ');
  if (at < 0) return { FirstName: whole || NOT_GIVEN };
  return { FirstName: whole.slice(0, at), LastName: whole.slice(at + 1) };
}

/** The parts of a name that were given, as people read them. */
export function nameOf(parts: {
  FirstName?: string | null | undefined;
  LastName?: string | null | undefined;
}): string | undefined {
  const { FirstName, LastName } = parts;
  return [FirstName, LastName].filter((part) => part && part !== NOT_GIVEN).join(' ') || undefined;
}

/** In the order in which they are read. */
const PLACES = ['Mobile', 'Home', 'Work'] as const;
type Place = (typeof PLACES)[number];
export type Places = Partial<Record<Place, string>>;

const PLACE_OF: Readonly<Partial<Record<Phone['type'], Place>>> = { mobile: 'Mobile', home: 'Home', work: 'Work' };
const TYPE_OF: Readonly<Record<Place, Phone['type']>> = { Mobile: 'mobile', Home: 'home', Work: 'work' };

/**
 * The place of each number: its own, and for one that has none the first that is free. Throws `VendorError` `unsupported`
 * where there are more than places.
 */
export function placesOf(phones: readonly Phone[]): Places {
  const places: Places = {};
  const own = phones.filter(({ type }) => PLACE_OF[type] !== undefined);
  for (const { number, type } of [...own, ...phones.filter((phone) => !own.includes(phone))]) {
    const place = PLACE_OF[type] ?? PLACES.find((one) => places[one] === undefined);
    if (place === undefined || places[place] !== undefined)
      throw new VendorError('unsupported', 'Buildium keeps one mobile, one home and one work number of a person.', {
        field: 'phones',
      });
    places[place] = number;
  }
  return inOrder(places);
}

/** Always in one order, so that two of them can be compared. */
export function inOrder(places: Readonly<Partial<Record<Place, string | null | undefined>>>): Places {
  return Object.fromEntries(PLACES.flatMap((place) => (places[place] ? [[place, places[place]]] : [])));
}

/** The numbers of places, the mobile one first. */
export function phonesIn(places: Places): Phone[] {
  return PLACES.flatMap((place) => {
    const number = places[place];
    return number === undefined ? [] : [{ number, type: TYPE_OF[place] }];
  });
}

/** The one e-mail address that there is room for; undefined for none. Throws `VendorError` `unsupported` for more. */
export function onlyEmail(emails: readonly string[]): string | undefined {
  if (emails.length < 2) return emails[0];
  throw new VendorError('unsupported', 'Buildium keeps one e-mail address of a prospect: give the best one.', {
    field: 'emails',
  });
}

const WRITTEN: Readonly<Record<string, keyof Places | 'Fax'>> = {
  Cell: 'Mobile',
  Home: 'Home',
  Office: 'Work',
  Fax: 'Fax',
};

/**
 * The numbers of an answer as a PUT takes them. A number of another type goes to a place that is free, rather than be
 * lost; where none is and they are to stay, nothing may be changed here at all.
 */
export function numbersWritten(
  numbers: readonly { Number?: string | null; Type?: string }[],
  are_to_stay: boolean,
): Record<string, string> {
  const places: Record<string, string> = {};
  const homeless: string[] = [];
  for (const { Number: digits, Type } of numbers) {
    const place = WRITTEN[Type ?? ''];
    if (!digits) continue;
    if (place === undefined || places[place] !== undefined) homeless.push(digits);
    else places[place] = digits;
  }
  for (const digits of homeless) {
    const free = (['Mobile', 'Home', 'Work'] as const).find((place) => places[place] === undefined);
    if (free !== undefined) places[free] = digits;
    else if (are_to_stay)
      throw new VendorError(
        'unsupported',
        'Somebody has more telephone numbers there than the API of Buildium can write: a person changes it there.',
        { field: 'phones' },
      );
  }
  return { ...inOrder(places), ...(places['Fax'] && { Fax: places['Fax'] }) };
}
