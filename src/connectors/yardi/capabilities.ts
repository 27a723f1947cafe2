import { COMMAND_KINDS, type CommandKind } from '../../model/commands.ts';
import { RECORDS, RECORD_KINDS, type RecordKind } from '../../model/records.ts';
import type { Capabilities, CommandCapability, RecordCapability, RetryMode, ValueTables } from '../connector.ts';
import { recordCapability, type RecordMapping } from '../kit/rows.ts';
import type { InterfaceName } from './interfaces.ts';
import { ASSUMPTIONS, SETTLING, WRITE_DEADLINE_MS } from './limits.ts';
import { CHARGE_CODE, GL_ACCOUNT } from './records/charge_code.ts';
import { guestCardMapping } from './records/guest_card.ts';
import { HOUSEHOLD } from './records/household.ts';
import { LEASE, LEASE_WITH_OFFERS } from './records/lease.ts';
import { LEDGER_ENTRY } from './records/ledger_entry.ts';
import { PROPERTY } from './records/property.ts';
import { RESIDENT } from './records/resident.ts';
import { STAFF } from './records/staff.ts';
import { TOUR } from './records/tour.ts';
import { UNIT } from './records/unit.ts';
import { LIST_VENDORS, VENDOR } from './records/vendor.ts';
import { WORK_ORDER } from './records/work_order.ts';
import type { YardiSettings } from './settings.ts';
import { notLicensed } from './transport.ts';

/** What a kind is read from: its rows, and the interfaces of which one has to be licensed. None means any. */
interface Source {
  rows: RecordMapping<RecordKind>;
  from: readonly InterfaceName[];
}

function sourcesFor(settings: YardiSettings): Partial<Record<RecordKind, Source>> {
  const source = (rows: RecordMapping<RecordKind>, ...from: readonly InterfaceName[]): Source => ({ rows, from });
  const hasOffers = settings.interfaces.lease_renewals !== undefined;
  return {
    property: source(PROPERTY),
    unit: source(UNIT, 'ils_guest_card'),
    household: source(HOUSEHOLD, 'service_requests'),
    resident: source(RESIDENT, 'service_requests'),
    lease: source(hasOffers ? LEASE_WITH_OFFERS : LEASE, 'service_requests'),
    staff: source(STAFF, 'ils_guest_card'),
    vendor: source(VENDOR, ...LIST_VENDORS),
    work_order: source(WORK_ORDER, 'service_requests'),
    guest_card: source(guestCardMapping(settings.send_desired_rent), 'ils_guest_card'),
    tour: source(TOUR, 'ils_guest_card'),
    gl_account: source(GL_ACCOUNT, 'billing_and_payments'),
    charge_code: source(CHARGE_CODE, 'billing_and_payments'),
    ledger_entry: source(LEDGER_ENTRY, 'billing_and_payments'),
  };
}

/** Kinds without a source, and why. */
const NOT_READ: Partial<Record<RecordKind, Pick<RecordCapability, 'read' | 'evidence' | 'note'>>> = {
  building: { read: 'unsupported', evidence: 'seen', note: 'Voyager has properties and units.' },
  bill: { read: 'unsupported', evidence: 'unknown', note: 'What GetPayables answers was not seen.' },
  journal_entry: { read: 'unsupported', evidence: 'unknown', note: 'What GetJournalEntries answers was not seen.' },
  communication: { read: 'sidecar', evidence: 'seen', note: 'No interface has a log of what was said.' },
};

/** Each kind with whether this connection can read it. */
export function readableKinds(settings: YardiSettings): ReadonlyMap<RecordKind, Source> {
  const isLicensed = ({ from }: Source) =>
    from.length === 0 || from.some((name) => settings.interfaces[name] !== undefined);
  return new Map(
    (Object.entries(sourcesFor(settings)) as [RecordKind, Source][]).filter(([, source]) => isLicensed(source)),
  );
}

function recordsFor(settings: YardiSettings, tables: ValueTables): Capabilities['records'] {
  const [sources, readable] = [sourcesFor(settings), readableKinds(settings)];
  return Object.fromEntries(
    RECORD_KINDS.map((kind): [RecordKind, RecordCapability] => {
      const source = readable.get(kind);
      if (source !== undefined) return [kind, recordCapability(source.rows, tables)];
      const missing = sources[kind]?.from[0];
      const why = NOT_READ[kind] ?? { read: 'unsupported', evidence: 'seen' };
      return [kind, notRead(kind, why, missing === undefined ? why.note : notLicensed(missing))];
    }),
  );
}

function notRead(
  kind: RecordKind,
  { read, evidence }: Pick<RecordCapability, 'read' | 'evidence'>,
  note: string | undefined,
): RecordCapability {
  const support = read === 'sidecar' ? 'sidecar' : 'unsupported';
  const fields = Object.fromEntries(
    Object.keys(RECORDS[kind].shape).map((field) => [field, { support, readable: false, evidence } as const]),
  );
  return { read, evidence, changes: 'none', freshness_seconds: 0, fields, ...(note !== undefined && { note }) };
}

const one = (name: string, retry: RetryMode) => [{ name, retry }];

/** What can be done, and the interface that it needs. */
const SUPPORTED: Partial<Record<CommandKind, CommandCapability & { needs?: InterfaceName }>> = {
  create_work_order: {
    needs: 'service_requests',
    support: 'mapped',
    evidence: 'seen',
    requests: 4,
    steps: one('create service request', 'marker'),
    note: 'The order of the elements was not seen; that of answers is kept.',
  },
  update_work_order: {
    needs: 'service_requests',
    support: 'mapped',
    evidence: 'seen',
    requests: 4,
    steps: one('edit service request', 'marker'),
    note: 'The whole work order is sent. A change without a note is safe by its values.',
  },
  add_work_order_note: {
    needs: 'service_requests',
    support: 'mapped',
    evidence: 'seen',
    requests: 4,
    steps: one('edit service request', 'marker'),
    note: 'A paragraph of the notes for technicians; public notes are refused.',
  },
  assign_work_order: {
    needs: 'service_requests',
    support: 'mapped',
    evidence: 'seen',
    requests: 4,
    steps: one('edit service request', 'marker'),
    note: 'The vendor by code; visit, limit and instructions as a note for technicians. Technicians are kept beside it.',
  },
  create_guest_card: {
    needs: 'ils_guest_card',
    support: 'mapped',
    evidence: 'seen',
    requests: 4,
    steps: one('import guest', 'marker'),
    note: 'The id that the card is found by is our own mark, and sent once more it means the same card.',
  },
  update_guest_card: {
    needs: 'ils_guest_card',
    support: 'mapped',
    evidence: 'seen',
    requests: 5,
    steps: one('import guest', 'marker'),
    note: 'The card is sent again with what is new. A change without an event is safe by its values.',
  },
  schedule_tour: {
    needs: 'ils_guest_card',
    support: 'mapped',
    evidence: 'seen',
    requests: 6,
    steps: one('import appointment', 'marker'),
    note: 'The number of an appointment is not answered; it is looked for by its comment.',
  },
  cancel_tour: {
    needs: 'ils_guest_card',
    support: 'mapped',
    evidence: 'inferred',
    requests: 6,
    steps: one('import cancelled', 'marker'),
    note: 'An event that says so; the appointment itself stays in the calendar of Voyager.',
  },
  record_tour_outcome: {
    needs: 'ils_guest_card',
    support: 'mapped',
    evidence: 'seen',
    requests: 6,
    steps: one('import show', 'marker'),
    note: 'A show on the day of the appointment, or an event that says that nobody came.',
  },
  update_lease: {
    needs: 'lease_renewals',
    support: 'mapped',
    evidence: 'inferred',
    requests: 9,
    steps: [
      { name: 'select renewal offer', retry: 'none' },
      { name: 'renew lease', retry: 'set_value' },
    ],
    note: 'Renewals only. The answers of the interface were not seen. Notices and move-out dates are refused.',
  },
  update_resident: {
    support: 'sidecar',
    evidence: 'unknown',
    steps: [],
    reason:
      'Voyager takes no changes of residents over an interface whose documents are known. What is changed is kept here, and ' +
      'the office has to enter it in Voyager.',
    note:
      'The document of UpdateResidentData is not known. All of it is kept beside the resident, new numbers and addresses ' +
      'until Voyager shows others; the office has to enter them there.',
  },
  post_charge: {
    needs: 'billing_and_payments',
    support: 'mapped',
    evidence: 'inferred',
    requests: 6,
    reversible: false,
    steps: one('import charge', 'marker'),
    note: 'Request and answer were seen years apart and with different customers.',
  },
  record_communication: {
    support: 'sidecar',
    evidence: 'seen',
    steps: [],
    reason: 'No interface of Voyager has a log of what was said. It is kept here.',
  },
};

const UNKNOWN_DOCUMENT = (document: string) =>
  `the document that Voyager takes (${document}) is in no source that could be read, and is not guessed at`;

/** Why the rest cannot be done, and what to do instead. */
const UNSUPPORTED: Partial<Record<CommandKind, Pick<CommandCapability, 'evidence' | 'reason' | 'reversible'>>> = {
  reschedule_tour: {
    evidence: 'unknown',
    reason:
      'Voyager has no way to move an appointment that could be seen. Cancel the tour with change_tour, then schedule a new ' +
      'one. Nothing was changed.',
  },
  reverse_charge: {
    evidence: 'unknown',
    reason:
      'No way to take back a charge over the interface was seen. Have the office reverse it in Voyager. Nothing was changed.',
    reversible: false,
  },
  post_bill: {
    evidence: 'unknown',
    reason: `Bills cannot be posted: ${UNKNOWN_DOCUMENT('PayableDoc')}. Give the invoice to the office. Nothing was changed.`,
    reversible: false,
  },
  reverse_bill: {
    evidence: 'unknown',
    reason: 'Bills cannot be read over the interface, and so not reversed. Have the office do it. Nothing was changed.',
  },
  post_journal_entry: {
    evidence: 'unknown',
    reason: `Journal entries cannot be posted: ${UNKNOWN_DOCUMENT('JournalDoc')}. Have the office enter it. Nothing was changed.`,
    reversible: false,
  },
  reverse_journal_entry: {
    evidence: 'unknown',
    reason:
      'Journal entries cannot be read over the interface, and so not reversed. Have the office do it. Nothing was changed.',
  },
};

function commandFor(settings: YardiSettings, kind: CommandKind): CommandCapability {
  const known = SUPPORTED[kind];
  if (known === undefined) return { support: 'unsupported', steps: [], evidence: 'unknown', ...UNSUPPORTED[kind] };
  const { needs, ...capability } = known;
  if (needs === undefined || settings.interfaces[needs] !== undefined) return capability;
  return { ...capability, support: 'unsupported', reason: `${notLicensed(needs)} Nothing was changed.` };
}

/** What this connection can do, with the interfaces that it has licences for. */
export function capabilitiesFor(settings: YardiSettings, tables: ValueTables): Capabilities {
  return {
    pms: 'yardi',
    records: recordsFor(settings, tables),
    commands: Object.fromEntries(COMMAND_KINDS.map((kind) => [kind, commandFor(settings, kind)])) as Record<
      CommandKind,
      CommandCapability
    >,
    calendar: 'own_bookings_only',
    settling: SETTLING,
    request_deadline_ms: WRITE_DEADLINE_MS,
    assumptions: ASSUMPTIONS,
  };
}
