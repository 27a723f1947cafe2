import * as z from 'zod/v4';

/** Money inside Caretaker: whole cents, may be negative (credits). Tools take and give decimal strings. */
export const Cents = z.int().min(-1e13).max(1e13);
export type Cents = z.infer<typeof Cents>;

/** A calendar day as the property's own calendar shows it, `YYYY-MM-DD`, and one that exists. */
export const LocalDate = z.iso.date();
export type LocalDate = z.infer<typeof LocalDate>;

/** A moment, ISO 8601 in UTC with milliseconds (`2026-11-24T08:45:00.000Z`). */
export const Instant = z.iso.datetime();
export type Instant = z.infer<typeof Instant>;

/** An IANA zone such as `America/Chicago`. */
export const TimeZone = z.string().min(1).max(64);

/** Ids are the PMS's own, kept as text: some vendors have `000005`, some UUIDs, some `t0000007`. */
export const Id = z.string().min(1).max(200);
export type Id = z.infer<typeof Id>;

/** E.164 where the number could be read (`+15125550143`), else the digits as the PMS holds them. */
export const Phone = z.object({
  number: z.string().min(1).max(40),
  type: z.enum(['mobile', 'home', 'work', 'after_hours', 'other']).default('other'),
});
export type Phone = z.infer<typeof Phone>;

export const Address = z.object({
  street: z.string(),
  street2: z.string().optional(),
  city: z.string(),
  /** Two-letter US postal code of the state. */
  state: z.string(),
  postal_code: z.string(),
});
export type Address = z.infer<typeof Address>;

/** How a person may be reached. Consent and opt-outs are kept per channel. */
const CHANNELS = ['phone', 'sms', 'email', 'chat', 'in_person'] as const;
export const Channel = z.enum(CHANNELS);
export type Channel = z.infer<typeof Channel>;

/** Consent for one channel: an inquiry supports a reply, it is not a grant for campaigns (TCPA, CAN-SPAM). */
export const Consent = z.object({
  channel: z.enum(['phone', 'sms', 'email']),
  state: z.enum(['granted', 'revoked']),
  at: Instant,
  source: z.string(),
});
export type Consent = z.infer<typeof Consent>;

/**
 * How serious a maintenance problem is, most serious first. `life_safety` is 911 first, `emergency` is dispatched now,
 * `urgent` is answered within 24 to 72 hours.
 */
export const SEVERITIES = ['life_safety', 'emergency', 'urgent', 'routine'] as const;
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

/** The trades that maintenance work is sorted into. */
export const TRADES = [
  'plumbing',
  'hvac',
  'electrical',
  'appliance',
  'locksmith',
  'pest',
  'roofing',
  'carpentry',
  'flooring',
  'painting',
  'cleaning',
  'grounds',
  'fire_safety',
  'elevator',
  'restoration',
  'general',
] as const;
export const Trade = z.enum(TRADES);
export type Trade = z.infer<typeof Trade>;

/** The life of a work order; each connection maps its PMS's own statuses onto these by a table. */
export const WORK_ORDER_STATUSES = [
  'new',
  'estimate_requested',
  'estimated',
  'assigned',
  'scheduled',
  'in_progress',
  'on_hold',
  'work_done',
  'ready_to_bill',
  'closed',
  'cancelled',
] as const;
export const WorkOrderStatus = z.enum(WORK_ORDER_STATUSES);
export type WorkOrderStatus = z.infer<typeof WorkOrderStatus>;

/** Statuses in which nothing more is to be done at the property. */
export const CLOSED_WORK_ORDER_STATUSES: readonly WorkOrderStatus[] = ['closed', 'cancelled'];

/** Which of two severities is the more serious one; the first where they are equal. */
export function moreSevere(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(b) < SEVERITIES.indexOf(a) ? b : a;
}
