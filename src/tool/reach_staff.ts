import type { Paged } from '../approvals/escalations.ts';
import { allowsProperty } from '../grants/grant.ts';
import type { RecordKind, Staff } from '../model/records.ts';
import type { Call } from '../tool.ts';
import { isWriteId } from '../writeback/ids.ts';
import { type Found, propertyOf } from './granted_records.ts';

/*
 * What has to work when nothing else does: who is called, and what a case is about, from the mirror as it is, without
 * the PMS. An id that cannot be looked up never keeps a case from being opened.
 */

/** What a case may be about, the likeliest first: ids of different kinds may be equal. */
const ABOUT: readonly RecordKind[] = [
  'work_order',
  'unit',
  'resident',
  'lease',
  'guest_card',
  'tour',
  'bill',
  'vendor',
];

export interface Meant {
  property?: Found<'property'>;
  record?: Found;
  /** Arguments that name nothing known under the grant. */
  not_found: string[];
}

/** The property and the record of a case, as far as they are known here. */
export async function whatIsMeant(
  call: Call,
  { property_id, record_id }: { property_id?: string | undefined; record_id?: string | undefined },
): Promise<Meant> {
  const named = property_id === undefined ? undefined : await call.records.known('property', property_id);
  const write = record_id !== undefined && isWriteId(record_id) ? await ownWrite(call, record_id) : undefined;
  const record = record_id === undefined || write !== undefined ? undefined : await recordOf(call, record_id, named);
  const property = named ?? (await homeOf(call, record, write));
  const not_found = [
    ...(property_id !== undefined && named === undefined ? ['property_id'] : []),
    ...(record_id !== undefined && record === undefined && write === undefined ? ['record_id'] : []),
  ];
  return { ...(property && { property }), ...(record && { record }), not_found };
}

/** The one record of this id, of any kind; where several kinds have it, one at the named property, else none. */
async function recordOf(call: Call, ref: string, property: Found<'property'> | undefined): Promise<Found | undefined> {
  const found: Found[] = [];
  for (const kind of ABOUT) {
    const one = await call.records.known(kind, ref);
    if (one !== undefined) found.push(one);
  }
  if (found.length <= 1) return found[0];
  const there = found.filter(
    (one) => property !== undefined && propertyOf(one.kind, one.record) === property.record.id,
  );
  return there.length === 1 ? there[0] : undefined;
}

interface WritePlace {
  connection: string;
  scope: string;
  property_id: string | undefined;
}

async function ownWrite(call: Call, writeId: string): Promise<WritePlace | undefined> {
  const row = (await call.writeback.byId(writeId))?.row;
  if (row === undefined || row.organisation !== call.grant.organisation) return undefined;
  const { connection, scope } = row;
  if (!allowsProperty(call.grant, connection, row.property_id ?? undefined)) return undefined;
  return { connection, scope, property_id: row.property_id ?? undefined };
}

async function homeOf(
  call: Call,
  record: Found | undefined,
  write: WritePlace | undefined,
): Promise<Found<'property'> | undefined> {
  const [place, id] =
    record === undefined ? [write, write?.property_id] : [record, propertyOf(record.kind, record.record)];
  if (place === undefined || id === undefined) return undefined;
  return call.records.known('property', call.records.ref(place.connection, place.scope, id));
}

/**
 * Who is called for a property, first to last: the rota of the PMS where the mirror has one, else the configuration's.
 * Where nobody on it works at the property, everybody on it is better than nobody.
 */
export async function rotaFor(call: Call, property: Found<'property'> | undefined): Promise<Paged[]> {
  const connections = property === undefined ? call.records.connections : [property.connection];
  const known = await Promise.all(connections.map((connection) => call.records.allKnown('staff', connection)));
  const fromPms = onCall(
    known.flat().map(({ record }) => record),
    property,
  );
  if (fromPms.length > 0) return fromPms.map(personOf);
  return onCall(
    call.config.staff.map((one) => ({ ...one, is_active: true })),
    property,
  ).map(personOf);
}

type OnCall = Pick<Staff, 'id' | 'name' | 'is_active' | 'property_ids'> & {
  on_call?: number | undefined;
  phone?: string | undefined;
  email?: string | undefined;
};

function onCall(staff: readonly OnCall[], property: Found<'property'> | undefined): OnCall[] {
  const rota = staff
    .filter(({ is_active, on_call }) => is_active && on_call !== undefined)
    .toSorted((a, b) => (a.on_call ?? 0) - (b.on_call ?? 0) || a.id.localeCompare(b.id));
  if (property === undefined) return rota;
  const here = rota.filter(({ property_ids: ids }) => ids.length === 0 || ids.includes(property.record.id));
  return here.length > 0 ? here : rota;
}

function personOf({ id, name, phone, email }: OnCall): Paged {
  return { staff_id: id, name, ...(phone !== undefined && { phone }), ...(email !== undefined && { email }) };
}
