import type { SandboxState } from '../../../../src/connectors/sandbox/connector.ts';
import type { World } from '../../shared/vendor.ts';
import type { RentManagerTables, Row } from '../tables.ts';
import { accountOf, billOf, chargeCodeOf, journalsOf, ledgersOf } from './money.ts';
import { householdOf, leasesOf, propertyOf, residentsOf, staffOf, unitOf, vendorOf } from './people.ts';
import { conversationOf, guestCardOf, tourOf, workOrderOf } from './work.ts';

/** The tables in canonical form, by the simulator's own mapping: what Rent Manager holds, and no more. */
export function stateOf(world: World<RentManagerTables>): Partial<SandboxState> {
  const { tables } = world;
  const rows = (name: string): Row[] => tables[name]?.rows() ?? [];
  const each = <T>(name: string, of: (world: World<RentManagerTables>, row: Row) => T | T[] | undefined): T[] =>
    rows(name).flatMap((row) => of(world, row) ?? []);
  return {
    property: each('Properties', propertyOf),
    unit: each('Units', unitOf),
    household: each('Tenants', householdOf),
    resident: each('Tenants', residentsOf),
    lease: each('Tenants', leasesOf),
    staff: each('Users', staffOf),
    vendor: each('Vendors', vendorOf),
    work_order: each('ServiceManagerIssues', workOrderOf),
    guest_card: each('Prospects', guestCardOf),
    tour: each('Appointments', tourOf),
    gl_account: each('GLAccounts', accountOf),
    charge_code: each('ChargeTypes', chargeCodeOf),
    ledger_entry: each('Tenants', ledgersOf),
    bill: each('Bills', billOf),
    journal_entry: journalsOf(world),
    communication: each('HistoryNotes', conversationOf),
  };
}
