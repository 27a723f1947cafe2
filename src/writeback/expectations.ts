import type { Command, CommandKind, CommandOf } from '../model/commands.ts';
import type { GuestCard, Lease, RecordKind, WorkOrder } from '../model/records.ts';
import type { Consent, Phone } from '../model/values.ts';

/**
 * The canonical values that a command sets, given the record before it: what the read-back is compared with. Only
 * fields that the command is about; what the PMS derives (numbers, dates of change) is not in it.
 */
type Expectation<K extends CommandKind> = (command: CommandOf<K>, before: unknown) => Record<string, unknown>;

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function withNote(before: unknown, note: { text: string; is_public: boolean } | undefined): unknown {
  if (note === undefined) return undefined;
  const notes = (before as Partial<WorkOrder & GuestCard> | undefined)?.notes ?? [];
  return [...notes.map(({ text }) => text), note.text];
}

function union<T>(before: readonly T[] | undefined, added: readonly T[] | undefined): T[] | undefined {
  return added === undefined ? undefined : [...new Set([...(before ?? []), ...added])];
}

/** A list with something in it: an empty one asks for nothing. */
const some = <T>(list: readonly T[]) => (list.length > 0 ? list : undefined);

/** Numbers in an order of their own: which comes first is for the PMS to say. */
const phoneNumbers = (phones: readonly Phone[] | undefined) => phones?.map((phone) => phone.number).sort();
const consentStates = (consents: readonly Consent[] | undefined) =>
  consents === undefined || consents.length === 0
    ? undefined
    : consents.map((consent) => `${consent.channel}:${consent.state}`).sort();

const EXPECTED: { [K in CommandKind]: Expectation<K> } = {
  create_work_order: ({ kind: _kind, file_ids, ...fields }) => defined({ ...fields, file_ids: some(file_ids) }),
  update_work_order: (command, before) =>
    defined({
      status: command.status,
      severity: command.severity,
      trade: command.trade,
      vendor_reply: command.vendor_reply,
      vendor_id: command.vendor_id,
      estimate: command.estimate,
      visit: command.visit,
      hazard_cleared_by: command.hazard_cleared_by,
      file_ids: union((before as WorkOrder | undefined)?.file_ids, command.file_ids),
      notes: withNote(before, command.note),
    }),
  add_work_order_note: (command, before) => defined({ notes: withNote(before, command.note) }),
  assign_work_order: (command) =>
    defined({
      vendor_id: command.vendor_id ?? null,
      technician_id: command.technician_id ?? null,
      visit: command.visit,
      not_to_exceed: command.not_to_exceed,
      reply_due_at: command.reply_due_at,
      instructions: command.instructions,
    }),
  create_guest_card: ({ kind: _kind, touch, consents, phones, ...fields }) =>
    defined({
      ...fields,
      phones: phoneNumbers(phones),
      consents: consentStates(consents),
      touches: touch.message === undefined ? undefined : [touch.message],
    }),
  update_guest_card: (
    { kind: _kind, guest_card_id: _id, touch, consents, note, phones, unit_ids, ...fields },
    before,
  ) => {
    const card = before as GuestCard | undefined;
    return defined({
      ...fields,
      unit_ids: unit_ids === undefined ? undefined : union(card?.unit_ids, unit_ids)?.filter(Boolean),
      phones: phoneNumbers(phones),
      consents: consentStates(consents),
      touches:
        touch?.message === undefined
          ? undefined
          : [
              ...(card?.touches ?? []).flatMap(({ message }) => (message === undefined ? [] : [message])),
              touch.message,
            ],
      notes: withNote(before, note),
    });
  },
  schedule_tour: ({ kind: _kind, ...fields }) => defined({ ...fields, status: 'scheduled' }),
  reschedule_tour: ({ kind: _kind, tour_id: _id, ...fields }) => defined({ ...fields, status: 'scheduled' }),
  cancel_tour: (command) => defined({ status: 'cancelled', notes: command.notes }),
  record_tour_outcome: (command) => defined({ status: command.outcome, notes: command.notes }),
  update_lease: (command, before) => leaseExpectation(command, before as Lease | undefined),
  update_resident: (command) =>
    defined({
      phones: phoneNumbers(command.phones),
      emails: command.emails,
      preferred_channel: command.preferred_channel,
      forwarding_address: command.forwarding_address,
      consents: consentStates(command.consents),
    }),
  post_charge: ({ kind: _kind, ...fields }) => defined({ ...fields, kind: 'charge' }),
  reverse_charge: (command) =>
    defined({ kind: 'credit', amount: -command.amount, date: command.date, reverses_id: command.charge_id }),
  post_bill: ({ kind: _kind, file_ids, ...fields }) => defined({ ...fields, file_ids: some(file_ids) }),
  reverse_bill: (command) => defined({ reverses_id: command.bill_id }),
  post_journal_entry: ({ kind: _kind, ...fields }) => defined({ ...fields }),
  reverse_journal_entry: (command) => defined({ reverses_id: command.journal_entry_id, date: command.date }),
  record_communication: ({ kind: _kind, consent: _consent, ...fields }) => defined({ ...fields }),
};

function leaseExpectation({ change }: CommandOf<'update_lease'>, lease: Lease | undefined): Record<string, unknown> {
  if (change.action === 'accept_renewal') {
    const offer = lease?.renewal_offers.find(({ id }) => id === change.renewal_offer_id);
    return defined({
      end_date: offer?.end_date,
      rent: offer?.rent,
      // What becomes of the other open offers is the PMS's affair.
      renewal_offers: lease?.renewal_offers
        .filter(({ id, status }) => id === change.renewal_offer_id || status === 'accepted')
        .map(({ id }) => id),
    });
  }
  const leaving = new Set(change.resident_ids);
  const dates = {
    give_notice: (party: Lease['parties'][number]) =>
      change.action === 'give_notice'
        ? { ...party, notice_date: change.notice_date, move_out: change.move_out_date }
        : party,
    withdraw_notice: ({ resident_id, move_in }: Lease['parties'][number]) => ({ resident_id, move_in }),
    change_move_out: (party: Lease['parties'][number]) =>
      change.action === 'change_move_out' ? { ...party, move_out: change.move_out_date } : party,
  }[change.action];
  return { parties: lease?.parties.map((party) => (leaving.has(party.resident_id) ? dates(party) : party)) };
}

/** What the record must show once the command has been carried out. */
export function expectedFields(command: Command, before: unknown): Record<string, unknown> {
  const expectation = EXPECTED[command.kind] as Expectation<CommandKind>;
  return expectation(command as CommandOf<CommandKind>, before);
}

/** Reads a field of a record in the form in which expectations are written. */
export function comparableField(kind: RecordKind, field: string, record: Record<string, unknown>): unknown {
  const value = record[field];
  if (value === undefined) return field.endsWith('_id') || field === 'visit' || field === 'follow_up_on' ? null : value;
  if (field === 'notes' && Array.isArray(value)) return value.map(({ text }: { text: string }) => text);
  if (field === 'phones' && Array.isArray(value)) return phoneNumbers(value as Phone[]);
  if (field === 'consents' && Array.isArray(value)) return consentStates(value as Consent[]);
  if (field === 'touches' && kind === 'guest_card')
    return (value as GuestCard['touches']).flatMap(({ message }) => (message === undefined ? [] : [message]));
  if (field === 'renewal_offers')
    return (value as Lease['renewal_offers']).filter(({ status }) => status === 'accepted').map(({ id }) => id);
  if (field === 'estimate' && value !== null) {
    const { amount, vendor_id, status } = value as NonNullable<WorkOrder['estimate']>;
    return defined({ amount, vendor_id, status });
  }
  return value;
}
