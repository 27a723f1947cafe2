import type { Property } from '../model/records.ts';
import type { Refusal } from '../model/refusal.ts';
import { addDays } from '../model/zoned_time.ts';

/** A posting dated further back than this is a slip of the year, or belongs in a person's hands. */
const MAX_DAYS_BACK = 366;
/** Next quarter's invoice may be entered today; the next year's may not. */
const MAX_DAYS_AHEAD = 92;

/**
 * Whether something may be posted on a day: after the day through which the property's books are locked (transactions on
 * that day are locked too), and not a slip of the year. The date is never moved to make a posting fit.
 */
export function checkPostingDate(
  property: Pick<Property, 'id' | 'books_locked_through'>,
  date: string,
  today: string,
  field: string,
): Refusal | undefined {
  const locked = property.books_locked_through;
  if (locked !== undefined && date <= locked) {
    return {
      code: 'period_closed',
      field,
      message: `The books of property ${property.id} are locked through ${locked}; nothing was posted on ${date}.`,
      next: `Ask the bookkeeper whether it belongs on ${addDays(locked, 1)} or later, or have the period opened.`,
      details: { property_id: property.id, locked_through: locked, first_open_date: addDays(locked, 1) },
    };
  }
  const [from, to] = [addDays(today, -MAX_DAYS_BACK), addDays(today, MAX_DAYS_AHEAD)];
  if (date >= from && date <= to) return undefined;
  return {
    code: 'invalid_input',
    field,
    message: `A posting is dated from ${from} to ${to}; nothing was posted on ${date}.`,
    next: 'Check the year.',
  };
}
