import type { Desk } from '../shared/vendor.ts';
import type * as Wire from './wire.ts';

/** Where the ids of each kind begin, far enough apart that an id of one kind is none of another. */
export const FIRST_ID = {
  rental: 1_001,
  unit: 20_001,
  lease: 200_001,
  tenant: 400_001,
  cosigner: 700_001,
  user: 801,
  vendor: 3_001,
  vendorCategory: 101,
  taskCategory: 151,
  task: 800_001,
  history: 1_000_001,
  workOrder: 900_001,
  applicant: 600_001,
  application: 650_001,
  glAccount: 5_001,
  transaction: 2_000_001,
  billLine: 6_000_001,
  renewal: 7_000_001,
  note: 7_500_001,
  phoneLog: 8_000_001,
} as const;
export type NumberedKind = keyof typeof FIRST_ID;

/** Empty tables. */
export function makeTables({ table }: Desk) {
  return {
    account: table<Wire.Account>({ name: 'account', id: ({ Id }) => Id }),
    rentals: table<Wire.Rental>({ name: 'rentals', id: ({ Id }) => Id }),
    preferredVendors: table<Wire.PreferredVendors>({ name: 'preferredVendors', id: ({ PropertyId }) => PropertyId }),
    units: table<Wire.Unit>({ name: 'units', id: ({ Id }) => Id, indexes: { rental: (row) => row.PropertyId } }),
    listings: table<Wire.Listing>({ name: 'listings', id: ({ UnitId }) => UnitId }),
    leases: table<Wire.Lease>({ name: 'leases', id: ({ Id }) => Id, indexes: { unit: (row) => row.UnitId } }),
    leaseTenants: table<Wire.LeaseTenant>({
      name: 'leaseTenants',
      id: ({ LeaseId, TenantId }) => `${LeaseId}/${TenantId}`,
      indexes: { lease: (row) => row.LeaseId, tenant: (row) => row.TenantId },
    }),
    moveOuts: table<Wire.MoveOut>({
      name: 'moveOuts',
      id: ({ LeaseId, TenantId }) => `${LeaseId}/${TenantId}`,
      indexes: { lease: (row) => row.LeaseId },
    }),
    renewals: table<Wire.Renewal>({ name: 'renewals', id: ({ Id }) => Id, indexes: { lease: (row) => row.LeaseId } }),
    tenants: table<Wire.Tenant>({ name: 'tenants', id: ({ Id }) => Id }),
    tasks: table<Wire.Task>({ name: 'tasks', id: ({ Id }) => Id }),
    history: table<Wire.TaskHistory>({ name: 'history', id: ({ Id }) => Id, indexes: { task: (row) => row.TaskId } }),
    taskCategories: table<Wire.TaskCategory>({ name: 'taskCategories', id: ({ Id }) => Id }),
    workOrders: table<Wire.WorkOrder>({
      name: 'workOrders',
      id: ({ Id }) => Id,
      indexes: { task: (row) => row.TaskId },
    }),
    vendors: table<Wire.Vendor>({ name: 'vendors', id: ({ Id }) => Id }),
    vendorCategories: table<Wire.VendorCategory>({ name: 'vendorCategories', id: ({ Id }) => Id }),
    applicants: table<Wire.Applicant>({ name: 'applicants', id: ({ Id }) => Id }),
    notes: table<Wire.Note>({ name: 'notes', id: ({ Id }) => Id, indexes: { about: (row) => row.About } }),
    users: table<Wire.User>({ name: 'users', id: ({ Id }) => Id }),
    glAccounts: table<Wire.GLAccount>({ name: 'glAccounts', id: ({ Id }) => Id }),
    transactions: table<Wire.Transaction>({
      name: 'transactions',
      id: ({ Id }) => Id,
      indexes: { lease: (row) => row.LeaseId },
    }),
    bills: table<Wire.Bill>({ name: 'bills', id: ({ Id }) => Id, indexes: { workOrder: (row) => row.WorkOrderId } }),
    phoneLogs: table<Wire.PhoneLog>({ name: 'phoneLogs', id: ({ Id }) => Id }),
  };
}

export type BuildiumTables = ReturnType<typeof makeTables>;
