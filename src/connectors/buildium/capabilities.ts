import type { CommandKind } from '../../model/commands.ts';
import type { RecordKind } from '../../model/records.ts';
import type { Assumption, Capabilities, CommandCapability, RecordCapability } from '../connector.ts';
import { keptBeside, native } from '../kit/command_capability.ts';
import { recordCapability, type RecordMapping } from '../kit/rows.ts';
import type { ValueTables } from '../kit/value_tables.ts';
import { ASSUMPTIONS, REQUEST_DEADLINE_MS, SETTLING } from './limits.ts';
import { CHARGE_CODE, GL_ACCOUNT } from './records/accounts.ts';
import { APPLICANT } from './records/applicants.ts';
import { CONTACT_REQUEST } from './records/contact_requests.ts';
import { HOUSEHOLD, LEASE } from './records/leases.ts';
import { RESIDENT, STAFF } from './records/people.ts';
import { PROPERTY, UNIT } from './records/places.ts';
import { BILL, JOURNAL_ENTRY, LEDGER_ENTRY } from './records/postings.ts';
import { vendorMapping } from './records/vendors.ts';
import { workOrderMapping } from './records/work_orders.ts';
import type { GuestCardForm } from './vendor.ts';

const NO_TOURS = 'A to-do of Buildium has a day and no time: Caretaker keeps tours beside it.';

const COMMANDS: Readonly<Record<Exclude<CommandKind, GuestCardCommand>, CommandCapability>> = {
  create_work_order: native({ create_task: 'marker' }, 5, {
    support: 'mapped',
    note: "with a resident as that one's request, else as a to-do for the user of defaults.assigned_to",
  }),
  update_work_order: native({ update_task: 'marker' }, 6, {
    support: 'mapped',
    note: 'without a note it only sets values; the vendor of a work order cannot be taken away',
  }),
  add_work_order_note: native({ update_task: 'marker' }, 6, { note: 'the message of an update of the task' }),
  assign_work_order: native({ assign_vendor: 'set_value' }, 6, {
    support: 'mapped',
    note: 'a vendor by the work order, one of the staff by the task; the visit is kept beside it',
  }),
  schedule_tour: keptBeside(NO_TOURS),
  reschedule_tour: keptBeside(NO_TOURS),
  cancel_tour: keptBeside(NO_TOURS),
  record_tour_outcome: keptBeside(NO_TOURS),
  update_lease: native({ withdraw_1: 'set_value', move_out_1: 'set_value' }, 5, {
    note: 'notices and move-outs, a step per tenant; renewals are unsupported, since offers cannot be read',
  }),
  update_resident: native({ update_tenant: 'set_value' }, 4),
  post_charge: native({ post_charge: 'marker' }, 2, { reversible: true }),
  reverse_charge: native({ post_credit: 'marker' }, 3, { reversible: false, note: 'a credit that waives the charge' }),
  post_bill: native({ post_bill: 'natural_key' }, 6, { reversible: false, note: 'a bill is voided by a person there' }),
  reverse_bill: {
    support: 'unsupported',
    evidence: 'seen',
    steps: [],
    reason: 'The API of Buildium cannot void a bill: a person voids it there.',
  },
  post_journal_entry: native({ post_journal_entry: 'marker' }, 2, { reversible: true }),
  reverse_journal_entry: native({ post_journal_entry: 'marker' }, 3, {
    reversible: true,
    evidence: 'inferred',
    note: 'its opposite is posted; which of its lines are debits rests on the sign of their amounts',
  }),
  record_communication: keptBeside(
    'Phone logs of Buildium hold calls of tenants and vendors alone: Caretaker keeps all.',
  ),
};

const KEPT: RecordCapability = {
  read: 'sidecar',
  changes: 'none',
  freshness_seconds: 0,
  evidence: 'seen',
  fields: {},
};

type GuestCardCommand = 'create_guest_card' | 'update_guest_card';

interface GuestCards {
  record(tables: ValueTables): RecordCapability;
  commands: Readonly<Record<GuestCardCommand, CommandCapability>>;
  assumptions: readonly Assumption[];
}

const NO_GUEST_CARDS =
  'Buildium has no guest cards: Caretaker keeps them beside it. The setting guest_card_as makes applicants or contact ' +
  'requests of them.';

/** What becomes of guest cards, by the form that the settings give them. */
const GUEST_CARDS: Readonly<Record<GuestCardForm, GuestCards>> = {
  sidecar: {
    record: () => KEPT,
    commands: { create_guest_card: keptBeside(NO_GUEST_CARDS), update_guest_card: keptBeside(NO_GUEST_CARDS) },
    assumptions: [],
  },
  applicant: {
    record: (tables) => recordCapability(APPLICANT, tables),
    commands: {
      create_guest_card: native({ create_applicant: 'natural_key', add_note: 'marker' }, 5, {
        support: 'mapped',
        note: 'an applicant without an application, who is sent nothing; it takes a unit. The inquiry is a note on it',
      }),
      update_guest_card: native({ update_applicant: 'set_value', add_note: 'marker' }, 5, {
        support: 'mapped',
        note: 'name, contact and notes; what comes of an application is decided in Buildium',
      }),
    },
    assumptions: [
      {
        about: 'whether the list of applicants has those who have not applied yet',
        assumed: 'yes, where no status is asked for; that one is not in it is no proof that there is none',
        evidence: 'inferred',
        confirm: 'create a guest card and look for it with search_guest_cards',
      },
    ],
  },
  contact_request: {
    record: (tables) => recordCapability(CONTACT_REQUEST, tables),
    commands: {
      create_guest_card: native({ create_contact_request: 'marker' }, 3, {
        support: 'mapped',
        note: 'a contact request for the user of defaults.assigned_to, with the inquiry as its description',
      }),
      update_guest_card: native({ update_contact_request: 'marker' }, 4, {
        support: 'mapped',
        note: 'a note is the message of an update; without one it only sets values',
      }),
    },
    assumptions: [],
  },
};

export function capabilitiesOf(tables: ValueTables, form: GuestCardForm): Capabilities {
  const guestCards = GUEST_CARDS[form];
  const of = <K extends RecordKind>(one: RecordMapping<K>) => recordCapability(one, tables);
  return {
    pms: 'buildium',
    records: {
      property: of(PROPERTY),
      unit: of(UNIT),
      household: of(HOUSEHOLD),
      resident: of(RESIDENT),
      lease: of(LEASE),
      staff: of(STAFF),
      vendor: of(vendorMapping(tables)),
      work_order: of(workOrderMapping(tables)),
      guest_card: guestCards.record(tables),
      tour: KEPT,
      gl_account: of(GL_ACCOUNT),
      charge_code: of(CHARGE_CODE),
      ledger_entry: of(LEDGER_ENTRY),
      bill: of(BILL),
      journal_entry: of(JOURNAL_ENTRY),
      communication: KEPT,
    },
    commands: { ...COMMANDS, ...guestCards.commands },
    calendar: 'own_bookings_only',
    settling: SETTLING,
    request_deadline_ms: REQUEST_DEADLINE_MS,
    assumptions: [...ASSUMPTIONS, ...guestCards.assumptions],
  };
}
