import { type LeaseView, type LeaseWords, leaseView } from '../leasing/lease_view.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';

/** The names that go with the ids of a lease. */
export async function leaseWords(call: Call, found: Found<'lease'>): Promise<LeaseWords> {
  const { record } = found;
  const [property, unit, ...residents] = await Promise.all([
    call.records.linked(found, 'property', record.property_id),
    call.records.linked(found, 'unit', record.unit_id),
    ...record.parties.map(({ resident_id }) => call.records.linked(found, 'resident', resident_id)),
  ]);
  return {
    ref: (id) => call.records.ref(found.connection, found.scope, id),
    today: property === undefined ? new Date(call.now).toISOString().slice(0, 10) : call.today(property),
    property: property?.record.name,
    unit: unit?.record.name,
    residents: new Map(
      residents.flatMap((resident) => (resident === undefined ? [] : [[resident.record.id, resident.record] as const])),
    ),
  };
}

/** A lease with the names that go with its ids. */
export async function viewLease(call: Call, found: Found<'lease'>): Promise<LeaseView> {
  return leaseView(found.record, found.version, await leaseWords(call, found));
}
