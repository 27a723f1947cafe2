import * as z from 'zod/v4';
import type { Connector } from '../connector.ts';
import { baseUrl, connectionSchema, secret, type VendorDeps } from '../kit/settings.ts';
import { withMappings } from '../kit/value_tables.ts';
import { createVendor } from '../kit/vendor.ts';
import { capabilitiesOf } from './capabilities.ts';
import { receiver } from './changes.ts';
import { check, valueLists } from './check.ts';
import { createGuestCard, updateGuestCard } from './commands/guest_cards.ts';
import { updateLease } from './commands/leases.ts';
import { postBill, postCharge, postJournalEntry, reverseJournalEntry } from './commands/money.ts';
import { operations } from './commands/steps.ts';
import { cancelTour, recordTourOutcome, rescheduleTour, scheduleTour } from './commands/tours.ts';
import { addWorkOrderNote, assignWorkOrder, createWorkOrder, updateWorkOrder } from './commands/work_orders.ts';
import { PACE, REQUEST_DEADLINE_MS } from './limits.ts';
import { glAccountReader } from './records/accounts.ts';
import { billReader, journalEntryReader } from './records/books.ts';
import { guestCardReader } from './records/guest_cards.ts';
import { leaseJoins, leaseReader } from './records/leases.ts';
import { ledgerReader } from './records/ledger.ts';
import { householdReader, residentReader, staffReader } from './records/people.ts';
import { propertyReader, unitReader } from './records/places.ts';
import { tourReader } from './records/tours.ts';
import { vendorReader } from './records/vendors.ts';
import { workOrderReader } from './records/work_orders.ts';
import { createReports } from './reports.ts';
import { createSignatures } from './signatures.ts';
import { TABLES } from './tables.ts';
import { createParts } from './vendor.ts';

/** One customer's database. The host is the same for all: the credentials say whose it is. */
export const settings = connectionSchema({
  base_url: baseUrl.default('https://api.appfolio.com'),
  client_id: secret,
  client_secret: secret,
  developer_id: secret,
  /** The gateway is said to tell names of headers by upper and lower case. */
  developer_id_header: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{1,60}$/)
    .default('X-AppFolio-Developer-ID'),
  /** Nothing older is asked for. Where the beginning of time is answered with 533, a later day. */
  records_since: z.iso.datetime().default('1970-01-01T00:00:00Z'),
  /** The customer's own host, with credentials of its own where it has any. */
  reports: z
    .strictObject({ base_url: baseUrl, client_id: secret.optional(), client_secret: secret.optional() })
    .optional(),
  /** The keys that webhooks are signed with. */
  jwks_url: baseUrl.default('https://api.appfolio.com/.well-known/jwks.json'),
  /** Whose webhooks are taken, where that is not the client of the API. */
  webhook_client_id: secret.optional(),
});
type Settings = z.output<typeof settings>;

export function create(given: Settings, { environment, mappings }: VendorDeps): Connector {
  const { reports: host, client_id, client_secret, jwks_url } = given;
  const tables = withMappings(TABLES, mappings);
  // The first address decides the pace of all: that of the Database API.
  const api = environment(given.base_url, PACE, REQUEST_DEADLINE_MS);
  const reports =
    host &&
    createReports(
      { client_id: host.client_id ?? client_id, client_secret: host.client_secret ?? client_secret },
      environment(host.base_url, PACE, REQUEST_DEADLINE_MS),
    );
  const vendor = createParts(given, tables, api, reports);
  const joins = leaseJoins(vendor);
  const keys = environment(new URL(jwks_url).origin, PACE, REQUEST_DEADLINE_MS);

  return createVendor({
    capabilities: capabilitiesOf(tables, reports !== undefined),
    tables,
    readers: {
      property: propertyReader(vendor),
      unit: unitReader(vendor),
      household: householdReader(vendor),
      resident: residentReader(vendor),
      lease: leaseReader(vendor, joins),
      staff: staffReader(vendor),
      vendor: vendorReader(vendor),
      work_order: workOrderReader(vendor),
      guest_card: guestCardReader(vendor),
      tour: tourReader(vendor),
      gl_account: glAccountReader(vendor),
      ledger_entry: ledgerReader(vendor),
      bill: billReader(vendor),
      journal_entry: journalEntryReader(vendor),
    },
    plans: {
      create_work_order: createWorkOrder(vendor),
      update_work_order: updateWorkOrder(vendor),
      add_work_order_note: addWorkOrderNote(),
      assign_work_order: assignWorkOrder(vendor),
      create_guest_card: createGuestCard(vendor),
      update_guest_card: updateGuestCard(vendor),
      schedule_tour: scheduleTour(vendor),
      reschedule_tour: rescheduleTour(vendor),
      cancel_tour: cancelTour(vendor),
      record_tour_outcome: recordTourOutcome(vendor),
      update_lease: updateLease(vendor, joins),
      post_charge: postCharge(vendor),
      post_bill: postBill(vendor),
      post_journal_entry: postJournalEntry(vendor),
      reverse_journal_entry: reverseJournalEntry(vendor),
    },
    operations: operations(vendor),
    check: (signal) => check(vendor, signal),
    valueLists: (signal) => valueLists(vendor, signal),
    receive: receiver(createSignatures(jwks_url, keys), given.webhook_client_id ?? client_id),
  });
}
