import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { matchBillToWorkOrder } from '../../src/accounting/work_order_match.ts';
import { Bill, WorkOrder } from '../../src/model/records.ts';

/** Reads one of the fixture's tables; quoted cells may hold commas. */
function table(name: string): Record<string, string>[] {
  const text = readFileSync(new URL(`../fixtures/invoices/${name}.csv`, import.meta.url), 'utf8').trimEnd();
  const [head, ...rows] = text.split(/\r?\n/).map((line) => {
    return [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map((cell) => cell[2] ?? cell[1] ?? '');
  });
  return rows.map((row) => Object.fromEntries(head!.map((column, i) => [column, row[i] ?? ''])));
}

const cents = (amount: string) => Math.round(Number(amount) * 100);
const invoices = table('ap_invoices');
const truth = table('ground_truth_ap');

// One vendor record per spelling, as it happens where vendors are entered twice.
const vendor_names = new Map([...invoices, ...table('ap_work_orders')].map((row) => [row['vendor']!, row['vendor']!]));

const work_orders = table('ap_work_orders').map((row) =>
  WorkOrder.parse({
    id: row['work_order_id'],
    number: row['work_order_id'],
    property_id: row['property_id'],
    title: row['description'],
    description: row['description'],
    trade: 'general',
    severity: 'routine',
    status: 'ready_to_bill',
    entry: 'unknown',
    vendor_id: row['vendor'],
    estimate: { amount: cents(row['approved_amount']!), status: 'approved' },
    created_at: `${row['approved_date']}T12:00:00.000Z`,
  }),
);

const bills = invoices.map((row, i) =>
  Bill.parse({
    id: `B${i}`,
    property_id: row['property_id'],
    vendor_id: row['vendor'],
    invoice_number: row['invoice_number'],
    invoice_date: row['invoice_date'],
    due_date: row['invoice_date'],
    total: cents(row['amount']!),
    lines: [],
    ...(row['work_order_id'] && { work_order_id: row['work_order_id'] }),
  }),
);

test('the tables are there in full and belong together', () => {
  expect([invoices.length, truth.length, work_orders.length]).toEqual([35, 35, 32]);
  expect(truth.map((row) => row['invoice_number'])).toEqual(invoices.map((row) => row['invoice_number']));
});

test.each(bills.map((bill, i) => [bill.invoice_number, truth[i]!['expected_status']!, i] as const))(
  '%s is %s',
  (_, expected, i) => {
    const { status } = matchBillToWorkOrder(bills[i]!, work_orders, bills.slice(0, i), vendor_names);
    expect(status === 'duplicate' ? 'duplicate_invoice' : status).toBe(expected);
  },
);

test('an invoice without a known work order names the one it fits', () => {
  const suggested = ['INV-9001', 'INV-9016'].map((number) => {
    const bill = bills.find((one) => one.invoice_number === number)!;
    return matchBillToWorkOrder(bill, work_orders, [], vendor_names).suggested_work_order_id;
  });
  expect(suggested).toEqual(['WO-3001', 'WO-3016']);
});

test('no invoice is said to come from another vendor than the one that did the work', () => {
  const matches = bills.map((bill) => matchBillToWorkOrder(bill, work_orders, [], vendor_names));
  expect(matches.filter((match) => match.other_vendor)).toEqual([]);
});
