import * as z from 'zod/v4';
import type { WorkOrder } from '../model/records.ts';
import { formatAmount } from '../model/money.ts';

/** A work order in a result. Absent fields are unknown or do not apply. */
export const WorkOrderView = z.object({
  work_order_id: z.string(),
  number: z.string(),
  version: z.string(),
  property_id: z.string(),
  unit_id: z.string().optional(),
  unit: z.string().optional(),
  location: z.string().optional(),
  resident_id: z.string().optional(),
  title: z.string(),
  trade: z.string(),
  severity: z.string(),
  status: z.string(),
  /** The PMS's own word for the status, where it differs. */
  raw_status: z.string().optional(),
  entry: z.string(),
  entry_notes: z.string().optional(),
  vendor_id: z.string().optional(),
  vendor: z.string().optional(),
  technician_id: z.string().optional(),
  technician: z.string().optional(),
  visit_start: z.string().optional(),
  visit_end: z.string().optional(),
  /** Of whoever is assigned, an own technician too. */
  vendor_reply: z.string().optional(),
  reply_due_at: z.string().optional(),
  reply_overdue: z.boolean().optional(),
  not_to_exceed: z.string().optional(),
  estimate: z.object({ amount: z.string(), by: z.string().optional(), status: z.string() }).optional(),
  hazard_cleared_by: z.string().optional(),
  latest_note: z.object({ at: z.string(), text: z.string() }).optional(),
  created_at: z.string(),
  next_step: z.string().optional(),
});
export type WorkOrderView = z.infer<typeof WorkOrderView>;

/** Names that go with the ids of a work order, and how ids and times are written. */
export interface WorkOrderWords {
  ref(id: string): string;
  /** Property-local text of an instant. */
  local(instant: string): string;
  /** Epoch milliseconds, for what is overdue. */
  now: number;
  unit?: string | undefined;
  vendor?: string | undefined;
  technician?: string | undefined;
}

/** The public form of a work order: nothing of it is spread from the record unseen. */
export function workOrderView(workOrder: WorkOrder, version: string, words: WorkOrderWords): WorkOrderView {
  const { ref, local } = words;
  const refOf = (id: string | undefined) => (id === undefined ? undefined : ref(id));
  const note = workOrder.notes.findLast((one) => one.is_public) ?? workOrder.notes.at(-1);
  const overdue = isReplyOverdue(workOrder, words.now);
  const next = nextStep(workOrder, overdue, local);
  return present({
    work_order_id: ref(workOrder.id),
    number: workOrder.number,
    version,
    property_id: ref(workOrder.property_id),
    unit_id: refOf(workOrder.unit_id),
    unit: words.unit,
    location: workOrder.location,
    resident_id: refOf(workOrder.resident_id),
    title: workOrder.title,
    trade: workOrder.trade,
    severity: workOrder.severity,
    status: workOrder.status,
    raw_status: sameWord(workOrder.raw_status, workOrder.status) ? undefined : workOrder.raw_status,
    entry: workOrder.entry,
    entry_notes: workOrder.entry_notes,
    vendor_id: refOf(workOrder.vendor_id),
    vendor: words.vendor,
    technician_id: refOf(workOrder.technician_id),
    technician: words.technician,
    visit_start: workOrder.visit === undefined ? undefined : local(workOrder.visit.start),
    visit_end: workOrder.visit?.end === undefined ? undefined : local(workOrder.visit.end),
    vendor_reply: workOrder.vendor_reply,
    reply_due_at: workOrder.reply_due_at === undefined ? undefined : local(workOrder.reply_due_at),
    reply_overdue: overdue ? true : undefined,
    not_to_exceed: workOrder.not_to_exceed === undefined ? undefined : formatAmount(workOrder.not_to_exceed),
    estimate:
      workOrder.estimate === undefined
        ? undefined
        : present({
            amount: formatAmount(workOrder.estimate.amount),
            by: refOf(workOrder.estimate.vendor_id),
            status: workOrder.estimate.status,
          }),
    hazard_cleared_by: workOrder.hazard_cleared_by,
    latest_note: note === undefined ? undefined : { at: local(note.at), text: note.text },
    created_at: local(workOrder.created_at),
    next_step: next,
  });
}

/** Whether the vendor or technician who is assigned should have answered by now. */
export function isReplyOverdue(workOrder: WorkOrder, now: number): boolean {
  return (
    workOrder.vendor_reply === 'pending' &&
    workOrder.reply_due_at !== undefined &&
    Date.parse(workOrder.reply_due_at) < now
  );
}

const NEXT_STEPS: Partial<Record<WorkOrder['status'], string>> = {
  new: 'find_vendors, then dispatch_vendor',
  estimate_requested: 'update_work_order with the estimate when it comes',
  estimated: 'dispatch_vendor with not_to_exceed',
  assigned: 'update_work_order with the visit or the vendor_reply',
  work_done: 'post_vendor_bill when the invoice comes',
  ready_to_bill: 'post_vendor_bill',
};

/** "Estimate Requested" says no more than `estimate_requested`. */
function sameWord(raw: string | undefined, status: string): boolean {
  return raw?.toLowerCase().replace(/[\s-]+/g, '_') === status;
}

function nextStep(workOrder: WorkOrder, overdue: boolean, local: (instant: string) => string): string | undefined {
  if (workOrder.severity === 'life_safety' && workOrder.hazard_cleared_by === undefined && workOrder.status === 'new')
    return 'nobody is sent in before update_work_order says hazard_cleared_by';
  const { status, vendor_reply, reply_due_at, technician_id } = workOrder;
  const who = technician_id === undefined ? 'vendor' : 'technician';
  if (overdue) return `${who} reply overdue: update_work_order with vendor_reply, then find_vendors for the next one`;
  if (status === 'assigned' || status === 'scheduled') {
    if (vendor_reply === 'declined' || vendor_reply === 'no_reply')
      return `nobody comes: the ${who} ${vendor_reply === 'declined' ? 'declined' : 'did not answer'}; find_vendors, then dispatch_vendor to the next one`;
    if (vendor_reply === 'pending')
      return `the ${who} has not accepted yet${reply_due_at === undefined ? '' : ` (answer due ${local(reply_due_at)})`}: update_work_order with the vendor_reply`;
  }
  if ((status === 'work_done' || status === 'ready_to_bill') && workOrder.bill_ids.length > 0)
    return 'a bill is entered: update_work_order with status closed';
  return NEXT_STEPS[status];
}

/** The object without its undefined fields. */
function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}
