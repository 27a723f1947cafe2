import type { RecordOf } from '../../../model/records.ts';
import type { ListQuery, Page } from '../../connector.ts';
import { day, dollarNumber, idText, markedText, text, wholeNumber } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { LARGEST_PAGE, LEDGERS_IN_ONE_ANSWER, LINES_OF_A_LEDGER } from '../limits.ts';
import { isId } from '../transport.ts';
import { filtersOf, fits, notOurs, pageOf, placeOf, type Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';

type LedgerEntry = RecordOf<'ledger_entry'>;

/**
 * Charges, payments and credits are three resources, whose numbers need not differ: an entry is known by the word for its
 * resource and its number there.
 */
export const TRANSACTIONS = {
  charge: { resource: 'Charges', embeds: [] as readonly string[], sign: 1 },
  payment: { resource: 'Payments', embeds: ['Allocations'], sign: -1 },
  credit: { resource: 'Credits', embeds: ['Allocations'], sign: -1 },
} as const;
type Kind = keyof typeof TRANSACTIONS;

/** What stands at the end of the id of an entry by which a payment was taken back: it is a date on the payment. */
const REVERSAL = '-reversal';
const KINDS = Object.keys(TRANSACTIONS) as Kind[];

export const LEDGER_ENTRY = mapping(
  'ledger_entry',
  {
    wire: 'Charge, Payment and Credit',
    changes: 'poll',
    freshness_seconds: 900,
    evidence: 'seen',
    note: 'of tenants; those of prospects and owners are left out',
  },
  [
    { field: 'id', wire: 'id', as: text, called: 'ID' },
    { field: 'property_id', wire: 'property_id', as: text, called: 'PropertyID' },
    { field: 'household_id', wire: 'Entry.AccountID', as: idText, always: true },
    { field: 'unit_id', wire: 'Entry.UnitID', as: idText },
    { field: 'kind', wire: 'kind', as: text, called: 'TransactionType' },
    { field: 'date', wire: 'Entry.TransactionDate', as: day, always: true },
    { field: 'amount', wire: 'amount', as: dollarNumber, called: 'Amount' },
    { field: 'charge_code_id', wire: 'Entry.ChargeTypeID', as: idText },
    { field: 'memo', wire: 'Entry.Comment', as: markedText, note: 'a marker of ours stands at its end' },
    {
      field: 'reverses_id',
      wire: 'reverses_id',
      as: text,
      called: 'Allocations.ChargeID of a credit',
      evidence: 'inferred',
    },
    {
      field: 'reversed_amount',
      wire: 'reversed_amount',
      as: wholeNumber,
      called: 'Allocations of credits',
      evidence: 'inferred',
    },
  ],
  [
    { field: 'lease_id', support: 'sidecar', note: "a ledger is the tenant's, whatever the lease" },
    { field: 'gl_account_id', support: 'sidecar', note: 'the account of the charge type' },
    { field: 'bill_id', support: 'sidecar' },
    { field: 'work_order_id', support: 'sidecar' },
  ],
);

/** The kind and the number of an entry; undefined where it is no such id. */
export function entryOf(id: string): { kind: Kind; number: string } | undefined {
  const isReversal = id.startsWith('payment-') && id.endsWith(REVERSAL);
  const [kind, number = '', ...more] = (isReversal ? id.slice(0, -REVERSAL.length) : id).split('-');
  return more.length === 0 && KINDS.includes(kind as Kind) && isId(number) ? { kind: kind as Kind, number } : undefined;
}

/** Cents of a charge that credits have taken back, by the charge. */
function reversedBy(credits: readonly wire.Credit[]): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const { ChargeID, Amount = 0 } of credits.flatMap(({ Allocations = [] }) => Allocations))
    if (ChargeID !== undefined) sums.set(ChargeID, (sums.get(ChargeID) ?? 0) + Math.round(Amount * 100));
  return sums;
}

/** The one charge that a credit is for. */
function chargeOf({ Allocations = [] }: wire.Credit): number | undefined {
  const charges = new Set(Allocations.flatMap(({ ChargeID }) => ChargeID ?? []));
  return charges.size === 1 ? [...charges][0] : undefined;
}

type Entry = wire.Charge & Pick<wire.Payment, 'Allocations' | 'PrepayPropertyID' | 'ReversalDate'>;

/** A tenant's ledger in canonical form, oldest first. */
function readLedger(vendor: Vendor, tenant: wire.Tenant): LedgerEntry[] {
  const { Charges = [], Payments = [], Credits = [] } = tenant;
  const reversed = reversedBy(Credits);
  const entries: [Kind, readonly Entry[]][] = [
    ['charge', Charges],
    ['payment', Payments],
    ['credit', Credits],
  ];
  const records = entries.flatMap(([kind, rows]) =>
    rows.filter(isTenants).flatMap((row) => {
      const Entry = { ...row, AccountID: row.AccountID ?? tenant.TenantID };
      const property =
        Entry.PropertyID ?? Entry.Allocations?.[0]?.PropertyID ?? Entry.PrepayPropertyID ?? tenant.PropertyID;
      const charge = kind === 'credit' ? chargeOf(Entry) : undefined;
      const whole = {
        ...{ Entry, kind, id: `${kind}-${Entry.ID}` },
        amount: (Entry.Amount ?? 0) * TRANSACTIONS[kind].sign,
        ...(property !== undefined && { property_id: String(property) }),
        ...(charge !== undefined && { reverses_id: `charge-${charge}` }),
        ...(kind === 'charge' && { reversed_amount: reversed.get(Entry.ID) ?? 0 }),
      };
      const reversal = {
        ...{ ...whole, id: `${whole.id}${REVERSAL}`, amount: -whole.amount, reverses_id: whole.id },
        Entry: { ...Entry, TransactionDate: Entry.ReversalDate },
      };
      const all = kind === 'payment' && Entry.ReversalDate !== undefined ? [whole, reversal] : [whole];
      return all.flatMap((one) => readRecord(LEDGER_ENTRY, one, vendor.circumstances) ?? []);
    }),
  );
  return records.sort((a, b) => a.date.localeCompare(b.date));
}

const isTenants = ({ AccountType = 'Tenant' }: wire.Charge) => AccountType === 'Tenant';

/** A tenant with the whole ledger. */
const LEDGER_EMBEDS = ['Charges', 'Payments.Allocations', 'Credits.Allocations'];

export function ledgerReader(vendor: Vendor): Reader<'ledger_entry'> {
  const { client } = vendor;

  /** The ledgers in which something was entered or changed, one resource after the other. */
  async function changed(query: ListQuery, signal?: AbortSignal): Promise<Page<'ledger_entry'>> {
    const [kind, cursor] = sincePlace(query.cursor);
    const filters = filtersOf(vendor, { by: { household_id: 'AccountID' } }, query);
    if (filters === undefined) return { records: [] };
    const { resource, embeds } = TRANSACTIONS[kind];
    const place = placeOf(
      { limit: query.limit ?? LARGEST_PAGE, ...(cursor !== undefined && { cursor }) },
      LARGEST_PAGE,
    );
    const { rows, more } = await client.page<Entry>(resource, { filters, embeds }, place, signal);
    const own = rows.filter(isTenants);
    // A credit changes what is left of its charge.
    const wanted = new Set(
      own.flatMap((row) => {
        const charge = kind === 'credit' ? chargeOf(row) : undefined;
        return [
          `${kind}-${row.ID}`,
          `${kind}-${row.ID}${REVERSAL}`,
          ...(charge === undefined ? [] : [`charge-${charge}`]),
        ];
      }),
    );
    const tenants = await ledgersOf(
      own.flatMap(({ AccountID }) => AccountID ?? []),
      signal,
    );
    const records = tenants
      .flatMap((tenant) => readLedger(vendor, tenant))
      .filter((record) => wanted.has(record.id) && fits('ledger_entry', query, record));
    const page = pageOf<'ledger_entry'>(records, more, place, query.limit ?? LARGEST_PAGE);
    const following = KINDS[KINDS.indexOf(kind) + 1];
    const next = page.next_cursor !== undefined ? `${kind}:${page.next_cursor}` : following && `${following}:`;
    return { records: page.records, ...(next !== undefined && { next_cursor: next }) };
  }

  async function ledgersOf(tenantIds: readonly number[], signal?: AbortSignal): Promise<wire.Tenant[]> {
    const ids = [...new Set(tenantIds)];
    const tenants: wire.Tenant[] = [];
    for (let at = 0; at < ids.length; at += LEDGERS_IN_ONE_ANSWER) {
      const some = ids.slice(at, at + LEDGERS_IN_ONE_ANSWER);
      tenants.push(...(await client.among<wire.Tenant>('Tenants', 'TenantID', some, LEDGER_EMBEDS, signal)));
    }
    return tenants;
  }

  return {
    async get(_scope, id, signal) {
      const entry = entryOf(id);
      if (entry === undefined) return undefined;
      const row = await client.one<Entry>(TRANSACTIONS[entry.kind].resource, entry.number, [], signal);
      if (row?.AccountID === undefined || !isTenants(row)) return undefined;
      const tenant = await client.one<wire.Tenant>('Tenants', row.AccountID, LEDGER_EMBEDS, signal);
      return tenant && readLedger(vendor, tenant).find((record) => record.id === id);
    },
    async list(query, signal) {
      if (query.since !== undefined) return changed(query, signal);
      const by = { household_id: 'TenantID' };
      const filters = filtersOf(vendor, { by }, query);
      if (filters === undefined) return { records: [] };
      const limit = query.limit ?? LARGEST_PAGE;
      const place = placeOf({ ...query, limit: Math.ceil(limit / LINES_OF_A_LEDGER) }, LEDGERS_IN_ONE_ANSWER);
      const page = await client.page<wire.Tenant>('Tenants', { filters, embeds: LEDGER_EMBEDS }, place, signal);
      const records = page.rows
        .flatMap((tenant) => readLedger(vendor, tenant))
        .filter((record) => fits('ledger_entry', query, record));
      return pageOf<'ledger_entry'>(records, page.more, place, limit);
    },
  };
}

/** Where a list of changes goes on: `credit:2.500.0`. */
function sincePlace(cursor: string | undefined): [Kind, string | undefined] {
  if (cursor === undefined) return ['charge', undefined];
  const [kind, place] = cursor.split(':');
  if (!KINDS.includes(kind as Kind)) throw notOurs();
  return [kind as Kind, place === '' ? undefined : place];
}
