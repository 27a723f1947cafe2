import * as z from 'zod/v4';
import { BillLine, GuestCardStatus, JournalLine, LOST_REASONS, TOUR_TYPES, type RecordKind } from './records.ts';
import { Cents, Channel, Consent, Id, Instant, LocalDate, Phone, Severity, Trade, WorkOrderStatus } from './values.ts';

/*
 * A change to a PMS as plain data. The union is closed: what is not here cannot be asked of any PMS. Commands carry
 * canonical values only; the connector turns them into its vendor's words. An update names only the fields that it
 * changes, and a field set to null is cleared.
 */

const text = z.string().min(1).max(100_000);

const CreateWorkOrder = z.object({
  kind: z.literal('create_work_order'),
  property_id: Id,
  unit_id: Id.optional(),
  location: z.string().optional(),
  resident_id: Id.optional(),
  bill_to_lease_id: Id.optional(),
  reporter_name: z.string().optional(),
  callback_phone: z.string().optional(),
  /** One line; vendors with short titles (Yardi 35, Buildium 127 characters) get the beginning of it. */
  title: text,
  description: text,
  trade: Trade,
  severity: Severity,
  entry: z.enum(['yes', 'no', 'call_first', 'unknown']),
  entry_notes: z.string().optional(),
  file_ids: z.array(z.string()).default([]),
});

const UpdateWorkOrder = z.object({
  kind: z.literal('update_work_order'),
  work_order_id: Id,
  property_id: Id,
  status: WorkOrderStatus.optional(),
  severity: Severity.optional(),
  trade: Trade.optional(),
  vendor_reply: z.enum(['pending', 'accepted', 'declined', 'no_reply']).optional(),
  /** Null takes the assignment back, after a vendor declined or did not answer. */
  vendor_id: Id.nullable().optional(),
  estimate: z
    .object({ amount: Cents, vendor_id: Id.optional(), status: z.enum(['pending', 'approved', 'declined']) })
    .optional(),
  visit: z.object({ start: Instant, end: Instant.optional() }).nullable().optional(),
  hazard_cleared_by: z.string().optional(),
  file_ids: z.array(z.string()).optional(),
  /** Appended to the history together with the change. */
  note: z.object({ text, is_public: z.boolean() }).optional(),
});

const AddWorkOrderNote = z.object({
  kind: z.literal('add_work_order_note'),
  work_order_id: Id,
  property_id: Id,
  note: z.object({ text, is_public: z.boolean() }),
});

const AssignWorkOrder = z
  .object({
    kind: z.literal('assign_work_order'),
    work_order_id: Id,
    property_id: Id,
    vendor_id: Id.optional(),
    technician_id: Id.optional(),
    visit: z.object({ start: Instant, end: Instant.optional() }),
    not_to_exceed: Cents.optional(),
    reply_due_at: Instant.optional(),
    instructions: z.string().optional(),
  })
  .refine((c) => (c.vendor_id === undefined) !== (c.technician_id === undefined), {
    message: 'exactly one of vendor_id and technician_id',
  });

const guestCardFields = {
  name: z.string().optional(),
  phones: z.array(Phone).optional(),
  emails: z.array(z.string()).optional(),
  unit_ids: z.array(Id).optional(),
  bedrooms: z.number().optional(),
  rent_max: Cents.optional(),
  move_in_date: LocalDate.optional(),
  occupants: z.int().optional(),
  pets: z.string().optional(),
};

export const CreateGuestCard = z.object({
  kind: z.literal('create_guest_card'),
  property_id: Id,
  source: z.string(),
  ...guestCardFields,
  touch: z.object({ at: Instant, source: z.string(), message: z.string().optional() }),
  consents: z.array(Consent).default([]),
});

export const UpdateGuestCard = z.object({
  kind: z.literal('update_guest_card'),
  guest_card_id: Id,
  property_id: Id,
  ...guestCardFields,
  status: GuestCardStatus.optional(),
  lost_reason: z.enum(LOST_REASONS).optional(),
  assigned_to: Id.optional(),
  follow_up_on: LocalDate.nullable().optional(),
  latest_source: z.string().optional(),
  /** A repeated inquiry: appended, never replacing the first. */
  touch: z.object({ at: Instant, source: z.string(), message: z.string().optional() }).optional(),
  consents: z.array(Consent).optional(),
  note: z.object({ text, is_public: z.boolean() }).optional(),
});

const ScheduleTour = z.object({
  kind: z.literal('schedule_tour'),
  property_id: Id,
  guest_card_id: Id,
  unit_id: Id,
  agent_id: Id.optional(),
  type: z.enum(TOUR_TYPES),
  start: Instant,
  end: Instant,
  notes: z.string().optional(),
});

const RescheduleTour = z.object({
  kind: z.literal('reschedule_tour'),
  tour_id: Id,
  property_id: Id,
  agent_id: Id.optional(),
  start: Instant,
  end: Instant,
  notes: z.string().optional(),
});

const CancelTour = z.object({
  kind: z.literal('cancel_tour'),
  tour_id: Id,
  property_id: Id,
  notes: z.string().optional(),
});

const RecordTourOutcome = z.object({
  kind: z.literal('record_tour_outcome'),
  tour_id: Id,
  property_id: Id,
  outcome: z.enum(['toured', 'no_show']),
  notes: z.string().optional(),
});

const UpdateLease = z.object({
  kind: z.literal('update_lease'),
  lease_id: Id,
  property_id: Id,
  change: z.discriminatedUnion('action', [
    z.object({ action: z.literal('accept_renewal'), renewal_offer_id: Id }),
    z.object({
      action: z.literal('give_notice'),
      notice_date: LocalDate,
      move_out_date: LocalDate,
      resident_ids: z.array(Id).min(1),
    }),
    z.object({ action: z.literal('withdraw_notice'), resident_ids: z.array(Id).min(1) }),
    z.object({ action: z.literal('change_move_out'), move_out_date: LocalDate, resident_ids: z.array(Id).min(1) }),
  ]),
  reason: z.string().optional(),
});

const UpdateResident = z.object({
  kind: z.literal('update_resident'),
  resident_id: Id,
  property_id: Id,
  phones: z.array(Phone).optional(),
  emails: z.array(z.string()).optional(),
  preferred_channel: z.enum(['phone', 'sms', 'email']).optional(),
  forwarding_address: z.string().optional(),
  /** All that are in force, not only a new one. */
  consents: z.array(Consent).optional(),
});

const PostCharge = z.object({
  kind: z.literal('post_charge'),
  property_id: Id,
  lease_id: Id,
  household_id: Id,
  unit_id: Id.optional(),
  charge_code_id: Id,
  gl_account_id: Id,
  amount: Cents.positive(),
  date: LocalDate,
  memo: z.string(),
  bill_id: Id.optional(),
  work_order_id: Id.optional(),
});

const ReverseCharge = z.object({
  kind: z.literal('reverse_charge'),
  property_id: Id,
  charge_id: Id,
  amount: Cents.positive(),
  date: LocalDate,
  reason: text,
});

const PostBill = z.object({
  kind: z.literal('post_bill'),
  property_id: Id,
  vendor_id: Id,
  invoice_number: z.string(),
  invoice_date: LocalDate,
  due_date: LocalDate,
  total: Cents.positive(),
  lines: z.array(BillLine).min(1),
  work_order_id: Id.optional(),
  memo: z.string().optional(),
  file_ids: z.array(z.string()).default([]),
});

const ReverseBill = z.object({
  kind: z.literal('reverse_bill'),
  property_id: Id,
  bill_id: Id,
  date: LocalDate,
  reason: text,
});

const PostJournalEntry = z.object({
  kind: z.literal('post_journal_entry'),
  property_id: Id,
  date: LocalDate,
  memo: z.string(),
  lines: z.array(JournalLine).min(2),
});

const ReverseJournalEntry = z.object({
  kind: z.literal('reverse_journal_entry'),
  property_id: Id,
  journal_entry_id: Id,
  date: LocalDate,
  reason: text,
});

const RecordCommunication = z.object({
  kind: z.literal('record_communication'),
  property_id: Id.optional(),
  channel: Channel,
  direction: z.enum(['inbound', 'outbound']),
  resident_id: Id.optional(),
  guest_card_id: Id.optional(),
  vendor_id: Id.optional(),
  work_order_id: Id.optional(),
  summary: text,
  at: Instant,
  /** A consent given or revoked in it, kept on the resident or the guest card. */
  consent: Consent.optional(),
});

/** Every command kind, its schema, and the kind of record that it creates or changes. */
export const COMMANDS = {
  create_work_order: { schema: CreateWorkOrder, record: 'work_order', creates: true },
  update_work_order: { schema: UpdateWorkOrder, record: 'work_order', creates: false },
  add_work_order_note: { schema: AddWorkOrderNote, record: 'work_order', creates: false },
  assign_work_order: { schema: AssignWorkOrder, record: 'work_order', creates: false },
  create_guest_card: { schema: CreateGuestCard, record: 'guest_card', creates: true },
  update_guest_card: { schema: UpdateGuestCard, record: 'guest_card', creates: false },
  schedule_tour: { schema: ScheduleTour, record: 'tour', creates: true },
  reschedule_tour: { schema: RescheduleTour, record: 'tour', creates: false },
  cancel_tour: { schema: CancelTour, record: 'tour', creates: false },
  record_tour_outcome: { schema: RecordTourOutcome, record: 'tour', creates: false },
  update_lease: { schema: UpdateLease, record: 'lease', creates: false },
  update_resident: { schema: UpdateResident, record: 'resident', creates: false },
  post_charge: { schema: PostCharge, record: 'ledger_entry', creates: true },
  reverse_charge: { schema: ReverseCharge, record: 'ledger_entry', creates: true },
  post_bill: { schema: PostBill, record: 'bill', creates: true },
  reverse_bill: { schema: ReverseBill, record: 'bill', creates: true },
  post_journal_entry: { schema: PostJournalEntry, record: 'journal_entry', creates: true },
  reverse_journal_entry: { schema: ReverseJournalEntry, record: 'journal_entry', creates: true },
  record_communication: { schema: RecordCommunication, record: 'communication', creates: true },
} as const satisfies Record<string, { schema: z.ZodType; record: RecordKind; creates: boolean }>;

export type CommandKind = keyof typeof COMMANDS;
export type CommandOf<K extends CommandKind> = z.infer<(typeof COMMANDS)[K]['schema']>;
export type Command = { [K in CommandKind]: CommandOf<K> }[CommandKind];
export const COMMAND_KINDS = Object.keys(COMMANDS) as CommandKind[];

/** The id of the record that an update changes; undefined for a command that creates one. */
export function changedRecordId(command: Command): string | undefined {
  switch (command.kind) {
    case 'update_work_order':
    case 'add_work_order_note':
    case 'assign_work_order':
      return command.work_order_id;
    case 'update_guest_card':
      return command.guest_card_id;
    case 'reschedule_tour':
    case 'cancel_tour':
    case 'record_tour_outcome':
      return command.tour_id;
    case 'update_lease':
      return command.lease_id;
    case 'update_resident':
      return command.resident_id;
    default:
      return undefined;
  }
}

/** Parses a stored command again; throws where it no longer fits its schema. */
export function parseCommand(value: unknown): Command {
  const kind = (value as { kind?: unknown }).kind;
  if (typeof kind !== 'string' || !(kind in COMMANDS)) throw new TypeError(`unknown command kind ${String(kind)}`);
  return COMMANDS[kind as CommandKind].schema.parse(value) as Command;
}
