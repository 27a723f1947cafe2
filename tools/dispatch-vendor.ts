import * as z from 'zod/v4';
import { dispatchMessage } from '../src/maintenance/dispatch_message.ts';
import { WorkOrderView } from '../src/maintenance/work_order_view.ts';
import { CaretakerError } from '../src/model/errors.ts';
import { formatAmount } from '../src/model/money.ts';
import type { WorkOrder } from '../src/model/records.ts';
import { spoken } from '../src/model/zoned_time.ts';
import { at, type Call, defineTool } from '../src/tool.ts';
import { type DispatchFacts, dispatchFacts, judgeDispatch, visitOf } from '../src/tool/dispatching.ts';
import { localText } from '../src/tool/local_text.ts';
import { amount, localTime, notDuplicateOf, recordId, requestId, words } from '../src/tool/params.ts';
import { showWorkOrder } from '../src/tool/show_work_order.ts';
import { quoted } from '../src/tool/untrusted.ts';
import { isAfterHours } from '../src/tool/who_can_go.ts';

/** How long whoever is sent has to answer where the caller does not say, in minutes. */
const REPLY_MINUTES = { life_safety: 15, emergency: 15, urgent: 45, routine: 24 * 60 } as const;

export default defineTool({
  name: 'dispatch_vendor',
  title: 'Dispatch vendor',
  description:
    'Assign a work order to a vendor or own technician; checks insurance for the visit date and the cost limit; returns the message and number to reach them.',
  scope: 'maintenance:dispatch',
  risk: 'money',
  input: z.strictObject({
    request_id: requestId(),
    work_order_id: recordId().describe('Or its write_id'),
    vendor_id: recordId().optional(),
    technician_id: recordId().describe('Instead of vendor_id').optional(),
    visit_start: localTime().describe('Property-local'),
    visit_end: localTime().optional(),
    not_to_exceed: amount().describe('Like "350.00"; default the property\'s limit').optional(),
    reply_within_minutes: z.int().min(1).max(10_080).describe('Then listed as overdue').optional(),
    instructions: words(2_000).optional(),
    not_duplicate_of: notDuplicateOf().optional(),
  }),
  output: z.object({
    work_order: WorkOrderView.optional(),
    sent_to: z.string(),
    /** Most vendors' APIs tell nobody: then somebody has to call or write. */
    vendor_notified: z.enum(['by_pms', 'no', 'unknown']),
    /** Numbers and text for whoever goes. Only once it is assigned: before, nobody is to be told anything. */
    call: z.array(z.string()).optional(),
    message: z.string().optional(),
    /** Property-local. */
    reply_due_at: z.string().optional(),
    /** Who had the job before and does not know yet that somebody else goes. */
    replaces: z.object({ name: z.string(), call: z.array(z.string()) }).optional(),
    not_to_exceed: z.string(),
    after_the_fact_review: z.string().optional(),
    checked_as_of: z.string().optional(),
    warnings: z.array(z.string()).optional(),
    note: z.string().optional(),
  }),
  untrusted: ['message', 'work_order.title', 'work_order.latest_note', 'work_order.entry_notes'],

  async propose(call, input) {
    if ((input.vendor_id === undefined) === (input.technician_id === undefined))
      throw new CaretakerError('invalid_input', 'Give either vendor_id or technician_id. Nobody was dispatched.', {
        field: 'vendor_id',
        next: 'find_vendors for who can go',
      });
    const facts = await dispatchFacts(call, {
      work_order: input.work_order_id,
      vendor: input.vendor_id,
      technician: input.technician_id,
    });
    const { workOrder, property, vendor, technician, checked_as_of: checkedAsOf } = facts;
    const { note, ...visit } = visitOf(call, property, input.visit_start, input.visit_end);
    const check = await judgeDispatch(call, facts, visit, input.not_to_exceed);
    const limit = check.outcome === 'approval' ? check.amount : check.not_to_exceed;
    const { severity } = workOrder.record;
    const minutes = input.reply_within_minutes ?? REPLY_MINUTES[severity];
    // The clock of a dispatch that waits for a person cannot run before that person has decided.
    const waits = check.outcome === 'approval' ? call.config.policy.approval_hours * 3_600_000 : 0;
    const due = call.now + waits + minutes * 60_000;
    const latest = waits === 0 ? due : Math.min(due, Math.max(Date.parse(visit.start), call.now + minutes * 60_000));
    const replyDueAt = new Date(latest).toISOString();
    const warnings = [
      ...(check.outcome === 'ok' ? check.warnings : []),
      ...estimateWarnings(workOrder.record, vendor?.record.id, limit),
    ];
    const replaces = await replacedBy(call, facts);
    const review = check.outcome === 'ok' ? check.after_the_fact_review : undefined;
    return {
      at: at(workOrder),
      property,
      before: workOrder.record,
      command: {
        kind: 'assign_work_order',
        work_order_id: workOrder.record.id,
        property_id: workOrder.record.property_id,
        vendor_id: vendor?.record.id,
        technician_id: technician?.record.id,
        visit,
        not_to_exceed: limit,
        reply_due_at: replyDueAt,
        instructions: input.instructions,
      },
      approvals: check.outcome === 'approval' ? [{ rule: 'over_nte', reason: check.reason }] : [],
      priority: severity === 'life_safety' ? 0 : severity === 'emergency' ? 1 : 2,
      effect: ['assign_work_order', workOrder.record.id, vendor?.record.id, technician?.record.id, visit.start],
      ...(input.not_duplicate_of !== undefined && { not_duplicate_of: input.not_duplicate_of }),
      not_after: Math.max(Date.parse(visit.end ?? visit.start), call.now + 3_600_000),
      notices:
        review === undefined
          ? []
          : [{ kind: 'review.after_the_fact', body: { reason: review.reason, amount: formatAmount(review.amount) } }],
      answer: {
        ...handOver(call, facts, visit, limit, replyDueAt, input.instructions),
        ...(replaces !== undefined && { replaces }),
        ...(review !== undefined && { after_the_fact_review: review.reason }),
        ...(checkedAsOf !== undefined && { checked_as_of: new Date(checkedAsOf).toISOString() }),
        ...(warnings.length > 0 && { warnings }),
        ...(note !== undefined && { note }),
      },
    };
  },

  async judgeAgain(call, { row, command, before, answer }) {
    if (command.kind !== 'assign_work_order') return;
    const ref = (id: string | undefined) =>
      id === undefined ? undefined : call.records.ref(row.connection, row.scope, id);
    const facts = await dispatchFacts(call, {
      work_order: call.records.ref(row.connection, row.scope, command.work_order_id),
      vendor: ref(command.vendor_id),
      technician: ref(command.technician_id),
    });
    refuseIfReassigned(facts.workOrder.record, command, before);
    // What was let through on older data is judged on today's before it is sent.
    if (facts.checked_as_of !== undefined && answer['checked_as_of'] !== undefined)
      throw new CaretakerError('pms_unavailable', 'The PMS still cannot be read; the dispatch waits.');
    const check = await judgeDispatch(call, facts, command.visit, command.not_to_exceed);
    if (check.outcome === 'approval' && (await call.writeback.view(row)).approval?.state !== 'approved')
      throw new CaretakerError('conflict', 'By now a person has to decide on this cost limit. Nobody was dispatched.', {
        next: 'dispatch_vendor with a new request_id; it then waits for that person',
      });
  },

  async present(call, write) {
    if (write.row.state === 'done') return { work_order: await showWorkOrder(call, write) };
    return {
      vendor_notified: 'no' as const,
      call: undefined,
      message: undefined,
      reply_due_at: undefined,
      replaces: undefined,
    };
  },

  text(output) {
    const { work_order: order, sent_to, vendor_notified, not_to_exceed, reply_due_at, replaces } = output;
    const { call: numbers = [], message, warnings = [], write } = output;
    const { state } = (write ?? {}) as { state?: string };
    if (state !== 'done')
      return [
        `Not assigned yet (${state}): ${sent_to}, up to ${not_to_exceed}.`,
        `Tell ${sent_to} nothing yet; once it is done, this call with the same request_id returns the number and the message.`,
        ...warnings,
      ].join(' ');
    const reach =
      vendor_notified === 'by_pms'
        ? 'The PMS tells them.'
        : `Nobody has told them yet: call ${numbers.join(' or ') || 'the office'} or send the message.`;
    return [
      `Work order ${order?.work_order_id}${order === undefined ? '' : ` (version ${order.version})`}: assigned to ${sent_to}, not to exceed ${not_to_exceed}; not accepted yet.`,
      reach,
      ...(reply_due_at === undefined ? [] : [`Answer due ${reply_due_at}.`]),
      ...(replaces === undefined
        ? []
        : [
            `${replaces.name} had this job and has to be told not to come: ${replaces.call.join(' or ') || 'by the office'}.`,
          ]),
      ...warnings,
      ...(message === undefined ? [] : [`Message: ${quoted(message, 1_500)}`]),
    ].join(' ');
  },
});

/** What does not fit the estimate that is on file. The limit itself is judged by the rules of dispatch. */
function estimateWarnings({ estimate }: WorkOrder, vendorId: string | undefined, limit: number): string[] {
  if (estimate === undefined || estimate.status === 'declined') return [];
  if (estimate.vendor_id !== undefined && estimate.vendor_id !== vendorId)
    return [`The estimate of ${formatAmount(estimate.amount)} on file is by somebody else.`];
  return limit < estimate.amount
    ? [`The limit of ${formatAmount(limit)} is below the estimate of ${formatAmount(estimate.amount)}.`]
    : [];
}

/** Who is assigned now, where it is somebody else and they have not said no themselves. */
async function replacedBy(call: Call, { workOrder, vendor, technician }: DispatchFacts) {
  const { vendor_id, technician_id, vendor_reply } = workOrder.record;
  if (vendor_id === vendor?.record.id && technician_id === technician?.record.id) return undefined;
  if (vendor_id !== undefined && vendor_reply === 'declined') return undefined;
  const before = await call.records.linked(workOrder, 'vendor', vendor_id);
  if (before !== undefined)
    return { name: before.record.name, call: before.record.phones.map(({ number }) => number).slice(0, 1) };
  const own = await call.records.linked(workOrder, 'staff', technician_id);
  if (own === undefined) return undefined;
  return { name: own.record.name, call: own.record.phone === undefined ? [] : [own.record.phone] };
}

/** An old request must not take a job away from somebody who was given it meanwhile. */
function refuseIfReassigned(
  now: WorkOrder,
  asked: { vendor_id?: string | undefined; technician_id?: string | undefined },
  before: Record<string, unknown> | undefined,
): void {
  const isAsked = now.vendor_id === asked.vendor_id && now.technician_id === asked.technician_id;
  const isBefore = now.vendor_id === before?.['vendor_id'] && now.technician_id === before?.['technician_id'];
  if (isAsked || isBefore) return;
  throw new CaretakerError(
    'conflict',
    'The work order was given to somebody else after this was asked for. Nobody was dispatched.',
    {
      next: 'list_work_orders with its id shows who has it; dispatch_vendor with a new request_id if they are to be replaced',
    },
  );
}

/** Everything needed to tell the one who is sent. */
function handOver(
  call: Call,
  { workOrder, property, unit, vendor, technician }: DispatchFacts,
  visit: { start: string; end?: string },
  limit: number,
  replyDueAt: string,
  instructions: string | undefined,
) {
  const zone = call.zoneOf(property);
  const [from, until] = [visit.start, visit.end ?? visit.start].map((instant) => spoken(instant, zone)) as [
    string,
    string,
  ];
  const [day, lastDay] = [from, until].map((time) => time.slice(0, time.lastIndexOf(', ')));
  const window =
    visit.end === undefined ? from : `${from} to ${day === lastDay ? until.slice(until.lastIndexOf(', ') + 2) : until}`;
  const phones = vendor?.record.phones ?? [];
  const late = isAfterHours(call, property);
  const ordered = [...phones].sort((a, b) => Number(b.type === 'after_hours') - Number(a.type === 'after_hours'));
  const numbers = (late ? ordered : phones.filter(({ type }) => type !== 'after_hours')).map(({ number }) => number);
  return {
    sent_to: vendor?.record.name ?? technician?.record.name ?? '',
    vendor_notified:
      vendor?.record.notified_by_pms === true
        ? 'by_pms'
        : vendor?.record.notified_by_pms === undefined && vendor !== undefined
          ? 'unknown'
          : 'no',
    call: vendor === undefined ? (technician?.record.phone === undefined ? [] : [technician.record.phone]) : numbers,
    message: dispatchMessage({
      work_order: workOrder.record,
      property: property.record,
      unit: unit?.record,
      visit: window,
      not_to_exceed: limit,
      instructions,
      reply_by: spoken(replyDueAt, zone),
    }),
    reply_due_at: localText(call, property)(replyDueAt),
    not_to_exceed: formatAmount(limit),
  };
}
