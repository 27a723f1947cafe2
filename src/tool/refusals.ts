import { appendAudit } from '../audit/audit.ts';
import type { Grant } from '../grants/grant.ts';
import type { CaretakerError } from '../model/errors.ts';
import type { KeyRing } from '../store/keyring.ts';
import type { Store } from '../store/store.ts';
import type { Tool } from '../tool.ts';
import { newId } from '../writeback/ids.ts';
import type { PipelineParts } from './parts.ts';

/**
 * Enters a refused call in the audit log and in the list of refusals. Failed reads are left out: they change nothing
 * and are often only a wrong guess. Where the store itself is what failed, the refusal is still answered.
 */
export async function recordRefusal(
  parts: { store: Store; keyring: KeyRing; clock: () => number; report: PipelineParts['report'] },
  grant: Grant,
  tool: Tool,
  args: unknown,
  refused: CaretakerError,
): Promise<void> {
  if (tool.risk === 'read' && refused.code !== 'not_permitted') return;
  if (refused.code === 'internal') return;
  const now = parts.clock();
  const given = (args !== null && typeof args === 'object' ? args : {}) as Record<string, unknown>;
  const short = (value: unknown) => (typeof value === 'string' && value.length <= 200 ? value : null);
  try {
    await parts.store.transaction(async (trx) => {
      await trx
        .insertInto('refusals')
        .values({
          refusal_id: newId('r', now),
          at: now,
          organisation: grant.organisation,
          principal: grant.principal,
          principal_kind: grant.kind,
          tool: tool.name,
          request_id: short(given['request_id']),
          code: refused.code,
          message: refused.message,
          property_id: short(given['property_id']),
        })
        .execute();
      await appendAudit(trx, parts.keyring, [
        {
          at: now,
          actor: grant.principal,
          action: 'call.refused',
          subject: tool.name,
          outcome: refused.code,
          payload: { message: refused.message, field: refused.options.field },
        },
      ]);
    });
  } catch (error) {
    parts.report(error);
  }
}
