/* The rows of the books: accounts, transactions, bills. */

export interface GLAccount {
  Id: number;
  AccountNumber: string;
  Name: string;
  Description: string | null;
  Type: 'Asset' | 'Liability' | 'Equity' | 'Income' | 'Expense';
  SubType: string;
  IsDefaultGLAccount: boolean;
  DefaultAccountName: string | null;
  IsContraAccount: boolean;
  IsBankAccount: boolean;
  CashFlowClassification: string | null;
  ExcludeFromCashBalances: boolean;
  SubAccounts: readonly object[];
  IsActive: boolean;
  ParentGLAccountId: number | null;
  IsCreditCardAccount: boolean;
}

export interface TransactionLine {
  GLAccountId: number;
  Amount: number;
  ReferenceNumber: string | null;
  Memo: string | null;
  PropertyId: number | null;
  UnitId: number | null;
}

export type TransactionType =
  | 'Charge'
  | 'Payment'
  | 'ElectronicFundsTransfer'
  | 'ReversePayment'
  | 'ReverseElectronicFundsTransfer'
  | 'UnreversedPayment'
  | 'UnreversedElectronicFundsTransfer'
  | 'Refund'
  | 'ReversedEftRefund'
  | 'Credit'
  | 'ApplyDeposit'
  | 'GeneralJournalEntry'
  | 'Bill'
  | 'Other';

/** A transaction of the general ledger; those of a lease's ledger carry its id. */
export interface Transaction {
  Id: number;
  Date: string;
  TransactionType: TransactionType;
  LeaseId: number | null;
  PayeeTenantId: number | null;
  PaymentMethod: string | null;
  BillId: number | null;
  /** Of a journal entry: the kind of its accounting entity. */
  EntityType: 'Rental' | 'Company';
  Memo: string | null;
  Lines: readonly TransactionLine[];
}

export interface BillLine {
  Id: number;
  EntityId: number;
  EntityType: 'Rental' | 'Company';
  UnitId: number | null;
  GLAccountId: number;
  Amount: number;
  Markup: { Amount: number; Type: 'Percent' | 'Amount' } | null;
  Memo: string | null;
}

export interface Bill {
  Id: number;
  Date: string;
  DueDate: string;
  PaidDate: string | null;
  Memo: string | null;
  VendorId: number;
  WorkOrderId: number | null;
  ReferenceNumber: string | null;
  ApprovalStatus: 'NotNeeded' | 'ApprovalRequired' | 'Approved' | 'Pending' | 'Rejected';
  Lines: readonly BillLine[];
  /** How much of it has been paid, dollars. Not on the wire. */
  Paid: number;
  /** An electronic payment is under way, so that it cannot be changed. Not on the wire. */
  PendingEft: boolean;
}
