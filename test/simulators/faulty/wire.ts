import * as z from 'zod/v4';
import { COMMAND_KINDS } from '../../../src/model/commands.ts';
import { RECORD_KINDS } from '../../../src/model/records.ts';

/*
 * The simulator's wire protocol: POST /writes with one step, GET /records/<kind>/<id>, GET /records/<kind>?… for a page.
 */

/** Says which step of which write a request belongs to. For counting and for choosing faults, never for anything else. */
export const LABEL = 'x-caretaker-label';
/** `look_up` on reads that look for an effect. For counting and for choosing faults. */
export const PURPOSE = 'x-caretaker-purpose';
/**
 * When a write left, epoch milliseconds of the machine that both run on. A simulator that is short of processor time would
 * otherwise carry out later than it says what has waited in its own line.
 */
export const LEFT_AT = 'x-caretaker-left-at';
/** On a 503: the request was not looked at. */
export const NOT_LOOKED_AT = 'x-not-looked-at';

export const WriteRequest = z.strictObject({
  operation: z.enum(COMMAND_KINDS),
  idempotency_key: z.string().min(1).optional(),
  body: z.looseObject({}),
});
export type WriteRequest = z.infer<typeof WriteRequest>;

export const WriteAnswer = z.strictObject({
  ok: z.literal(true),
  record: z.strictObject({ kind: z.enum(RECORD_KINDS), id: z.string().min(1) }).optional(),
  posting: z.enum(['posted', 'pending_in_pms', 'batch_open']).optional(),
  values: z.record(z.string(), z.string()).optional(),
});
export type WriteAnswer = z.infer<typeof WriteAnswer>;

export const Refusal = z.strictObject({
  code: z.enum([
    'refused',
    'not_found',
    'conflict',
    'slot_taken',
    'period_closed',
    'duplicate',
    'needs_override',
    'unsupported',
    /** The first request under this key has not been answered yet. */
    'key_in_flight',
  ]),
  message: z.string(),
  field: z.string().optional(),
});

/** A record and when it was entered, where the PMS knows: what it was laid out with has no such moment. */
export const Entered = z.strictObject({
  record: z.looseObject({ id: z.string() }),
  entered_at: z.iso.datetime().optional(),
});
export type Entered = z.infer<typeof Entered>;

export const PageAnswer = z.strictObject({
  records: z.array(Entered),
  next_cursor: z.string().optional(),
  total: z.int().optional(),
});
export type PageAnswer = z.infer<typeof PageAnswer>;
