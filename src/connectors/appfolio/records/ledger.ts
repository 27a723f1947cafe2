import type { ListQuery, Page } from '../../connector.ts';
import { day, dollarText, idText, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { always } from '../codecs.ts';
import { PROPERTIES_IN_ONE_PAGE, WEBHOOK_FRESHNESS_SECONDS } from '../limits.ts';
import { isId, sameId, windowOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type { Charge, Hideable } from '../wire.ts';
import { tenantsOfOccupancies } from './people.ts';

export const LEDGER_ENTRY = mapping(
  'ledger_entry',
  {
    wire: 'Charge',
    changes: 'webhook',
    freshness_seconds: WEBHOOK_FRESHNESS_SECONDS,
    evidence: 'inferred',
    note: 'open charges alone: what is paid is no longer shown, and payments and credits never are',
  },
  [
    { field: 'id', wire: 'Id', as: idText, always: true },
    { field: 'property_id', wire: 'PropertyId', as: idText, write: false, note: 'that of the household' },
    { field: 'household_id', wire: 'OccupancyId', as: idText, always: true },
    { field: 'kind', wire: '', called: 'Charge', as: always('charge'), write: false },
    { field: 'date', wire: 'ChargedOn', as: day, always: true },
    {
      field: 'amount',
      wire: 'AmountDue',
      as: dollarText,
      always: true,
      note: 'what is left of it once a part is paid',
    },
    { field: 'gl_account_id', wire: 'GlAccountId', as: idText },
    {
      field: 'charge_code_id',
      wire: 'GlAccountId',
      as: idText,
      write: false,
      support: 'mapped',
      note: 'there are no charge codes: the GL account is one',
    },
    { field: 'memo', wire: 'Description', as: text },
  ],
  [
    { field: 'lease_id', support: 'unsupported', note: 'charges hang on the household' },
    { field: 'unit_id', support: 'unsupported', note: 'charges hang on the household' },
    { field: 'bill_id', support: 'sidecar' },
    { field: 'work_order_id', support: 'sidecar' },
    { field: 'reverses_id', support: 'unsupported', note: 'AppFolio takes back no charge by API' },
  ],
);

/** The charges of a property, which the answer may not name. */
export async function chargesOf({ client }: Vendor, propertyId: string, signal?: AbortSignal): Promise<Charge[]> {
  const charges = await client.all<Charge>('charges', { PropertyId: propertyId }, signal);
  return charges.map((charge) => ({ ...charge, PropertyId: charge.PropertyId ?? propertyId }));
}

export function ledgerReader(vendor: Vendor): Reader<'ledger_entry'> {
  const { client, circumstances } = vendor;

  async function propertyOf(occupancy: string | undefined, signal?: AbortSignal): Promise<string | undefined> {
    if (!isId(occupancy)) return undefined;
    const tenants = await tenantsOfOccupancies(vendor, [occupancy], signal);
    return tenants.get(occupancy)?.[0]?.PropertyId ?? undefined;
  }

  /** Charges are asked for by property alone, so that a page is that of some properties. */
  async function page(query: ListQuery, signal?: AbortSignal): Promise<{ rows: Charge[]; next?: string }> {
    if (query.household_id !== undefined) {
      const property = await propertyOf(query.household_id, signal);
      return { rows: property === undefined ? [] : await chargesOf(vendor, property, signal) };
    }
    if (query.property_id !== undefined)
      return { rows: isId(query.property_id) ? await chargesOf(vendor, query.property_id, signal) : [] };
    const window = windowOf(query, PROPERTIES_IN_ONE_PAGE);
    const properties = await client.page<Hideable>('properties', vendor.since({}), window, signal);
    const rows = await Promise.all(properties.rows.map(({ Id }) => chargesOf(vendor, Id, signal)));
    return { rows: rows.flat(), ...(properties.next !== undefined && { next: properties.next }) };
  }

  return {
    async get(_scope, id, signal) {
      if (!isId(id)) return undefined;
      const charges = await client.all<Charge>('charges', { Id: id }, signal);
      const charge = charges.find((one) => sameId(one.Id, id));
      if (charge === undefined) return undefined;
      const PropertyId = charge.PropertyId ?? (await propertyOf(charge.OccupancyId, signal));
      return readRecord(LEDGER_ENTRY, { ...charge, PropertyId }, circumstances);
    },
    async list(query, signal): Promise<Page<'ledger_entry'>> {
      const { household_id, property_id } = query;
      return vendor.pageOf(await page(query, signal), (charge) => {
        if (household_id !== undefined && !sameId(charge.OccupancyId, household_id)) return undefined;
        if (property_id !== undefined && !sameId(charge.PropertyId, property_id)) return undefined;
        return readRecord(LEDGER_ENTRY, charge, circumstances);
      });
    },
  };
}
