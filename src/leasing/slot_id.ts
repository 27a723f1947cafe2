import { createHash } from 'node:crypto';
import { TOUR_TYPES } from '../model/records.ts';

export type TourType = (typeof TOUR_TYPES)[number];

/** What a slot id says. Times are instants. */
export interface Slot {
  unit_id: string;
  /** Absent on self-guided tours. */
  agent_id?: string;
  start: string;
  end: string;
  type: TourType;
}

const STAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z$/;
const MINUTE_MS = 60_000;

/**
 * A slot as one opaque word without blanks: unit, agent, start in UTC, minutes and type, and a check sum against slips
 * in copying. It is no proof that the slot was offered: a booking is checked against the rules again.
 */
export function slotId(slot: Slot): string {
  const stamp = slot.start.slice(0, 16).replace(/[-:]/g, '') + 'Z';
  const minutes = (Date.parse(slot.end) - Date.parse(slot.start)) / MINUTE_MS;
  const body = [encode(slot.unit_id), encode(slot.agent_id ?? ''), stamp, minutes, slot.type].join(':');
  return `${body}:${checkSum(body)}`;
}

/** Reads a slot id; undefined where it is not one, or a character of it was lost. */
export function parseSlotId(id: string): Slot | undefined {
  const cut = id.lastIndexOf(':');
  const body = id.slice(0, cut);
  if (cut < 0 || id.length > 2_000 || checkSum(body) !== id.slice(cut + 1)) return undefined;
  const [unit = '', agent = '', stamp = '', minutes = '', type = '', ...rest] = body.split(':');
  const iso = stamp.replace(STAMP, '$1-$2-$3T$4:$5:00.000Z');
  const start = Date.parse(iso);
  const known = TOUR_TYPES.find((name) => name === type);
  if (!known || rest.length > 0 || Number.isNaN(start) || !/^[1-9]\d{0,3}$/.test(minutes)) return undefined;
  try {
    return {
      unit_id: decodeURIComponent(unit),
      ...(agent !== '' && { agent_id: decodeURIComponent(agent) }),
      start: iso,
      end: new Date(start + Number(minutes) * MINUTE_MS).toISOString(),
      type: known,
    };
  } catch {
    return undefined;
  }
}

function encode(id: string): string {
  return encodeURIComponent(id.toWellFormed());
}

function checkSum(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 6);
}
