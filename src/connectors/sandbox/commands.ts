import type { Command, CommandKind, CommandOf } from '../../model/commands.ts';
import type { StepResult } from '../connector.ts';
import { postBill, reverseBill } from './bills.ts';
import { postCharge, reverseCharge } from './charges.ts';
import { createGuestCard, updateGuestCard } from './guest-cards.ts';
import { postJournalEntry, reverseJournalEntry } from './journal-entries.ts';
import { updateLease } from './leases.ts';
import type { Pms } from './pms.ts';
import { recordCommunication, updateResident } from './residents.ts';
import { cancelTour, recordTourOutcome, rescheduleTour, scheduleTour } from './tours.ts';
import { addWorkOrderNote, assignWorkOrder, createWorkOrder, updateWorkOrder } from './work-orders.ts';

const HANDLERS: { readonly [K in CommandKind]: (pms: Pms, command: CommandOf<K>) => StepResult } = {
  create_work_order: createWorkOrder,
  update_work_order: updateWorkOrder,
  add_work_order_note: addWorkOrderNote,
  assign_work_order: assignWorkOrder,
  create_guest_card: createGuestCard,
  update_guest_card: updateGuestCard,
  schedule_tour: scheduleTour,
  reschedule_tour: rescheduleTour,
  cancel_tour: cancelTour,
  record_tour_outcome: recordTourOutcome,
  update_lease: updateLease,
  update_resident: updateResident,
  post_charge: postCharge,
  reverse_charge: reverseCharge,
  post_bill: postBill,
  reverse_bill: reverseBill,
  post_journal_entry: postJournalEntry,
  reverse_journal_entry: reverseJournalEntry,
  record_communication: recordCommunication,
};

/** Carries out one command; throws `VendorError` and has changed nothing where a rule is against it. */
export function execute(pms: Pms, command: Command): StepResult {
  const handler = HANDLERS[command.kind] as (pms: Pms, command: Command) => StepResult;
  return handler(pms, command);
}
