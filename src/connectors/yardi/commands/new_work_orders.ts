import type { CommandOf } from '../../../model/commands.ts';
import { localDate } from '../../../model/zoned_time.ts';
import type { Located, StepContext, StepRequest } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import { writeFields } from '../../kit/rows.ts';
import type { Plan } from '../../kit/vendor.ts';
import { wordFor } from '../../kit/value_tables.ts';
import { propertyOf, type Context } from '../context.ts';
import { aroundDay } from '../local_time.ts';
import { wholeName } from '../people.ts';
import { WORK_ORDER } from '../records/work_order.ts';
import { searchServiceRequests } from '../service_requests.ts';
import { withLocation } from '../technician_notes.ts';
import { isTenantCode, occupantsOf, readTenants } from '../tenants.ts';
import type { Occupant, ServiceRequest } from '../wire.ts';
import { serviceRequestCall } from './service_request_document.ts';

type Create = CommandOf<'create_work_order'>;

/** Category, and subcategory where the word of the table has one. */
export function categoryOf({ tables }: Pick<Context, 'tables'>, trade: string): Record<string, string> {
  const [Category = '', ...sub] = wordFor(tables, 'trade', trade).split('/');
  return { Category, ...(sub.length > 0 && { SubCategory: sub.join('/') }) };
}

/** Who reports it, where the command does not say by name. */
async function requestorOf(context: Context, property: string, { resident_id, reporter_name }: Create) {
  if (reporter_name !== undefined || resident_id === undefined || !isTenantCode(resident_id)) return {};
  const filter = /^t/i.test(resident_id) ? { household_id: resident_id } : {};
  const tenants = await readTenants(context, property, filter);
  const people: Occupant[] = tenants.flatMap((tenant) => [tenant, ...occupantsOf(tenant)]);
  const found = people.find(({ Identification: who }) => who?.IDValue === resident_id);
  const name = wholeName(found?.Name);
  return {
    ...(name !== '' && { RequestorName: name }),
    ...(found?.Address?.Email && { RequestorEmail: found.Address.Email }),
  };
}

async function prepare(context: Context, command: Create, { marker, scope }: StepContext): Promise<StepRequest> {
  const property = propertyOf(command, scope);
  const circumstances = await context.circumstances();
  const { kind: _kind, ...fields } = command;
  const described = withMarker(command.description, marker);
  const now = new Date(context.clock()).toISOString();
  const zone = circumstances.zoneOf(property);
  const date = zone === undefined ? now.slice(0, 10) : localDate(now, zone);
  const values = {
    ...(await requestorOf(context, property, command)),
    ...writeFields(WORK_ORDER, { ...fields, status: 'new' }, circumstances),
    ...categoryOf(context, command.trade),
    PropertyCode: property,
    // Servers were seen to show the one or the other.
    ServiceRequestFullDescription: described,
    ProblemDescriptionNotes: described,
    TechnicianNotes: withLocation(command.location),
    ServiceRequestDate: date,
  };
  return { call: serviceRequestCall(property, values), scope: property, date };
}

/** The day of the request is ours, so that all requests around that day are all that it can be among. */
async function locate(
  context: Context,
  request: StepRequest,
  { marker }: StepContext,
  signal?: AbortSignal,
): Promise<Located> {
  const [property, date] = [String(request['scope']), String(request['date'])];
  const found = (await searchServiceRequests(context, property, aroundDay(date), signal)).find((one) =>
    holds(one, marker),
  );
  if (found?.ServiceRequestId === undefined) return { outcome: 'absent', covers_all: true };
  return {
    outcome: 'found',
    result: { record: { kind: 'work_order', scope: property, id: found.ServiceRequestId } },
  };
}

function holds(request: ServiceRequest, marker: string): boolean {
  return ['ServiceRequestFullDescription', 'ProblemDescriptionNotes'].some((name) => carries(request[name], marker));
}

export function createWorkOrder(context: Context): Plan<'create_work_order'> {
  return (command) => [
    {
      name: 'create service request',
      retry: 'marker',
      makes_record: true,
      operation: 'service_request',
      prepare: (step) => prepare(context, command, step),
      locate: (request, step, signal) => locate(context, request, step, signal),
    },
  ];
}
