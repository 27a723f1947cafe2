import * as z from 'zod/v4';
import type { Tour } from '../model/records.ts';
import { spoken, toLocal } from '../model/zoned_time.ts';
import type { TourSlot } from './tour_slots.ts';

/** A tour in a result; times are property-local. */
export const TourView = z.object({
  tour_id: z.string(),
  version: z.string(),
  guest_card_id: z.string(),
  unit_id: z.string(),
  unit: z.string().optional(),
  agent_id: z.string().optional(),
  agent: z.string().optional(),
  type: z.string(),
  start: z.string(),
  end: z.string(),
  /** To be said as it is: "Tuesday, November 24, 2:45 PM". */
  spoken: z.string().optional(),
  status: z.string(),
  notes: z.string().optional(),
});
export type TourView = z.infer<typeof TourView>;

/** A free tour time in a result; `slot_id` is what books it. */
export const SlotView = z.object({
  slot_id: z.string(),
  start: z.string(),
  end: z.string(),
  spoken: z.string(),
  agent_id: z.string().optional(),
  agent: z.string().optional(),
});
export type SlotView = z.infer<typeof SlotView>;

/** Names that go with the ids of a tour, and how ids and times are written; without a zone, instants stay UTC. */
export interface TourWords {
  ref(id: string): string;
  zone: string | undefined;
  unit?: string | undefined;
  agent?: string | undefined;
}

export function tourView(tour: Tour, version: string, { ref, zone, unit, agent }: TourWords): TourView {
  const local = (instant: string) => (zone === undefined ? instant : toLocal(instant, zone));
  return {
    tour_id: ref(tour.id),
    version,
    guest_card_id: ref(tour.guest_card_id),
    unit_id: ref(tour.unit_id),
    ...(unit !== undefined && { unit }),
    ...(tour.agent_id !== undefined && { agent_id: ref(tour.agent_id) }),
    ...(agent !== undefined && { agent }),
    type: tour.type,
    start: local(tour.start),
    end: local(tour.end),
    ...(zone !== undefined && { spoken: spoken(tour.start, zone) }),
    status: tour.status,
    ...(tour.notes !== undefined && { notes: tour.notes }),
  };
}

export function slotView(
  slot: TourSlot,
  words: { ref(id: string): string; zone: string; agent?: string | undefined },
): SlotView {
  return {
    slot_id: slot.slot_id,
    start: toLocal(slot.start, words.zone),
    end: toLocal(slot.end, words.zone),
    spoken: slot.spoken,
    ...(slot.agent_id !== undefined && { agent_id: words.ref(slot.agent_id) }),
    ...(words.agent !== undefined && { agent: words.agent }),
  };
}
