import type { XmlNode } from '../kit/xml.ts';
import { listed, plainOf } from '../kit/xml_values.ts';

/*
 * Answers that no source shows. The names below are inferred from how the same things are called elsewhere in the
 * interfaces; a connection may name others under `elements`. Nothing else in this folder rests on them.
 */

/** How a record is called in an answer, and its fields. Of several names the first that is there counts. */
export type Elements = Readonly<Record<string, string | readonly string[]>>;

export const VENDOR_ELEMENTS = {
  record: 'Vendor',
  id: ['VendorId', 'VendorID', 'VendorCode', 'Code'],
  name: ['VendorName', 'CompanyName', 'Name', 'VendorLastName', 'LastName'],
  phone: ['PhoneNumber', 'Phone1', 'OfficePhone', 'Phone'],
  email: ['Email', 'EmailAddress'],
  inactive: ['IsInactive', 'Inactive'],
} as const satisfies Elements;

export const LEASE_OFFER_ELEMENTS = {
  record: ['LeaseOfferTerm', 'LeaseOffer', 'Offer'],
  id: ['RenewalId', 'LeaseOfferTermId', 'Id'],
  household: ['ResidentCode', 'TenantCode'],
  start: ['LeaseFromDate', 'StartDate', 'FromDate'],
  end: ['LeaseToDate', 'EndDate', 'ToDate'],
  term: ['Term', 'LeaseTerm'],
  rent: ['Rent', 'OfferRent', 'MonthlyRent'],
  expires: ['ExpirationDate', 'ExpireDate'],
  selected: ['Selected', 'IsSelected'],
} as const satisfies Elements;

/** What an interface is to be given for the offer that was selected before, where there was none. */
export const NO_PRIOR_SELECTION = '0';

type Read<E extends Elements> = { readonly [K in Exclude<keyof E, 'record'>]?: string };

/** Every record below an answer, by the names that are known for its fields. */
export function readUnseen<E extends Elements>(
  answer: XmlNode | undefined,
  known: E,
  given: Readonly<Record<string, string | undefined>> | undefined,
): Read<E>[] {
  if (answer === undefined) return [];
  const named_here = Object.entries(given ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const elements: Elements = { ...known, ...Object.fromEntries(named_here) };
  const records = named(answer, listed<string>(elements['record']));
  return records.map((record) => {
    const plain = plainOf(record) as Record<string, unknown>;
    const fields = Object.entries(elements).flatMap(([field, names]) => {
      const value = listed<string>(names)
        .map((name) => plain[name])
        .find((one) => typeof one === 'string' && one.trim() !== '');
      return value === undefined || field === 'record' ? [] : [[field, value as string] as const];
    });
    return Object.fromEntries(fields) as Read<E>;
  });
}

function named(node: XmlNode, names: readonly string[]): XmlNode[] {
  return node.children.flatMap((one) => (names.includes(one.name) ? [one] : named(one, names)));
}

/** Names of elements in an answer, for whoever has to say which of them are the right ones. No values. */
export function namesIn(answer: XmlNode, most = 40): string[] {
  const names = new Set<string>();
  const visit = (node: XmlNode): void => {
    for (const one of node.children) {
      if (names.size < most) names.add(one.name);
      visit(one);
    }
  };
  visit(answer);
  return [...names];
}
