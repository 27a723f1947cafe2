import type { Kysely } from 'kysely';
import type { KeyRing } from '../store/keyring.ts';
import type { LedgerTables } from '../store/schema.ts';

/** What people are told about through `policy.notify`. */
const NOTIFICATION_KINDS = [
  'approval.requested',
  'escalation.opened',
  'escalation.paged',
  'write.needs_attention',
  'write.not_stored',
  'review.after_the_fact',
  'resident.contact_changed',
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** Puts a message to people in the outbox, in the transaction that it belongs to; it is delivered after commit. */
export async function enqueueNotification(
  db: Kysely<LedgerTables>,
  keyring: KeyRing,
  message: { id: string; kind: NotificationKind; now: number; body: Record<string, unknown> },
): Promise<void> {
  await db
    .insertInto('notifications')
    .values({
      notification_id: message.id,
      kind: message.kind,
      body_sealed: keyring.seal(JSON.stringify(message.body), `notification:${message.id}`),
      state: 'pending',
      attempts: 0,
      next_attempt_at: message.now,
      created_at: message.now,
      delivered_at: null,
    })
    .execute();
}
