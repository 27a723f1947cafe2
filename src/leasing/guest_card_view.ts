import * as z from 'zod/v4';
import { formatAmount } from '../model/money.ts';
import type { GuestCard } from '../model/records.ts';
import { TourView } from './tour_view.ts';

/** A prospect in a result. Absent fields are unknown; contact data is masked but in the one read in full. */
export const GuestCardView = z.object({
  guest_card_id: z.string(),
  version: z.string(),
  property_id: z.string(),
  property: z.string().optional(),
  name: z.string().optional(),
  phone: z.string().optional(),
  email: z.string().optional(),
  status: z.string(),
  lost_reason: z.string().optional(),
  source: z.string(),
  latest_source: z.string().optional(),
  unit_ids: z.array(z.string()),
  bedrooms: z.number().optional(),
  bathrooms: z.number().optional(),
  rent_max: z.string().optional(),
  move_in_date: z.string().optional(),
  occupants: z.number().optional(),
  pets: z.string().optional(),
  assigned_to: z.string().optional(),
  agent: z.string().optional(),
  follow_up_on: z.string().optional(),
  follow_up_due: z.boolean().optional(),
  tours: z.array(TourView),
  created_at: z.string(),
  next_step: z.string().optional(),
});
export type GuestCardView = z.infer<typeof GuestCardView>;

/** Names that go with the ids of a card, how ids and times are written, and what is shown of the contact data. */
export interface GuestCardWords {
  ref(id: string): string;
  /** Property-local text of an instant. */
  local(instant: string): string;
  /** Property-local day, for follow-ups that are due. */
  today: string;
  property?: string | undefined;
  agent?: string | undefined;
  phone?: string | undefined;
  email?: string | undefined;
  tours: readonly TourView[];
}

export function guestCardView(card: GuestCard, version: string, words: GuestCardWords): GuestCardView {
  const due = card.follow_up_on !== undefined && card.follow_up_on <= words.today;
  return present({
    guest_card_id: words.ref(card.id),
    version,
    property_id: words.ref(card.property_id),
    property: words.property,
    name: card.name,
    phone: words.phone,
    email: words.email,
    status: card.status,
    lost_reason: card.lost_reason,
    source: card.source,
    latest_source: card.latest_source === card.source ? undefined : card.latest_source,
    unit_ids: card.unit_ids.map(words.ref),
    bedrooms: card.bedrooms,
    bathrooms: card.bathrooms,
    rent_max: card.rent_max === undefined ? undefined : formatAmount(card.rent_max),
    move_in_date: card.move_in_date,
    occupants: card.occupants,
    pets: card.pets,
    assigned_to: card.assigned_to === undefined ? undefined : words.ref(card.assigned_to),
    agent: words.agent,
    follow_up_on: card.follow_up_on,
    follow_up_due: due ? true : undefined,
    tours: [...words.tours],
    created_at: words.local(card.created_at),
    next_step: due ? 'follow up, then update_guest_card with the status or the next follow_up_on' : NEXT[card.status],
  });
}

const NEXT: Partial<Record<GuestCard['status'], string>> = {
  new: 'answer the inquiry, then update_guest_card with status contacted',
  contacted: 'find_tour_slots, then schedule_tour',
  qualified: 'find_tour_slots, then schedule_tour',
  tour_scheduled: 'change_tour with toured or no_show once the time has come',
  toured: 'follow up; update_guest_card with status applied or lost',
  no_show: 'offer another time with find_tour_slots; update_guest_card with follow_up_on',
  applied: 'a person decides on the application',
};

/** The object without its undefined fields. */
function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}
