import type { WorkOrder } from '../../../model/records.ts';
import { idText, localInstant, markedText, oneOf, text } from '../../kit/codecs.ts';
import { mapping, type RecordMapping, type Row } from '../../kit/rows.ts';
import { LENGTHS } from '../limits.ts';
import type { Word } from '../service_request_words.ts';

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
    shown_as: { call_first: 'no', unknown: 'no' },
    note: 'yes or no: the exact word is kept beside it',
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
