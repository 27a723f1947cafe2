import type { Address } from '../model/values.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';

/** An address on one line, as one reads it out. */
export function addressLine({ street, street2, city, state, postal_code }: Address): string {
  return `${[street, street2].filter((part) => part).join(', ')}, ${city}, ${state} ${postal_code}`;
}

/** The property of a record; throws `not_found` where the mirror has lost it. */
export async function propertyOfRecord(
  call: Call,
  found: Found<'unit' | 'resident' | 'work_order' | 'guest_card'>,
): Promise<Found<'property'>> {
  return call.records.get('property', call.records.ref(found.connection, found.scope, found.record.property_id));
}

/** The IANA zone of a property, or undefined where none is known; for reads that do without it. */
export function knownZone(call: Call, property: Found<'property'>): string | undefined {
  try {
    return call.zoneOf(property);
  } catch {
    return undefined;
  }
}
