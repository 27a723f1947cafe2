import type * as z from 'zod/v4';
import { VendorError, type StepRequest } from '../connector.ts';

/**
 * A prepared request as it comes back from the ledger, checked again: it may have been kept for a day, by another version
 * of this program. Throws `VendorError` `refused` where it is not what it should be.
 */
export function keptRequest<T extends z.ZodType>(type: T, request: StepRequest): z.output<T> {
  const parsed = type.safeParse(request);
  if (parsed.success) return parsed.data;
  throw new VendorError('refused', 'This version of Caretaker does not know the request. Nothing was sent.');
}
