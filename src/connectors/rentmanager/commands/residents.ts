import { VendorError } from '../../connector.ts';
import type { Plan } from '../../kit/vendor.ts';
import { contactOf, residentIds, TENANT_EMBEDS } from '../records/tenants.ts';
import { idOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { contactFields } from './contacts.ts';
import { lookStep } from './post.ts';
import { setStep } from './set_values.ts';

const TENANTS = 'Tenants';

/** Contacts are a resource of their own (a published client writes to it); they are read with their tenant. */
const CONTACTS = 'Contacts';

export function updateResident(vendor: Vendor): Plan<'update_resident'> {
  return ({ resident_id: id, phones, emails }) => {
    const record = { kind: 'resident', id } as const;
    const tenant = () => idOf(residentIds(id)?.tenant ?? '', 'resident');
    const contact = (row: wire.Tenant) => contactOf(row, id);
    if (phones === undefined && emails === undefined)
      return [
        lookStep('resident', id, async () => {
          const row = await vendor.client.one<wire.Tenant>(TENANTS, tenant(), TENANT_EMBEDS);
          return row !== undefined && contact(row) !== undefined;
        }),
      ];
    return [
      setStep<wire.Tenant>(vendor.client, {
        ...{
          name: 'update_contact',
          resource: TENANTS,
          embeds: TENANT_EMBEDS,
          write_to: CONTACTS,
          key: 'ContactID',
          record,
        },
        row: tenant,
        part: (row) => contact(row) as Record<string, unknown> | undefined,
        set(row) {
          const known = contact(row);
          if (known === undefined || known.ContactID === 0)
            throw new VendorError(
              'unsupported',
              'Rent Manager keeps numbers and addresses with contacts, and this tenant has none. ' +
                'Add a contact to the tenant there. Nothing was changed.',
            );
          if ((emails?.length ?? 0) > 1)
            throw new VendorError(
              'unsupported',
              'Rent Manager keeps one e-mail address for each contact. Name only the one to be used. Nothing was changed.',
              { field: 'emails' },
            );
          return contactFields({ phones, emails }, known);
        },
      }),
    ];
  };
}
