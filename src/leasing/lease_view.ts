import * as z from 'zod/v4';
import { formatAmount } from '../model/money.ts';
import type { Lease } from '../model/records.ts';
import { leaseNeedsAttention } from './lease_attention.ts';

/** A lease in a result. Absent fields are unknown or do not apply. */
export const LeaseView = z.object({
  lease_id: z.string(),
  version: z.string(),
  property_id: z.string(),
  property: z.string().optional(),
  unit_id: z.string(),
  unit: z.string().optional(),
  residents: z.array(z.string()),
  status: z.string(),
  term: z.string(),
  start_date: z.string(),
  end_date: z.string().optional(),
  rent: z.string(),
  notice_date: z.string().optional(),
  move_out_date: z.string().optional(),
  /** Renewals that may still be accepted. */
  open_offers: z.number().optional(),
  /** What somebody should look at, most pressing first. */
  attention: z.array(z.string()),
});
export type LeaseView = z.infer<typeof LeaseView>;

/** What only the lease that was asked for shows. */
export const LeaseDetail = z.object({
  deposit: z.string().optional(),
  parties: z.array(
    z.object({
      resident_id: z.string(),
      name: z.string().optional(),
      role: z.string().optional(),
      move_in: z.string().optional(),
      notice_date: z.string().optional(),
      move_out: z.string().optional(),
    }),
  ),
  renewal_offers: z.array(
    z.object({
      renewal_offer_id: z.string(),
      status: z.string(),
      start_date: z.string(),
      end_date: z.string(),
      term_months: z.number(),
      rent: z.string(),
      expires_on: z.string().optional(),
    }),
  ),
  /** Owed by the household today; negative means credit. */
  balance: z.string(),
  /** Absent where the ledger does not say what is held: then it is not known, and not zero. */
  deposits_held: z.string().optional(),
});

export interface LeaseWords {
  ref(id: string): string;
  /** Property-local day. */
  today: string;
  property?: string | undefined;
  unit?: string | undefined;
  /** By resident id. */
  residents: ReadonlyMap<string, { name: string; role: string }>;
}

export function leaseView(lease: Lease, version: string, words: LeaseWords): LeaseView {
  const open = lease.renewal_offers.filter(
    ({ status, expires_on }) => status === 'offered' && (expires_on === undefined || expires_on >= words.today),
  ).length;
  return present({
    lease_id: words.ref(lease.id),
    version,
    property_id: words.ref(lease.property_id),
    property: words.property,
    unit_id: words.ref(lease.unit_id),
    unit: words.unit,
    residents: lease.parties.flatMap(({ resident_id }) => words.residents.get(resident_id)?.name ?? []),
    status: lease.status,
    term: lease.term,
    start_date: lease.start_date,
    end_date: lease.end_date,
    rent: formatAmount(lease.rent),
    notice_date: lease.notice_date,
    move_out_date: lease.move_out_date,
    open_offers: open === 0 ? undefined : open,
    attention: leaseNeedsAttention(lease, words.today),
  });
}

/** The rest of a lease; amounts of the household ledger in cents. */
export function leaseDetail(
  lease: Lease,
  words: LeaseWords,
  ledger: { balance: number; deposits_held: number | undefined },
): z.infer<typeof LeaseDetail> {
  return {
    ...(lease.deposit !== undefined && { deposit: formatAmount(lease.deposit) }),
    parties: lease.parties.map(({ resident_id, move_in, notice_date, move_out }) =>
      present({
        resident_id: words.ref(resident_id),
        name: words.residents.get(resident_id)?.name,
        role: words.residents.get(resident_id)?.role,
        move_in,
        notice_date: notice_date ?? lease.notice_date,
        move_out: move_out ?? lease.move_out_date,
      }),
    ),
    renewal_offers: lease.renewal_offers.map(({ id, rent, expires_on, ...offer }) => ({
      renewal_offer_id: id,
      ...offer,
      rent: formatAmount(rent),
      ...(expires_on !== undefined && { expires_on }),
    })),
    balance: formatAmount(ledger.balance),
    ...(ledger.deposits_held !== undefined && { deposits_held: formatAmount(ledger.deposits_held) }),
  };
}

/** The object without its undefined fields. */
function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}
