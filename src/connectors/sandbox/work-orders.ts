import type { CommandOf } from '../../model/commands.ts';
import { changed } from '../../model/record_change.ts';
import type { WorkOrder } from '../../model/records.ts';
import { CLOSED_WORK_ORDER_STATUSES, type WorkOrderStatus } from '../../model/values.ts';
import { workOrderAssignment, workOrderNote, workOrderUpdate } from '../../model/work_order_change.ts';
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
  checkUpdate(pms, order, command);
  const author = { at: new Date(pms.now()).toISOString(), by: pms.actor };
  const today = command.estimate === undefined ? {} : { today: todayAt(pms, activeProperty(pms, order.property_id)) };
  const next = changed(order, workOrderUpdate(command, order, { ...author, ...today }));
  const isAssigned = [next, order].some((one) => one.vendor_id !== undefined || one.technician_id !== undefined);
  if (command.vendor_reply !== undefined && !isAssigned)
    conflict('vendor_reply', 'Nobody is assigned who could reply.');
  refuseChangeOfClosed(order, next);
  return store(pms, next);
}

function checkUpdate(pms: Pms, order: WorkOrder, command: CommandOf<'update_work_order'>): void {
  const { vendor_id, visit, estimate, hazard_cleared_by, note } = command;
  if (hazard_cleared_by !== undefined) checkText('hazard_cleared_by', hazard_cleared_by, LENGTHS.line);
  if (vendor_id != null && vendor_id !== order.vendor_id) checkAssignable(pms, vendor_id);
  if (visit != null) checkPeriod(visit.start, visit.end, 'visit');
  if (estimate !== undefined) {
    if (estimate.amount < 0) refuse('estimate', 'An estimate is not below zero.');
    if (estimate.vendor_id !== undefined) referred(pms, 'vendor', estimate.vendor_id, 'estimate');
  }
  if (note !== undefined) checkText('note', note.text, LENGTHS.note);
}

export function addWorkOrderNote(pms: Pms, command: CommandOf<'add_work_order_note'>): StepResult {
  const order = ownRecord(pms, 'work_order', command.work_order_id, command.property_id);
  checkText('note', command.note.text, LENGTHS.note);
  const author = { at: new Date(pms.now()).toISOString(), by: pms.actor };
  return store(pms, changed(order, workOrderNote(command, author)));
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
  return store(pms, changed(order, workOrderAssignment(command)));
}

function checkAssignable(pms: Pms, vendorId: string): void {
  const vendor = referred(pms, 'vendor', vendorId, 'vendor_id');
  if (!vendor.is_active) refuse('vendor_id', `Vendor ${vendorId} is not active.`);
  if (vendor.do_not_use) refuse('vendor_id', `Vendor ${vendorId} is marked do-not-use.`);
}

const SETTLED_FIELDS = ['severity', 'trade', 'vendor_id', 'vendor_reply', 'visit', 'estimate'] as const;

/** A closed or cancelled order still takes notes, files and a status that opens it again, and nothing else. */
function refuseChangeOfClosed(order: WorkOrder, next: WorkOrder): void {
  if (!CLOSED_WORK_ORDER_STATUSES.includes(order.status)) return;
  if (!CLOSED_WORK_ORDER_STATUSES.includes(next.status)) {
    if (order.status === 'cancelled') conflict('status', `Work order ${order.id} is cancelled; open a new one.`);
    return;
  }
  const settled = SETTLED_FIELDS.find((field) => JSON.stringify(order[field]) !== JSON.stringify(next[field]));
  if (settled !== undefined) conflict('status', `Work order ${order.id} is ${order.status}; ${settled} is settled.`);
  if (next.status !== order.status) conflict('status', `Work order ${order.id} is ${order.status} already.`);
}

const DONE: readonly WorkOrderStatus[] = ['work_done', 'ready_to_bill', 'closed'];

function store(pms: Pms, order: WorkOrder): StepResult {
  const at = new Date(pms.now()).toISOString();
  const completed_at = DONE.includes(order.status) ? (order.completed_at ?? at) : undefined;
  pms.records.replace('work_order', { ...order, raw_status: RAW_STATUS[order.status], updated_at: at, completed_at });
  return resultFor('work_order', order.id);
}
