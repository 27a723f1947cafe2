import type { SandboxState } from '../../../src/connectors/sandbox/connector.ts';
import { toInstant } from '../../../src/model/zoned_time.ts';
import type { RecordOf } from '../../../src/model/records.ts';
import type { World } from '../shared/vendor.ts';
import { lineIds } from './ledger_ids.ts';
import type { RealpageTables, Resident } from './tables.ts';
import { nameOf, PRIORITIES, PROBLEMS, STATUSES } from './words.ts';

const day = (text: string) => (text === '' ? {} : text.slice(0, 10));
const cents = (text: string) => Math.round(Number(text) * 100);

/** An object of those fields that have something in them. */
function known<T extends object>(fields: { [K in keyof T]: T[K] | '' | undefined | object }): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined && !isEmpty(value)),
  ) as Partial<T>;
}
const isEmpty = (value: unknown) =>
  typeof value === 'object' && !Array.isArray(value) && Object.keys(value as object).length === 0;

const STATUS: Readonly<Record<string, RecordOf<'resident'>['status']>> = {
  Current: 'current',
  Former: 'past',
  'Applicant - Lease Signed': 'future',
  Applicant: 'future',
  'Former Applicant': 'cancelled',
};

function statusOf({ leasestatus, noticegivendate, noticefordate, inevict }: Resident): RecordOf<'resident'>['status'] {
  const status = STATUS[leasestatus] ?? 'past';
  if (status !== 'current') return status;
  if (inevict === 'Y') return 'eviction';
  return noticegivendate === '' && noticefordate === '' ? 'current' : 'notice';
}

const nameIn = ({ firstname, lastname }: Resident) => [firstname, lastname].filter(Boolean).join(' ');

/** The tables in canonical form, of the kinds that the gateway shows. */
export function stateOf({ tables }: World<RealpageTables>): Partial<SandboxState> {
  const members = Map.groupBy(tables.residents.rows(), (one) => `${one.site}/${one.residenthouseholdid}`);
  const onLease = Map.groupBy(tables.residents.rows(), (one) => `${one.site}/${one.leaseid}`);
  return {
    property: tables.sites.rows().map((site) => ({
      ...{ id: site.SiteID, name: site.SiteName, nicknames: [], is_active: true, phone: site.Phone },
      address: { street: site.Adr1, city: site.City, state: site.State, postal_code: site.Zip },
    })),
    building: tables.buildings.rows().map(({ site, BuildingID, BuildingName }) => ({
      ...{ id: BuildingID, property_id: site, name: BuildingName, nicknames: [] },
    })),
    unit: tables.units.rows().map((unit) => ({
      ...{ id: unit.UnitID, property_id: unit.site, name: unit.UnitNumber },
      ...known({ building_id: unit.BuildingID, floor: unit.Floor === '' ? '' : Number(unit.Floor) }),
      ...{ bedrooms: Number(unit.Bedrooms), bathrooms: Number(unit.Bathrooms), square_feet: Number(unit.RentableSqft) },
      ...{ market_rent: cents(unit.MarketRent), is_listed: unit.Available === 'T' },
      occupancy: unit.Vacant === 'T' ? 'vacant' : unit.OnNoticeForDate === '' ? 'occupied' : 'notice',
      ...known({ available_on: day(unit.AvailableDate) }),
    })),
    household: [...members.values()].map((people) => {
      const head = people.find(({ hohbit }) => hohbit === 'TRUE') ?? (people[0] as Resident);
      return {
        ...{ id: head.residenthouseholdid, property_id: head.site, name: nameIn(head) },
        ...known({ unit_id: head.unitid }),
        resident_ids: people.map(({ residentmemberid }) => residentmemberid),
      };
    }),
    resident: tables.residents.rows().map((one) => ({
      ...{ id: one.residentmemberid, property_id: one.site, name: nameIn(one), status: statusOf(one), consents: [] },
      ...known({ unit_id: one.unitid, household_id: one.residenthouseholdid }),
      ...known({ first_name: one.firstname, last_name: one.lastname }),
      role: roleOf(one),
      phones: [
        ...(one.cellphone === '' ? [] : [{ number: one.cellphone, type: 'mobile' as const }]),
        ...(one.homephone === '' ? [] : [{ number: one.homephone, type: 'home' as const }]),
        ...(one.workphone === '' ? [] : [{ number: one.workphone, type: 'work' as const }]),
      ],
      emails: one.email === '' ? [] : [one.email],
    })),
    lease: tables.leases.rows().map((lease) => {
      const people = onLease.get(`${lease.site}/${lease.LeaseID}`) ?? [];
      const head = people.find(({ hohbit }) => hohbit === 'TRUE') ?? people[0];
      return {
        ...{ id: lease.LeaseID, property_id: lease.site, unit_id: lease.UnitID, household_id: lease.ReshID },
        status: head === undefined ? (STATUS[lease.LeaseStatusText] ?? 'past') : statusOf(head),
        ...{ term: lease.LeaseEndDate === '' ? ('month_to_month' as const) : ('fixed' as const) },
        ...{ start_date: lease.LeaseBeginDate.slice(0, 10), rent: cents(lease.Rent), renewal_offers: [] },
        ...known({ end_date: day(lease.LeaseEndDate), notice_date: day(head?.noticegivendate ?? '') }),
        ...known({ move_out_date: day(head?.moveoutdate || (head?.noticefordate ?? '')) }),
        parties: people.map((one) => ({
          resident_id: one.residentmemberid,
          ...known({
            move_in: day(one.moveindate),
            notice_date: day(one.noticegivendate),
            move_out: day(one.moveoutdate),
          }),
        })),
      };
    }),
    ...laterKinds(tables),
  } as Partial<SandboxState>;
}

function roleOf({ guarantorbit, occupantbit, hohbit }: Resident): RecordOf<'resident'>['role'] {
  if (guarantorbit === 'TRUE') return 'guarantor';
  if (occupantbit === 'TRUE') return 'occupant';
  return hohbit === 'TRUE' ? 'primary' : 'roommate';
}

const PHONE: Readonly<Record<string, 'mobile' | 'home' | 'work'>> = { Mobile: 'mobile', Home: 'home', Work: 'work' };
const MARK = /\s?ct-[0-9a-hjkmnp-tv-z]{13}$/;

function laterKinds(tables: RealpageTables): Partial<SandboxState> {
  const at = (site: string, local: string) => {
    const read = toInstant(local.slice(0, 16), tables.sites.get(site)?.zone ?? 'UTC');
    return 'instant' in read ? read.instant : local;
  };
  const text = (site: string, list: string, value: string) =>
    tables.choices.get(`${site}/${list}/${value}`)?.Text ?? value;
  return {
    staff: tables.choices
      .rows()
      .filter(({ list }) => list === 'LIST_LEASINGAGENT')
      .map(({ site, Value, Text }) => ({
        ...{ id: Value, name: Text, roles: ['leasing_agent'], trades: [], property_ids: [site], is_active: true },
      })),
    work_order: tables.requests.rows().map((one) => ({
      ...{ id: one.ServiceRequestID, number: one.ServiceRequestID, property_id: one.site },
      ...known({ unit_id: one.UnitID, resident_id: one.ResidentMemberID }),
      ...{ title: one.Details.replace(MARK, '').split('\n')[0]?.trim(), description: one.Details.replace(MARK, '') },
      trade: nameOf(PROBLEMS, one.ProblemID, 'general'),
      severity: nameOf(PRIORITIES, one.PriorityID, 'routine'),
      status: Object.entries({ ...STATUSES, in_progress: STATUSES.in_progress }).find(
        ([name, word]) => word === one.Status && SHOWN.has(name),
      )?.[0],
      raw_status: one.Status,
      entry: one.PermissionToEnter === '' ? 'unknown' : one.PermissionToEnter === 'true' ? 'yes' : 'no',
      ...known({ entry_notes: one.AccessNotes, reporter_name: one.RequestedBy, callback_phone: one.ContactPhone }),
      ...{ notes: [], bill_ids: [], file_ids: [], created_at: at(one.site, one.RequestDate) },
      ...known({ completed_at: one.CompletedDate === '' ? '' : at(one.site, one.CompletedDate) }),
    })),
    guest_card: tables.cards.rows().map((card) => ({
      ...{ id: card.GuestCardID, property_id: card.site, status: 'new' },
      ...known({ name: [card.FirstName, card.LastName].filter((part) => part !== '' && part !== 'Unknown').join(' ') }),
      phones: card.phones.map(({ Type, Number: number }) => ({ number, type: PHONE[Type] ?? 'other' })),
      emails: card.Email === '' ? [] : [card.Email],
      source: text(card.site, 'LIST_LEADSOURCE', card.PrimaryLeadSource),
      ...known({ assigned_to: card.LeasingAgentID, move_in_date: day(card.DateNeeded) }),
      ...(card.Occupants !== '' && { occupants: Number(card.Occupants) }),
      ...{ unit_ids: [], consents: [], touches: [], notes: [], created_at: at(card.site, card.CreateDate) },
    })),
    ledger_entry: lineIds(tables.lines.rows()).map(({ id, line }) => ({
      ...{ id, property_id: line.site, household_id: line.reshid, reversed_amount: 0 },
      ...{ kind: line.Amt.startsWith('-') ? 'payment' : 'charge', date: line.TransDate.slice(0, 10) },
      ...{ amount: cents(line.Amt), charge_code_id: line.TrancName },
      ...known({ memo: line.TrancDesc.replace(MARK, '') }),
    })),
  } as unknown as Partial<SandboxState>;
}

/** What the four words are read as. */
const SHOWN: ReadonlySet<string> = new Set(['new', 'in_progress', 'on_hold', 'work_done', 'cancelled']);
