import * as z from 'zod/v4';
import { waitsForClearance, workOrderTransition } from '../src/maintenance/work_order_status.ts';
import { WorkOrderView } from '../src/maintenance/work_order_view.ts';
import type { CommandOf } from '../src/model/commands.ts';
import { CaretakerError } from '../src/model/errors.ts';
import { canonicalJson } from '../src/model/version.ts';
import { SEVERITIES, type WorkOrderStatus } from '../src/model/values.ts';
import { at, type Call, defineTool, type Found } from '../src/tool.ts';
import { dispatchFacts, judgeDispatch, visitOf } from '../src/tool/dispatching.ts';
import { amount, localTime, recordId, requestId, tradeName, version, words } from '../src/tool/params.ts';
import { showWorkOrder } from '../src/tool/show_work_order.ts';
import { requireVersion } from '../src/tool/versions.ts';

const inputSchema = z.strictObject({
  request_id: requestId(),
  work_order_id: recordId(),
  version: version(),
  status: z
    .enum(['estimate_requested', 'in_progress', 'on_hold', 'work_done', 'ready_to_bill', 'closed', 'cancelled'])
    .optional(),
  raise_severity: z.enum(['life_safety', 'emergency', 'urgent']).optional(),
  trade: tradeName().optional(),
  vendor_reply: z.enum(['accepted', 'declined', 'no_reply']).optional(),
  estimate: amount().optional(),
  estimate_by: recordId().describe('Vendor id').optional(),
  visit_start: localTime().describe('Property-local').optional(),
  visit_end: localTime().optional(),
  note: words(60_000).optional(),
  note_public: z.boolean().optional(),
  hazard_cleared_by: words(200).describe('Fire service or utility').optional(),
  file_ids: z.array(z.string().max(200)).max(50).optional(),
});
type Input = z.output<typeof inputSchema>;
type Update = CommandOf<'update_work_order'>;

/** What is added to, so that what others added meanwhile is in nobody's way. */
const APPENDED: ReadonlySet<string> = new Set(['note', 'file_ids']);

export default defineTool({
  name: 'update_work_order',
  title: 'Update work order',
  description: 'Record progress on a work order: vendor reply, estimate, visit, note, status, hazard cleared.',
  scope: 'maintenance:write',
  risk: 'write',
  input: inputSchema,
  output: z.object({
    work_order: WorkOrderView.optional(),
    changed: z.array(z.string()),
    note: z.string().optional(),
  }),
  untrusted: ['work_order.title', 'work_order.latest_note', 'work_order.entry_notes'],

  async propose(call, input) {
    const workOrder = await call.records.fresh('work_order', input.work_order_id, 'work_order_id');
    const property = await call.records.get(
      'property',
      call.records.ref(workOrder.connection, workOrder.scope, workOrder.record.property_id),
    );
    const { fields, said } = await changesOf(call, workOrder, property, input);
    const touched = Object.keys(fields);
    await requireVersion(call, workOrder, input.version, touched);
    checkChange(workOrder, fields);
    if (fields.visit != null) await checkVisit(call, workOrder, fields.visit);
    const command: Update = {
      kind: 'update_work_order',
      work_order_id: workOrder.record.id,
      property_id: workOrder.record.property_id,
      ...fields,
    };
    return {
      at: at(workOrder),
      property,
      before: workOrder.record,
      command,
      priority: workOrder.record.severity === 'life_safety' ? 0 : workOrder.record.severity === 'emergency' ? 1 : 2,
      answer: { changed: touched, ...(said !== undefined && { note: said }) },
    };
  },

  async judgeAgain(call, { row, command, before }) {
    if (command.kind !== 'update_work_order') return;
    const workOrder = await call.records.fresh(
      'work_order',
      call.records.ref(row.connection, row.scope, command.work_order_id),
    );
    const { kind: _kind, work_order_id: _id, property_id: _property, ...fields } = command;
    const now = workOrder.record as Record<string, unknown>;
    const moved = Object.keys(fields).filter(
      (field) => !APPENDED.has(field) && canonicalJson(before?.[field] ?? null) !== canonicalJson(now[field] ?? null),
    );
    if (moved.length > 0)
      throw new CaretakerError('conflict', `Somebody changed ${moved.join(', ')} meanwhile. Nothing was changed.`);
    checkChange(workOrder, fields);
    if (fields.visit != null) await checkVisit(call, workOrder, fields.visit);
  },

  async present(call, write) {
    return write.row.state === 'done' ? { work_order: await showWorkOrder(call, write) } : {};
  },

  text({ work_order: workOrder, changed }) {
    if (workOrder === undefined) return `Not changed yet: ${changed.join(', ')}.`;
    return `Work order ${workOrder.work_order_id} (version ${workOrder.version}) is ${workOrder.status}; changed ${changed.join(', ')}.${workOrder.next_step === undefined ? '' : ` Next: ${workOrder.next_step}.`}`;
  },
});

type Fields = Omit<Update, 'kind' | 'work_order_id' | 'property_id'>;

/** What the arguments ask to change, and what has to be said about it. Throws `invalid_input` where they do not fit. */
async function changesOf(
  call: Call,
  workOrder: Found<'work_order'>,
  property: Found<'property'>,
  input: Input,
): Promise<{ fields: Fields; said: string | undefined }> {
  const { record } = workOrder;
  const by = input.estimate_by === undefined ? undefined : await call.records.get('vendor', input.estimate_by);
  if (by !== undefined && input.estimate === undefined)
    throw wrong('estimate', 'is missing: estimate_by says whose it is');
  if (input.visit_end !== undefined && input.visit_start === undefined) throw wrong('visit_start', 'is missing');
  if (input.note_public !== undefined && input.note === undefined) throw wrong('note', 'is missing');
  if (input.vendor_reply !== undefined && record.vendor_id === undefined && record.technician_id === undefined)
    throw wrong('vendor_reply', 'makes no sense: nobody is assigned');
  if (
    input.raise_severity !== undefined &&
    SEVERITIES.indexOf(input.raise_severity) >= SEVERITIES.indexOf(record.severity)
  )
    throw wrong('raise_severity', `does not raise it: it is ${record.severity}, and severity is never lowered here`);
  const visit =
    input.visit_start === undefined ? undefined : visitOf(call, property, input.visit_start, input.visit_end);
  const fields: Fields = {
    ...(input.raise_severity !== undefined && { severity: input.raise_severity }),
    ...(input.trade !== undefined && { trade: input.trade }),
    ...(input.vendor_reply !== undefined && { vendor_reply: input.vendor_reply }),
    ...(input.estimate !== undefined && {
      estimate: { amount: input.estimate, vendor_id: by?.record.id ?? record.vendor_id, status: 'pending' as const },
    }),
    ...(visit !== undefined && { visit: { start: visit.start, end: visit.end } }),
    ...(input.note !== undefined && { note: { text: input.note, is_public: input.note_public ?? false } }),
    ...(input.hazard_cleared_by !== undefined && { hazard_cleared_by: input.hazard_cleared_by }),
    ...(input.file_ids !== undefined && { file_ids: input.file_ids }),
  };
  const status = input.status ?? statusThatFollows(record.status, fields);
  if (status !== undefined) fields.status = status;
  if (Object.keys(fields).length === 0)
    throw new CaretakerError('invalid_input', 'There is nothing to change in this call. Nothing was changed.', {
      next: 'name a status, note, vendor_reply, estimate, visit_start or hazard_cleared_by',
    });
  return { fields, said: visit?.note };
}

/** An estimate or a visit moves a work order on by itself, where the caller names no status. */
function statusThatFollows(from: WorkOrderStatus, fields: Fields): WorkOrderStatus | undefined {
  if (fields.estimate !== undefined && (from === 'new' || from === 'estimate_requested')) return 'estimated';
  if (fields.visit != null && from === 'assigned') return 'scheduled';
  return undefined;
}

/** The rules that a change has to keep, on the work order as it is now. */
function checkChange({ record }: Found<'work_order'>, fields: Fields): void {
  if (fields.status !== undefined) {
    const transition = workOrderTransition(record.status, fields.status);
    if (!transition.allowed)
      throw new CaretakerError('conflict', `${transition.message} Nothing was changed.`, { field: 'status' });
    const cleared = {
      severity: fields.severity ?? record.severity,
      hazard_cleared_by: fields.hazard_cleared_by ?? record.hazard_cleared_by,
    };
    if (waitsForClearance(cleared, fields.status))
      throw new CaretakerError(
        'conflict',
        'Life safety: the place has not been cleared, so no work can go on there. Nothing was changed.',
        {
          field: 'status',
          next: 'hazard_cleared_by with who cleared it and when, once the fire service or the utility has',
        },
      );
  }
  const isOver = record.status === 'closed' || record.status === 'cancelled';
  const onlyNotes = Object.keys(fields).every((field) => field === 'note' || field === 'file_ids');
  if (isOver && !onlyNotes)
    throw new CaretakerError(
      'conflict',
      `This work order is ${record.status}; only notes and files can be added. Nothing was changed.`,
      {
        next: 'create_work_order for new work',
      },
    );
}

/** The vendor gate runs at every change of the visit, as it does at dispatch. */
async function checkVisit(
  call: Call,
  workOrder: Found<'work_order'>,
  visit: { start: string; end?: string | undefined },
): Promise<void> {
  const { vendor_id: vendorId, technician_id: technicianId } = workOrder.record;
  if (vendorId === undefined && technicianId === undefined)
    throw wrong('visit_start', 'needs somebody to go: dispatch_vendor assigns and sets the visit');
  const ref = (id: string | undefined) =>
    id === undefined ? undefined : call.records.ref(workOrder.connection, workOrder.scope, id);
  const facts = await dispatchFacts(call, {
    work_order: workOrder.ref,
    vendor: ref(vendorId),
    technician: ref(technicianId),
  });
  await judgeDispatch(call, facts, visit, undefined);
}

function wrong(field: string, what: string): CaretakerError {
  return new CaretakerError('invalid_input', `${field} ${what}. Nothing was changed.`, { field });
}
