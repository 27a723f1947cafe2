import type { CommandKind } from '../../model/commands.ts';
import type { RecordKind } from '../../model/records.ts';
import type { Capabilities, CommandCapability, RecordCapability } from '../connector.ts';
import { native, unsupported } from '../kit/command_capability.ts';
import { recordCapability, type RecordMapping } from '../kit/rows.ts';
import { NO_RENEWAL } from './commands/leases.ts';
import { ASSUMPTIONS, REQUEST_DEADLINE_MS, SETTLING } from './limits.ts';
import { CHARGE_CODE, GL_ACCOUNT } from './records/accounts.ts';
import { BILL } from './records/bills.ts';
import { COMMUNICATIONS } from './records/communications.ts';
import { guestCardMapping } from './records/guest_cards.ts';
import { JOURNAL_ENTRY } from './records/journals.ts';
import { LEASE } from './records/leases.ts';
import { LEDGER_ENTRY } from './records/ledger.ts';
import { STAFF, VENDOR } from './records/people.ts';
import { PROPERTY, UNIT } from './records/places.ts';
import { HOUSEHOLD, RESIDENT } from './records/tenants.ts';
import { TOUR } from './records/tours.ts';
import { workOrderMapping } from './records/work_orders.ts';
import type { Vendor } from './vendor.ts';

const NO_SIGN =
  "It is not known whether a debit is positive or negative in a journal of Rent Manager's API. Compare one journal on the " +
  'screen with GET Journals?embeds=Details and set journal_debits of the connection to "positive" or "negative"; until ' +
  'then enter journals in Rent Manager.';

const PERIOD =
  'a closed period is answered with 412; once a person has decided so, the posting goes out with the option that overrides it';

const TOUR_NOTE = 'an appointment has no status: its subject says it';

const COMMANDS: Readonly<Record<CommandKind, CommandCapability>> = {
  create_work_order: native({ create_issue: 'marker', link_unit: 'set_value', link_tenant: 'set_value' }, 4, {
    note: 'the issue, then a link to the unit, or to the property where no unit is named, then one to the tenant',
  }),
  update_work_order: native({ update_issue: 'set_value', add_note: 'marker' }, 4),
  add_work_order_note: native({ add_note: 'marker' }, 2, {
    evidence: 'inferred',
    note: 'a note in the history of the issue; residents are shown none',
  }),
  assign_work_order: native({ assign: 'set_value', add_instructions: 'marker' }, 4, {
    note: 'instructions go into the history of the issue; the limit and the time to reply are kept beside it',
  }),
  create_guest_card: native({ create_prospect: 'marker', add_inquiry: 'marker' }, 3, {
    evidence: 'inferred',
    note: 'which fields a new prospect must have besides a contact is not described',
  }),
  update_guest_card: native({ update_prospect: 'set_value', add_inquiry: 'marker', add_note: 'marker' }, 5, {
    evidence: 'inferred',
    note: 'the status is the stage of the prospect; numbers and addresses are those of its contact',
  }),
  schedule_tour: native({ create_appointment: 'marker' }, 5, { evidence: 'inferred', note: TOUR_NOTE }),
  reschedule_tour: native({ move_appointment: 'set_value' }, 6, { evidence: 'inferred', note: TOUR_NOTE }),
  cancel_tour: native({ end_appointment: 'set_value' }, 4, {
    evidence: 'inferred',
    note: 'the appointment stays, under a subject that says that it is cancelled',
  }),
  record_tour_outcome: native({ end_appointment: 'set_value' }, 4, { evidence: 'inferred', note: TOUR_NOTE }),
  update_lease: native({ update_lease: 'set_value' }, 6, {
    evidence: 'inferred',
    note: `NoticeDate and ExpectedMoveOutDate of the whole lease. ${NO_RENEWAL}`,
  }),
  update_resident: native({ update_contact: 'set_value' }, 3, {
    evidence: 'inferred',
    note: 'whether a number that is left out goes away is not known',
  }),
  post_charge: native({ post_charge: 'marker' }, 3, { reversible: true, note: PERIOD }),
  reverse_charge: native({ post_credit: 'marker' }, 4, {
    evidence: 'inferred',
    reversible: false,
    note: `a credit that is allocated to the charge; ${PERIOD}`,
  }),
  post_bill: native({ post_bill: 'natural_key' }, 2, {
    evidence: 'inferred',
    reversible: false,
    note: `the fields of BillDetails were not seen; ${PERIOD}`,
  }),
  reverse_bill: unsupported(
    'What the Reversal of a bill wants is not described. Reverse the bill in Rent Manager (Accounts Payable, the bill, Reverse).',
    'unknown',
  ),
  post_journal_entry: native({ post_journal: 'marker' }, 3, { evidence: 'inferred', reversible: true, note: PERIOD }),
  reverse_journal_entry: native({ post_reversal: 'marker' }, 5, {
    evidence: 'inferred',
    reversible: true,
    note: 'its opposite is posted, under a reference that names it; what ReverseJournal wants is not described',
  }),
  record_communication: native({ add_note: 'marker' }, 2, {
    evidence: 'inferred',
    note: 'a note in the history of the issue, prospect, tenant, vendor or property, whichever comes first',
  }),
};

const NO_JOURNALS: RecordCapability = {
  read: 'unsupported',
  changes: 'none',
  freshness_seconds: 0,
  evidence: 'unknown',
  wire: 'Journal',
  note: NO_SIGN,
  fields: {},
};

/** Buildings are none of Rent Manager's records; everything else comes from the mappings. */
export function capabilitiesOf({ tables, settings }: Vendor): Capabilities {
  const of = <K extends RecordKind>(one: RecordMapping<K>) => recordCapability(one, tables);
  const knowsSign = settings.journal_debits !== undefined;
  const noJournals = unsupported(NO_SIGN, 'unknown');
  return {
    pms: 'rentmanager',
    records: {
      property: of(PROPERTY),
      unit: of(UNIT),
      household: of(HOUSEHOLD),
      resident: of(RESIDENT),
      lease: of(LEASE),
      staff: of(STAFF),
      vendor: of(VENDOR),
      work_order: of(workOrderMapping(tables)),
      guest_card: of(guestCardMapping(tables)),
      tour: of(TOUR),
      gl_account: of(GL_ACCOUNT),
      charge_code: of(CHARGE_CODE),
      ledger_entry: of(LEDGER_ENTRY),
      bill: of(BILL),
      journal_entry: knowsSign ? of(JOURNAL_ENTRY) : NO_JOURNALS,
      communication: of(COMMUNICATIONS),
    },
    commands: knowsSign ? COMMANDS : { ...COMMANDS, post_journal_entry: noJournals, reverse_journal_entry: noJournals },
    calendar: 'pms',
    settling: SETTLING,
    request_deadline_ms: REQUEST_DEADLINE_MS,
    assumptions: ASSUMPTIONS,
  };
}
