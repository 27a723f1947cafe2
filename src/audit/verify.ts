import type { KeyRing } from '../store/keyring.ts';
import type { AuditEntryTable } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { entryHash, payloadContext, payloadDigest, type AuditHead } from './audit.ts';
import { latestErasure } from './retention.ts';
import { streamEntries, type StoredEntry } from './stream.ts';

/** What can be wrong with an entry, or with the end of the chain. */
export type AuditFault =
  /** Entries before this one are gone, or the last ones that the head row knows of. */
  | 'entries_missing'
  /** Its fields are not the ones that were hashed: changed, or moved to another place. */
  | 'entry_changed'
  /** It does not continue the entry before. */
  | 'not_chained'
  | 'payload_missing'
  /** It does not open, opens elsewhere, or is not what was hashed. */
  | 'payload_changed'
  /** Its key is no longer in the key ring, so that nothing can be said about it. */
  | 'payload_unreadable'
  /** It is gone, and no erasure that the chain knows of covers it. */
  | 'payload_erased'
  /** The head row does not name the last entry. */
  | 'head_changed';

export interface AuditVerdict {
  ok: boolean;
  /** How many entries were checked. */
  entries: number;
  /** The end of the chain; kept elsewhere, it shows later whether everything up to it is still there. */
  head: AuditHead;
  first_bad?: { seq: number; why: AuditFault };
}

export interface VerifyOptions {
  /** Start with this entry and take the one before it as given; else everything is checked. */
  from?: number;
  /** Called now and then with the place reached. */
  onProgress?: (seq: number, last: number) => void;
  signal?: AbortSignal;
}

/** Checks the chain entry by entry, with constant memory, while others go on appending. Stops at the first fault. */
export async function verifyAudit(store: Store, keyring: KeyRing, options: VerifyOptions = {}): Promise<AuditVerdict> {
  const first = options.from ?? 1;
  const head = await readHead(store);
  const erasedUntil = await latestErasure(store);
  let previous: AuditHead = { seq: first - 1, hash: await hashBefore(store, first) };
  let entries = 0;
  const bad = (seq: number, why: AuditFault): AuditVerdict => ({ ok: false, entries, head, first_bad: { seq, why } });
  for await (const entry of streamEntries(store, { from: first, to: head.seq, ...pick(options) })) {
    const fault = faultOf(entry, previous) ?? payloadFault(entry, keyring, erasedUntil);
    if (fault) return bad(fault === 'entries_missing' ? previous.seq + 1 : entry.seq, fault);
    previous = { seq: entry.seq, hash: entry.hash };
    entries++;
    if (entries % 1000 === 0) options.onProgress?.(entry.seq, head.seq);
  }
  if (previous.seq < head.seq) return bad(previous.seq + 1, 'entries_missing');
  if (previous.hash !== head.hash || (await endsPastHead(store))) return bad(head.seq, 'head_changed');
  options.onProgress?.(previous.seq, head.seq);
  return { ok: true, entries, head };
}

function pick({ signal }: VerifyOptions): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function faultOf(entry: AuditEntryTable, previous: AuditHead): AuditFault | undefined {
  if (entry.seq !== previous.seq + 1) return 'entries_missing';
  if (entryHash(entry) !== entry.hash) return 'entry_changed';
  if (entry.previous_hash !== previous.hash) return 'not_chained';
  return undefined;
}

function payloadFault(entry: StoredEntry, keyring: KeyRing, erasedUntil: number): AuditFault | undefined {
  const { salt, payload_sealed, erased_at } = entry;
  if (salt === null) return 'payload_missing';
  if (payload_sealed === null) return erased_at !== null && entry.at < erasedUntil ? undefined : 'payload_erased';
  if (!keyring.hasKeyOf(payload_sealed)) return 'payload_unreadable';
  try {
    const payload = keyring.open(payload_sealed, payloadContext(entry.seq));
    return payloadDigest(salt, payload) === entry.payload_digest ? undefined : 'payload_changed';
  } catch {
    return 'payload_changed';
  }
}

async function readHead(store: Store): Promise<AuditHead> {
  const head = await store.ledger.selectFrom('audit_head').select(['seq', 'hash']).executeTakeFirst();
  return head ?? { seq: 0, hash: '' };
}

async function hashBefore(store: Store, seq: number): Promise<string> {
  const entry = await store.ledger
    .selectFrom('audit_entries')
    .select('hash')
    .where('seq', '=', seq - 1)
    .executeTakeFirst();
  return entry?.hash ?? '';
}

/** Entries past the head row. The last entry is read first, because the head only ever moves on. */
async function endsPastHead(store: Store): Promise<boolean> {
  const last = await store.ledger
    .selectFrom('audit_entries')
    .select('seq')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (last?.seq ?? 0) > (await readHead(store)).seq;
}
