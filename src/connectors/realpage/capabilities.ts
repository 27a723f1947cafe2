import type { CommandKind } from '../../model/commands.ts';
import type { RecordKind } from '../../model/records.ts';
import type { Capabilities, CommandCapability, RecordCapability, RetryMode } from '../connector.ts';
import { keptBeside, unsupported } from '../kit/command_capability.ts';
import { recordCapability } from '../kit/rows.ts';
import type { Contract } from './contract.ts';
import { ASSUMPTIONS, REQUEST_DEADLINE_MS, SETTLING } from './limits.ts';
import { CHARGE_CODE, GL_ACCOUNT } from './records/accounts.ts';
import { GUEST_CARD } from './records/guest_cards.ts';
import { LEASE } from './records/leases.ts';
import { LEDGER_ENTRY } from './records/ledger.ts';
import { HOUSEHOLD, RESIDENT, STAFF } from './records/people.ts';
import { AVAILABLE_UNIT, BUILDING, PROPERTY, UNIT } from './records/places.ts';
import { isForm } from './service_request_form.ts';
import type { Use } from './operations.ts';
import type { Vendor } from './vendor.ts';

type Records = Partial<Record<RecordKind, RecordCapability>>;

/** What a connection can do, by the operations that its contract has. */
export function capabilitiesOf(vendor: Vendor): Capabilities {
  return {
    pms: 'realpage',
    records: recordsOf(vendor),
    commands: commandsOf(vendor),
    // Whose appointments a site has is not read: only the times that an agent is free are told.
    calendar: 'own_bookings_only',
    settling: SETTLING,
    request_deadline_ms: REQUEST_DEADLINE_MS,
    assumptions: ASSUMPTIONS,
  };
}

const has = (contract: Contract, ...uses: Use[]) => uses.every((use) => contract.offered(use) !== undefined);

/** Guest cards are OneSite's where it can be asked for them; else they are Caretaker's. */
export function hasGuestCards(contract: Contract): boolean {
  return has(contract, 'insert_prospect', 'search_prospects');
}

/** A kind of record that Caretaker keeps by itself. */
function beside(note: string): RecordCapability {
  return { read: 'sidecar', changes: 'none', freshness_seconds: 0, evidence: 'seen', note, fields: {} };
}

function recordsOf({ contract, tables, work_order }: Vendor): Records {
  const people = has(contract, 'residents');
  return {
    property: recordCapability(PROPERTY, tables),
    ...(has(contract, 'buildings') && { building: recordCapability(BUILDING, tables) }),
    ...(has(contract, 'units')
      ? { unit: recordCapability(UNIT, tables) }
      : has(contract, 'available_units') && { unit: recordCapability(AVAILABLE_UNIT, tables) }),
    ...(people && { household: recordCapability(HOUSEHOLD, tables), resident: recordCapability(RESIDENT, tables) }),
    ...(people && has(contract, 'leases') && { lease: recordCapability(LEASE, tables) }),
    ...(has(contract, 'agents') && { staff: recordCapability(STAFF, tables) }),
    vendor: beside(
      'RealPage gives no vendors over this interface: their whole records come from "caretaker vendors import", with ' +
        'name, trades, telephone numbers, areas, rates, insurance and licences',
    ),
    ...(has(contract, 'service_requests') && { work_order: recordCapability(work_order, tables) }),
    guest_card: hasGuestCards(contract)
      ? recordCapability(GUEST_CARD, tables)
      : beside('not licensed: kept by Caretaker'),
    tour: beside(
      'no operation that reads or cancels appointments was seen; enter them in the OneSite calendar as well',
    ),
    gl_account: recordCapability(GL_ACCOUNT, tables),
    charge_code: recordCapability(CHARGE_CODE, tables),
    ...(people && has(contract, 'ledger') && { ledger_entry: recordCapability(LEDGER_ENTRY, tables) }),
    communication: beside('no operation that reads activities was seen'),
  };
}

function sent(
  name: string,
  retry: RetryMode,
  more: Pick<CommandCapability, 'evidence' | 'requests'> & Partial<CommandCapability>,
): CommandCapability {
  return { support: 'mapped', steps: [{ name, retry }], ...more };
}

const unseen = (reason: string) => unsupported(reason, 'unknown');

const NO_TOURS = 'kept by Caretaker: tours made over the API could be neither read back nor cancelled';
const NO_LEDGER = 'No operation that does this was seen at RealPage';

function commandsOf(vendor: Vendor): Record<CommandKind, CommandCapability> {
  return {
    ...workOrderCommands(vendor),
    ...guestCardCommands(vendor),
    schedule_tour: keptBeside(NO_TOURS),
    reschedule_tour: keptBeside(NO_TOURS),
    cancel_tour: keptBeside(NO_TOURS),
    record_tour_outcome: keptBeside(NO_TOURS),
    update_lease: unseen(
      'RealPage has no known operation that changes a lease. A person enters notices and renewals in OneSite Leasing.',
    ),
    update_resident: keptBeside(
      'kept by Caretaker: no operation that changes a resident was seen, so that a person has to enter it in OneSite too',
    ),
    post_charge: chargeCommand(vendor),
    reverse_charge: unseen(`${NO_LEDGER}. A person credits the charge in the household's ledger in OneSite.`),
    post_bill: unseen(
      `${NO_LEDGER}. Enter the invoice in OneSite Accounting or Spend Management, which are other products.`,
    ),
    reverse_bill: unseen(`${NO_LEDGER}. Void the invoice where it was entered.`),
    post_journal_entry: unseen(`${NO_LEDGER}. Enter it in OneSite Accounting, which is another product.`),
    reverse_journal_entry: unseen(`${NO_LEDGER}. Reverse it in OneSite Accounting.`),
    record_communication: keptBeside('kept by Caretaker: what was said cannot be read back from OneSite'),
  };
}

type WorkOrderCommand = 'create_work_order' | 'update_work_order' | 'add_work_order_note' | 'assign_work_order';

function workOrderCommands({ forms, contract, settings }: Vendor): Record<WorkOrderCommand, CommandCapability> {
  const readable = has(contract, 'service_requests');
  const reads = settings.service_requests.statuses.length;
  const blind = unseen(
    'The licence of this connection has no operation that reads service requests. Work with them in OneSite Facilities.',
  );
  if (!readable)
    return { create_work_order: blind, update_work_order: blind, add_work_order_note: blind, assign_work_order: blind };
  return {
    create_work_order: isForm(forms.add)
      ? sent('add_service_request', 'marker', {
          evidence: 'inferred',
          requests: 1 + 2 * reads,
          note: "filled in by the element names of the customer's own contract",
        })
      : unseen(`Caretaker cannot open service requests here: ${forms.add.reason}. Open it in OneSite Facilities.`),
    update_work_order: isForm(forms.update)
      ? sent('update_service_request', 'set_value', {
          evidence: 'inferred',
          requests: 1 + 2 * reads,
          note: "filled in by the element names of the customer's own contract; who does the work is kept by Caretaker",
        })
      : keptBeside(`kept by Caretaker, so that OneSite has to be told as well: ${forms.update.reason}`),
    add_work_order_note: keptBeside('kept by Caretaker: notes are added in OneSite alone'),
    assign_work_order: keptBeside('kept by Caretaker: RealPage takes neither vendor nor technician over its API'),
  };
}

function guestCardCommands({
  contract,
}: Vendor): Pick<Capabilities['commands'], 'create_guest_card' | 'update_guest_card'> {
  if (!hasGuestCards(contract)) {
    const note = 'kept by Caretaker: the licence of this connection has no guest cards';
    return { create_guest_card: keptBeside(note), update_guest_card: keptBeside(note) };
  }
  return {
    create_guest_card: sent('insert_prospect', 'natural_key', {
      evidence: 'seen',
      requests: 5,
      note: 'OneSite looks for a card of the same person first; a name of 30 and 30 characters, one e-mail address',
    }),
    update_guest_card: has(contract, 'update_prospect')
      ? sent('update_prospect', 'set_value', { evidence: 'seen', requests: 4 })
      : keptBeside('kept by Caretaker: the licence of this connection does not have updateprospect'),
  };
}

function chargeCommand({ contract, settings, tables }: Vendor): CommandCapability {
  if (!has(contract, 'post_charge', 'ledger', 'residents'))
    return unseen(
      'The licence of this connection lacks postsinglecharge, or the ledger that it is found again in. ' +
        'Post the charge in OneSite.',
    );
  if (Object.keys(tables.charge_code?.to_pms ?? {}).length === 0)
    return unseen(
      'The mapping file of this connection names no charge codes (charge_code). Post the charge in OneSite.',
    );
  return sent('post_charge', 'marker', {
    evidence: 'inferred',
    reversible: false,
    requests: settings.charge_residents_as === 'member' ? 4 : 3,
    note: 'the answer names no entry: it is found in the ledger by the end of its description',
  });
}
