import type { Communication, WorkOrder } from '../../../../src/model/records.ts';
import type { Task } from '../wire.ts';
import type { Loading } from './context.ts';
import { PRIORITY, TASK_STATUS } from './words.ts';

const PERMITTED = { yes: true, no: false, call_first: null, unknown: null } as const;
const ALLOWED = { yes: 'Yes', no: 'No', call_first: 'Unknown', unknown: 'Unknown' } as const;

/** The lease and the tenant that a request comes from; nobody where the portfolio's resident is no tenant here. */
function requesterOf({ id, tables }: Loading, order: WorkOrder) {
  const RequestedById = order.resident_id === undefined ? undefined : id('tenant', order.resident_id);
  if (RequestedById === undefined) return undefined;
  const leases = tables.leaseTenants.where('tenant', RequestedById).map(({ row }) => tables.leases.get(row.LeaseId));
  const lease = leases.find((one) => one !== undefined && one.UnitId === id('unit', order.unit_id ?? '')) ?? leases[0];
  return lease && { RequestedById, UnitAgreementId: lease.Id };
}

/** Where nobody is in charge of a to-do, the first manager is: it cannot do without. */
function inCharge({ id, portfolio }: Loading, { technician_id }: WorkOrder, isTodo: boolean): number | null {
  if (technician_id !== undefined) return id('user', technician_id);
  const manager = portfolio.staff.find(({ roles, is_active }) => is_active && roles.includes('manager'));
  return isTodo && manager !== undefined ? id('user', manager.id) : null;
}

function taskOf(loading: Loading, order: WorkOrder): Task {
  const { id } = loading;
  const requester = requesterOf(loading, order);
  return {
    ...{ Id: id('task', order.id), TaskType: requester === undefined ? 'Todo' : 'ResidentRequest' },
    ...{ Title: order.title.slice(0, 127), Description: order.description },
    ...{
      CategoryId: id('taskCategory', order.trade),
      SubCategoryId: null,
      PropertyId: id('rental', order.property_id),
    },
    UnitId: order.unit_id === undefined ? null : id('unit', order.unit_id),
    ...{ UnitAgreementId: null, RequestedById: null, ...requester, ContactDetail: null },
    AssignedToUserId: inCharge(loading, order, requester === undefined),
    ...{ TaskStatus: TASK_STATUS[order.status], Priority: PRIORITY[order.severity] },
    DueDate: order.visit?.start.slice(0, 10) ?? null,
    IsEntryPermittedByResident: requester === undefined ? null : PERMITTED[order.entry],
    ...{ DoesResidentHavePets: null, ResidentEntryNotes: order.entry_notes ?? null },
  };
}

function loadHistory({ next, tables }: Loading, task: Task, order: WorkOrder): void {
  const { Id: TaskId, TaskStatus, Priority, AssignedToUserId, DueDate } = task;
  const state = { TaskId, TaskStatus, Priority, AssignedToUserId, DueDate };
  for (const note of [undefined, ...order.notes])
    tables.history.insert(
      {
        ...{ Id: next('history'), ...state, Message: note?.text ?? null },
        SharedWith: note?.is_public ? ['Residents'] : [],
      },
      { created: Date.parse(note?.at ?? order.created_at) },
    );
}

function loadOrder(loading: Loading, order: WorkOrder): void {
  const { id, next, tables } = loading;
  const at = { created: Date.parse(order.created_at), updated: Date.parse(order.updated_at ?? order.created_at) };
  const task = tables.tasks.insert(taskOf(loading, order), at);
  loadHistory(loading, task, order);
  if (order.vendor_id === undefined) return;
  tables.workOrders.insert(
    {
      ...{ Id: next('workOrder'), TaskId: task.Id, Title: task.Title, WorkDetails: order.description },
      ...{ InvoiceNumber: null, ChargeableTo: null, EntryAllowed: ALLOWED[order.entry] },
      ...{ EntryNotes: order.entry_notes ?? null, VendorId: id('vendor', order.vendor_id) },
      ...{ VendorNotes: order.instructions ?? null, EntryContactIds: [], LineItems: [] },
    },
    at,
  );
}

function loadCall({ id, next, tables }: Loading, call: Communication): void {
  const { resident_id, vendor_id, direction, summary, at } = call;
  const EntityId = resident_id !== undefined ? id('tenant', resident_id) : id('vendor', vendor_id ?? '');
  const isTenant = resident_id !== undefined;
  if ((isTenant ? tables.tenants.get(EntityId) : tables.vendors.get(EntityId)) === undefined) return;
  tables.phoneLogs.insert(
    {
      ...{ Id: next('phoneLog'), EntityType: isTenant ? 'RentalTenant' : 'Vendor', EntityId, LeaseId: null },
      Subject: direction === 'outbound' ? 'Outbound call' : 'Inbound call',
      ...{ Description: summary, CallDateTime: `${at.slice(0, 19)}Z` },
    },
    { created: Date.parse(at) },
  );
}

/** Tasks, their history, work orders, and the phone calls that were written down. */
export function loadWork(loading: Loading): void {
  for (const order of loading.portfolio.work_order) loadOrder(loading, order);
  for (const call of loading.portfolio.communication)
    if (call.channel === 'phone' && (call.resident_id ?? call.vendor_id) !== undefined) loadCall(loading, call);
}
