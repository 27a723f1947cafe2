import type { Lease } from '../../../model/records.ts';
import type * as wire from '../wire.ts';
import { dayOf } from '../words.ts';

/**
 * What a lease is on a day: Rent Manager keeps dates, not states. An eviction is the tenant's, not the lease's. Whoever
 * moves out today still lives there.
 */
export function leaseState(lease: wire.Lease, tenant: wire.Tenant | undefined, today: string): Lease['status'] {
  const out = dayOf(lease.MoveOutDate);
  if (out !== undefined && out < today) return 'past';
  const movedIn = dayOf(lease.MoveInDate) ?? startOf(lease);
  if (movedIn === undefined || movedIn > today) return 'future';
  if (tenant?.EvictionID) return 'eviction';
  return out !== undefined || dayOf(lease.NoticeDate) !== undefined || dayOf(lease.ExpectedMoveOutDate) !== undefined
    ? 'notice'
    : 'current';
}

/** The first day of the lease: of its first term, else the day of moving in. */
export function startOf(lease: wire.Lease): string | undefined {
  const terms = (lease.LeaseRenewals ?? []).flatMap(({ StartDate }) => dayOf(StartDate) ?? []).sort();
  return dayOf(lease.StartDate) ?? terms[0] ?? dayOf(lease.MoveInDate);
}

/** The last day of the term that runs today, else of the one that comes next, else of the last one. Absent: it is open. */
export function endOf(lease: wire.Lease, today: string): string | undefined {
  const terms = (lease.LeaseRenewals ?? [])
    .filter(({ StartDate }) => dayOf(StartDate) !== undefined)
    .sort((a, b) => String(a.StartDate).localeCompare(String(b.StartDate)));
  if (terms.length === 0) return dayOf(lease.EndDate);
  const term = terms.findLast(({ StartDate }) => (dayOf(StartDate) as string) <= today) ?? terms[0];
  return dayOf(term?.EndDate);
}

const RANK: readonly Lease['status'][] = ['current', 'notice', 'eviction', 'future', 'past', 'cancelled'];

/** The lease that says where a tenant lives: one that runs, else the next, else the last. */
export function homeOf(tenant: wire.Tenant, today: string): wire.Lease | undefined {
  const rank = (lease: wire.Lease) => RANK.indexOf(leaseState(lease, tenant, today));
  const group = (lease: wire.Lease) => Math.max(2, rank(lease));
  return [...(tenant.Leases ?? [])].sort(
    (a, b) => group(a) - group(b) || (startOf(b) ?? '').localeCompare(startOf(a) ?? ''),
  )[0];
}
