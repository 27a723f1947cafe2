/*
 * Voyager's own records as plain data, as far as they are named in code; mapping rows name the rest by path. What is an
 * attribute on the wire and what an element does not show here. Everything is text.
 */

/** One thing, several, or none at all. */
export type Several<T> = T | readonly T[] | '' | undefined;

export interface WireProperty {
  Code?: string;
  MarketingName?: string;
  AddressLine1?: string;
  AddressLine2?: string;
  AddressLine3?: string;
  City?: string;
  State?: string;
  PostalCode?: string;
  /** First open month, `MM/YYYY`. */
  AccountsReceivable?: string;
}

export interface Identification {
  IDValue?: string;
  IDType?: string;
  OrganizationName?: string;
}

/** `GetResident_Search`: a tenant, who is household and lease in one, with those who live there too. */
export interface Tenant {
  Identification?: Identification & { Status?: string; YardiStatus?: string };
  Name?: PersonName;
  Address?: { Email?: string };
  Phone?: { MobileNumber?: string; HomeNumber?: string; OfficeNumber?: string };
  Lease?:
    { Identification?: Identification; LeaseFromDate?: string; ActualMoveIn?: string; ActualMoveOut?: string } | '';
  OtherOccupants?: Several<Occupant>;
}

export interface Occupant extends Omit<Tenant, 'Identification' | 'OtherOccupants' | 'Lease'> {
  Identification?: Identification & { Relationship?: string };
  ResponsibleForLease?: string;
}

export interface PersonName {
  NamePrefix?: string;
  FirstName?: string;
  MiddleName?: string;
  LastName?: string;
}

/** A prospect, with everything that happened: `Customers/Customer`, `CustomerPreferences`, `Events/Event`. */
export interface Prospect {
  Customers?: { Customer?: Several<Customer> };
  CustomerPreferences?: Preferences | '';
  Events?: { Event?: Several<GuestEvent> } | '';
}

export interface PostalAddress {
  /** `current`, and perhaps others. */
  AddressType?: string;
  AddressLine1?: string;
  AddressLine2?: string;
  City?: string;
  State?: string;
  PostalCode?: string;
}

export interface Customer {
  Type?: string;
  Identification?: Several<Identification>;
  Name?: PersonName;
  Address?: Several<PostalAddress>;
  Phone?: Several<{ PhoneType?: string; PhoneNumber?: string }>;
  Email?: string;
  Lease?: { ExpectedMoveInDate?: string } | '';
}

interface Exact {
  Exact?: string;
}

export interface Preferences {
  TargetMoveInDate?: string;
  DesiredFloorplan?: string;
  DesiredUnit?: Several<{ MarketingName?: string }>;
  DesiredRent?: Exact;
  DesiredNumBedrooms?: Exact;
  DesiredNumBathrooms?: Exact;
  DesiredLeaseTerms?: string;
}

export interface GuestEvent {
  EventType?: string;
  EventDate?: string;
  /** Of shows and appointments, `IDType` is the unit. */
  EventID?: Identification;
  Agent?: { AgentName?: PersonName } | '';
  FirstContact?: string;
  Comments?: string;
  TransactionSource?: string;
}

/** A work order; the fields of `contracts` that are sent back with an edit are those of `SERVICE_REQUEST_FIELDS`. */
export type ServiceRequest = Readonly<Record<string, unknown>> & {
  ServiceRequestId?: string;
  TechnicianNotes?: string;
  CurrentStatus?: string;
  UpdateDate?: string;
};

/** A charge or a payment of a resident's ledger. */
export interface TransactionDetail {
  TransactionID?: string;
  TransactionDate?: string;
  CustomerID?: string;
  UnitID?: string;
  Amount?: string;
  Description?: string;
  Comment?: string;
}
