import * as z from 'zod/v4';
import { journalEntryView, PostingView } from '../src/accounting/posting_view.ts';
import { formatAmount } from '../src/model/money.ts';
import { at, defineTool } from '../src/tool.ts';
import { amount, day, notDuplicateOf, recordId, requestId, words } from '../src/tool/params.ts';
import { planJournalEntry } from '../src/tool/plan_journal_entry.ts';
import { refIn, requireSame } from '../src/tool/posting_facts.ts';

export default defineTool({
  name: 'post_journal_entry',
  title: 'Post a journal entry',
  description: 'Post a balanced journal entry for one property; never for resident charges or vendor bills.',
  scope: 'accounting:post',
  risk: 'money',
  input: z.strictObject({
    request_id: requestId(),
    property_id: recordId(),
    entry_date: day(),
    memo: words(240),
    lines: z
      .array(
        z.strictObject({
          account_id: recordId(),
          debit: amount().describe('Or credit, like "90.00"').optional(),
          credit: amount().optional(),
          unit_id: recordId().optional(),
          memo: words(240).optional(),
        }),
      )
      .max(200)
      .describe('Two or more'),
    not_duplicate_of: notDuplicateOf().optional(),
  }),
  output: z.object({
    journal_entry: PostingView.optional(),
    property_id: z.string(),
    entry_date: z.string(),
    amount: z.string(),
  }),
  untrusted: ['journal_entry.memo'],

  async propose(call, input) {
    const {
      command,
      property,
      amount: cents,
    } = await planJournalEntry(call, {
      property: input.property_id,
      date: input.entry_date,
      memo: input.memo,
      lines: input.lines.map((line) => ({
        account: line.account_id,
        debit: line.debit ?? 0,
        credit: line.credit ?? 0,
        unit: line.unit_id,
        memo: line.memo,
      })),
    });
    return {
      at: at(property),
      property,
      command,
      amount: cents,
      effect: [
        'post_journal_entry',
        command.property_id,
        command.date,
        command.lines.map((line) => [line.gl_account_id, line.debit, line.credit, line.unit_id ?? '']).sort(),
      ],
      ...(input.not_duplicate_of !== undefined && { not_duplicate_of: input.not_duplicate_of }),
      answer: { property_id: property.ref, entry_date: command.date, amount: formatAmount(cents) },
    };
  },

  async judgeAgain(call, write) {
    const { command } = write;
    if (command.kind !== 'post_journal_entry') return;
    const ref = refIn(call, write);
    const plan = await planJournalEntry(call, {
      property: ref(command.property_id),
      date: command.date,
      memo: command.memo,
      lines: command.lines.map((line) => ({
        account: ref(line.gl_account_id),
        debit: line.debit,
        credit: line.credit,
        unit: line.unit_id === undefined ? undefined : ref(line.unit_id),
        memo: line.memo,
      })),
    });
    requireSame(command, plan.command, 'what this entry names');
  },

  async present(call, write) {
    if (write.row.state !== 'done' || write.row.record_id === null) return {};
    const ref = refIn(call, write);
    const { record } = await call.records.get('journal_entry', ref(write.row.record_id));
    return { journal_entry: journalEntryView(record, ref) };
  },

  text({ journal_entry: entry, amount: cents, entry_date: date, write }) {
    if (entry !== undefined) return `Posted ${cents} on ${date} as journal entry ${entry.posting_id}.`;
    return `Not posted yet (${(write as { state?: string } | undefined)?.state}): ${cents} on ${date}.`;
  },
});
