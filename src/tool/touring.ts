import { reservationCells } from '../leasing/reservation.ts';
import { parseSlotId, type Slot, type TourType } from '../leasing/slot_id.ts';
import { slotStillFree, type SlotQuery, type TourRules, tourSlots } from '../leasing/tour_slots.ts';
import { type SlotView, slotView, type TourView, tourView } from '../leasing/tour_view.ts';
import { CaretakerError } from '../model/errors.ts';
import type { Staff, Tour } from '../model/records.ts';
import { isRefusal } from '../model/refusal.ts';
import { addDays, localDate } from '../model/zoned_time.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import { knownZone } from './place_view.ts';
import { type Cell, reservedTours, resourceOf } from './tour_reservations.ts';
import { refuse } from './versions.ts';

/** Who shows units at a property, and the tours that are booked there or take up those people elsewhere. */
export interface TouringFacts {
  property: Found<'property'>;
  zone: string;
  agents: readonly Staff[];
  tours: readonly Tour[];
}

/** A tour that runs over is still going on; earlier ones are in nobody's way. */
const STILL_RUNNING_MS = 4 * 3_600_000;

/** How far ahead other times are looked for where the wanted one is taken. */
const LOOK_AHEAD_DAYS = 14;

/**
 * Reads what tours at a property rest on. With `fresh`, agents and the property's tours come from the PMS now; tours of
 * these agents at other properties come from the mirror, and the ledger's reservations stand over both. Throws
 * `invalid_input` where the property's time zone is not known.
 */
export async function touringFacts(
  call: Call,
  property: Found<'property'>,
  { fresh }: { fresh: boolean },
): Promise<TouringFacts> {
  const zone = call.zoneOf(property);
  const { connection, scope, record } = property;
  const { records } = call;
  const scheduled = { connection, scope, status: ['scheduled'] };
  const listed_from = new Date(call.now - STILL_RUNNING_MS).toISOString();
  const [staff, here, everywhere] = await Promise.all([
    fresh
      ? records.allFresh('staff', { connection, scope, property_id: record.id })
      : records.all('staff', { connection, scope }),
    fresh
      ? records.allFresh('tour', { connection, scope, property_id: record.id })
      : records.all('tour', { ...scheduled, property_ids: [record.id], listed_from }),
    records.all('tour', { ...scheduled, listed_from }),
  ]);
  const agents = staff.map((found) => found.record).filter(({ roles }) => roles.includes('leasing_agent'));
  const elsewhere = everywhere.filter((tour) => tour.record.property_id !== record.id);
  return { property, zone, agents, tours: [...here, ...elsewhere].map((found) => found.record) };
}

/** The rules for one unit. `except` is a tour or a write that is not to stand in its own way. */
export async function tourRules(
  call: Call,
  facts: TouringFacts,
  unit: Found<'unit'>,
  type: TourType,
  except: { tour_id?: string | undefined; write_id?: string | undefined } = {},
): Promise<TourRules> {
  const { leasing } = call.config;
  const reserved = await reservedTours(
    call,
    facts.property,
    { unit_id: unit.record.id, agent_ids: facts.agents.map(({ id }) => id) },
    except,
  );
  return {
    hours: facts.property.record.office_hours ?? leasing.hours,
    time_zone: facts.zone,
    tour_minutes: leasing.tour_minutes,
    buffer_minutes: leasing.buffer_minutes,
    notice_minutes: leasing.notice_minutes,
    now: new Date(call.now).toISOString(),
    agents: facts.agents,
    booked: [...facts.tours, ...reserved],
    unit: unit.record,
    tour_type: type,
  };
}

/** Free times as results show them; throws where no tour can be given at all. */
export function freeSlots(call: Call, facts: TouringFacts, rules: TourRules, query: SlotQuery): SlotView[] {
  const answer = tourSlots(rules, query);
  if (isRefusal(answer)) return refuse(answer);
  const { connection, scope } = facts.property;
  return answer.slots.map((slot) =>
    slotView(slot, {
      ref: (id) => call.records.ref(connection, scope, id),
      zone: facts.zone,
      agent: facts.agents.find(({ id }) => id === slot.agent_id)?.name,
    }),
  );
}

/** The slot that an id stands for. Throws `invalid_input` where it stands for none. */
export function slotOf(slot_id: string): Slot {
  const slot = parseSlotId(slot_id);
  if (slot !== undefined) return slot;
  throw new CaretakerError('invalid_input', 'slot_id is not one that find_tour_slots gave. Nothing was booked.', {
    field: 'slot_id',
    next: 'find_tour_slots',
  });
}

/** The next three free times from the day of a slot that cannot be had; none where nothing can be offered. */
export function otherSlots(call: Call, facts: TouringFacts, rules: TourRules, slot: Slot): SlotView[] {
  const day = localDate(slot.start, facts.zone);
  const today = localDate(rules.now, facts.zone);
  const from = day < today ? today : day;
  const answer = tourSlots(rules, { from, to: addDays(from, LOOK_AHEAD_DAYS), limit: 3 });
  return isRefusal(answer) ? [] : freeSlots(call, facts, rules, { from, to: addDays(from, LOOK_AHEAD_DAYS), limit: 3 });
}

/** Refuses a slot that the rules do not allow, with the next three where it is taken. */
export function requireFree(
  call: Call,
  facts: TouringFacts,
  rules: TourRules,
  slot: Slot,
  moving_tour_id?: string,
): void {
  const refusal = slotStillFree(slot, rules, moving_tour_id);
  if (refusal === undefined) return;
  if (refusal.code !== 'slot_taken') refuse(refusal);
  refuse({ ...refusal, details: { next_slots: otherSlots(call, facts, rules, slot) } });
}

/** The quarter hours of a slot that its unit and its agent are reserved for. */
export function cellsOf(call: Call, slot: Slot): Cell[] {
  const cells = reservationCells(slot.start, slot.end, call.config.leasing.buffer_minutes);
  const resources = [
    resourceOf.unit(slot.unit_id),
    ...(slot.agent_id === undefined ? [] : [resourceOf.agent(slot.agent_id)]),
  ];
  return resources.flatMap((resource) => cells.map((cell) => ({ resource, cell })));
}

/** A tour with the names that go with its ids. */
export async function viewTour(call: Call, found: Found<'tour'>): Promise<TourView> {
  const [property, unit, agent] = await Promise.all([
    call.records.linked(found, 'property', found.record.property_id),
    call.records.linked(found, 'unit', found.record.unit_id),
    call.records.linked(found, 'staff', found.record.agent_id),
  ]);
  return tourView(found.record, found.version, {
    ref: (id) => call.records.ref(found.connection, found.scope, id),
    zone: property && knownZone(call, property),
    unit: unit?.record.name,
    agent: agent?.record.name,
  });
}
