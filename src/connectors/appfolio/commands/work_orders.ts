import type { CommandOf } from '../../../model/commands.ts';
import type { WorkOrder } from '../../../model/records.ts';
import { workOrderAssignment, workOrderUpdate } from '../../../model/work_order_change.ts';
import { VendorError, type RecordRef, type StepContext } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import { path } from '../../kit/rest.ts';
import { valueAt, writeFields } from '../../kit/rows.ts';
import type { Plan, PlannedStep } from '../../kit/vendor.ts';
import { LONGEST_VISIT_MS, NOTE_LENGTH } from '../limits.ts';
import { todayAt } from '../records/leases.ts';
import { estimate, scheduleOf, WORK_ORDER } from '../records/work_orders.ts';
import { ONLY_WHEN_CREATED } from '../tables.ts';
import { idOf, sameId } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { change, create, note, notShown } from './steps.ts';

type Create = CommandOf<'create_work_order'>;
type Update = CommandOf<'update_work_order'>;

const refTo = (id: string): RecordRef => ({ kind: 'work_order', scope: '', id: idOf(id, 'work order') });

/** A new work order is found again by the marker at the end of its description. */
export function createWorkOrder(vendor: Vendor): Plan<'create_work_order'> {
  return (command) => {
    const property = idOf(command.property_id, 'property');
    return [
      create<wire.WorkOrder>(vendor, {
        name: 'create_work_order',
        kind: 'work_order',
        address: 'work_orders',
        body: async (context) => ({
          ...(await placeOf(vendor, command)),
          ...writeFields(WORK_ORDER, newFields(command, context), vendor.circumstances),
        }),
        search: (since, _request, signal) =>
          vendor.client.all<wire.WorkOrder>('work_orders', { PropertyId: property, ...since }, signal),
        fits: ({ Description }, _body, { marker }) => carries(Description, marker),
        told_by: ['Description'],
      }),
    ];
  };
}

function newFields({ title, description, trade, severity, entry }: Create, { marker }: StepContext) {
  return { title, description: withMarker(description, marker), trade, severity, entry, status: 'new' };
}

/**
 * Exactly one of occupancy, unit and property. A resident's own is put on the household, so that the resident sees it,
 * unless the work is somewhere else than where they live.
 */
async function placeOf({ client }: Vendor, { property_id, unit_id, resident_id }: Create): Promise<object> {
  if (resident_id !== undefined) {
    const tenant = await client.one<wire.Tenant>('tenants', idOf(resident_id, 'resident'));
    if (tenant === undefined) throw new VendorError('not_found', 'AppFolio shows no such resident. Nothing was sent.');
    const livesThere = unit_id !== undefined && sameId(tenant.UnitId, unit_id);
    if (tenant.OccupancyId && livesThere) return { OccupancyId: tenant.OccupancyId };
  }
  if (unit_id !== undefined) return { UnitId: idOf(unit_id, 'unit') };
  return { PropertyId: idOf(property_id, 'property') };
}

/** Fields of the command that AppFolio has a place for. */
const NATIVE = ['status', 'severity', 'trade', 'vendor_id', 'estimate', 'visit'] as const;

export function updateWorkOrder(vendor: Vendor): Plan<'update_work_order'> {
  return (command) => {
    const steps: PlannedStep[] = [];
    if (NATIVE.some((field) => command[field] !== undefined)) steps.push(changeWorkOrder(vendor, command));
    if (command.note !== undefined) steps.push(addNote(command.work_order_id, command.note.text));
    if (steps.length > 0) return steps;
    throw new VendorError('unsupported', 'AppFolio has no place for any of this. Nothing was sent.');
  };
}

function changeWorkOrder(vendor: Vendor, command: Update): PlannedStep {
  if (vendor.tables.trade?.to_pms[command.trade ?? ''] === ONLY_WHEN_CREATED)
    throw new VendorError(
      'unsupported',
      `AppFolio takes the trade ${ONLY_WHEN_CREATED} for a new work order only. Nothing was changed.`,
      { field: 'trade' },
    );
  const today = todayAt(vendor, command.property_id);
  return patch(vendor, 'update_work_order', command.work_order_id, (wire, { before }) => {
    const author = { at: new Date(vendor.clock()).toISOString(), by: '' };
    const { set } = workOrderUpdate(command, before as WorkOrder | undefined, { ...author, today });
    const { estimate: given, ...fields } = set as Partial<WorkOrder>;
    return {
      ...bodyOf(vendor, given === undefined ? fields : withoutEstimated(fields)),
      ...(given !== undefined && { Estimates: estimatesWith(vendor, wire, given, command) }),
    };
  });
}

/** That a work order is estimated follows from the estimate there, and cannot be written. */
function withoutEstimated({ status, ...fields }: Partial<WorkOrder>): Partial<WorkOrder> {
  return status === undefined || status === 'estimated' ? fields : { ...fields, status };
}

/** All estimates go out together: those of others as they are, that of the same vendor in its new form at the end. */
function estimatesWith(
  { circumstances }: Vendor,
  { Estimates, VendorId }: wire.WorkOrder & { VendorId?: string | null },
  given: NonNullable<WorkOrder['estimate']>,
  command: Update,
): readonly unknown[] {
  if (Estimates === undefined) throw notShown('estimates', 'estimate');
  const vendor_id = given.vendor_id ?? command.vendor_id ?? VendorId ?? undefined;
  const written = estimate.write({ ...given, vendor_id } as never, { ...circumstances, path: 'Estimates' });
  const isOurs = (one: object) => ((one as { VendorId?: string | null }).VendorId ?? undefined) === vendor_id;
  const known = (Estimates ?? []).findLast(isOurs);
  return [...(Estimates ?? []).filter((one) => !isOurs(one)), { ...known, ...(written as object) }];
}

export function assignWorkOrder(vendor: Vendor): Plan<'assign_work_order'> {
  return (command) => {
    const { vendor_id, technician_id, visit } = command;
    if (vendor_id !== undefined) idOf(vendor_id, 'vendor');
    if (technician_id !== undefined) idOf(technician_id, 'user');
    checkVisit(visit);
    const { set } = workOrderAssignment(command);
    return [patch(vendor, 'assign_work_order', command.work_order_id, () => bodyOf(vendor, set))];
  };
}

export function addWorkOrderNote(): Plan<'add_work_order_note'> {
  return (command) => [addNote(command.work_order_id, command.note.text)];
}

/** Notes are for staff, whatever was asked: AppFolio shows residents none of them. */
function addNote(workOrderId: string, text: string): PlannedStep {
  const about = refTo(workOrderId);
  return note({
    about,
    address: () => path`work_orders/${about.id}/notes`,
    text: ({ marker }) => withMarker(text, marker, NOTE_LENGTH),
    fits: (shown, { marker }) => carries(shown, marker),
  });
}

function patch(
  { client }: Vendor,
  name: string,
  workOrderId: string,
  body: (wire: wire.WorkOrder, context: StepContext) => Record<string, unknown>,
): PlannedStep {
  const about = refTo(workOrderId);
  return change<wire.WorkOrder>({
    ...{ name, about },
    address: path`work_orders/${about.id}`,
    read: (signal) => client.one<wire.WorkOrder>('work_orders', about.id, {}, signal),
    body,
  });
}

/** Canonical fields as a change takes them. A list is emptied by an empty one. */
function bodyOf({ circumstances }: Vendor, fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { visit } = fields as Partial<WorkOrder>;
  if (visit) checkVisit(visit);
  const body = writeFields(WORK_ORDER, fields, circumstances);
  return {
    ...body,
    ...(valueAt(body, 'AssignedUsers') === null && { AssignedUsers: [] }),
    ...('visit' in fields && visit !== undefined && scheduleOf(visit)),
  };
}

function checkVisit({ start, end }: NonNullable<WorkOrder['visit']>): void {
  if (end === undefined || Date.parse(end) - Date.parse(start) <= LONGEST_VISIT_MS) return;
  throw new VendorError('refused', 'A visit in AppFolio lasts twelve hours at most. Nothing was changed.', {
    field: 'visit',
  });
}
