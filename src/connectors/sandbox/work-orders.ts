import type { CommandOf } from '../../model/commands.ts';
import type { WorkOrder } from '../../model/records.ts';
import { CLOSED_WORK_ORDER_STATUSES, type WorkOrderStatus } from '../../model/values.ts';
import type { StepResult } from '../connector.ts';
import { resultFor, type Pms } from './pms.ts';
import {
  LENGTHS,
  activeProperty,
  checkLength,
  checkPeriod,
  checkText,
  conflict,
  ownRecord,
  referred,
  refuse,
  todayAt,
  workingStaff,
} from './rules.ts';

/** What this PMS calls each status on its own screens. */
export const RAW_STATUS: Readonly<Record<WorkOrderStatus, string>> = {
  new: 'New',
  estimate_requested: 'Estimate Requested',
  estimated: 'Estimated',
  assigned: 'Assigned',
  scheduled: 'Scheduled',
  in_progress: 'In Progress',
  on_hold: 'Waiting',
  work_done: 'Work Done',
  ready_to_bill: 'Ready to Bill',
  closed: 'Completed',
  cancelled: 'Canceled',
};

/** Numbers are what people quote; they run beside the ids. */
export function workOrderNumber(id: string): string {
  return String(10_000 + Number(id));
}

export function createWorkOrder(pms: Pms, command: CommandOf<'create_work_order'>): StepResult {
  const { property_id } = command;
  activeProperty(pms, property_id);
  if (command.unit_id !== undefined) referred(pms, 'unit', command.unit_id, 'unit_id', property_id);
  if (command.resident_id !== undefined) referred(pms, 'resident', command.resident_id, 'resident_id', property_id);
  if (command.bill_to_lease_id !== undefined) {
    const lease = referred(pms, 'lease', command.bill_to_lease_id, 'bill_to_lease_id', property_id);
    if (lease.status === 'past' || lease.status === 'cancelled') refuse('bill_to_lease_id', 'The lease has ended.');
  }
  checkText('title', command.title, LENGTHS.work_order_title);
  checkText('description', command.description, LENGTHS.description);
  checkLength('entry_notes', command.entry_notes, LENGTHS.note);
  for (const field of ['location', 'reporter_name', 'callback_phone'] as const) {
    checkLength(field, command[field], LENGTHS.line);
  }
  const { kind: _kind, ...fields } = command;
  const at = new Date(pms.now()).toISOString();
  const { id } = pms.records.insert('work_order', (id) => ({
    id,
    number: workOrderNumber(id),
    ...fields,
    status: 'new',
    raw_status: RAW_STATUS.new,
    notes: [],
    bill_ids: [],
    created_at: at,
    updated_at: at,
  }));
  return resultFor('work_order', id, { values: { number: workOrderNumber(id) } });
}

export function updateWorkOrder(pms: Pms, command: CommandOf<'update_work_order'>): StepResult {
  const order = ownRecord(pms, 'work_order', command.work_order_id, command.property_id);
  const next: WorkOrder = { ...order };
  if (command.severity !== undefined) next.severity = command.severity;
  if (command.trade !== undefined) next.trade = command.trade;
  if (command.hazard_cleared_by !== undefined) {
    checkText('hazard_cleared_by', command.hazard_cleared_by, LENGTHS.line);
    next.hazard_cleared_by = command.hazard_cleared_by;
  }
  changeAssignment(pms, next, command);
  changeVisit(next, command.visit);
  changeEstimate(pms, next, command.estimate);
  if (command.vendor_reply !== undefined) {
    if ([next, order].every((one) => one.vendor_id === undefined && one.technician_id === undefined)) {
      conflict('vendor_reply', 'Nobody is assigned who could reply.');
    }
    next.vendor_reply = command.vendor_reply;
  }
  if (command.status !== undefined) next.status = command.status;
  refuseChangeOfClosed(order, next);
  if (command.file_ids !== undefined) next.file_ids = command.file_ids;
  if (command.note !== undefined) next.notes = [...order.notes, noteOf(pms, command.note)];
  return store(pms, next);
}

export function addWorkOrderNote(pms: Pms, command: CommandOf<'add_work_order_note'>): StepResult {
  const order = ownRecord(pms, 'work_order', command.work_order_id, command.property_id);
  return store(pms, { ...order, notes: [...order.notes, noteOf(pms, command.note)] });
}

export function assignWorkOrder(pms: Pms, command: CommandOf<'assign_work_order'>): StepResult {
  const order = ownRecord(pms, 'work_order', command.work_order_id, command.property_id);
  if (CLOSED_WORK_ORDER_STATUSES.includes(order.status)) {
    conflict('status', `Work order ${order.id} is ${order.status}; it cannot be assigned.`);
  }
  if (command.vendor_id !== undefined) checkAssignable(pms, command.vendor_id);
  if (command.technician_id !== undefined) {
    workingStaff(pms, command.technician_id, ['technician'], command.property_id, 'technician_id');
  }
  checkPeriod(command.visit.start, command.visit.end, 'visit');
  checkLength('instructions', command.instructions, LENGTHS.description);
  if (command.not_to_exceed !== undefined && command.not_to_exceed < 0) refuse('not_to_exceed', 'Not below zero.');
  return store(pms, {
    ...order,
    status: 'scheduled',
    vendor_id: command.vendor_id,
    technician_id: command.technician_id,
    visit: command.visit,
    not_to_exceed: command.not_to_exceed,
    instructions: command.instructions,
    reply_due_at: command.reply_due_at,
    vendor_reply: 'pending',
  });
}

function checkAssignable(pms: Pms, vendorId: string): void {
  const vendor = referred(pms, 'vendor', vendorId, 'vendor_id');
  if (!vendor.is_active) refuse('vendor_id', `Vendor ${vendorId} is not active.`);
  if (vendor.do_not_use) refuse('vendor_id', `Vendor ${vendorId} is marked do-not-use.`);
}

function changeAssignment(pms: Pms, next: WorkOrder, command: CommandOf<'update_work_order'>): void {
  const { vendor_id } = command;
  if (vendor_id === undefined) return;
  if (vendor_id === null) {
    // The visit was agreed with the vendor who leaves, so it goes with the assignment.
    for (const field of ['vendor_id', 'vendor_reply', 'reply_due_at', 'visit'] as const) delete next[field];
    if (next.status === 'assigned' || next.status === 'scheduled') next.status = 'new';
    return;
  }
  if (vendor_id === next.vendor_id) return;
  checkAssignable(pms, vendor_id);
  next.vendor_id = vendor_id;
  next.vendor_reply = 'pending';
  delete next.technician_id;
  delete next.reply_due_at;
  if (next.status === 'new') next.status = 'assigned';
}

function changeVisit(next: WorkOrder, visit: CommandOf<'update_work_order'>['visit']): void {
  if (visit === undefined) return;
  if (visit === null) {
    delete next.visit;
    if (next.status === 'scheduled') next.status = 'assigned';
    return;
  }
  checkPeriod(visit.start, visit.end, 'visit');
  next.visit = visit;
  if (next.status === 'assigned') next.status = 'scheduled';
}

function changeEstimate(pms: Pms, next: WorkOrder, estimate: CommandOf<'update_work_order'>['estimate']): void {
  if (estimate === undefined) return;
  if (estimate.amount < 0) refuse('estimate', 'An estimate is not below zero.');
  if (estimate.vendor_id !== undefined) referred(pms, 'vendor', estimate.vendor_id, 'estimate');
  const property = activeProperty(pms, next.property_id);
  next.estimate = { ...estimate, received_on: next.estimate?.received_on ?? todayAt(pms, property) };
  if (next.status === 'estimate_requested') next.status = 'estimated';
}

const SETTLED_FIELDS = ['severity', 'trade', 'vendor_id', 'vendor_reply', 'visit', 'estimate'] as const;

/** A closed or cancelled order still takes notes, files and a status that opens it again, and nothing else. */
function refuseChangeOfClosed(order: WorkOrder, next: WorkOrder): void {
  if (!CLOSED_WORK_ORDER_STATUSES.includes(order.status)) return;
  if (!CLOSED_WORK_ORDER_STATUSES.includes(next.status)) {
    if (order.status === 'cancelled') conflict('status', `Work order ${order.id} is cancelled; open a new one.`);
    return;
  }
  const changed = SETTLED_FIELDS.find((field) => JSON.stringify(order[field]) !== JSON.stringify(next[field]));
  if (changed !== undefined) conflict('status', `Work order ${order.id} is ${order.status}; ${changed} is settled.`);
  if (next.status !== order.status) conflict('status', `Work order ${order.id} is ${order.status} already.`);
}

function noteOf(pms: Pms, note: { text: string; is_public: boolean }): WorkOrder['notes'][number] {
  checkText('note', note.text, LENGTHS.note);
  return { at: new Date(pms.now()).toISOString(), by: pms.actor, ...note };
}

const DONE: readonly WorkOrderStatus[] = ['work_done', 'ready_to_bill', 'closed'];

function store(pms: Pms, order: WorkOrder): StepResult {
  const at = new Date(pms.now()).toISOString();
  const completed_at = DONE.includes(order.status) ? (order.completed_at ?? at) : undefined;
  pms.records.replace('work_order', { ...order, raw_status: RAW_STATUS[order.status], updated_at: at, completed_at });
  return resultFor('work_order', order.id);
}
