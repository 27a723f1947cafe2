import type { CommandOf } from '../../../model/commands.ts';
import { VendorError, type Located, type StepContext, type StepRequest } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import { element } from '../../kit/xml_builder.ts';
import type { Plan } from '../../kit/vendor.ts';
import { propertyOf, type Context } from '../context.ts';
import { fieldsInOrder } from '../documents.ts';
import { LEDGER_ENTRY } from '../records/ledger_entry.ts';
import { readRecord } from '../../kit/rows.ts';
import { isTenantCode } from '../tenants.ts';
import { readChargesOf } from '../transactions.ts';
import type { YardiCall } from '../transport.ts';

/** The namespace of the document, as a live integration sends it. */
const TRANSACTIONS = 'http://yardi.com/ResidentTransactions20';

const DETAIL = [
  'Description',
  'TransactionDate',
  'ServiceFromDate',
  'ServiceToDate',
  'ChargeCode',
  'GLAccountNumber',
  'CustomerID',
  'Amount',
  'Comment',
  'PropertyPrimaryID',
] as const;

/** How a server says that a charge has been taken; anything else says nothing. */
const IMPORTED = /successfully imported/i;

export function isImported(messages: readonly { text: string }[], result: string): boolean {
  return [result, ...messages.map(({ text }) => text)].some((one) => IMPORTED.test(one));
}

type Charge = CommandOf<'post_charge'>;

function chargeCall(command: Charge, marker: string): YardiCall {
  const detail = element(
    'Detail',
    {},
    ...fieldsInOrder(DETAIL, {
      Description: command.memo,
      TransactionDate: command.date,
      ServiceFromDate: command.date,
      ServiceToDate: command.date,
      ChargeCode: command.charge_code_id,
      GLAccountNumber: command.gl_account_id,
      CustomerID: command.household_id,
      Amount: (command.amount / 100).toFixed(2),
      Comment: withMarker(command.memo, marker),
      PropertyPrimaryID: command.property_id,
    }),
  );
  const transactions = element('Transactions', {}, element('Charge', {}, detail));
  const customer = element('RT_Customer', {}, element('RTServiceTransactions', {}, transactions));
  const TransactionXml = element('ResidentTransactions', { xmlns: TRANSACTIONS }, element('Property', {}, customer));
  return { service: 'billing_and_payments', name: 'ImportResidentTransactions_Login', parameters: { TransactionXml } };
}

async function locate(
  context: Context,
  command: Charge,
  request: StepRequest,
  { marker }: StepContext,
  signal?: AbortSignal,
): Promise<Located> {
  const property = String(request['scope']);
  const { household_id: tenant, date } = command;
  const charges = await readChargesOf(context, { property, tenant, date }, signal);
  const found = charges.find(({ detail }) => carries(detail.Comment, marker));
  if (found === undefined) return { outcome: 'absent', covers_all: true };
  const entry = readRecord(LEDGER_ENTRY, found, await context.circumstances(signal), { property_id: property });
  if (entry === undefined)
    return { outcome: 'differs', detail: 'Voyager shows the charge in a form that is not known.' };
  return {
    outcome: 'found',
    result: { record: { kind: 'ledger_entry', scope: property, id: entry.id }, posting: 'posted' },
  };
}

export function postCharge(context: Context): Plan<'post_charge'> {
  return (command) => {
    if (!isTenantCode(command.household_id))
      throw new VendorError('not_found', 'Voyager has no such tenant. Nothing was changed.', { field: 'household_id' });
    return [
      {
        name: 'import charge',
        retry: 'marker',
        makes_record: true,
        operation: 'import_charge',
        prepare({ marker, scope }: StepContext) {
          return { call: chargeCall(command, marker), scope: propertyOf(command, scope) };
        },
        locate: (request, step, signal) => locate(context, command, request, step, signal),
      },
    ];
  };
}
