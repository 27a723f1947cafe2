import type { Bill, Unit, WorkOrder } from '../../../model/records.ts';
import { WORK_ORDER_STATUSES, type Trade, type WorkOrderStatus } from '../../../model/values.ts';
import { RAW_STATUS, workOrderNumber } from '../work-orders.ts';
import type { Accounts } from './accounts.ts';
import { addDays } from './days.ts';
import { JOBS, type Job } from './jobs.ts';
import type { Layout } from './layout.ts';
import type { Team } from './team.ts';
import type { Vendors } from './trade-vendors.ts';

export interface Crew {
  team: Team;
  vendors: Vendors;
  accounts: Accounts;
}

/** One work order on every eighth unit, running through all statuses. */
const ORDER_EVERY = 8;

const UNASSIGNED: readonly WorkOrderStatus[] = ['new', 'estimate_requested', 'estimated', 'cancelled'];
const FINISHED: readonly WorkOrderStatus[] = ['work_done', 'ready_to_bill', 'closed'];
/** What these trades mend belongs to everybody. */
const COMMON_AREA: readonly Trade[] = ['cleaning', 'grounds', 'elevator'];
const ENTRY = ['yes', 'call_first', 'no', 'unknown'] as const;

/** Days since each status's orders came in. */
const AGE: Readonly<Record<WorkOrderStatus, number>> = {
  new: 0,
  estimate_requested: 4,
  estimated: 6,
  assigned: 1,
  scheduled: 3,
  in_progress: 2,
  on_hold: 12,
  work_done: 9,
  ready_to_bill: 16,
  closed: 38,
  cancelled: 20,
};

type Assignment = Pick<
  WorkOrder,
  'vendor_id' | 'technician_id' | 'visit' | 'not_to_exceed' | 'vendor_reply' | 'reply_due_at'
>;

/** Every fourth assigned job is done by the house's own people where one of them can; the rest go to a sound vendor. */
function assignment(
  layout: Layout,
  crew: Crew,
  unit: Unit,
  job: Job,
  status: WorkOrderStatus,
  turn: number,
): Assignment {
  if (UNASSIGNED.includes(status)) return {};
  const { days, random } = layout;
  const begun = FINISHED.includes(status) || status === 'in_progress';
  const day = begun ? 1 - AGE[status] : random.int(1, 4);
  const hour = 14 + (turn % 7);
  const visit = { start: days.at(day, hour), end: days.at(day, hour + 2) };
  const when = status === 'assigned' ? {} : { visit };
  const technician = crew.team.technicians.find(
    (person) => person.trades.includes(job.trade) && person.property_ids.includes(unit.property_id),
  );
  if (turn % 4 === 3 && technician !== undefined) return { technician_id: technician.id, ...when };
  const vendor = crew.vendors.byTrade.get(job.trade)?.[0];
  if (vendor === undefined) return {};
  const limit = { vendor_id: vendor.id, not_to_exceed: 50_000 };
  // Nobody has heard from the vendor of an order that is only assigned, and the time to reply is over.
  if (status === 'assigned') return { ...limit, vendor_reply: 'pending', reply_due_at: days.minutes(-90) };
  return { ...limit, ...when, vendor_reply: 'accepted', reply_due_at: days.at(-AGE[status], 20) };
}

function addOrder(layout: Layout, crew: Crew, unit: Unit, residentId: string | undefined, turn: number): void {
  const { random, days } = layout;
  const status = WORK_ORDER_STATUSES[turn % WORK_ORDER_STATUSES.length] ?? 'new';
  const job = JOBS[(turn * 4 + Math.floor(turn / 11)) % JOBS.length];
  if (job === undefined) return;
  const created_at = days.at(-AGE[status] - (status === 'new' ? 1 : 0), random.int(7, 18), random.int(0, 59));
  const assigned = assignment(layout, crew, unit, job, status, turn);
  const bill =
    status === 'closed' && assigned.vendor_id ? billFor(layout, crew, unit, job, assigned.vendor_id) : undefined;
  const where = COMMON_AREA.includes(job.trade)
    ? { location: 'Common area' }
    : { unit_id: unit.id, ...(residentId !== undefined && { resident_id: residentId }) };
  const id = layout.nextId('work_order');
  layout.add('work_order', {
    number: workOrderNumber(id),
    property_id: unit.property_id,
    ...where,
    title: job.title,
    description: job.description,
    trade: job.trade,
    severity: job.severity,
    status,
    raw_status: RAW_STATUS[status],
    entry: ENTRY[turn % ENTRY.length] ?? 'unknown',
    ...(turn % 6 === 1 && { entry_notes: 'Cat must stay in.' }),
    ...assigned,
    ...(status === 'estimated' && {
      estimate: {
        amount: 64_000,
        vendor_id: crew.vendors.byTrade.get(job.trade)?.[0]?.id,
        received_on: days.day(-2),
        status: 'pending',
      },
    }),
    notes:
      status === 'new'
        ? []
        : [{ at: days.at(-AGE[status], 22), by: 'Office', text: 'Called back, no answer.', is_public: turn % 2 === 0 }],
    bill_ids: bill === undefined ? [] : [bill(id)],
    file_ids: [],
    created_at,
    updated_at: created_at,
    ...(FINISHED.includes(status) && { completed_at: days.at(2 - AGE[status], 18) }),
  });
}

function billFor(layout: Layout, crew: Crew, unit: Unit, job: Job, vendorId: string): (workOrderId: string) => string {
  return (workOrderId) => {
    const amount = 8500 + 50 * layout.random.int(0, 700);
    const number = `INV-${4000 + layout.random.int(0, 5999)}-${workOrderId}`;
    const line = { gl_account_id: crew.accounts.expenseFor(job.trade), unit_id: unit.id, memo: job.title };
    const invoice_date = layout.days.day(-layout.random.int(20, 34));
    return addBill(layout, { ...line, property_id: unit.property_id, amount }, vendorId, number, invoice_date, {
      work_order_id: workOrderId,
      paid_amount: layout.random.chance(0.6) ? amount : 0,
    }).id;
  };
}

function addBill(
  layout: Layout,
  line: Bill['lines'][number],
  vendor_id: string,
  invoice_number: string,
  invoice_date: string,
  more: Partial<Bill> = {},
): Bill {
  const bill = layout.add('bill', {
    property_id: line.property_id,
    vendor_id,
    invoice_number,
    invoice_date,
    due_date: addDays(invoice_date, 30),
    total: line.amount,
    lines: [line],
    approval: 'not_needed',
    paid_amount: 0,
    file_ids: [],
    ...more,
  });
  layout.invoices.take(vendor_id, invoice_number, bill.id);
  return bill;
}

/** Work orders on the units of one property. `residentOf` names somebody who lives in a unit. */
export function addOrders(
  layout: Layout,
  crew: Crew,
  units: readonly Unit[],
  residentOf: (unit: Unit) => string | undefined,
  firstTurn: number,
): number {
  const chosen = units.filter((_, index) => index % ORDER_EVERY === 0);
  chosen.forEach((unit, i) => addOrder(layout, crew, unit, residentOf(unit), firstTurn + i));
  return firstTurn + chosen.length;
}

/** Bills that belong to no work order: the month's water and power, paid for the month before. */
export function addUtilityBills(layout: Layout, crew: Crew, propertyId: string, turn: number): void {
  const gl_account_id = crew.accounts.id('5200');
  crew.vendors.suppliers.forEach((supplier, i) => {
    for (const month of [-1, 0]) {
      const date = layout.days.firstOfMonth(month);
      const amount = 42_000 + 125 * layout.random.int(0, 400);
      const number = `${date.slice(0, 7)}/${propertyId}-${turn}${i}`;
      const memo = 'Common areas';
      addBill(layout, { gl_account_id, amount, property_id: propertyId, memo }, supplier.id, number, date, {
        paid_amount: month === 0 ? 0 : amount,
      });
    }
  });
}

/** The same invoice entered twice by two people: the number is written in two ways, so that the PMS let it pass. */
export function addSuspectedDuplicates(layout: Layout, crew: Crew, propertyId: string): void {
  const vendor = crew.vendors.byTrade.get('grounds')?.[0];
  if (vendor === undefined) return;
  const line = {
    gl_account_id: crew.accounts.id('5150'),
    amount: 38_750,
    property_id: propertyId,
    memo: 'Fall clean-up',
  };
  addBill(layout, line, vendor.id, 'GC-10442', layout.days.day(-15), { approval: 'approved' });
  addBill(layout, line, vendor.id, 'gc 10442', layout.days.day(-11), { approval: 'pending' });
}

/** The month-end entry that moves what was booked to repairs in general to where it belongs. */
export function addReclassification(layout: Layout, crew: Crew, propertyId: string): void {
  const amount = 4000 + 25 * layout.random.int(0, 300);
  for (const month of [-2, -1]) {
    layout.add('journal_entry', {
      property_id: propertyId,
      date: layout.days.lastOfMonth(month),
      memo: 'Reclass supplies from repairs to turnover',
      lines: [
        { gl_account_id: crew.accounts.id('5140'), debit: amount, credit: 0 },
        { gl_account_id: crew.accounts.id('5100'), debit: 0, credit: amount },
      ],
    });
  }
}
