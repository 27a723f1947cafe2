import type { Table } from '../shared/table.ts';

/*
 * Voyager's own records, as far as the interfaces show them. Texts as on the wire; empty ones are what it does not know.
 * Times are those of the property's clock.
 */

export interface Property {
  Code: string;
  MarketingName: string;
  AddressLine1: string;
  AddressLine2: string;
  City: string;
  State: string;
  PostalCode: string;
  /** First open month, `MM/YYYY`. */
  AccountsReceivable: string;
  /** Not on the wire: Voyager tells nobody. */
  zone: string;
  /** Interfaces that are not set up for it. */
  without: readonly string[];
}

export interface Unit {
  property: string;
  code: string;
  bedrooms: string;
  bathrooms: string;
  square_feet: string;
  rent: string;
  occupancy: 'occupied' | 'vacant';
  leased: 'leased' | 'available' | 'on_notice' | 'leased_reserved' | 'other';
  /** Made ready, `YYYY-MM-DD`, of units on the market. */
  ready: string;
}

export interface Tenant {
  property: string;
  code: string;
  status: string;
  first: string;
  last: string;
  email: string;
  mobile: string;
  home: string;
  office: string;
  unit: string;
  from: string;
  to: string;
  move_in: string;
  move_out: string;
  rent: string;
}

export interface Occupant {
  property: string;
  code: string;
  tenant: string;
  first: string;
  last: string;
  email: string;
  mobile: string;
  relationship: string;
  signed: boolean;
}

export interface Agent {
  property: string;
  name: string;
  is_active: boolean;
}

export interface Source {
  property: string;
  name: string;
}

export interface TradeVendor {
  VendorId: string;
  VendorName: string;
  PhoneNumber: string;
  Email: string;
  IsInactive: string;
}

export interface ServiceRequest {
  id: number;
  property: string;
  /** By the names of the wire; what is not there is empty. */
  fields: Readonly<Record<string, string>>;
  history: readonly { Type: string; TimeStamp: string }[];
  /** The day that a search goes by: that of the request, or a day beside it by another clock. */
  filed_on: string;
  UpdateDate: string;
}

export interface Prospect {
  property: string;
  code: string;
  third_party: string;
  type: string;
  first: string;
  middle: string;
  last: string;
  /** By the names of the wire. */
  address: Readonly<Record<string, string>>;
  phones: readonly { type: string; number: string }[];
  email: string;
  move_in: string;
  floorplan: string;
  units: readonly string[];
  rent: string;
  bedrooms: string;
  bathrooms: string;
  lease_terms: string;
}

export interface GuestEvent {
  id: number;
  prospect: string;
  type: string;
  date: string;
  unit: string;
  agent: string;
  first_contact: boolean;
  reasons: string;
  comments: string;
  source: string;
}

export interface ChargeType {
  code: string;
  account: string;
}

export interface Transaction {
  id: number;
  kind: 'Charge' | 'Payment';
  property: string;
  tenant: string;
  unit: string;
  date: string;
  amount: string;
  code: string;
  account: string;
  description: string;
  comment: string;
  /** Paid in full. */
  closed: boolean;
}

export interface Offer {
  id: number;
  property: string;
  tenant: string;
  start: string;
  end: string;
  term: string;
  rent: string;
  expires: string;
  selected: boolean;
}

export type YardiTables = {
  properties: Table<Property>;
  units: Table<Unit>;
  tenants: Table<Tenant>;
  occupants: Table<Occupant>;
  agents: Table<Agent>;
  sources: Table<Source>;
  vendors: Table<TradeVendor>;
  requests: Table<ServiceRequest>;
  prospects: Table<Prospect>;
  events: Table<GuestEvent>;
  charge_types: Table<ChargeType>;
  transactions: Table<Transaction>;
  offers: Table<Offer>;
};

/** What a row of a property is known by. */
export const keyOf = (property: string, code: string) => `${property}/${code}`;
