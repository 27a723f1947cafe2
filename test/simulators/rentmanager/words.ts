import { GUEST_CARD_STATUSES, LOST_REASONS } from '../../../src/model/records.ts';
import { SEVERITIES, TRADES, WORK_ORDER_STATUSES } from '../../../src/model/values.ts';

/** `on_hold` as people write it: `On hold`. */
export function spoken(word: string): string {
  const text = word.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The company's own lists: numbers and names that nobody else has. */
function numbered<T extends string>(words: readonly T[], first: number): readonly (readonly [number, T])[] {
  return words.map((word, at) => [first + at, word] as const);
}

export const STATUSES = numbered(WORK_ORDER_STATUSES, 31);
export const PRIORITIES = numbered(SEVERITIES, 51);
export const CATEGORIES = numbered(TRADES, 61);
export const STAGES = numbered(GUEST_CARD_STATUSES, 91);
export const REASONS = numbered(LOST_REASONS, 111);

export function numberOf<T extends string>(list: readonly (readonly [number, T])[], word: T): number {
  const found = list.find(([, one]) => one === word);
  if (found === undefined) throw new RangeError(`the list has no ${word}`);
  return found[0];
}

export function wordOf<T extends string>(list: readonly (readonly [number, T])[], number: unknown): T | undefined {
  return list.find(([one]) => one === number)?.[1];
}

/** Kinds of account by canonical type and role. */
export const ACCOUNT_TYPES = {
  bank: 'Bank',
  receivable: 'Accounts Receivable',
  payable: 'Accounts Payable',
  asset: 'Asset',
  liability: 'Liability',
  equity: 'Equity',
  income: 'Income',
  expense: 'Expense',
} as const;

/** What appointments of tours are called in this company's calendar. */
export const TOUR_SUBJECTS = { agent_led: 'Tour', self_guided: 'Self-guided tour', virtual: 'Virtual tour' } as const;
export const TOUR_ENDS = { cancelled: 'CANCELLED', toured: 'Done', no_show: 'No-show' } as const;

export const PHONE_TYPES = {
  mobile: 'Cell',
  home: 'Home',
  work: 'Work',
  after_hours: 'After hours',
  other: 'Other',
} as const;
export const CONTACT_TYPES = {
  primary: 'Tenant',
  roommate: 'Roommate',
  occupant: 'Occupant',
  guarantor: 'Guarantor',
} as const;

export function keyOf<T extends string>(words: Readonly<Record<T, string>>, word: unknown): T | undefined {
  return (Object.keys(words) as T[]).find((key) => words[key] === word);
}
