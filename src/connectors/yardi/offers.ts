import type { Lease } from '../../model/records.ts';
import { day, dollarText, wholeNumber, type Place } from '../kit/codecs.ts';
import type { Context } from './context.ts';
import { LEASE_OFFER_ELEMENTS, readUnseen } from './unseen.ts';

type Offer = Lease['renewal_offers'][number];

/** Renewal offers by the code of the tenant. */
export type Offers = ReadonlyMap<string, readonly Offer[]>;

/** Every offer of a property; none where the interface is not licensed. */
export async function readOffers(context: Context, property: string, signal?: AbortSignal): Promise<Offers> {
  const { client, settings } = context;
  const offers = new Map<string, Offer[]>();
  if (!client.licensed.includes('lease_renewals')) return offers;
  const answer = await client.read(
    { service: 'lease_renewals', name: 'GetLeaseOffersByProperty', parameters: { YardiPropertyId: property } },
    signal,
  );
  const at: Place = { ...(await context.circumstances(signal)), path: 'lease.renewal_offers' };
  for (const wire of readUnseen(answer, LEASE_OFFER_ELEMENTS, settings.elements.lease_offer)) {
    const offer = offerOf(wire, at, context.clock());
    if (offer === undefined || wire.household === undefined) at.onDrift('missing_field', at.path);
    else offers.set(wire.household, [...(offers.get(wire.household) ?? []), offer]);
  }
  return offers;
}

export function offersOf(offers: Offers, household: string): Offer[] {
  return [...(offers.get(household) ?? [])];
}

type WireOffer = ReturnType<typeof readUnseen<typeof LEASE_OFFER_ELEMENTS>>[number];

function offerOf(wire: WireOffer, at: Place, now: number): Offer | undefined {
  const [start_date, end_date, expires_on] = [wire.start, wire.end, wire.expires].map((raw) => day.read(raw, at));
  const [term_months, rent] = [wholeNumber.read(wire.term, at), dollarText.read(wire.rent, at)];
  if (wire.id === undefined || start_date === undefined || end_date === undefined || rent === undefined)
    return undefined;
  if (typeof term_months !== 'number') return undefined;
  const today = new Date(now).toISOString().slice(0, 10);
  const isOver = typeof expires_on === 'string' && expires_on < today;
  return {
    id: wire.id,
    start_date: start_date as string,
    end_date: end_date as string,
    term_months,
    rent: rent as number,
    ...(expires_on !== undefined && { expires_on: expires_on as string }),
    status: /^(true|yes|1)$/i.test(wire.selected ?? '') ? 'accepted' : isOver ? 'expired' : 'offered',
  };
}
