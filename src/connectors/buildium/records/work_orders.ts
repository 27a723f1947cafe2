import type { WorkOrder } from '../../../model/records.ts';
import { TRADES } from '../../../model/values.ts';
import type { ListQuery, Page } from '../../connector.ts';
import { idText, markedText, oneOf, readBy, text, utcInstant, type Codec } from '../../kit/codecs.ts';
import { withoutMarker } from '../../kit/markers.ts';
import { path } from '../../kit/rest.ts';
import { mapping, readRecord, type NotHeld, type Row } from '../../kit/rows.ts';
import type { ValueTables } from '../../kit/value_tables.ts';
import type { Reader } from '../../kit/vendor.ts';
import { IDS_IN_ONE_QUERY, LENGTHS } from '../limits.ts';
import { idsFilter, isId, windowOf } from '../transport.ts';
import { VendorError } from '../../connector.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';

/**
 * What is a work order here: a task with, once a vendor has it, the work order that hangs on it. It is known by its
 * task's id, so that a dispatch does not change it.
 */
export interface TaskWithWorkOrder {
  Task: wire.Task;
  WorkOrder?: wire.WorkOrder;
  History?: readonly wire.TaskHistory[];
}

/** The two kinds of task that a repair is asked for with, in the order in which they are listed. */
const REPAIR_TASKS = { residentrequests: 'ResidentRequest', todorequests: 'Todo' } as const;
export type RepairTasks = keyof typeof REPAIR_TASKS;
const LISTED = Object.keys(REPAIR_TASKS) as RepairTasks[];

/** What the resident has said, else what stands on the work order. */
const entry: Codec = {
  read(raw) {
    const { Task, WorkOrder } = raw as {
      Task: { IsEntryPermittedByResident?: boolean | null };
      WorkOrder?: wire.WorkOrder;
    };
    if (typeof Task.IsEntryPermittedByResident === 'boolean') return Task.IsEntryPermittedByResident ? 'yes' : 'no';
    return { Yes: 'yes', No: 'no' }[WorkOrder?.EntryAllowed ?? ''] ?? 'unknown';
  },
  write: (value: WorkOrder['entry']) => (value === 'unknown' ? undefined : value === 'yes'),
};

const notes = readBy((raw) =>
  (raw as readonly wire.TaskHistory[]).flatMap(
    ({ Message, CreatedDateTIme, CreatedByUser, SharedWith }): WorkOrder['notes'] => {
      const said = withoutMarker(Message ?? '');
      if (said === '' || CreatedDateTIme === undefined) return [];
      const by = [CreatedByUser?.FirstName, CreatedByUser?.LastName].filter(Boolean).join(' ');
      return [
        {
          at: new Date(CreatedDateTIme).toISOString(),
          ...(by !== '' && { by }),
          text: said,
          is_public: SharedWith?.includes('Residents') === true,
        },
      ];
    },
  ),
);

/** What a task may lack and a work order may not. */
const orElse = (codec: Codec, otherwise: unknown): Codec => ({
  read: (raw, at) => codec.read(raw, at) ?? otherwise,
  write: (value, at) => codec.write(value, at),
});

const requester = (pick: (who: NonNullable<wire.Task['RequestedByUserEntity']>) => unknown) =>
  readBy((raw) => {
    const who = raw as NonNullable<wire.Task['RequestedByUserEntity']>;
    return who.Type === 'RentalTenant' ? pick(who) : undefined;
  });

const ROWS: readonly Row[] = [
  { field: 'id', wire: 'Task.Id', as: idText, always: true },
  { field: 'number', wire: 'Task.Id', as: idText },
  { field: 'property_id', wire: 'Task.Property.Id', as: idText, always: true },
  { field: 'unit_id', wire: 'Task.UnitId', as: idText },
  {
    field: 'resident_id',
    wire: 'Task.RequestedByUserEntity',
    as: requester(({ Id }) => (Id === undefined ? undefined : String(Id))),
    write: 'RequestedByEntityId',
    note: 'of resident requests',
  },
  { field: 'title', wire: 'Task.Title', as: text, always: true, max_length: LENGTHS.task_title },
  {
    field: 'description',
    wire: 'Task.Description',
    as: orElse(markedText, ''),
    note: 'set once, when the task is made; a marker of ours stands at its end',
  },
  { field: 'severity', wire: 'Task.Priority', as: oneOf('severity', 'routine'), table: 'severity', always: true },
  {
    field: 'status',
    wire: 'Task.TaskStatus',
    as: oneOf('work_order_status', 'in_progress'),
    table: 'work_order_status',
    always: true,
  },
  { field: 'raw_status', wire: 'Task.TaskStatus', as: text },
  {
    field: 'entry',
    wire: '',
    as: entry,
    write: 'IsEntryPermittedByResident',
    support: 'mapped',
    // Who is to be called first has not permitted entry; the exact word is kept beside the record.
    shown_as: { call_first: 'no' },
    // A to-do has no place for it before a vendor has it.
    missing_as: 'unknown',
    note: 'IsEntryPermittedByResident of a resident request, else EntryAllowed of the work order',
  },
  {
    field: 'entry_notes',
    wire: 'Task.ResidentEntryNotes',
    as: text,
    write: 'ResidentEntryNotes',
    note: 'of resident requests',
  },
  { field: 'vendor_id', wire: 'WorkOrder.VendorId', as: idText },
  { field: 'technician_id', wire: 'Task.AssignedToUserId', as: idText, note: 'the user to whom the task is assigned' },
  { field: 'instructions', wire: 'WorkOrder.VendorNotes', as: markedText },
  { field: 'notes', wire: 'History', as: notes, note: 'messages in the history of the task; not in lists' },
  {
    field: 'bill_ids',
    wire: 'WorkOrder.BillTransactionIds',
    as: readBy((raw) => (raw as number[]).map(String)),
  },
  { field: 'created_at', wire: 'Task.CreatedDateTime', as: utcInstant, always: true },
  { field: 'updated_at', wire: 'Task.LastUpdatedDateTime', as: utcInstant },
];

const KEPT_BESIDE: readonly NotHeld[] = (
  ['location', 'reporter_name', 'callback_phone', 'visit', 'not_to_exceed', 'estimate', 'vendor_reply'] as const
).map((field) => ({ field, support: 'sidecar' }));

const NOT_HELD: readonly NotHeld[] = [
  ...KEPT_BESIDE,
  { field: 'bill_to_lease_id', support: 'sidecar', note: 'a request belongs to a lease; who pays for it is not said' },
  { field: 'reply_due_at', support: 'sidecar' },
  { field: 'hazard_cleared_by', support: 'sidecar' },
  { field: 'file_ids', support: 'sidecar', note: 'files hang on the history of a task and are uploaded in two steps' },
  { field: 'completed_at', support: 'unsupported' },
];

const AS_GENERAL = Object.fromEntries(TRADES.filter((trade) => trade !== 'general').map((trade) => [trade, 'general']));

/** The trade is the task's category, where the mapping file says which; without it, it is kept beside the record. */
export function workOrderMapping(tables: ValueTables) {
  const mapped = Object.keys(tables.trade?.to_pms ?? {}).length > 0;
  const trade: Row = mapped
    ? {
        field: 'trade',
        wire: 'Task.Category.Id',
        as: orElse(oneOf('trade', 'general'), 'general'),
        write: 'CategoryId',
        table: 'trade',
      }
    : { field: 'trade', wire: '', as: readBy(() => 'general'), write: false, support: 'sidecar', shown_as: AS_GENERAL };
  return mapping(
    'work_order',
    { wire: 'Task + WorkOrder', changes: 'webhook', freshness_seconds: 60, evidence: 'seen' },
    [...ROWS, trade],
    NOT_HELD,
  );
}

const DAY_MS = 86_400_000;

/** The day before a moment: days are those of the account's own calendar, of which nothing is said. */
export function dayBefore(moment: string | undefined): string | undefined {
  return moment === undefined ? undefined : new Date(Date.parse(moment) - DAY_MS).toISOString().slice(0, 10);
}

export function workOrderReader(vendor: Vendor): Reader<'work_order'> {
  const { client, circumstances } = vendor;
  const rows = workOrderMapping(vendor.tables);
  const read = (whole: TaskWithWorkOrder) => readRecord(rows, whole, circumstances);

  async function page(query: ListQuery, signal?: AbortSignal): Promise<Page<'work_order'>> {
    const [kind, offset] = placeOf(query.cursor);
    const { limit } = windowOf({ limit: query.limit ?? IDS_IN_ONE_QUERY }, IDS_IN_ONE_QUERY);
    const found = await client.page<wire.Task>(
      `v1/tasks/${kind}`,
      {
        ...(query.property_id !== undefined && { entitytype: 'Rental' }),
        ...idsFilter('entityid', query.property_id),
        ...idsFilter('unitid', query.unit_id),
        lastupdatedfrom: dayBefore(query.since),
      },
      { offset, limit },
      signal,
    );
    const orders = await workOrdersOf(
      vendor,
      found.rows.map(({ Id }) => Id),
      signal,
    );
    const records = found.rows.flatMap((Task) => {
      const WorkOrder = orders.get(Task.Id);
      return read({ Task, ...(WorkOrder && { WorkOrder }) }) ?? [];
    });
    const next = found.next_offset !== undefined ? `${kind}:${found.next_offset}` : afterKind(kind);
    return { records, ...(next !== undefined && { next_cursor: next }) };
  }

  return {
    async get(_scope, id, signal) {
      const whole = await wholeTask(vendor, id, signal);
      return whole === undefined ? undefined : read(whole);
    },
    list: page,
  };
}

/** Where a list goes on: the kind of task, and how many of it are behind. */
function placeOf(cursor: string | undefined): [RepairTasks, number] {
  if (cursor === undefined) return ['residentrequests', 0];
  const [kind, offset] = cursor.split(':');
  if (LISTED.includes(kind as RepairTasks) && /^\d+$/.test(offset ?? '')) return [kind as RepairTasks, Number(offset)];
  throw new VendorError('refused', 'This is not where a list of Buildium goes on.', { field: 'cursor' });
}

function afterKind(kind: RepairTasks): string | undefined {
  const next = LISTED[LISTED.indexOf(kind) + 1];
  return next === undefined ? undefined : `${next}:0`;
}

/** The work order of each task that has one; the latest where there are several. */
async function workOrdersOf(
  { client }: Vendor,
  taskIds: readonly number[],
  signal?: AbortSignal,
): Promise<Map<number, wire.WorkOrder>> {
  if (taskIds.length === 0) return new Map();
  const rows = await client.all<wire.WorkOrder>('v1/workorders', { taskids: taskIds }, signal);
  return new Map(
    rows
      .sort((a, b) => a.Id - b.Id)
      .flatMap((row) => (row.Task?.Id === undefined ? [] : [[row.Task.Id, row] as const])),
  );
}

/** The work order that hangs on a task, if there is one. */
export async function workOrderOf(
  vendor: Vendor,
  id: string,
  signal?: AbortSignal,
): Promise<wire.WorkOrder | undefined> {
  return isId(id) ? (await workOrdersOf(vendor, [Number(id)], signal)).get(Number(id)) : undefined;
}

/** A task of either kind, with where it was found. */
export async function findTask(
  { client }: Vendor,
  id: string,
  signal?: AbortSignal,
): Promise<{ kind: RepairTasks; task: wire.Task } | undefined> {
  for (const kind of LISTED) {
    const task = await client.one<wire.Task>((one) => path`v1/tasks/${kind}/${one}`, id, signal);
    if (task !== undefined) return { kind, task };
  }
  return undefined;
}

export function historyOf({ client }: Vendor, id: string, signal?: AbortSignal): Promise<wire.TaskHistory[]> {
  return client.all<wire.TaskHistory>(path`v1/tasks/${id}/history`, {}, signal);
}

async function wholeTask(vendor: Vendor, id: string, signal?: AbortSignal): Promise<TaskWithWorkOrder | undefined> {
  const found = await findTask(vendor, id, signal);
  if (found === undefined) return undefined;
  const [WorkOrder, History] = await Promise.all([workOrderOf(vendor, id, signal), historyOf(vendor, id, signal)]);
  return { Task: found.task, ...(WorkOrder && { WorkOrder }), History };
}
