import type { WorkOrder } from '../../../model/records.ts';
import { addDays } from '../../../model/zoned_time.ts';
import { VendorError, type ListQuery } from '../../connector.ts';
import { readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { listByProperty, readAt, type Context, type PropertyPage } from '../context.ts';
import { CLOSED_CHANGES_DAYS } from '../limits.ts';
import {
  closedStretch,
  findServiceRequest,
  searchServiceRequests,
  type ServiceRequestFilter,
} from '../service_requests.ts';
import type { ServiceRequest } from '../wire.ts';
import { WORK_ORDER } from './work_order.ts';

export function workOrderReader(context: Context): Reader<'work_order'> {
  async function read(property: string, requests: readonly ServiceRequest[], signal?: AbortSignal) {
    const circumstances = await context.circumstances(signal);
    return requests.flatMap((one) => readRecord(WORK_ORDER, one, circumstances, { property_id: property }) ?? []);
  }

  /** Open ones first, then closed ones, a stretch of days to a page. */
  async function page(
    property: string,
    { unit_id, household_id, since }: ListQuery,
    cursor: string | undefined,
    signal?: AbortSignal,
  ): Promise<PropertyPage<'work_order'>> {
    const number = cursor === undefined ? 0 : /^\d$/.test(cursor) ? Number(cursor) : Infinity;
    const filter = filterOf(number, new Date(context.clock()).toISOString().slice(0, 10), since);
    const found = await searchServiceRequests(context, property, { ...filter, unit_id }, signal);
    const records = await read(property, found, signal);
    const isLast = since === undefined ? closedStretch('2000-01-01', number) === undefined : number === 1;
    return {
      records: records.filter((order) => isWanted(order, household_id, since)),
      ...(!isLast && { next: String(number + 1) }),
    };
  }

  return {
    async get(scope, id, signal) {
      return readAt(scope, async (property) => {
        const found = await findServiceRequest(context, property, id, signal);
        return found && (await read(property, [found], signal))[0];
      });
    },
    list: (query, signal) =>
      listByProperty(context, query, (property, cursor) => page(property, query, cursor, signal)),
  };
}

function filterOf(number: number, today: string, since: string | undefined): ServiceRequestFilter {
  if (number === 0) return { state: 'Open' };
  if (since !== undefined && number === 1)
    return {
      state: 'Closed',
      from: addDays(since.slice(0, 10), -CLOSED_CHANGES_DAYS),
      to: addDays(today, CLOSED_CHANGES_DAYS),
    };
  const stretch = closedStretch(today, number - 1);
  if (stretch !== undefined) return { state: 'Closed', ...stretch };
  throw new VendorError('refused', 'This is not where a list of Voyager goes on.', { field: 'cursor' });
}

/** Voyager tells the moment of the last change; where it does not, the work order counts as changed. */
function isWanted(
  { bill_to_lease_id, updated_at }: WorkOrder,
  household: string | undefined,
  since: string | undefined,
) {
  if (household !== undefined && bill_to_lease_id !== household) return false;
  return since === undefined || updated_at === undefined || updated_at >= since;
}
