import type { Lease } from '../../../model/records.ts';
import { dollarNumber, idText, readBy, text } from '../../kit/codecs.ts';
import { mapping, readRecord } from '../../kit/rows.ts';
import type { Reader } from '../../kit/vendor.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { dayOf } from '../words.ts';
import { endOf, leaseState, startOf } from './lease_state.ts';
import { readHousehold, tenantReader } from './tenants.ts';

const onLease = (pick: (lease: wire.Lease) => string | undefined) => readBy((raw) => pick(raw as wire.Lease));

export const LEASE = mapping(
  'lease',
  { wire: 'Lease + LeaseRenewal', changes: 'poll', freshness_seconds: 900, evidence: 'seen' },
  [
    { field: 'id', wire: 'Lease.LeaseID', as: idText, always: true },
    { field: 'property_id', wire: 'property_id', as: text, called: 'PropertyID' },
    { field: 'unit_id', wire: 'Lease.UnitID', as: idText, always: true },
    { field: 'household_id', wire: 'Lease.TenantID', as: idText, always: true },
    {
      field: 'status',
      wire: 'status',
      as: text,
      support: 'mapped',
      called: 'MoveInDate, NoticeDate, ExpectedMoveOutDate, MoveOutDate and the EvictionID of the tenant',
    },
    {
      field: 'term',
      wire: 'term',
      as: text,
      support: 'mapped',
      called: 'EndDate',
      note: 'open where no term has an end',
    },
    { field: 'start_date', wire: 'Lease', as: onLease(startOf), called: 'LeaseRenewals.StartDate' },
    { field: 'end_date', wire: 'end_date', as: text, called: 'LeaseRenewals.EndDate', note: 'of the term that runs' },
    {
      field: 'rent',
      wire: 'rent',
      as: dollarNumber,
      called: 'RecurringCharges',
      note: "monthly charges of the types that are the property's rent, or of `rent_charge_types`",
    },
    {
      field: 'deposit',
      wire: 'Tenant.SecurityDepositHeld',
      as: dollarNumber,
      note: 'what is held of the tenant',
    },
    { field: 'parties', wire: 'parties', as: readBy((raw) => raw), called: 'Contacts with the dates of the lease' },
    { field: 'notice_date', wire: 'Lease', as: onLease(({ NoticeDate }) => dayOf(NoticeDate)), evidence: 'inferred' },
    {
      field: 'move_out_date',
      wire: 'Lease',
      as: onLease(moveOutOf),
      called: 'MoveOutDate, else ExpectedMoveOutDate',
      evidence: 'inferred',
    },
  ],
  [
    {
      field: 'renewal_offers',
      support: 'unsupported',
      note: 'a renewal is entered when it is agreed; what is offered before stands in no field',
    },
  ],
);

function moveOutOf({ MoveOutDate, ExpectedMoveOutDate }: wire.Lease): string | undefined {
  return dayOf(MoveOutDate) ?? dayOf(ExpectedMoveOutDate);
}

/** Dates are the lease's own: everybody on it carries the same. */
function partiesOf(lease: wire.Lease, resident_ids: readonly string[]): Lease['parties'] {
  const [move_in, notice_date, move_out] = [dayOf(lease.MoveInDate), dayOf(lease.NoticeDate), moveOutOf(lease)];
  const dates = { ...(move_in && { move_in }), ...(notice_date && { notice_date }), ...(move_out && { move_out }) };
  return resident_ids.map((resident_id) => ({ resident_id, ...dates }));
}

/** How long the list of rent charge types is believed. */
const TYPES_LIFE_MS = 600_000;

/** Which charge types are the rent of a property: the settings' word, else the property's own list. */
function rentTypes(vendor: Vendor): (property_id: string, signal?: AbortSignal) => Promise<ReadonlySet<number>> {
  const given = vendor.settings.rent_charge_types;
  if (given.length > 0) {
    const types: ReadonlySet<number> = new Set(given.map(Number));
    return () => Promise.resolve(types);
  }
  let known: { at: number; types: Promise<ReadonlyMap<string, ReadonlySet<number>>> } | undefined;
  const load = async (signal?: AbortSignal) => {
    const ask = { embeds: ['PropertyRentChargeTypes'] };
    const rows = await vendor.client.all<wire.Property>('Properties', ask, signal);
    return new Map(
      rows.map(({ PropertyID, PropertyRentChargeTypes = [] }) => [
        String(PropertyID),
        new Set(PropertyRentChargeTypes.flatMap(({ ChargeTypeID }) => ChargeTypeID ?? [])),
      ]),
    );
  };
  return async (property_id, signal) => {
    if (known === undefined || vendor.clock() - known.at > TYPES_LIFE_MS) {
      const types = load(signal);
      known = { at: vendor.clock(), types };
      types.catch(() => (known = undefined));
    }
    return (await known.types).get(property_id) ?? new Set();
  };
}

/** The months between two charges of a kind: only what comes every month is rent. */
const MONTHLY = 1;

/** Dollars a month that are charged on a day for a unit, or for none in particular. */
function rentOf(tenant: wire.Tenant, unit: number | undefined, types: ReadonlySet<number>, day: string): number {
  const running = (tenant.RecurringCharges ?? []).filter(
    ({ ChargeTypeID, UnitID, Frequency = MONTHLY, FromDate, ToDate }) =>
      ChargeTypeID !== undefined &&
      (!UnitID || unit === undefined || UnitID === unit) &&
      types.has(ChargeTypeID) &&
      Frequency === MONTHLY &&
      (dayOf(FromDate) ?? '') <= day &&
      (dayOf(ToDate) ?? '9999') >= day,
  );
  return running.reduce((sum, { Amount = 0 }) => sum + Math.round(Amount * 100), 0) / 100;
}

/** The day whose charges are the rent: today, or the nearest day on which the tenant lives there. */
function dayOfRent({ MoveOutDate }: wire.Lease, start: string, today: string): string {
  const out = dayOf(MoveOutDate);
  if (out !== undefined && out < today) return out;
  return start > today ? start : today;
}

/** What a lease is read from, besides what every tenant comes with. */
export const LEASE_EMBEDS: readonly string[] = ['RecurringCharges', 'SecurityDepositHeld'];

export function leaseReader(vendor: Vendor): Reader<'lease'> {
  const typesOf = rentTypes(vendor);

  async function read(_vendor: Vendor, tenant: wire.Tenant, signal?: AbortSignal): Promise<Lease[]> {
    const resident_ids = readHousehold(vendor, tenant)[0]?.resident_ids ?? [];
    const records: Lease[] = [];
    for (const one of tenant.Leases ?? []) {
      const lease = { ...one, TenantID: one.TenantID ?? tenant.TenantID };
      const property_id = String(lease.PropertyID ?? tenant.PropertyID ?? '');
      const today = vendor.today(property_id);
      const start = startOf(lease) ?? today;
      const end_date = endOf(lease, today);
      const rent = rentOf(tenant, one.UnitID, await typesOf(property_id, signal), dayOfRent(one, start, today));
      const whole = {
        ...{ Lease: lease, Tenant: tenant, property_id, rent, end_date },
        status: leaseState(lease, tenant, today),
        term: end_date === undefined ? 'month_to_month' : 'fixed',
        parties: partiesOf(lease, resident_ids),
      };
      const record = readRecord(LEASE, whole, vendor.circumstances);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  return tenantReader<'lease'>(vendor, {
    kind: 'lease',
    read,
    async tenantOf(id, signal) {
      const lease = await vendor.client.one<wire.Lease>('Leases', id, [], signal);
      return lease?.TenantID === undefined ? undefined : String(lease.TenantID);
    },
    embeds: LEASE_EMBEDS,
  });
}
