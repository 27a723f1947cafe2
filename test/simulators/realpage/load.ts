import type { SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import { toLocal } from '../../../src/model/zoned_time.ts';
import type { Desk } from '../shared/vendor.ts';
import { loadGuestCards, loadLedgers, loadServiceRequests } from './load_work.ts';
import { keyOf, type Choice, type RealpageTables, type Resident } from './tables.ts';

/** What the parts of loading share. */
export interface Loading {
  portfolio: SandboxState;
  tables: RealpageTables;
  /** The site of a property. */
  siteOf(property_id: string): string;
  /** A site's own number for a record. */
  number(kind: string, site: string, id: string | undefined): string;
  /** A moment as the clock at the site shows it. */
  localTime(site: string, instant: string | undefined): string;
}

const dollars = (cents: number | undefined) => (cents === undefined ? '' : (cents / 100).toFixed(2));
const midnight = (day: string | undefined) => (day === undefined ? '' : `${day}T00:00:00`);

/** The canonical portfolio as OneSite has it: no vendors, tours, bills, journals or files, and a ledger without ids. */
export function loadPortfolio(portfolio: SandboxState, { ids, table }: Desk): RealpageTables {
  const tables: RealpageTables = {
    sites: table({ name: 'sites', id: ({ SiteID }) => SiteID }),
    buildings: table({
      name: 'buildings',
      id: (row) => keyOf(row.site, row.BuildingID),
      indexes: { site: (row) => row.site },
    }),
    units: table({ name: 'units', id: (row) => keyOf(row.site, row.UnitID), indexes: { site: (row) => row.site } }),
    residents: table({
      name: 'residents',
      id: (row) => keyOf(row.site, row.residentmemberid),
      indexes: { site: (row) => row.site, household: (row) => keyOf(row.site, row.residenthouseholdid) },
    }),
    leases: table({ name: 'leases', id: (row) => keyOf(row.site, row.LeaseID), indexes: { site: (row) => row.site } }),
    choices: table({
      name: 'choices',
      id: (row) => keyOf(row.site, `${row.list}/${row.Value}`),
      indexes: { site: (row) => row.site },
    }),
    lines: table({
      name: 'lines',
      id: ({ line }) => line,
      indexes: { household: (row) => keyOf(row.site, row.reshid) },
    }),
    cards: table({ name: 'cards', id: (row) => row.GuestCardID, indexes: { site: (row) => row.site } }),
    requests: table({
      name: 'requests',
      id: (row) => keyOf(row.site, row.ServiceRequestID),
      indexes: { site: (row) => row.site },
    }),
  };
  const loading: Loading = {
    portfolio,
    tables,
    siteOf: (id) => String(ids.int('site', id, 5_410_001)),
    number: (kind, site, id) => (id === undefined ? '' : String(ids.int(kind, `${site}/${id}`, FIRST[kind] ?? 101))),
    localTime(site, instant) {
      const zone = tables.sites.get(site)?.zone ?? 'UTC';
      return instant === undefined ? '' : `${toLocal(instant, zone)}:00`;
    },
  };
  loadPlaces(loading);
  loadPeople(loading);
  loadChoices(loading);
  loadLedgers(loading);
  loadGuestCards(loading, (kind) => String(ids.next(kind, 18_240_001)));
  loadServiceRequests(loading);
  return tables;
}

/** Where a site's own numbers begin. */
const FIRST: Readonly<Record<string, number>> = { household: 371, resident: 1_201, lease: 417, request: 2_001 };

function loadPlaces({ portfolio, tables, siteOf, number }: Loading): void {
  for (const { id, name, address, phone, time_zone } of portfolio.property)
    tables.sites.insert({
      ...{ SiteID: siteOf(id), SiteName: name, Adr1: address.street, City: address.city, State: address.state },
      ...{ Zip: address.postal_code, Phone: phone ?? '', zone: time_zone ?? 'America/Chicago' },
    });
  for (const { id, property_id, name } of portfolio.building) {
    const site = siteOf(property_id);
    tables.buildings.insert({ site, BuildingID: number('building', site, id), BuildingName: name });
  }
  for (const unit of portfolio.unit) {
    const site = siteOf(unit.property_id);
    const BuildingID = number('building', site, unit.building_id);
    tables.units.insert({
      ...{ site, UnitID: number('unit', site, unit.id), UnitNumber: unit.name, BuildingID },
      BuildingName: tables.buildings.get(keyOf(site, BuildingID))?.BuildingName ?? '',
      ...{
        Floor: String(unit.floor ?? ''),
        Bedrooms: String(unit.bedrooms ?? ''),
        Bathrooms: String(unit.bathrooms ?? ''),
      },
      ...{ RentableSqft: String(unit.square_feet ?? ''), MarketRent: dollars(unit.market_rent) },
      Vacant: unit.occupancy === 'vacant' || unit.occupancy === 'down' ? 'T' : 'F',
      Available: unit.is_listed ? 'T' : 'F',
      AvailableDate: midnight(unit.available_on),
      OnNoticeForDate: unit.occupancy === 'notice' ? midnight(unit.available_on ?? '2026-12-31') : '',
    });
  }
}

const LEASE_STATUS: Readonly<Record<string, string>> = {
  future: 'Applicant - Lease Signed',
  current: 'Current',
  notice: 'Current',
  eviction: 'Current',
  past: 'Former',
  cancelled: 'Former Applicant',
};

const bit = (value: boolean) => (value ? 'TRUE' : 'FALSE');

function loadPeople({ portfolio, tables, siteOf, number }: Loading): void {
  const leases = new Map(portfolio.lease.map((lease) => [lease.household_id, lease]));
  for (const lease of portfolio.lease) {
    const site = siteOf(lease.property_id);
    tables.leases.insert({
      ...{ site, LeaseID: number('lease', site, lease.id), ReshID: number('household', site, lease.household_id) },
      ...{ UnitID: number('unit', site, lease.unit_id), Rent: dollars(lease.rent), NextLeaseID: '0' },
      ...{ LeaseBeginDate: midnight(lease.start_date), LeaseEndDate: midnight(lease.end_date) },
      LeaseStatusText: LEASE_STATUS[lease.status] ?? 'Former',
    });
  }
  for (const one of portfolio.resident) {
    const site = siteOf(one.property_id);
    const lease = one.household_id === undefined ? undefined : leases.get(one.household_id);
    const party = lease?.parties.find(({ resident_id }) => resident_id === one.id);
    const phone = (type: string) => one.phones.find((number) => number.type === type)?.number ?? '';
    const row: Resident = {
      ...{ site, residentmemberid: number('resident', site, one.id), leaseid: number('lease', site, lease?.id) },
      ...{
        residenthouseholdid: number('household', site, one.household_id),
        unitid: number('unit', site, one.unit_id),
      },
      unitnumber: tables.units.get(keyOf(site, number('unit', site, one.unit_id)))?.UnitNumber ?? '',
      ...{ firstname: one.first_name ?? one.name, lastname: one.last_name ?? '', email: one.emails[0] ?? '' },
      ...{ cellphone: phone('mobile'), homephone: phone('home'), workphone: phone('work') },
      leasestatus: LEASE_STATUS[one.status] ?? 'Former',
      ...{ moveindate: midnight(party?.move_in), moveoutdate: midnight(party?.move_out) },
      noticegivendate: midnight(party?.notice_date ?? (one.status === 'notice' ? lease?.notice_date : undefined)),
      noticefordate: one.status === 'notice' ? midnight(lease?.move_out_date) : '',
      inevict: one.status === 'eviction' ? 'Y' : 'N',
      hohbit: bit(one.role === 'primary'),
      signerbit: bit(one.role !== 'occupant'),
      ...{ guarantorbit: bit(one.role === 'guarantor'), occupantbit: bit(one.role === 'occupant') },
    };
    tables.residents.insert(row);
  }
}

function loadChoices({ portfolio, tables, siteOf, number }: Loading): void {
  const sources = [...new Set(portfolio.guest_card.map(({ source }) => source).concat('Other', 'Phone', 'Website'))];
  for (const { id } of portfolio.property) {
    const site = siteOf(id);
    const add = (list: Choice['list'], kind: string, key: string, Text: string) =>
      tables.choices.insert({ site, list, Value: number(kind, site, key), Text });
    for (const source of sources) add('LIST_LEADSOURCE', 'source', source, source);
    for (const { id: agent, name, roles, property_ids } of portfolio.staff)
      if (roles.includes('leasing_agent') && (property_ids.length === 0 || property_ids.includes(id)))
        add('LIST_LEASINGAGENT', 'agent', agent, name);
  }
}
