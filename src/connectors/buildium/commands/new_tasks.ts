import * as z from 'zod/v4';
import type { Located, RecordRef, StepContext, StepRequest } from '../../connector.ts';
import { keptRequest } from '../../kit/kept_request.ts';
import { carries } from '../../kit/markers.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';

const Asked = z.object({ asked_at: z.iso.datetime() });

/** Days are those of the account's own calendar, of which nothing is said: two make sure of any zone. */
const MARGIN_MS = 2 * 86_400_000;

/**
 * Looks for a new task by the marker in its description, among all that were touched since it was asked for, however long
 * ago that is.
 */
export async function locateNewTask(
  { client }: Vendor,
  address: string,
  request: StepRequest,
  { marker }: StepContext,
  refTo: (id: string) => RecordRef,
  signal?: AbortSignal,
): Promise<Located> {
  const { asked_at } = keptRequest(Asked, request);
  const since = new Date(Date.parse(asked_at) - MARGIN_MS).toISOString().slice(0, 10);
  const rows = await client.all<wire.Task>(address, { lastupdatedfrom: since }, signal);
  const found = rows.find(({ Description }) => carries(Description, marker));
  return found === undefined
    ? { outcome: 'absent', covers_all: true }
    : { outcome: 'found', result: { record: refTo(String(found.Id)) } };
}
