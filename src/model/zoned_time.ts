import { createRequire } from 'node:module';
import type { Property } from './records.ts';
import { ONE_ZONE_STATES, SEVERAL_ZONE_STATES } from './state_time_zones.ts';

/*
 * Property-local time. Dates are days on the property's own calendar, instants are UTC with milliseconds. The calendar
 * library is loaded at the first use of a zone, not at import, because every tool file is imported at start-up.
 */

const DAY_MS = 86_400_000;
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const LOCAL_TIME = /^(\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?)(Z|[+-][01]\d:?[0-5]\d)?$/;

const require = createRequire(import.meta.url);
let loaded: (typeof import('temporal-polyfill'))['Temporal'] | undefined;

function temporal() {
  loaded ??= (require('temporal-polyfill') as typeof import('temporal-polyfill')).Temporal;
  return loaded;
}

/**
 * The instant of a property-local time `YYYY-MM-DDTHH:MM` (seconds may follow). A time given with `Z` or an offset is
 * taken at its word, with a note where that is not the zone's own offset. A time that the clocks skip in spring is an
 * error; of a time that comes twice in autumn the earlier one is taken, with a note.
 */
export function toInstant(local: string, zone: string): { instant: string; note?: string } | { error: string } {
  const match = LOCAL_TIME.exec(local);
  if (!match) return { error: 'must be a property-local time like "2026-11-24T14:45"' };
  const [, wall, , offset] = match;
  const { PlainDateTime } = temporal();
  try {
    const plain = PlainDateTime.from(wall!, { overflow: 'reject' });
    if (offset !== undefined) return givenOffset(wall!, offset, zone);
    const earlier = plain.toZonedDateTime(zone, { disambiguation: 'earlier' });
    const later = plain.toZonedDateTime(zone, { disambiguation: 'later' });
    if (earlier.epochMilliseconds === later.epochMilliseconds) return { instant: isoInstant(earlier) };
    if (earlier.toPlainDateTime().equals(plain)) {
      return { instant: isoInstant(earlier), note: `${local} comes twice in ${zone}; the earlier one was taken` };
    }
    const after = later.toPlainDateTime().toString({ smallestUnit: 'minute' });
    return { error: `${local} does not exist in ${zone}: the clocks go forward then; ${after} does` };
  } catch {
    return { error: `is not a date and time that exists, or ${zone} is not a time zone` };
  }
}

function givenOffset(wall: string, offset: string, zone: string): { instant: string; note?: string } {
  const zoned = temporal()
    .Instant.from(wall + offset)
    .toZonedDateTimeISO(zone);
  const instant = isoInstant(zoned);
  if (offset === 'Z' || zoned.offset.replace(':', '') === offset.replace(':', '')) return { instant };
  return { instant, note: `taken with the offset given: ${spoken(instant, zone)} in ${zone}` };
}

function isoInstant(time: { epochMilliseconds: number }): string {
  return new Date(time.epochMilliseconds).toISOString();
}

function inZone(instant: string, zone: string) {
  return temporal().Instant.from(instant).toZonedDateTimeISO(zone);
}

/** The wall-clock time there, `YYYY-MM-DDTHH:MM`. Throws RangeError on an unknown zone. */
export function toLocal(instant: string, zone: string): string {
  return inZone(instant, zone).toPlainDateTime().toString({ smallestUnit: 'minute' });
}

/** The calendar day there. */
export function localDate(instant: string, zone: string): string {
  return inZone(instant, zone).toPlainDate().toString();
}

/** The time there as one says it on the phone: "Tuesday, November 24, 2:45 PM". */
export function spoken(instant: string, zone: string): string {
  const t = inZone(instant, zone);
  const clock = `${t.hour % 12 || 12}:${String(t.minute).padStart(2, '0')} ${t.hour < 12 ? 'AM' : 'PM'}`;
  return `${DAYS[t.dayOfWeek - 1]}, ${MONTHS[t.month - 1]} ${t.day}, ${clock}`;
}

/** A date as one writes it in a letter: "November 24, 2026". */
export function writtenDate(date: string): string {
  return `${MONTHS[Number(date.slice(5, 7)) - 1]} ${Number(date.slice(8, 10))}, ${date.slice(0, 4)}`;
}

/** The day `days` later (earlier where negative). */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from `from` to `to`; negative where `to` is the earlier one. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS;
}

export function weekday(date: string): Weekday {
  return WEEKDAYS[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7]!;
}

/**
 * The zone of a property: the PMS's word, else its own entry in the configuration, else the only zone of its state,
 * else the configured default. Undefined where a border runs through the state and neither the PMS nor an entry says on
 * which side the property lies: the default would be a guess there.
 */
export function zoneForProperty(facts: {
  property: Pick<Property, 'id' | 'time_zone' | 'address'>;
  configured: { default?: string; properties?: Readonly<Record<string, string>> };
}): string | undefined {
  const { property, configured } = facts;
  const own = configured.properties;
  const said = property.time_zone ?? (own && Object.hasOwn(own, property.id) ? own[property.id] : undefined);
  if (said !== undefined) return said;
  const state = property.address.state.trim().toUpperCase();
  if (SEVERAL_ZONE_STATES.has(state)) return undefined;
  return (Object.hasOwn(ONE_ZONE_STATES, state) ? ONE_ZONE_STATES[state] : undefined) ?? configured.default;
}
