import type { LedgerEntry } from '../../../model/records.ts';
import { day, dollarText, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { isTenantCode } from '../tenants.ts';
import { listByProperty, readAt, type Context } from '../context.ts';
import { readTransactions, type Transaction } from '../transactions.ts';

/** Voyager counts charges and receipts apart, so that an entry is known by its tenant and its kind as well. */
const entryId = readBy((raw) => {
  const { kind, detail } = raw as Transaction;
  const { CustomerID: tenant, TransactionID: id } = detail;
  return tenant && id ? `${tenant}-${kind === 'Charge' ? 'c' : 'r'}${id}` : undefined;
});

/** Amounts are without sign on the wire; what reduces a balance is negative here. A negative charge is a credit. */
const amount = readBy((raw, at) => {
  const { kind, detail } = raw as Transaction;
  const cents = dollarText.read(detail.Amount, at) as number | undefined;
  return cents === undefined ? undefined : kind === 'Charge' ? cents : -Math.abs(cents);
});

const kindOf = readBy((raw) => {
  const { kind, detail } = raw as Transaction;
  if (kind !== 'Charge') return 'payment';
  return Number(detail.Amount ?? 0) < 0 ? 'credit' : 'charge';
});

export const LEDGER_ENTRY = mapping(
  'ledger_entry',
  {
    wire: 'GetResidentTransactions_Login',
    changes: 'poll',
    freshness_seconds: 3_600,
    evidence: 'seen',
    note: 'It was not seen whether charges that are paid in full are among them.',
  },
  [
    { field: 'id', wire: '', as: entryId, always: true },
    { field: 'property_id', wire: 'YardiPropertyId', as: text, write: false, note: 'the property that was asked for' },
    { field: 'household_id', wire: 'detail.CustomerID', as: text, always: true },
    { field: 'lease_id', wire: 'detail.CustomerID', as: text },
    { field: 'unit_id', wire: 'detail.UnitID', as: text },
    { field: 'kind', wire: '', as: kindOf, support: 'mapped' },
    { field: 'date', wire: 'detail.TransactionDate', as: day, always: true },
    { field: 'amount', wire: '', as: amount },
    { field: 'charge_code_id', wire: 'detail.ChargeCode', as: text },
    { field: 'gl_account_id', wire: 'detail.GLAccountNumber', as: text },
    { field: 'memo', wire: 'detail.Description', as: text },
  ],
  [
    { field: 'bill_id', support: 'sidecar' },
    { field: 'work_order_id', support: 'sidecar' },
    { field: 'reverses_id', support: 'unsupported', note: 'Voyager does not link a credit to its charge' },
  ],
);

export function ledgerEntryReader(context: Context): Reader<'ledger_entry'> {
  async function read(property: string, tenant: string | undefined, signal?: AbortSignal): Promise<LedgerEntry[]> {
    const transactions = await readTransactions(context, property, tenant, signal);
    const circumstances = await context.circumstances(signal);
    return transactions.flatMap((one) => readRecord(LEDGER_ENTRY, one, circumstances, { property_id: property }) ?? []);
  }
  return {
    async get(scope, id, signal) {
      const [, tenant] = /^([A-Za-z0-9]{1,8})-[cr][A-Za-z0-9]+$/.exec(id) ?? [];
      if (tenant === undefined) return undefined;
      return readAt(scope, async (property) => (await read(property, tenant, signal)).find((entry) => entry.id === id));
    },
    list: (query, signal) =>
      listByProperty(context, query, async (property) => {
        const { household_id, unit_id } = query;
        if (household_id !== undefined && !isTenantCode(household_id)) return { records: [] };
        const records = await read(property, household_id, signal);
        return { records: unit_id === undefined ? records : records.filter((entry) => entry.unit_id === unit_id) };
      }),
  };
}
