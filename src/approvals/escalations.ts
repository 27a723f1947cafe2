import type { Kysely, Selectable } from 'kysely';
import { appendAudit, oneAtATime } from '../audit/audit.ts';
import { allowsProperty, type Grant } from '../grants/grant.ts';
import { CaretakerError } from '../model/errors.ts';
import { recordChanges } from '../store/changes.ts';
import type { KeyRing } from '../store/keyring.ts';
import type { EscalationTable, LedgerTables } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { enqueueNotification } from './notifications.ts';

/*
 * Cases handed to a person. They are kept here and not in any PMS, so that they can be opened when nothing else works,
 * and the rota is paged one after another until somebody says that they have it.
 */

export type EscalationRow = Selectable<EscalationTable>;
export type Urgency = EscalationTable['urgency'];

/** Somebody to be paged, with how to reach them. */
export interface Paged {
  staff_id: string;
  name: string;
  phone?: string;
  email?: string;
}

/** What is kept of a case, encrypted: the words of it, and who was on call when it was opened. */
export interface EscalationBody {
  summary: string;
  callback_phone?: string | undefined;
  /** The property as it was named, where it could not be looked up. */
  property_said?: string | undefined;
  /** Kind of the record, where it is known. */
  record_kind?: string | undefined;
  rota: readonly Paged[];
}

export interface EscalationRequest {
  request_id: string;
  /** Digest of the parsed arguments: the same id with others is a conflict. */
  input_digest: string;
  reason: string;
  urgency: Urgency;
  connection?: string | undefined;
  property_id?: string | undefined;
  record_id?: string | undefined;
  body: EscalationBody;
}

export interface EscalationParts {
  store: Store;
  keyring: KeyRing;
  clock: () => number;
  /** A new id with this prefix, in the order of time. */
  newId(prefix: string, now: number): string;
}

/** Minutes until the next one on the rota is paged; what can wait for a business day pages nobody. */
const PAGE_EVERY_MINUTES = { now: 5, today: 30, next_business_day: undefined } as const satisfies Record<
  Urgency,
  number | undefined
>;

/** How many cases one round of paging takes up. */
const BATCH = 100;

/**
 * Opens a case and pages the first on the rota. The same request again changes nothing and answers with the case as it
 * is now. Throws `conflict` where the request id was used for another case.
 */
export async function openEscalation(
  parts: EscalationParts,
  grant: Grant,
  request: EscalationRequest,
): Promise<{ row: EscalationRow; body: EscalationBody; replayed: boolean }> {
  const now = parts.clock();
  const id = parts.newId('ct', now);
  const first = request.body.rota[0];
  const pages = PAGE_EVERY_MINUTES[request.urgency] !== undefined && first !== undefined;
  const row: EscalationRow = {
    escalation_id: id,
    organisation: grant.organisation,
    connection: request.connection ?? null,
    property_id: request.property_id ?? null,
    record_id: request.record_id ?? null,
    reason: request.reason,
    urgency: request.urgency,
    body_sealed: parts.keyring.seal(JSON.stringify(request.body), `escalation:${id}`),
    state: 'open',
    principal: grant.principal,
    request_id: request.request_id,
    input_digest: request.input_digest,
    created_at: now,
    acknowledged_by: null,
    acknowledged_at: null,
    paged: pages ? 1 : 0,
    next_page_at: pages ? nextPageAt(request.urgency, now) : null,
  };
  const written = await parts.store.transaction(async (trx) => {
    await oneAtATime(trx, parts.store.engine);
    const earlier = await ofRequest(trx, grant, request.request_id);
    if (earlier !== undefined) return earlier;
    await trx.insertInto('escalations').values(row).execute();
    await appendAudit(trx, parts.keyring, [
      {
        at: now,
        actor: grant.principal,
        action: 'escalation.opened',
        subject: id,
        outcome: request.urgency,
        payload: { reason: request.reason, request_id: request.request_id, ...request.body },
      },
    ]);
    await recordChanges(trx, now, [changeOf(row, 'opened', { by: grant.principal })]);
    await enqueueNotification(trx, parts.keyring, {
      id: parts.newId('n', now),
      kind: 'escalation.opened',
      now,
      body: messageOf(row, request.body, pages ? first : undefined),
    });
    return undefined;
  });
  if (written === undefined) return { row, body: request.body, replayed: false };
  if (written.input_digest !== request.input_digest)
    throw new CaretakerError('conflict', 'This request_id was used for another case before. Nothing was changed now.', {
      field: 'request_id',
      next: 'use a new request_id for a new case',
      details: { escalation_id: written.escalation_id, state: written.state },
    });
  return { row: written, body: openBody(parts.keyring, written), replayed: true };
}

/** A person takes a case over; nobody is paged any more. Who took it first stays. */
export async function acknowledge(
  parts: Pick<EscalationParts, 'store' | 'keyring' | 'clock'>,
  grant: Grant,
  escalationId: string,
): Promise<EscalationRow> {
  if (grant.kind !== 'person' || grant.from_role)
    throw new CaretakerError('not_permitted', "Taking over a case needs a person's key. Nothing was changed.");
  const now = parts.clock();
  return parts.store.transaction(async (trx) => {
    await oneAtATime(trx, parts.store.engine);
    const row = await trx
      .selectFrom('escalations')
      .selectAll()
      .where('escalation_id', '=', escalationId)
      .where('organisation', '=', grant.organisation)
      .executeTakeFirst();
    if (row === undefined || !isVisible(grant, row))
      throw new CaretakerError('not_found', 'There is no such case.', { field: 'escalation_id' });
    if (row.state !== 'open') return row;
    const taken = {
      state: 'acknowledged' as const,
      acknowledged_by: grant.principal,
      acknowledged_at: now,
      next_page_at: null,
    };
    await trx.updateTable('escalations').set(taken).where('escalation_id', '=', escalationId).execute();
    await appendAudit(trx, parts.keyring, [
      {
        at: now,
        actor: grant.principal,
        action: 'escalation.acknowledged',
        subject: escalationId,
        outcome: 'acknowledged',
      },
    ]);
    await recordChanges(trx, now, [changeOf(row, 'acknowledged', { by: grant.principal })]);
    return { ...row, ...taken };
  });
}

/**
 * Pages the next one on the rota of every case that is due, and begins again after the last. Several processes may do
 * this at once: each page goes out once. Returns how many were paged. Throws what went wrong with one case only after all
 * others have been seen to.
 */
export async function pageDue(parts: EscalationParts): Promise<number> {
  const now = parts.clock();
  const due = await parts.store.ledger
    .selectFrom('escalations')
    .selectAll()
    .where('state', '=', 'open')
    .where('next_page_at', '<=', now)
    .orderBy('next_page_at')
    .limit(BATCH)
    .execute();
  let paged = 0;
  const failures: unknown[] = [];
  for (const row of due) {
    try {
      if (await pageNext(parts, row, now)) paged += 1;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return paged;
}

async function pageNext(parts: EscalationParts, row: EscalationRow, now: number): Promise<boolean> {
  const body = openBody(parts.keyring, row);
  const next = body.rota[row.paged % body.rota.length];
  if (next === undefined) return false;
  return parts.store.transaction(async (trx) => {
    await oneAtATime(trx, parts.store.engine);
    const moved = await trx
      .updateTable('escalations')
      .set({ paged: row.paged + 1, next_page_at: nextPageAt(row.urgency, now) })
      .where('escalation_id', '=', row.escalation_id)
      .where('state', '=', 'open')
      .where('paged', '=', row.paged)
      .executeTakeFirst();
    if (Number(moved.numUpdatedRows) !== 1) return false;
    await appendAudit(trx, parts.keyring, [
      {
        at: now,
        actor: 'caretaker',
        action: 'escalation.paged',
        subject: row.escalation_id,
        outcome: 'paged',
        payload: { staff_id: next.staff_id, page: row.paged + 1 },
      },
    ]);
    await enqueueNotification(trx, parts.keyring, {
      id: parts.newId('n', now),
      kind: 'escalation.paged',
      now,
      body: messageOf({ ...row, paged: row.paged + 1 }, body, next),
    });
    return true;
  });
}

/** Whether a case lies within a grant: its own are seen by everyone, those without a property by the whole portfolio. */
export function isVisible(grant: Grant, row: EscalationRow): boolean {
  if (grant.pins.length === 0 || row.principal === grant.principal) return true;
  return row.connection !== null && row.property_id !== null && allowsProperty(grant, row.connection, row.property_id);
}

/** Who was paged last and who is next, by the rota of the case. */
export function pagesOf(row: EscalationRow, { rota }: EscalationBody): { last?: Paged; next?: Paged } {
  const at = (index: number) => rota[index % rota.length];
  const [last, next] = [
    row.paged === 0 ? undefined : at(row.paged - 1),
    row.next_page_at === null ? undefined : at(row.paged),
  ];
  return { ...(last && { last }), ...(next && { next }) };
}

function openBody(keyring: KeyRing, row: EscalationRow): EscalationBody {
  return JSON.parse(keyring.open(row.body_sealed, `escalation:${row.escalation_id}`)) as EscalationBody;
}

function nextPageAt(urgency: Urgency, now: number): number | null {
  const minutes = PAGE_EVERY_MINUTES[urgency];
  return minutes === undefined ? null : now + minutes * 60_000;
}

async function ofRequest(
  trx: Kysely<LedgerTables>,
  grant: Grant,
  requestId: string,
): Promise<EscalationRow | undefined> {
  return trx
    .selectFrom('escalations')
    .selectAll()
    .where('organisation', '=', grant.organisation)
    .where('principal', '=', grant.principal)
    .where('request_id', '=', requestId)
    .executeTakeFirst();
}

function changeOf(row: EscalationRow, event: string, detail: Record<string, unknown>) {
  return {
    connection: row.connection,
    kind: 'escalation',
    scope: '',
    record_id: row.escalation_id,
    property_id: row.property_id,
    event,
    detail: { reason: row.reason, urgency: row.urgency, opened_by: row.principal, ...detail },
  };
}

/** What a person needs to take the case over without logging in first. */
function messageOf(row: EscalationRow, body: EscalationBody, page: Paged | undefined): Record<string, unknown> {
  return {
    escalation_id: row.escalation_id,
    reason: row.reason,
    urgency: row.urgency,
    connection: row.connection,
    property_id: row.property_id,
    record_id: row.record_id,
    record_kind: body.record_kind,
    summary: body.summary,
    callback_phone: body.callback_phone,
    opened_at: new Date(row.created_at).toISOString(),
    ...(page !== undefined && { page: { ...page, number: Math.max(1, row.paged) } }),
  };
}
