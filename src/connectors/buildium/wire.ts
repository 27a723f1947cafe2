/*
 * Buildium's own records, as far as they are named in code; the mapping rows name the rest by path. Names are those of
 * the Open API v1.
 */

export type TaskType = 'ResidentRequest' | 'Todo' | 'ContactRequest' | 'RentalOwnerRequest';

export interface Task {
  Id: number;
  TaskType?: TaskType;
  Title: string;
  Description?: string;
  Category?: { Id?: number; SubCategory?: { Id?: number } | null } | null;
  Property?: { Id?: number; Type?: string } | null;
  UnitId?: number | null;
  UnitAgreement?: { Id?: number; Type?: string } | null;
  RequestedByUserEntity?: { Type?: string; Id?: number; FirstName?: string; LastName?: string } | null;
  AssignedToUserId?: number | null;
  TaskStatus: string;
  Priority: string;
  DueDate?: string | null;
}

/** The kind of task that somebody from outside asks something with. */
export interface ContactRequest extends Task {
  ContactDetail?: {
    FirstName?: string | null;
    LastName?: string | null;
    Email?: string | null;
    PhoneNumbers?: { Home?: string | null; Work?: string | null; Mobile?: string | null } | null;
  } | null;
}

export interface Applicant {
  Id: number;
  PropertyId?: number | null;
  UnitId?: number | null;
  FirstName?: string | null;
  LastName?: string | null;
  Email?: string | null;
  PhoneNumbers?: { Number?: string | null; Type?: string }[] | null;
  Applications?: { ApplicationSubmittedDateTime?: string }[] | null;
  LastUpdatedDateTime?: string | null;
}

/** A note on an applicant. */
export interface Note {
  Id: number;
  Note?: string | null;
  LastUpdatedByUser?: {
    FirstName?: string | null;
    LastName?: string | null;
    UpdatedDateTime?: string | null;
  } | null;
}

export interface TaskHistory {
  Id: number;
  Message?: string | null;
  SharedWith?: string[];
  /** Spelled so on the wire. */
  CreatedDateTIme?: string;
  CreatedByUser?: { FirstName?: string; LastName?: string } | null;
}

export interface WorkOrder {
  Id: number;
  Task?: { Id?: number } | null;
  Title?: string | null;
  WorkDetails?: string | null;
  InvoiceNumber?: string | null;
  ChargeableTo?: string | null;
  EntryAllowed?: string;
  EntryNotes?: string | null;
  VendorId?: number;
  VendorNotes?: string | null;
  EntryContacts?: { Id?: number }[] | null;
  BillTransactionIds?: number[] | null;
  LineItems?: { GlAccountId?: number | null; Quantity?: number; UnitPrice?: number; Memo?: string }[] | null;
}

export interface Tenant {
  Id: number;
  FirstName?: string;
  LastName?: string;
  Leases?: Lease[] | null;
}

export interface Lease {
  Id: number;
  PropertyId?: number;
  UnitId?: number;
  UnitNumber?: string;
  LeaseStatus?: string;
  LeaseFromDate?: string;
  LeaseToDate?: string | null;
  TermType?: string;
  LeaseType?: string;
  IsEvictionPending?: boolean;
  AccountDetails?: { Rent?: number | null; SecurityDeposit?: number | null } | null;
  CurrentTenants?: { FirstName?: string; LastName?: string }[] | null;
  Tenants?: { Id: number; Status?: string; MoveInDate?: string | null }[] | null;
  MoveOutData?: { TenantId: number; MoveOutDate?: string; NoticeGivenDate?: string | null }[] | null;
}

export interface JournalLine {
  GLAccount?: { Id?: number; IsBankAccount?: boolean; DefaultAccountName?: string } | null;
  Amount?: number;
  IsCashPosting?: boolean;
  Memo?: string;
  AccountingEntity?: { Id?: number; AccountingEntityType?: string; Unit?: { Id?: number } | null } | null;
}

export interface Transaction {
  Id: number;
  Date?: string;
  /** The words of the enumeration; leases' transactions have them in `TransactionTypeEnum`. */
  TransactionType?: string;
  TransactionTypeEnum?: string;
  TotalAmount?: number;
  LeaseId?: number;
  UnitAgreement?: { Id?: number; Type?: string } | null;
  Journal?: { Memo?: string; Lines?: JournalLine[] | null } | null;
}

export interface Bill {
  Id: number;
  Date?: string;
  VendorId?: number;
  ReferenceNumber?: string | null;
  PaidDate?: string | null;
  Memo?: string | null;
  Lines?:
    | {
        AccountingEntity?: { Id?: number; Unit?: { Id?: number } | null } | null;
        GLAccount?: { Id?: number } | null;
        Amount?: number;
        Memo?: string;
      }[]
    | null;
}
