import { normalisePhone } from '../../model/contact.ts';
import type { Phone } from '../../model/values.ts';
import type { PersonName } from './wire.ts';

/** A name as one writes it: the parts that there are, in their order. */
export function wholeName(name: PersonName | '' | undefined): string {
  if (name === undefined || name === '') return '';
  return [name.FirstName, name.MiddleName, name.LastName]
    .filter((part) => (part ?? '').trim() !== '')
    .join(' ')
    .trim();
}

/** A whole name in Voyager's two parts, both of which it needs. What follows the last blank is the last name. */
export function nameParts(name: string): { FirstName: string; LastName: string } {
  const at = name.lastIndexOf(' ');
  return at <= 0 ? { FirstName: ' ', LastName: name } : { FirstName: name.slice(0, at), LastName: name.slice(at + 1) };
}

/** A number in E.164 where it can be read, else as it stands there. */
export function phoneOf(number: string, type: Phone['type']): Phone {
  return { number: normalisePhone(number)?.number ?? number.trim().slice(0, 40), type };
}

/** Voyager's office has a format of its own for numbers; digits alone are taken by every field. */
export function dialled(number: string): string {
  return number.replace(/^\+1(?=\d{10}$)/, '').replace(/[^\d+]/g, '');
}

/** Each number once, those of the most specific kind first: servers repeat one number under every kind. */
export function distinct(phones: readonly Phone[]): Phone[] {
  return phones.filter(({ number }, at) => phones.findIndex((one) => one.number === number) === at);
}
