import type { CommandOf } from '../../model/commands.ts';
import type { StepResult } from '../connector.ts';
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

export function postCharge(pms: Pms, command: CommandOf<'post_charge'>): StepResult {
  const { property_id } = command;
  const property = activeProperty(pms, property_id);
  checkLedger(pms, command);
  const code = referred(pms, 'charge_code', command.charge_code_id, 'charge_code_id');
  if (!code.is_active) refuse('charge_code_id', `Charge code ${code.id} is no longer in use.`);
  const account = referred(pms, 'gl_account', command.gl_account_id, 'gl_account_id');
  if (account.id !== code.gl_account_id) {
    refuse('gl_account_id', `Charge code ${code.id} posts to account ${code.gl_account_id}.`);
  }
  if (!account.is_active) refuse('gl_account_id', `Account ${account.id} is no longer in use.`);
  checkBill(pms, command);
  if (command.work_order_id !== undefined)
    referred(pms, 'work_order', command.work_order_id, 'work_order_id', property_id);
  checkLength('memo', command.memo, LENGTHS.charge_memo);
  checkOpenPeriod(property, command.date, 'date');
  const { kind: _kind, ...fields } = command;
  const { id } = pms.records.insert('ledger_entry', (id) => ({ id, kind: 'charge', ...fields, reversed_amount: 0 }));
  return resultFor('ledger_entry', id, { posting: 'posted' });
}

/** Lease, household and unit must be one ledger, and one that is still charged to. */
function checkLedger(pms: Pms, command: CommandOf<'post_charge'>): void {
  const lease = referred(pms, 'lease', command.lease_id, 'lease_id', command.property_id);
  if (lease.status === 'past' || lease.status === 'cancelled') {
    refuse('lease_id', `Lease ${lease.id} is ${lease.status}; nothing is charged to it any more.`);
  }
  if (lease.household_id !== command.household_id) {
    refuse('household_id', `Lease ${lease.id} belongs to household ${lease.household_id}.`);
  }
  if (command.unit_id !== undefined && command.unit_id !== lease.unit_id) {
    refuse('unit_id', `Lease ${lease.id} is for unit ${lease.unit_id}.`);
  }
}

/** What is charged back must have been billed, at least in part, for the same property. */
function checkBill(pms: Pms, { bill_id, property_id }: CommandOf<'post_charge'>): void {
  if (bill_id === undefined) return;
  const bill = referred(pms, 'bill', bill_id, 'bill_id');
  if (!bill.lines.some((line) => line.property_id === property_id)) {
    refuse('bill_id', `Bill ${bill_id} has no line for property ${property_id}.`);
  }
}

/** Takes back a charge or a part of it by a credit of its own; the charge keeps how much of it is gone. */
export function reverseCharge(pms: Pms, command: CommandOf<'reverse_charge'>): StepResult {
  const property = activeProperty(pms, command.property_id);
  const charge = ownRecord(pms, 'ledger_entry', command.charge_id, command.property_id, 'charge_id');
  if (charge.kind !== 'charge') refuse('charge_id', `Ledger entry ${charge.id} is a ${charge.kind}, not a charge.`);
  const left = charge.amount - charge.reversed_amount;
  if (left <= 0) conflict('charge_id', `Charge ${charge.id} has been reversed already.`);
  if (command.amount > left) refuse('amount', `Only ${(left / 100).toFixed(2)} of charge ${charge.id} is left.`);
  checkText('reason', command.reason, LENGTHS.reason);
  if (command.date < charge.date) refuse('date', 'A reversal is not dated before what it reverses.');
  checkOpenPeriod(property, command.date, 'date');
  const { household_id, property_id, lease_id, unit_id, charge_code_id, gl_account_id } = charge;
  const { id } = pms.records.insert('ledger_entry', (id) => ({
    id,
    kind: 'credit',
    ...{ property_id, household_id, lease_id, unit_id, charge_code_id, gl_account_id },
    date: command.date,
    amount: -command.amount,
    memo: command.reason,
    reverses_id: charge.id,
    reversed_amount: 0,
  }));
  pms.records.replace('ledger_entry', { ...charge, reversed_amount: charge.reversed_amount + command.amount });
  return resultFor('ledger_entry', id, { posting: 'posted' });
}
