import * as z from 'zod/v4';
import type { Connector } from '../connector.ts';
import { baseUrl, connectionSchema, secret, type VendorDeps } from '../kit/settings.ts';
import { withMappings } from '../kit/value_tables.ts';
import { createVendor } from '../kit/vendor.ts';
import { capabilitiesOf } from './capabilities.ts';
import { receiver } from './changes.ts';
import { check, valueLists } from './check.ts';
import { recordCommunication } from './commands/communications.ts';
import { createGuestCard, updateGuestCard } from './commands/guest_cards.ts';
import { postJournalEntry, reverseJournalEntry } from './commands/journals.ts';
import { updateLease } from './commands/leases.ts';
import { operationsOf } from './commands/post.ts';
import { postBill, postCharge, reverseCharge } from './commands/postings.ts';
import { updateResident } from './commands/residents.ts';
import { cancelTour, recordTourOutcome, rescheduleTour, scheduleTour } from './commands/tours.ts';
import { addWorkOrderNote, assignWorkOrder, createWorkOrder, updateWorkOrder } from './commands/work_orders.ts';
import { pace, REQUEST_DEADLINE_MS, REQUESTS_PER_MINUTE } from './limits.ts';
import { chargeCodeReader, glAccountReader } from './records/accounts.ts';
import { billReader } from './records/bills.ts';
import { communicationReader } from './records/communications.ts';
import { guestCardReader } from './records/guest_cards.ts';
import { journalReader } from './records/journals.ts';
import { leaseReader } from './records/leases.ts';
import { ledgerReader } from './records/ledger.ts';
import { staffReader, vendorReader } from './records/people.ts';
import { propertyReader, unitReader } from './records/places.ts';
import { householdReader, residentReader } from './records/tenants.ts';
import { tourReader } from './records/tours.ts';
import { workOrderReader } from './records/work_orders.ts';
import { TABLES } from './tables.ts';
import { createParts } from './vendor.ts';

const number = z.union([z.int().positive(), z.string().regex(/^[1-9]\d{0,8}$/)]).transform(String);

/**
 * The keys of a Rent Manager connection, one for each location. A user's name and password, or the token of a partner
 * whose addresses the company has let in under Partner Web Access.
 */
export const settings = connectionSchema({
  /** `https://{company code}.api.rentmanager.com` */
  base_url: baseUrl,
  location_id: number,
  username: z.string().trim().min(1).max(200).optional(),
  password: secret.optional(),
  partner_token: secret.optional(),
  /** The last part of the webhooks' address; nothing else shows where a delivery comes from. */
  webhook_secret: secret
    .refine((text) => text.length >= 24, { message: 'has to have 24 characters or more' })
    .optional(),
  /** How much of the 500 requests that the company has in a minute, for all its locations, this connection may use. */
  requests_per_minute: z.int().min(10).max(REQUESTS_PER_MINUTE.most).default(REQUESTS_PER_MINUTE.usual),
  journal_debits: z.enum(['positive', 'negative']).optional(),
  down_unit_statuses: z.array(z.string()).default(['Down']),
  rent_charge_types: z.array(number).default([]),
}).refine(
  ({ username, password, partner_token }) =>
    partner_token === undefined
      ? username !== undefined && password !== undefined
      : username === undefined && password === undefined,
  { message: 'either username and password, or partner_token', path: ['username'] },
);
type Settings = z.output<typeof settings>;

/** A connector to Rent Manager's Web API (WAPI12). Reaches nothing until it is asked. */
export function create(given: Settings, { environment, mappings }: VendorDeps): Connector {
  const tables = withMappings(TABLES, mappings);
  const reach = environment(given.base_url, pace(given.requests_per_minute), REQUEST_DEADLINE_MS);
  const vendor = createParts(given, tables, reach);
  return createVendor({
    capabilities: capabilitiesOf(vendor),
    tables,
    readers: {
      property: propertyReader(vendor),
      unit: unitReader(vendor),
      household: householdReader(vendor),
      resident: residentReader(vendor),
      lease: leaseReader(vendor),
      staff: staffReader(vendor),
      vendor: vendorReader(vendor),
      work_order: workOrderReader(vendor),
      guest_card: guestCardReader(vendor),
      tour: tourReader(vendor),
      gl_account: glAccountReader(vendor),
      charge_code: chargeCodeReader(vendor),
      ledger_entry: ledgerReader(vendor),
      bill: billReader(vendor),
      ...(given.journal_debits !== undefined && { journal_entry: journalReader(vendor) }),
      communication: communicationReader(vendor),
    },
    plans: {
      create_work_order: createWorkOrder(vendor),
      update_work_order: updateWorkOrder(vendor),
      add_work_order_note: addWorkOrderNote(vendor),
      assign_work_order: assignWorkOrder(vendor),
      create_guest_card: createGuestCard(vendor),
      update_guest_card: updateGuestCard(vendor),
      schedule_tour: scheduleTour(vendor),
      reschedule_tour: rescheduleTour(vendor),
      cancel_tour: cancelTour(vendor),
      record_tour_outcome: recordTourOutcome(vendor),
      update_lease: updateLease(vendor),
      update_resident: updateResident(vendor),
      post_charge: postCharge(vendor),
      reverse_charge: reverseCharge(vendor),
      post_bill: postBill(vendor),
      post_journal_entry: postJournalEntry(vendor),
      reverse_journal_entry: reverseJournalEntry(vendor),
      record_communication: recordCommunication(vendor),
    },
    operations: operationsOf(vendor.client),
    check: (signal) => check(vendor, signal),
    valueLists: (signal) => valueLists(vendor, signal),
    receive: receiver(vendor),
  });
}
