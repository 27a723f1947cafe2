import {
  changed,
  changedWithin,
  created,
  from,
  has,
  isOneOf,
  shown,
  to,
  type Ask,
  type Filters,
  type Handler,
} from '../ask.ts';
import { anyTaskMessage, historyMessage, taskMessage } from '../compose/tasks.ts';
import type { OperationName } from '../contract/operations.ts';
import { notFound, refuse } from '../errors.ts';
import { listed } from '../lists.ts';
import { mustBeEmail, mustBeUnitOf } from '../rules.ts';
import type { Entry } from '../../shared/table.ts';
import type { Task, TaskHistory, TaskType } from '../wire.ts';

/** The filters that every list of tasks has, and that of work orders by their task. */
export function taskFilters<R extends object>(taskOf: (row: R) => Task): Filters<R> {
  return {
    entitytype: ([type]) => (type === 'Rental' ? () => true : () => false),
    entityid: isOneOf((row) => taskOf(row).PropertyId),
    statuses: isOneOf((row) => taskOf(row).TaskStatus),
    type: isOneOf((row) => taskOf(row).TaskType),
    unitid: isOneOf((row) => taskOf(row).UnitId),
    unitagreementid: isOneOf((row) => taskOf(row).UnitAgreementId),
    duedatefrom: from((row) => taskOf(row).DueDate),
    duedateto: to((row) => taskOf(row).DueDate),
    taskcategoryid: isOneOf((row) => taskOf(row).CategoryId),
    priorities: isOneOf((row) => taskOf(row).Priority),
    assignedtoid: isOneOf((row) => taskOf(row).AssignedToUserId),
  };
}

const FILTERS: Filters<Task> = {
  ...taskFilters<Task>((task) => task),
  tasktitle: has(({ Title }) => Title),
  ...changedWithin<Task>(),
};

/** The member of staff in charge: there, active, and staff. */
export function assignee(ask: Ask, id: number | null, field = 'AssignedToUserId'): number | null {
  if (id === null) return null;
  const user = ask.named(ask.tables.users, field, id, 'user');
  if (!user.UserTypes.includes('Staff')) refuse(field, 'The user is not a member of staff.');
  if (!user.IsActive) refuse(field, 'The user is inactive.');
  return user.Id;
}

/** What a request says of a task, whatever its kind; what it leaves out is empty. */
function fieldsFrom(ask: Ask) {
  const category = ask.number('CategoryId');
  const sub = ask.number('SubCategoryId');
  if (category === null && sub !== null) refuse('SubCategoryId', 'A subcategory needs its category.');
  if (category !== null) {
    const { SubCategories } = ask.named(ask.tables.taskCategories, 'CategoryId', category, 'category');
    if (sub !== null && !SubCategories.some(({ Id }) => Id === sub))
      refuse('SubCategoryId', 'There is no such subcategory.');
  }
  return {
    Title: ask.text('Title') as string,
    CategoryId: category,
    SubCategoryId: sub,
    AssignedToUserId: assignee(ask, ask.number('AssignedToUserId')),
    TaskStatus: ask.text('TaskStatus') as Task['TaskStatus'],
    Priority: ask.text('Priority') as Task['Priority'],
    DueDate: ask.text('DueDate'),
  };
}

/** Where a task that no lease places is. */
export function placeFrom(ask: Ask, given: { PropertyId: number | null; UnitId: number | null }, at = '') {
  const { PropertyId, UnitId } = given;
  if (PropertyId !== null) {
    const rental = ask.named(ask.tables.rentals, `${at}PropertyId`, PropertyId, 'rental property');
    if (!rental.IsActive) refuse(`${at}PropertyId`, 'The property is inactive.');
  }
  mustBeUnitOf(ask, PropertyId, UnitId, `${at}UnitId`);
  return { PropertyId, UnitId };
}

const placed = (ask: Ask) => placeFrom(ask, { PropertyId: ask.number('PropertyId'), UnitId: ask.number('UnitId') });

function residentOf(ask: Ask) {
  const lease = ask.named(ask.tables.leases, 'UnitAgreementId', ask.number('UnitAgreementId'), 'lease');
  const tenant = ask.named(ask.tables.tenants, 'RequestedByEntityId', ask.number('RequestedByEntityId'), 'tenant');
  if (ask.tables.leaseTenants.get(`${lease.Id}/${tenant.Id}`) === undefined)
    refuse('RequestedByEntityId', 'The tenant is not on the lease.');
  return {
    ...{ PropertyId: lease.PropertyId, UnitId: lease.UnitId, UnitAgreementId: lease.Id, RequestedById: tenant.Id },
    IsEntryPermittedByResident: ask.flag('IsEntryPermittedByResident'),
    DoesResidentHavePets: ask.flag('DoesResidentHavePets'),
    ResidentEntryNotes: ask.text('ResidentEntryNotes'),
  };
}

function contactOf({ body }: Ask) {
  const given = body['ContactDetail'] as Record<string, string | null> & { PhoneNumbers?: object | null };
  const { FirstName = '', LastName = null, Email = null, PhoneNumbers = null } = given;
  mustBeEmail(Email, 'ContactDetail.Email');
  const phones = PhoneNumbers && { Home: null, Work: null, Mobile: null, ...PhoneNumbers };
  return { ContactDetail: { FirstName: FirstName ?? '', LastName, Email, PhoneNumbers: phones } };
}

interface Kind {
  type: TaskType;
  path: string;
  param: string;
  /** What a new task of the kind has besides the fields of all. */
  create: (ask: Ask) => Partial<Task>;
  /** What an update of the kind sets besides them. */
  update: (ask: Ask) => Partial<Task>;
}

const KINDS: readonly Kind[] = [
  {
    ...{ type: 'ResidentRequest', path: '/v1/tasks/residentrequests', param: 'residentRequestTaskId' },
    create: residentOf,
    update: () => ({}),
  },
  { type: 'Todo', path: '/v1/tasks/todorequests', param: 'toDoTaskId', create: placed, update: placed },
  {
    ...{ type: 'ContactRequest', path: '/v1/tasks/contactrequests', param: 'contactRequestTaskId' },
    create: (ask) => ({ ...placed(ask), ...contactOf(ask) }),
    update: (ask) => ({ ...placed(ask), ...contactOf(ask) }),
  },
  {
    ...{ type: 'RentalOwnerRequest', path: '/v1/tasks/rentalownerrequests', param: 'rentalOwnerRequestTaskId' },
    // There are no owners in this portfolio.
    create: () => refuse('RequestedByRentalOwnerId', 'There is no such rental owner.'),
    update: placed,
  },
];

const EMPTY = {
  ...{ PropertyId: null, UnitId: null, UnitAgreementId: null, RequestedById: null, ContactDetail: null },
  ...{ IsEntryPermittedByResident: null, DoesResidentHavePets: null, ResidentEntryNotes: null },
};

/** Every change of a task leaves an entry in its history. */
export function addHistory(ask: Ask, task: Task, Message: string | null): void {
  const { Id: TaskId, TaskStatus, Priority, AssignedToUserId, DueDate } = task;
  const row = { Id: ask.nextId('history'), TaskId, TaskStatus, Priority, AssignedToUserId, DueDate, Message };
  ask.tables.history.insert({ ...row, SharedWith: [] });
}

/** Enters a task of any kind. */
export function addTask(
  ask: Ask,
  type: TaskType,
  fields: Omit<Task, 'Id' | 'TaskType' | keyof typeof EMPTY> & Partial<Task>,
) {
  const row = ask.tables.tasks.insert({ ...EMPTY, ...fields, Id: ask.nextId('task'), TaskType: type });
  addHistory(ask, row, null);
  return row;
}

const entryOf = (ask: Ask, id: number) => ask.tables.tasks.entry(id) as Entry<Task>;

function handlersOf({ type, path, param, create, update }: Kind): Record<string, Handler> {
  const find = (ask: Ask): Task => {
    const task = ask.one(ask.tables.tasks, param, 'task');
    return task.TaskType === type ? task : notFound('task');
  };
  return {
    [`GET ${path}`]: (ask) =>
      listed<Task>(
        ask,
        ask.tables.tasks.entries().filter(({ row }) => row.TaskType === type),
        FILTERS,
        (entry) => taskMessage(ask.tables, entry),
      ),
    [`POST ${path}`]: (ask) => {
      const row = addTask(ask, type, { ...fieldsFrom(ask), ...create(ask), Description: ask.text('Description') });
      return created(ask, 'tasks', row.Id, taskMessage(ask.tables, entryOf(ask, row.Id)));
    },
    [`GET ${path}/{${param}}`]: (ask) => shown(taskMessage(ask.tables, entryOf(ask, find(ask).Id))),
    [`PUT ${path}/{${param}}`]: (ask) => {
      const { Id } = find(ask);
      const row = ask.tables.tasks.change(Id, { ...fieldsFrom(ask), ...update(ask) });
      addHistory(ask, row, ask.text('Message'));
      return changed('tasks', Id, taskMessage(ask.tables, entryOf(ask, Id)));
    },
  };
}

const taskOf = (ask: Ask): Task => ask.one(ask.tables.tasks, 'taskId', 'task');

function historyOf(ask: Ask): Entry<TaskHistory> {
  const { Id } = taskOf(ask);
  const entry = ask.tables.history.entry(ask.param('taskHistoryId'));
  return entry?.row.TaskId === Id ? entry : notFound('task history');
}

type KindOperations = Extract<
  OperationName,
  | `${string} /v1/tasks/residentrequests${string}`
  | `${string} /v1/tasks/todorequests${string}`
  | `${string} /v1/tasks/contactrequests${string}`
  | `${string} /v1/tasks/rentalownerrequests${string}`
>;

/** Tasks of every kind, their history and their categories. */
export const TASKS = {
  ...(Object.assign({}, ...KINDS.map(handlersOf)) as Record<KindOperations, Handler>),
  'GET /v1/tasks': (ask) =>
    listed<Task>(ask, ask.tables.tasks.entries(), FILTERS, (entry) => anyTaskMessage(ask.tables, entry)),
  'GET /v1/tasks/{taskId}': (ask) => shown(anyTaskMessage(ask.tables, entryOf(ask, taskOf(ask).Id))),
  'GET /v1/tasks/{taskId}/history': (ask) =>
    listed(ask, ask.tables.history.where('task', taskOf(ask).Id), {}, (entry) => historyMessage(ask.tables, entry)),
  'GET /v1/tasks/{taskId}/history/{taskHistoryId}': (ask) => shown(historyMessage(ask.tables, historyOf(ask))),
  'PUT /v1/tasks/{taskId}/history/{taskHistoryId}': (ask) => {
    const { row } = historyOf(ask);
    ask.tables.history.change(row.Id, { Message: ask.text('Message') });
    return changed('history', row.Id, historyMessage(ask.tables, historyOf(ask)));
  },
  'GET /v1/tasks/categories': (ask) => listed(ask, ask.tables.taskCategories.entries(), {}, ({ row }) => row),
  'POST /v1/tasks/categories': (ask) => {
    const Name = ask.text('Name') as string;
    if (ask.tables.taskCategories.rows().some((row) => row.Name === Name)) refuse('Name', 'There is one of this name.');
    const row = { Id: ask.nextId('taskCategory'), Name, IsSystemCategory: false, SubCategories: [] };
    return created(ask, 'taskCategories', row.Id, ask.tables.taskCategories.insert(row));
  },
  'GET /v1/tasks/categories/{taskCategoryId}': (ask) =>
    shown(ask.one(ask.tables.taskCategories, 'taskCategoryId', 'task category')),
} satisfies Partial<Record<OperationName, Handler>>;
