import { createHmac } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { KeyRing } from '../store/keyring.ts';
import type { NotificationTable } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { createGuardedFetch, isLoopback, PrivateAddress } from './guarded_fetch.ts';

/*
 * Takes messages to people from the outbox to `policy.notify`: an HTTPS POST, signed as Standard Webhooks 1.0 says, with
 * the same id on every attempt, so that the receiver can tell a repetition. At least once, never to a private address.
 */

export interface NotifierParts {
  store: Store;
  keyring: KeyRing;
  config: {
    policy: { notify?: { url: string; secret: string } | undefined };
    /** Only there the receiver may be on this machine. */
    sandboxOnly: boolean;
  };
  clock: () => number;
  /** Default: one that reaches public addresses only. */
  fetch?: typeof globalThis.fetch;
  /** Told of what could not be delivered; ids and codes, nothing of the messages. */
  report(error: unknown): void;
}

export interface Round {
  delivered: number;
  /** Attempts that failed and come again. */
  postponed: number;
  /** Given up after the last attempt; the rows stay, as `failed`. */
  failed: number;
  /** Messages that stay in the outbox because nothing that they could go to is configured. */
  kept: number;
}

export interface Notifier {
  /** Delivers what is due now, oldest first. */
  deliverDue(): Promise<Round>;
  /** Delivers by itself from now on; returns what stops it and waits for the message under way. */
  start(everyMs: number): () => Promise<void>;
}

/** A message was not taken. `status` is the receiver's answer, 0 where there was none. */
class NotDelivered extends Error {
  override name = 'NotDelivered';
  readonly code: string;
  constructor(code: string, notificationId: string) {
    super(`${notificationId} was not delivered: ${code}`);
    this.code = code;
  }
}

/** How long a receiver may take to answer. */
const TIMEOUT_MS = 10_000;

/** Waits after each failed attempt; after the last of them nobody tries again. About a day and a half in all. */
export const RETRY_AFTER_MS = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 43_200].map(
  (s) => s * 1_000,
);

/** The longest wait that a receiver can ask for. */
const MAX_RETRY_AFTER_MS = 3_600_000;

const BATCH = 100;

type Row = Selectable<NotificationTable>;
type Outcome = { ok: true } | { ok: false; code: string; unreachable: boolean; retry_after_ms?: number };

export function createNotifier(parts: NotifierParts): Notifier {
  const { store, keyring, clock, report } = parts;
  const { notify } = parts.config.policy;
  const target = notify === undefined ? undefined : targetOf(notify.url, parts.config.sandboxOnly);
  const key = notify === undefined ? undefined : signingKey(notify.secret);
  const stopping = new AbortController();
  let send: typeof globalThis.fetch | undefined;
  let saidThatKept = false;

  async function deliverDue(): Promise<Round> {
    const round: Round = { delivered: 0, postponed: 0, failed: 0, kept: 0 };
    const due = await store.ledger
      .selectFrom('notifications')
      .selectAll()
      .where('state', '=', 'pending')
      .where('next_attempt_at', '<=', clock())
      .orderBy('next_attempt_at')
      .orderBy('notification_id')
      .limit(BATCH)
      .execute();
    if (target === undefined || key === undefined) {
      round.kept = due.length;
      const why = notify === undefined ? 'is not configured' : 'has to be HTTPS, and may not be this machine';
      if (due.length > 0 && !saidThatKept) report(new NotDelivered(`policy.notify ${why}`, 'the outbox'));
      saidThatKept = due.length > 0;
      return round;
    }
    for (const row of due) {
      if (stopping.signal.aborted) break;
      if (!(await claim(row))) continue;
      const outcome = await attempt(row, target, key);
      const result = await settle(row, outcome);
      round[result] += 1;
      // Where the receiver cannot be reached at all, the others do not wait for ten seconds each to learn it.
      if (!outcome.ok && outcome.unreachable) break;
    }
    return round;
  }

  /** Counts the attempt before it is made, so that of several processes one makes it, and a crash does not repeat it at once. */
  async function claim(row: Row): Promise<boolean> {
    const now = clock();
    const result = await store.transaction((trx) =>
      trx
        .updateTable('notifications')
        .set({ attempts: row.attempts + 1, next_attempt_at: now + TIMEOUT_MS + waitAfter(row.attempts) })
        .where('notification_id', '=', row.notification_id)
        .where('state', '=', 'pending')
        .where('attempts', '=', row.attempts)
        .executeTakeFirst(),
    );
    return Number(result.numUpdatedRows) === 1;
  }

  async function attempt(row: Row, url: URL, secret: Buffer): Promise<Outcome> {
    let message: string;
    try {
      message = messageOf(keyring, row);
    } catch {
      return { ok: false, code: 'it cannot be read with the keys at hand', unreachable: false };
    }
    const timestamp = Math.floor(clock() / 1_000);
    try {
      const response = await (send ??= parts.fetch ?? fetchFor(url))(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), stopping.signal]),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'caretaker',
          'webhook-id': row.notification_id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signatureOf(secret, row.notification_id, timestamp, message),
        },
        body: message,
      });
      await response.body?.cancel();
      if (response.ok) return { ok: true };
      const wait = Number(response.headers.get('retry-after')) * 1_000;
      return {
        ok: false,
        code: `status ${response.status}`,
        unreachable: false,
        ...(wait > 0 && { retry_after_ms: Math.min(wait, MAX_RETRY_AFTER_MS) }),
      };
    } catch (error) {
      return { ok: false, code: reasonOf(error), unreachable: true };
    }
  }

  async function settle(row: Row, outcome: Outcome): Promise<'delivered' | 'postponed' | 'failed'> {
    const now = clock();
    const last = row.attempts + 1 >= RETRY_AFTER_MS.length + 1;
    const result = outcome.ok ? 'delivered' : last ? 'failed' : 'postponed';
    const values = outcome.ok
      ? { state: 'delivered' as const, delivered_at: now }
      : {
          next_attempt_at: now + Math.max(waitAfter(row.attempts), outcome.retry_after_ms ?? 0),
          ...(last && { state: 'failed' as const }),
        };
    await store.transaction((trx) =>
      trx.updateTable('notifications').set(values).where('notification_id', '=', row.notification_id).execute(),
    );
    if (!outcome.ok) report(new NotDelivered(outcome.code, row.notification_id));
    return result;
  }

  return {
    deliverDue,
    start(everyMs) {
      let running: Promise<unknown> | undefined;
      const timer = setInterval(() => {
        running ??= deliverDue()
          .catch(report)
          .finally(() => {
            running = undefined;
          });
      }, everyMs);
      timer.unref();
      return async () => {
        clearInterval(timer);
        stopping.abort();
        await running;
      };
    },
  };
}

/** The configured address, or undefined where messages must not go there: without TLS, or to this machine. */
function targetOf(address: string, sandboxOnly: boolean): URL | undefined {
  const url = new URL(address);
  if (isLoopback(url)) return sandboxOnly ? url : undefined;
  return url.protocol === 'https:' ? url : undefined;
}

/** Only what the configuration itself calls this machine may be this machine. */
function fetchFor(url: URL): typeof globalThis.fetch {
  return isLoopback(url) ? globalThis.fetch : createGuardedFetch();
}

function waitAfter(attempts: number): number {
  return RETRY_AFTER_MS[Math.min(attempts, RETRY_AFTER_MS.length - 1)] ?? 0;
}

/** The bytes that sign: those that `whsec_` writes in base64, else the characters of the secret. */
export function signingKey(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
}

/** The signature of Standard Webhooks, version 1: HMAC-SHA-256 over id, timestamp in seconds and body. */
export function signatureOf(key: Buffer, id: string, timestamp: number, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

function messageOf(keyring: KeyRing, row: Row): string {
  const data = JSON.parse(keyring.open(row.body_sealed, `notification:${row.notification_id}`)) as unknown;
  return JSON.stringify({ type: row.kind, timestamp: new Date(row.created_at).toISOString(), data });
}

/** Why nothing was answered, as a code: messages of errors may hold addresses. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (error instanceof PrivateAddress || cause instanceof PrivateAddress) return 'the address is not public';
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  const { code } = (cause ?? error) as { code?: unknown };
  return typeof code === 'string' ? code : 'no answer';
}
