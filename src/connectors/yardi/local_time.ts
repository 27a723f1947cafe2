import { addDays } from '../../model/zoned_time.ts';
import { localInstant, utcInstant, type Codec } from '../kit/codecs.ts';

/**
 * A moment of a record's history as the property's clock shows it. Where the property has no zone it is read as UTC, for a
 * few hours' difference says less than no moment at all. Not for appointments.
 */
export const moment: Codec = {
  read: (raw, at) =>
    localInstant.read(raw, at) ?? (at.zoneOf(at.property_id) === undefined ? utcInstant.read(raw, at) : undefined),
  write: localInstant.write,
};

/** The days to search for what was sent with a day: by another clock than the property's it may be one beside it. */
export function aroundDay(day: string): { from: string; to: string } {
  return { from: addDays(day, -1), to: addDays(day, 1) };
}
