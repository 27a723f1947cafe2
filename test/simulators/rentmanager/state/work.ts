import type { Communication, GuestCard, Tour, WorkOrder } from '../../../../src/model/records.ts';
import type { World } from '../../shared/vendor.ts';
import { idsIn, instantOf, propertyOfIssue, zoneOf } from '../moments.ts';
import { listIn, numberIn, type RentManagerTables, type Row, textIn } from '../tables.ts';
import {
  CATEGORIES,
  PRIORITIES,
  REASONS,
  spoken,
  STAGES,
  STATUSES,
  TOUR_ENDS,
  TOUR_SUBJECTS,
  keyOf,
  wordOf,
} from '../words.ts';
import { dayIn, idIn, phonesOf } from './people.ts';

type W = World<RentManagerTables>;

/** Texts that Caretaker marks; a mark is none of a person's words. */
const unmarked = (text: string) => text.replace(/\s?ct-[0-9a-hjkmnp-tv-z]{13}\s*$/, '');

interface Line {
  at: string;
  text: string;
}

function historyOf({ tables }: W, entity: string, id: unknown, zone: string): Line[] {
  return (tables['HistoryNotes']?.where('ParentID', id as number) ?? [])
    .map(({ row }) => row)
    .filter(({ EntityType }) => EntityType === entity)
    .map((row) => ({ at: instantOf(idIn(row, 'HistoryDate'), zone) ?? '', text: unmarked(idIn(row, 'Note')) }))
    .sort((a, b) => a.at.localeCompare(b.at));
}

const INQUIRY = /^Inquiry \(([^()\n]*)\):\n/;
const isNote = ({ text }: Line) => !/^(Instructions|Communication):/.test(text) && !INQUIRY.test(text);

const iso = (audit: unknown) => new Date(Date.parse(String(audit))).toISOString();

export function workOrderOf(world: W, row: Row): WorkOrder | undefined {
  const property = propertyOfIssue(world.tables, row);
  if (property === undefined) return undefined;
  const zone = zoneOf(world.tables, property);
  const history = historyOf(world, 'ServiceManagerIssue', row['ServiceManagerIssueID'], zone);
  const status = wordOf(STATUSES, row['StatusID']) ?? 'new';
  const over = row['IsClosed'] === true && status !== 'cancelled' ? 'closed' : status;
  const [unit] = idsIn(row, '$Units');
  const [tenant] = idsIn(row, '$Tenants');
  const start = textIn(row, 'ScheduledDate') && instantOf(idIn(row, 'ScheduledDate'), zone);
  const end = textIn(row, 'AssignedCloseDate') && instantOf(idIn(row, 'AssignedCloseDate'), zone);
  const instructions = history.findLast(({ text }) => text.startsWith('Instructions:\n'))?.text.slice(14);
  const cost =
    world.tables['ServiceManagerIssueWorkOrders']?.where('ServiceManagerIssueID', idIn(row, 'ServiceManagerIssueID')) ??
    [];
  return {
    ...{
      id: idIn(row, 'ServiceManagerIssueID'),
      number: idIn(row, 'ServiceManagerIssueID'),
      property_id: String(property),
    },
    ...(unit !== undefined && { unit_id: String(unit) }),
    ...(tenant !== undefined && { resident_id: String(tenant) }),
    ...{ title: idIn(row, 'Title'), description: unmarked(textIn(row, 'Description') ?? '') },
    ...{
      trade: wordOf(CATEGORIES, row['CategoryID']) ?? 'general',
      severity: wordOf(PRIORITIES, row['PriorityID']) ?? 'routine',
    },
    ...{ status: over, raw_status: spoken(status), entry: row['IsAllowedToEnter'] === true ? 'yes' : 'unknown' },
    ...(row['VendorID'] ? { vendor_id: idIn(row, 'VendorID') } : {}),
    ...(row['AssignedToUserID'] ? { technician_id: idIn(row, 'AssignedToUserID') } : {}),
    ...(start ? { visit: { start, ...(end ? { end } : {}) } } : {}),
    ...(instructions !== undefined && { instructions }),
    notes: history.filter(isNote).map((line) => ({ ...line, is_public: false })),
    bill_ids: cost.flatMap(({ row: line }) => (line['VendorBillID'] ? [idIn(line, 'VendorBillID')] : [])),
    ...{ file_ids: [], created_at: iso(row['CreateDate']), updated_at: iso(row['UpdateDate']) },
    ...(row['CloseDate'] ? { completed_at: iso(row['CloseDate']) } : {}),
  };
}

export function guestCardOf(world: W, row: Row): GuestCard {
  const history = historyOf(world, 'Prospect', row['ProspectID'], zoneOf(world.tables, row['PropertyID']));
  const contact = (world.tables['Contacts']?.where('ParentID', idIn(row, 'ProspectID')) ?? []).find(
    (entry) => entry.row['ParentType'] === 'Prospect',
  )?.row;
  const name = [textIn(row, 'FirstName'), textIn(row, 'LastName')].filter(Boolean).join(' ');
  const source = world.tables['LeadSources']?.get(numberIn(row, 'LeadSourceID') ?? 0)?.['Name'];
  const lost_reason = wordOf(REASONS, row['ProspectLostReasonID']);
  const day = dayIn(row, 'MoveInDate');
  return {
    ...{ id: idIn(row, 'ProspectID'), property_id: idIn(row, 'PropertyID'), ...(name !== 'Unknown' && { name }) },
    ...{ phones: phonesOf(contact), emails: contact?.['Email'] ? [idIn(contact, 'Email')] : [] },
    ...{ source: String(source ?? 'unknown'), status: wordOf(STAGES, row['CurrentProspectStageID']) ?? 'new' },
    ...(lost_reason !== undefined && { lost_reason }),
    unit_ids: listIn(row, 'InterestedUnits').map((unit) => idIn(unit, 'UnitID')),
    ...(row['RentMax'] ? { rent_max: Number(row['RentMax']) * 100 } : {}),
    ...(day !== undefined && { move_in_date: day }),
    ...(row['PeopleCount'] ? { occupants: Number(row['PeopleCount']) } : {}),
    ...(row['LeasingAgentID'] ? { assigned_to: idIn(row, 'LeasingAgentID') } : {}),
    touches: history.flatMap(({ at, text }) => {
      const match = INQUIRY.exec(text);
      return match === null ? [] : [{ at, source: match[1] ?? '', message: text.slice(match[0].length) }];
    }),
    notes: history.filter(isNote).map((line) => ({ ...line, is_public: false })),
    ...{ consents: [], created_at: iso(row['CreateDate']) },
  };
}

export function tourOf({ tables }: W, row: Row): Tour | undefined {
  const prospect = tables['Prospects']?.get(numberIn(row, 'ProspectID') ?? 0);
  if (prospect === undefined) return undefined;
  const zone = zoneOf(tables, prospect['PropertyID']);
  const subject = textIn(row, 'Subject') ?? '';
  const [head, tail] = subject.split(': ');
  const status = tail === undefined ? undefined : keyOf(TOUR_ENDS, head);
  const text = unmarked(textIn(row, 'Description') ?? '');
  const unit = /(?:^|\n)Unit ID (\d+)$/.exec(text);
  const notes = unit === null ? text : text.slice(0, unit.index);
  const [user] = listIn(row, 'AppointmentUsers');
  return {
    ...{
      id: idIn(row, 'AppointmentID'),
      property_id: idIn(prospect, 'PropertyID'),
      guest_card_id: idIn(row, 'ProspectID'),
    },
    ...{ unit_id: unit?.[1] ?? '0', type: keyOf(TOUR_SUBJECTS, status === undefined ? subject : tail) ?? 'agent_led' },
    ...{ start: instantOf(idIn(row, 'StartDate'), zone) ?? '', end: instantOf(idIn(row, 'EndDate'), zone) ?? '' },
    status: status ?? 'scheduled',
    ...(user !== undefined && { agent_id: idIn(user, 'UserID') }),
    ...(notes !== '' && { notes }),
  };
}

const ABOUT = {
  property_id: 'property',
  resident_id: 'resident',
  guest_card_id: 'prospect',
  vendor_id: 'vendor',
  work_order_id: 'service issue',
} as const;

export function conversationOf({ tables }: W, row: Row): Communication | undefined {
  const text = unmarked(textIn(row, 'Note') ?? '');
  const [, channel, direction, about = '', summary] =
    /^Communication: (\w+), (\w+)((?:; [a-z ]+ [\d-]+)*)\n([^]*)$/.exec(text) ?? [];
  if (summary === undefined) return undefined;
  const ids = (Object.keys(ABOUT) as (keyof typeof ABOUT)[]).flatMap((field) => {
    const id = new RegExp(`; ${ABOUT[field]} ([\\d-]+)`).exec(about)?.[1];
    return id === undefined ? [] : [[field, id] as const];
  });
  const fields = Object.fromEntries(ids) as Partial<Record<keyof typeof ABOUT, string>>;
  const zone = zoneOf(tables, fields.property_id === undefined ? undefined : Number(fields.property_id));
  return {
    ...{ id: idIn(row, 'HistoryID'), ...fields, channel: channel as Communication['channel'] },
    ...{
      direction: direction as Communication['direction'],
      summary,
      at: instantOf(idIn(row, 'HistoryDate'), zone) ?? '',
    },
  };
}
