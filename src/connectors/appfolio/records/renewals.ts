import type { Lease, RenewalOffer } from '../../../model/records.ts';
import type * as wire from '../wire.ts';

/** Prices that a manager has set for renewing a lease. They have no id: lease, beginning and length tell them apart. */
export function offersOf(lease: wire.Lease, prices: readonly wire.RenewalPricing[], today: string): RenewalOffer[] {
  return prices.flatMap((price) => {
    const { StartDate, LeaseTerm, Price } = price;
    if (!StartDate || !LeaseTerm || typeof Price !== 'number') return [];
    const start_date = StartDate.slice(0, 10);
    const end_date = endOfTerm(start_date, LeaseTerm);
    return [
      {
        id: offerId(lease.Id, start_date, LeaseTerm),
        start_date,
        end_date,
        term_months: LeaseTerm,
        rent: Math.round(Price * 100),
        status: statusOf(lease, start_date, end_date, today),
      },
    ];
  });
}

function statusOf(lease: wire.Lease, start: string, end: string, today: string): RenewalOffer['status'] {
  if (lease.RenewedOn && lease.EndOn?.slice(0, 10) === end) return 'accepted';
  return start < today ? 'expired' : 'offered';
}

function offerId(leaseId: string, start: string, months: number): string {
  return `${leaseId}:${start}:${months}`;
}

/** The last day of a term of so many months. */
function endOfTerm(start: string, months: number): string {
  const [year = 0, month = 1, day = 1] = start.split('-').map(Number);
  const lastDay = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, lastDay) - 1)).toISOString().slice(0, 10);
}

/** What a lease costs a month, in cents: the charges in force on a day, else those that began last. */
export function rentOn(day: string, charges: readonly wire.RecurringCharge[]): Lease['rent'] {
  return inForce(day, charges).reduce((sum, { Amount }) => sum + Math.round((Amount ?? 0) * 100), 0);
}

/** The charges in force on a day; where there are none, those that began last. */
export function inForce(day: string, charges: readonly wire.RecurringCharge[]): wire.RecurringCharge[] {
  const live = charges.filter(
    ({ StartDate, EndDate }) => (StartDate ?? '') <= day && (!EndDate || EndDate.slice(0, 10) >= day),
  );
  if (live.length > 0) return live;
  const last = charges.reduce((latest, { StartDate = '' }) => (StartDate > latest ? StartDate : latest), '');
  return charges.filter(({ StartDate = '' }) => StartDate === last);
}
