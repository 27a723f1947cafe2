import * as z from 'zod/v4';
import { invoiceNumberKey } from '../src/accounting/duplicate_bills.ts';
import { POSTING_STATES, chargeStates, journalEntryStates } from '../src/accounting/posting_state.ts';
import { PostingView, billView, chargeView, journalEntryView } from '../src/accounting/posting_view.ts';
import { CaretakerError } from '../src/model/errors.ts';
import { formatAmount } from '../src/model/money.ts';
import type { Bill, JournalEntry } from '../src/model/records.ts';
import { type Call, defineTool, type Found } from '../src/tool.ts';
import { countedFirst } from '../src/tool/counted.ts';
import { type BillChecks, billChecks } from '../src/tool/bill_checks.ts';
import { gatherPage } from '../src/tool/gather_page.ts';
import { cursor, day, recordId, words } from '../src/tool/params.ts';
import { POSTING_RECORD, REVERSIBLE_KINDS } from '../src/tool/plan_reversal.ts';
import { passedOn } from '../src/tool/posting_facts.ts';
import { moreText, postingLine } from '../src/tool/text_lines.ts';
import { quoted } from '../src/tool/untrusted.ts';
import { waitingPostings, WaitingView } from '../src/tool/waiting_postings.ts';

/** States that can only be told by holding a bill against other records. */
const COMPARED: readonly string[] = ['no_work_order', 'amount_differs', 'suspected_duplicate'];

/** Arguments that say something about bills only. */
const OF_BILLS = ['vendor_id', 'invoice_number'] as const;

const LineView = z.object({
  account_id: z.string(),
  amount: z.string().optional(),
  debit: z.string().optional(),
  credit: z.string().optional(),
  property_id: z.string().optional(),
  unit_id: z.string().optional(),
  memo: z.string().optional(),
});

const Detail = z.object({
  lines: z.array(LineView),
  /** Of a bill: the charges that pass it on, and what is left to pass on. */
  charge_backs: z.array(PostingView).optional(),
  left_to_charge: z.string().optional(),
});

const input = z.strictObject({
  kind: z.enum(REVERSIBLE_KINDS),
  posting_id: recordId().optional(),
  property_id: recordId().optional(),
  vendor_id: recordId().optional(),
  work_order_id: recordId().optional(),
  bill_id: recordId().describe('Charges that pass it on').optional(),
  state: z.enum(POSTING_STATES).optional(),
  invoice_number: words(60).describe('However written').optional(),
  from_date: day().optional(),
  to_date: day().optional(),
  cursor: cursor().optional(),
});
type Input = z.output<typeof input>;

export default defineTool({
  name: 'list_postings',
  title: 'List postings',
  description:
    'List bills, charges and journal entries with approval, payment, reversal and links, and what waits for approval; find unmatched or suspect ones.',
  scope: 'accounting:read',
  risk: 'read',
  input,
  output: z.object({
    /** Newest first. */
    postings: z.array(PostingView),
    /** Recorded here and not in the PMS yet, because a person has to decide. */
    waiting: z.array(WaitingView).optional(),
    /** Only with posting_id. */
    detail: Detail.optional(),
    next_cursor: z.string().optional(),
    as_of: z.string(),
    stale: z.boolean(),
  }),
  untrusted: ['postings.memo', 'postings.invoice_number', 'detail.lines.memo', 'detail.charge_backs.memo'],

  async run(call, input) {
    checkArguments(input);
    if (input.posting_id !== undefined) return one(call, input, input.posting_id);
    const checks = billChecks(call);
    const named = await namedRecords(call, input, checks);
    const page = await gatherPage(call, POSTING_RECORD[input.kind], {
      filters: named.filters,
      cursor: input.cursor,
      order: 'newest_first',
      matches: (found) => matches(found, input, named, checks),
    });
    const waits = input.cursor === undefined && (input.state === undefined || input.state === 'awaiting_approval');
    const waiting = waits
      ? await waitingPostings(call, {
          kind: input.kind,
          property: input.property_id,
          vendors: named.vendors?.map(named.ref),
          work_order: input.work_order_id,
          bill: input.bill_id,
          invoice_number: input.invoice_number,
          from: input.from_date,
          to: input.to_date,
        })
      : [];
    return {
      postings: await Promise.all(page.records.map((found) => viewOf(call, found, checks))),
      ...(waiting.length > 0 && { waiting }),
      ...(page.next_cursor !== undefined && { next_cursor: page.next_cursor }),
      as_of: page.as_of,
      stale: page.stale,
    };
  },

  text({ postings, waiting = [], detail, next_cursor }) {
    return [
      `${countedFirst(postings.length, 'posting')}${waiting.length === 0 ? '' : `, ${waiting.length} waiting for approval`}.`,
      ...postings.map(postingLine),
      ...waiting
        .slice(0, WAITING_TOLD)
        .map(({ write_id, tool, date, amount }) => `Waiting: ${write_id} ${tool} ${date} ${amount}`),
      ...(detail === undefined ? [] : detailText(postings[0], detail)),
      ...moreText(next_cursor),
    ].join('\n');
  },
});

/** More than these that wait are in the structured result; list_writes has them too. */
const WAITING_TOLD = 10;

function detailText(posting: PostingView | undefined, detail: z.output<typeof Detail>): string[] {
  const { match, suspected_duplicates: suspects = [], left_to_reverse: left, property_id } = posting ?? {};
  return [
    `Property ${property_id}${posting?.vendor_id === undefined ? '' : `, vendor ${posting.vendor_id}`}${left === undefined ? '' : `, ${left} left to reverse`}.`,
    ...detail.lines.map(
      ({ account_id, amount, debit, credit, memo }) =>
        `Account ${account_id}: ${amount ?? (debit === undefined ? `credit ${credit}` : `debit ${debit}`)}${memo === undefined ? '' : ` ${quoted(memo, 60)}`}`,
    ),
    ...(match === undefined
      ? []
      : [`Work order ${match.work_order_id ?? match.suggested_work_order_id ?? 'none'}: ${match.status}.`]),
    ...suspects.map(({ bill_id, reasons }) => `May repeat bill ${bill_id}: ${reasons.join(', ')}.`),
    ...(detail.charge_backs ?? []).map((charge) => `Passed on by ${postingLine(charge)}`),
    ...(detail.left_to_charge === undefined ? [] : [`Left to pass on: ${detail.left_to_charge}.`]),
  ];
}

type AnyPosting = Found<'bill' | 'ledger_entry' | 'journal_entry'>;

function checkArguments(given: Input): void {
  const wrong = OF_BILLS.find((name) => given.kind !== 'bill' && given[name] !== undefined);
  const linked =
    given.kind === 'journal_entry' && given.work_order_id !== undefined
      ? 'work_order_id'
      : given.kind !== 'charge' && given.bill_id !== undefined
        ? 'bill_id'
        : undefined;
  const off = wrong ?? linked;
  if (off !== undefined)
    throw new CaretakerError('invalid_input', `A ${given.kind.replace('_', ' ')} has no ${off}.`, {
      field: off,
      next: `leave it out, or list kind "${off === 'bill_id' ? 'charge' : 'bill'}"`,
    });
  if (given.from_date !== undefined && given.to_date !== undefined && given.to_date < given.from_date)
    throw new CaretakerError('invalid_input', 'to_date lies before from_date.', { field: 'to_date' });
}

/** What the arguments name, as the mirror and the checks take it. */
async function namedRecords(call: Call, given: Input, checks: BillChecks) {
  const { records } = call;
  const property = given.property_id === undefined ? undefined : await records.get('property', given.property_id);
  const vendor = given.vendor_id === undefined ? undefined : await records.get('vendor', given.vendor_id);
  const workOrder =
    given.work_order_id === undefined ? undefined : await records.get('work_order', given.work_order_id);
  const bill = given.bill_id === undefined ? undefined : await records.get('bill', given.bill_id, 'bill_id');
  const vendors = vendor === undefined ? undefined : await checks.company(vendor);
  const place = property ?? vendor ?? workOrder ?? bill;
  return {
    vendors,
    work_order_id: workOrder?.record.id,
    bill_id: bill?.record.id,
    ref: (id: string) => records.ref(place?.connection ?? '', place?.scope ?? '', id),
    filters: {
      ...(place !== undefined && { connection: place.connection, scope: place.scope }),
      ...(property !== undefined && { property_ids: [property.record.id] }),
      // One company may be there twice: then its bills are picked out one by one.
      ...(vendors?.length === 1 && { vendor_id: vendors[0] as string }),
      ...(given.from_date !== undefined && { listed_from: given.from_date }),
      ...(given.to_date !== undefined && { listed_to: given.to_date }),
      ...(given.kind === 'charge' && { status: ['charge'] }),
    },
  };
}

/** Whether a posting is one that was asked for; what can be told from the record itself is looked at first. */
async function matches(
  found: AnyPosting,
  given: Input,
  named: { vendors?: string[] | undefined; work_order_id?: string | undefined; bill_id?: string | undefined },
  checks: BillChecks,
): Promise<boolean> {
  const { record } = found;
  const work = 'work_order_id' in record ? record.work_order_id : undefined;
  if (named.work_order_id !== undefined && work !== named.work_order_id) return false;
  if (named.bill_id !== undefined && !('bill_id' in record && record.bill_id === named.bill_id)) return false;
  if (found.kind !== 'bill') return given.state === undefined || statesOf(found).includes(given.state);
  const bill = found.record as Bill;
  if (named.vendors !== undefined && !named.vendors.includes(bill.vendor_id)) return false;
  const number = given.invoice_number;
  if (number !== undefined && invoiceNumberKey(bill.invoice_number) !== invoiceNumberKey(number)) return false;
  if (given.state === undefined) return true;
  if (!COMPARED.includes(given.state) && bill.reversed_by_id === undefined) {
    if (given.state === 'paid' && bill.paid_amount < bill.total) return false;
    if (given.state === 'awaiting_approval' && bill.approval !== 'pending') return false;
  }
  return (await checks.check(found as Found<'bill'>)).states.includes(given.state);
}

function statesOf({ record }: AnyPosting) {
  return 'household_id' in record ? chargeStates(record) : journalEntryStates(record as JournalEntry);
}

async function viewOf(call: Call, found: AnyPosting, checks: BillChecks): Promise<PostingView> {
  const ref = (id: string) => call.records.ref(found.connection, found.scope, id);
  if ('household_id' in found.record) return chargeView(found.record, ref);
  if ('vendor_id' in found.record)
    return billView(found.record, { ref, ...(await checks.check(found as Found<'bill'>)) });
  return journalEntryView(found.record, ref);
}

async function one(call: Call, given: Input, id: string) {
  const found = await call.records.get(POSTING_RECORD[given.kind], id, 'posting_id');
  if ('household_id' in found.record && found.record.kind !== 'charge' && found.record.kind !== 'credit')
    throw new CaretakerError('not_found', `This ledger entry is a ${found.record.kind}, not a charge.`, {
      field: 'posting_id',
      next: 'get_resident_ledger shows it',
    });
  const ref = (inner: string) => call.records.ref(found.connection, found.scope, inner);
  const passed = found.kind === 'bill' ? await passedOn(call, found as Found<'bill'>, 'mirror') : undefined;
  return {
    postings: [await viewOf(call, found, billChecks(call))],
    detail: {
      lines: 'lines' in found.record ? found.record.lines.map((line) => lineView(line, ref)) : [],
      ...(passed !== undefined && {
        charge_backs: passed.charges.map((charge) => chargeView(charge, ref)),
        left_to_charge: formatAmount(passed.left),
      }),
    },
    as_of: new Date(found.as_of).toISOString(),
    stale: found.stale,
  };
}

function lineView(line: Bill['lines'][number] | JournalEntry['lines'][number], ref: (id: string) => string) {
  return {
    account_id: ref(line.gl_account_id),
    ...('amount' in line && { amount: formatAmount(line.amount), property_id: ref(line.property_id) }),
    ...('debit' in line && line.debit > 0 && { debit: formatAmount(line.debit) }),
    ...('credit' in line && line.credit > 0 && { credit: formatAmount(line.credit) }),
    ...(line.unit_id !== undefined && { unit_id: ref(line.unit_id) }),
    ...(line.memo !== undefined && { memo: line.memo }),
  };
}
