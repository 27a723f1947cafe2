import type { RecordOf } from '../../../model/records.ts';
import { day, dollarNumber, idText, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { sourceReader, type Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';

export const BILL = mapping(
  'bill',
  {
    wire: 'Bill',
    changes: 'poll',
    freshness_seconds: 900,
    evidence: 'seen',
    note: "vendors' bills; owners' are left out",
  },
  [
    { field: 'id', wire: 'Bill.ID', as: idText, always: true },
    {
      field: 'property_id',
      wire: 'lines',
      as: readBy(propertyOf),
      called: 'BillDetails.PropertyID',
      evidence: 'inferred',
    },
    { field: 'vendor_id', wire: 'Bill.AccountID', as: idText, always: true },
    { field: 'invoice_number', wire: 'Bill.Reference', as: text },
    { field: 'invoice_date', wire: 'Bill.TransactionDate', as: day, always: true },
    { field: 'due_date', wire: 'Bill.DueDate', as: day },
    { field: 'total', wire: 'Bill.Amount', as: dollarNumber, always: true },
    { field: 'lines', wire: 'lines', as: readBy((raw) => raw), called: 'BillDetails', evidence: 'inferred' },
    {
      field: 'approval',
      wire: 'Bill.IsApproved',
      as: readBy((raw) => (raw === true ? 'approved' : 'pending')),
      support: 'mapped',
    },
    { field: 'paid_amount', wire: 'Bill.AmountAllocated', as: dollarNumber },
    {
      field: 'reversed_by_id',
      wire: 'Bill',
      as: readBy((raw) => ((raw as wire.Bill).ReversalDate === undefined ? undefined : String((raw as wire.Bill).ID))),
      called: 'ReversalDate',
      note: 'a reversal is a date on the bill, no second record: it names the bill itself',
    },
    { field: 'memo', wire: 'Bill.Comment', as: text },
  ],
  [
    {
      field: 'work_order_id',
      support: 'sidecar',
      note: 'how a bill is linked to an issue as it is made is not described',
    },
    { field: 'file_ids', support: 'sidecar' },
    { field: 'reverses_id', support: 'unsupported' },
  ],
);

type Line = RecordOf<'bill'>['lines'][number];

function propertyOf(raw: unknown): string | undefined {
  return (raw as Line[])[0]?.property_id;
}

function linesOf({ BillDetails = [] }: wire.Bill): Line[] {
  return BillDetails.flatMap(({ GLAccountID, PropertyID, UnitID, Amount = 0, Comment }) =>
    GLAccountID === undefined || PropertyID === undefined
      ? []
      : [
          {
            ...{ gl_account_id: String(GLAccountID), property_id: String(PropertyID) },
            amount: Math.round(Amount * 100),
            ...(UnitID && { unit_id: String(UnitID) }),
            ...(Comment && { memo: Comment }),
          },
        ],
  );
}

export const BILL_EMBEDS = ['BillDetails', 'VendorWorkOrders'];

export function billReader(vendor: Vendor): Reader<'bill'> {
  return sourceReader<'bill', wire.Bill>(vendor, {
    kind: 'bill',
    resource: 'Bills',
    embeds: BILL_EMBEDS,
    read: (rows) =>
      rows
        .filter(({ AccountType = 'Vendor' }) => AccountType === 'Vendor')
        .flatMap((row) => {
          const issue = row.VendorWorkOrders?.find(
            ({ ServiceManagerIssueID }) => ServiceManagerIssueID,
          )?.ServiceManagerIssueID;
          const Bill = { Reference: '', DueDate: (row as { TransactionDate?: string }).TransactionDate, ...row };
          const more = issue === undefined ? {} : { work_order_id: String(issue) };
          return readRecord(BILL, { Bill, lines: linesOf(row) }, vendor.circumstances, more) ?? [];
        }),
  });
}
