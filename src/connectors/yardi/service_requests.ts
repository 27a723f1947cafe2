import { addDays } from '../../model/zoned_time.ts';
import { children, path } from '../kit/xml.ts';
import { plainOf } from '../kit/xml_values.ts';
import type { Context } from './context.ts';
import { CLOSED_STRETCH_DAYS, CLOSED_STRETCHES } from './limits.ts';
import type { ServiceRequest } from './wire.ts';

/** Work orders are numbered. */
const NUMBER = /^[1-9]\d{0,9}$/;

export function isServiceRequestId(id: string): boolean {
  return NUMBER.test(id);
}

/** Which work orders of a property. Days are those of the request. */
export interface ServiceRequestFilter {
  state?: 'Open' | 'Closed';
  unit_id?: string | undefined;
  from?: string;
  to?: string;
}

export async function searchServiceRequests(
  { client }: Pick<Context, 'client'>,
  property: string,
  { state, unit_id, from, to }: ServiceRequestFilter,
  signal?: AbortSignal,
): Promise<ServiceRequest[]> {
  const parameters = {
    YardiPropertyId: property,
    ...(unit_id !== undefined && { UnitCode: unit_id }),
    ...(state !== undefined && { OpenOrClosed: state }),
    ...(from !== undefined && { FromDate: from }),
    ...(to !== undefined && { ToDate: to }),
  };
  const result = await client.read(
    { service: 'service_requests', name: 'GetServiceRequest_Search', parameters },
    signal,
  );
  return children(path(result, 'ServiceRequests'), 'ServiceRequest').map((one) => plainOf(one) as ServiceRequest);
}

/** Days of a stretch of closed work orders, the latest stretch first; undefined after the last one. */
export function closedStretch(today: string, number: number): { from: string; to: string } | undefined {
  if (number >= CLOSED_STRETCHES) return undefined;
  // A request may be dated ahead of the clock here, by a time zone or by a person.
  const to = number === 0 ? addDays(today, CLOSED_STRETCH_DAYS) : addDays(today, -number * CLOSED_STRETCH_DAYS);
  return { from: addDays(today, 1 - (number + 1) * CLOSED_STRETCH_DAYS), to };
}

/** Before anything that was ever asked for. */
const LONG_AGO = '1970-01-01';

/**
 * One work order: among the open ones, else among the closed ones, stretch by stretch into the past. There is no question
 * for a number whose form was seen.
 */
export async function findServiceRequest(
  context: Context,
  property: string,
  id: string,
  signal?: AbortSignal,
): Promise<ServiceRequest | undefined> {
  if (!isServiceRequestId(id)) return undefined;
  const isIt = ({ ServiceRequestId }: ServiceRequest) => ServiceRequestId === id;
  const open = (await searchServiceRequests(context, property, { state: 'Open' }, signal)).find(isIt);
  if (open !== undefined) return open;
  const today = new Date(context.clock()).toISOString().slice(0, 10);
  for (let number = 0; number <= CLOSED_STRETCHES; number += 1) {
    const stretch = closedStretch(today, number) ?? {
      from: LONG_AGO,
      to: addDays(today, -CLOSED_STRETCHES * CLOSED_STRETCH_DAYS),
    };
    const found = (await searchServiceRequests(context, property, { state: 'Closed', ...stretch }, signal)).find(isIt);
    if (found !== undefined) return found;
  }
  return undefined;
}
