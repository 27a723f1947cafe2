import * as z from 'zod/v4';
import { appendAudit, type AuditEvent, oneAtATime } from '../../audit/audit.ts';
import {
  type Located,
  type RecordRef,
  type StepRequest,
  type StepResult,
  VendorError,
} from '../../connectors/connector.ts';
import type { Sidecar, SidecarKey } from '../../mirror/sidecar.ts';
import type { KeyRing } from '../../store/keyring.ts';
import type { Store } from '../../store/store.ts';
import { fieldsOf, Patch, patched } from './patch.ts';

/** What tells a request to Caretaker itself from one to a PMS. */
const OPERATION = 'caretaker.keep';

const KeepRequest = z.strictObject({
  operation: z.literal(OPERATION),
  write_id: z.string(),
  scope: z.string(),
  /** That of the write's own record first. */
  patches: z.array(Patch).min(1),
  /** What the PMS has said about the rest of it, for the read-back. */
  answer: z.object({
    posting: z.enum(['posted', 'pending_in_pms', 'batch_open']).optional(),
    values: z.record(z.string(), z.string()).optional(),
  }),
});
type KeepRequest = z.infer<typeof KeepRequest>;

export interface KeeperOptions {
  connection: string;
  store: Store;
  keyring: KeyRing;
  sidecar: Sidecar;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

export function isKept(request: StepRequest): boolean {
  return request['operation'] === OPERATION;
}

export function keepRequest(request: Omit<KeepRequest, 'operation'>): StepRequest {
  return { operation: OPERATION, ...request };
}

/** Carries out requests to keep something, each once, and knows which ones it has carried out. */
export function createKeeper({ connection, store, keyring, sidecar, clock }: KeeperOptions) {
  const keyOf = ({ scope }: KeepRequest, { kind, record_id }: Patch): SidecarKey => ({
    ...{ connection, kind, scope, record_id },
  });

  return {
    /**
     * All of a request in one transaction, or nothing of it; nothing where it was carried out before. Throws
     * `VendorError`: `not_found` and `conflict` where the record is not there or has come to its end.
     */
    async keep(given: StepRequest, signal: AbortSignal): Promise<StepResult> {
      const request = read(given);
      const [own] = request.patches as [Patch];
      if (signal.aborted) throw new VendorError('unavailable', 'The request was given up. Nothing was changed.');
      await store.transaction(async (trx) => {
        await oneAtATime(trx, store.engine);
        if ((await sidecar.get(keyOf(request, own), trx))?.writes.includes(request.write_id) === true) return;
        const by = { at: clock(), who: request.write_id };
        const done: Patch[] = [];
        for (const patch of request.patches) {
          const key = keyOf(request, patch);
          const next = patched(await sidecar.get(key, trx), patch, request.write_id);
          if (next === undefined) continue;
          await sidecar.put(trx, key, next, by);
          done.push(patch);
        }
        const write = await trx
          .selectFrom('writes')
          .select('principal')
          .where('write_id', '=', request.write_id)
          .executeTakeFirst();
        const entry = (patch: Patch): AuditEvent => ({
          at: by.at,
          actor: write?.principal ?? 'caretaker',
          action: 'sidecar.kept',
          subject: request.write_id,
          outcome: 'kept',
          payload: { ...keyOf(request, patch), fields: fieldsOf(patch) },
        });
        await appendAudit(trx, keyring, done.map(entry));
      });
      return resultOf(request);
    },

    async find(given: StepRequest): Promise<Located> {
      const request = read(given);
      const kept = await sidecar.get(keyOf(request, request.patches[0] as Patch));
      return kept?.writes.includes(request.write_id) === true
        ? { outcome: 'found', result: resultOf(request) }
        : { outcome: 'absent', covers_all: true };
    },
  };
}

function resultOf({ scope, patches, answer: { posting, values } }: KeepRequest): StepResult {
  const { kind, record_id: id } = patches[0] as Patch;
  const record: RecordRef = { kind, scope, id };
  return { record, ...(posting !== undefined && { posting }), ...(values !== undefined && { values }) };
}

/** A request as it comes back from the ledger, checked again: it may have been stored for a day. */
function read(given: StepRequest): KeepRequest {
  const parsed = KeepRequest.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new VendorError('refused', 'This version of Caretaker does not know the request. Nothing was changed.', {
    field: parsed.error.issues[0]?.path.join('.') ?? 'operation',
  });
}
