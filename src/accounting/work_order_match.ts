import type { Bill, WorkOrder } from '../model/records.ts';
import { findDuplicateBills, isReversed, sameVendor, type BillIdentity } from './duplicate_bills.ts';

export interface WorkOrderMatch {
  /**
   * `over_budget`: more than was approved, with what was billed for the work order before. `amount_variance`: less than
   * the estimate that was approved. `duplicate`: this invoice was entered before.
   */
  status: 'matched' | 'over_budget' | 'amount_variance' | 'no_work_order' | 'duplicate';
  work_order_id?: string;
  /** Cents that were approved: the approved estimate, else the not-to-exceed limit; absent where there is neither. */
  approved?: number;
  /** Cents billed for the work order, this bill included. */
  billed?: number;
  /** The work order was given to somebody else. */
  other_vendor?: true;
  /** Where the bill names no known work order: the only one of this vendor and property approved for this amount. */
  suggested_work_order_id?: string;
}

type AskedBill = BillIdentity & Pick<Bill, 'property_id'>;

/** Checks a bill against the work that was ordered. `earlier_bills` are those entered before it. */
export function matchBillToWorkOrder(
  bill: AskedBill,
  work_orders: readonly WorkOrder[],
  earlier_bills: readonly Bill[],
  vendor_names: ReadonlyMap<string, string> = new Map(),
): WorkOrderMatch {
  const work_order = work_orders.find((one) => one.id === bill.work_order_id);
  const others = earlier_bills.filter((one) => one.id !== bill.id);
  const known = work_order && { work_order_id: work_order.id };
  if (findDuplicateBills(others, bill, vendor_names).exact.length > 0) return { status: 'duplicate', ...known };
  if (!work_order) {
    const suggested = suggest(bill, work_orders, vendor_names);
    return { status: 'no_work_order', ...(suggested && { suggested_work_order_id: suggested.id }) };
  }
  const approved = approvedAmount(work_order);
  const billed = bill.total + billedBefore(work_order.id, others);
  const other_vendor =
    work_order.vendor_id !== undefined && !sameVendor(work_order.vendor_id, bill.vendor_id, vendor_names);
  return {
    status: judge(work_order, billed),
    work_order_id: work_order.id,
    ...(approved !== undefined && { approved }),
    billed,
    ...(other_vendor && { other_vendor }),
  };
}

function approvedEstimate({ estimate }: WorkOrder): number | undefined {
  return estimate?.status === 'approved' ? estimate.amount : undefined;
}

function approvedAmount(work_order: WorkOrder): number | undefined {
  return approvedEstimate(work_order) ?? work_order.not_to_exceed;
}

/** A not-to-exceed limit is a ceiling, so less is as ordered; an estimate is a price, so less wants an explanation. */
function judge(work_order: WorkOrder, billed: number): WorkOrderMatch['status'] {
  if (billed > (approvedAmount(work_order) ?? Infinity)) return 'over_budget';
  return billed < (approvedEstimate(work_order) ?? 0) ? 'amount_variance' : 'matched';
}

function billedBefore(work_order_id: string, bills: readonly Bill[]): number {
  return bills
    .filter((bill) => bill.work_order_id === work_order_id && !isReversed(bill))
    .reduce((sum, bill) => sum + bill.total, 0);
}

function suggest(
  bill: AskedBill,
  work_orders: readonly WorkOrder[],
  vendor_names: ReadonlyMap<string, string>,
): WorkOrder | undefined {
  const fitting = work_orders.filter(
    (one) =>
      one.property_id === bill.property_id &&
      one.vendor_id !== undefined &&
      sameVendor(one.vendor_id, bill.vendor_id, vendor_names) &&
      approvedAmount(one) === bill.total,
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}
