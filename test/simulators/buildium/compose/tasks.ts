import type { Entry } from '../../shared/table.ts';
import { moment } from '../moments.ts';
import type { BuildiumTables } from '../tables.ts';
import type { Task, TaskHistory, User, WorkOrder } from '../wire.ts';

function categoryMessage({ taskCategories }: BuildiumTables, { CategoryId, SubCategoryId }: Task): object | null {
  const category = CategoryId === null ? undefined : taskCategories.get(CategoryId);
  if (category === undefined) return null;
  const sub = category.SubCategories.find(({ Id }) => Id === SubCategoryId) ?? null;
  return { Id: category.Id, Name: category.Name, Href: `/v1/tasks/categories/${category.Id}`, SubCategory: sub };
}

function requestedBy(tables: BuildiumTables, task: Task): object | null {
  if (task.TaskType === 'ContactRequest' && task.ContactDetail !== null) {
    const { FirstName, LastName } = task.ContactDetail;
    return { Type: 'ContactRequestor', Id: null, FirstName, LastName, IsCompany: false, Href: null };
  }
  const tenant = task.RequestedById === null ? undefined : tables.tenants.get(task.RequestedById);
  if (tenant === undefined) return null;
  const { Id, FirstName, LastName } = tenant;
  return { Type: 'RentalTenant', Id, FirstName, LastName, IsCompany: false, Href: `/v1/leases/tenants/${Id}` };
}

function propertyMessage({ PropertyId }: Task): object | null {
  return PropertyId === null ? null : { Id: PropertyId, Type: 'Rental', Href: `/v1/rentals/${PropertyId}` };
}

function agreementMessage({ UnitAgreementId: Id }: Task): object | null {
  return Id === null ? null : { Id, Type: 'Lease', Href: `/v1/leases/${Id}` };
}

/** The fields that a task of any kind has. */
function common(tables: BuildiumTables, { row, created, updated }: Entry<Task>) {
  const { Id, Title, Description, UnitId, AssignedToUserId, TaskStatus, Priority, DueDate } = row;
  return {
    ...{ Id, Title, Description, UnitId, AssignedToUserId, TaskStatus, Priority, DueDate },
    Category: categoryMessage(tables, row),
    Property: propertyMessage(row),
    CreatedDateTime: moment(created),
    LastUpdatedDateTime: moment(updated),
  };
}

/** A task of any kind, as the list of all tasks has it: nobody in charge is user 0 there. */
export function anyTaskMessage(tables: BuildiumTables, entry: Entry<Task>): object {
  const { row } = entry;
  return {
    ...common(tables, entry),
    TaskType: row.TaskType,
    UnitAgreement: agreementMessage(row),
    RequestedByUserEntity: requestedBy(tables, row),
    AssignedToUserId: row.AssignedToUserId ?? 0,
  };
}

/** A task as the list of its own kind has it. */
export function taskMessage(tables: BuildiumTables, entry: Entry<Task>): object {
  const { row } = entry;
  const shared = common(tables, entry);
  switch (row.TaskType) {
    case 'Todo':
      return shared;
    case 'ContactRequest':
      return { ...shared, ContactDetail: row.ContactDetail };
    case 'RentalOwnerRequest':
      return { ...shared, RequestedByUserEntity: requestedBy(tables, row) };
    case 'ResidentRequest': {
      const { IsEntryPermittedByResident, DoesResidentHavePets, ResidentEntryNotes } = row;
      return {
        ...shared,
        UnitAgreement: agreementMessage(row),
        RequestedByUserEntity: requestedBy(tables, row),
        Appliance: null,
        ...{ IsEntryPermittedByResident, DoesResidentHavePets, ResidentEntryNotes },
      };
    }
  }
}

function userMessage(user: User | undefined): object | null {
  if (user === undefined) return null;
  const { Id, FirstName, LastName } = user;
  return { Id, FirstName, LastName, Href: `/v1/users/${Id}`, UserType: 'Staff' };
}

export function historyMessage({ users }: BuildiumTables, { row, created, updated }: Entry<TaskHistory>): object {
  const { TaskId: _own, AssignedToUserId, ...history } = row;
  const [by] = users.entries();
  return {
    ...history,
    AssignedToUserId: AssignedToUserId ?? 0,
    FileIds: [],
    // Spelled so on the wire.
    CreatedDateTIme: moment(created),
    CreatedByUser: userMessage(by?.row),
    LastUpdatedDateTime: moment(updated),
    LastUpdatedByUser: userMessage(by?.row),
  };
}

/** A work order. Its status, priority and due date are its task's, at once. */
export function workOrderMessage(tables: BuildiumTables, { row }: Entry<WorkOrder>): object {
  const { TaskId, EntryContactIds, ...workOrder } = row;
  const task = tables.tasks.get(TaskId) as Task;
  const bills = tables.bills.where('workOrder', row.Id).map((bill) => bill.row.Id);
  const contacts = EntryContactIds.map((Id) => contactMessage(tables, Id));
  const { Title, DueDate, Priority, TaskStatus: Status } = task;
  return {
    ...workOrder,
    ...{ DueDate, Priority, Status },
    Task: {
      ...{ Id: TaskId, Type: task.TaskType, UnitId: task.UnitId, UnitAgreement: agreementMessage(task) },
      ...{ Title, DueDate, Priority, Status },
    },
    EntryContact: contacts[0] ?? null,
    EntryContacts: contacts,
    BillTransactionId: bills[0] ?? null,
    BillTransactionIds: bills,
    Amount: Math.round(row.LineItems.reduce((sum, line) => sum + line.Quantity * line.UnitPrice, 0) * 100) / 100,
  };
}

function contactMessage({ tenants }: BuildiumTables, Id: number): object {
  const [Type, Href] = tenants.get(Id) ? ['RentalTenant', `/v1/leases/tenants/${Id}`] : ['Staff', `/v1/users/${Id}`];
  return { Id, Resources: [{ Type, Href }] };
}
