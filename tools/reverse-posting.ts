import * as z from 'zod/v4';
import { billView, chargeView, journalEntryView, PostingView } from '../src/accounting/posting_view.ts';
import type { Command } from '../src/model/commands.ts';
import { formatAmount } from '../src/model/money.ts';
import { at, type Call, defineTool } from '../src/tool.ts';
import { amount, day, notDuplicateOf, recordId, requestId, words } from '../src/tool/params.ts';
import {
  planReversal,
  POSTING_RECORD,
  REVERSIBLE_KINDS,
  type ReversalRequest,
  type ReversibleKind,
} from '../src/tool/plan_reversal.ts';
import { refIn, requireSame } from '../src/tool/posting_facts.ts';
import type { OpenWrite } from '../src/writeback/open_write.ts';

export default defineTool({
  name: 'reverse_posting',
  title: 'Reverse a posting',
  description: 'Reverse a bill, charge or journal entry, or credit part of a charge; never edits it.',
  scope: 'accounting:post',
  risk: 'money',
  input: z.strictObject({
    request_id: requestId(),
    kind: z.enum(REVERSIBLE_KINDS),
    posting_id: recordId(),
    amount: amount().describe('Part of a charge; default all').optional(),
    reversal_date: day().optional(),
    reason: words(240),
    not_duplicate_of: notDuplicateOf().optional(),
  }),
  output: z.object({
    reversal: PostingView.optional(),
    posting_id: z.string(),
    kind: z.enum(REVERSIBLE_KINDS),
    amount: z.string(),
    reversal_date: z.string(),
    reason: z.string(),
    /** Of a charge: what is left of it. */
    left: z.string().optional(),
    /** Charges that pass on a reversed bill: they stay on the residents' ledgers until they are reversed too. */
    charge_backs: z.array(z.string()).optional(),
  }),
  untrusted: ['reversal.memo'],

  async propose(call, input) {
    const plan = await planReversal(call, {
      kind: input.kind,
      posting: input.posting_id,
      amount: input.amount,
      date: input.reversal_date,
      reason: input.reason,
    });
    const { command, posting, property, amount: cents } = plan;
    return {
      at: at(posting),
      property,
      command,
      before: posting.record,
      amount: cents,
      effect: ['reverse_posting', input.kind, posting.record.id, cents],
      draws_on: { kind: posting.kind, id: posting.record.id },
      ...(input.not_duplicate_of !== undefined && { not_duplicate_of: input.not_duplicate_of }),
      answer: {
        posting_id: posting.ref,
        kind: input.kind,
        amount: formatAmount(cents),
        reversal_date: plan.date,
        reason: input.reason,
        ...('reversed_amount' in posting.record && {
          left: formatAmount(posting.record.amount - posting.record.reversed_amount - cents),
        }),
        ...(plan.charge_backs.length > 0 && { charge_backs: plan.charge_backs }),
      },
    };
  },

  async judgeAgain(call, write) {
    const request = requestOf(call, write);
    if (request === undefined) return;
    const plan = await planReversal(call, request);
    requireSame(write.command, plan.command, 'this posting');
    requireSame(content(write.before), content(plan.posting.record), 'this posting');
  },

  async present(call, write) {
    if (write.row.state !== 'done' || write.row.record_id === null) return {};
    return { reversal: await viewReversal(call, write, write.row.record_id) };
  },

  text({ reversal, kind, posting_id: id, amount: cents, left, charge_backs: backs, write }) {
    const what = `${cents} of ${kind.replace('_', ' ')} ${id}`;
    if (reversal === undefined)
      return `Not reversed yet (${(write as { state?: string } | undefined)?.state}): ${what}.`;
    const rest = left === undefined ? '' : ` ${left} of it is left.`;
    const passed = backs === undefined ? '' : ` Residents are still charged for it: ${backs.join(', ')}.`;
    return `Reversed ${what} as ${reversal.posting_id}.${rest}${passed}`;
  },
});

/** The request behind a stored reversal. */
function requestOf(call: Call, write: OpenWrite): ReversalRequest | undefined {
  const target = targetOf(write.command);
  if (target === undefined) return undefined;
  return { ...target, posting: refIn(call, write)(target.posting) };
}

function targetOf(command: Command): ReversalRequest | undefined {
  switch (command.kind) {
    case 'reverse_charge':
      return { ...command, kind: 'charge', posting: command.charge_id };
    case 'reverse_bill':
      return { ...command, kind: 'bill', posting: command.bill_id };
    case 'reverse_journal_entry':
      return { ...command, kind: 'journal_entry', posting: command.journal_entry_id };
    default:
      return undefined;
  }
}

/** What a reversal rests on. How much of a charge is gone already has been judged by what is left of it. */
function content(record: object | undefined): object {
  return { ...record, reversed_amount: undefined };
}

async function viewReversal(call: Call, write: OpenWrite, id: string): Promise<PostingView | undefined> {
  const kind = targetOf(write.command)?.kind as ReversibleKind;
  const ref = refIn(call, write);
  const { record } = await call.records.get(POSTING_RECORD[kind], ref(id));
  if ('household_id' in record) return chargeView(record, ref);
  if ('vendor_id' in record) return billView(record, { ref, states: ['reversed'] });
  return journalEntryView(record, ref);
}
