import type { Refusal } from '../model/refusal.ts';
import { formatAmount } from '../model/money.ts';

/** A refusal of a posting: something in it is wrong, and nothing was posted. */
export function refusePosting(
  code: Refusal['code'],
  field: string,
  reason: string,
  next: string,
  details?: Record<string, unknown>,
): Refusal {
  return { code, field, message: `${reason}; nothing was posted.`, next, ...(details && { details }) };
}

/** Whether an amount is whole cents above zero. Credits are entered as reversals, never as negative amounts. */
export function checkAmount(amount: number, field: string): Refusal | undefined {
  if (Number.isSafeInteger(amount) && amount > 0) return undefined;
  const said = Number.isSafeInteger(amount) ? formatAmount(amount) : String(amount);
  return refusePosting(
    'invalid_input',
    field,
    `An amount must be above zero, not ${said}`,
    'To take money back use reverse_posting.',
  );
}

/** Whether a text is there and fits the field of the PMS; vendors cut what is too long, so it is refused instead. */
export function checkText(text: string | undefined, field: string, max: number, needed: boolean): Refusal | undefined {
  const length = text?.trim().length ?? 0;
  if (needed && length === 0) return refusePosting('invalid_input', field, `The ${field} is empty`, `Give ${field}.`);
  if ([...(text ?? '')].length <= max) return undefined;
  return refusePosting(
    'invalid_input',
    field,
    `The ${field} is longer than the ${max} characters that the PMS keeps`,
    'Shorten it.',
  );
}

/** Text lengths that the PMS keeps, from its capabilities; Buildium's are the shortest among the vendors. */
export interface TextLimits {
  charge_memo: number;
  bill_memo: number;
  invoice_number: number;
  journal_memo: number;
}

/** Buildium keeps 65 characters of a charge's memo and 40 or 50 of a bill's reference, by resource. */
export const DEFAULT_TEXT_LIMITS: TextLimits = {
  charge_memo: 65,
  bill_memo: 255,
  invoice_number: 40,
  journal_memo: 255,
};
