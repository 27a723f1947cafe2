import { checkCharge } from '../accounting/charge.ts';
import type { CommandOf } from '../model/commands.ts';
import { CaretakerError } from '../model/errors.ts';
import type { ChargeCode, GlAccount } from '../model/records.ts';
import type { Call } from '../tool.ts';
import type { Found } from './granted_records.ts';
import { enforce, freshIn, type PassedOn, passedOn, type Place } from './posting_facts.ts';

/** A charge as it is asked for; records are named by their refs. */
export interface ChargeRequest {
  lease: string;
  /** A charge code, or a GL account where the PMS has no charge codes. */
  account: string;
  amount: number;
  date: string;
  memo: string;
  work_order?: string | undefined;
  bill?: string | undefined;
}

export interface ChargePlan {
  command: CommandOf<'post_charge'>;
  lease: Found<'lease'>;
  property: Found<'property'>;
  /** What the resident is charged for, by name. */
  account: string;
  bill?: Found<'bill'>;
  /** Cents of the bill that are left to pass on after this charge. */
  left?: number;
}

/** Judges a charge on what the PMS says now. Throws `CaretakerError` where the rules do not allow it. */
export async function planCharge(call: Call, request: ChargeRequest): Promise<ChargePlan> {
  const lease = await call.records.fresh('lease', request.lease, 'lease_id');
  const property = await call.records.linkedFresh(lease, 'property', lease.record.property_id);
  if (property === undefined) throw notHere('lease_id', 'This lease belongs to no property here');
  const { code, account } = await chargedTo(call, lease, request.account);
  const bill = request.bill === undefined ? undefined : await freshIn(call, lease, 'bill', request.bill);
  if (request.bill !== undefined && bill === undefined) throw notHere('bill_id', 'There is no such bill here');
  const workOrder = await orderedWork(call, lease, request.work_order);
  const passed = bill === undefined ? undefined : await passedOn(call, bill);
  const command: CommandOf<'post_charge'> = {
    kind: 'post_charge',
    property_id: property.record.id,
    lease_id: lease.record.id,
    household_id: lease.record.household_id,
    unit_id: lease.record.unit_id,
    // A PMS without charge codes charges to the account itself.
    charge_code_id: code?.id ?? account?.id ?? request.account,
    gl_account_id: account?.id ?? request.account,
    amount: request.amount,
    date: request.date,
    memo: request.memo,
    ...(bill !== undefined && { bill_id: bill.record.id }),
    ...(workOrder !== undefined && { work_order_id: workOrder.record.id }),
  };
  enforce(
    checkCharge(command, {
      property: property.record,
      lease: lease.record,
      charge_code: code,
      gl_account: account,
      today: call.today(property),
      ...billFacts(passed),
    }),
  );
  return {
    command,
    lease,
    property,
    account: code?.name ?? account?.name ?? '',
    ...(bill !== undefined && { bill }),
    ...(passed !== undefined && { left: passed.left - request.amount }),
  };
}

function billFacts(passed: PassedOn | undefined) {
  return passed === undefined ? {} : { bill: passed.bill, charge_backs: passed.charges };
}

async function chargedTo(
  call: Call,
  lease: Found<'lease'>,
  ref: string,
): Promise<{ code: ChargeCode | undefined; account: GlAccount | undefined }> {
  if (!(await hasChargeCodes(call, lease)))
    return { code: undefined, account: (await freshIn(call, lease, 'gl_account', ref))?.record };
  const code = await freshIn(call, lease, 'charge_code', ref);
  const account =
    code === undefined ? undefined : await call.records.linkedFresh(lease, 'gl_account', code.record.gl_account_id);
  return { code: code?.record, account: account?.record };
}

/** Whether residents are charged under charge codes there; else they are charged to GL accounts. */
export async function hasChargeCodes(call: Call, { connection, scope }: Place): Promise<boolean> {
  const { records } = await call.records.list('charge_code', { connection, scope }, { limit: 1 });
  return records.length > 0;
}

async function orderedWork(
  call: Call,
  lease: Found<'lease'>,
  ref: string | undefined,
): Promise<Found<'work_order'> | undefined> {
  if (ref === undefined) return undefined;
  const workOrder = await freshIn(call, lease, 'work_order', ref);
  if (workOrder?.record.property_id === lease.record.property_id) return workOrder;
  throw notHere('work_order_id', 'The property of this lease has no such work order');
}

function notHere(field: string, what: string): CaretakerError {
  return new CaretakerError('not_found', `${what}; nothing was posted.`, {
    field,
    next:
      field === 'work_order_id' ? 'list_work_orders of the property' : 'list_postings or list_leases for the right one',
  });
}
