import type { Lease } from '../model/records.ts';
import { addDays, daysBetween } from '../model/zoned_time.ts';

export type LeaseAttention =
  | 'move_out_passed'
  | 'ended_without_renewal'
  | 'offer_expires_soon'
  | 'offer_not_answered'
  | 'ends_without_offer'
  | 'move_out_soon';

const OFFER_EXPIRES_SOON_DAYS = 14;
const MOVE_OUT_SOON_DAYS = 30;

/**
 * What somebody should look at on a lease, most pressing first; empty where nothing is. `renewal_days` is how long
 * before its end a lease should have an offer.
 */
export function leaseNeedsAttention(lease: Lease, today: string, renewal_days = 90): LeaseAttention[] {
  if (lease.status !== 'current' && lease.status !== 'notice') return [];
  const leaving = lease.parties
    .map((party) => party.move_out ?? lease.move_out_date)
    .filter((date) => date !== undefined);
  const all_leave = lease.parties.length > 0 && leaving.length === lease.parties.length;
  const open = lease.renewal_offers.filter(
    (offer) => offer.status === 'offered' && (offer.expires_on === undefined || offer.expires_on >= today),
  );
  const accepted = lease.renewal_offers.some(
    (offer) => offer.status === 'accepted' && offer.end_date > (lease.end_date ?? ''),
  );
  const days_left =
    lease.term === 'fixed' && lease.end_date !== undefined ? daysBetween(today, lease.end_date) : undefined;
  const renewing = !all_leave && !accepted && days_left !== undefined;
  const found: [LeaseAttention, boolean][] = [
    ['move_out_passed', leaving.some((date) => date < today)],
    ['ended_without_renewal', renewing && days_left < 0],
    [
      'offer_expires_soon',
      open.some(({ expires_on }) => expires_on !== undefined && expires_on <= addDays(today, OFFER_EXPIRES_SOON_DAYS)),
    ],
    ['offer_not_answered', open.length > 0],
    ['ends_without_offer', renewing && open.length === 0 && days_left >= 0 && days_left <= renewal_days],
    ['move_out_soon', leaving.some((date) => date >= today && date <= addDays(today, MOVE_OUT_SOON_DAYS))],
  ];
  return found.filter(([, applies]) => applies).map(([reason]) => reason);
}
