/*
 * The rows of the simulator's tables: Buildium's own records, without what Buildium works out when it is asked (a unit's
 * occupancy, a lease's tenants, a work order's status).
 */

export type * from './wire_ledger.ts';

export interface Address {
  AddressLine1: string | null;
  AddressLine2: string | null;
  AddressLine3: string | null;
  City: string | null;
  State: string | null;
  PostalCode: string | null;
  Country: string;
}

export interface PhoneNumber {
  Number: string;
  Type: 'Home' | 'Office' | 'Cell' | 'Fax' | 'Other';
}

export interface Rental {
  Id: number;
  Name: string;
  StructureDescription: string | null;
  IsActive: boolean;
  OperatingBankAccountId: number;
  Reserve: number;
  Address: Address;
  YearBuilt: number | null;
  RentalType: 'Residential';
  RentalSubType: string;
  RentalManager: object | null;
}

export interface PreferredVendors {
  PropertyId: number;
  VendorIds: readonly number[];
}

export interface Unit {
  Id: number;
  PropertyId: number;
  BuildingName: string | null;
  UnitNumber: string;
  Description: string | null;
  MarketRent: number | null;
  Address: Address;
  UnitBedrooms: string;
  UnitBathrooms: string;
  UnitSize: number | null;
}

export interface Listing {
  UnitId: number;
  ListingDate: string;
  Rent: number;
  Deposit: number | null;
  LeaseTerms: string | null;
  AvailableDate: string;
  IsManagedExternally: boolean;
}

export interface Lease {
  Id: number;
  PropertyId: number;
  UnitId: number;
  LeaseFromDate: string;
  LeaseToDate: string | null;
  LeaseType: 'Fixed' | 'FixedWithRollover' | 'AtWill';
  LeaseStatus: 'Active' | 'Past' | 'Future';
  IsEvictionPending: boolean;
  RenewalOfferStatus: string | null;
  AccountDetails: { Rent: number | null; SecurityDeposit: number | null } | null;
  Cosigners: readonly object[];
  AutomaticallyMoveOutTenants: boolean;
  PaymentDueDay: number;
}

/** That a tenant is or was on a lease. */
export interface LeaseTenant {
  LeaseId: number;
  TenantId: number;
  MoveInDate: string | null;
}

export interface MoveOut {
  LeaseId: number;
  TenantId: number;
  MoveOutDate: string;
  NoticeGivenDate: string | null;
}

export interface Renewal {
  Id: number;
  LeaseId: number;
  LeaseToDate: string | null;
  LeaseFromDate: string;
  LeaseType: Lease['LeaseType'];
  Rent: number;
  TenantIds: readonly number[];
}

export interface Tenant {
  Id: number;
  FirstName: string;
  LastName: string;
  Email: string | null;
  AlternateEmail: string | null;
  PhoneNumbers: readonly PhoneNumber[];
  EmergencyContact: object | null;
  DateOfBirth: string | null;
  SMSOptInStatus: string | null;
  Address: Address;
  AlternateAddress: Address | null;
  MailingPreference: string | null;
  Comment: string | null;
  TaxId: string | null;
}

export type TaskType = 'ResidentRequest' | 'Todo' | 'ContactRequest' | 'RentalOwnerRequest';

export interface Task {
  Id: number;
  TaskType: TaskType;
  Title: string;
  Description: string | null;
  CategoryId: number | null;
  SubCategoryId: number | null;
  PropertyId: number | null;
  UnitId: number | null;
  UnitAgreementId: number | null;
  /** A tenant of a resident request, an owner of a rental owner request. */
  RequestedById: number | null;
  ContactDetail: {
    FirstName: string;
    LastName: string | null;
    Email: string | null;
    PhoneNumbers: object | null;
  } | null;
  AssignedToUserId: number | null;
  TaskStatus: 'New' | 'InProgress' | 'Completed' | 'Deferred' | 'Closed';
  Priority: 'Low' | 'Normal' | 'High';
  DueDate: string | null;
  IsEntryPermittedByResident: boolean | null;
  DoesResidentHavePets: boolean | null;
  ResidentEntryNotes: string | null;
}

export interface TaskHistory {
  Id: number;
  TaskId: number;
  TaskStatus: Task['TaskStatus'];
  Priority: Task['Priority'];
  AssignedToUserId: number | null;
  DueDate: string | null;
  Message: string | null;
  SharedWith: readonly string[];
}

export interface TaskCategory {
  Id: number;
  Name: string;
  IsSystemCategory: boolean;
  SubCategories: readonly { Id: number; Name: string }[];
}

export interface WorkOrder {
  Id: number;
  TaskId: number;
  Title: string | null;
  WorkDetails: string | null;
  InvoiceNumber: string | null;
  ChargeableTo: string | null;
  EntryAllowed: 'Unknown' | 'Yes' | 'No';
  EntryNotes: string | null;
  VendorId: number;
  VendorNotes: string | null;
  EntryContactIds: readonly number[];
  LineItems: readonly { GlAccountId: number | null; Quantity: number; UnitPrice: number; Memo: string | null }[];
}

export interface Vendor {
  Id: number;
  IsCompany: boolean;
  IsActive: boolean;
  FirstName: string | null;
  LastName: string | null;
  CompanyName: string | null;
  PrimaryEmail: string | null;
  AlternateEmail: string | null;
  PhoneNumbers: readonly PhoneNumber[];
  Website: string | null;
  CategoryId: number;
  Address: Address | null;
  VendorInsurance: { Provider: string | null; PolicyNumber: string | null; ExpirationDate: string | null } | null;
  Comments: string | null;
  AccountNumber: string | null;
  ExpenseGLAccountId: number | null;
  TaxInformation: object | null;
}

export interface VendorCategory {
  Id: number;
  Name: string;
  IsSystemCategory: boolean;
}

export interface Applicant {
  Id: number;
  PropertyId: number | null;
  UnitId: number | null;
  FirstName: string;
  LastName: string;
  Email: string | null;
  PhoneNumbers: readonly PhoneNumber[];
  Status: string;
  Applications: readonly { Id: number; ApplicationStatus: string; ApplicationSubmittedDateTime: string }[];
}

export interface Note {
  Id: number;
  /** What it is about: `leases/300001`. */
  About: string;
  Note: string;
}

export interface User {
  Id: number;
  UserTypes: readonly string[];
  IsActive: boolean;
  FirstName: string;
  LastName: string;
  Email: string | null;
  PhoneNumbers: readonly PhoneNumber[];
  UserRole: { Id: number; Name: string; Description: string | null; NumberOfUsers: number };
}

export interface PhoneLog {
  Id: number;
  EntityType: 'Vendor' | 'RentalTenant' | 'RentalOwner' | 'AssociationOwner';
  EntityId: number;
  LeaseId: number | null;
  Subject: string;
  Description: string;
  CallDateTime: string;
}

/** What the account as a whole has, in one row of id 1. */
export interface Account {
  Id: 1;
  AccountId: number;
  CompanyName: string;
  LockDate: string | null;
  LockOverrides: readonly { PropertyId: number; LockDate: string }[];
  /** Beginnings of paths that the API key has no permission for. */
  DeniedPaths: readonly string[];
  /** The API key may only read. */
  IsReadOnly: boolean;
}
