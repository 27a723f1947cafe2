import type { Property } from '../../../model/records.ts';
import type { Circumstances } from '../../kit/codecs.ts';
import { readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { children, path } from '../../kit/xml.ts';
import { plainOf } from '../../kit/xml_values.ts';
import type { Context } from '../context.ts';
import type { InterfaceName } from '../interfaces.ts';
import type { Client } from '../transport.ts';
import type { WireProperty } from '../wire.ts';

/** The property's first open month, `MM/YYYY`: what was before is closed. */
const lockedThrough = readBy((raw, at) => {
  const [, month, year] = /^(0[1-9]|1[0-2])\/(\d{4})$/.exec(String(raw)) ?? [];
  if (month === undefined || year === undefined) return at.onDrift('changed_type', at.path);
  return new Date(Date.UTC(Number(year), Number(month) - 1, 0)).toISOString().slice(0, 10);
});

const address = readBy((raw) => {
  const { AddressLine1, AddressLine2, AddressLine3, City, State, PostalCode } = raw as WireProperty;
  const street2 = [AddressLine2, AddressLine3].filter((line) => (line ?? '') !== '').join(', ');
  return {
    street: AddressLine1 ?? '',
    ...(street2 !== '' && { street2 }),
    city: City ?? '',
    state: State ?? '',
    postal_code: PostalCode ?? '',
  };
});

export const PROPERTY = mapping(
  'property',
  {
    wire: 'GetPropertyConfigurations',
    changes: 'poll',
    freshness_seconds: 86_400,
    evidence: 'seen',
    note: 'Lists the properties that the interface entity is set up for, and no others.',
  },
  [
    { field: 'id', wire: 'Code', as: text, always: true, max_length: 8 },
    { field: 'name', wire: 'MarketingName', as: text, always: true, max_length: 255 },
    { field: 'address', wire: '', as: address },
    {
      field: 'books_locked_through',
      wire: 'AccountsReceivable',
      as: lockedThrough,
      evidence: 'inferred',
      note: 'the day before the first open month; only three of the interfaces say it',
    },
  ],
);

/** The interface that is asked for properties: the first licensed one, those that tell the open month first. */
const ASKED_FOR_PROPERTIES: readonly InterfaceName[] = [
  'common_data',
  'billing_and_payments',
  'vendor_invoicing',
  'service_requests',
  'ils_guest_card',
  'lease_renewals',
  'revenue_management',
];

/** The properties of an interface's entity; by default of the one that all others are measured by. */
export async function readProperties(
  client: Client,
  circumstances: Circumstances,
  signal?: AbortSignal,
  service = ASKED_FOR_PROPERTIES.find((name) => client.licensed.includes(name)),
): Promise<readonly Property[]> {
  if (service === undefined) return [];
  const result = await client.read({ service, name: 'GetPropertyConfigurations', parameters: {} }, signal);
  const list =
    result === undefined
      ? []
      : children(result.name === 'Properties' ? result : path(result, 'Properties'), 'Property');
  return list.flatMap((one) => readRecord(PROPERTY, plainOf(one), circumstances) ?? []);
}

export function propertyReader(context: Context): Reader<'property'> {
  return {
    async get(scope, id, signal) {
      if (scope !== '' && scope !== id) return undefined;
      return (await context.freshProperties(signal)).find((property) => property.id === id);
    },
    async list({ scope, property_id }) {
      const records = await context.freshProperties();
      return {
        records: records
          .filter(({ id }) => (scope ?? '') === '' || id === scope)
          .filter(({ id }) => id === (property_id ?? id)),
      };
    },
  };
}
