import { hash, randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { KeyRing } from '../store/keyring.ts';
import { insertRows } from '../store/insert_rows.ts';
import { prepared } from '../store/prepared.ts';
import type { AuditEntryTable, LedgerTables } from '../store/schema.ts';
import { together } from '../store/together.ts';

/** Something that was done, refused or decided. */
export interface AuditEvent {
  /** Epoch milliseconds. */
  at: number;
  /** Who: a principal, or `caretaker` itself. */
  actor: string;
  /** What, in the words of the part that enters it: `call`, `refuse`, `approve`, `key.create` … */
  action: string;
  /** On what. Ids only: entries outlive the erasure of their payloads. */
  subject: string;
  outcome: string;
  /** The details, as JSON. May hold personal data: it is sealed, and can be erased without breaking the chain. */
  payload?: unknown;
}

/** Where the chain ends. */
export interface AuditHead {
  seq: number;
  hash: string;
}

/** The hash that an entry must have: over the one before and all of its own fields, unambiguously written. */
export function entryHash(entry: Omit<AuditEntryTable, 'hash'>): string {
  const { previous_hash, seq, at, actor, action, subject, outcome, payload_digest } = entry;
  return hash('sha256', JSON.stringify([previous_hash, seq, at, actor, action, subject, outcome, payload_digest]));
}

/** The digest that an entry chains of its payload. The salt keeps an erased payload from being guessed. */
export function payloadDigest(salt: string, payload: string): string {
  return hash('sha256', `${salt}\n${payload}`);
}

/** Where a payload's sealed text belongs. */
export function payloadContext(seq: number): string {
  return `audit_payloads:${seq}`;
}

/**
 * Makes the transactions that decide something run one after another, from here to their end: what one has read cannot
 * change under it. SQLite's write transactions do so by themselves; on PostgreSQL the head of the chain, which each of
 * them needs in the end anyway, is locked at their beginning.
 */
export async function oneAtATime(trx: Kysely<LedgerTables>, engine: 'sqlite' | 'postgres'): Promise<void> {
  if (engine === 'postgres') await trx.selectFrom('audit_head').select('seq').forUpdate().execute();
}

type Db = Kysely<LedgerTables>;

const takePlaces = prepared<{ count: number }>()((db: Db, argument) =>
  db
    .updateTable('audit_head')
    .set((row) => ({ seq: row('seq', '+', argument('count')) }))
    .returning(['seq', 'hash']),
);
const setHash = prepared<{ hash: string }>()((db: Db, argument) =>
  db.updateTable('audit_head').set({ hash: argument('hash') }),
);

/**
 * Enters events at the end of the chain, in the transaction that they belong to, and returns the new end. The head row
 * is updated first, which locks it on PostgreSQL until the caller's transaction ends, so that two never get one place.
 */
export async function appendAudit(
  trx: Kysely<LedgerTables>,
  keyring: KeyRing,
  events: readonly AuditEvent[],
): Promise<AuditHead> {
  const [before] = (await takePlaces(trx, { count: events.length })).rows;
  if (before === undefined) throw new Error('the head of the audit chain is gone');
  const head = { seq: before.seq - events.length, hash: before.hash };
  if (events.length === 0) return head;
  const entries: AuditEntryTable[] = [];
  const payloads: LedgerTables['audit_payloads'][] = [];
  for (const { at, actor, action, subject, outcome, payload } of events) {
    const text = JSON.stringify(payload ?? null);
    // 122 random bits that Node draws in advance, several times as fast as asking for bytes.
    const salt = randomUUID();
    const seq = head.seq + 1;
    const payload_digest = payloadDigest(salt, text);
    const entry = { seq, at, actor, action, subject, outcome, payload_digest, previous_hash: head.hash };
    head.seq = seq;
    head.hash = entryHash(entry);
    entries.push({ ...entry, hash: head.hash });
    payloads.push({ seq, salt, payload_sealed: keyring.seal(text, payloadContext(seq)), erased_at: null });
  }
  await together([
    insertRows(trx, 'audit_entries', entries),
    insertRows(trx, 'audit_payloads', payloads),
    setHash(trx, { hash: head.hash }),
  ]);
  return head;
}
