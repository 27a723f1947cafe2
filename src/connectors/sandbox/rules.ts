import type { Property, RecordKind, RecordOf, Staff } from '../../model/records.ts';
import { VendorError } from '../connector.ts';
import type { Pms } from './pms.ts';

/** The longest text that each field takes, in UTF-16 units; the capabilities are read from this table too. */
export const LENGTHS = {
  work_order_title: 127,
  description: 65_535,
  note: 65_535,
  line: 255,
  charge_memo: 65,
  invoice_number: 40,
  bill_memo: 240,
  journal_memo: 240,
  reason: 240,
} as const;

export function refuse(field: string, message: string): never {
  throw new VendorError('refused', message, { field });
}

/** The record is there, and its state does not allow what was asked. */
export function conflict(field: string, message: string): never {
  throw new VendorError('conflict', message, { field });
}

export function checkLength(field: string, value: string | undefined, max: number): void {
  if (value !== undefined && value.length > max && [...value].length > max)
    refuse(field, `${field} takes at most ${max} characters.`);
}

/** A text that must say something and must fit. */
export function checkText(field: string, value: string, max: number): void {
  if (value.trim() === '') refuse(field, `${field} must not be empty.`);
  checkLength(field, value, max);
}

export function checkPeriod(start: string, end: string | undefined, field: string): void {
  if (end !== undefined && Date.parse(end) <= Date.parse(start)) refuse(field, 'The end must be after the start.');
}

export function activeProperty(pms: Pms, id: string): Property {
  const property = pms.records.find('property', id);
  if (property === undefined) refuse('property_id', `There is no property ${id}.`);
  if (!property.is_active) refuse('property_id', `Property ${id} is no longer managed.`);
  return property;
}

/** The record that a command is about. One of another property is as good as none. */
export function ownRecord<K extends RecordKind>(
  pms: Pms,
  kind: K,
  id: string,
  propertyId: string,
  field = `${kind}_id`,
): RecordOf<K> & { property_id: string } {
  const record = pms.records.find(kind, id) as (RecordOf<K> & { property_id: string }) | undefined;
  if (record === undefined || record.property_id !== propertyId) {
    throw new VendorError('not_found', `Property ${propertyId} has no ${kind} ${id}.`, { field });
  }
  return record;
}

/** A record that a command refers to; it must exist and, where `propertyId` is given, belong to that property. */
export function referred<K extends RecordKind>(
  pms: Pms,
  kind: K,
  id: string,
  field: string,
  propertyId?: string,
): RecordOf<K> {
  const record = pms.records.find(kind, id);
  if (record === undefined) refuse(field, `There is no ${kind} ${id}.`);
  const owner = (record as { property_id?: string }).property_id;
  if (propertyId !== undefined && owner !== undefined && owner !== propertyId) {
    refuse(field, `The ${kind} ${id} does not belong to property ${propertyId}.`);
  }
  return record;
}

/** Somebody on the staff with one of these roles who works at the property. */
export function workingStaff(
  pms: Pms,
  id: string,
  roles: readonly Staff['roles'][number][],
  propertyId: string,
  field: string,
): Staff {
  const person = referred(pms, 'staff', id, field);
  if (!person.is_active) refuse(field, `Staff member ${id} is no longer active.`);
  if (!person.roles.some((role) => roles.includes(role)))
    refuse(field, `Staff member ${id} is no ${roles.join(' or ')}.`);
  if (person.property_ids.length > 0 && !person.property_ids.includes(propertyId)) {
    refuse(field, `Staff member ${id} does not work at property ${propertyId}.`);
  }
  return person;
}

/** Books are locked up to and including the lock date. */
export function checkOpenPeriod(property: Property, date: string, field: string): void {
  const locked = property.books_locked_through;
  if (locked !== undefined && date <= locked) {
    throw new VendorError('period_closed', `The books of property ${property.id} are locked through ${locked}.`, {
      field,
    });
  }
}

export function checkEmails(emails: readonly string[] | undefined): void {
  for (const email of emails ?? []) {
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) refuse('emails', 'An e-mail address has one @ and no blanks.');
    checkLength('emails', email, LENGTHS.line);
  }
}

export function checkPhones(phones: readonly { number: string }[] | undefined): void {
  for (const { number } of phones ?? []) {
    if (number.replace(/\D/g, '').length < 7) refuse('phones', 'A phone number has at least seven digits.');
  }
}

const dayFormats = new Map<string, Intl.DateTimeFormat>();

/** Today at the property, by its own zone where it has one, else by UTC. */
export function todayAt(pms: Pms, property: Property): string {
  const zone = property.time_zone ?? 'UTC';
  let format = dayFormats.get(zone);
  // `en-CA` writes days as YYYY-MM-DD.
  if (format === undefined) dayFormats.set(zone, (format = new Intl.DateTimeFormat('en-CA', { timeZone: zone })));
  return format.format(pms.now());
}
