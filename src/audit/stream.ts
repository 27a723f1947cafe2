import type { AuditEntryTable } from '../store/schema.ts';
import type { Store } from '../store/store.ts';

const PAGE = 500;

/** An entry with what is kept of its payload; `salt` is null where the payload's row is gone. */
export interface StoredEntry extends AuditEntryTable {
  salt: string | null;
  payload_sealed: string | null;
  erased_at: number | null;
}

export interface StreamOptions {
  /** First and last place in the chain. */
  from: number;
  to: number;
  signal?: AbortSignal;
}

/** The entries from one place to another, in their order, a page at a time. Throws the signal's reason when aborted. */
export async function* streamEntries(store: Store, { from, to, signal }: StreamOptions): AsyncGenerator<StoredEntry> {
  for (let next = from; next <= to;) {
    signal?.throwIfAborted();
    const page: StoredEntry[] = await store.ledger
      .selectFrom('audit_entries')
      .leftJoin('audit_payloads', 'audit_payloads.seq', 'audit_entries.seq')
      .selectAll('audit_entries')
      .select(['audit_payloads.salt', 'audit_payloads.payload_sealed', 'audit_payloads.erased_at'])
      .where('audit_entries.seq', '>=', next)
      .where('audit_entries.seq', '<=', to)
      .orderBy('audit_entries.seq')
      .limit(PAGE)
      .execute();
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    next = last.seq + 1;
    // SQLite answers within the call: without this nobody else would get a turn until the last page.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
