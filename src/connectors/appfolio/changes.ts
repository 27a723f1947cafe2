import type { RecordKind } from '../../model/records.ts';
import { VendorError, type ChangeHint, type Delivery } from '../connector.ts';
import { SIGNATURE_HEADER, type Signatures } from './signatures.ts';
import { isId } from './transport.ts';

/*
 * Changes come as webhooks, set up on AppFolio's own pages: one address for all topics, and only ids in them. Their order
 * and number mean nothing; what changed is read again. What no topic tells of is polled by `LastUpdatedAtFrom`.
 */

/** Topics that were seen, with what they are about. Others are taken and mean nothing here. */
const KIND_OF: Readonly<Record<string, RecordKind>> = {
  properties: 'property',
  units: 'unit',
  tenants: 'resident',
  leases: 'lease',
  vendors: 'vendor',
  work_orders: 'work_order',
  /** The word of the archived sample of 2025. */
  work_order_updates: 'work_order',
  leads: 'guest_card',
  charges: 'ledger_entry',
  bills: 'bill',
  journal_entries: 'journal_entry',
};

/** Verbs of event types; some topics put them behind a name: `work_order.update`. */
const EVENTS: readonly (readonly [RegExp, ChangeHint['event']])[] = [
  [/creat/i, 'created'],
  [/destroy|delet/i, 'deleted'],
];

/** A delivery in either of the two forms that were seen. */
interface Payload {
  topic?: unknown;
  client_id?: unknown;
  resource_id?: unknown;
  entity_id?: unknown;
  event_id?: unknown;
  id?: unknown;
  event_type?: unknown;
  event_timestamp?: unknown;
  update_timestamp?: unknown;
}

/** The one answer to whatever is wrong with a delivery: it says nothing about why. */
function refused(): VendorError {
  return new VendorError('refused', 'This delivery does not come from AppFolio for this connection.');
}

/**
 * Reads deliveries. They are signed with the same keys for all of AppFolio's customers, so that the database they are
 * about is told by `client_id` alone. An old delivery that comes again does nothing but have a record read again.
 */
export function receiver(signatures: Signatures, client_id: string): (delivery: Delivery) => Promise<ChangeHint[]> {
  return async ({ headers, body }) => {
    if (!(await signatures.areRight(headers.get(SIGNATURE_HEADER), body))) throw refused();
    const payloads = payloadsOf(body);
    if (payloads.some((payload) => payload.client_id !== client_id)) throw refused();
    return payloads.flatMap(hintOf);
  };
}

/** One event, or several where batching is switched on. */
function payloadsOf(body: Uint8Array): Payload[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw refused();
  }
  const list = Array.isArray(value) ? value : [value];
  if (!list.every((one): one is Payload => one !== null && typeof one === 'object')) throw refused();
  return list;
}

function hintOf(payload: Payload): ChangeHint[] {
  const { topic, event_type } = payload;
  const kind = typeof topic === 'string' && Object.hasOwn(KIND_OF, topic) ? KIND_OF[topic] : undefined;
  const id = payload.resource_id ?? payload.entity_id;
  if (kind === undefined || !isId(id)) return [];
  const event = EVENTS.find(([verb]) => verb.test(String(event_type ?? '')))?.[1] ?? 'updated';
  const moment = String(payload.event_timestamp ?? payload.update_timestamp ?? '');
  const dedupe_key = String(payload.event_id ?? payload.id ?? `${topic}/${id}/${event}/${moment}`).slice(0, 200);
  return [{ kind, scope: '', id, event, dedupe_key }];
}
