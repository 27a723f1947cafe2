import type { KeyRing } from '../store/keyring.ts';
import type { Store } from '../store/store.ts';
import { appendAudit } from './audit.ts';

const ERASURE = 'audit.erase_payloads';

/** Payloads erased in one transaction, so that others are not kept waiting. */
const CHUNK = 500;

export interface EraseOptions {
  /** Epoch milliseconds; payloads of entries older than this are erased. Not in the future. */
  before: number;
  /** Who is responsible. */
  actor: string;
}

/**
 * Erases the payloads of old entries with their salts; the chain stays whole, because it holds only their digests.
 * The erasure is itself an entry, without which a missing payload counts as tampering. Returns how many were erased.
 */
export async function erasePayloads(store: Store, keyring: KeyRing, { before, actor }: EraseOptions): Promise<number> {
  const now = store.clock();
  if (before > now) throw new RangeError('payloads of entries that are not yet made cannot be erased');
  let erased = 0;
  for (let after = 0; ;) {
    const old = await oldPayloads(store, before, after);
    const last = old.at(-1);
    if (last === undefined) return erased;
    await store.transaction(async (trx) => {
      if (after === 0) {
        const subject = new Date(before).toISOString();
        await appendAudit(trx, keyring, [{ at: now, actor, action: ERASURE, subject, outcome: 'done' }]);
      }
      await trx
        .updateTable('audit_payloads')
        .set({ payload_sealed: null, salt: '', erased_at: now })
        .where('seq', 'in', old)
        .execute();
    });
    erased += old.length;
    after = last;
  }
}

async function oldPayloads(store: Store, before: number, after: number): Promise<number[]> {
  const rows = await store.ledger
    .selectFrom('audit_entries')
    .innerJoin('audit_payloads', 'audit_payloads.seq', 'audit_entries.seq')
    .select('audit_entries.seq')
    .where('audit_entries.at', '<', before)
    .where('audit_entries.seq', '>', after)
    .where('audit_payloads.payload_sealed', 'is not', null)
    .orderBy('audit_entries.seq')
    .limit(CHUNK)
    .execute();
  return rows.map((row) => row.seq);
}

/** Up to when payloads were erased, epoch milliseconds; 0 where none ever were. */
export async function latestErasure(store: Store): Promise<number> {
  const row = await store.ledger
    .selectFrom('audit_entries')
    .select('subject')
    .where('action', '=', ERASURE)
    .orderBy('subject', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? Date.parse(row.subject) : 0;
}
