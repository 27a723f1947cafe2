import type { SandboxState } from '../../../../src/connectors/sandbox/connector.ts';
import type { World } from '../../shared/vendor.ts';
import type { BuildiumTables } from '../tables.ts';
import { accountOf, billOf, journalEntryOf, ledgerEntryOf } from './money.ts';
import { householdOf, leaseOf, residentOf, staffOf, vendorOf } from './people.ts';
import { propertyOf, unitOf } from './places.ts';
import { applicantCard, contactCard } from './prospects.ts';
import { communicationOf, workOrderOf } from './work.ts';

/** The account in canonical form, of the kinds that it has. Ids are the account's own. */
export function stateOf({ tables }: World<BuildiumTables>): Partial<SandboxState> {
  const { rentals, units, leases, tenants, tasks, users, vendors, applicants } = tables;
  const { glAccounts, transactions, bills, phoneLogs } = tables;
  return {
    property: rentals.rows().map((row) => propertyOf(tables, row)),
    unit: units.rows().map((row) => unitOf(tables, row)),
    household: leases.rows().map((row) => householdOf(tables, row)),
    resident: tenants.rows().flatMap((row) => residentOf(tables, row) ?? []),
    lease: leases.entries().map((entry) => leaseOf(tables, entry)),
    staff: users.rows().map(staffOf),
    vendor: vendors.rows().map((row) => vendorOf(tables, row)),
    work_order: tasks.entries().flatMap((entry) => workOrderOf(tables, entry) ?? []),
    guest_card: [
      ...applicants.entries().flatMap((entry) => applicantCard(tables, entry) ?? []),
      ...tasks.entries().flatMap((entry) => contactCard(tables, entry) ?? []),
    ],
    gl_account: glAccounts.rows().map(accountOf),
    ledger_entry: transactions.rows().flatMap((row) => ledgerEntryOf(tables, row) ?? []),
    bill: bills.rows().map((row) => billOf(tables, row)),
    journal_entry: transactions.rows().flatMap((row) => journalEntryOf(row) ?? []),
    communication: phoneLogs.rows().map(communicationOf),
  };
}
