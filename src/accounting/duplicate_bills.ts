import type { Bill } from '../model/records.ts';
import { daysBetween } from '../model/zoned_time.ts';

/** A bill as far as it tells whether it repeats another one; with its id, where it has one, it does not repeat itself. */
export type BillIdentity = Pick<Bill, 'vendor_id' | 'invoice_number' | 'total' | 'invoice_date' | 'work_order_id'> & {
  id?: string;
};

export type DuplicateReason = 'same_number' | 'same_number_other_amount' | 'same_amount_near_date' | 'same_work_order';

export interface DuplicateBills {
  /** The same vendor, number and amount: the same invoice. */
  exact: Bill[];
  /** May be the same work billed again; a person looks, and recurring bills are told apart by their numbers. */
  suspected: { bill: Bill; reasons: DuplicateReason[] }[];
}

/** Two bills of the same amount this near are looked at; monthly services lie further apart. */
const NEAR_DAYS = 7;

const LEGAL_FORMS = new Set(
  'inc incorporated llc llp lp ltd limited co company corp corporation pllc the and'.split(' '),
);

/** A vendor's name as a key: without case, punctuation, accents and legal form. "Metro Power & Light, LLC" is "metro power light". */
export function vendorNameKey(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/['’.]/g, '');
  const words = plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const kept = words.filter((word) => !LEGAL_FORMS.has(word));
  return (kept.length > 0 ? kept : words).join(' ');
}

/**
 * An invoice number as a key: letters and digits only, without case, and without the zeros that a number begins with.
 * "INV-0077", "inv 77" and "Inv#77" are the same; "10-05" is not "105".
 */
export function invoiceNumberKey(number: string): string {
  return number
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/(?<!\p{N})0+(?=\p{N})/gu, '');
}

/**
 * The bills that a bill may repeat. Reversed bills and their reversals do not count: an invoice may be entered again
 * after its first entry was taken back. `vendor_names` tells vendor records apart that are one company entered twice.
 */
export function findDuplicateBills(
  bills: readonly Bill[],
  asked: BillIdentity,
  vendor_names: ReadonlyMap<string, string> = new Map(),
): DuplicateBills {
  const found: DuplicateBills = { exact: [], suspected: [] };
  for (const bill of bills) {
    if (bill.id === asked.id || isReversed(bill)) continue;
    const likeness = compareBills(bill, asked, vendor_names);
    if (likeness.includes('same_number')) found.exact.push(bill);
    else if (likeness.length > 0) found.suspected.push({ bill, reasons: likeness });
  }
  return found;
}

/** In what two bills are alike; the same whichever of them comes first. `same_number` alone means the same invoice. */
export function compareBills(
  a: BillIdentity,
  b: BillIdentity,
  vendor_names: ReadonlyMap<string, string>,
): DuplicateReason[] {
  const same_work_order = a.work_order_id !== undefined && a.work_order_id === b.work_order_id;
  const others: DuplicateReason[] = same_work_order ? ['same_work_order'] : [];
  const number = invoiceNumberKey(a.invoice_number);
  const same_number = number !== '' && number === invoiceNumberKey(b.invoice_number);
  const same_amount = a.total === b.total;
  const near = same_amount && Math.abs(daysBetween(a.invoice_date, b.invoice_date)) <= NEAR_DAYS;
  // Names are compared last: it is by far the dearest question, and most bills differ before.
  if ((!same_number && !near) || !sameVendor(a.vendor_id, b.vendor_id, vendor_names)) return others;
  if (!same_number) return ['same_amount_near_date', ...others];
  return same_amount ? ['same_number'] : ['same_number_other_amount', ...others];
}

/** Whether two vendor records are one vendor: the same record, or the same name but for spelling. */
export function sameVendor(a: string, b: string, vendor_names: ReadonlyMap<string, string>): boolean {
  if (a === b) return true;
  const [first, second] = [vendor_names.get(a), vendor_names.get(b)];
  if (first === undefined || second === undefined) return false;
  const key = vendorNameKey(first);
  return key !== '' && key === vendorNameKey(second);
}

/** Whether a bill was taken back, or is what took another one back. */
export function isReversed(bill: Bill): boolean {
  return bill.reversed_by_id !== undefined || bill.reverses_id !== undefined;
}
