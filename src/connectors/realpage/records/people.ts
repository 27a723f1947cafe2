import type { Resident } from '../../../model/records.ts';
import type { Phone } from '../../../model/values.ts';
import { idText, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import { recordsIn, textOf, type Plain } from '../answer.ts';
import { siteReader } from '../paging.ts';
import { LEASE_STATUSES } from '../tables.ts';
import type { Vendor } from '../vendor.ts';

/** One row of the residents' list: a person on a lease. Somebody with two leases has two. */
export type WireResident = Plain;

/** Everybody of a site, as rows. */
export async function residentsOf(
  { client, contract }: Vendor,
  site: string,
  signal?: AbortSignal,
): Promise<WireResident[]> {
  const everybody = contract.offered('residents')?.name.toLowerCase() === 'getresidentlist';
  const asked = everybody ? {} : { getresidentlistinfo: { status: 'ALL', headofhousehold: '0' } };
  return recordsIn(await client.call('residents', site, asked, { signal }), 'resident');
}

const PHONES: readonly (readonly [string, Phone['type']])[] = [
  ['cellphone', 'mobile'],
  ['homephone', 'home'],
  ['workphone', 'work'],
];

const phones = readBy((raw) =>
  PHONES.flatMap(([name, type]) => {
    const digits = textOf((raw as Plain)[name]);
    return digits === undefined ? [] : [{ number: digits, type }];
  }),
);

export const isHead = ({ hohbit }: WireResident) => textOf(hohbit)?.toUpperCase() === 'TRUE';
const isTrue = (value: Plain[string]) => textOf(value)?.toUpperCase() === 'TRUE';

function nameOf({ firstname, lastname, billingname }: WireResident): string | undefined {
  const name = [firstname, lastname].map(textOf).filter(Boolean).join(' ');
  return name === '' ? textOf(billingname) : name;
}

function roleOf(one: WireResident): Resident['role'] {
  if (isTrue(one['guarantorbit']) || isTrue(one['cosignerbit'])) return 'guarantor';
  if (isTrue(one['occupantbit'])) return 'occupant';
  return isHead(one) || one['hohbit'] === undefined ? 'primary' : 'roommate';
}

/** What somebody is: the status of the lease, with notice and eviction told by fields of their own. */
export function statusOf(one: WireResident): Resident['status'] | undefined {
  const status = LEASE_STATUSES[textOf(one['leasestatus']) ?? ''];
  if (status !== 'current') return status;
  if (textOf(one['inevict']) === 'Y') return 'eviction';
  return one['noticegivendate'] === undefined && one['noticefordate'] === undefined ? 'current' : 'notice';
}

export const RESIDENT = mapping(
  'resident',
  {
    wire: 'resident',
    changes: 'poll',
    freshness_seconds: 3_600,
    evidence: 'seen',
    note: 'applicants are listed as well, as future residents',
  },
  [
    { field: 'id', wire: 'residentmemberid', as: idText, always: true },
    { field: 'property_id', wire: 'auth.siteid', as: text, write: false },
    { field: 'unit_id', wire: 'unitid', as: idText },
    { field: 'household_id', wire: 'residenthouseholdid', as: idText },
    { field: 'name', wire: '', as: readBy((raw) => nameOf(raw as Plain)), note: 'firstname and lastname' },
    { field: 'first_name', wire: 'firstname', as: text },
    { field: 'last_name', wire: 'lastname', as: text },
    {
      field: 'role',
      wire: '',
      as: readBy((raw) => roleOf(raw as Plain)),
      note: 'hohbit, guarantorbit, cosignerbit, occupantbit',
    },
    {
      field: 'status',
      wire: '',
      as: readBy((raw, at) => {
        const status = statusOf(raw as Plain);
        if (status === undefined) at.onDrift('unknown_value', 'resident.leasestatus');
        return status ?? 'past';
      }),
      support: 'mapped',
      note: 'leasestatus, noticegivendate and inevict',
    },
    { field: 'phones', wire: '', as: phones, note: 'cellphone, homephone, workphone; read only' },
    { field: 'emails', wire: 'email', as: readBy((raw) => [String(raw)]), note: 'one; read only' },
  ],
  [
    { field: 'preferred_channel', support: 'sidecar' },
    { field: 'forwarding_address', support: 'sidecar' },
    { field: 'consents', support: 'sidecar' },
    { field: 'birth_date', support: 'unsupported' },
    { field: 'preferred_name', support: 'unsupported' },
  ],
);

/** Where somebody has several leases, the one by which they live there, else the next. */
const FIRST = ['current', 'notice', 'eviction', 'future', 'past', 'cancelled', undefined];
function ofEachPerson(rows: readonly WireResident[]): WireResident[] {
  const best = new Map<string, WireResident>();
  for (const row of rows) {
    const id = textOf(row['residentmemberid']) ?? '';
    const known = best.get(id);
    if (known === undefined || FIRST.indexOf(statusOf(row)) < FIRST.indexOf(statusOf(known))) best.set(id, row);
  }
  return [...best.values()];
}

export function residentReader(vendor: Vendor): Reader<'resident'> {
  return siteReader(vendor, async (site, signal) => {
    const rows = ofEachPerson(await residentsOf(vendor, site, signal));
    return rows.flatMap((one) => readRecord(RESIDENT, one, vendor.circumstances, { property_id: site }) ?? []);
  });
}

export const HOUSEHOLD = mapping(
  'household',
  { wire: 'residenthouseholdid', changes: 'poll', freshness_seconds: 3_600, evidence: 'seen' },
  [
    { field: 'id', wire: 'residenthouseholdid', as: idText, always: true },
    { field: 'property_id', wire: 'auth.siteid', as: text, write: false },
    { field: 'unit_id', wire: 'unitid', as: idText },
    { field: 'name', wire: '', as: readBy((raw) => nameOf(raw as Plain)), note: 'the head of the household' },
    {
      field: 'resident_ids',
      wire: 'residentmemberid',
      as: readBy((raw) => [String(raw)]),
      note: 'everybody of the household',
    },
  ],
);

export function householdReader(vendor: Vendor): Reader<'household'> {
  return siteReader(vendor, async (site, signal) => {
    const people = ofEachPerson(await residentsOf(vendor, site, signal));
    const households = Map.groupBy(people, (one) => textOf(one['residenthouseholdid']) ?? '');
    households.delete('');
    return [...households.values()].flatMap((members) => {
      const head = members.find(isHead) ?? (members[0] as WireResident);
      const resident_ids = members.flatMap(({ residentmemberid }) => textOf(residentmemberid) ?? []);
      return readRecord(HOUSEHOLD, head, vendor.circumstances, { property_id: site, resident_ids }) ?? [];
    });
  });
}

export const STAFF = mapping(
  'staff',
  { wire: 'PicklistItem of leasing agents', changes: 'poll', freshness_seconds: 21_600, evidence: 'seen' },
  [
    { field: 'id', wire: 'value', as: idText, always: true },
    { field: 'name', wire: 'text', as: text },
    { field: 'roles', wire: 'value', as: readBy(() => ['leasing_agent']), note: 'only leasing agents are told' },
    { field: 'property_ids', wire: 'auth.siteid', as: text, write: false },
  ],
);

export function staffReader(vendor: Vendor): Reader<'staff'> {
  return siteReader(vendor, async (site, signal) => {
    const agents = await vendor.picklists.items('agents', site, signal);
    return agents.flatMap((one) => readRecord(STAFF, one, vendor.circumstances, { property_ids: [site] }) ?? []);
  });
}
