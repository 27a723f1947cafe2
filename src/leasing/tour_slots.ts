import { parseHours, type WeekHours } from '../model/office_hours.ts';
import type { Staff, Tour, Unit } from '../model/records.ts';
import type { Refusal } from '../model/refusal.ts';
import { addDays, daysBetween, localDate, spoken, toInstant, toLocal, weekday } from '../model/zoned_time.ts';
import { collide } from './reservation.ts';
import { slotId, type Slot, type TourType } from './slot_id.ts';

/** What decides whether a tour can be given. Times of day are the property's own. */
export interface TourRules {
  /** Opening times as in the configuration, `{ "mon-fri": "09:00-18:00" }`. */
  hours: Readonly<Record<string, string>>;
  /** Undefined where the property's zone is not known: then no time can be offered. */
  time_zone: string | undefined;
  tour_minutes: number;
  buffer_minutes: number;
  notice_minutes: number;
  /** Longer notice where somebody still lives in the unit: many states ask for 24 hours before entry. */
  occupied_notice_minutes?: number;
  now: string;
  agents: readonly Staff[];
  /** Tours of these agents and this unit, whatever their status. */
  booked: readonly Tour[];
  unit: Unit;
  tour_type: TourType;
}

export interface SlotQuery {
  from: string;
  to: string;
  part_of_day?: PartOfDay;
  limit?: number;
}

export interface TourSlot extends Slot {
  slot_id: string;
  /** "Tuesday, November 24, 2:45 PM", to be said as it is. */
  spoken: string;
}

const PARTS_OF_DAY = { morning: [0, 12 * 60], afternoon: [12 * 60, 17 * 60], evening: [17 * 60, 24 * 60] } as const;
export type PartOfDay = keyof typeof PARTS_OF_DAY;

const STEP_MINUTES = 15;
const MAX_DAYS = 31;
const DEFAULT_LIMIT = 8;
const DEFAULT_OCCUPIED_NOTICE = 24 * 60;

/**
 * The next free tour times, in order and without overlap. Each is one start with the agent who gives it: the one with
 * the fewest tours, then by id, so that the same question has the same answer.
 */
export function tourSlots(rules: TourRules, query: SlotQuery): { slots: TourSlot[] } | Refusal {
  const plan = planOf(rules);
  if ('code' in plan) return plan;
  const today = localDate(rules.now, plan.zone);
  const from = query.from < today ? today : query.from;
  if (query.to < query.from || daysBetween(query.from, query.to) > MAX_DAYS) {
    return {
      code: 'invalid_input',
      field: 'to_date',
      message: `The dates must run forward over at most ${MAX_DAYS} days; no times were looked for.`,
      next: 'Ask for a shorter stretch.',
    };
  }
  const slots: TourSlot[] = [];
  for (let date = from; date <= query.to; date = addDays(date, 1)) {
    for (const local of startsOn(date, rules, plan, query.part_of_day)) {
      if (slots.length >= (query.limit ?? DEFAULT_LIMIT)) return { slots };
      const start = toInstant(local, plan.zone);
      if ('error' in start) continue;
      const time = { start: start.instant, end: plusMinutes(start.instant, rules.tour_minutes) };
      const last = slots.at(-1);
      if (last && collide(last, time, rules.buffer_minutes)) continue;
      if (whyNot(time, rules, plan) !== undefined) continue;
      const agent = freeAgents(time, rules, plan)[0];
      const slot = { unit_id: rules.unit.id, ...(agent && { agent_id: agent.id }), ...time, type: rules.tour_type };
      slots.push({ ...slot, slot_id: slotId(slot), spoken: spoken(slot.start, plan.zone) });
    }
  }
  return { slots };
}

/**
 * Whether a slot can still be had, by the same rules as it was offered; undefined means yes. `moving_tour_id` is the
 * tour that is being moved there, which is not in its own way.
 */
export function slotStillFree(slot: Slot, rules: TourRules, moving_tour_id?: string): Refusal | undefined {
  if (slot.unit_id !== rules.unit.id || slot.type !== rules.tour_type) {
    return invalidSlot('The slot is for another unit or another type of tour');
  }
  const others = { ...rules, booked: rules.booked.filter((tour) => tour.id !== moving_tour_id) };
  const plan = planOf(others);
  if ('code' in plan) return plan;
  if (Date.parse(slot.end) - Date.parse(slot.start) !== rules.tour_minutes * 60_000) {
    return invalidSlot('The slot is not as long as tours are here');
  }
  const reason = whyNot(slot, others, plan);
  if (reason !== undefined) return taken(reason);
  const free = freeAgents(slot, others, plan).some((agent) => agent.id === slot.agent_id);
  return free || slot.type === 'self_guided' ? undefined : taken('The agent is not free then');
}

function invalidSlot(reason: string): Refusal {
  return {
    code: 'invalid_input',
    field: 'slot_id',
    message: `${reason}; nothing was booked.`,
    next: 'Take a slot_id from find_tour_slots.',
  };
}

function taken(reason: string): Refusal {
  return {
    code: 'slot_taken',
    field: 'slot_id',
    message: `${reason}; nothing was booked.`,
    next: 'Offer another time from find_tour_slots.',
  };
}

interface Plan {
  zone: string;
  office: WeekHours;
  /** Who shows units here, with the hours in which each works. */
  agents: { agent: Staff; hours: WeekHours; tours: number }[];
  notice_minutes: number;
}

/** Reads the rules once; refuses where no tour can be given at all, whatever the time. */
function planOf(rules: TourRules): Plan | Refusal {
  const unit = refuseUnit(rules);
  if (unit) return unit;
  if (rules.time_zone === undefined) {
    return {
      code: 'conflict',
      message: 'The time zone of this property is not known, so no tour time can be told or booked.',
      next: 'Have the property entered under time_zones in the configuration, or hand over with escalate_to_staff.',
    };
  }
  const office = parseHours(rules.hours);
  if ('error' in office) return hoursRefused(office.error);
  const agents: Plan['agents'] = [];
  for (const agent of rules.tour_type === 'self_guided' ? [] : rules.agents) {
    if (!showsUnits(agent, rules.unit.property_id)) continue;
    const own = agent.hours ? parseHours(agent.hours) : office;
    if ('error' in own) return hoursRefused(own.error);
    agents.push({
      agent,
      hours: own.hours,
      tours: rules.booked.filter((tour) => holds(tour, { agent_id: agent.id })).length,
    });
  }
  agents.sort((a, b) => a.tours - b.tours || (a.agent.id < b.agent.id ? -1 : 1));
  const lived_in = rules.unit.occupancy === 'notice' && rules.tour_type === 'agent_led';
  const longer = lived_in ? (rules.occupied_notice_minutes ?? DEFAULT_OCCUPIED_NOTICE) : 0;
  return {
    zone: rules.time_zone,
    office: office.hours,
    agents,
    notice_minutes: Math.max(rules.notice_minutes, longer),
  };
}

function refuseUnit({ unit, tour_type }: TourRules): Refusal | undefined {
  const showable = unit.occupancy === 'vacant' || (unit.occupancy === 'notice' && tour_type !== 'self_guided');
  if (showable) return undefined;
  const self_guided = tour_type === 'self_guided' && unit.occupancy !== 'down';
  return {
    code: 'conflict',
    field: self_guided ? 'tour_type' : 'unit_id',
    message: self_guided
      ? 'Somebody lives in this unit, and only vacant units are shown without an agent; nothing was booked.'
      : `This unit is ${unit.occupancy} and cannot be shown; nothing was booked.`,
    next: self_guided ? 'Offer a tour with an agent.' : 'Offer another unit from find_available_units.',
  };
}

function hoursRefused(error: string): Refusal {
  return {
    code: 'conflict',
    message: `The hours for tours cannot be read (${error}), so no time can be offered or booked.`,
    next: 'Have the hours corrected, or hand over with escalate_to_staff.',
  };
}

function showsUnits(agent: Staff, property_id: string): boolean {
  const here = agent.property_ids.length === 0 || agent.property_ids.includes(property_id);
  return agent.is_active && agent.roles.includes('leasing_agent') && here;
}

function startsOn(date: string, rules: TourRules, plan: Plan, part: PartOfDay | undefined): string[] {
  const [earliest, latest] = part ? PARTS_OF_DAY[part] : [0, 24 * 60];
  const weeks = rules.tour_type === 'self_guided' ? [plan.office] : plan.agents.map(({ hours }) => hours);
  const minutes = new Set<number>();
  for (const [open, close] of weeks.flatMap((hours) => hours[weekday(date)])) {
    const first = Math.ceil(Math.max(open, earliest) / STEP_MINUTES) * STEP_MINUTES;
    for (let at = first; at < Math.min(close, latest); at += STEP_MINUTES) minutes.add(at);
  }
  return [...minutes].sort((a, b) => a - b).map((at) => `${date}T${clock(at)}`);
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function plusMinutes(instant: string, minutes: number): string {
  return new Date(Date.parse(instant) + minutes * 60_000).toISOString();
}

type Time = { start: string; end: string };

/** Why nobody could give a tour of the unit at this time; undefined where somebody might. */
function whyNot(time: Time, rules: TourRules, plan: Plan): string | undefined {
  if (Date.parse(time.start) % (STEP_MINUTES * 60_000) !== 0) return 'Tours begin on the quarter hour';
  if (Date.parse(time.start) < Date.parse(rules.now) + plan.notice_minutes * 60_000) {
    return `Tours here need ${plan.notice_minutes} minutes of notice`;
  }
  if (
    rules.booked.some((tour) => holds(tour, { unit_id: rules.unit.id }) && collide(tour, time, rules.buffer_minutes))
  ) {
    return 'The unit is being shown then';
  }
  if (rules.tour_type === 'self_guided')
    return isOpen(time, plan.office, plan.zone) ? undefined : 'The office is closed then';
  return freeAgents(time, rules, plan).length > 0 ? undefined : 'No agent is free then';
}

function freeAgents(time: Time, rules: TourRules, plan: Plan): Staff[] {
  return plan.agents
    .filter(({ hours }) => isOpen(time, hours, plan.zone))
    .map(({ agent }) => agent)
    .filter(
      (agent) =>
        !rules.booked.some((tour) => holds(tour, { agent_id: agent.id }) && collide(tour, time, rules.buffer_minutes)),
    );
}

function holds(tour: Tour, who: { agent_id: string } | { unit_id: string }): boolean {
  const same = 'agent_id' in who ? tour.agent_id === who.agent_id : tour.unit_id === who.unit_id;
  return same && tour.status === 'scheduled';
}

/** Compared on the wall clock, so that a day with 23 or 25 hours opens and closes when the door does. */
function isOpen({ start, end }: Time, hours: WeekHours, zone: string): boolean {
  const from = toLocal(start, zone);
  const to = toLocal(end, zone);
  const date = from.slice(0, 10);
  return hours[weekday(date)].some(([open, close]) => {
    const closing = close === 24 * 60 ? `${addDays(date, 1)}T00:00` : `${date}T${clock(close)}`;
    return `${date}T${clock(open)}` <= from && from < to && to <= closing;
  });
}
