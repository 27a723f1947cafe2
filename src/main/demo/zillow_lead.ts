import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The sample body of Zillow's guide to rental leads, byte for byte; whoever is named in it does not exist. */
const BODY = readFileSync(resolve(import.meta.dirname, 'zillow_rentals_lead.urlencoded'), 'utf8');

/** A lead as Zillow Rentals posts it: form-encoded, everything optional, a day as YYYYMMDD. */
export interface ZillowLead {
  body: string;
  listing_id: string;
  bedrooms: number;
  /** The arguments of `create_guest_card` that it comes to, but for the home that the listing stands for. */
  card: Record<string, unknown>;
}

export function zillowLead(): ZillowLead {
  const form = new URLSearchParams(BODY);
  const text = (name: string) => form.get(name)?.trim() || undefined;
  const bedrooms = Number(text('numBedroomsSought') ?? 0);
  const fields = {
    name: text('name'),
    email: text('email'),
    phone: text('phone'),
    message: text('message'),
    move_in_date: text('movingDate')?.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'),
    ...(bedrooms > 0 && { bedrooms }),
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    body: BODY,
    listing_id: text('listingId') ?? '',
    bedrooms,
    // An inquiry by e-mail is consent to be answered there, and to nothing else.
    card: { ...Object.fromEntries(given), source: 'Zillow', consent: ['email'] },
  };
}
