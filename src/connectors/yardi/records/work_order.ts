import { dialled, phoneOf } from '../people.ts';
import { markedText, oneOf, readBy, text, type Codec, type Place } from '../../kit/codecs.ts';
import { cutTo } from '../../kit/markers.ts';
import { mapping } from '../../kit/rows.ts';
import { listed } from '../../kit/xml_values.ts';
import { BRIEF_DESCRIPTION } from '../limits.ts';
import { moment } from '../local_time.ts';
import { locationIn, notesIn } from '../technician_notes.ts';
import type { ServiceRequest } from '../wire.ts';

interface StatusStamp {
  Type?: string;
  TimeStamp?: string;
}

const historyOf = (raw: unknown) =>
  listed<StatusStamp>(((raw as ServiceRequest)['StatusHistory'] as { Status?: unknown } | undefined)?.Status);

function earliest(values: readonly unknown[]): string | undefined {
  return values.filter((value) => typeof value === 'string').toSorted()[0];
}

/** The first entry of its history, else the day on which it was asked for. */
const createdAt = readBy((raw, at) => {
  const stamps = historyOf(raw).map(({ TimeStamp }) => moment.read(TimeStamp, at));
  return earliest(stamps) ?? moment.read(midnight((raw as ServiceRequest)['ServiceRequestDate']), at);
});

function midnight(day: unknown): unknown {
  return typeof day === 'string' && /^\d{4}-\d\d-\d\d$/.test(day) ? `${day}T00:00:00` : day;
}

const DONE = ['work_done', 'ready_to_bill', 'closed'];

const completedAt = readBy((raw, at) => {
  const words = at.tables.work_order_status?.from_pms ?? {};
  const isDone = (word: string | undefined) => DONE.includes(words[word ?? ''] ?? '');
  if (!isDone((raw as ServiceRequest).CurrentStatus)) return undefined;
  const stamps = historyOf(raw).filter(({ Type }) => isDone(Type));
  return earliest(stamps.map(({ TimeStamp }) => moment.read(TimeStamp, at)));
});

/** The full description; servers that keep none there show the text as the problem's notes. */
const description = readBy((raw, at) => {
  const { ServiceRequestFullDescription: full, ProblemDescriptionNotes: problem } = raw as ServiceRequest;
  const said = [full, problem].map((one) => markedText.read(one, at)).find((one) => one !== undefined);
  return said ?? text.read((raw as ServiceRequest)['ServiceRequestBriefDescription'], at) ?? '';
});

const notes = readBy((raw, at: Place) => {
  const request = raw as ServiceRequest;
  const changed = moment.read(request.UpdateDate, at) ?? createdAt.read(raw, at);
  return notesIn(request.TechnicianNotes ?? '', String(changed ?? new Date(0).toISOString()));
});

/** A word of the table may name a category alone, or a subcategory with it. */
const trade = readBy((raw, at) => {
  const { Category: category = '', SubCategory: sub = '' } = raw as { Category?: string; SubCategory?: string };
  const words = at.tables.trade?.from_pms ?? {};
  return (
    words[`${category}/${sub}`] ??
    oneOf('trade', 'general').read(category, { ...at, path: `${at.path}Category` }) ??
    'general'
  );
});

const title: Codec = { read: text.read, write: (value: string) => cutTo(value, BRIEF_DESCRIPTION) };

const phone: Codec = {
  read: (raw, at) => {
    const number = text.read(raw, at) as string | undefined;
    return number === undefined ? undefined : phoneOf(number, 'other').number;
  },
  write: (number: string) => dialled(number),
};

const BESIDE = 'service requests have no place for it; the notes for technicians tell what was arranged';

export const WORK_ORDER = mapping(
  'work_order',
  {
    wire: 'GetServiceRequest_Search',
    changes: 'poll',
    freshness_seconds: 900,
    evidence: 'seen',
    note: 'All open ones; closed ones as far back as two years. Every other one is found by its number.',
  },
  [
    { field: 'id', wire: 'ServiceRequestId', as: text, always: true, write: false },
    { field: 'number', wire: 'ServiceRequestId', as: text, write: false },
    { field: 'property_id', wire: 'YardiPropertyId', as: text, write: false, note: 'the property that was asked for' },
    { field: 'unit_id', wire: 'UnitCode', as: text },
    {
      field: 'bill_to_lease_id',
      wire: 'TenantCode',
      as: text,
      note: 'Voyager bills the tenant that is named here; the reporter is the requestor',
    },
    {
      field: 'location',
      wire: 'TechnicianNotes',
      as: readBy((raw) => locationIn(String(raw))),
      write: false,
      evidence: 'inferred',
      note: 'the first line of the notes for technicians',
    },
    { field: 'reporter_name', wire: 'RequestorName', as: text },
    { field: 'callback_phone', wire: 'RequestorPhoneNumber', as: phone },
    { field: 'title', wire: 'ServiceRequestBriefDescription', as: title, max_length: BRIEF_DESCRIPTION },
    { field: 'description', wire: '', as: description, write: false },
    {
      field: 'trade',
      wire: '',
      as: trade,
      table: 'trade',
      write: false,
      note: 'the category, or category and subcategory as "Plumbing/Sink"',
    },
    { field: 'severity', wire: 'Priority', as: oneOf('severity', 'routine'), table: 'severity' },
    { field: 'status', wire: 'CurrentStatus', as: oneOf('work_order_status', 'new'), table: 'work_order_status' },
    { field: 'raw_status', wire: 'CurrentStatus', as: text, write: false },
    { field: 'entry', wire: 'HasPermissionToEnter', as: oneOf('entry', 'unknown'), table: 'entry' },
    { field: 'entry_notes', wire: 'AccessNotes', as: text },
    { field: 'vendor_id', wire: 'VendorCode', as: text },
    {
      field: 'notes',
      wire: '',
      as: notes,
      write: false,
      note: 'a paragraph of the notes for technicians; none is shown to residents',
    },
    { field: 'created_at', wire: '', as: createdAt, write: false },
    { field: 'updated_at', wire: 'UpdateDate', as: moment, write: false },
    { field: 'completed_at', wire: '', as: completedAt, write: false },
  ],
  [
    { field: 'resident_id', support: 'sidecar', note: 'the requestor is kept by name' },
    { field: 'technician_id', support: 'sidecar', note: 'how a technician is assigned was not seen' },
    { field: 'visit', support: 'sidecar', note: BESIDE },
    { field: 'not_to_exceed', support: 'sidecar', note: BESIDE },
    { field: 'instructions', support: 'sidecar', note: BESIDE },
    { field: 'estimate', support: 'sidecar' },
    { field: 'vendor_reply', support: 'sidecar' },
    { field: 'reply_due_at', support: 'sidecar' },
    { field: 'hazard_cleared_by', support: 'sidecar' },
    { field: 'file_ids', support: 'sidecar', note: 'files stay where they are' },
  ],
);
