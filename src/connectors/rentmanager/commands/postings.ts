import type { CommandOf } from '../../../model/commands.ts';
import { VendorError, type Located } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import type { Plan } from '../../kit/vendor.ts';
import { entryOf } from '../records/ledger.ts';
import { idOf, type Filter } from '../transport.ts';
import { onDay, type Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { ABSENT, found, OPERATIONS, post, postingAddress } from './post.ts';

const dollars = (cents: number) => cents / 100;

/** Finds a posting on a tenant's ledger by the marker in its comment. */
async function byComment(
  vendor: Vendor,
  resource: 'Charges' | 'Credits',
  { account, date, marker }: { account: string; date: string; marker: string },
  signal?: AbortSignal,
): Promise<Located> {
  const filters: Filter[] = [['AccountID', 'eq', account], ...onDay('TransactionDate', date)];
  const rows = await vendor.client.all<wire.Charge>(resource, { filters }, signal);
  const own = rows.find(({ Comment }) => carries(Comment, marker));
  const prefix = resource === 'Charges' ? 'charge' : 'credit';
  return own === undefined ? ABSENT : found('ledger_entry', `${prefix}-${own.ID}`);
}

export function postCharge(vendor: Vendor): Plan<'post_charge'> {
  return (command) => [
    {
      ...{ name: 'post_charge', retry: 'marker', operation: OPERATIONS.post, makes_record: true },
      prepare(context) {
        const { household_id, charge_code_id, amount, date, property_id, unit_id, memo } = command;
        // No AccountType: it is read-only, and the account is a tenant's.
        const body = {
          AccountID: idOf(household_id, 'household'),
          ChargeTypeID: idOf(charge_code_id, 'charge code'),
          Amount: dollars(amount),
          TransactionDate: date,
          PropertyID: idOf(property_id, 'property'),
          ...(unit_id !== undefined && { UnitID: idOf(unit_id, 'unit') }),
          Comment: withMarker(memo, context.marker),
        };
        const record = { kind: 'ledger_entry', key: 'ID', prefix: 'charge-' } as const;
        return post(postingAddress('Charges', context), [body], record);
      },
      locate: (_request, { marker }, signal) =>
        byComment(vendor, 'Charges', { account: command.household_id, date: command.date, marker }, signal),
    },
  ];
}

/** The charge that is to be taken back. Throws `not_found`. */
async function chargeOf(
  vendor: Vendor,
  { charge_id }: CommandOf<'reverse_charge'>,
  signal?: AbortSignal,
): Promise<wire.Charge> {
  const entry = entryOf(charge_id);
  const row =
    entry?.kind === 'charge' ? await vendor.client.one<wire.Charge>('Charges', entry.number, [], signal) : undefined;
  if (row?.AccountID !== undefined) return row;
  throw new VendorError('not_found', 'Rent Manager does not have the charge. Nothing was changed.');
}

/** A charge is taken back by a credit to the same charge type, which is tied to it. */
export function reverseCharge(vendor: Vendor): Plan<'reverse_charge'> {
  return (command) => [
    {
      ...{ name: 'post_credit', retry: 'marker', operation: OPERATIONS.post, makes_record: true },
      async prepare(context) {
        const { ID, AccountID, ChargeTypeID, PropertyID, UnitID } = await chargeOf(vendor, command);
        const place = { ...(PropertyID !== undefined && { PropertyID }), ...(UnitID !== undefined && { UnitID }) };
        const Amount = dollars(command.amount);
        const body = {
          ...{ AccountID, ChargeTypeID, Amount, TransactionDate: command.date, ...place },
          Comment: withMarker(command.reason, context.marker),
          Allocations: [{ ChargeID: ID, Amount, ...place }],
        };
        const record = { kind: 'ledger_entry', key: 'ID', prefix: 'credit-' } as const;
        return post(postingAddress('Credits', context), [body], record);
      },
      async locate(_request, { marker }, signal) {
        const { AccountID } = await chargeOf(vendor, command, signal);
        return byComment(vendor, 'Credits', { account: String(AccountID), date: command.date, marker }, signal);
      },
    },
  ];
}

/** The shape of a bill's line was not seen: this is that of a journal's, with a unit. */
function billDetail({ gl_account_id, amount, property_id, unit_id, memo }: CommandOf<'post_bill'>['lines'][number]) {
  return {
    GLAccountID: idOf(gl_account_id, 'GL account'),
    PropertyID: idOf(property_id, 'property'),
    ...(unit_id !== undefined && { UnitID: idOf(unit_id, 'unit') }),
    Amount: dollars(amount),
    ...(memo !== undefined && { Comment: memo }),
  };
}

/** A bill is known by vendor, invoice number and date; the number is the invoice's own and carries no mark of ours. */
export function postBill(vendor: Vendor): Plan<'post_bill'> {
  return (command) => [
    {
      ...{ name: 'post_bill', retry: 'natural_key', operation: OPERATIONS.post, makes_record: true },
      prepare(context) {
        const { vendor_id, invoice_number, invoice_date, due_date, total, memo, lines } = command;
        const body = {
          AccountID: idOf(vendor_id, 'vendor'),
          AccountType: 'Vendor',
          Reference: invoice_number,
          TransactionDate: invoice_date,
          PostDate: invoice_date,
          DueDate: due_date,
          Amount: dollars(total),
          ...(memo !== undefined && { Comment: memo }),
          BillDetails: lines.map(billDetail),
        };
        return post(postingAddress('Bills', context), [body], { kind: 'bill', key: 'ID' });
      },
      async locate(_request, _context, signal): Promise<Located> {
        const { vendor_id, invoice_number, invoice_date, total } = command;
        const filters: Filter[] = [['AccountID', 'eq', vendor_id], ...onDay('TransactionDate', invoice_date)];
        const rows = await vendor.client.all<wire.Bill & { Amount?: number }>('Bills', { filters }, signal);
        const own = rows.filter(
          ({ Reference, Amount = 0, AccountType = 'Vendor' }) =>
            AccountType === 'Vendor' && Reference === invoice_number && Math.round(Amount * 100) === total,
        );
        const [first, ...others] = own.map(({ ID }) => ({
          record: { kind: 'bill', scope: '', id: String(ID) } as const,
        }));
        return first === undefined ? ABSENT : { outcome: 'found', result: first, ...(others.length > 0 && { others }) };
      },
    },
  ];
}
