import * as z from 'zod/v4';
import { invoiceNumberKey, vendorNameKey } from '../src/accounting/duplicate_bills.ts';
import {
  billView,
  MatchView,
  matchView,
  PostingView,
  SuspectView,
  suspectViews,
} from '../src/accounting/posting_view.ts';
import { CaretakerError } from '../src/model/errors.ts';
import { formatAmount } from '../src/model/money.ts';
import type { Vendor } from '../src/model/records.ts';
import { at, defineTool } from '../src/tool.ts';
import { amount, day, notDuplicateOf, recordId, requestId, words } from '../src/tool/params.ts';
import { type BillPlan, planBill } from '../src/tool/plan_bill.ts';
import { refIn, requireSame } from '../src/tool/posting_facts.ts';

export default defineTool({
  name: 'post_vendor_bill',
  title: 'Enter a vendor bill',
  description: "Enter a vendor's invoice as a bill to be paid; finds duplicates and checks it against its work order.",
  scope: 'accounting:post',
  risk: 'money',
  input: z.strictObject({
    request_id: requestId(),
    vendor_id: recordId(),
    invoice_number: words(40),
    invoice_date: day(),
    due_date: day(),
    total: amount().describe('Like "350.00"'),
    lines: z
      .array(
        z.strictObject({
          account_id: recordId(),
          amount: amount(),
          property_id: recordId(),
          unit_id: recordId().optional(),
          memo: words(240).optional(),
        }),
      )
      .min(1)
      .max(100),
    work_order_id: recordId().optional(),
    file_ids: z.array(z.string().max(200)).max(50).optional(),
    not_duplicate_of: notDuplicateOf().optional(),
  }),
  output: z.object({
    bill: PostingView.optional(),
    vendor: z.string(),
    total: z.string(),
    work_order_match: MatchView,
    /** Bills that may be the same invoice: a person should look before this one is paid. */
    suspected_duplicates: z.array(SuspectView),
    warnings: z.array(z.string()),
  }),
  untrusted: ['bill.memo', 'bill.invoice_number'],

  async propose(call, input) {
    const plan = await planBill(call, {
      vendor: input.vendor_id,
      invoice_number: input.invoice_number,
      invoice_date: input.invoice_date,
      due_date: input.due_date,
      total: input.total,
      lines: input.lines.map((line) => ({
        account: line.account_id,
        amount: line.amount,
        property: line.property_id,
        unit: line.unit_id,
        memo: line.memo,
      })),
      work_order: input.work_order_id,
      file_ids: input.file_ids ?? [],
      not_duplicate_of: input.not_duplicate_of,
    });
    const { command, vendor, property, match, duplicates } = plan;
    const [same] = duplicates.exact;
    const named = same?.id ?? input.not_duplicate_of;
    const ref = (id: string) => call.records.ref(property.connection, property.scope, id);
    return {
      at: at(property),
      property,
      command,
      amount: command.total,
      effect: ['post_bill', vendorNameKey(vendor.record.name), invoiceNumberKey(command.invoice_number), command.total],
      ...(named !== undefined && { not_duplicate_of: named }),
      // Whoever says that two equal invoices are two is right now and then: that is for a person to see.
      approvals: same === undefined ? [] : [{ rule: 'looks_posted', reason: `it looks like bill ${ref(same.id)}` }],
      answer: {
        vendor: vendor.record.name,
        total: formatAmount(command.total),
        work_order_match: matchView(match, ref),
        suspected_duplicates: suspectViews(duplicates, ref),
        warnings: warningsOf(vendor.record, plan),
      },
    };
  },

  async judgeAgain(call, write) {
    const { command, row, answer } = write;
    if (command.kind !== 'post_bill') return;
    const ref = refIn(call, write);
    const plan = await planBill(call, {
      ...command,
      vendor: ref(command.vendor_id),
      lines: command.lines.map((line) => ({
        account: ref(line.gl_account_id),
        amount: line.amount,
        property: ref(line.property_id),
        unit: line.unit_id === undefined ? undefined : ref(line.unit_id),
        memo: line.memo,
      })),
      work_order: command.work_order_id === undefined ? undefined : ref(command.work_order_id),
      not_duplicate_of: row.not_duplicate_of ?? undefined,
    });
    requireSame(command, plan.command, 'what this bill names');
    const shown = answer as { work_order_match: MatchView; suspected_duplicates: SuspectView[] };
    requireSame(shown.work_order_match, matchView(plan.match, ref), 'how this bill fits its work order');
    const known = new Set(shown.suspected_duplicates.map(({ bill_id }) => bill_id));
    const news = suspectViews(plan.duplicates, ref).find(({ bill_id }) => !known.has(bill_id));
    if (news !== undefined)
      throw new CaretakerError(
        'conflict',
        `Since this was asked for, bill ${news.bill_id} was entered, which may be the same invoice. Nothing was posted.`,
        { next: `list_postings with posting_id ${news.bill_id}` },
      );
  },

  async present(call, write) {
    if (write.row.state !== 'done' || write.row.record_id === null) return {};
    const ref = refIn(call, write);
    const { record } = await call.records.get('bill', ref(write.row.record_id));
    return {
      bill: billView(record, { ref, states: record.approval === 'pending' ? ['awaiting_approval'] : ['unpaid'] }),
    };
  },

  text({ bill, vendor, total, work_order_match: match, suspected_duplicates: suspects, warnings, write }) {
    const state = (write as { state?: string } | undefined)?.state;
    const lines = [
      bill === undefined
        ? `Not entered yet (${state}): ${total} to ${vendor}.`
        : `Entered ${total} to ${vendor} as bill ${bill.posting_id}.`,
      `Work order: ${match.status}.`,
    ];
    if (suspects.length > 0) lines.push(`May repeat bill ${suspects.map(({ bill_id }) => bill_id).join(', ')}.`);
    return [...lines, ...warnings].join(' ');
  },
});

function warningsOf({ compliance, do_not_use: doNotUse }: Vendor, { match }: BillPlan): string[] {
  const found: [string, boolean][] = [
    ['No W-9 of this vendor is on file: it is needed before the bill is paid.', compliance.w9_on_file !== true],
    ['This vendor is marked do-not-use.', doNotUse],
    ['The work order was given to another vendor.', match.other_vendor === true],
    ['With this bill the work order costs more than was approved.', match.status === 'over_budget'],
    ['The bill is below the approved estimate.', match.status === 'amount_variance'],
  ];
  return found.filter(([, applies]) => applies).map(([warning]) => warning);
}
