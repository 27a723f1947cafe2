import * as z from 'zod/v4';
import { chargeView, PostingView } from '../src/accounting/posting_view.ts';
import { formatAmount } from '../src/model/money.ts';
import { at, defineTool } from '../src/tool.ts';
import { amount, day, notDuplicateOf, recordId, requestId, words } from '../src/tool/params.ts';
import { planCharge } from '../src/tool/plan_charge.ts';
import { refIn, requireSame } from '../src/tool/posting_facts.ts';

export default defineTool({
  name: 'post_gl_charge',
  title: 'Charge a resident',
  description: 'Charge a resident on a lease, also to pass on part of a bill.',
  scope: 'accounting:post',
  risk: 'money',
  input: z.strictObject({
    request_id: requestId(),
    lease_id: recordId(),
    account_id: recordId().describe('Usable for resident_charge in list_gl_accounts'),
    amount: amount().describe('Like "350.00"'),
    charge_date: day(),
    memo: words(200).describe('Seen by the resident'),
    work_order_id: recordId().optional(),
    bill_id: recordId().describe('Bill passed on').optional(),
    reason: words(1_000).describe('Why the resident owes it').optional(),
    not_duplicate_of: notDuplicateOf().optional(),
  }),
  output: z.object({
    charge: PostingView.optional(),
    lease_id: z.string(),
    account: z.string(),
    amount: z.string(),
    charge_date: z.string(),
    reason: z.string().optional(),
    /** Of the bill that is passed on: what is left for other charges after this one. */
    left_of_bill: z.string().optional(),
  }),
  untrusted: ['charge.memo'],

  async propose(call, input) {
    const plan = await planCharge(call, {
      lease: input.lease_id,
      account: input.account_id,
      amount: input.amount,
      date: input.charge_date,
      memo: input.memo,
      work_order: input.work_order_id,
      bill: input.bill_id,
    });
    const { command, lease, property, bill, left } = plan;
    return {
      at: at(lease),
      property,
      command,
      amount: command.amount,
      effect: ['post_charge', command.lease_id, command.charge_code_id, command.amount, command.date],
      ...(input.not_duplicate_of !== undefined && { not_duplicate_of: input.not_duplicate_of }),
      ...(input.reason !== undefined && { reason: input.reason }),
      ...(bill !== undefined && { draws_on: { kind: 'bill' as const, id: bill.record.id } }),
      answer: {
        lease_id: lease.ref,
        account: plan.account,
        amount: formatAmount(command.amount),
        charge_date: command.date,
        ...(input.reason !== undefined && { reason: input.reason }),
        ...(left !== undefined && { left_of_bill: formatAmount(left) }),
      },
    };
  },

  async judgeAgain(call, write) {
    const { command } = write;
    if (command.kind !== 'post_charge') return;
    const ref = refIn(call, write);
    const { lease_id, charge_code_id, work_order_id, bill_id, amount: cents, date, memo } = command;
    const plan = await planCharge(call, {
      lease: ref(lease_id),
      account: ref(charge_code_id),
      amount: cents,
      date,
      memo,
      ...(work_order_id !== undefined && { work_order: ref(work_order_id) }),
      ...(bill_id !== undefined && { bill: ref(bill_id) }),
    });
    requireSame(command, plan.command, 'the lease or its household');
  },

  async present(call, write) {
    if (write.row.state !== 'done' || write.row.record_id === null) return {};
    const ref = refIn(call, write);
    const { record } = await call.records.get('ledger_entry', ref(write.row.record_id));
    return { charge: chargeView(record, ref) };
  },

  text({ charge, account, amount: charged, left_of_bill: left, write }) {
    const rest = left === undefined ? '' : ` ${left} of the bill is left to pass on.`;
    if (charge !== undefined) return `Charged ${charged} for ${account} as ${charge.posting_id}.${rest}`;
    return `Not charged yet (${(write as { state?: string } | undefined)?.state}): ${charged} for ${account}.`;
  },
});
