/*
 * AppFolio's own records, as far as they are named in code; the mapping rows name the rest by path. Names are those of
 * the Database API v0: of requests where answers were not seen.
 */

export interface Hideable {
  Id: string;
  /** Set on what is hidden; the API has no other way to delete. */
  HiddenAt?: string | null;
  LastUpdatedAt?: string;
  /** Address of the record in the web application; its number is what reports know it by. */
  Link?: string | null;
}

export interface Unit extends Hideable {
  PropertyId?: string;
  Status?: string | null;
  CurrentOccupancyId?: string | null;
}

export interface Tenant extends Hideable {
  OccupancyId?: string | null;
  PropertyId?: string | null;
  UnitId?: string | null;
  FirstName?: string | null;
  LastName?: string | null;
  Status?: string;
  PrimaryTenant?: boolean | null;
  TenantType?: string | null;
  MoveInOn?: string | null;
  MoveOutOn?: string | null;
}

export interface Lease extends Hideable {
  OccupancyId?: string;
  StartOn?: string | null;
  EndOn?: string | null;
  SignedOn?: string | null;
  RenewedOn?: string | null;
  IsMtm?: boolean | null;
}

export interface RenewalPricing {
  LeaseId?: string;
  StartDate?: string;
  /** Dollars as a number, unlike most money of this API. */
  Price?: number;
  /** Months. */
  LeaseTerm?: number;
}

export interface RecurringCharge extends Hideable {
  OccupancyId?: string;
  GlAccountId?: string;
  /** Dollars as a number, unlike most money of this API. */
  Amount?: number;
  Frequency?: string;
  StartDate?: string;
  EndDate?: string | null;
  Description?: string | null;
}

export interface User extends Hideable {
  FirstName?: string | null;
  LastName?: string | null;
  Name?: string | null;
  Email?: string | null;
  Roles?: readonly unknown[] | null;
}

export interface Estimate {
  VendorId?: string | null;
  ManagementCompanyAsVendor?: boolean;
  /** Dollars as a number, unlike most money of this API. */
  Amount?: number;
  Status?: string;
  EstimateReceivedDate?: string | null;
}

export interface WorkOrder extends Hideable {
  PropertyId?: string;
  OccupancyId?: string | null;
  Description?: string | null;
  AssignedUsers?: readonly unknown[] | null;
  Estimates?: readonly Estimate[] | null;
  ScheduledStart?: string | null;
  ScheduledEnd?: string | null;
}

export interface Lead extends Hideable {
  GuestCardId?: string | null;
  PropertyId?: string;
  FirstName?: string | null;
  LastName?: string | null;
  Email?: string | null;
  UnitIds?: readonly string[] | null;
  RentalApplicationId?: string | null;
}

export interface Showing extends Hideable {
  LeadId?: string;
  UnitId?: string;
  StartAt?: string;
  Status?: string | null;
}

export interface GlAccount {
  Id: string;
  Name?: string;
  AccountName?: string;
  Type?: string;
  AccountType?: string;
  HiddenAt?: string | null;
}

export interface Charge {
  Id: string;
  OccupancyId?: string;
  GlAccountId?: string;
  AmountDue?: string;
  ChargedOn?: string;
  Description?: string | null;
  PropertyId?: string;
}

export interface BillLine {
  GlAccountId?: string;
  Amount?: string;
  Description?: string | null;
  PropertyId?: string | null;
  UnitId?: string | null;
}

export interface Bill extends Hideable {
  PropertyId?: string;
  VendorId?: string;
  Reference?: string | null;
  LineItems?: readonly BillLine[] | null;
}

export interface JournalLine {
  GlAccountId?: string;
  Debit?: string | null;
  Credit?: string | null;
  Description?: string | null;
}

export interface JournalEntry extends Hideable {
  PropertyId?: string;
  EntryDate?: string;
  Remarks?: string | null;
  LineItems?: readonly JournalLine[] | null;
}
