import type { Connector, ConnectorEnvironment } from '../connector.ts';
import type { VendorDeps } from '../kit/settings.ts';
import { withMappings } from '../kit/value_tables.ts';
import { createVendor, type VendorParts } from '../kit/vendor.ts';
import { capabilitiesOf, hasGuestCards } from './capabilities.ts';
import { receiver } from './changes.ts';
import { checkConnection, valueLists } from './check.ts';
import { chargeOperations, postCharge } from './commands/charges.ts';
import { createGuestCard, guestCardOperations, updateGuestCard } from './commands/guest_cards.ts';
import { createWorkOrder, updateWorkOrder, workOrderOperations } from './commands/work_orders.ts';
import { readContract } from './contract.ts';
import { PACE, REQUEST_DEADLINE_MS } from './limits.ts';
import type { Use } from './operations.ts';
import { CHARGE_CODE, codeReader, GL_ACCOUNT } from './records/accounts.ts';
import { guestCardReader } from './records/guest_cards.ts';
import { leaseReader } from './records/leases.ts';
import { ledgerReader } from './records/ledger.ts';
import { householdReader, residentReader, staffReader } from './records/people.ts';
import { buildingReader, propertyReader, unitReader } from './records/places.ts';
import { workOrderReader } from './records/work_orders.ts';
import { isForm } from './service_request_form.ts';
import type { RealpageSettings } from './settings.ts';
import { TABLES } from './tables.ts';
import { createParts, type Vendor } from './vendor.ts';

export { settings } from './settings.ts';

/**
 * A connection to RealPage OneSite through the RPX gateway. What it can do is settled here, by the contracts that the
 * settings name: nothing is asked of RealPage. Throws `VendorError` `misconfigured` where a contract cannot be read.
 */
export function create(settings: RealpageSettings, { environment, mappings, file }: VendorDeps): Connector {
  const contract = readContract(settings.services, file);
  const environments = new Map<string, ConnectorEnvironment>();
  const vendor = createParts({
    settings,
    contract,
    tables: withMappings(TABLES, mappings),
    environmentOf(url) {
      const { origin } = new URL(url);
      const known = environments.get(origin) ?? environment(origin, PACE, REQUEST_DEADLINE_MS);
      environments.set(origin, known);
      return known;
    },
  });
  const receive = receiver(vendor);
  return createVendor({
    capabilities: capabilitiesOf(vendor),
    tables: vendor.tables,
    scopes: () => Promise.resolve(vendor.sites),
    readers: readersOf(vendor),
    plans: plansOf(vendor),
    operations: { ...guestCardOperations(vendor), ...chargeOperations(vendor), ...workOrderOperations(vendor) },
    check: (signal) => checkConnection(vendor, signal),
    valueLists: (signal) => valueLists(vendor, signal),
    ...(receive !== undefined && { receive }),
  });
}

function readersOf(vendor: Vendor): VendorParts['readers'] {
  const has = (...uses: Use[]) => uses.every((use) => vendor.contract.offered(use) !== undefined);
  const units = has('units') || has('available_units');
  return {
    property: propertyReader(vendor),
    ...(has('buildings') && { building: buildingReader(vendor) }),
    ...(units && { unit: unitReader(vendor) }),
    ...(has('residents') && { household: householdReader(vendor), resident: residentReader(vendor) }),
    ...(has('residents', 'leases') && { lease: leaseReader(vendor) }),
    ...(has('agents') && { staff: staffReader(vendor) }),
    ...(has('service_requests') && { work_order: workOrderReader(vendor) }),
    ...(hasGuestCards(vendor.contract) && { guest_card: guestCardReader(vendor) }),
    gl_account: codeReader(vendor, GL_ACCOUNT),
    charge_code: codeReader(vendor, CHARGE_CODE),
    ...(has('residents', 'ledger') && { ledger_entry: ledgerReader(vendor) }),
  };
}

/** What the capabilities call unsupported or kept by Caretaker has no plan that is ever asked for. */
function plansOf(vendor: Vendor): VendorParts['plans'] {
  const { add, update } = vendor.forms;
  return {
    create_guest_card: createGuestCard(vendor),
    update_guest_card: updateGuestCard(vendor),
    post_charge: postCharge(vendor),
    ...(isForm(add) && { create_work_order: createWorkOrder(vendor, add) }),
    ...(isForm(update) && { update_work_order: updateWorkOrder(vendor, update) }),
  };
}
