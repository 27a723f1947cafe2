import * as z from 'zod/v4';
import {
  Address,
  Cents,
  Channel,
  Consent,
  Id,
  Instant,
  LocalDate,
  Phone,
  Severity,
  TimeZone,
  Trade,
  WorkOrderStatus,
} from './values.ts';

/*
 * The canonical records: what every PMS's own records are mapped to. Field names are those of the tools and of the
 * change feed. Ids of other records are ids in the same connection and scope. Optional means "this PMS has none or does
 * not say"; it is never filled with a guess.
 */

/** A property: the unit of access (pins), of accounting dimensions and of time zone. */
export const Property = z.object({
  id: Id,
  name: z.string(),
  /** What people call it: "the blue building", "Maple". Spoken by callers, matched by search. */
  nicknames: z.array(z.string()).default([]),
  address: Address,
  /** From the PMS where it has one; most have none (Yardi, RealPage), then the configuration decides. */
  time_zone: TimeZone.optional(),
  is_active: z.boolean().default(true),
  phone: z.string().optional(),
  /** Not-to-exceed limit per job without the owner's approval (AppFolio `maintenance_limit`). */
  maintenance_limit: Cents.optional(),
  /** Days and hours in which someone shows units, as in `leasing.hours`; absent means the configuration's. */
  office_hours: z.record(z.string(), z.string()).optional(),
  entry_rule: z.string().optional(),
  shut_offs: z.string().optional(),
  /** Wording approved by the manager for pets, vouchers and accommodations; read out, never paraphrased. */
  policies: z.object({ pets: z.string(), vouchers: z.string(), accommodations: z.string() }).partial().optional(),
  /** Books are locked up to and including this day (Buildium lock date, Yardi closed month, Rent Manager hard close). */
  books_locked_through: LocalDate.optional(),
});
export type Property = z.infer<typeof Property>;

export const Building = z.object({
  id: Id,
  property_id: Id,
  name: z.string(),
  nicknames: z.array(z.string()).default([]),
  address: Address.optional(),
  floors: z.int().optional(),
});
export type Building = z.infer<typeof Building>;

export const Unit = z.object({
  id: Id,
  property_id: Id,
  building_id: Id.optional(),
  /** Exactly as the PMS has it: `2-B`, `½`, `#12`, `PH 3`. Compared by a key, never rewritten. */
  name: z.string(),
  floor: z.int().optional(),
  bedrooms: z.number().optional(),
  bathrooms: z.number().optional(),
  square_feet: z.int().optional(),
  market_rent: Cents.optional(),
  occupancy: z.enum(['occupied', 'vacant', 'notice', 'down']),
  is_listed: z.boolean().default(false),
  /** First day a new resident may move in; only where the unit is or becomes free. */
  available_on: LocalDate.optional(),
  address: Address.optional(),
  entry_notes: z.string().optional(),
  shut_offs: z.string().optional(),
});
export type Unit = z.infer<typeof Unit>;

/**
 * The party that a ledger belongs to: Buildium's lease account, AppFolio's occupancy, Yardi's and Rent Manager's
 * tenant, RealPage's household.
 */
const Household = z.object({
  id: Id,
  property_id: Id,
  unit_id: Id.optional(),
  name: z.string(),
  resident_ids: z.array(Id),
});

const ResidentStatus = z.enum(['future', 'current', 'notice', 'eviction', 'past', 'cancelled']);

export const Resident = z.object({
  id: Id,
  property_id: Id,
  unit_id: Id.optional(),
  household_id: Id.optional(),
  name: z.string(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  preferred_name: z.string().optional(),
  role: z.enum(['primary', 'roommate', 'occupant', 'guarantor']).default('primary'),
  status: ResidentStatus,
  phones: z.array(Phone).default([]),
  emails: z.array(z.string()).default([]),
  birth_date: LocalDate.optional(),
  preferred_channel: z.enum(['phone', 'sms', 'email']).optional(),
  forwarding_address: z.string().optional(),
  consents: z.array(Consent).default([]),
});
export type Resident = z.infer<typeof Resident>;

export const RenewalOffer = z.object({
  id: Id,
  start_date: LocalDate,
  end_date: LocalDate,
  term_months: z.int(),
  rent: Cents,
  expires_on: LocalDate.optional(),
  status: z.enum(['offered', 'accepted', 'declined', 'expired', 'withdrawn']),
});
export type RenewalOffer = z.infer<typeof RenewalOffer>;

export const LeaseStatus = z.enum(['future', 'current', 'notice', 'eviction', 'past', 'cancelled']);

/** One household's right to a unit. A person may have several leases, a lease several people, a unit two at once. */
export const Lease = z.object({
  id: Id,
  property_id: Id,
  unit_id: Id,
  household_id: Id,
  status: LeaseStatus,
  term: z.enum(['fixed', 'month_to_month']),
  start_date: LocalDate,
  /** Absent on month-to-month leases. */
  end_date: LocalDate.optional(),
  rent: Cents,
  deposit: Cents.optional(),
  /** Buildium takes move-outs per resident; others per lease, then every party carries the same dates. */
  parties: z.array(
    z.object({
      resident_id: Id,
      move_in: LocalDate.optional(),
      notice_date: LocalDate.optional(),
      move_out: LocalDate.optional(),
    }),
  ),
  notice_date: LocalDate.optional(),
  move_out_date: LocalDate.optional(),
  renewal_offers: z.array(RenewalOffer).default([]),
});
export type Lease = z.infer<typeof Lease>;

/** Somebody who works for the manager, from the PMS where it has them, else from the configuration. */
export const Staff = z.object({
  id: Id,
  name: z.string(),
  roles: z.array(z.enum(['technician', 'leasing_agent', 'manager', 'bookkeeper'])),
  trades: z.array(Trade).default([]),
  /** Empty means all properties. */
  property_ids: z.array(Id).default([]),
  phone: z.string().optional(),
  email: z.string().optional(),
  is_active: z.boolean().default(true),
  /** 1 is called first when the office is closed; absent means never paged. */
  on_call: z.int().optional(),
  /** Working hours as in `leasing.hours`, property-local; absent means office hours. */
  hours: z.record(z.string(), z.string()).optional(),
});
export type Staff = z.infer<typeof Staff>;

export const Estimate = z.object({
  amount: Cents,
  vendor_id: Id.optional(),
  received_on: LocalDate.optional(),
  status: z.enum(['pending', 'approved', 'declined']).default('pending'),
});

const Visit = z.object({ start: Instant, end: Instant.optional() });

export const Note = z.object({
  at: Instant,
  by: z.string().optional(),
  text: z.string(),
  /** True where residents may read it in the PMS. */
  is_public: z.boolean().default(false),
});

export const WorkOrder = z.object({
  id: Id,
  /** The number people quote; where a PMS has none it is the id. */
  number: z.string(),
  property_id: Id,
  unit_id: Id.optional(),
  location: z.string().optional(),
  resident_id: Id.optional(),
  /** Who would be billed for a charge-back; not the reporter (Yardi's TenantCode). */
  bill_to_lease_id: Id.optional(),
  reporter_name: z.string().optional(),
  callback_phone: z.string().optional(),
  title: z.string(),
  description: z.string(),
  trade: Trade,
  severity: Severity,
  status: WorkOrderStatus,
  /** The PMS's own words for it, kept beside the canonical value. */
  raw_status: z.string().optional(),
  entry: z.enum(['yes', 'no', 'call_first', 'unknown']),
  entry_notes: z.string().optional(),
  vendor_id: Id.optional(),
  technician_id: Id.optional(),
  visit: Visit.optional(),
  not_to_exceed: Cents.optional(),
  estimate: Estimate.optional(),
  vendor_reply: z.enum(['pending', 'accepted', 'declined', 'no_reply']).optional(),
  reply_due_at: Instant.optional(),
  /** Life-safety work waits until the fire service or the utility has cleared the place. */
  hazard_cleared_by: z.string().optional(),
  instructions: z.string().optional(),
  notes: z.array(Note).default([]),
  bill_ids: z.array(Id).default([]),
  file_ids: z.array(z.string()).default([]),
  created_at: Instant,
  updated_at: Instant.optional(),
  completed_at: Instant.optional(),
});
export type WorkOrder = z.infer<typeof WorkOrder>;

/** Insurance and licences. An absent date is unknown, and unknown blocks dispatch. */
export const Compliance = z.object({
  general_liability_expires: LocalDate.optional(),
  workers_comp_expires: LocalDate.optional(),
  /** A documented exemption (sole proprietor without employees), with where the document is. */
  workers_comp_exemption: z.string().optional(),
  licences: z
    .array(z.object({ trade: Trade, number: z.string(), state: z.string().optional(), expires: LocalDate.optional() }))
    .default([]),
  w9_on_file: z.boolean().optional(),
});

export const Vendor = z.object({
  id: Id,
  name: z.string(),
  is_active: z.boolean().default(true),
  do_not_use: z.boolean().default(false),
  trades: z.array(Trade).default([]),
  phones: z.array(Phone).default([]),
  emails: z.array(z.string()).default([]),
  takes_emergencies: z.boolean().default(false),
  /** Postal codes served; empty means everywhere. */
  service_area: z.array(z.string()).default([]),
  /** Preferred list: a row with `property_id` counts before one for the whole portfolio; 1 is first. */
  preferred: z.array(z.object({ property_id: Id.optional(), rank: z.int() })).default([]),
  hourly_rate: Cents.optional(),
  compliance: Compliance.default({ licences: [] }),
  /** Whether assigning in the PMS by itself tells the vendor. */
  notified_by_pms: z.boolean().optional(),
});
export type Vendor = z.infer<typeof Vendor>;

export const GUEST_CARD_STATUSES = [
  'new',
  'contacted',
  'qualified',
  'tour_scheduled',
  'toured',
  'no_show',
  'applied',
  'approved',
  'denied',
  'leased',
  'lost',
] as const;
export const GuestCardStatus = z.enum(GUEST_CARD_STATUSES);

export const LOST_REASONS = [
  'price',
  'location',
  'amenities',
  'no_response',
  'no_availability',
  'duplicate',
  'other',
] as const;

/** A prospect at one property. No field for anything that a fair-housing law protects, on purpose. */
export const GuestCard = z.object({
  id: Id,
  property_id: Id,
  name: z.string().optional(),
  phones: z.array(Phone).default([]),
  emails: z.array(z.string()).default([]),
  /** First touch, never changed. */
  source: z.string(),
  latest_source: z.string().optional(),
  status: GuestCardStatus,
  lost_reason: z.enum(LOST_REASONS).optional(),
  unit_ids: z.array(Id).default([]),
  bedrooms: z.number().optional(),
  bathrooms: z.number().optional(),
  rent_max: Cents.optional(),
  move_in_date: LocalDate.optional(),
  occupants: z.int().optional(),
  pets: z.string().optional(),
  assigned_to: Id.optional(),
  follow_up_on: LocalDate.optional(),
  consents: z.array(Consent).default([]),
  touches: z.array(z.object({ at: Instant, source: z.string(), message: z.string().optional() })).default([]),
  notes: z.array(Note).default([]),
  created_at: Instant,
});
export type GuestCard = z.infer<typeof GuestCard>;

export const TOUR_TYPES = ['agent_led', 'self_guided', 'virtual'] as const;

export const Tour = z.object({
  id: Id,
  property_id: Id,
  guest_card_id: Id,
  unit_id: Id,
  /** Absent on self-guided tours. */
  agent_id: Id.optional(),
  type: z.enum(TOUR_TYPES),
  start: Instant,
  end: Instant,
  status: z.enum(['scheduled', 'cancelled', 'toured', 'no_show']),
  notes: z.string().optional(),
});
export type Tour = z.infer<typeof Tour>;

export const GlAccount = z.object({
  id: Id,
  number: z.string(),
  name: z.string(),
  type: z.enum(['asset', 'liability', 'equity', 'income', 'expense']),
  is_active: z.boolean().default(true),
  /** What it is by role, where the PMS says: bank, receivable and payable accounts are never posted to directly. */
  role: z.enum(['bank', 'receivable', 'payable', 'deposit_liability', 'prepaid']).optional(),
  /** True where residents may be charged to it (PMS without charge codes). */
  is_chargeable: z.boolean().default(false),
});
export type GlAccount = z.infer<typeof GlAccount>;

/** The tenant-facing kind of a charge, mapped to a GL account. */
export const ChargeCode = z.object({
  id: Id,
  name: z.string(),
  gl_account_id: Id,
  is_active: z.boolean().default(true),
  is_deposit: z.boolean().default(false),
});
export type ChargeCode = z.infer<typeof ChargeCode>;

/** One line of a resident ledger. Charges are positive, payments and credits negative. */
export const LedgerEntry = z.object({
  id: Id,
  property_id: Id,
  household_id: Id,
  lease_id: Id.optional(),
  unit_id: Id.optional(),
  kind: z.enum(['charge', 'payment', 'credit', 'deposit_held']),
  date: LocalDate,
  amount: Cents,
  charge_code_id: Id.optional(),
  gl_account_id: Id.optional(),
  memo: z.string().optional(),
  bill_id: Id.optional(),
  work_order_id: Id.optional(),
  /** On a credit that takes back a charge: that charge. */
  reverses_id: Id.optional(),
  /** On a charge: how much of it has been taken back. */
  reversed_amount: Cents.default(0),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

export const BillLine = z.object({
  gl_account_id: Id,
  amount: Cents,
  property_id: Id,
  unit_id: Id.optional(),
  memo: z.string().optional(),
});

export const Bill = z.object({
  id: Id,
  /** The property of the first line; a bill may carry lines of several. */
  property_id: Id,
  vendor_id: Id,
  invoice_number: z.string(),
  invoice_date: LocalDate,
  due_date: LocalDate,
  total: Cents,
  lines: z.array(BillLine),
  work_order_id: Id.optional(),
  approval: z.enum(['not_needed', 'pending', 'approved', 'rejected']).default('not_needed'),
  paid_amount: Cents.default(0),
  /** Set on a bill that was reversed: the reversing bill. */
  reversed_by_id: Id.optional(),
  /** Set on the reversing bill: the one it takes back. */
  reverses_id: Id.optional(),
  memo: z.string().optional(),
  file_ids: z.array(z.string()).default([]),
});
export type Bill = z.infer<typeof Bill>;

export const JournalLine = z.object({
  gl_account_id: Id,
  /** Exactly one of the two is above zero. */
  debit: Cents.default(0),
  credit: Cents.default(0),
  unit_id: Id.optional(),
  memo: z.string().optional(),
});

export const JournalEntry = z.object({
  id: Id,
  property_id: Id,
  date: LocalDate,
  memo: z.string(),
  lines: z.array(JournalLine),
  reverses_id: Id.optional(),
  reversed_by_id: Id.optional(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

export const Communication = z.object({
  id: Id,
  property_id: Id.optional(),
  channel: Channel,
  direction: z.enum(['inbound', 'outbound']),
  resident_id: Id.optional(),
  guest_card_id: Id.optional(),
  vendor_id: Id.optional(),
  work_order_id: Id.optional(),
  summary: z.string(),
  at: Instant,
});
export type Communication = z.infer<typeof Communication>;

/** Every record kind and its schema; the order is the order in which a mirror is loaded. */
export const RECORDS = {
  property: Property,
  building: Building,
  unit: Unit,
  household: Household,
  resident: Resident,
  lease: Lease,
  staff: Staff,
  vendor: Vendor,
  work_order: WorkOrder,
  guest_card: GuestCard,
  tour: Tour,
  gl_account: GlAccount,
  charge_code: ChargeCode,
  ledger_entry: LedgerEntry,
  bill: Bill,
  journal_entry: JournalEntry,
  communication: Communication,
} as const;

export type RecordKind = keyof typeof RECORDS;
export type RecordOf<K extends RecordKind> = z.infer<(typeof RECORDS)[K]>;
export const RECORD_KINDS = Object.keys(RECORDS) as RecordKind[];

/**
 * Fields that are encrypted at rest, by kind. Names, unit labels and addresses are not in this list because callers are
 * found by them; `SECURITY.md` says so.
 */
export const SEALED_FIELDS: { readonly [K in RecordKind]?: readonly (keyof RecordOf<K>)[] } = {
  resident: ['phones', 'emails', 'birth_date', 'forwarding_address'],
  staff: ['phone', 'email'],
  vendor: ['phones', 'emails'],
  work_order: ['callback_phone', 'notes', 'entry_notes'],
  guest_card: ['phones', 'emails', 'notes', 'touches'],
  tour: ['notes'],
  communication: ['summary'],
};
