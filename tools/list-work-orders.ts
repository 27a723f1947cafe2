import * as z from 'zod/v4';
import { isReplyOverdue, WorkOrderView } from '../src/maintenance/work_order_view.ts';
import type { WorkOrder } from '../src/model/records.ts';
import {
  CLOSED_WORK_ORDER_STATUSES,
  Severity,
  WORK_ORDER_STATUSES,
  type WorkOrderStatus,
} from '../src/model/values.ts';
import { localDate } from '../src/model/zoned_time.ts';
import { type Call, defineTool, type Found } from '../src/tool.ts';
import { counted, countedFirst } from '../src/tool/counted.ts';
import { gatherPage } from '../src/tool/gather_page.ts';
import { localText } from '../src/tool/local_text.ts';
import { cursor, day, recordId, words } from '../src/tool/params.ts';
import { viewWorkOrder } from '../src/tool/show_work_order.ts';
import { moreText, workOrderLine } from '../src/tool/text_lines.ts';
import { quoted } from '../src/tool/untrusted.ts';

/** What a work order is waiting for. Approvals are looked up in the ledger, the rest is in the record itself. */
const NEEDS: Record<string, (workOrder: WorkOrder) => boolean> = {
  dispatch: ({ status, vendor_id, technician_id, vendor_reply }) =>
    ['new', 'estimated', 'on_hold'].includes(status) ||
    (vendor_id === undefined && technician_id === undefined && status !== 'work_done' && status !== 'ready_to_bill') ||
    vendor_reply === 'declined' ||
    vendor_reply === 'no_reply',
  vendor_reply: ({ vendor_reply }) => vendor_reply === 'pending',
  estimate: ({ status }) => status === 'estimate_requested',
  visit_date: ({ status, visit }) => status === 'assigned' && visit === undefined,
  follow_up: ({ status }) => status === 'on_hold' || status === 'in_progress',
  bill: ({ status, bill_ids }) => ['work_done', 'ready_to_bill', 'closed'].includes(status) && bill_ids.length === 0,
};

const OPEN = WORK_ORDER_STATUSES.filter((status) => !CLOSED_WORK_ORDER_STATUSES.includes(status));

const Detail = z.object({
  description: z.string(),
  reporter_name: z.string().optional(),
  callback_phone: z.string().optional(),
  instructions: z.string().optional(),
  notes: z.array(z.object({ at: z.string(), by: z.string().optional(), text: z.string(), public: z.boolean() })),
  bill_ids: z.array(z.string()),
  bill_to_lease_id: z.string().optional(),
  file_ids: z.array(z.string()),
  completed_at: z.string().optional(),
});

export default defineTool({
  name: 'list_work_orders',
  title: 'List work orders',
  description:
    'List work orders with vendor, visit, latest update and next step; with work_order_id, one in full: history, notes, estimate, bills, files.',
  scope: 'maintenance:read',
  risk: 'read',
  input: z.strictObject({
    work_order_id: recordId().optional(),
    property_id: recordId().optional(),
    unit_id: recordId().optional(),
    resident_id: recordId().optional(),
    vendor_id: recordId().optional(),
    open: z.boolean().describe('Default true').optional(),
    severity: Severity.optional(),
    needs: z.enum(['dispatch', 'vendor_reply', 'estimate', 'approval', 'visit_date', 'follow_up', 'bill']).optional(),
    visit_on: day().optional(),
    query: words(200).optional(),
    cursor: cursor().optional(),
  }),
  output: z.object({
    work_orders: z.array(WorkOrderView),
    /** Only with work_order_id. */
    detail: Detail.optional(),
    next_cursor: z.string().optional(),
    as_of: z.string(),
    stale: z.boolean(),
  }),
  untrusted: [
    'work_orders.title',
    'work_orders.latest_note',
    'work_orders.entry_notes',
    'detail.description',
    'detail.notes',
    'detail.reporter_name',
  ],

  async run(call, input) {
    if (input.work_order_id !== undefined) return one(call, await call.records.get('work_order', input.work_order_id));
    const waiting = input.needs === 'approval' ? await awaitingApproval(call) : undefined;
    const matches = (found: Found<'work_order'>): boolean => {
      const { record } = found;
      if (input.severity !== undefined && record.severity !== input.severity) return false;
      if (waiting !== undefined && !waiting.has(record.id)) return false;
      if (input.needs !== undefined && waiting === undefined && NEEDS[input.needs]?.(record) !== true) return false;
      if (input.query === undefined) return true;
      const text = `${record.number} ${record.title} ${record.description}`.toLowerCase();
      return input.query
        .toLowerCase()
        .split(/\s+/)
        .every((word) => text.includes(word));
    };
    const page = await gatherPage(call, 'work_order', {
      filters: await filtersOf(call, input),
      cursor: input.cursor,
      order: 'newest_first',
      matches: input.visit_on === undefined ? matches : (found) => matches(found) && found.record.visit !== undefined,
    });
    const visible = input.visit_on === undefined ? page.records : await onDay(call, page.records, input.visit_on);
    visible.sort((a, b) => Number(isReplyOverdue(b.record, call.now)) - Number(isReplyOverdue(a.record, call.now)));
    return {
      work_orders: await Promise.all(visible.map((found) => viewWorkOrder(call, found))),
      ...(page.next_cursor !== undefined && { next_cursor: page.next_cursor }),
      as_of: page.as_of,
      stale: page.stale,
    };
  },

  text({ work_orders, next_cursor, detail }) {
    const [first] = work_orders;
    if (detail !== undefined && first !== undefined) return oneText(first, detail);
    const overdue = work_orders.filter(({ reply_overdue }) => reply_overdue).length;
    const late = overdue === 0 ? '' : `; ${counted(overdue, 'reply', 'replies')} overdue`;
    return [
      `${countedFirst(work_orders.length, 'work order')}${late}.`,
      ...work_orders.map(workOrderLine),
      ...moreText(next_cursor),
    ].join('\n');
  },
});

/** One work order with what an agent needs to change it or to send somebody. */
function oneText(order: WorkOrderView, detail: z.output<typeof Detail>): string {
  const { visit_start, visit_end, estimate } = order;
  const latest = detail.notes.slice(-3);
  return [
    `Work order ${workOrderLine(order)}; number ${order.number}, version ${order.version}, property ${order.property_id}${order.unit_id === undefined ? '' : `, unit_id ${order.unit_id}`}${order.resident_id === undefined ? '' : `, resident ${order.resident_id}`}.`,
    `Reported: ${quoted(detail.description, 300)}`,
    ...(order.vendor_id === undefined ? [] : [`Vendor ${order.vendor_id}, reply ${order.vendor_reply ?? 'unknown'}.`]),
    ...(order.technician_id === undefined
      ? []
      : [`Technician ${order.technician_id}, reply ${order.vendor_reply ?? 'unknown'}.`]),
    ...(visit_start === undefined ? [] : [`Visit ${visit_start}${visit_end === undefined ? '' : ` to ${visit_end}`}.`]),
    ...(order.not_to_exceed === undefined ? [] : [`Not to exceed ${order.not_to_exceed}.`]),
    ...(estimate === undefined
      ? []
      : [
          `Estimate ${estimate.amount}${estimate.by === undefined ? '' : ` by vendor ${estimate.by}`}, ${estimate.status}.`,
        ]),
    `Entry: ${order.entry.replace('_', ' ')}${order.entry_notes === undefined ? '' : `, ${quoted(order.entry_notes)}`}.`,
    ...latest.map(({ at, text }) => `Note ${at}: ${quoted(text)}`),
    ...(detail.bill_ids.length === 0 ? [] : [`Bills: ${detail.bill_ids.join(', ')}.`]),
    ...(detail.bill_to_lease_id === undefined ? [] : [`Billed to lease ${detail.bill_to_lease_id}.`]),
    ...(order.next_step === undefined ? [] : [`Next: ${order.next_step}.`]),
  ].join('\n');
}

async function filtersOf(
  call: Call,
  input: {
    property_id?: string | undefined;
    unit_id?: string | undefined;
    resident_id?: string | undefined;
    vendor_id?: string | undefined;
    open?: boolean | undefined;
    needs?: string | undefined;
  },
) {
  const { records } = call;
  const property = input.property_id === undefined ? undefined : await records.get('property', input.property_id);
  const unit = input.unit_id === undefined ? undefined : await records.get('unit', input.unit_id);
  const resident = input.resident_id === undefined ? undefined : await records.get('resident', input.resident_id);
  const vendor = input.vendor_id === undefined ? undefined : await records.get('vendor', input.vendor_id);
  const connection = (property ?? unit ?? resident ?? vendor)?.connection;
  const open = input.open ?? input.needs !== 'bill';
  const status: readonly WorkOrderStatus[] = open
    ? OPEN
    : input.needs === 'bill'
      ? ['work_done', 'ready_to_bill', 'closed']
      : WORK_ORDER_STATUSES;
  return {
    ...(connection !== undefined && { connection }),
    ...(property !== undefined && { property_ids: [property.record.id] }),
    ...(unit !== undefined && { unit_id: unit.record.id }),
    ...(resident !== undefined && { resident_id: resident.record.id }),
    ...(vendor !== undefined && { vendor_id: vendor.record.id }),
    status,
  };
}

async function awaitingApproval(call: Call): Promise<ReadonlySet<string>> {
  const writes = await call.writeback.list({
    organisation: call.grant.organisation,
    states: ['awaiting_approval'],
    limit: 500,
  });
  return new Set(
    writes.flatMap(({ record_kind, record_id }) =>
      record_kind === 'work_order' && record_id !== null ? [record_id] : [],
    ),
  );
}

async function onDay(call: Call, found: readonly Found<'work_order'>[], date: string): Promise<Found<'work_order'>[]> {
  const kept: Found<'work_order'>[] = [];
  for (const one of found) {
    const property = await call.records.linked(one, 'property', one.record.property_id);
    if (property === undefined || one.record.visit === undefined) continue;
    if (localDate(one.record.visit.start, call.zoneOf(property)) === date) kept.push(one);
  }
  return kept;
}

async function one(call: Call, found: Found<'work_order'>) {
  const { record } = found;
  const local = localText(call, await call.records.linked(found, 'property', record.property_id));
  const ref = (id: string) => call.records.ref(found.connection, found.scope, id);
  return {
    work_orders: [await viewWorkOrder(call, found)],
    detail: {
      description: record.description,
      ...(record.reporter_name !== undefined && { reporter_name: record.reporter_name }),
      ...(record.callback_phone !== undefined && { callback_phone: record.callback_phone }),
      ...(record.instructions !== undefined && { instructions: record.instructions }),
      notes: record.notes.map(({ at, by, text, is_public }) => ({
        at: local(at),
        ...(by !== undefined && { by }),
        text,
        public: is_public,
      })),
      bill_ids: record.bill_ids.map(ref),
      ...(record.bill_to_lease_id !== undefined && { bill_to_lease_id: ref(record.bill_to_lease_id) }),
      file_ids: record.file_ids,
      ...(record.completed_at !== undefined && { completed_at: local(record.completed_at) }),
    },
    as_of: new Date(found.as_of).toISOString(),
    stale: found.stale,
  };
}
