import * as z from 'zod/v4';
import { invoiceNumberKey } from '../accounting/duplicate_bills.ts';
import type { Command, CommandKind } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import { formatAmount } from '../model/money.ts';
import type { Call } from '../tool.ts';
import type { OpenWrite } from '../writeback/open_write.ts';
import { refIn } from './posting_facts.ts';
import type { ReversibleKind } from './plan_reversal.ts';

/** A posting that is recorded here and waits for a person; the PMS does not know of it yet. */
export const WaitingView = z.object({
  write_id: z.string(),
  tool: z.string(),
  property_id: z.string(),
  date: z.string(),
  amount: z.string(),
  asked_at: z.string(),
  vendor_id: z.string().optional(),
  invoice_number: z.string().optional(),
  lease_id: z.string().optional(),
  work_order_id: z.string().optional(),
  /** On a charge: the bill that it would pass on. */
  bill_id: z.string().optional(),
  /** On a reversal: what it would take back. */
  reverses_id: z.string().optional(),
});
export type WaitingView = z.infer<typeof WaitingView>;

/** What a listing was narrowed down to; ids are those of tools, dates inclusive. */
export interface WaitingFilter {
  kind: ReversibleKind;
  property?: string | undefined;
  vendors?: readonly string[] | undefined;
  work_order?: string | undefined;
  /** Charges that pass on this bill. */
  bill?: string | undefined;
  invoice_number?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

const COMMANDS_OF: Readonly<Record<ReversibleKind, readonly CommandKind[]>> = {
  bill: ['post_bill', 'reverse_bill'],
  charge: ['post_charge', 'reverse_charge'],
  journal_entry: ['post_journal_entry', 'reverse_journal_entry'],
};

/** How many waiting writes are looked through; more than this nobody has left undecided for three days. */
const LOOKED_AT = 500;

/** Postings of a kind that wait for a person's decision, newest first. */
export async function waitingPostings(call: Call, filter: WaitingFilter): Promise<WaitingView[]> {
  const rows = await call.writeback.list({
    organisation: call.grant.organisation,
    states: ['awaiting_approval'],
    limit: LOOKED_AT,
  });
  const found: WaitingView[] = [];
  for (const row of rows) {
    if (!COMMANDS_OF[filter.kind].includes(row.command_kind as CommandKind)) continue;
    if (!(await isMine(call, row))) continue;
    const write = await call.writeback.byId(row.write_id);
    const view = write === undefined ? undefined : waitingView(call, write);
    if (view !== undefined && fits(view, filter)) found.push(view);
  }
  return found;
}

async function isMine(
  call: Call,
  row: { connection: string; scope: string; property_id: string | null },
): Promise<boolean> {
  if (row.property_id === null || !call.records.connections.includes(row.connection)) return false;
  const property = call.records.ref(row.connection, row.scope, row.property_id);
  try {
    await call.records.get('property', property);
    return true;
  } catch (error) {
    if (error instanceof CaretakerError && error.code === 'not_found') return false;
    throw error;
  }
}

function waitingView(call: Call, write: OpenWrite): WaitingView | undefined {
  const { row, command } = write;
  const facts = factsOf(command, refIn(call, write));
  if (facts === undefined) return undefined;
  return {
    write_id: row.write_id,
    tool: row.tool,
    amount: formatAmount(row.amount ?? 0),
    asked_at: new Date(row.created_at).toISOString(),
    ...facts,
  };
}

function factsOf(command: Command, ref: (id: string) => string) {
  switch (command.kind) {
    case 'post_bill':
      return {
        property_id: ref(command.property_id),
        date: command.invoice_date,
        vendor_id: ref(command.vendor_id),
        invoice_number: command.invoice_number,
        ...(command.work_order_id !== undefined && { work_order_id: ref(command.work_order_id) }),
      };
    case 'post_charge':
      return {
        property_id: ref(command.property_id),
        date: command.date,
        lease_id: ref(command.lease_id),
        ...(command.bill_id !== undefined && { bill_id: ref(command.bill_id) }),
        ...(command.work_order_id !== undefined && { work_order_id: ref(command.work_order_id) }),
      };
    case 'post_journal_entry':
      return { property_id: ref(command.property_id), date: command.date };
    case 'reverse_bill':
      return { property_id: ref(command.property_id), date: command.date, reverses_id: ref(command.bill_id) };
    case 'reverse_charge':
      return { property_id: ref(command.property_id), date: command.date, reverses_id: ref(command.charge_id) };
    case 'reverse_journal_entry':
      return { property_id: ref(command.property_id), date: command.date, reverses_id: ref(command.journal_entry_id) };
    default:
      return undefined;
  }
}

function fits(view: WaitingView, filter: WaitingFilter): boolean {
  if (filter.property !== undefined && view.property_id !== filter.property) return false;
  if (filter.vendors !== undefined && !filter.vendors.includes(view.vendor_id ?? '')) return false;
  if (filter.work_order !== undefined && view.work_order_id !== filter.work_order) return false;
  if (filter.bill !== undefined && view.bill_id !== filter.bill) return false;
  if (
    filter.invoice_number !== undefined &&
    invoiceNumberKey(view.invoice_number ?? '') !== invoiceNumberKey(filter.invoice_number)
  )
    return false;
  return (filter.from === undefined || view.date >= filter.from) && (filter.to === undefined || view.date <= filter.to);
}
