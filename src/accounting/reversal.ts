import { formatAmount } from '../model/money.ts';
import type { Bill, JournalEntry, LedgerEntry, Property } from '../model/records.ts';
import type { Refusal } from '../model/refusal.ts';
import { checkPostingDate } from './posting_date.ts';
import { checkAmount, checkText, refusePosting } from './posting_input.ts';

/** What is to be taken back. Only a charge can be taken back in part. */
export type Reversible =
  | { kind: 'charge'; posting: LedgerEntry }
  | { kind: 'bill'; posting: Bill }
  | { kind: 'journal_entry'; posting: JournalEntry };

export interface ReversalRequest {
  /** Cents; absent means all that is left. */
  amount?: number;
  date: string;
  reason: string;
}

/** Reasons are kept in the memo of the reversal; the audit log has them in full. */
const MAX_REASON = 1_000;

/**
 * Whether a posting may be taken back, and how much of it: everything that is left where no amount is asked. A reversal
 * is a posting of its own, dated in an open period and not before what it takes back.
 */
export function checkReversal(
  reversible: Reversible,
  request: ReversalRequest,
  facts: { properties: readonly Property[]; today: string },
): { amount: number } | Refusal {
  const left = amountLeft(reversible);
  if ('code' in left) return left;
  const amount = request.amount ?? left.cents;
  return (
    checkAmount(amount, 'amount') ??
    checkPart(reversible.kind, amount, left.cents) ??
    checkText(request.reason, 'reason', MAX_REASON, true) ??
    checkDates(reversible, request.date, facts) ?? { amount }
  );
}

function amountLeft(reversible: Reversible): { cents: number } | Refusal {
  if (reversible.kind === 'charge') return chargeLeft(reversible.posting);
  const { posting } = reversible;
  if (posting.reverses_id !== undefined) return gone('This posting is itself a reversal');
  if (posting.reversed_by_id !== undefined) return gone('This posting was already reversed', posting.reversed_by_id);
  if (reversible.kind === 'journal_entry') {
    return { cents: reversible.posting.lines.reduce((sum, line) => sum + line.debit, 0) };
  }
  if (reversible.posting.paid_amount === 0) return { cents: reversible.posting.total };
  return refusePosting(
    'conflict',
    'posting_id',
    `${formatAmount(reversible.posting.paid_amount)} of this bill has been paid`,
    'Hand over with escalate_to_staff: the payment is taken back first.',
  );
}

function chargeLeft(entry: LedgerEntry): { cents: number } | Refusal {
  if (entry.kind !== 'charge') {
    return refusePosting(
      'invalid_input',
      'posting_id',
      `This ledger entry is a ${entry.kind}, not a charge`,
      'Take the id of a charge from get_resident_ledger.',
    );
  }
  const cents = entry.amount - entry.reversed_amount;
  return cents > 0 ? { cents } : gone('This charge was already taken back in full');
}

function gone(reason: string, reversed_by_id?: string): Refusal {
  const details = reversed_by_id === undefined ? undefined : { reversed_by_id };
  return refusePosting('conflict', 'posting_id', reason, 'See what was posted with list_postings.', details);
}

function checkPart(kind: Reversible['kind'], amount: number, left: number): Refusal | undefined {
  if (amount === left || (kind === 'charge' && amount < left)) return undefined;
  return kind === 'charge'
    ? refusePosting(
        'invalid_input',
        'amount',
        `Only ${formatAmount(left)} of this charge is left to take back`,
        `Take back at most ${formatAmount(left)}.`,
        { left: formatAmount(left) },
      )
    : refusePosting(
        'invalid_input',
        'amount',
        `A ${kind.replace('_', ' ')} is taken back as a whole, ${formatAmount(left)}`,
        'Leave the amount out, then post what is right.',
      );
}

function checkDates(
  reversible: Reversible,
  date: string,
  facts: { properties: readonly Property[]; today: string },
): Refusal | undefined {
  const posted = reversible.kind === 'bill' ? reversible.posting.invoice_date : reversible.posting.date;
  if (date < posted) {
    return refusePosting(
      'invalid_input',
      'reversal_date',
      `The posting is of ${posted} and its reversal cannot be dated before`,
      'Take a later date.',
    );
  }
  for (const property of facts.properties) {
    const wrong = checkPostingDate(property, date, facts.today, 'reversal_date');
    if (wrong) return wrong;
  }
  return undefined;
}
