import { VendorError, type Located, type StepContext, type StepResult } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import { path } from '../../kit/rest.ts';
import type { Operation, Plan } from '../../kit/vendor.ts';
import { LENGTHS } from '../limits.ts';
import { entryId, entryParts, typeOf } from '../records/postings.ts';
import { idOf, isId } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { dollars, idIn } from './answers.ts';

/*
 * What is posted to the books, besides bills. Nothing can be deleted there: a charge is taken back by a credit, a journal entry by its
 * opposite, a bill by nobody but a person.
 */

export function postCharge(vendor: Vendor): Plan<'post_charge'> {
  return ({ household_id, gl_account_id, amount, date, memo, bill_id }) => [
    {
      name: 'post_charge',
      retry: 'marker',
      makes_record: true,
      operation: 'post_to_lease',
      prepare: ({ marker }) => ({
        lease: String(idOf(household_id, 'lease')),
        what: 'charges',
        body: {
          Date: date,
          Memo: withMarker(memo, marker, LENGTHS.charge_memo),
          ...(bill_id !== undefined && isId(bill_id) && { BillId: Number(bill_id) }),
          Lines: [{ Amount: dollars(amount), GLAccountId: idOf(gl_account_id, 'account') }],
        },
      }),
      locate: (_request, context, signal) => locateOnLease(vendor, household_id, date, 'Charge', context, signal),
    },
  ];
}

/** A charge is waived by a credit on the same lease to the same accounts. */
export function reverseCharge(vendor: Vendor): Plan<'reverse_charge'> {
  return ({ charge_id, amount, date, reason }) => {
    const parts = entryParts(charge_id);
    if (parts === undefined) throw new VendorError('not_found', 'Buildium has no such charge. Nothing was changed.');
    return [
      {
        name: 'post_credit',
        retry: 'marker',
        makes_record: true,
        operation: 'post_to_lease',
        async prepare({ marker }) {
          const lines = await linesOfCharge(vendor, parts);
          return {
            lease: parts.lease,
            what: 'credits',
            body: {
              Date: date,
              CreditType: 'WaiveUnpaid',
              Memo: withMarker(reason, marker, LENGTHS.charge_memo),
              Lines: creditLines(lines, amount),
            },
          };
        },
        locate: (_request, context, signal) => locateOnLease(vendor, parts.lease, date, 'Credit', context, signal),
      },
    ];
  };
}

interface ChargeLine {
  GLAccountId: number;
  Amount: number;
}

async function linesOfCharge(
  { client }: Vendor,
  { lease, transaction }: { lease: string; transaction: string },
): Promise<readonly ChargeLine[]> {
  const charge = await client.one<{ Lines?: ChargeLine[] | null }>(
    (one) => path`v1/leases/${lease}/charges/${one}`,
    transaction,
  );
  if (charge?.Lines?.length) return charge.Lines;
  throw new VendorError(
    'not_found',
    'Buildium no longer has the charge that is to be taken back. Nothing was changed.',
  );
}

/** What is credited to which account. Throws `unsupported` for a part that may be of several accounts. */
function creditLines(lines: readonly ChargeLine[], amount: number): { Amount: number; GlAccountId: number }[] {
  const [first, ...others] = lines.map(({ GLAccountId, Amount }) => ({ Amount, GlAccountId: GLAccountId }));
  if (first === undefined) return [];
  if (others.every(({ GlAccountId }) => GlAccountId === first.GlAccountId))
    return [{ ...first, Amount: dollars(amount) }];
  const total = lines.reduce((sum, { Amount }) => sum + Math.round(Amount * 100), 0);
  if (amount === total) return [first, ...others];
  throw new VendorError(
    'unsupported',
    'This charge is of several accounts, and nothing says which of them a part is of: take back the whole charge, or let a person credit the part in Buildium. Nothing was changed.',
    { field: 'amount' },
  );
}

async function locateOnLease(
  { client }: Vendor,
  lease: string,
  date: string,
  type: 'Charge' | 'Credit',
  { marker }: StepContext,
  signal?: AbortSignal,
): Promise<Located> {
  const rows = await client.all<wire.Transaction>(
    path`v1/leases/${lease}/transactions`,
    { transactiondatefrom: date, transactiondateto: date, transactiontypes: [type] },
    signal,
  );
  const found = rows.find(({ Journal }) => carries(Journal?.Memo, marker));
  return found === undefined
    ? { outcome: 'absent', covers_all: true }
    : { outcome: 'found', result: entryOf(lease, found) };
}

function entryOf(lease: string, transaction: wire.Transaction): StepResult {
  const id = entryId({ LeaseId: Number(lease), ...transaction });
  if (id === undefined || typeof transaction.Id !== 'number')
    throw new VendorError('outcome_unknown', 'Buildium answered without saying what it made.');
  return { record: { kind: 'ledger_entry', scope: '', id }, posting: 'posted' };
}

interface Line {
  gl_account_id: string;
  debit: number;
  credit: number;
  unit_id?: string | undefined;
  memo?: string | undefined;
}

/** The unit that an entry is about, or none. Throws `unsupported` for lines of several. */
function unitOf(lines: readonly Line[]): string | undefined {
  const [unit, ...others] = new Set(lines.map(({ unit_id }) => unit_id));
  if (others.length === 0) return unit;
  throw new VendorError(
    'unsupported',
    'An entry of Buildium is about one unit, or about none: post one for each. Nothing was changed.',
    { field: 'lines' },
  );
}

export function postJournalEntry(vendor: Vendor): Plan<'post_journal_entry'> {
  return (command) => {
    unitOf(command.lines);
    return [journalStep(vendor, command, () => Promise.resolve(command.lines))];
  };
}

/** The entry's opposite: what was debited is credited. */
export function reverseJournalEntry(vendor: Vendor): Plan<'reverse_journal_entry'> {
  return ({ property_id, journal_entry_id, date, reason }) => [
    journalStep(vendor, { property_id, date, memo: reason }, async () => {
      const entry = await vendor.client.one<wire.Transaction>(
        (one) => path`v1/generalledger/transactions/${one}`,
        journal_entry_id,
      );
      if (entry === undefined || typeOf(entry) !== 'GeneralJournalEntry')
        throw new VendorError('not_found', 'Buildium has no such journal entry. Nothing was changed.');
      return (entry.Journal?.Lines ?? [])
        .filter(({ IsCashPosting }) => IsCashPosting !== true)
        .map(({ GLAccount, Amount = 0, Memo, AccountingEntity }) => {
          const unit = AccountingEntity?.Unit?.Id;
          const cents = Math.round(Amount * 100);
          return {
            gl_account_id: String(GLAccount?.Id ?? ''),
            debit: Math.max(0, -cents),
            credit: Math.max(0, cents),
            ...(unit != null && { unit_id: String(unit) }),
            ...(Memo && { memo: Memo }),
          };
        });
    }),
  ];
}

function journalStep(
  vendor: Vendor,
  { property_id, date, memo }: { property_id: string; date: string; memo: string },
  linesOf: () => Promise<readonly Line[]>,
) {
  return {
    name: 'post_journal_entry',
    retry: 'marker' as const,
    makes_record: true,
    operation: 'post_journal_entry',
    async prepare({ marker }: StepContext) {
      const lines = await linesOf();
      const unit = unitOf(lines);
      const body = {
        AccountingEntity: {
          Id: idOf(property_id, 'property'),
          AccountingEntityType: 'Rental',
          ...(unit !== undefined && { UnitId: idOf(unit, 'unit') }),
        },
        Date: date,
        Memo: withMarker(memo, marker, LENGTHS.journal_memo),
        Lines: lines.map((line) => ({
          GLAccountId: idOf(line.gl_account_id, 'account'),
          PostingType: line.debit > 0 ? 'Debit' : 'Credit',
          Amount: dollars(line.debit > 0 ? line.debit : line.credit),
          ...(line.memo !== undefined && { Memo: line.memo }),
        })),
      };
      return { body };
    },
    async locate(request: Record<string, unknown>, { marker }: StepContext, signal?: AbortSignal): Promise<Located> {
      const { Lines } = request['body'] as { Lines: { GLAccountId: number }[] };
      const rows = await vendor.client.all<wire.Transaction>(
        'v1/generalledger/transactions',
        { startdate: date, enddate: date, glaccountids: [...new Set(Lines.map(({ GLAccountId }) => GLAccountId))] },
        signal,
      );
      const found = rows.find((row) => typeOf(row) === 'GeneralJournalEntry' && carries(row.Journal?.Memo, marker));
      return found === undefined
        ? { outcome: 'absent', covers_all: true }
        : { outcome: 'found', result: madeEntry(found) };
    },
  };
}

function madeEntry(answer: unknown): StepResult {
  return { record: { kind: 'journal_entry', scope: '', id: idIn(answer) }, posting: 'posted' };
}

export function moneyOperations({ client }: Vendor): Record<string, Operation> {
  return {
    async post_to_lease({ lease, what, body }, signal) {
      const address = path`v1/leases/${String(lease)}/${String(what)}`;
      const { body: answer } = await client.send('POST', address, body, { signal });
      // A charge is answered with a list of transactions, one as a rule.
      const [transaction] = (Array.isArray(answer) ? answer : [answer]) as (wire.Transaction | undefined)[];
      if (transaction === undefined)
        throw new VendorError('outcome_unknown', 'Buildium answered without saying what it made.');
      return entryOf(String(lease), transaction);
    },
    async post_journal_entry({ body }, signal) {
      return madeEntry((await client.send('POST', 'v1/generalledger/journalentries', body, { signal })).body);
    },
  };
}
