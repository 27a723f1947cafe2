import type { Lease } from '../../../model/records.ts';
import { day, dollarText, idText, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { recordsIn, textOf, type Plain } from '../answer.ts';
import { ANY_RESIDENT_STATUS, STATUS_HELD_DAYS } from '../limits.ts';
import { siteReader } from '../paging.ts';
import { LEASE_STATUSES } from '../tables.ts';
import type { Values } from '../values.ts';
import type { Vendor } from '../vendor.ts';
import { isHead, residentsOf, statusOf, type WireResident } from './people.ts';

/** A lease of `getleaseinfo` with the people on it, who come from the residents' list. */
interface WireLease extends Plain {
  people: WireResident[];
}

const peopleOf = (raw: unknown) => (raw as WireLease).people;
const headOf = (raw: unknown) => peopleOf(raw).find(isHead) ?? peopleOf(raw)[0];

const dayOf = (value: Plain[string]) => textOf(value)?.slice(0, 10);

function partyOf(one: WireResident): Lease['parties'][number] {
  const [move_in, notice_date, move_out] = ['moveindate', 'noticegivendate', 'moveoutdate'].map((name) =>
    dayOf(one[name]),
  );
  return {
    resident_id: textOf(one['residentmemberid']) ?? '',
    ...(move_in !== undefined && { move_in }),
    ...(notice_date !== undefined && { notice_date }),
    ...(move_out !== undefined && { move_out }),
  };
}

export const LEASE = mapping(
  'lease',
  {
    wire: 'Lease',
    changes: 'poll',
    freshness_seconds: 3_600,
    evidence: 'inferred',
    note: 'asked for by any status of its residents, of which C was seen; month to month where there is no LeaseEndDate',
  },
  [
    { field: 'id', wire: 'LeaseID', as: idText, always: true },
    { field: 'property_id', wire: 'auth.siteid', as: text, write: false },
    { field: 'unit_id', wire: 'UnitID', as: idText },
    { field: 'household_id', wire: 'ReshID', as: idText },
    {
      field: 'status',
      wire: '',
      as: readBy((raw, at) => {
        const head = headOf(raw);
        const told = LEASE_STATUSES[textOf((raw as Plain)['LeaseStatusText']) ?? ''];
        const status = head === undefined ? told : statusOf(head);
        if (status === undefined) at.onDrift('unknown_value', 'lease.LeaseStatusText');
        return status ?? 'past';
      }),
      support: 'mapped',
      note: 'the leasestatus of the head of the household; else LeaseStatusText',
    },
    {
      field: 'term',
      wire: '',
      as: readBy((raw) => ((raw as Plain)['LeaseEndDate'] === undefined ? 'month_to_month' : 'fixed')),
      evidence: 'inferred',
      note: 'month to month where there is no LeaseEndDate',
    },
    { field: 'start_date', wire: 'LeaseBeginDate', as: day, always: true },
    { field: 'end_date', wire: 'LeaseEndDate', as: day },
    { field: 'rent', wire: 'Rent', as: dollarText },
    {
      field: 'parties',
      wire: '',
      as: readBy((raw) => peopleOf(raw).map(partyOf)),
      note: 'residents with this leaseid',
    },
    {
      field: 'notice_date',
      wire: '',
      as: readBy((raw) => dayOf(headOf(raw)?.['noticegivendate'])),
      note: 'noticegivendate',
    },
    {
      field: 'move_out_date',
      wire: '',
      as: readBy((raw) => dayOf(headOf(raw)?.['moveoutdate'] ?? headOf(raw)?.['noticefordate'])),
      note: 'moveoutdate, else noticefordate',
    },
  ],
  [
    { field: 'deposit', support: 'unsupported' },
    { field: 'renewal_offers', support: 'unsupported', note: 'no operation that reads offers was seen' },
  ],
);

/** What every lease of a site is asked for by. */
export const EVERY_LEASE: Values = {
  getleaseinfo: {
    residentstatus: ANY_RESIDENT_STATUS,
    propertynumber: 'ALL',
    residentheldthestatus: String(STATUS_HELD_DAYS),
    residentwillhavethestatus: String(STATUS_HELD_DAYS),
  },
};

export function leaseReader(vendor: Vendor): Reader<'lease'> {
  return siteReader(vendor, async (site, signal) => {
    const result = await vendor.client.call('leases', site, EVERY_LEASE, { signal });
    const people = Map.groupBy(await residentsOf(vendor, site, signal), ({ leaseid }) => textOf(leaseid) ?? '');
    return recordsIn(result, 'Lease').flatMap((lease) => {
      const wire = { ...lease, people: people.get(textOf(lease['LeaseID']) ?? '') ?? [] };
      return readRecord(LEASE, wire, vendor.circumstances, { property_id: site }) ?? [];
    });
  });
}
