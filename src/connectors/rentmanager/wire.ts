/*
 * Rent Manager's own records, as far as they are named in code; the mapping rows name the rest by path. Fields that are
 * null are left out on the wire. Names are those of the vendor's reference.
 */

export interface Address {
  Street?: string;
  City?: string;
  State?: string;
  PostalCode?: string;
  IsPrimary?: boolean;
}

export interface PhoneNumber {
  PhoneNumberID?: number;
  PhoneNumberTypeID?: number;
  PhoneNumber?: string;
  Extension?: string;
  IsPrimary?: boolean;
  PhoneNumberType?: { Name?: string };
}

export interface Contact {
  ContactID: number;
  FirstName?: string;
  LastName?: string;
  Email?: string;
  IsPrimary?: boolean;
  ContactType?: { Name?: string };
  PhoneNumbers?: PhoneNumber[];
  UpdateDate?: string;
}

export interface Property {
  PropertyID: number;
  Name?: string;
  Addresses?: Address[];
  PhoneNumbers?: PhoneNumber[];
  PropertyRentChargeTypes?: { ChargeTypeID?: number }[];
}

export interface Unit {
  UnitID: number;
  PropertyID?: number;
  Addresses?: Address[];
  UnitStatuses?: { UnitStatusType?: { Name?: string } }[];
}

export interface LeaseRenewal {
  StartDate?: string;
  EndDate?: string;
}

export interface Lease {
  LeaseID: number;
  TenantID?: number;
  UnitID?: number;
  PropertyID?: number;
  MoveInDate?: string;
  MoveOutDate?: string;
  ExpectedMoveOutDate?: string;
  NoticeDate?: string;
  StartDate?: string;
  EndDate?: string;
  UpdateDate?: string;
  LeaseRenewals?: LeaseRenewal[];
}

export interface RecurringCharge {
  ChargeTypeID?: number;
  UnitID?: number;
  Frequency?: number;
  Amount?: number;
  FromDate?: string;
  ToDate?: string;
}

export interface Tenant {
  TenantID: number;
  PropertyID?: number;
  Name?: string;
  FirstName?: string;
  LastName?: string;
  EvictionID?: number;
  SecurityDepositHeld?: number;
  Contacts?: Contact[];
  Leases?: Lease[];
  RecurringCharges?: RecurringCharge[];
  Charges?: Charge[];
  Payments?: Payment[];
  Credits?: Credit[];
}

export interface Allocation {
  ChargeID?: number;
  PropertyID?: number;
  UnitID?: number;
  Amount?: number;
}

interface Transaction {
  ID: number;
  AccountID?: number;
  AccountType?: string;
  PropertyID?: number;
  UnitID?: number;
  ChargeTypeID?: number;
  Amount?: number;
  TransactionDate?: string;
  Comment?: string;
  UpdateDate?: string;
}
export type Charge = Transaction;

export interface Credit extends Transaction {
  Allocations?: Allocation[];
}

export interface Payment extends Transaction {
  Allocations?: Allocation[];
  PrepayPropertyID?: number;
  /** The day on which it bounced or was taken back. */
  ReversalDate?: string;
}

export interface HistoryNote {
  HistoryID: number;
  ParentID?: number;
  HistoryDate?: string;
  Note?: string;
}

export interface Issue {
  ServiceManagerIssueID: number;
  Title?: string;
  Description?: string;
  StatusID?: number;
  IsClosed?: boolean;
  ScheduledDate?: string;
  AssignedCloseDate?: string;
  UpdateDate?: string;
  LinkedUnits?: { UnitID: number; PropertyID?: number }[];
  LinkedTenants?: { TenantID: number; PropertyID?: number }[];
  LinkedProperties?: { PropertyID: number }[];
  HistoryNotes?: HistoryNote[];
  WorkOrders?: { VendorBillID?: number }[];
}

export interface Prospect {
  ProspectID: number;
  PropertyID?: number;
  FirstName?: string;
  LastName?: string;
  Name?: string;
  UpdateDate?: string;
  CreateDate?: string;
  Contacts?: Contact[];
  InterestedUnits?: { UnitID?: number }[];
  HistoryNotes?: HistoryNote[];
}

export interface Appointment {
  AppointmentID: number;
  ProspectID?: number;
  StartDate?: string;
  EndDate?: string;
  Subject?: string;
  Description?: string;
  UpdateDate?: string;
  AppointmentUsers?: { UserID?: number }[];
}

export interface BillDetail {
  GLAccountID?: number;
  PropertyID?: number;
  UnitID?: number;
  Amount?: number;
  Comment?: string;
}

export interface Bill {
  ID: number;
  AccountID?: number;
  AccountType?: string;
  Reference?: string;
  ReversalDate?: string;
  BillDetails?: BillDetail[];
  VendorWorkOrders?: { ServiceManagerIssueID?: number }[];
}

export interface JournalDetail {
  GLAccountID?: number;
  PropertyID?: number;
  Amount?: number;
  Comment?: string;
}

export interface Journal {
  JournalID: number;
  Reference?: string;
  Comment?: string;
  TransactionDate?: string;
  /** Which set of books it stands in, where it is one alone. */
  Basis?: string;
  /** The day as of which a person took it back. */
  ReversalDate?: string;
  Details?: JournalDetail[];
}
