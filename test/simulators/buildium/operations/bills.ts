import { changed, created, from, has, isOneOf, shown, to, type Ask, type Filters, type Handler } from '../ask.ts';
import { billMessage, totalOf } from '../compose/money.ts';
import type { OperationName } from '../contract/operations.ts';
import { errorAnswer, refuse } from '../errors.ts';
import { listed } from '../lists.ts';
import { accountingEntity, mustBeOpen, postableAccount } from '../rules.ts';
import { queryValue, Refused } from '../../shared/message.ts';
import type { Bill, BillLine } from '../wire.ts';

/** A line as requests have it; a PATCH may leave out whatever stays. */
interface GivenLine {
  Id?: number | null;
  AccountingEntity?: { Id: number; AccountingEntityType: string; UnitId?: number | null } | null;
  GlAccountId?: number | null;
  Amount?: number | null;
  Markup?: BillLine['Markup'];
  Memo?: string | null;
}

/** A line of a bill: a new one where it has no id, else over the line of that id. */
function lineFrom(ask: Ask, given: GivenLine, index: number, before: readonly BillLine[], patch: boolean): BillLine {
  const at = `Lines[${index}]`;
  const old = given.Id == null ? undefined : before.find(({ Id }) => Id === given.Id);
  if (given.Id != null && old === undefined) refuse(`${at}.Id`, 'The bill has no such line.');
  const kept = patch ? old : undefined;
  const amount = given.Amount ?? kept?.Amount;
  const account = given.GlAccountId ?? kept?.GLAccountId;
  if (amount == null || account == null) refuse(at, 'A new line needs an amount and a general ledger account.');
  if (given.AccountingEntity == null && kept === undefined) refuse(`${at}.AccountingEntity`, 'is required');
  const entity = given.AccountingEntity
    ? accountingEntity(ask, given.AccountingEntity, `${at}.AccountingEntity`)
    : (kept as BillLine);
  postableAccount(ask, account, `${at}.GlAccountId`);
  return {
    Id: old?.Id ?? ask.nextId('billLine'),
    ...{ EntityId: entity.EntityId, EntityType: entity.EntityType, UnitId: entity.UnitId },
    ...{ GLAccountId: account, Amount: amount },
    Markup: given.Markup ?? kept?.Markup ?? null,
    Memo: given.Memo ?? kept?.Memo ?? null,
  };
}

/** What holds for every bill, however it came to be as it is. */
function check(ask: Ask, bill: Bill, locked: readonly string[]): void {
  const vendor = ask.named(ask.tables.vendors, 'VendorId', bill.VendorId, 'vendor');
  if (!vendor.IsActive) refuse('VendorId', 'The vendor is inactive.');
  if (bill.DueDate <= bill.Date) refuse('DueDate', 'The due date must be after the date of the bill.');
  if (bill.Lines.length === 0) refuse('Lines', 'At least one line is required.');
  // That a bill has to be one of money owed is inferred; what is said is that it may not fall below what was paid.
  if (totalOf(bill) <= 0) refuse('Lines', 'The total of the bill must be above zero.');
  if (totalOf(bill) < bill.Paid) refuse('Lines', 'The total of the bill is below the amount that was paid.');
  for (const { EntityId, EntityType } of bill.Lines)
    for (const date of locked) mustBeOpen(ask, EntityType === 'Rental' ? EntityId : null, date);
}

const addBill: Handler = (ask) => {
  const workOrder = ask.number('WorkOrderId');
  if (workOrder !== null) ask.named(ask.tables.workOrders, 'WorkOrderId', workOrder, 'work order');
  const bill: Bill = {
    Id: ask.nextId('transaction'),
    ...{
      Date: ask.text('Date') as string,
      DueDate: ask.text('DueDate') as string,
      PaidDate: null,
      Memo: ask.text('Memo'),
    },
    ...{
      VendorId: ask.number('VendorId') as number,
      WorkOrderId: workOrder,
      ReferenceNumber: ask.text('ReferenceNumber'),
    },
    ApprovalStatus: 'NotNeeded',
    Lines: ask.list<GivenLine>('Lines').map((line, index) => lineFrom(ask, line, index, [], false)),
    ...{ Paid: 0, PendingEft: false },
  };
  check(ask, bill, [bill.Date]);
  ask.tables.bills.insert(bill);
  return created(ask, 'bills', bill.Id, billMessage(ask.tables, bill));
};

/** The bill of an address, if it can be changed. */
function changeable(ask: Ask): Bill {
  const bill = ask.one(ask.tables.bills, 'billId', 'bill');
  if (bill.PendingEft) throw new Refused(errorAnswer(409, 'The bill has an electronic payment under way.'));
  return bill;
}

function replace(ask: Ask, before: Bill, bill: Bill) {
  check(ask, bill, [before.Date, bill.Date]);
  return changed('bills', bill.Id, billMessage(ask.tables, ask.tables.bills.replace(bill)));
}

const putBill: Handler = (ask) => {
  const before = changeable(ask);
  return replace(ask, before, {
    ...before,
    ...{ Date: ask.text('Date') as string, DueDate: ask.text('DueDate') as string, Memo: ask.text('Memo') },
    ...{ VendorId: ask.number('VendorId') as number, ReferenceNumber: ask.text('ReferenceNumber') },
    Lines: ask.list<GivenLine>('Lines').map((line, index) => lineFrom(ask, line, index, before.Lines, false)),
  });
};

/** Changes what is named. Lines that are not named stay: how the vendor takes them is not known. */
const patchBill: Handler = (ask) => {
  const before = changeable(ask);
  const given = ask.list<GivenLine>('Lines').map((line, index) => lineFrom(ask, line, index, before.Lines, true));
  const kept = before.Lines.map((line) => given.find(({ Id }) => Id === line.Id) ?? line);
  const added = given.filter(({ Id }) => !before.Lines.some((line) => line.Id === Id));
  return replace(ask, before, {
    ...before,
    ...{ Date: ask.text('Date') ?? before.Date, DueDate: ask.text('DueDate') ?? before.DueDate },
    ...{ Memo: ask.text('Memo') ?? before.Memo, VendorId: ask.number('VendorId') ?? before.VendorId },
    ReferenceNumber: ask.text('ReferenceNumber') ?? before.ReferenceNumber,
    Lines: [...kept, ...added],
  });
};

const FILTERS: Filters<Bill> = {
  entityid:
    ([id]) =>
    ({ row }) =>
      row.Lines.some(({ EntityId }) => EntityId === Number(id)),
  entitytype:
    ([type]) =>
    ({ row }) =>
      row.Lines.some(({ EntityType }) => EntityType === type),
  vendorid: isOneOf(({ VendorId }) => VendorId),
  referencenumber: has(({ ReferenceNumber }) => ReferenceNumber ?? ''),
  paidstatus:
    ([word]) =>
    ({ row }) =>
      word !== 'UncollectedMarkups' && (word === 'Paid') === row.Paid >= totalOf(row),
  frompaiddate: from(({ PaidDate }) => PaidDate),
  topaiddate: to(({ PaidDate }) => PaidDate),
  approvalstatuses: isOneOf(({ ApprovalStatus }) => ApprovalStatus),
};

const listBills: Handler = (ask) => {
  const [first, last, status] = ['frompaiddate', 'topaiddate', 'paidstatus'].map((name) =>
    queryValue(ask.request, name),
  );
  // Not in the document, but so in use: without a status both ends of the paid dates are needed.
  if (status === undefined && (first === undefined || last === undefined))
    refuse('FromPaidDate', 'A paid date range or a paid status is required.');
  return listed<Bill>(ask, ask.tables.bills.entries(), FILTERS, ({ row }) => billMessage(ask.tables, row));
};

/** Bills of vendors. */
export const BILLS = {
  'GET /v1/bills': listBills,
  'POST /v1/bills': addBill,
  'GET /v1/bills/{billId}': (ask) => shown(billMessage(ask.tables, ask.one(ask.tables.bills, 'billId', 'bill'))),
  'PUT /v1/bills/{billId}': putBill,
  'PATCH /v1/bills/{billId}': patchBill,
} satisfies Partial<Record<OperationName, Handler>>;
