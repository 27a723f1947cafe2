import type { RecordKind } from '../../model/records.ts';
import type { Connector } from '../connector.ts';
import type { VendorDeps } from '../kit/settings.ts';
import { withMappings } from '../kit/value_tables.ts';
import { createVendor, type VendorParts } from '../kit/vendor.ts';
import { capabilitiesFor, readableKinds } from './capabilities.ts';
import { checkConnection, valueLists } from './check.ts';
import { postCharge } from './commands/charges.ts';
import { createGuestCard, updateGuestCard } from './commands/guest_cards.ts';
import { createWorkOrder } from './commands/new_work_orders.ts';
import { operations } from './commands/operations.ts';
import { updateLease } from './commands/renewals.ts';
import { cancelTour, recordTourOutcome, scheduleTour } from './commands/tours.ts';
import { addWorkOrderNote, assignWorkOrder, updateWorkOrder } from './commands/work_order_changes.ts';
import { createContext, type Context } from './context.ts';
import { PACE, READ_DEADLINE_MS } from './limits.ts';
import { chargeCodeReader, glAccountReader } from './records/charge_code.ts';
import { guestCardReader } from './records/guest_card.ts';
import { householdReader } from './records/household.ts';
import { leaseReader } from './records/lease.ts';
import { ledgerEntryReader } from './records/ledger_entry.ts';
import { propertyReader, readProperties } from './records/property.ts';
import { residentReader } from './records/resident.ts';
import { staffReader } from './records/staff.ts';
import { tourReader } from './records/tour.ts';
import { unitReader } from './records/unit.ts';
import { vendorReader } from './records/vendor.ts';
import { workOrderReader } from './records/work_order_reader.ts';
import type { YardiSettings } from './settings.ts';
import { TABLES } from './tables.ts';
import { createClient } from './transport.ts';

export { settings } from './settings.ts';

/** Yardi Voyager over its Standard Interfaces. A property is a scope: ids count within it. */
export function create(given: YardiSettings, deps: VendorDeps): Connector {
  const environment = deps.environment(given.base_url, PACE, READ_DEADLINE_MS);
  const client = createClient(given, deps);
  const tables = withMappings(TABLES, deps.mappings);
  const context = createContext({
    ...{ client, settings: given, tables, clock: environment.clock },
    onDrift: environment.onDrift?.bind(environment),
    readProperties: (circumstances, signal) => readProperties(client, circumstances, signal),
  });
  return createVendor({
    capabilities: capabilitiesFor(given, tables),
    tables,
    scopes: async () => (await context.properties()).map(({ id }) => id),
    readers: readersFor(context),
    plans: plansFor(context),
    operations: operations(client),
    check: checkConnection(context),
    valueLists: valueLists(context),
  });
}

/** Of what the connection has licences for. */
function readersFor(context: Context): VendorParts['readers'] {
  const readable = readableKinds(context.settings);
  const all: VendorParts['readers'] = {
    property: propertyReader(context),
    unit: unitReader(context),
    household: householdReader(context),
    resident: residentReader(context),
    lease: leaseReader(context),
    staff: staffReader(context),
    vendor: vendorReader(context),
    work_order: workOrderReader(context),
    guest_card: guestCardReader(context),
    tour: tourReader(context),
    gl_account: glAccountReader(context),
    charge_code: chargeCodeReader(context),
    ledger_entry: ledgerEntryReader(context),
  };
  return Object.fromEntries(Object.entries(all).filter(([kind]) => readable.has(kind as RecordKind)));
}

function plansFor(context: Context): VendorParts['plans'] {
  return {
    create_work_order: createWorkOrder(context),
    update_work_order: updateWorkOrder(context),
    add_work_order_note: addWorkOrderNote(context),
    assign_work_order: assignWorkOrder(context),
    create_guest_card: createGuestCard(context),
    update_guest_card: updateGuestCard(context),
    schedule_tour: scheduleTour(context),
    cancel_tour: cancelTour(context),
    record_tour_outcome: recordTourOutcome(context),
    update_lease: updateLease(context, leaseReader(context)),
    post_charge: postCharge(context),
  };
}
