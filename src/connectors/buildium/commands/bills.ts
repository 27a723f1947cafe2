import * as z from 'zod/v4';
import type { CommandOf } from '../../../model/commands.ts';
import { addDays } from '../../../model/zoned_time.ts';
import type { Located, StepRequest, StepResult } from '../../connector.ts';
import { keptRequest } from '../../kit/kept_request.ts';
import type { Operation, Plan } from '../../kit/vendor.ts';
import { LONGEST_RANGE_DAYS } from '../limits.ts';
import { dayAt } from '../records/general_ledger.ts';
import { lineTotal } from '../records/postings.ts';
import { workOrderOf } from '../records/work_orders.ts';
import { idOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { dollars, idIn } from './answers.ts';

type PostBill = CommandOf<'post_bill'>;

export function postBill(vendor: Vendor): Plan<'post_bill'> {
  return (command) => [
    {
      name: 'post_bill',
      retry: 'natural_key',
      makes_record: true,
      operation: 'post_bill',
      prepare: async () => ({
        body: await billBody(vendor, command),
        known: (await equalBills(vendor, command)).map(({ Id }) => Id),
      }),
      locate: (request, _context, signal) => locateBill(vendor, command, request, signal),
    },
  ];
}

async function billBody(vendor: Vendor, command: PostBill): Promise<Record<string, unknown>> {
  const { vendor_id, invoice_number, invoice_date, due_date, lines, work_order_id, memo } = command;
  // Bills hang on the work order, which is known here by its task.
  const order = work_order_id === undefined ? undefined : await workOrderOf(vendor, work_order_id);
  return {
    Date: invoice_date,
    DueDate: due_date,
    VendorId: idOf(vendor_id, 'vendor'),
    ReferenceNumber: invoice_number,
    ...(memo !== undefined && { Memo: memo }),
    ...(order !== undefined && { WorkOrderId: order.Id }),
    Lines: lines.map((line) => ({
      AccountingEntity: {
        Id: idOf(line.property_id, 'property'),
        AccountingEntityType: 'Rental',
        ...(line.unit_id !== undefined && { UnitId: idOf(line.unit_id, 'unit') }),
      },
      GlAccountId: idOf(line.gl_account_id, 'account'),
      Amount: dollars(line.amount),
      ...(line.memo !== undefined && { Memo: line.memo }),
    })),
  };
}

const NewBill = z.object({ known: z.array(z.number()) });

/** Bills that were there before the request are not its effect; several that came after it may each be it. */
async function locateBill(
  vendor: Vendor,
  command: PostBill,
  request: StepRequest,
  signal?: AbortSignal,
): Promise<Located> {
  const { known } = keptRequest(NewBill, request);
  const [result, ...others] = (await equalBills(vendor, command, signal))
    .filter(({ Id }) => !known.includes(Id))
    .map(({ Id }) => billResult(String(Id)));
  return result === undefined ? { outcome: 'absent', covers_all: true } : { outcome: 'found', result, others };
}

/**
 * Bills of the same vendor, number, day and total, each once. Unpaid ones are asked for first: one that is paid meanwhile
 * is then among the paid ones.
 */
async function equalBills(vendor: Vendor, command: PostBill, signal?: AbortSignal): Promise<wire.Bill[]> {
  const { vendor_id, invoice_number, invoice_date, lines } = command;
  const total = lines.reduce((sum, { amount }) => sum + amount, 0);
  const found = new Map<number, wire.Bill>();
  for (const state of [{ paidstatus: 'Unpaid' }, ...paidSince(invoice_date, vendor.clock())]) {
    const filters = { vendorid: vendor_id, referencenumber: invoice_number, ...state };
    for (const bill of await vendor.client.all<wire.Bill>('v1/bills', filters, signal)) found.set(bill.Id, bill);
  }
  return [...found.values()].filter(
    (bill) =>
      bill.ReferenceNumber === invoice_number && bill.Date?.slice(0, 10) === invoice_date && lineTotal(bill) === total,
  );
}

/** Payments can be dated ahead, though hardly by more than that. */
const AHEAD_DAYS = 60;

/** Filters that together ask for what was paid since a bill was made, or since today where it is dated ahead. */
function paidSince(invoice_date: string, now: number): Record<string, string>[] {
  const today = dayAt(now);
  const last = addDays(today, AHEAD_DAYS);
  const filters: Record<string, string>[] = [];
  for (let from = invoice_date < today ? invoice_date : today; from <= last; from = addDays(from, LONGEST_RANGE_DAYS))
    filters.push({
      paidstatus: 'Paid',
      frompaiddate: from,
      topaiddate: addDays(from, LONGEST_RANGE_DAYS - 1),
    });
  return filters;
}

function billResult(id: string): StepResult {
  return { record: { kind: 'bill', scope: '', id }, posting: 'posted' };
}

export function billOperations({ client }: Vendor): Record<string, Operation> {
  return {
    async post_bill({ body }, signal) {
      return billResult(idIn((await client.send('POST', 'v1/bills', body, { signal })).body));
    },
  };
}
