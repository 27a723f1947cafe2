import type { CommandOf } from '../../../model/commands.ts';
import {
  VendorError,
  type Located,
  type RecordRef,
  type StepContext,
  type StepRequest,
  type StepResult,
} from '../../connector.ts';
import { cutTo, withMarker } from '../../kit/markers.ts';
import { path } from '../../kit/rest.ts';
import { writeFields } from '../../kit/rows.ts';
import type { Operation, Plan, PlannedStep } from '../../kit/vendor.ts';
import { LENGTHS } from '../limits.ts';
import { findTask, workOrderMapping, type RepairTasks } from '../records/work_orders.ts';
import { idOf, isId } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { idIn } from './answers.ts';
import { locateMessage } from './messages.ts';
import { locateNewTask } from './new_tasks.ts';

/*
 * Work orders as tasks: made, changed, and told about. What a vendor does with one is `dispatch.ts`.
 */

type Create = CommandOf<'create_work_order'>;
type Update = CommandOf<'update_work_order'>;
type AddNote = CommandOf<'add_work_order_note'>;

/** A resident's request hangs on a lease; everything else is a to-do, which needs somebody to be assigned to. */
export function createWorkOrder(vendor: Vendor): Plan<'create_work_order'> {
  return (command) => {
    const isRequest = command.resident_id !== undefined;
    if (!isRequest) assigneeOf(vendor);
    const kind: RepairTasks = isRequest ? 'residentrequests' : 'todorequests';
    return [
      {
        name: 'create_task',
        retry: 'marker',
        makes_record: true,
        operation: 'create_task',
        prepare: async (context) => ({
          kind,
          asked_at: new Date(vendor.clock()).toISOString(),
          body: isRequest ? await requestBody(vendor, command, context) : todoBody(vendor, command, context),
        }),
        locate: (request, context, signal) =>
          locateNewTask(vendor, path`v1/tasks/${kind}`, request, context, refTo, signal),
      },
    ];
  };
}

/** To-dos cannot be without somebody; the configuration names who gets what nobody else is named for. */
function assigneeOf({ settings }: Vendor): number {
  const id = settings.defaults['assigned_to'];
  if (id !== undefined && isId(id)) return Number(id);
  throw new VendorError(
    'unsupported',
    'Buildium keeps work without a resident as a to-do, and a to-do needs somebody it is assigned to: the setting ' +
      'defaults.assigned_to of this connection has to name a Buildium user.',
    { field: 'defaults.assigned_to' },
  );
}

function sharedBody(vendor: Vendor, command: Create, { marker }: StepContext): Record<string, unknown> {
  const { title, description, severity, trade } = command;
  return {
    Title: cutTo(title, LENGTHS.task_title),
    Description: withMarker(description, marker, LENGTHS.task_text),
    TaskStatus: vendor.tables.work_order_status?.to_pms['new'],
    ...categoryAndPriority(vendor, { severity, trade }),
  };
}

function categoryAndPriority(
  vendor: Vendor,
  values: { severity?: string | undefined; trade?: string | undefined },
): Record<string, unknown> {
  const rows = workOrderMapping(vendor.tables);
  const { CategoryId, Task } = writeFields(rows, values, vendor.circumstances) as {
    CategoryId?: string;
    Task?: { Priority?: string };
  };
  return {
    ...(CategoryId !== undefined && { CategoryId: Number(CategoryId) }),
    ...(Task?.Priority !== undefined && { Priority: Task.Priority }),
  };
}

async function requestBody(vendor: Vendor, command: Create, context: StepContext): Promise<Record<string, unknown>> {
  const tenant = idOf(command.resident_id as string, 'resident');
  const { entry, entry_notes } = command;
  return {
    ...sharedBody(vendor, command, context),
    UnitAgreementId: await leaseOf(vendor, command),
    RequestedByEntityId: tenant,
    ...(entry !== 'unknown' && { IsEntryPermittedByResident: entry === 'yes' }),
    ...(entry_notes !== undefined && { ResidentEntryNotes: entry_notes }),
  };
}

function todoBody(vendor: Vendor, command: Create, context: StepContext): Record<string, unknown> {
  return {
    ...sharedBody(vendor, command, context),
    AssignedToUserId: assigneeOf(vendor),
    PropertyId: idOf(command.property_id, 'property'),
    ...(command.unit_id !== undefined && { UnitId: idOf(command.unit_id, 'unit') }),
  };
}

/** The lease that a resident's request belongs to: the one named, else the one under which the resident lives there. */
async function leaseOf({ client }: Vendor, command: Create): Promise<number> {
  if (command.bill_to_lease_id !== undefined) return idOf(command.bill_to_lease_id, 'lease');
  const tenant = await client.one<wire.Tenant>((id) => path`v1/leases/tenants/${id}`, command.resident_id as string);
  const leases = (tenant?.Leases ?? []).filter(
    ({ UnitId, PropertyId }) =>
      (command.unit_id === undefined || String(UnitId) === command.unit_id) &&
      String(PropertyId) === command.property_id,
  );
  const lease = leases.find(({ LeaseStatus }) => LeaseStatus === 'Active') ?? leases[0];
  if (lease !== undefined) return lease.Id;
  throw new VendorError('refused', 'Buildium knows no lease of this resident at this place. Nothing was sent.', {
    field: 'resident_id',
  });
}

export function taskOperations({ client }: Vendor): Record<string, Operation> {
  return {
    async create_task({ kind, body }, signal): Promise<StepResult> {
      const { body: made } = await client.send('POST', path`v1/tasks/${String(kind)}`, body, { signal });
      return { record: refTo(idIn(made)) };
    },
    async update_task({ kind, id, body }, signal): Promise<StepResult> {
      const address = path`v1/tasks/${String(kind)}/${String(id)}`;
      const { body: changed } = await client.send('PUT', address, body, { signal });
      return { record: refTo(idIn(changed)) };
    },
  };
}

const refTo = (id: string): RecordRef => ({ kind: 'work_order', scope: '', id });

/** The fields of a task that an update changes. Everything else of it is kept beside the record. */
function changesTask({ status, severity, trade, note }: Update, { tables }: Vendor): boolean {
  const hasTrade = trade !== undefined && Object.keys(tables.trade?.to_pms ?? {}).length > 0;
  return status !== undefined || severity !== undefined || hasTrade || note !== undefined;
}

export function updateWorkOrder(vendor: Vendor): Plan<'update_work_order'> {
  return (command) => {
    if (command.vendor_id !== undefined)
      throw new VendorError(
        'unsupported',
        'A work order of Buildium always has a vendor: it cannot be taken away, only given to another one.',
        { field: 'vendor_id' },
      );
    if (!changesTask(command, vendor)) return [];
    const { status, severity, trade, note } = command;
    return [updateStep(vendor, command.work_order_id, { status, severity, trade }, note?.text)];
  };
}

export function addWorkOrderNote(vendor: Vendor): Plan<'add_work_order_note'> {
  return ({ work_order_id, note }: AddNote) => [updateStep(vendor, work_order_id, {}, note.text)];
}

/** A task given to one of the manager's own people. */
export function assignTechnician(vendor: Vendor, id: string, technician_id: string): PlannedStep {
  return updateStep(vendor, id, { technician_id }, undefined);
}

interface TaskChange {
  status?: string | undefined;
  severity?: string | undefined;
  trade?: string | undefined;
  technician_id?: string | undefined;
}

/**
 * One PUT with everything that the task had. A message is appended to the history by it, so that one with a message is
 * found again by the marker in it.
 */
function updateStep(vendor: Vendor, id: string, change: TaskChange, message: string | undefined): PlannedStep {
  return {
    name: 'update_task',
    retry: message === undefined ? 'set_value' : 'marker',
    operation: 'update_task',
    async prepare({ marker }) {
      const found = await findTask(vendor, id);
      if (found === undefined)
        throw new VendorError('not_found', 'Buildium has no such work order. Nothing was changed.');
      return { kind: found.kind, id, body: putBody(vendor, found.task, found.kind, change, message, marker) };
    },
    locate: (request, context, signal) =>
      message === undefined
        ? locateChange(vendor, id, request, context, signal)
        : locateMessage(vendor, refTo(id), context.marker, signal),
  };
}

function putBody(
  vendor: Vendor,
  task: wire.Task,
  kind: RepairTasks,
  { status, severity, trade, technician_id }: TaskChange,
  message: string | undefined,
  marker: string,
): Record<string, unknown> {
  const { Task } = writeFields(workOrderMapping(vendor.tables), { status }, vendor.circumstances) as {
    Task?: { TaskStatus?: string };
  };
  const assigned = technician_id === undefined ? task.AssignedToUserId : idOf(technician_id, 'user');
  return {
    Title: task.Title,
    TaskStatus: Task?.TaskStatus ?? task.TaskStatus,
    Priority: task.Priority,
    ...(task.Category?.Id != null && { CategoryId: task.Category.Id }),
    ...(task.Category?.SubCategory?.Id != null && { SubCategoryId: task.Category.SubCategory.Id }),
    ...(assigned != null && { AssignedToUserId: assigned }),
    ...(task.DueDate != null && { DueDate: task.DueDate }),
    ...(kind === 'todorequests' && task.Property?.Id != null && { PropertyId: task.Property.Id }),
    ...(kind === 'todorequests' && task.UnitId != null && { UnitId: task.UnitId }),
    ...categoryAndPriority(vendor, { severity, trade }),
    ...(message !== undefined && { Message: withMarker(message, marker, LENGTHS.task_text) }),
  };
}

/** The fields of a PUT as the task shows them. */
const SHOWN: Readonly<Record<string, (task: wire.Task) => unknown>> = {
  TaskStatus: (task) => task.TaskStatus,
  Priority: (task) => task.Priority,
  CategoryId: (task) => task.Category?.Id,
  AssignedToUserId: (task) => task.AssignedToUserId,
};

/** As asked, as before, or as somebody else has made it meanwhile. */
async function locateChange(
  vendor: Vendor,
  id: string,
  request: StepRequest,
  { before }: StepContext,
  signal?: AbortSignal,
): Promise<Located> {
  const found = await findTask(vendor, id, signal);
  if (found === undefined) return { outcome: 'differs', detail: 'the task is gone' };
  const asked = request['body'] as Record<string, unknown>;
  const differing = Object.keys(SHOWN).filter(
    (field) => (asked[field] ?? null) !== (SHOWN[field]?.(found.task) ?? null),
  );
  if (differing.length === 0) return { outcome: 'found', result: { record: { kind: 'work_order', scope: '', id } } };
  const was = before as { raw_status?: string } | undefined;
  if (was?.raw_status !== undefined && was.raw_status !== found.task.TaskStatus)
    return { outcome: 'differs', detail: 'somebody has changed its status meanwhile' };
  return { outcome: 'absent', covers_all: true };
}
