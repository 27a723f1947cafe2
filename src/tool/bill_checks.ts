import { type DuplicateBills, findDuplicateBills, invoiceNumberKey } from '../accounting/duplicate_bills.ts';
import { billStates, type PostingState } from '../accounting/posting_state.ts';
import { matchBillToWorkOrder, type WorkOrderMatch } from '../accounting/work_order_match.ts';
import type { Bill } from '../model/records.ts';
import { addDays } from '../model/zoned_time.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import { billsOfCompany, sameCompany, vendorNames } from './posting_facts.ts';

/** What is found out about a bill by holding it against others, and against the work that was ordered. */
export interface CheckedBill {
  states: PostingState[];
  match: WorkOrderMatch;
  duplicates: DuplicateBills;
  vendor: string | undefined;
}

export interface BillChecks {
  check(found: Found<'bill'>): Promise<CheckedBill>;
  /** The vendor records that are one company with this one. */
  company(vendor: Found<'vendor'>): Promise<string[]>;
}

/** How far apart two bills may be dated to be held against each other in a listing. */
const NEAR_DAYS = 400;

/** Bills by what two of them have in common when they are alike at all, so that no pair has to be compared in vain. */
type Index = ReadonlyMap<string, readonly Bill[]>;

/**
 * Checks for one listing. The bills of a company are read once per year and kept for the length of the call, so that
 * any number of bills of one vendor costs one reading.
 */
export function billChecks(call: Call): BillChecks {
  const names = new Map<string, Promise<Map<string, string>>>();
  const indexes = new Map<string, Promise<Index>>();

  function namesIn({ connection, scope }: Found): Promise<Map<string, string>> {
    return once(names, `${connection}|${scope}`, () => vendorNames(call, { connection, scope }));
  }

  /** The bills of the same company that could be the same invoice or for the same work. */
  async function alike(found: Found<'bill'>, known: Map<string, string>): Promise<Bill[]> {
    const { connection, scope, record } = found;
    const company = sameCompany(record.vendor_id, known).sort();
    const year = record.invoice_date.slice(0, 4);
    const index = await once(indexes, `${connection}|${scope}|${year}|${company.join('|')}`, async () =>
      indexOf(
        await billsOfCompany(call, found, company, {
          listed_from: addDays(`${year}-01-01`, -NEAR_DAYS),
          listed_to: addDays(`${year}-12-31`, NEAR_DAYS),
        }),
      ),
    );
    const bills = new Map(keysOf(record).flatMap((key) => (index.get(key) ?? []).map((bill) => [bill.id, bill])));
    bills.delete(record.id);
    return [...bills.values()];
  }

  return {
    async check(found) {
      const { record } = found;
      const known = await namesIn(found);
      const others = await alike(found, known);
      const duplicates = findDuplicateBills(others, record, known);
      const workOrder = await call.records.linked(found, 'work_order', record.work_order_id);
      const exact = new Set(duplicates.exact);
      const earlier = [...others, ...(await billsOfWork(call, found, workOrder, others))].filter(
        (bill) => !exact.has(bill) && cameBefore(bill, record),
      );
      const match = matchBillToWorkOrder(record, workOrder === undefined ? [] : [workOrder.record], earlier, known);
      return {
        states: billStates(record, match, duplicates),
        match,
        duplicates,
        vendor: known.get(record.vendor_id),
      };
    },
    async company(vendor) {
      return sameCompany(vendor.record.id, await namesIn(vendor));
    },
  };
}

function cameBefore(a: Bill, b: Bill): boolean {
  return a.invoice_date < b.invoice_date || (a.invoice_date === b.invoice_date && a.id < b.id);
}

function keysOf(bill: Bill): string[] {
  return [
    `number ${invoiceNumberKey(bill.invoice_number)}`,
    `total ${bill.total}`,
    ...(bill.work_order_id === undefined ? [] : [`work ${bill.work_order_id}`]),
  ];
}

function indexOf(bills: readonly Found<'bill'>[]): Index {
  const index = new Map<string, Bill[]>();
  for (const { record } of bills)
    for (const key of keysOf(record)) {
      const known = index.get(key);
      if (known === undefined) index.set(key, [record]);
      else known.push(record);
    }
  return index;
}

/** Bills of other vendors for the same work. */
async function billsOfWork(
  call: Call,
  found: Found<'bill'>,
  workOrder: Found<'work_order'> | undefined,
  known: readonly Bill[],
): Promise<Bill[]> {
  const seen = new Set([found.record.id, ...known.map(({ id }) => id)]);
  const ids = (workOrder?.record.bill_ids ?? []).filter((id) => !seen.has(id));
  const bills = await Promise.all(ids.map((id) => call.records.linked(found, 'bill', id)));
  return bills.flatMap((one) => one?.record ?? []);
}

function once<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const earlier = known.get(key);
  if (earlier !== undefined) return earlier;
  const made = read();
  known.set(key, made);
  return made;
}
