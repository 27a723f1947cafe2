import type { CommandKind } from '../../model/commands.ts';
import { RECORDS } from '../../model/records.ts';
import type { Capabilities, CommandCapability, RetryMode } from '../connector.ts';
import { unsupported } from '../kit/command_capability.ts';
import { mapping, recordCapability, type RecordMapping } from '../kit/rows.ts';
import type { ValueTables } from '../kit/value_tables.ts';
import { ASSUMPTIONS, KEY_LIFE_MS, REQUEST_DEADLINE_MS, SETTLING } from './limits.ts';
import { GL_ACCOUNT } from './records/accounts.ts';
import { BILL, JOURNAL_ENTRY } from './records/books.ts';
import { GUEST_CARD } from './records/guest_cards.ts';
import { LEASE } from './records/leases.ts';
import { LEDGER_ENTRY } from './records/ledger.ts';
import { HOUSEHOLD, RESIDENT, STAFF } from './records/people.ts';
import { PROPERTY, UNIT } from './records/places.ts';
import { TOUR } from './records/tours.ts';
import { vendorMapping } from './records/vendors.ts';
import { WORK_ORDER } from './records/work_orders.ts';

const step = (name: string, retry: RetryMode) => ({ name, retry });

/** Something new, which a key keeps from being made twice. */
const made = (name: string) => step(name, 'idempotency_key');
/** Fields that are set to values. */
const set = (name: string) => step(name, 'set_value');

const BY_A_PERSON =
  'Nothing was changed: a person has to do it in AppFolio; hand the case over with escalate_to_staff.';

const COMMANDS: Capabilities['commands'] = {
  create_work_order: { support: 'native', evidence: 'seen', steps: [made('create_work_order')], requests: 3 },
  update_work_order: {
    support: 'native',
    evidence: 'seen',
    steps: [set('update_work_order'), made('add_note')],
    requests: 4,
  },
  add_work_order_note: {
    support: 'native',
    evidence: 'seen',
    steps: [made('add_note')],
    requests: 2,
    note: 'for staff alone; AppFolio does not show notes of work orders by API',
  },
  assign_work_order: {
    support: 'native',
    evidence: 'seen',
    steps: [set('assign_work_order')],
    requests: 3,
    note: 'the status is set with it; AppFolio has no way to message a vendor by API, so somebody has to call',
  },
  create_guest_card: { support: 'native', evidence: 'inferred', steps: [made('create_guest_card')], requests: 2 },
  update_guest_card: {
    support: 'native',
    evidence: 'inferred',
    steps: [set('update_guest_card'), made('add_note')],
    requests: 5,
    note: 'notes need the id of the guest card, and further units those that are there, neither of which a lead may show',
  },
  schedule_tour: { support: 'native', evidence: 'inferred', steps: [made('schedule_tour')], requests: 3 },
  reschedule_tour: { support: 'native', evidence: 'inferred', steps: [set('reschedule_tour')], requests: 4 },
  cancel_tour: { support: 'native', evidence: 'inferred', steps: [set('cancel_tour')], requests: 4 },
  record_tour_outcome: {
    support: 'mapped',
    evidence: 'inferred',
    steps: [set('record_tour_outcome')],
    requests: 4,
    note: 'a showing that took place stays scheduled there; the outcome is kept beside',
  },
  update_lease: {
    support: 'mapped',
    evidence: 'inferred',
    steps: [set('extend_lease'), set('end_old_rent'), made('begin_new_rent')],
    note: 'renewals alone: notices and move-outs are entered by a person',
  },
  update_resident: {
    support: 'sidecar',
    evidence: 'seen',
    steps: [],
    reason:
      'AppFolio takes changes of custom fields alone. What is told here is kept beside the resident; telephone numbers ' +
      'and addresses are changed there by a person.',
  },
  post_charge: {
    support: 'native',
    evidence: 'inferred',
    steps: [made('post_charge')],
    requests: 3,
    reversible: false,
    note: 'on the household; found again as long as it is open',
  },
  reverse_charge: unsupported(`AppFolio takes back no charge by API. ${BY_A_PERSON}`),
  post_bill: { support: 'native', evidence: 'inferred', steps: [made('post_bill')], requests: 2, reversible: false },
  reverse_bill: unsupported(`AppFolio voids no bill by API. ${BY_A_PERSON}`),
  post_journal_entry: {
    support: 'native',
    evidence: 'inferred',
    steps: [made('post_journal_entry')],
    requests: 2,
    reversible: true,
  },
  reverse_journal_entry: {
    support: 'mapped',
    evidence: 'inferred',
    steps: [made('reverse_journal_entry')],
    requests: 3,
    note: 'an opposite entry whose remarks name the one that it takes back',
  },
  record_communication: {
    support: 'sidecar',
    evidence: 'seen',
    steps: [],
    reason: 'AppFolio has no messages by API. What is told here is kept beside it.',
  },
} satisfies Record<CommandKind, CommandCapability>;

const NONE = { changes: 'none', freshness_seconds: 0, evidence: 'seen' } as const;

const COMMUNICATION = mapping(
  'communication',
  { ...NONE, wire: 'none', read: 'sidecar', note: 'AppFolio has no messages by API' },
  [],
  Object.keys(RECORDS.communication.shape).map((field) => ({ field, support: 'sidecar' })),
);

const CHARGE_CODE = mapping(
  'charge_code',
  { ...NONE, wire: 'none', read: 'unsupported', note: 'residents are charged to GL accounts' },
  [],
);

const BUILDING = mapping(
  'building',
  { ...NONE, wire: 'none', read: 'unsupported', note: 'AppFolio shows no buildings by API' },
  [],
);

/** What can be done on a connection, with its words and with or without the Reports API. */
export function capabilitiesOf(tables: ValueTables, hasReports: boolean): Capabilities {
  const mappings: readonly RecordMapping<never>[] = [
    ...[PROPERTY, BUILDING, UNIT, HOUSEHOLD, RESIDENT, LEASE, STAFF, vendorMapping(hasReports), WORK_ORDER],
    ...[GUEST_CARD, TOUR, GL_ACCOUNT, CHARGE_CODE, LEDGER_ENTRY, BILL, JOURNAL_ENTRY, COMMUNICATION],
  ] as readonly unknown[] as readonly RecordMapping<never>[];
  return {
    pms: 'appfolio',
    records: Object.fromEntries(mappings.map((one) => [one.kind, recordCapability(one, tables)])),
    commands: COMMANDS,
    calendar: 'pms',
    settling: SETTLING,
    request_deadline_ms: REQUEST_DEADLINE_MS,
    idempotency_key_life_ms: KEY_LIFE_MS,
    assumptions: ASSUMPTIONS,
  };
}
