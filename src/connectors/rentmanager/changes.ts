import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/v4';
import type { RecordKind } from '../../model/records.ts';
import { VendorError, type ChangeHint, type Connector, type Delivery } from '../connector.ts';
import { isId } from './transport.ts';
import type { Vendor } from './vendor.ts';

/**
 * Where the token of a delivery's address is handed over. Rent Manager signs nothing: that a delivery comes from it is
 * shown by an address that nobody can guess, which the HTTP layer passes on in this header.
 */
const TOKEN_HEADER = 'x-caretaker-hook-token';

const Body = z.looseObject({
  EventType: z.string().max(200),
  /** The id of what changed, and that of what it belongs to. */
  IDParentIDDict: z.record(z.string(), z.unknown()).default({}),
  LocationID: z.union([z.number(), z.string()]).optional(),
});

type About = (id: string, parent: string) => readonly (readonly [RecordKind, string])[];

const guestCard: About = (_id, parent) => [['guest_card', parent]];
const workOrder: About = (_id, parent) => [['work_order', parent]];

/**
 * What an event is about, by its name without blanks. `Tenant` and `ProspectHistory` were seen so; the others are made
 * alike. A tenant is a household and its primary resident; a contact may be either of the two.
 */
const EVENTS: Readonly<Record<string, About>> = {
  tenant: (id) => [
    ['household', id],
    ['resident', id],
  ],
  tenantcontact: (id, parent) => [
    ['household', parent],
    ['resident', parent],
    ['resident', `${parent}-${id}`],
  ],
  tenanthistory: (id) => [['communication', id]],
  prospect: (id) => [['guest_card', id]],
  prospectcontact: guestCard,
  prospecthistory: guestCard,
  vendor: (id) => [['vendor', id]],
  serviceissue: (id) => [['work_order', id]],
  serviceissuehistory: workOrder,
  serviceissuetechtimes: workOrder,
};

const DONE = { add: 'created', edit: 'updated', delete: 'deleted' } as const;

/** Ids in one delivery that are looked at: a bulk change in the PMS may name very many, which the next poll finds. */
const MOST_IDS = 1_000;

/** Reads webhooks. Throws `refused` where the address was not the connection's own, or the body is no delivery. */
export function receiver({ settings }: Vendor): NonNullable<Connector['receive']> {
  return (delivery) => Promise.resolve().then(() => hintsOf(settings, delivery));
}

function hintsOf(
  { webhook_secret, location_id }: Vendor['settings'],
  { headers, body, received_at }: Delivery,
): readonly ChangeHint[] {
  if (webhook_secret === undefined || !isSame(headers.get(TOKEN_HEADER) ?? '', webhook_secret))
    throw new VendorError('refused', 'The address of the webhook does not carry the secret of the connection.');
  const { EventType, IDParentIDDict, LocationID } = parsed(body);
  // Each location is a connection of its own, with ids of its own.
  if (LocationID !== undefined && String(LocationID) !== location_id) return [];
  const match = /^(.+)_(add|edit|delete)$/i.exec(EventType);
  const name = match?.[1]?.replaceAll(/[\s_]/g, '').toLowerCase() ?? '';
  const about = Object.hasOwn(EVENTS, name) ? EVENTS[name] : undefined;
  const done = DONE[match?.[2]?.toLowerCase() as keyof typeof DONE];
  if (about === undefined) return [];
  // Deliveries carry no number: the same body twice may be two changes, and each of them is looked at.
  const key = createHash('sha256').update(body).digest('hex').slice(0, 32);
  return Object.entries(IDParentIDDict)
    .filter(([id, parent]) => isId(id) && (isId(parent) || about.length < 2))
    .slice(0, MOST_IDS)
    .flatMap(([id, parent]) =>
      about(id, String(parent)).map(([kind, record]): ChangeHint => {
        const own = record === id;
        const event = own ? done : 'updated';
        return { kind, scope: '', id: record, event, dedupe_key: `${key}:${received_at}:${kind}:${record}` };
      }),
    );
}

function parsed(body: Uint8Array): z.output<typeof Body> {
  try {
    return Body.parse(JSON.parse(new TextDecoder('utf-8').decode(body)));
  } catch {
    throw new VendorError('refused', 'The webhook is none that Rent Manager sends.');
  }
}

/** Compares without telling by the time it takes how much is right. */
function isSame(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
