import * as z from 'zod/v4';
import { parseAmount } from '../model/money.ts';
import type { RecordKind } from '../model/records.ts';
import { Trade, TRADES } from '../model/values.ts';
import { visible } from './untrusted.ts';

/*
 * The arguments that tools share. Checked strictly inside; what `tools/list` shows of them is lean, see
 * `lean_schema.ts`.
 */

/** Required on every write: what makes a retry of the same change recognisable. */
export const requestId = () => z.string().trim().min(16).max(64).describe('One per intended change; same on retry');

export const recordId = () => z.string().min(1).max(200);

/** From the read that this change rests on. */
export const version = () => z.string().min(1).max(64).describe('From your last read of it');

export const notDuplicateOf = () => z.string().min(1).max(200).describe('Earlier one this differs from');

/** A day that exists, `YYYY-MM-DD`. */
export const day = () => z.iso.date();

/** `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM` in the property's own time, or an instant with offset. */
export const localTime = () =>
  z
    .string()
    .regex(
      /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/,
      'a time like 2026-11-24T09:00',
    );

/** A decimal string such as "350.00"; parsed to cents. Anything else (350, "1e3", "-5", "350.001") is refused. */
export const amount = () =>
  z.string().transform((text, context) => {
    const parsed = parseAmount(text);
    if ('cents' in parsed) return parsed.cents;
    context.addIssue({ code: 'custom', message: parsed.error });
    return z.NEVER;
  });

/** A trade by name, without the list of them in the schema: `find_vendors` shows it, and a wrong one is told the list. */
export const tradeName = () =>
  z.string().transform((text, context) => {
    const known = Trade.safeParse(text);
    if (known.success) return known.data;
    context.addIssue({ code: 'custom', message: `the trades are ${TRADES.join(', ')}` });
    return z.NEVER;
  });

/** Free text from a caller; long descriptions survive, novels do not, and there has to be something to see in it. */
export const words = (max = 20_000) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => visible(text).trim() !== '', 'there is nothing in it that can be seen');

export const cursor = () => z.string().max(500);

/** Which argument names which kind of record: every one is resolved under the grant before a tool runs. */
export const RECORD_PARAMS: Readonly<Record<string, RecordKind>> = {
  property_id: 'property',
  unit_id: 'unit',
  like_unit_id: 'unit',
  resident_id: 'resident',
  resident_ids: 'resident',
  lease_id: 'lease',
  work_order_id: 'work_order',
  vendor_id: 'vendor',
  estimate_by: 'vendor',
  technician_id: 'staff',
  assigned_to: 'staff',
  guest_card_id: 'guest_card',
  tour_id: 'tour',
  bill_id: 'bill',
};
