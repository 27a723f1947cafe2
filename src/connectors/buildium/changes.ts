import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { RecordKind } from '../../model/records.ts';
import { VendorError, type ChangeHint, type Connector, type Delivery } from '../connector.ts';
import { path } from '../kit/rest.ts';
import { entryId } from './records/postings.ts';
import { isId } from './transport.ts';
import type { GuestCardForm, Vendor } from './vendor.ts';
import type * as wire from './wire.ts';

/*
 * Changes come as webhooks, which are set up under Settings, Developer Tools: thin messages that name what happened and
 * the ids of what it happened to. They come late, twice and in any order. Journal entries, users and the calendar have no
 * event; they are polled.
 */

/** A message that was sent longer ago is no retry any more: the last of them leaves 71 minutes after the first. */
const OLDEST_MS = 2 * 3_600_000;

/** How far the sender's clock may be ahead. */
const AHEAD_MS = 5 * 60_000;

/**
 * Inferred: "a UNIX timestamp" counts seconds. From this number on it can only be milliseconds (as seconds it would be the
 * year 5138), so that either is understood.
 */
const MILLISECONDS_FROM = 100_000_000_000;

/** Messages have ids and nothing else; whatever is longer is none. Bytes. */
const LONGEST_BODY = 65_536;

/** One message: its name in two parts, and everything that came with it. */
interface Event {
  about: string;
  done: ChangeHint['event'];
  fields: Readonly<Record<string, unknown>>;
  /** The same for every delivery of the event, whatever the order of its fields. */
  key: string;
}

/** A record that an event is about. */
interface Touched {
  kind: RecordKind;
  id: string;
  event: ChangeHint['event'];
}

interface Receiving {
  vendor: Vendor;
  event: Event;
}

type About = (receiving: Receiving) => readonly Touched[] | Promise<readonly Touched[]>;

/** The event is that of the record itself. */
const is =
  (field: string, ...kinds: readonly RecordKind[]): About =>
  (receiving) =>
    idsIn(receiving, field).flatMap((id) => kinds.map((kind) => ({ kind, id, event: receiving.event.done })));

/** The event is that of a part of the record: whatever it is, the record is another one now. */
const partOf =
  (field: string, ...kinds: readonly RecordKind[]): About =>
  (receiving) =>
    idsIn(receiving, field).flatMap((id) => kinds.map((kind) => ({ kind, id, event: 'updated' as const })));

const both =
  (...parts: readonly About[]): About =>
  async (receiving) =>
    (await Promise.all(parts.map((part) => part(receiving)))).flat();

const nothing: About = () => [];

/** Prospects are applicants only where the settings say so. */
const whereApplicant =
  (about: About): About =>
  (receiving) =>
    receiving.vendor.settings.guest_card_as === 'applicant' ? about(receiving) : [];

/** Everything that Buildium's documentation has an event for. What is not of rentals is of no concern here. */
const EVENTS: Readonly<Record<string, About>> = {
  Rental: is('PropertyId', 'property'),
  RentalUnit: is('UnitId', 'unit'),
  Listing: partOf('UnitId', 'unit'),
  Lease: is('LeaseId', 'lease', 'household'),
  'Lease.MoveOut': both(partOf('LeaseId', 'lease'), partOf('TenantId', 'resident')),
  LeaseTenant: is('TenantId', 'resident'),
  LeaseTransaction: ledgerEntry,
  Task: taskOf,
  'Task.History': async (receiving) => (await taskOf(receiving)).map((one) => ({ ...one, event: 'updated' })),
  WorkOrder: workOrder,
  Vendor: is('VendorId', 'vendor'),
  GLAccount: is('GLAccountId', 'gl_account', 'charge_code'),
  Bill: is('BillId', 'bill'),
  'Bill.Payment': partOf('BillIds', 'bill'),
  Applicant: whereApplicant(is('ApplicantId', 'guest_card')),
  ApplicantApplication: whereApplicant(partOf('ApplicantId', 'guest_card')),
  // An event of the bill itself, or of the lease's ledger, tells the same.
  'Vendor.Transaction': nothing,
  'Application.Transaction': nothing,
  ...Object.fromEntries(
    [
      ...['Association', 'Association.MeterReading', 'AssociationBoardMember', 'AssociationOwner'],
      ...['AssociationTenant', 'AssociationUnit', 'OwnershipAccount', 'OwnershipAccountTransaction'],
      ...['BankAccount', 'BankAccount.Transaction', 'Budget', 'Installation', 'PhoneLog', 'Rental.MeterReading'],
      ...['TaskCategory', 'VendorCategory'],
    ].map((name) => [name, nothing]),
  ),
};

const DONE: Readonly<Record<string, ChangeHint['event']>> = {
  Created: 'created',
  Updated: 'updated',
  Deleted: 'deleted',
};

/** The kinds of task that are records here, by what a guest card is. */
function kindOfTask(type: string, form: GuestCardForm): RecordKind | undefined {
  if (type === 'ResidentRequest' || type === 'Todo') return 'work_order';
  return type === 'ContactRequest' && form === 'contact_request' ? 'guest_card' : undefined;
}

const TASK_TYPES: ReadonlySet<unknown> = new Set<wire.TaskType>([
  'ResidentRequest',
  'Todo',
  'ContactRequest',
  'RentalOwnerRequest',
]);

/** What kind of task it is says the event, or else the task. */
async function taskOf(receiving: Receiving): Promise<readonly Touched[]> {
  const { vendor, event } = receiving;
  const [id] = idsIn(receiving, 'TaskId');
  if (id === undefined) return [];
  const told = event.fields['TaskType'];
  const type = TASK_TYPES.has(told)
    ? told
    : (await found<wire.Task>(receiving, (one) => path`v1/tasks/${one}`, id))?.TaskType;
  if (type === undefined) return [];
  if (!TASK_TYPES.has(type)) vendor.circumstances.onDrift('unknown_value', 'webhook.TaskType');
  const kind = kindOfTask(String(type), vendor.settings.guest_card_as);
  return kind === undefined ? [] : [{ kind, id, event: event.done }];
}

/** A work order is known here by its task, which the event does not name. */
async function workOrder(receiving: Receiving): Promise<readonly Touched[]> {
  const [id] = idsIn(receiving, 'WorkOrderId');
  const order = id && (await found<wire.WorkOrder>(receiving, (one) => path`v1/workorders/${one}`, id));
  const task = order ? order.Task?.Id : undefined;
  return task === undefined ? [] : [{ kind: 'work_order', id: String(task), event: 'updated' }];
}

/** An entry is known by its lease as well, which the general ledger names and the event does not. */
async function ledgerEntry(receiving: Receiving): Promise<readonly Touched[]> {
  const [id] = idsIn(receiving, 'TransactionId');
  const transaction =
    id && (await found<wire.Transaction>(receiving, (one) => path`v1/generalledger/transactions/${one}`, id));
  const entry = transaction ? entryId(transaction) : undefined;
  return entry === undefined ? [] : [{ kind: 'ledger_entry', id: entry, event: receiving.event.done }];
}

/**
 * A record that says more than the event does. Undefined where it is gone already or the key may not read it: then the
 * next poll finds the change. Failing the delivery for it would end the subscription after twenty times.
 */
async function found<T>({ vendor }: Receiving, address: (id: string) => string, id: string): Promise<T | undefined> {
  try {
    return await vendor.client.one<T>(address, id);
  } catch (error) {
    if (error instanceof VendorError && error.code === 'misconfigured') return undefined;
    throw error;
  }
}

/** The ids in a field that has one or several; told as drift where there is none. */
function idsIn({ vendor, event }: Receiving, field: string): string[] {
  const given = event.fields[field];
  const ids = (Array.isArray(given) ? given : [given]).map(String).filter(isId);
  if (ids.length === 0) vendor.circumstances.onDrift('missing_field', `webhook.${event.about}.${field}`);
  return ids;
}

/**
 * Reads deliveries; undefined where the connection has no secret to tell them from forged ones. Throws `refused` for what
 * was not signed with it or is too old, and `unavailable` or `rate_limited` where a look-up that the event needs does not
 * get through: Buildium then sends it again. Unknown events are told as drift and say nothing.
 */
export function receiver(vendor: Vendor): Connector['receive'] {
  const { webhook_secret: secret } = vendor.settings;
  if (secret === undefined) return undefined;
  return async (delivery) => {
    const event = eventIn(verified(delivery, secret), vendor);
    if (event === undefined) return [];
    const about = EVENTS[event.about] as About;
    return (await about({ vendor, event })).map(({ kind, id, event: done }) => ({
      ...{ kind, scope: '', id, event: done },
      dedupe_key: `${event.key}:${kind}:${id}`,
    }));
  };
}

/** The one answer to whatever is wrong with a delivery: it does not help to find out what is right. */
function refused(): VendorError {
  return new VendorError('refused', 'This delivery does not come from Buildium for this connection, or is too old.');
}

/** The body of a delivery whose signature and time are right. */
function verified({ headers, body, received_at }: Delivery, secret: string): string {
  const timestamp = headers.get('buildium-webhook-timestamp') ?? '';
  const signature = headers.get('buildium-webhook-signature') ?? '';
  if (!/^\d{1,15}$/.test(timestamp) || body.byteLength > LONGEST_BODY) throw refused();
  const text = new TextDecoder('utf-8').decode(body);
  // What is signed is the body on one line. Whoever passes it on may have laid it out for reading.
  const isRight = [body, new TextEncoder().encode(onOneLine(text))].some((bytes) =>
    isSame(signature, createHmac('sha256', secret).update(`${timestamp}.`).update(bytes).digest('base64')),
  );
  const number = Number(timestamp);
  const sent_at = number >= MILLISECONDS_FROM ? number : number * 1_000;
  const age = received_at - sent_at;
  if (!isRight || age > OLDEST_MS || age < -AHEAD_MS) throw refused();
  return text;
}

/** JSON without blanks between its parts; what stands in quotes is left as it is, and so is the order. */
function onOneLine(json: string): string {
  return json.replace(/("(?:[^"\\]|\\[^])*"?)|\s+/g, '$1');
}

/** Compares without telling by the time it takes how much is right. */
function isSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The message in a body; undefined where it is one of a name that is not known. */
function eventIn(body: string, { circumstances }: Vendor): Event | undefined {
  const fields = fieldsIn(body);
  const name = fields['EventName'];
  if (typeof name !== 'string') throw refused();
  const at = name.lastIndexOf('.');
  const about = name.slice(0, Math.max(0, at));
  const verb = name.slice(at + 1);
  if (!Object.hasOwn(EVENTS, about) || !Object.hasOwn(DONE, verb)) {
    circumstances.onDrift('unknown_value', 'webhook.EventName');
    return undefined;
  }
  const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 32);
  return { about, done: DONE[verb] as ChangeHint['event'], fields, key };
}

function fieldsIn(body: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw refused();
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw refused();
  return value as Record<string, unknown>;
}
