import type { WorkOrder } from '../../../model/records.ts';
import { addDays, localDate } from '../../../model/zoned_time.ts';
import { idText, localInstant, markedText, oneOf, text } from '../../kit/codecs.ts';
import { withoutMarker } from '../../kit/markers.ts';
import { mapping, readRecord, type RecordMapping, type Row } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { recordsIn, textOf, type Plain } from '../answer.ts';
import { LENGTHS } from '../limits.ts';
import { siteReader } from '../paging.ts';
import { named, type Word } from '../service-request-words.ts';
import type { Vendor } from '../vendor.ts';

const yes = /^(?:y|yes|t|true|1)$/i;

/** Under the names of the words table; `wire` says which word tells it. */
const ROWS: readonly Row[] = [
  { field: 'id', wire: 'id', as: idText, always: true, write: false },
  { field: 'number', wire: 'number', as: text, write: false, note: 'where there is none, the id' },
  { field: 'property_id', wire: 'auth.siteid', as: text, write: false },
  { field: 'unit_id', wire: 'unit_id', as: idText },
  { field: 'resident_id', wire: 'resident_id', as: idText },
  { field: 'location', wire: 'location', as: text },
  { field: 'reporter_name', wire: 'reporter_name', as: text },
  { field: 'callback_phone', wire: 'callback_phone', as: text },
  { field: 'title', wire: 'title', as: text, max_length: LENGTHS.service_request_title },
  { field: 'description', wire: 'description', as: markedText, max_length: LENGTHS.service_request_details },
  { field: 'trade', wire: 'trade', as: oneOf('trade', 'general'), table: 'trade', note: "the site's own problems" },
  {
    field: 'severity',
    wire: 'severity',
    as: oneOf('severity', 'routine'),
    table: 'severity',
    note: "the site's own priorities",
  },
  { field: 'status', wire: 'status', as: oneOf('work_order_status', 'new'), table: 'work_order_status' },
  { field: 'raw_status', wire: 'status', as: text, write: false },
  {
    field: 'entry',
    wire: 'entry',
    as: {
      read: (raw) => (raw === undefined ? 'unknown' : yes.test(String(raw)) ? 'yes' : 'no'),
      write: (entry: WorkOrder['entry']) => (entry === 'yes' ? 'true' : 'false'),
    },
    support: 'mapped',
  },
  { field: 'entry_notes', wire: 'entry_notes', as: text },
  { field: 'created_at', wire: 'created_at', as: localInstant, write: false },
  { field: 'completed_at', wire: 'completed_at', as: localInstant, write: false },
];

const BESIDE = [
  'bill_to_lease_id',
  'vendor_id',
  'technician_id',
  'visit',
  'not_to_exceed',
  'estimate',
  'vendor_reply',
  'reply_due_at',
  'hazard_cleared_by',
  'instructions',
  'notes',
  'bill_ids',
] as const;

/** What a new request says, as far as the contract has an element for it; the rest of it is kept beside the record. */
const SAID = [
  'resident_id',
  'location',
  'reporter_name',
  'callback_phone',
  'title',
  'trade',
  'severity',
  'entry',
  'entry_notes',
] as const satisfies readonly Word[];

/** The mapping for a contract whose form for new requests has these words; all of them where there is no form. */
export function workOrderMapping(words: ReadonlySet<Word> | undefined): RecordMapping<'work_order'> {
  const unsaid = SAID.filter((word) => words?.has(word) === false);
  return mapping(
    'work_order',
    {
      wire: 'GetServiceRequest',
      changes: 'poll',
      freshness_seconds: 900,
      evidence: 'inferred',
      note: 'elements are told by the words in their names, which nobody has published',
    },
    ROWS.filter(({ field }) => !unsaid.some((one) => one === field)),
    [
      ...[...BESIDE, ...unsaid].map((field) => ({ field, support: 'sidecar' as const })),
      { field: 'file_ids', support: 'unsupported', note: 'RealPage takes no files over its API' },
    ],
  );
}

/** When service requests are asked for: from long ago to a day ahead, by the day of the request and of completion. */
const FROM = '2000-01-01';

/** The requests of a site by the codes that the settings name, each once. */
export async function serviceRequests(
  { client, settings, circumstances, clock }: Vendor,
  site: string,
  signal?: AbortSignal,
): Promise<Plain[]> {
  const { search_type, statuses } = settings.service_requests;
  const today = localDate(new Date(clock()).toISOString(), circumstances.zoneOf(site) as string);
  const [start, end] = [`${FROM}T00:00:00`, `${addDays(today, 1)}T00:00:00`];
  const found = new Map<string, Plain>();
  for (const requeststatus of statuses) {
    const asked = {
      searchtype: search_type,
      searchid: '0',
      requeststatus,
      requestdatestart: start,
      requestdateend: end,
      includeactivity: 'true',
      completedatestart: start,
      completedateend: end,
    };
    const result = await client.call('service_requests', site, { getservicerequest: asked }, { signal });
    for (const wire of recordsIn(result, 'GetServiceRequest')) {
      const one = named(wire);
      found.set(textOf(one['id']) ?? JSON.stringify(one), one);
    }
  }
  return [...found.values()];
}

export function workOrderOf({ circumstances, work_order }: Vendor, site: string, one: Plain): WorkOrder | undefined {
  const description = textOf(one['description']) ?? '';
  const title = one['title'] ?? (withoutMarker(description).split('\n')[0]?.trim() || 'Service request');
  const number = one['number'] ?? one['id'];
  const wire = { ...one, title, number, description: one['description'] ?? title };
  return readRecord(work_order, wire, circumstances, { property_id: site, ...unheld(work_order, String(title)) });
}

/** What no record can be without, where the contract does not hold it. */
function unheld({ rows }: RecordMapping<'work_order'>, title: string): Partial<WorkOrder> {
  const all = { title, trade: 'general', severity: 'routine', entry: 'unknown' } as const;
  return Object.fromEntries(Object.entries(all).filter(([field]) => !rows.some((row) => row.field === field)));
}

export function workOrderReader(vendor: Vendor): Reader<'work_order'> {
  return siteReader(vendor, async (site, signal) =>
    (await serviceRequests(vendor, site, signal)).flatMap((one) => workOrderOf(vendor, site, one) ?? []),
  );
}
