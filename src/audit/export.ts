import type { KeyRing } from '../store/keyring.ts';
import type { Store } from '../store/store.ts';
import { payloadContext } from './audit.ts';
import { streamEntries, type StoredEntry } from './stream.ts';

export interface ExportOptions {
  /** Epoch milliseconds: entries from `since` on and before `until`. */
  since: number;
  until: number;
  signal?: AbortSignal;
}

/**
 * The entries of a period as JSON, one line each and without line ends, payloads opened. A line holds everything that
 * its hashes were made of, so that whoever receives it can check the chain without Caretaker. A payload that was
 * erased, or whose key is gone, is left out and `payload_state` says so.
 */
export async function* exportAudit(
  store: Store,
  keyring: KeyRing,
  { since, until, signal }: ExportOptions,
): AsyncGenerator<string> {
  const { from, to } = await store.ledger
    .selectFrom('audit_entries')
    .select((row) => [row.fn.min('seq').as('from'), row.fn.max('seq').as('to')])
    .where('at', '>=', since)
    .where('at', '<', until)
    .executeTakeFirstOrThrow();
  // Reads are entered later than they happen, so that times are only nearly in the order of the chain.
  for await (const entry of streamEntries(store, { from: from ?? 1, to: to ?? 0, ...(signal ? { signal } : {}) })) {
    if (entry.at >= since && entry.at < until) yield JSON.stringify(exported(entry, keyring));
  }
}

function exported({ payload_sealed, salt, erased_at, ...entry }: StoredEntry, keyring: KeyRing) {
  if (payload_sealed === null) return { ...entry, payload_state: erased_at === null ? 'missing' : 'erased', erased_at };
  try {
    const payload: unknown = JSON.parse(keyring.open(payload_sealed, payloadContext(entry.seq)));
    return { ...entry, payload_state: 'present', salt, payload };
  } catch {
    return { ...entry, payload_state: 'unreadable' };
  }
}
