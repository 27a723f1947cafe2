import type { Table } from '../shared/table.ts';

/**
 * A row as Rent Manager has it. Fields that begin with `$` are its own affair and never go over the wire; what is null
 * is not there.
 */
export type Row = { readonly [field: string]: unknown };

/** What a field of a resource is. Dates with `audit` are Rent Manager's own and carry an offset. */
export type FieldType = 'integer' | 'text' | 'decimal' | 'flag' | 'date' | 'audit' | 'list' | 'object';

export interface Resource {
  /** Table and first part of the address. */
  name: string;
  key: string;
  fields: Readonly<Record<string, FieldType>>;
  /** Fields that cannot be written. */
  read_only?: readonly string[];
  /** Fields that a new record must have. */
  required?: readonly string[];
  /** Fields that name rows of another table. */
  refers?: Readonly<Record<string, string>>;
  /** Carries a number that has to come back with a change; the others go by the date of the last change. */
  counted?: true;
  /** Nobody changes it over the API. */
  fixed?: true;
  /** Rows are found by these without looking at all. */
  indexes?: readonly string[];
}

const AUDIT = { CreateDate: 'audit', UpdateDate: 'audit' } as const;
const NAMED = { Name: 'text', Description: 'text', SortOrder: 'integer', IsActive: 'flag' } as const;

const lookUp = (name: string, key: string): Resource => ({
  name,
  key,
  fixed: true,
  fields: { [key]: 'integer', ...NAMED },
});

const MONEY = {
  ID: 'integer',
  AccountID: 'integer',
  AccountType: 'text',
  Reference: 'text',
  Comment: 'text',
  Amount: 'decimal',
  TransactionDate: 'date',
} as const;
const PLACE = { PropertyID: 'integer', UnitID: 'integer' } as const;
const PLACED = { PropertyID: 'Properties', UnitID: 'Units' } as const;

const HISTORY = {
  HistoryID: 'integer',
  ParentID: 'integer',
  EntityType: 'text',
  HistoryDate: 'date',
  Note: 'text',
} as const;

/** The resources, with the fields that are simulated; any other field is refused. */
export const RESOURCES: readonly Resource[] = [
  { ...lookUp('Locations', 'LocationID') },
  {
    ...{ name: 'Properties', key: 'PropertyID', counted: true, fixed: true },
    fields: {
      PropertyID: 'integer',
      Name: 'text',
      ShortName: 'text',
      IsActive: 'flag',
      ConcurrencyID: 'integer',
      ...AUDIT,
    },
  },
  {
    ...{ name: 'Units', key: 'UnitID', fixed: true, indexes: ['PropertyID'] },
    fields: {
      ...{ UnitID: 'integer', PropertyID: 'integer', Name: 'text', Bedrooms: 'decimal', Bathrooms: 'decimal' },
      ...{ SquareFootage: 'integer', Comment: 'text', ...AUDIT },
    },
  },
  {
    ...{ name: 'Tenants', key: 'TenantID', fixed: true, indexes: ['PropertyID'] },
    fields: {
      ...{ TenantID: 'integer', PropertyID: 'integer', Name: 'text', FirstName: 'text', LastName: 'text' },
      ...{ Status: 'text', EvictionID: 'integer', Comment: 'text', ...AUDIT },
    },
  },
  {
    ...{ name: 'Contacts', key: 'ContactID', indexes: ['ParentID'] },
    fields: {
      ...{ ContactID: 'integer', ParentID: 'integer', ParentType: 'text', FirstName: 'text', LastName: 'text' },
      ...{ Email: 'text', DateOfBirth: 'date', IsPrimary: 'flag', PhoneNumbers: 'list', ...AUDIT },
    },
    read_only: ['ParentID', 'ParentType'],
  },
  {
    ...{ name: 'Leases', key: 'LeaseID', indexes: ['TenantID', 'UnitID'] },
    fields: {
      ...{ LeaseID: 'integer', TenantID: 'integer', MoveInDate: 'date', MoveOutDate: 'date' },
      ...{ ExpectedMoveOutDate: 'date', NoticeDate: 'date', IsMoveOutConfirmed: 'flag', ...PLACE, ...AUDIT },
    },
    refers: { TenantID: 'Tenants', ...PLACED },
  },
  {
    ...{ name: 'LeaseRenewals', key: 'LeaseRenewalID', fixed: true, indexes: ['ParentLeaseID'] },
    fields: { LeaseRenewalID: 'integer', ParentLeaseID: 'integer', StartDate: 'date', EndDate: 'date', ...AUDIT },
  },
  {
    ...{ name: 'RecurringCharges', key: 'RecurringChargeID', fixed: true, indexes: ['EntityKeyID'] },
    fields: {
      ...{ RecurringChargeID: 'integer', EntityType: 'text', EntityKeyID: 'integer', UnitID: 'integer' },
      ...{
        Frequency: 'integer',
        ChargeTypeID: 'integer',
        Amount: 'decimal',
        FromDate: 'date',
        ToDate: 'date',
        ...AUDIT,
      },
    },
  },
  {
    ...{ name: 'Users', key: 'UserID', fixed: true },
    fields: {
      ...{ UserID: 'integer', Username: 'text', Firstname: 'text', Lastname: 'text', Name: 'text', Email: 'text' },
      ...{ IsActive: 'flag', IsLeasingAgent: 'flag', IsRmServiceUser: 'flag' },
    },
  },
  {
    ...{ name: 'Vendors', key: 'VendorID', fixed: true },
    fields: {
      ...{ VendorID: 'integer', Name: 'text', Category: 'text', IsActive: 'flag', InsuranceExpiration: 'date' },
      ...{ WorkersCompExpiration: 'date', Comment: 'text', PhoneNumbers: 'list', ...AUDIT },
    },
  },
  lookUp('ServiceManagerStatuses', 'ServiceManagerStatusID'),
  lookUp('ServiceManagerPriorities', 'ServiceManagerPriorityID'),
  lookUp('ServiceManagerCategories', 'ServiceManagerCategoryID'),
  lookUp('LeadSources', 'LeadSourceID'),
  lookUp('ProspectStages', 'ProspectStageID'),
  lookUp('ProspectLostReasons', 'ProspectLostReasonID'),
  {
    ...{ name: 'ServiceManagerIssues', key: 'ServiceManagerIssueID', required: ['Title'] },
    fields: {
      ...{ ServiceManagerIssueID: 'integer', Title: 'text', Description: 'text', Resolution: 'text' },
      ...{ CategoryID: 'integer', StatusID: 'integer', PriorityID: 'integer', IsClosed: 'flag', CloseDate: 'audit' },
      ...{ AssignedOpenDate: 'date', AssignedCloseDate: 'date', DueDate: 'date', ScheduledDate: 'date' },
      ...{ VendorID: 'integer', AssignedToUserID: 'integer', IsAllowedToEnter: 'flag', HasPets: 'flag', ...AUDIT },
    },
    read_only: ['CloseDate'],
    refers: {
      ...{ CategoryID: 'ServiceManagerCategories', StatusID: 'ServiceManagerStatuses' },
      ...{ PriorityID: 'ServiceManagerPriorities', VendorID: 'Vendors', AssignedToUserID: 'Users' },
    },
  },
  {
    ...{ name: 'ServiceManagerIssueWorkOrders', key: 'ServiceManagerIssueWorkOrderID', fixed: true },
    indexes: ['ServiceManagerIssueID', 'VendorBillID'],
    fields: {
      ...{ ServiceManagerIssueWorkOrderID: 'integer', ServiceManagerIssueID: 'integer', VendorBillID: 'integer' },
      ...{ Description: 'text' },
    },
  },
  {
    ...{ name: 'HistoryNotes', key: 'HistoryID', indexes: ['ParentID'], required: ['ParentID', 'Note'] },
    fields: { ...HISTORY, ...AUDIT },
    read_only: ['EntityType'],
  },
  {
    ...{ name: 'Prospects', key: 'ProspectID', required: ['Contacts', 'PropertyID', 'LastName'] },
    indexes: ['PropertyID'],
    fields: {
      ...{ ProspectID: 'integer', PropertyID: 'integer', FirstName: 'text', LastName: 'text', Comment: 'text' },
      ...{ LeadSourceID: 'integer', LeasingAgentID: 'integer', ProspectStatus: 'text' },
      ...{ CurrentProspectStageID: 'integer', ProspectLostReasonID: 'integer', MoveInDate: 'date' },
      ...{ PeopleCount: 'integer', RentMin: 'integer', RentMax: 'integer', NextContact: 'date' },
      ...{ Contacts: 'list', InterestedUnits: 'list', ...AUDIT },
    },
    read_only: ['ProspectStatus', 'NextContact'],
    refers: {
      ...{ PropertyID: 'Properties', LeadSourceID: 'LeadSources', LeasingAgentID: 'Users' },
      ...{ CurrentProspectStageID: 'ProspectStages', ProspectLostReasonID: 'ProspectLostReasons' },
    },
  },
  {
    ...{ name: 'Appointments', key: 'AppointmentID', required: ['StartDate', 'EndDate', 'Subject'] },
    fields: {
      ...{ AppointmentID: 'integer', ProspectID: 'integer', TenantID: 'integer', StartDate: 'date', EndDate: 'date' },
      ...{ Subject: 'text', Description: 'text', AppointmentUsers: 'list', ...AUDIT },
    },
    refers: { ProspectID: 'Prospects', TenantID: 'Tenants' },
  },
  {
    ...{ name: 'GLAccounts', key: 'GLAccountID', fixed: true },
    fields: {
      ...{ GLAccountID: 'integer', Name: 'text', Reference: 'text', GLAccountType: 'text' },
      ...{ IsActive: 'flag', IsParent: 'flag', ...AUDIT },
    },
  },
  {
    ...{ name: 'ChargeTypes', key: 'ChargeTypeID', counted: true, fixed: true },
    fields: {
      ChargeTypeID: 'integer',
      Name: 'text',
      GLAccountID: 'integer',
      IsActive: 'flag',
      ConcurrencyID: 'integer',
    },
  },
  {
    ...{ name: 'SecurityDepositTypes', key: 'SecurityDepositTypeID', fixed: true },
    fields: { SecurityDepositTypeID: 'integer', ChargeTypeID: 'integer', Description: 'text' },
  },
  {
    ...{ name: 'Charges', key: 'ID', indexes: ['AccountID'], read_only: ['AccountType'] },
    required: ['AccountID', 'ChargeTypeID', 'Amount', 'TransactionDate', 'PropertyID'],
    fields: { ...MONEY, ...PLACE, ChargeTypeID: 'integer', ...AUDIT },
    refers: { AccountID: 'Tenants', ChargeTypeID: 'ChargeTypes', ...PLACED },
  },
  {
    ...{ name: 'Payments', key: 'ID', indexes: ['AccountID'], fixed: true },
    fields: { ...MONEY, PrepayPropertyID: 'integer', ReversalDate: 'date', Allocations: 'list', ...AUDIT },
  },
  {
    ...{ name: 'Credits', key: 'ID', indexes: ['AccountID'], read_only: ['Reference'] },
    required: ['AccountID', 'ChargeTypeID', 'Amount', 'TransactionDate', 'PropertyID'],
    fields: { ...MONEY, ...PLACE, ChargeTypeID: 'integer', Allocations: 'list', ...AUDIT },
    refers: { AccountID: 'Tenants', ChargeTypeID: 'ChargeTypes', ...PLACED },
  },
  {
    ...{ name: 'Bills', key: 'ID', counted: true, indexes: ['AccountID'] },
    required: ['AccountID', 'AccountType', 'Amount', 'TransactionDate', 'DueDate', 'BillDetails'],
    fields: {
      ...{ ...MONEY, PostDate: 'date', DueDate: 'date', AmountAllocated: 'decimal', IsApproved: 'flag' },
      ...{ ReversalDate: 'date', BillDetails: 'list', ConcurrencyID: 'integer', ...AUDIT },
    },
    read_only: ['AmountAllocated'],
  },
  {
    ...{ name: 'Journals', key: 'JournalID', counted: true, required: ['TransactionDate', 'Details'] },
    fields: {
      ...{ JournalID: 'integer', Comment: 'text', Reference: 'text', TransactionDate: 'date', Details: 'list' },
      ...{ Basis: 'text', ReversalDate: 'date', ConcurrencyID: 'integer', ...AUDIT },
    },
  },
];

const BY_NAME = new Map(RESOURCES.map((one) => [one.name, one]));

export function resourceNamed(name: string): Resource {
  const found = BY_NAME.get(name);
  if (found === undefined) throw new RangeError(`no resource ${name}`);
  return found;
}

/** Sign-ins that are alive or were, beside the resources. */
export const TOKENS = 'Tokens';

/** Resources for which the user lacks the privilege, by `Name`. */
export const DENIED = 'Denied';

export type RentManagerTables = { readonly [name: string]: Table<Row> };

export function numberIn(row: Row, field: string): number | undefined {
  const value = row[field];
  return typeof value === 'number' ? value : undefined;
}

export function textIn(row: Row, field: string): string | undefined {
  const value = row[field];
  return typeof value === 'string' ? value : undefined;
}

export function listIn(row: Row, field: string): readonly Row[] {
  const value = row[field];
  return Array.isArray(value) ? (value as Row[]) : [];
}
