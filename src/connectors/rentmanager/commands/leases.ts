import type { CommandOf } from '../../../model/commands.ts';
import { VendorError } from '../../connector.ts';
import type { Plan } from '../../kit/vendor.ts';
import { readHousehold, TENANT_EMBEDS } from '../records/tenants.ts';
import { idOf } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { setStep } from './set_values.ts';

const LEASES = 'Leases';

/** Why a renewal cannot be accepted, in words for an agent. */
export const NO_RENEWAL =
  'Rent Manager keeps no offers of renewal, and what its LeaseRenew action wants is not described. ' +
  'Enter the renewal in Rent Manager (tenant, Leases, Renew).';

type Change = CommandOf<'update_lease'>['change'];
type Dates = { NoticeDate?: string | null; ExpectedMoveOutDate: string | null };

function datesOf(change: Change): Dates {
  switch (change.action) {
    case 'give_notice':
      return { NoticeDate: change.notice_date, ExpectedMoveOutDate: change.move_out_date };
    case 'withdraw_notice':
      return { NoticeDate: null, ExpectedMoveOutDate: null };
    case 'change_move_out':
      return { ExpectedMoveOutDate: change.move_out_date };
    case 'accept_renewal':
      throw new VendorError('unsupported', `${NO_RENEWAL} Nothing was changed.`);
  }
}

/** Dates are the lease's: who wants to leave alone cannot be entered. */
async function mustBeAll(vendor: Vendor, lease: wire.Lease, leaving: readonly string[]): Promise<void> {
  const { client } = vendor;
  const tenant =
    lease.TenantID === undefined ? undefined : await client.one<wire.Tenant>('Tenants', lease.TenantID, TENANT_EMBEDS);
  const people = tenant === undefined ? [] : (readHousehold(vendor, tenant)[0]?.resident_ids ?? []);
  if (people.every((id) => leaving.includes(id))) return;
  throw new VendorError(
    'unsupported',
    'Rent Manager keeps notice and move-out per lease, not per person: name everybody on the lease, or have the ' +
      'person who leaves taken off the tenant in Rent Manager. Nothing was changed.',
    { field: 'resident_ids' },
  );
}

export function updateLease(vendor: Vendor): Plan<'update_lease'> {
  return ({ lease_id, change }) => {
    const dates = datesOf(change);
    return [
      setStep<wire.Lease>(vendor.client, {
        ...{ name: 'update_lease', resource: LEASES, key: 'LeaseID', record: { kind: 'lease', id: lease_id } },
        row: () => idOf(lease_id, 'lease'),
        async set(row) {
          if (change.action !== 'accept_renewal') await mustBeAll(vendor, row, change.resident_ids);
          return { ...dates };
        },
      }),
    ];
  };
}
