import type { CommandOf } from '../../model/commands.ts';
import type { Bill, GlAccount } from '../../model/records.ts';
import { VendorError, type StepResult } from '../connector.ts';
import { resultFor, type Pms } from './pms.ts';
import {
  LENGTHS,
  activeProperty,
  checkLength,
  checkOpenPeriod,
  checkText,
  conflict,
  ownRecord,
  referred,
  refuse,
} from './rules.ts';

/** Money moves through these by payments, charges and bills; nobody posts to them by hand. */
const CONTROL_ACCOUNTS: readonly GlAccount['role'][] = ['bank', 'receivable', 'payable'];

/** An account that a bill or journal line may name. */
export function checkPostable(pms: Pms, accountId: string, field: string): void {
  const account = referred(pms, 'gl_account', accountId, field);
  if (!account.is_active) refuse(field, `Account ${accountId} is no longer in use.`);
  if (account.role !== undefined && CONTROL_ACCOUNTS.includes(account.role)) {
    refuse(field, `Account ${accountId} is the ${account.role} account; it is not posted to directly.`);
  }
}

function checkLines(pms: Pms, command: CommandOf<'post_bill'>): void {
  command.lines.forEach((line, i) => {
    checkPostable(pms, line.gl_account_id, `lines.${i}.gl_account_id`);
    const property = pms.records.find('property', line.property_id);
    if (property === undefined) refuse(`lines.${i}.property_id`, `There is no property ${line.property_id}.`);
    if (line.unit_id !== undefined) referred(pms, 'unit', line.unit_id, `lines.${i}.unit_id`, line.property_id);
    if (line.amount === 0) refuse(`lines.${i}.amount`, 'A line has an amount.');
    checkLength(`lines.${i}.memo`, line.memo, LENGTHS.bill_memo);
    checkOpenPeriod(property, command.invoice_date, 'invoice_date');
  });
  if (command.lines[0]?.property_id !== command.property_id) {
    refuse('property_id', 'A bill is filed under the property of its first line.');
  }
  const sum = command.lines.reduce((total, line) => total + line.amount, 0);
  if (sum !== command.total) {
    refuse('total', `The lines come to ${(sum / 100).toFixed(2)}, the total is ${(command.total / 100).toFixed(2)}.`);
  }
}

export function postBill(pms: Pms, command: CommandOf<'post_bill'>): StepResult {
  activeProperty(pms, command.property_id);
  const vendor = referred(pms, 'vendor', command.vendor_id, 'vendor_id');
  if (!vendor.is_active) refuse('vendor_id', `Vendor ${vendor.id} is not active.`);
  checkText('invoice_number', command.invoice_number, LENGTHS.invoice_number);
  checkLength('memo', command.memo, LENGTHS.bill_memo);
  if (command.due_date < command.invoice_date) refuse('due_date', 'A bill is not due before its date.');
  checkLines(pms, command);
  const earlier = pms.invoices.holder(vendor.id, command.invoice_number);
  if (earlier !== undefined) {
    throw new VendorError('duplicate', `Vendor ${vendor.id} has this invoice number on bill ${earlier}.`, {
      field: 'invoice_number',
    });
  }
  const { kind: _kind, ...fields } = command;
  const { id } = pms.records.insert('bill', (id) => ({ id, ...fields, approval: 'not_needed', paid_amount: 0 }));
  pms.invoices.take(vendor.id, command.invoice_number, id);
  if (command.work_order_id !== undefined) linkWorkOrder(pms, command.work_order_id, command.property_id, id);
  return resultFor('bill', id, { posting: 'posted' });
}

function linkWorkOrder(pms: Pms, workOrderId: string, propertyId: string, billId: string): void {
  const order = referred(pms, 'work_order', workOrderId, 'work_order_id', propertyId);
  const updated_at = new Date(pms.now()).toISOString();
  pms.records.replace('work_order', { ...order, bill_ids: [...order.bill_ids, billId], updated_at });
}

/** Takes a whole bill back by one with the opposite amounts; afterwards its number may be entered again. */
export function reverseBill(pms: Pms, command: CommandOf<'reverse_bill'>): StepResult {
  const bill = ownRecord(pms, 'bill', command.bill_id, command.property_id);
  if (bill.reversed_by_id !== undefined) conflict('bill_id', `Bill ${bill.id} was reversed by ${bill.reversed_by_id}.`);
  if (bill.reverses_id !== undefined) conflict('bill_id', `Bill ${bill.id} is a reversal itself.`);
  if (bill.paid_amount !== 0) conflict('bill_id', `Bill ${bill.id} has been paid; ask the vendor for a credit.`);
  checkText('reason', command.reason, LENGTHS.reason);
  if (command.date < bill.invoice_date) refuse('date', 'A reversal is not dated before what it reverses.');
  for (const line of bill.lines) checkOpenPeriod(activeProperty(pms, line.property_id), command.date, 'date');
  const { id } = pms.records.insert('bill', (id) => reversalOf(bill, id, command));
  pms.records.replace('bill', { ...bill, reversed_by_id: id });
  pms.invoices.release(bill.id, bill.vendor_id, bill.invoice_number);
  return resultFor('bill', id, { posting: 'posted' });
}

function reversalOf(bill: Bill, id: string, command: CommandOf<'reverse_bill'>): Bill {
  return {
    id,
    property_id: bill.property_id,
    vendor_id: bill.vendor_id,
    invoice_number: `REV-${bill.id}`,
    invoice_date: command.date,
    due_date: command.date,
    total: -bill.total,
    lines: bill.lines.map((line) => ({ ...line, amount: -line.amount })),
    work_order_id: bill.work_order_id,
    approval: 'not_needed',
    paid_amount: 0,
    reverses_id: bill.id,
    memo: command.reason,
    file_ids: [],
  };
}
