import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/v4';
import { VendorError, type ChangeHint, type Delivery } from '../connector.ts';
import type { Vendor } from './vendor.ts';

/** A delivery as RealPage's own library for receivers takes it. `payload` is the topic's own. */
const Body = z.looseObject({
  id: z.string().min(1).max(200),
  topic: z.string(),
  payload: z.looseObject({ id: z.union([z.string(), z.number()]).optional() }).optional(),
});

/** The one topic that was seen besides `test.event`. What else there is, is not known; it is no error. */
const TOPICS: Readonly<Record<string, ChangeHint['event']>> = { 'prospect.changed': 'updated' };

/**
 * Receives webhooks: the header `signature` is the HMAC-SHA256 of the raw body in hex, of either case. No time is signed,
 * so that a replay is told by the delivery's id alone.
 */
export function receiver({
  settings,
  sites,
}: Vendor): ((delivery: Delivery) => Promise<readonly ChangeHint[]>) | undefined {
  const { webhook_secret: secret } = settings;
  if (secret === undefined) return undefined;
  return ({ headers, body }) => {
    const signature = headers.get('signature')?.trim().toLowerCase() ?? '';
    const right = createHmac('sha256', secret).update(body).digest();
    const given = Buffer.from(/^[0-9a-f]{64}$/.test(signature) ? signature : '', 'hex');
    if (given.length !== right.length || !timingSafeEqual(given, right))
      return Promise.reject(new VendorError('refused', 'The signature of the webhook is not right.'));
    return Promise.resolve(hintsIn(body, sites));
  };
}

/** The body is believed because it is signed, and read with care because nobody has published what is in it. */
function hintsIn(body: Uint8Array, sites: readonly string[]): ChangeHint[] {
  const parsed = Body.safeParse(jsonIn(body));
  if (!parsed.success) throw new VendorError('refused', 'The webhook is not as RealPage sends them.');
  const { id: delivery, topic, payload = {} } = parsed.data;
  const event = Object.hasOwn(TOPICS, topic) ? TOPICS[topic] : undefined;
  const id = String(payload.id ?? '');
  if (event === undefined || !/^\d{1,12}$/.test(id)) return [];
  // Of which site it is, the one sample does not say: then each of them is asked.
  const named = [payload['siteId'], payload['siteid'], payload['propertyId']]
    .map(String)
    .find((one) => sites.includes(one));
  return (named === undefined ? sites : [named]).map((scope) => ({
    kind: 'guest_card',
    scope,
    id,
    event,
    dedupe_key: `${delivery}:${scope}`,
  }));
}

function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
