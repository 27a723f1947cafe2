import type { Entry } from '../../shared/table.ts';
import { moment } from '../moments.ts';
import type { BuildiumTables } from '../tables.ts';
import type { Lease, LeaseTenant, Renewal, Tenant } from '../wire.ts';

/** What a lease's tenants are on a day. */
function statusOf(tables: BuildiumTables, lease: Lease, { TenantId }: LeaseTenant, today: string): string {
  const moveOut = tables.moveOuts.get(`${lease.Id}/${TenantId}`);
  if (lease.LeaseStatus === 'Past' || (moveOut !== undefined && moveOut.MoveOutDate < today)) return 'MovedOut';
  return lease.LeaseStatus === 'Future' ? 'Future' : 'Current';
}

/**
 * A lease. Lists do not fill `CurrentTenants` reliably, so that there it is empty; `depth` is `alone` inside of a tenant,
 * which keeps a lease's tenants from showing their leases again.
 */
export function leaseMessage(
  tables: BuildiumTables,
  { row, created, updated }: Entry<Lease>,
  today: string,
  depth: 'full' | 'listed' | 'alone',
): object {
  const parties = tables.leaseTenants.where('lease', row.Id).map((entry) => entry.row);
  const tenants = parties.map((party) => ({
    ...{ Id: party.TenantId, Status: statusOf(tables, row, party, today), MoveInDate: party.MoveInDate },
  }));
  const current = tenants.filter(({ Status }) => Status === 'Current');
  return {
    ...row,
    UnitNumber: tables.units.get(row.UnitId)?.UnitNumber ?? null,
    TermType: row.LeaseType === 'AtWill' ? 'MonthToMonth' : 'Standard',
    CurrentTenants:
      depth === 'full' ? current.map(({ Id }) => tenantMessage(tables, tables.tenants.entry(Id), today, false)) : null,
    CurrentNumberOfOccupants: current.length,
    Tenants: tenants,
    MoveOutData: tables.moveOuts.where('lease', row.Id).map(({ row: { LeaseId: _own, ...moveOut } }) => moveOut),
    CreatedDateTime: moment(created),
    LastUpdatedDateTime: moment(updated),
  };
}

/** A tenant, with all leases that name him unless it is shown inside of one. */
export function tenantMessage(
  tables: BuildiumTables,
  entry: Entry<Tenant> | undefined,
  today: string,
  withLeases = true,
): object {
  const { row, created } = entry as Entry<Tenant>;
  const leases = withLeases
    ? tables.leaseTenants
        .where('tenant', row.Id)
        .map(({ row: { LeaseId } }) =>
          leaseMessage(tables, tables.leases.entry(LeaseId) as Entry<Lease>, today, 'alone'),
        )
    : null;
  return { ...row, CreatedDateTime: moment(created), Leases: leases };
}

export function renewalMessage({ leases }: BuildiumTables, { LeaseId, ...renewal }: Renewal): object {
  return { ...renewal, LeaseStatus: (leases.get(LeaseId) as Lease).LeaseStatus, RentId: null };
}
