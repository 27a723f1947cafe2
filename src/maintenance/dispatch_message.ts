import type { Property, Unit, WorkOrder } from '../model/records.ts';
import { shortened } from '../model/shortened.ts';
import type { Cents } from '../model/values.ts';

export type DispatchMessageInput = {
  work_order: Pick<
    WorkOrder,
    | 'number'
    | 'title'
    | 'description'
    | 'severity'
    | 'location'
    | 'entry'
    | 'entry_notes'
    | 'callback_phone'
    | 'hazard_cleared_by'
  >;
  property: Pick<Property, 'name' | 'address' | 'shut_offs'>;
  unit?: Pick<Unit, 'name' | 'address' | 'shut_offs'> | undefined;
  /** The visit in the property's own time, in words: "Tuesday, November 24, 2:45 AM to 4:45 AM". */
  visit: string;
  not_to_exceed: Cents;
  instructions?: string | undefined;
  /** Until when to answer, in words. */
  reply_by?: string | undefined;
};

/**
 * The text to send to whoever takes the job. The resident's number is in it only where they have to be called before
 * entry; names are not, and numbers and addresses that the report itself contains are taken out.
 */
export function dispatchMessage(input: DispatchMessageInput): string {
  const { work_order, property, unit } = input;
  const address = unit?.address ?? property.address;
  const shut_offs = unit?.shut_offs ?? property.shut_offs;
  const where = [property.name, unit && `unit ${unit.name}`, work_order.location].filter(Boolean).join(', ');
  const street = [address.street, address.street2, `${address.city}, ${address.state} ${address.postal_code}`];
  const lines = [
    `Work order ${work_order.number} (${work_order.severity.replaceAll('_', ' ')}): ${withoutContacts(work_order.title)}`,
    `Where: ${where}; ${street.filter(Boolean).join(', ')}`,
    work_order.description.trim() !== work_order.title &&
      `Problem: ${shortened(withoutContacts(work_order.description), 600)}`,
    `When: ${input.visit}`,
    `Entry: ${entryText(work_order)}`,
    shut_offs && `Shut-offs: ${shut_offs}`,
    work_order.hazard_cleared_by && `Hazard cleared by: ${work_order.hazard_cleared_by}`,
    `Not to exceed: $${(input.not_to_exceed / 100).toFixed(2)} without our written approval`,
    input.instructions && `Instructions: ${withoutContacts(input.instructions)}`,
    input.reply_by ? `Please accept or decline by ${input.reply_by}.` : 'Please accept or decline.',
  ];
  return lines.filter(Boolean).join('\n');
}

const ENTRY = {
  yes: 'permission given, may enter if nobody is home',
  no: 'no entry without the resident present',
  call_first: 'call before entering',
  unknown: 'permission not recorded, so call before entering',
} as const;

function entryText({ entry, entry_notes, callback_phone }: DispatchMessageInput['work_order']): string {
  const call = entry === 'yes' ? '' : callback_phone ? `, ${callback_phone}` : ', number from the office';
  const notes = entry_notes ? ` (${withoutContacts(entry_notes)})` : '';
  return `${ENTRY[entry]}${call}${notes}`;
}

function withoutContacts(text: string): string {
  return text
    .replace(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[e-mail removed]')
    .replace(/(?<![\w-])\+?(?:\d[ ().-]{0,2}){9,14}\d(?![\w-])/g, '[number removed]')
    .replace(/\s+/g, ' ')
    .trim();
}
