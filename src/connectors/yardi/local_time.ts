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
