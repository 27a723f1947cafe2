import { CaretakerError } from '../model/errors.ts';
import { addDays, toLocal } from '../model/zoned_time.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import { knownZone } from './place_view.ts';

/** Where something happened, as the ledger keeps it. */
export interface Place {
  connection: string | null;
  scope: string;
  property_id: string | null;
}

/** The clocks of the properties under a grant, as far as the mirror knows them; asks no PMS. */
export interface PortfolioClock {
  /** An instant (epoch milliseconds) as the clock there shows it; an ISO instant where that clock is not known. */
  text(at: number, place: Place): Promise<string>;
  /** The property of a place, where the mirror has it. */
  property(place: Place): Promise<Found<'property'> | undefined>;
}

export function portfolioClock(call: Call): PortfolioClock {
  const read = new Map<string, Promise<Found<'property'> | undefined>>();

  function property({ connection, scope, property_id }: Place): Promise<Found<'property'> | undefined> {
    if (connection === null || property_id === null || !call.records.connections.includes(connection))
      return Promise.resolve(undefined);
    const ref = call.records.ref(connection, scope, property_id);
    const known = read.get(ref) ?? call.records.known('property', ref);
    read.set(ref, known);
    return known;
  }

  return {
    property,
    async text(at, place) {
      const found = await property(place);
      const zone = found === undefined ? defaultZone(call, place) : knownZone(call, found);
      const instant = new Date(at).toISOString();
      return zone === undefined ? instant : toLocal(instant, zone);
    },
  };
}

function defaultZone(call: Call, { connection }: Place): string | undefined {
  const settings = call.config.connections.filter(({ id }) => connection === null || id === connection);
  const zones = new Set(settings.map(({ time_zones }) => time_zones.default));
  return zones.size === 1 ? [...zones][0] : undefined;
}

/** One end of a span of time, as a caller gives it. */
export interface Bound {
  /** Epoch milliseconds that no event within the span lies beyond, wherever on earth it was. */
  loose: number;
  /** Whether something lies on the right side of it. `shown` is its time as `PortfolioClock.text` writes it. */
  admits(at: number, shown: string): boolean;
}

/** The widest offset from UTC that any place has. */
const WIDEST_OFFSET_MS = 14 * 3_600_000;

/**
 * Reads `since` or `until`. With an offset it is an instant; without one it is the time that the clock at each property
 * shows, so that "since 18:00" means every property's own evening. A day counts as a whole. Throws `invalid_input`.
 */
export function readBound(text: string, end: 'since' | 'until'): Bound {
  const wall = wholeDay(text, end);
  const offset = /(?:Z|[+-]\d{2}:\d{2})$/.test(wall.slice(10));
  const at = Date.parse(offset ? wall : `${wall}Z`);
  if (Number.isNaN(at) || (!offset && new Date(at).toISOString().slice(0, 10) !== wall.slice(0, 10)))
    throw new CaretakerError('invalid_input', `${end} is not a time that exists. Nothing was changed.`, {
      field: end,
      next: 'give a day like 2026-11-24, a property-local time like 2026-11-24T18:00, or an instant',
    });
  const side = end === 'since' ? 1 : -1;
  return {
    loose: offset ? at : at - side * WIDEST_OFFSET_MS,
    admits(happened, shown) {
      // What has no clock of its own is shown, and judged, in UTC.
      const before = offset ? happened < at : shown.slice(0, 16) < wall.slice(0, 16);
      return end === 'since' ? !before : before;
    },
  };
}

function wholeDay(text: string, end: 'since' | 'until'): string {
  if (text.length > 10) return text;
  const day = end === 'since' || Number.isNaN(Date.parse(text)) ? text : addDays(text, 1);
  return `${day}T00:00`;
}
