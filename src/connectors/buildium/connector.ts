import * as z from 'zod/v4';
import type { Connector } from '../connector.ts';
import { baseUrl, connectionSchema, secret, type VendorDeps } from '../kit/settings.ts';
import { withMappings } from '../kit/value_tables.ts';
import { createVendor } from '../kit/vendor.ts';
import { capabilitiesOf } from './capabilities.ts';
import { receiver } from './changes.ts';
import { check, valueLists } from './check.ts';
import { billOperations, postBill } from './commands/bills.ts';
import { assignWorkOrder, dispatchOperations } from './commands/dispatch.ts';
import { moneyOperations, postCharge, postJournalEntry, reverseCharge, reverseJournalEntry } from './commands/money.ts';
import { peopleOperations, updateLease, updateResident } from './commands/people.ts';
import { addWorkOrderNote, createWorkOrder, taskOperations, updateWorkOrder } from './commands/tasks.ts';
import { guestCardParts } from './guest_cards.ts';
import { PACE, REQUEST_DEADLINE_MS } from './limits.ts';
import { chargeCodeReader, glAccountReader } from './records/accounts.ts';
import { householdReader, leaseReader } from './records/leases.ts';
import { residentReader, staffReader } from './records/people.ts';
import { propertyReader, unitReader } from './records/places.ts';
import { billReader, journalEntryReader, ledgerEntryReader } from './records/postings.ts';
import { vendorReader } from './records/vendors.ts';
import { workOrderReader } from './records/work_orders.ts';
import { CONTACT_REQUEST_TABLES, TABLES } from './tables.ts';
import { isId } from './transport.ts';
import { createParts, GUEST_CARD_FORMS } from './vendor.ts';

/** The keys of a Buildium connection: an API key's two parts, from Settings, Developer Tools. */
export const settings = connectionSchema({
  base_url: baseUrl.default('https://api.buildium.com'),
  client_id: secret,
  client_secret: secret,
  webhook_secret: secret.optional(),
  guest_card_as: z.enum(GUEST_CARD_FORMS).default('sidecar'),
}).refine(({ guest_card_as: form, defaults }) => form !== 'contact_request' || isId(defaults['assigned_to'] ?? ''), {
  path: ['defaults', 'assigned_to'],
  message: 'write the id of the Buildium user whom contact requests are assigned to',
});
type Settings = z.output<typeof settings>;

/** A connector to Buildium's Open API v1. Reaches nothing until it is asked. */
export function create(given: Settings, { environment, mappings }: VendorDeps): Connector {
  const { guest_card_as: form } = given;
  const own = form === 'contact_request' ? { ...TABLES, ...CONTACT_REQUEST_TABLES } : TABLES;
  const tables = withMappings(own, mappings);
  const vendor = createParts(given, tables, environment(given.base_url, PACE, REQUEST_DEADLINE_MS));
  const receive = receiver(vendor);
  const guestCards = guestCardParts(vendor);
  return createVendor({
    capabilities: capabilitiesOf(tables, form),
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
      gl_account: glAccountReader(vendor),
      charge_code: chargeCodeReader(vendor),
      ledger_entry: ledgerEntryReader(vendor),
      bill: billReader(vendor),
      journal_entry: journalEntryReader(vendor),
      ...guestCards.readers,
    },
    plans: {
      create_work_order: createWorkOrder(vendor),
      update_work_order: updateWorkOrder(vendor),
      add_work_order_note: addWorkOrderNote(vendor),
      assign_work_order: assignWorkOrder(vendor),
      update_lease: updateLease(vendor),
      update_resident: updateResident(vendor),
      post_charge: postCharge(vendor),
      reverse_charge: reverseCharge(vendor),
      post_bill: postBill(vendor),
      post_journal_entry: postJournalEntry(vendor),
      reverse_journal_entry: reverseJournalEntry(vendor),
      ...guestCards.plans,
    },
    operations: {
      ...taskOperations(vendor),
      ...dispatchOperations(vendor),
      ...peopleOperations(vendor),
      ...moneyOperations(vendor),
      ...billOperations(vendor),
      ...guestCards.operations,
    },
    check: (signal) => check(vendor, signal),
    valueLists: (signal) => valueLists(vendor, signal),
    ...(receive && { receive }),
  });
}
