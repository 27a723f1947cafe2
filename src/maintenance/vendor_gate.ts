import type { Vendor } from '../model/records.ts';
import type { LocalDate, Trade } from '../model/values.ts';

export type GateCode =
  | 'inactive'
  | 'do_not_use'
  | 'liability_unknown'
  | 'liability_expired'
  | 'workers_comp_unknown'
  | 'workers_comp_expired'
  | 'licence_unknown'
  | 'licence_expired';

export type GateReason = { code: GateCode; message: string };

export type GateInput = {
  /** The property's day of the visit; of a visit past midnight, the last one. */
  visit_date: LocalDate;
  trade: Trade;
  /** Two-letter state of the property. */
  state: string;
  /** The property's day now; decides between "expired" and "expires before the visit". */
  today: LocalDate;
};

export type GateResult = {
  allowed: boolean;
  reasons: GateReason[];
  /** Last day on which liability and workers' compensation both hold; absent where one of them is unknown. */
  insured_until?: LocalDate;
  /** For people: "Insured until Nov 25, 2026: Nov 24 and Nov 25 yes, Nov 26 no." */
  note: string;
  /** What does not block the visit but has to be settled (a W-9 before payment). */
  warnings: string[];
};

/**
 * Trades whose contractors are licensed nearly everywhere, by the state or its cities; pest control in every state.
 * States add to it, never take away: where a state leaves licensing to its cities, they mostly ask for one.
 * Orientation, not advice: a manager's counsel decides what belongs here.
 */
const REGULATED_EVERYWHERE: readonly Trade[] = ['plumbing', 'electrical', 'hvac', 'elevator', 'fire_safety', 'pest'];
const REGULATED_BESIDES: Readonly<Record<string, readonly Trade[]>> = {
  AZ: ['roofing', 'carpentry'],
  CA: ['roofing', 'locksmith', 'carpentry', 'flooring', 'painting'],
  CT: ['locksmith'],
  FL: ['roofing'],
  IL: ['roofing', 'locksmith'],
  LA: ['locksmith'],
  MD: ['locksmith'],
  NC: ['locksmith'],
  NJ: ['locksmith'],
  NV: ['roofing', 'carpentry', 'flooring', 'painting'],
  OK: ['roofing', 'locksmith'],
  TX: ['locksmith'],
};

/** Whether a contractor of this trade needs a licence in this state. */
export function isRegulated(trade: Trade, state: string): boolean {
  return REGULATED_EVERYWHERE.includes(trade) || (REGULATED_BESIDES[state.trim().toUpperCase()] ?? []).includes(trade);
}

/**
 * Whether a vendor may be sent on a day. Unknown blocks like expired, an expiry day itself still counts, and there is no
 * way around it: nobody's word replaces a certificate.
 */
export function vendorGate(vendor: Vendor, input: GateInput): GateResult {
  const { compliance } = vendor;
  const reasons: GateReason[] = [];
  if (!vendor.is_active) reasons.push({ code: 'inactive', message: 'Inactive.' });
  if (vendor.do_not_use) reasons.push({ code: 'do_not_use', message: 'Marked do-not-use.' });

  const liability = compliance.general_liability_expires;
  const compExempt = Boolean(compliance.workers_comp_exemption?.trim());
  const comp = compliance.workers_comp_expires;
  reasons.push(...certificateReasons('General liability insurance', 'liability', liability, input));
  if (!compExempt) reasons.push(...certificateReasons('Workers’ compensation insurance', 'workers_comp', comp, input));

  const regulated = isRegulated(input.trade, input.state);
  const licence = regulated ? licenceUntil(vendor, input) : undefined;
  if (regulated) reasons.push(...certificateReasons(`A ${tradeName(input.trade)} license`, 'licence', licence, input));

  const insured_until =
    liability && (compExempt || comp) ? earliest(compExempt ? [liability] : [liability, comp]) : undefined;
  const covered_until = insured_until && (!regulated || licence) ? earliest([insured_until, licence]) : undefined;
  return {
    allowed: reasons.length === 0,
    reasons,
    ...(insured_until && { insured_until }),
    note: noteFor(insured_until, covered_until, reasons, input.visit_date),
    warnings: compliance.w9_on_file ? [] : ['No W-9 on file: needed before payment.'],
  };
}

function certificateReasons(
  what: string,
  prefix: 'liability' | 'workers_comp' | 'licence',
  expires: LocalDate | undefined,
  { visit_date, today }: GateInput,
): GateReason[] {
  if (expires === undefined) {
    return [{ code: `${prefix}_unknown`, message: `${what}: no expiry date on file, and unknown counts as expired.` }];
  }
  if (expires >= visit_date) return [];
  const when = expires < today ? `expired on ${spoken(expires)}` : `expires on ${spoken(expires)}, before the visit`;
  return [{ code: `${prefix}_expired`, message: `${what} ${when}.` }];
}

/**
 * The latest expiry among the vendor's licences for the trade that hold in the state. A licence without a state (a
 * federal one, or a list that does not say) counts; one of another state does not.
 */
function licenceUntil(vendor: Vendor, { trade, state }: GateInput): LocalDate | undefined {
  return vendor.compliance.licences
    .filter((l) => l.trade === trade && (!l.state || l.state.toUpperCase() === state.trim().toUpperCase()))
    .flatMap((l) => (l.expires ? [l.expires] : []))
    .sort()
    .at(-1);
}

function earliest(dates: readonly (LocalDate | undefined)[]): LocalDate | undefined {
  return dates.filter((d) => d !== undefined).sort()[0];
}

function noteFor(
  insured: LocalDate | undefined,
  covered: LocalDate | undefined,
  reasons: GateReason[],
  visit: LocalDate,
): string {
  if (!covered) return reasons.map((r) => r.message).join(' ');
  const what = covered === insured ? 'Insured' : 'Licensed';
  const barred = reasons.find((r) => r.code === 'inactive' || r.code === 'do_not_use');
  if (barred) return barred.message;
  const days = daysBetween(visit, covered);
  if (days > 30) return `${what} until ${spoken(covered)}.`;
  // The days around the expiry, so that the caller can pick another one without asking again.
  const yes = [addDays(covered, -1), covered].map(shortDay).join(' and ');
  return `${what} until ${spoken(covered)}: ${yes} yes, ${shortDay(addDays(covered, 1))} no.`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function shortDay(date: LocalDate): string {
  return `${MONTHS[Number(date.slice(5, 7)) - 1]} ${Number(date.slice(8, 10))}`;
}

function spoken(date: LocalDate): string {
  return `${shortDay(date)}, ${date.slice(0, 4)}`;
}

function addDays(date: LocalDate, days: number): LocalDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function daysBetween(from: LocalDate, to: LocalDate): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000;
}

function tradeName(trade: Trade): string {
  return trade.replaceAll('_', ' ');
}
