import * as z from 'zod/v4';
import type { ApprovalRow } from '../approvals/approvals.ts';
import type { WriteRow } from './ledger.ts';
import { type FieldOutcome, fieldsWith } from './proof.ts';
import { SPENT_STATES } from './states.ts';

/** A write as callers see it. Absent fields do not apply. */
export const WriteViewSchema = z.object({
  write_id: z.string(),
  tool: z.string(),
  state: z.string(),
  /** True where this call changed nothing because the request id had been used for the same change before. */
  replayed: z.boolean().optional(),
  record_id: z.string().optional(),
  property_id: z.string().optional(),
  /** What the PMS made of it: `posted`, `pending_in_pms` or `batch_open`. */
  posting: z.string().optional(),
  /** `full` where every field was read back from the PMS equal. */
  proof: z.string().optional(),
  not_stored: z.array(z.string()).optional(),
  not_readable: z.array(z.string()).optional(),
  approval: z
    .object({
      approval_id: z.string(),
      state: z.string(),
      /** Only while it waits: why, until when, and who may decide. */
      reason: z.string().optional(),
      decide_by: z.string().optional(),
      decides: z.string().optional(),
      /** Only once it is decided. */
      decided_by: z.string().optional(),
      decided_at: z.string().optional(),
    })
    .optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  at: z.string(),
  next: z.string().optional(),
});
export type WriteView = z.infer<typeof WriteViewSchema>;

const NEXT: Partial<Record<WriteRow['state'], string>> = {
  ready: 'It is recorded and is sent as soon as the PMS can take it; list_writes shows how it goes on.',
  sending: 'It is on its way; list_writes shows how it ended.',
  sent: 'The PMS has answered; it is being read back.',
  unknown: 'The PMS did not answer; the effect is being looked for. Do not ask for it again.',
  needs_attention: 'A person has been told and finds out what the PMS did. Do not ask for it again.',
  awaiting_approval: 'Nothing has changed yet; list_changes and list_writes show the decision.',
  shadowed: 'Recorded only: this connection is not live yet, so nothing was sent.',
};

/** Instead of the sentence above, where a write is in shadow for a reason of its own. */
const SHADOWED: Readonly<Record<string, string>> = {
  not_proved:
    'Recorded, not sent: it has not been proved on this connection yet. A person has to run "caretaker connections check --write-test".',
};

/** The public form of a ledger row and its approval. */
export function viewOf(
  row: WriteRow,
  approval: ApprovalRow | undefined,
  options: { replayed?: boolean } = {},
): WriteView {
  const fields = row.proof_json === null ? {} : (JSON.parse(row.proof_json) as Record<string, FieldOutcome>);
  const notStored = fieldsWith('not_stored', fields);
  const notReadable = fieldsWith('not_readable', fields);
  const spent = SPENT_STATES.includes(row.state);
  const next = (row.shadow_reason === null ? undefined : SHADOWED[row.shadow_reason]) ?? NEXT[row.state];
  return {
    write_id: row.write_id,
    tool: row.tool,
    state: row.state,
    ...(options.replayed === true && { replayed: true }),
    ...(row.record_id !== null && { record_id: row.record_id }),
    ...(row.property_id !== null && { property_id: row.property_id }),
    ...(row.posting !== null && { posting: row.posting }),
    ...(row.proof !== null && { proof: row.proof }),
    ...(notStored.length > 0 && { not_stored: notStored }),
    ...(notReadable.length > 0 && { not_readable: notReadable }),
    ...(approval !== undefined && { approval: approvalView(approval) }),
    ...(row.error_code !== null && { error: { code: row.error_code, message: row.error_message ?? '' } }),
    at: new Date(row.created_at).toISOString(),
    ...(next !== undefined && { next }),
    ...(spent && { next: 'Nothing was changed. To try again, use a new request_id.' }),
  };
}

function approvalView(approval: ApprovalRow): NonNullable<WriteView['approval']> {
  const { approval_id, state, reason, decide_by, decided_by, decided_at } = approval;
  if (state !== 'waiting')
    return {
      approval_id,
      state,
      ...(decided_by !== null && { decided_by }),
      ...(decided_at !== null && { decided_at: new Date(Number(decided_at)).toISOString() }),
    };
  return {
    approval_id,
    state,
    reason,
    decide_by: new Date(decide_by).toISOString(),
    decides: 'a person with the scope approvals:decide who is not the requester',
  };
}
