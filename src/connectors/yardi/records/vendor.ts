import { normaliseEmail } from '../../../model/contact.ts';
import { notFlag, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { listByProperty, readAt, type Context } from '../context.ts';
import type { InterfaceName } from '../interfaces.ts';
import { phoneOf } from '../people.ts';
import { readUnseen, VENDOR_ELEMENTS } from '../unseen.ts';

export const VENDOR = mapping(
  'vendor',
  {
    wire: 'GetVendors_Login',
    changes: 'poll',
    freshness_seconds: 86_400,
    evidence: 'inferred',
    note:
      'The elements of the answer were not seen; "elements.vendor" of the connection names others. Trades, insurance and ' +
      'licences are not in it: "caretaker vendors import" keeps them.',
  },
  [
    { field: 'id', wire: 'id', as: text, always: true },
    { field: 'name', wire: 'name', as: text, always: true },
    { field: 'is_active', wire: 'inactive', as: notFlag },
    { field: 'phones', wire: 'phone', as: readBy((raw) => [phoneOf(String(raw), 'work')]) },
    {
      field: 'emails',
      wire: 'email',
      as: readBy((raw) => [normaliseEmail(String(raw))].filter((one) => one !== undefined)),
    },
  ],
  [
    { field: 'do_not_use', support: 'sidecar' },
    { field: 'trades', support: 'sidecar' },
    { field: 'takes_emergencies', support: 'sidecar' },
    { field: 'service_area', support: 'sidecar' },
    { field: 'preferred', support: 'sidecar' },
    { field: 'hourly_rate', support: 'sidecar' },
    { field: 'compliance', support: 'sidecar' },
  ],
);

/** Interfaces that list vendors, the one whose address is known first. */
export const LIST_VENDORS: readonly InterfaceName[] = ['billing_and_payments', 'vendor_invoicing'];

export function vendorReader(context: Context): Reader<'vendor'> {
  const { client, settings } = context;
  async function read(property: string, signal?: AbortSignal) {
    const service = LIST_VENDORS.find((name) => client.licensed.includes(name)) ?? 'billing_and_payments';
    const call = { service, name: 'GetVendors_Login', parameters: { YardiPropertyId: property } } as const;
    const answer = await client.read(call, signal);
    const circumstances = await context.circumstances(signal);
    const vendors = readUnseen(answer, VENDOR_ELEMENTS, settings.elements.vendor);
    // An answer with something in it in which no vendor can be made out is called by other names.
    if (vendors.length === 0 && answer !== undefined) circumstances.onDrift('missing_field', 'vendor.id');
    return vendors.flatMap((vendor) => readRecord(VENDOR, vendor, circumstances) ?? []);
  }
  return {
    async get(scope, id, signal) {
      return readAt(scope, async (property) => (await read(property, signal)).find((vendor) => vendor.id === id));
    },
    list: (query, signal) =>
      listByProperty(context, query, async (property) => ({ records: await read(property, signal) })),
  };
}
