import type { World } from '../shared/vendor.ts';
import { badField } from './errors.ts';
import { idsIn } from './moments.ts';
import { shown } from './query.ts';
import { listIn, numberIn, resourceNamed, type RentManagerTables, type Row } from './tables.ts';

/** Linked records of a row; `inner` are what is wanted of them in turn. */
type Embed = (row: Row, world: World<RentManagerTables>, inner: readonly string[]) => unknown;

const nothingInside = (inner: readonly string[], name: string) => {
  if (inner.length > 0) badField('embeds', `${name} has no "${inner[0]}".`);
};

/** Rows of another table that point back at this one. */
function back(key: string, table: string, index: string, fits: (row: Row) => boolean = () => true): Embed {
  return (row, world, inner) => {
    const id = numberIn(row, key) ?? 0;
    const entries = world.tables[table]?.where(index, id) ?? [];
    const rows = entries.map((entry) => entry.row).filter(fits);
    return rows.length === 0 ? undefined : rows.map((one) => shown(world, resourceNamed(table), one, inner));
  };
}

/** Rows of other tables share no ids with tenants, so that a parent is told by its kind as well. */
function ofParent(key: string, table: string, field: string, kind: string): Embed {
  return back(key, table, 'ParentID', (row) => row[field] === kind);
}

/** The row that a field names. */
function forward(table: string, field: string): Embed {
  return (row, world, inner) => {
    const id = numberIn(row, field);
    const target = id === undefined ? undefined : world.tables[table]?.get(id);
    return target && shown(world, resourceNamed(table), target, inner);
  };
}

/** Rows that a list of ids names. */
function linked(table: string, field: string): Embed {
  return (row, world, inner) => {
    const rows = idsIn(row, field).flatMap((id): readonly Row[] => {
      const target = world.tables[table]?.get(id);
      return target === undefined ? [] : [target];
    });
    return rows.length === 0 ? undefined : rows.map((one) => shown(world, resourceNamed(table), one, inner));
  };
}

/** What is kept within the row. */
function within(field: string, known: readonly string[] = []): Embed {
  return (row, _world, inner) => {
    for (const name of inner) if (!known.includes(name)) badField('embeds', `${field} has no "${name}".`);
    const items = listIn(row, field);
    if (items.length === 0) return undefined;
    return items.map((item) =>
      Object.fromEntries(Object.entries(item).filter(([name]) => !known.includes(name) || inner.includes(name))),
    );
  };
}

const value =
  (field: string): Embed =>
  (row, _world, inner) => {
    nothingInside(inner, field);
    return row[field];
  };

const phones = within('PhoneNumbers', ['PhoneNumberType']);
const transactions = (table: string) => back('TenantID', table, 'AccountID', (row) => row['AccountType'] === 'Tenant');

export const EMBEDS: Readonly<Record<string, Readonly<Record<string, Embed>>>> = {
  Properties: {
    Addresses: value('$Addresses'),
    PhoneNumbers: value('$PhoneNumbers'),
    PropertyRentChargeTypes: value('$RentChargeTypes'),
  },
  Units: {
    Addresses: value('$Addresses'),
    UnitStatuses: (row, _world, inner) =>
      ((row['$Statuses'] as readonly string[] | undefined) ?? []).map((Name, at) => ({
        UnitStatusID: at + 1,
        ...(inner.includes('UnitStatusType') && { UnitStatusType: { Name, IsVacant: Name !== 'Occupied' } }),
      })),
  },
  Tenants: {
    Contacts: ofParent('TenantID', 'Contacts', 'ParentType', 'Tenant'),
    Leases: back('TenantID', 'Leases', 'TenantID'),
    RecurringCharges: back('TenantID', 'RecurringCharges', 'EntityKeyID'),
    SecurityDepositHeld: value('$DepositHeld'),
    HistoryNotes: ofParent('TenantID', 'HistoryNotes', 'EntityType', 'Tenant'),
    Charges: transactions('Charges'),
    Payments: transactions('Payments'),
    Credits: transactions('Credits'),
  },
  Contacts: { PhoneNumbers: phones, ContactType: value('$ContactType') },
  Leases: { LeaseRenewals: back('LeaseID', 'LeaseRenewals', 'ParentLeaseID'), Tenant: forward('Tenants', 'TenantID') },
  Vendors: { Contacts: ofParent('VendorID', 'Contacts', 'ParentType', 'Vendor'), PhoneNumbers: phones },
  ServiceManagerIssues: {
    Status: forward('ServiceManagerStatuses', 'StatusID'),
    LinkedUnits: linked('Units', '$Units'),
    LinkedTenants: linked('Tenants', '$Tenants'),
    LinkedProperties: linked('Properties', '$Properties'),
    HistoryNotes: ofParent('ServiceManagerIssueID', 'HistoryNotes', 'EntityType', 'ServiceManagerIssue'),
    WorkOrders: back('ServiceManagerIssueID', 'ServiceManagerIssueWorkOrders', 'ServiceManagerIssueID'),
  },
  Prospects: {
    Contacts: ofParent('ProspectID', 'Contacts', 'ParentType', 'Prospect'),
    InterestedUnits: within('InterestedUnits'),
    HistoryNotes: ofParent('ProspectID', 'HistoryNotes', 'EntityType', 'Prospect'),
  },
  Appointments: { AppointmentUsers: within('AppointmentUsers') },
  Payments: { Allocations: within('Allocations') },
  Credits: { Allocations: within('Allocations') },
  Bills: {
    BillDetails: within('BillDetails'),
    VendorWorkOrders: back('ID', 'ServiceManagerIssueWorkOrders', 'VendorBillID'),
  },
  Journals: { Details: within('Details') },
};
