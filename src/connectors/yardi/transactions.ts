import type { XmlNode } from '../kit/xml.ts';
import { children, path } from '../kit/xml.ts';
import { plainOf } from '../kit/xml_values.ts';
import type { Context } from './context.ts';
import { aroundDay } from './local_time.ts';
import type { TransactionDetail } from './wire.ts';

/** One line of a resident's ledger; `kind` is the name of its element. */
export interface Transaction {
  kind: 'Charge' | 'Payment';
  detail: TransactionDetail;
}

/** The lines of a property's residents, or of one of them. */
export async function readTransactions(
  { client }: Context,
  property: string,
  tenant: string | undefined,
  signal?: AbortSignal,
): Promise<Transaction[]> {
  const service = 'billing_and_payments';
  const result =
    tenant === undefined
      ? await client.read(
          { service, name: 'GetResidentTransactions_Login', parameters: { YardiPropertyId: property } },
          signal,
        )
      : await client.read(
          {
            service,
            name: 'GetResidentTransaction_Login',
            parameters: { YardiPropertyId: property, TenantId: tenant },
          },
          signal,
        );
  return transactionsIn(result);
}

/**
 * A tenant's charges around a day, the open and the closed ones: one that was paid from a credit at once may be among the
 * latter alone.
 */
export async function readChargesOf(
  { client }: Context,
  { property, tenant, date }: { property: string; tenant: string; date: string },
  signal?: AbortSignal,
): Promise<Transaction[]> {
  const service = 'billing_and_payments';
  const { from, to } = aroundDay(date);
  const days = { YardiPropertyId: property, FromDate: from, ToDate: to };
  const open = await client.read(
    { service, name: 'GetResidentTransactions_ByChargeDate_Login', parameters: days },
    signal,
  );
  const closed = await client.read(
    { service, name: 'GetClosedCharges', parameters: { ...days, TenantId: tenant } },
    signal,
  );
  return [...transactionsIn(open), ...transactionsIn(closed)].filter(({ detail }) => detail.CustomerID === tenant);
}

function transactionsIn(result: XmlNode | undefined): Transaction[] {
  const properties = children(path(result, 'ResidentTransactions'), 'Property');
  return properties
    .flatMap((property) => children(property, 'RT_Customer'))
    .flatMap((customer) => children(customer, 'RTServiceTransactions'))
    .flatMap((list) => children(list, 'Transactions'))
    .flatMap((one) => one.children)
    .flatMap((one) => {
      if (one.name !== 'Charge' && one.name !== 'Payment') return [];
      return children(one, 'Detail').map((detail) => ({
        kind: one.name as Transaction['kind'],
        detail: plainOf(detail) as TransactionDetail,
      }));
    });
}
