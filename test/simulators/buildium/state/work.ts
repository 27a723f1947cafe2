import type { Communication, WorkOrder } from '../../../../src/model/records.ts';
import type { Entry } from '../../shared/table.ts';
import { SEVERITY_OF_PRIORITY, STATUS_OF_TASK, tradeOf } from '../load/words.ts';
import type { BuildiumTables } from '../tables.ts';
import type * as Wire from '../wire.ts';

const ENTRY = { Yes: 'yes', No: 'no', Unknown: 'unknown' } as const;

function entryOf({ IsEntryPermittedByResident: permitted }: Wire.Task, order: Wire.WorkOrder | undefined) {
  if (permitted !== null) return permitted ? 'yes' : 'no';
  return ENTRY[order?.EntryAllowed ?? 'Unknown'];
}

/**
 * A task as a work order, with the last of the vendor orders that hang off it. Undefined where it is at no property, or
 * only somebody's question.
 */
export function workOrderOf(
  tables: BuildiumTables,
  { row: task, created, updated }: Entry<Wire.Task>,
): WorkOrder | undefined {
  if (task.PropertyId === null || task.TaskType === 'ContactRequest') return undefined;
  const orders = tables.workOrders.where('task', task.Id);
  const order = orders.at(-1)?.row;
  const notes = tables.history.where('task', task.Id).filter(({ row }) => row.Message !== null);
  const bills = orders.flatMap(({ row }) => tables.bills.where('workOrder', row.Id));
  const entryNotes = task.ResidentEntryNotes ?? order?.EntryNotes ?? null;
  return {
    ...{ id: String(task.Id), number: String(task.Id), property_id: String(task.PropertyId) },
    ...(task.UnitId !== null && { unit_id: String(task.UnitId) }),
    ...(task.RequestedById !== null && { resident_id: String(task.RequestedById) }),
    ...{ title: task.Title, description: task.Description ?? '' },
    trade: tradeOf(tables.taskCategories.get(task.CategoryId ?? 0)?.Name) ?? 'general',
    ...{ severity: SEVERITY_OF_PRIORITY[task.Priority], status: STATUS_OF_TASK[task.TaskStatus] },
    ...{ raw_status: task.TaskStatus, entry: entryOf(task, order) },
    ...(entryNotes !== null && { entry_notes: entryNotes }),
    ...(order !== undefined && { vendor_id: String(order.VendorId) }),
    ...(order?.VendorNotes != null && { instructions: order.VendorNotes }),
    ...(task.AssignedToUserId !== null && { technician_id: String(task.AssignedToUserId) }),
    notes: notes.map(({ row, created: at }) => ({
      ...{
        at: new Date(at).toISOString(),
        text: row.Message as string,
        is_public: row.SharedWith.includes('Residents'),
      },
    })),
    ...{ bill_ids: bills.map(({ row }) => String(row.Id)), file_ids: [] },
    ...{ created_at: new Date(created).toISOString(), updated_at: new Date(updated).toISOString() },
  };
}

export function communicationOf(log: Wire.PhoneLog): Communication {
  return {
    ...{ id: String(log.Id), channel: 'phone' },
    direction: /^outbound/i.test(log.Subject) ? 'outbound' : 'inbound',
    ...(log.EntityType === 'RentalTenant' && { resident_id: String(log.EntityId) }),
    ...(log.EntityType === 'Vendor' && { vendor_id: String(log.EntityId) }),
    ...{ summary: log.Description, at: new Date(log.CallDateTime).toISOString() },
  };
}
