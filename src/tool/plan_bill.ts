import { checkBill } from '../accounting/bill.ts';
import { type DuplicateBills, findDuplicateBills } from '../accounting/duplicate_bills.ts';
import { matchBillToWorkOrder, type WorkOrderMatch } from '../accounting/work_order_match.ts';
import type { CommandOf } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import { formatAmount } from '../model/money.ts';
import type { Bill, WorkOrder } from '../model/records.ts';
import { addDays } from '../model/zoned_time.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import {
  billsOfCompany,
  enforce,
  freshById,
  freshIn,
  idOf,
  type Place,
  recordsOf,
  sameCompany,
  vendorNames,
} from './posting_facts.ts';

/** An invoice that was entered this long ago is not the one on the desk; numbers come back after years. */
const ENTERED_BEFORE_DAYS = 3 * 366;

/** An invoice as it is to be entered; records are named by their refs. */
export interface BillRequest {
  vendor: string;
  invoice_number: string;
  invoice_date: string;
  due_date: string;
  total: number;
  lines: readonly {
    account: string;
    amount: number;
    property: string;
    unit?: string | undefined;
    memo?: string | undefined;
  }[];
  work_order?: string | undefined;
  file_ids: readonly string[];
  /** A bill that looks like the same invoice and is none, in the words of the caller. */
  not_duplicate_of?: string | undefined;
}

export interface BillPlan {
  command: CommandOf<'post_bill'>;
  vendor: Found<'vendor'>;
  property: Found<'property'>;
  match: WorkOrderMatch;
  /** Bills that this one may repeat; exact ones only where the caller says that they are others. */
  duplicates: DuplicateBills;
}

/** Judges an invoice on what the PMS says now. Throws `CaretakerError` where the rules do not allow to enter it. */
export async function planBill(call: Call, request: BillRequest): Promise<BillPlan> {
  const { records } = call;
  const first = await records.fresh('property', request.lines[0]?.property ?? '', 'lines.0.property_id');
  const vendor = await freshIn(call, first, 'vendor', request.vendor);
  const [properties, units, accounts] = await Promise.all([
    freshById(
      call,
      first,
      'property',
      request.lines.map(({ property }) => property),
    ),
    freshById(
      call,
      first,
      'unit',
      request.lines.flatMap(({ unit }) => unit ?? []),
    ),
    freshById(
      call,
      first,
      'gl_account',
      request.lines.map(({ account }) => account),
    ),
  ]);
  const workOrder = await workOrderOf(call, first, request.work_order, [...properties.keys()]);
  const command: CommandOf<'post_bill'> = {
    kind: 'post_bill',
    property_id: first.record.id,
    vendor_id: vendor?.record.id ?? request.vendor,
    invoice_number: request.invoice_number,
    invoice_date: request.invoice_date,
    due_date: request.due_date,
    total: request.total,
    lines: request.lines.map(({ account, amount, property, unit, memo }) => ({
      gl_account_id: idOf(accounts, account),
      amount,
      property_id: idOf(properties, property),
      ...(unit !== undefined && { unit_id: idOf(units, unit) }),
      ...(memo !== undefined && { memo }),
    })),
    ...(workOrder !== undefined && { work_order_id: workOrder.record.id }),
    file_ids: [...request.file_ids],
  };
  enforce(
    checkBill(command, {
      vendor: vendor?.record,
      properties: recordsOf(properties),
      units: recordsOf(units),
      gl_accounts: recordsOf(accounts),
      today: call.today(first),
    }),
  );
  const compared = await compare(call, first, command, workOrder?.record, request.not_duplicate_of);
  return { command, vendor: vendor as Found<'vendor'>, property: first, ...compared };
}

/** Holds the invoice against what was entered before and against the work that was ordered. */
async function compare(
  call: Call,
  place: Place,
  command: CommandOf<'post_bill'>,
  workOrder: WorkOrder | undefined,
  notDuplicateOf: string | undefined,
): Promise<{ match: WorkOrderMatch; duplicates: DuplicateBills }> {
  const { connection, scope } = place;
  await call.records.catchUp('vendor', { connection, scope });
  await call.records.catchUp('bill', { connection, scope });
  const names = await vendorNames(call, { connection, scope });
  const company = sameCompany(command.vendor_id, names);
  const found = await billsOfCompany(call, place, company, {
    listed_from: addDays(command.invoice_date, -ENTERED_BEFORE_DAYS),
  });
  const others = await billsOfWork(call, place, workOrder, found);
  const bills = [...found.map(({ record }) => record), ...others];
  const duplicates = findDuplicateBills(bills, command, names);
  const named = await billNamed(call, place, notDuplicateOf);
  const same = duplicates.exact.find((bill) => !named(bill));
  if (same !== undefined) throw sameInvoice(call, place, same);
  const orders = workOrder === undefined ? await possibleWork(call, place, command, company) : [workOrder];
  const exact = new Set(duplicates.exact);
  const earlier = bills.filter((bill) => !exact.has(bill));
  return { match: matchBillToWorkOrder(command, orders, earlier, names), duplicates };
}

/** Tells the bill that a caller names as another one, by its id or by the write that entered it. */
async function billNamed(
  call: Call,
  { connection, scope }: Place,
  text: string | undefined,
): Promise<(bill: Bill) => boolean> {
  if (text === undefined) return () => false;
  const written = (await call.writeback.byId(text))?.row.record_id;
  return ({ id }) => id === written || id === text || call.records.ref(connection, scope, id) === text;
}

/** Bills of other vendors on the same work order: they count against what was approved for it. */
async function billsOfWork(
  call: Call,
  place: Place,
  workOrder: WorkOrder | undefined,
  known: readonly Found<'bill'>[],
): Promise<Bill[]> {
  const seen = new Set(known.map(({ record }) => record.id));
  const refs = (workOrder?.bill_ids ?? []).filter((id) => !seen.has(id));
  const bills = await freshById(
    call,
    place,
    'bill',
    refs.map((id) => call.records.ref(place.connection, place.scope, id)),
  );
  return [...recordsOf(bills).values()];
}

/** Work that was given to this company at the property, for the suggestion where a bill names no work order. */
async function possibleWork(
  call: Call,
  { connection, scope }: Place,
  command: CommandOf<'post_bill'>,
  company: readonly string[],
): Promise<WorkOrder[]> {
  const found = await Promise.all(
    company.map((vendor_id) =>
      call.records.all('work_order', { connection, scope, property_ids: [command.property_id], vendor_id }),
    ),
  );
  return found.flat().map(({ record }) => record);
}

async function workOrderOf(
  call: Call,
  place: Place,
  ref: string | undefined,
  properties: readonly string[],
): Promise<Found<'work_order'> | undefined> {
  if (ref === undefined) return undefined;
  const workOrder = await freshIn(call, place, 'work_order', ref);
  if (workOrder !== undefined && properties.includes(workOrder.record.property_id)) return workOrder;
  throw new CaretakerError(
    'invalid_input',
    'This work order belongs to none of the properties that the bill is for; nothing was posted.',
    { field: 'work_order_id', next: 'list_work_orders of the property with needs "bill"' },
  );
}

function sameInvoice(call: Call, { connection, scope }: Place, bill: Bill): CaretakerError {
  const billId = call.records.ref(connection, scope, bill.id);
  return new CaretakerError('duplicate', `This invoice is entered already, as bill ${billId}; nothing was posted.`, {
    field: 'invoice_number',
    next: `list_postings with posting_id ${billId} shows it; only if this is another invoice, repeat with not_duplicate_of ${billId}`,
    details: {
      bill_id: billId,
      invoice_number: bill.invoice_number,
      invoice_date: bill.invoice_date,
      total: formatAmount(bill.total),
    },
  });
}
