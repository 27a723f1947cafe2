import { checkReversal, type Reversible } from '../accounting/reversal.ts';
import type { CommandOf } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import type { Bill } from '../model/records.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import { passedOn } from './posting_facts.ts';
import { refuse } from './versions.ts';

export const REVERSIBLE_KINDS = ['bill', 'charge', 'journal_entry'] as const;
export type ReversibleKind = (typeof REVERSIBLE_KINDS)[number];

/** The record kind behind each kind of posting. */
export const POSTING_RECORD = { bill: 'bill', charge: 'ledger_entry', journal_entry: 'journal_entry' } as const;

export interface ReversalRequest {
  kind: ReversibleKind;
  posting: string;
  /** Cents; absent means all that is left. */
  amount?: number | undefined;
  /** Default: today at the property, or the day of the posting where that lies ahead. */
  date?: string | undefined;
  reason: string;
}

export interface ReversalPlan {
  command: CommandOf<'reverse_bill'> | CommandOf<'reverse_charge'> | CommandOf<'reverse_journal_entry'>;
  posting: Found;
  property: Found<'property'>;
  amount: number;
  date: string;
  /** Charges that pass on the bill and stay on the residents' ledgers. */
  charge_backs: string[];
}

/** Judges a reversal on what the PMS says now. Throws `CaretakerError` where the posting cannot be taken back. */
export async function planReversal(call: Call, request: ReversalRequest): Promise<ReversalPlan> {
  const posting = await call.records.fresh(POSTING_RECORD[request.kind], request.posting, 'posting_id');
  const reversible = { kind: request.kind, posting: posting.record } as Reversible;
  const properties = await propertiesOf(call, posting, reversible);
  const property = properties[0] as Found<'property'>;
  const today = call.today(property);
  const posted = reversible.kind === 'bill' ? reversible.posting.invoice_date : reversible.posting.date;
  const date = request.date ?? (posted > today ? posted : today);
  const answer = checkReversal(
    reversible,
    { date, reason: request.reason, ...(request.amount !== undefined && { amount: request.amount }) },
    { properties: properties.map(({ record }) => record), today },
  );
  if ('code' in answer) refuse(answer);
  const common = { property_id: posting.record.property_id as string, date, reason: request.reason };
  const { id } = posting.record;
  const { amount } = answer;
  return {
    command:
      reversible.kind === 'charge'
        ? { kind: 'reverse_charge', charge_id: id, amount, ...common }
        : reversible.kind === 'bill'
          ? { kind: 'reverse_bill', bill_id: id, ...common }
          : { kind: 'reverse_journal_entry', journal_entry_id: id, ...common },
    posting,
    property,
    amount,
    date,
    charge_backs: reversible.kind === 'bill' ? await chargeBacks(call, posting as Found<'bill'>) : [],
  };
}

/** Every property whose books a reversal touches; the posting's own comes first. */
async function propertiesOf(call: Call, posting: Found, reversible: Reversible): Promise<Found<'property'>[]> {
  const own = reversible.posting.property_id;
  const lines = reversible.kind === 'bill' ? (reversible.posting satisfies Bill).lines : [];
  const ids = [...new Set([own, ...lines.map(({ property_id }) => property_id)])];
  const found = await Promise.all(ids.map((id) => call.records.linkedFresh(posting, 'property', id)));
  return found.map((property) => {
    if (property !== undefined) return property;
    throw new CaretakerError(
      'not_permitted',
      'A part of this posting belongs to a property that this key does not reach. Nothing was posted.',
      { field: 'posting_id', next: 'escalate_to_staff' },
    );
  });
}

async function chargeBacks(call: Call, bill: Found<'bill'>): Promise<string[]> {
  const { charges } = await passedOn(call, bill);
  return charges
    .filter((charge) => charge.amount > charge.reversed_amount)
    .map(({ id }) => call.records.ref(bill.connection, bill.scope, id));
}
