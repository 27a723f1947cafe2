import {
  changed,
  changedWithin,
  created,
  has,
  isOneOf,
  shown,
  type Ask,
  type Body,
  type Filters,
  type Handler,
} from '../ask.ts';
import { workOrderMessage } from '../compose/tasks.ts';
import type { OperationName } from '../contract/operations.ts';
import { refuse } from '../errors.ts';
import { listed } from '../lists.ts';
import type { Entry } from '../../shared/table.ts';
import type { Task, WorkOrder } from '../wire.ts';
import { addTask, assignee, placeFrom, taskFilters } from './tasks.ts';

function contactsFrom(ask: Ask): readonly number[] {
  const one = ask.number('EntryContactId');
  const ids = [...new Set([...(one === null ? [] : [one]), ...ask.list<number>('EntryContactIds')])];
  for (const id of ids)
    if (ask.tables.tenants.get(id) === undefined && ask.tables.users.get(id) === undefined)
      refuse('EntryContactIds', 'There is no such contact.');
  return ids;
}

function linesFrom(ask: Ask): WorkOrder['LineItems'] {
  return ask.list('LineItems').map((line, index) => {
    const { GlAccountId = null, Memo = null } = line as { GlAccountId?: number | null; Memo?: string | null };
    if (GlAccountId !== null)
      ask.named(ask.tables.glAccounts, `LineItems[${index}].GlAccountId`, GlAccountId, 'general ledger account');
    return { GlAccountId, Quantity: line['Quantity'] as number, UnitPrice: line['UnitPrice'] as number, Memo };
  });
}

/** What a request says of a work order; what it leaves out is empty, line items included. */
function fieldsFrom(ask: Ask): Omit<WorkOrder, 'Id' | 'TaskId'> {
  const vendor = ask.named(ask.tables.vendors, 'VendorId', ask.number('VendorId'), 'vendor');
  if (!vendor.IsActive) refuse('VendorId', 'The vendor is inactive.');
  return {
    Title: ask.text('Title'),
    WorkDetails: ask.text('WorkDetails'),
    InvoiceNumber: ask.text('InvoiceNumber'),
    ChargeableTo: ask.text('ChargeableTo'),
    EntryAllowed: ask.text('EntryAllowed') as WorkOrder['EntryAllowed'],
    EntryNotes: ask.text('EntryNotes'),
    VendorId: vendor.Id,
    VendorNotes: ask.text('VendorNotes'),
    EntryContactIds: contactsFrom(ask),
    LineItems: linesFrom(ask),
  };
}

/** The task that a new work order hangs off: one that is there, or one made with it. */
function taskFor(ask: Ask): number {
  const id = ask.number('TaskId');
  const given = ask.body['Task'] as Body | null | undefined;
  if ((id === null) === (given == null)) refuse('TaskId', 'Either an existing task or a new one is required.');
  if (id !== null) return ask.named(ask.tables.tasks, 'TaskId', id, 'task').Id;
  const { Title, DueDate = null, Priority, Status, PropertyId = null, UnitId = null, AssignedToUserId } = given as Body;
  const place = placeFrom(ask, { PropertyId: PropertyId as number | null, UnitId: UnitId as number | null }, 'Task.');
  return addTask(ask, 'Todo', {
    ...place,
    ...{ Title: Title as string, Description: null, CategoryId: null, SubCategoryId: null },
    AssignedToUserId: assignee(ask, AssignedToUserId as number, 'Task.AssignedToUserId'),
    ...{ TaskStatus: Status as Task['TaskStatus'], Priority: Priority as Task['Priority'] },
    DueDate: DueDate as string | null,
  }).Id;
}

const FILTERS = (ask: Ask): Filters<WorkOrder> => ({
  ...taskFilters<WorkOrder>(({ TaskId }) => ask.tables.tasks.get(TaskId) as Task),
  vendorids: isOneOf(({ VendorId }) => VendorId),
  taskids: isOneOf(({ TaskId }) => TaskId),
  amountfrom:
    ([value]) =>
    ({ row }) =>
      amountOf(row) >= Number(value),
  amountto:
    ([value]) =>
    ({ row }) =>
      amountOf(row) <= Number(value),
  isbilled:
    ([value]) =>
    ({ row }) =>
      String(ask.tables.bills.where('workOrder', row.Id).length > 0) === value,
  title: has(({ Title }) => Title ?? ''),
  ...changedWithin<WorkOrder>(),
});

function amountOf({ LineItems }: WorkOrder): number {
  return LineItems.reduce((sum, { Quantity, UnitPrice }) => sum + Quantity * UnitPrice, 0);
}

const entryOf = (ask: Ask, id: number) => ask.tables.workOrders.entry(id) as Entry<WorkOrder>;

export const WORK_ORDERS = {
  'GET /v1/workorders': (ask) =>
    listed(ask, ask.tables.workOrders.entries(), FILTERS(ask), (entry) => workOrderMessage(ask.tables, entry)),
  'POST /v1/workorders': (ask) => {
    const fields = fieldsFrom(ask);
    const row = ask.tables.workOrders.insert({ Id: ask.nextId('workOrder'), TaskId: taskFor(ask), ...fields });
    return created(ask, 'workorders', row.Id, workOrderMessage(ask.tables, entryOf(ask, row.Id)));
  },
  'GET /v1/workorders/{workOrderId}': (ask) => {
    const { Id } = ask.one(ask.tables.workOrders, 'workOrderId', 'work order');
    return shown(workOrderMessage(ask.tables, entryOf(ask, Id)));
  },
  'PUT /v1/workorders/{workOrderId}': (ask) => {
    const { Id } = ask.one(ask.tables.workOrders, 'workOrderId', 'work order');
    ask.tables.workOrders.change(Id, fieldsFrom(ask));
    return changed('workorders', Id, workOrderMessage(ask.tables, entryOf(ask, Id)));
  },
} satisfies Partial<Record<OperationName, Handler>>;
