import * as z from 'zod/v4';
import { appendAudit } from '../audit/audit.ts';
import { type AvailabilityCriteria, availableUnits, DEFAULT_OCCUPANCY } from '../leasing/availability.ts';
import { formatAmount } from '../model/money.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import { addressLine } from './place_view.ts';

/** A unit that may be offered, as results show it. */
export const OfferView = z.object({
  unit_id: z.string(),
  unit: z.string(),
  property_id: z.string(),
  property: z.string(),
  address: z.string(),
  floor: z.number().optional(),
  bedrooms: z.number().optional(),
  bathrooms: z.number().optional(),
  square_feet: z.number().optional(),
  rent: z.string().optional(),
  available_on: z.string().optional(),
  next_tours: z.array(z.object({ slot_id: z.string(), spoken: z.string() })).optional(),
});

/** What may be asked for. There is nothing in it about who asks, so the answer cannot depend on it. */
export interface Wanted extends Omit<AvailabilityCriteria, 'property_id' | 'like_unit'> {
  property?: Found<'property'> | undefined;
  like_unit?: Found<'unit'> | undefined;
}

export interface Offer {
  unit: Found<'unit'>;
  property: Found<'property'>;
}

export interface Offers {
  offers: Offer[];
  /** Units on the market that could not be judged because the PMS does not say what was asked. */
  not_known: number;
  criteria_digest: string;
}

const PAGE = 500;

/** Everything that is free for the criteria, in the order in which it is offered to everyone. */
export async function offersFor(call: Call, { property, like_unit, ...criteria }: Wanted): Promise<Offers> {
  const only = (property ?? like_unit)?.connection;
  const all: Offers = { offers: [], not_known: 0, criteria_digest: '' };
  for (const connection of call.records.connections.filter((id) => only === undefined || id === only)) {
    const property_ids = property && [property.record.id];
    const [units, leases, properties] = await Promise.all([
      every(call, 'unit', { connection, status: ['vacant', 'notice'], ...(property_ids && { property_ids }) }),
      every(call, 'lease', { connection, status: ['future'], ...(property_ids && { property_ids }) }),
      every(call, 'property', { connection }),
    ]);
    const answer = availableUnits(
      units.map(({ record }) => record),
      properties.map(({ record }) => record),
      {
        ...criteria,
        ...(property !== undefined && { property_id: property.record.id }),
        ...(like_unit !== undefined && { like_unit: like_unit.record }),
      },
      {
        occupancy: { ...DEFAULT_OCCUPANCY, per_bedroom: call.config.leasing.occupants_per_bedroom },
        leased_unit_ids: new Set(leases.map(({ record }) => record.unit_id)),
      },
    );
    const unitOf = new Map(units.map((unit) => [unit.record, unit]));
    const propertyOf = new Map(properties.map((one) => [one.record.id, one]));
    for (const record of answer.units) {
      const [unit, home] = [unitOf.get(record), propertyOf.get(record.property_id)];
      if (unit !== undefined && home !== undefined) all.offers.push({ unit, property: home });
    }
    all.not_known += answer.not_known;
    all.criteria_digest = answer.criteria_digest;
  }
  all.offers.sort((a, b) => (a.unit.record.market_rent ?? Infinity) - (b.unit.record.market_rent ?? Infinity));
  return all;
}

/** Every match, however many: an answer that left some out would not be the same for everyone. */
async function every<K extends 'unit' | 'lease' | 'property'>(
  call: Call,
  kind: K,
  where: { connection: string; status?: string[]; property_ids?: string[] },
): Promise<Found<K>[]> {
  const found: Found<K>[] = [];
  let cursor: string | undefined;
  do {
    const page = await call.records.list(kind, where, { limit: PAGE, ...(cursor !== undefined && { cursor }) });
    found.push(...page.records);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return found;
}

/**
 * Enters what was asked and what was answered in the audit log, before the answer is given: it is the evidence that two
 * prospects with the same criteria were told the same.
 */
export async function recordAnswer(
  call: Call,
  criteria: Record<string, unknown>,
  { criteria_digest, offers }: Offers,
  shown: readonly string[],
): Promise<void> {
  await call.store.transaction((trx) =>
    appendAudit(trx, call.keyring, [
      {
        at: call.now,
        actor: call.grant.principal,
        action: 'availability.answered',
        subject: criteria_digest,
        outcome: `${offers.length} units`,
        payload: { criteria, criteria_digest, unit_ids: shown },
      },
    ]),
  );
}

export function offerView({ unit, property }: Offer): z.infer<typeof OfferView> {
  const { record } = unit;
  return {
    unit_id: unit.ref,
    unit: record.name,
    property_id: property.ref,
    property: property.record.name,
    address: addressLine(record.address ?? property.record.address),
    ...(record.floor !== undefined && { floor: record.floor }),
    ...(record.bedrooms !== undefined && { bedrooms: record.bedrooms }),
    ...(record.bathrooms !== undefined && { bathrooms: record.bathrooms }),
    ...(record.square_feet !== undefined && { square_feet: record.square_feet }),
    ...(record.market_rent !== undefined && { rent: formatAmount(record.market_rent) }),
    ...(record.available_on !== undefined && { available_on: record.available_on }),
  };
}
