import type { World } from '../../shared/vendor.ts';
import { bodyOf } from '../bodies.ts';
import { refuse } from '../errors.ts';
import { stamp } from '../lists.ts';
import type { AppfolioTables, Row } from '../tables.ts';
import { alter, enter, named, ofOccupancy, rowOf, type Operation } from './operation.ts';

interface Body {
  [field: string]: unknown;
  AssignedUsers?: string[] | null;
  Estimates?: { VendorId?: string; ManagementCompanyAsVendor?: boolean; Amount?: number }[];
  ScheduledStart?: string | null;
  ScheduledEnd?: string | null;
}

const PLACES = ['PropertyId', 'UnitId', 'OccupancyId', 'InspectionId', 'ServiceRequestId'] as const;
const NOT_WITH_A_REQUEST = ['Description', 'Priority', 'PermissionToEnter', 'UnitTurnCategory'];
const LONGEST_VISIT_MS = 12 * 3_600_000;

/** Property, unit and occupancy of a new work order, of which exactly one is said. */
function placeOf(world: World<AppfolioTables>, body: Body): object {
  const given = PLACES.filter((place) => body[place] !== undefined);
  if (given.length !== 1) refuse(`Exactly one of ${PLACES.join(', ')} is required`);
  if (body['ServiceRequestId'] !== undefined && NOT_WITH_A_REQUEST.some((field) => body[field] !== undefined))
    refuse('Leave out what comes from the service request');
  if (given[0] === 'InspectionId' || given[0] === 'ServiceRequestId') refuse(`${given[0]} not found`);
  const tenant = ofOccupancy(world, body['OccupancyId']);
  if (tenant !== undefined)
    return { PropertyId: tenant['PropertyId'], UnitId: tenant['UnitId'], OccupancyId: body['OccupancyId'] };
  const unit = named(world, 'units', body['UnitId'], 'UnitId');
  if (unit !== undefined) return { PropertyId: unit['PropertyId'], UnitId: unit.Id, OccupancyId: null };
  named(world, 'properties', body['PropertyId'], 'PropertyId');
  return { PropertyId: body['PropertyId'], UnitId: null, OccupancyId: null };
}

/** Both times, twelve hours apart at most; a start alone is for the whole day. */
function scheduleOf(body: Body, before: Row | undefined): object {
  const [hasStart, hasEnd] = [body.ScheduledStart !== undefined, body.ScheduledEnd !== undefined];
  if (!hasStart && !hasEnd) return {};
  if (hasStart !== hasEnd && before !== undefined) refuse('ScheduledStart and ScheduledEnd go together');
  const { ScheduledStart = null, ScheduledEnd = null } = body;
  if (ScheduledStart === null && ScheduledEnd !== null) refuse('ScheduledEnd without ScheduledStart');
  if (ScheduledStart !== null && ScheduledEnd !== null) {
    const length = Date.parse(ScheduledEnd) - Date.parse(ScheduledStart);
    if (length <= 0 || length > LONGEST_VISIT_MS) refuse('ScheduledEnd is invalid');
  }
  return { ScheduledStart, ScheduledEnd };
}

/** Only users with the role Maintenance Tech; null keeps, an empty list takes everybody off. */
function usersOf({ tables }: World<AppfolioTables>, ids: string[] | null | undefined): object {
  if (ids === undefined || ids === null) return {};
  const AssignedUsers = ids.map((id) => {
    const user = tables.users.get(id);
    const roles = (user?.['Roles'] ?? []) as { Name: string }[];
    if (user === undefined || !roles.some(({ Name }) => Name === 'Maintenance Tech')) return refuse('User not found');
    return { Id: id, FirstName: user['FirstName'], LastName: user['LastName'] };
  });
  return { AssignedUsers };
}

const STATUSES_BEFORE_ESTIMATES = ['New', 'Assigned', 'Estimate Requested'];

/** Estimates replace all that there were, and move an order that is still new on by themselves. */
function estimatesOf(world: World<AppfolioTables>, body: Body, before: Row | undefined): object {
  const { Estimates } = body;
  if (Estimates === undefined) return {};
  for (const { VendorId, ManagementCompanyAsVendor } of Estimates) {
    if ((VendorId !== undefined) === (ManagementCompanyAsVendor === true))
      refuse('An estimate is of a vendor or of the management company');
    named(world, 'vendors', VendorId, 'VendorId');
  }
  const status = String(before?.['Status'] ?? 'New');
  const hasAmount = Estimates.some(({ Amount }) => Amount !== undefined);
  const moves = body['Status'] === undefined && STATUSES_BEFORE_ESTIMATES.includes(status) && Estimates.length > 0;
  return { Estimates, ...(moves && { Status: hasAmount ? 'Estimated' : 'Estimate Requested' }) };
}

function fieldsOf(world: World<AppfolioTables>, body: Body, before?: Row): object {
  named(world, 'vendors', body['VendorId'], 'VendorId');
  const { AssignedUsers, ManagementCompanyAsVendor, ...plain } = body;
  if (ManagementCompanyAsVendor === true && body['VendorId'] !== undefined) refuse('VendorId is one of two vendors');
  return {
    ...plain,
    ...(body['VendorTrade'] === '' && { VendorTrade: null }),
    ...(ManagementCompanyAsVendor !== undefined && { VendorId: null }),
    ...usersOf(world, AssignedUsers),
    ...scheduleOf(body, before),
    ...estimatesOf(world, body, before),
  };
}

/** What a new work order has where nothing is said. */
const FRESH = {
  ...{ Description: null, VendorTrade: null, Priority: 'Normal', Status: 'New', PermissionToEnter: null },
  ...{ VendorId: null, AssignedUsers: [], Estimates: [], ScheduledStart: null, ScheduledEnd: null },
  ...{ EntryInstructions: null, VendorInstructions: null, RequestingTenantId: null },
  ...{ CompletedOn: null, WorkCompletedOn: null, CanceledOn: null },
};

const DATED = { Completed: 'CompletedOn', 'Work Completed': 'WorkCompletedOn', Canceled: 'CanceledOn' } as const;

/** The day on which an order came to its end, where the request does not say. */
function dated(body: Body, now: number): object {
  const field = DATED[body['Status'] as keyof typeof DATED];
  return field === undefined || body[field] !== undefined ? {} : { [field]: stamp(now).slice(0, 10) };
}

export const WORK_ORDERS: readonly Operation[] = [
  {
    ...{ method: 'POST', path: 'work_orders', resource: 'work_orders' },
    handle(request, world) {
      const body = bodyOf<Body>(request, 'POST work_orders');
      const number = world.ids.next('work order number', 90_001);
      const fields = { ...FRESH, ...fieldsOf(world, body), ...dated(body, world.now()), ...placeOf(world, body) };
      const order = { WorkOrderNumber: String(number), ...fields };
      return enter(world, 'work_orders', order, `maintenance/service_requests/${number}`);
    },
  },
  {
    ...{ method: 'PATCH', path: 'work_orders/{id}', resource: 'work_orders' },
    handle(request, world, id) {
      const before = rowOf(world, 'work_orders', id);
      const body = bodyOf<Body>(request, 'PATCH work_orders');
      return alter(world, 'work_orders', id, { ...fieldsOf(world, body, before), ...dated(body, world.now()) });
    },
  },
  {
    ...{ method: 'POST', path: 'work_orders/{id}/notes', resource: 'work_orders' },
    handle(request, world, id) {
      rowOf(world, 'work_orders', id);
      return enter(world, 'notes', { About: id, ...bodyOf(request, 'POST notes') });
    },
  },
];
