import * as z from 'zod/v4';
import type { Located, RecordRef, StepRequest } from '../../connector.ts';
import { keptRequest } from '../../kit/kept_request.ts';

/**
 * A request that puts a whole record, with what it would have been without the change: whoever looks for its effect can
 * tell apart the change, no change, and a change of somebody else.
 */
const WholePut = z.object({
  id: z.string(),
  body: z.record(z.string(), z.unknown()),
  was: z.record(z.string(), z.unknown()),
});
export type WholePut = z.output<typeof WholePut>;

const isSame = (one: WholePut['body'], other: WholePut['body']) =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].every(
    (field) => JSON.stringify(one[field]) === JSON.stringify(other[field]),
  );

/** Whether a record is now as a request would have it; `now` is the body that would leave it as it is. */
export function locateWholePut(request: StepRequest, now: WholePut['body'] | undefined, record: RecordRef): Located {
  const { body, was } = keptRequest(WholePut, request);
  if (now === undefined) return { outcome: 'differs', detail: 'it is gone' };
  if (isSame(body, now)) return { outcome: 'found', result: { record } };
  if (isSame(was, now)) return { outcome: 'absent', covers_all: true };
  return { outcome: 'differs', detail: 'somebody has changed it meanwhile' };
}
