import type { CommandOf } from '../model/commands.ts';
import { formatAmount } from '../model/money.ts';
import type { GlAccount, Property, Unit, Vendor } from '../model/records.ts';
import type { Refusal } from '../model/refusal.ts';
import { addDays } from '../model/zoned_time.ts';
import { checkPostingDate } from './posting_date.ts';
import { checkAmount, checkText, DEFAULT_TEXT_LIMITS, refusePosting, type TextLimits } from './posting_input.ts';

/** What is known about a bill, by id, read from the PMS right before it is judged. */
export interface BillFacts {
  vendor: Vendor | undefined;
  properties: ReadonlyMap<string, Property>;
  units: ReadonlyMap<string, Unit>;
  gl_accounts: ReadonlyMap<string, GlAccount>;
  today: string;
  limits?: Partial<TextLimits>;
}

type BillInput = Omit<CommandOf<'post_bill'>, 'kind'>;
type Line = BillInput['lines'][number];

/** A due date further away than this is a slip of the year. */
const MAX_DUE_DAYS = 366;

/** Accounts that a bill line may never name: the PMS books payables and bank itself, and a deposit is not ours to spend. */
const NEVER_BILLED: readonly GlAccount['role'][] = ['bank', 'receivable', 'payable', 'deposit_liability'];

/** Whether a vendor's invoice may be entered as a bill. Duplicates are a question of their own. */
export function checkBill(bill: BillInput, facts: BillFacts): Refusal | undefined {
  const limits = { ...DEFAULT_TEXT_LIMITS, ...facts.limits };
  return (
    checkVendor(facts.vendor, bill.vendor_id) ??
    checkInvoiceNumber(bill.invoice_number, limits.invoice_number) ??
    checkText(bill.memo, 'memo', limits.bill_memo, false) ??
    checkAmount(bill.total, 'total') ??
    checkDueDate(bill) ??
    checkLines(bill, facts, limits.bill_memo) ??
    checkSum(bill)
  );
}

function checkVendor(vendor: Vendor | undefined, vendor_id: string): Refusal | undefined {
  if (!vendor || vendor.id !== vendor_id) {
    return refusePosting('not_found', 'vendor_id', 'There is no such vendor', 'Find the vendor with find_vendors.');
  }
  if (vendor.is_active) return undefined;
  return refusePosting(
    'conflict',
    'vendor_id',
    'This vendor is inactive',
    'Ask the bookkeeper to reactivate the vendor or to enter the bill.',
  );
}

function checkInvoiceNumber(number: string, max: number): Refusal | undefined {
  if (/[\p{L}\p{N}]/u.test(number)) return checkText(number, 'invoice_number', max, true);
  return refusePosting(
    'invalid_input',
    'invoice_number',
    'The invoice number has no letter or digit',
    'Give the number that is printed on the invoice.',
  );
}

function checkDueDate({ invoice_date, due_date }: BillInput): Refusal | undefined {
  const latest = addDays(invoice_date, MAX_DUE_DAYS);
  if (due_date >= invoice_date && due_date <= latest) return undefined;
  return refusePosting(
    'invalid_input',
    'due_date',
    `The bill must be due from ${invoice_date} to ${latest}, not on ${due_date}`,
    'Check both dates.',
  );
}

function checkLines(bill: BillInput, facts: BillFacts, memo_max: number): Refusal | undefined {
  for (const [i, line] of bill.lines.entries()) {
    const wrong =
      checkPlace(line, facts, `lines.${i}`) ??
      checkBilledAccount(facts.gl_accounts.get(line.gl_account_id), `lines.${i}.account_id`) ??
      checkAmount(line.amount, `lines.${i}.amount`) ??
      checkText(line.memo, `lines.${i}.memo`, memo_max, false) ??
      checkPostingDate(facts.properties.get(line.property_id)!, bill.invoice_date, facts.today, 'invoice_date');
    if (wrong) return wrong;
  }
  return undefined;
}

function checkPlace(line: Line, facts: BillFacts, field: string): Refusal | undefined {
  if (!facts.properties.has(line.property_id)) {
    return refusePosting(
      'not_found',
      `${field}.property_id`,
      'There is no such property',
      'Find it with search_portfolio.',
    );
  }
  if (line.unit_id === undefined || facts.units.get(line.unit_id)?.property_id === line.property_id) return undefined;
  return refusePosting(
    'not_found',
    `${field}.unit_id`,
    'There is no such unit at this property',
    'Find it with search_portfolio.',
  );
}

/** Whether a bill line may name an account. */
export function checkBilledAccount(account: GlAccount | undefined, field: string): Refusal | undefined {
  const next = 'Take an account from list_gl_accounts with usage "bill".';
  if (!account) return refusePosting('not_found', field, 'There is no such GL account', next);
  if (!account.is_active) return refusePosting('invalid_input', field, 'This GL account is inactive', next);
  if (!NEVER_BILLED.includes(account.role)) return undefined;
  return refusePosting('not_permitted', field, `A bill is never posted to a ${account.role} account`, next);
}

function checkSum({ lines, total }: BillInput): Refusal | undefined {
  const sum = lines.reduce((so_far, line) => so_far + line.amount, 0);
  if (lines.length > 0 && sum === total) return undefined;
  return refusePosting(
    'invalid_input',
    'total',
    `The lines add up to ${formatAmount(sum)} and the total is ${formatAmount(total)}`,
    'Correct the line or the total that differs from the invoice.',
    { lines_total: formatAmount(sum), total: formatAmount(total) },
  );
}
