import type { Lease, Resident, Unit } from '../../../model/records.ts';
import type { Accounts } from './accounts.ts';
import { addDays, endOfTerm } from './days.ts';
import { lettingOf, type Letting } from './homes.ts';
import type { Layout } from './layout.ts';
import { addLedger } from './ledgers.ts';
import type { PersonName } from './people.ts';

type Status = Lease['status'];

/** Who is to live in a unit under one lease, and since when. */
interface Tenancy {
  status: Status;
  people: PersonName[];
  start: string;
  /** Absent on month-to-month. */
  end?: string;
  notice?: { given: string; moveOut: string };
  rent: number;
  /** A phone that all of them share. */
  phone?: string;
  guarantor?: boolean;
}

function addResident(layout: Layout, unit: Unit, household: string, tenancy: Tenancy, index: number): Resident {
  const { people, random } = layout;
  const person = tenancy.people[index] ?? people.person();
  const isGuarantor = tenancy.guarantor === true && index === tenancy.people.length - 1 && index > 0;
  const phone = tenancy.phone ?? people.phone();
  return layout.add('resident', {
    property_id: unit.property_id,
    unit_id: unit.id,
    household_id: household,
    ...person,
    role: index === 0 ? 'primary' : isGuarantor ? 'guarantor' : index < 2 ? 'roommate' : 'occupant',
    status: tenancy.status,
    // A phone that is part of the cast is never left out by chance.
    phones: random.chance(0.04) && tenancy.phone === undefined ? [] : [{ number: phone, type: 'mobile' }],
    emails: random.chance(0.12) ? [] : [people.email(person)],
    ...(random.chance(0.8) && { birth_date: people.birthDate(Number(layout.days.day(0).slice(0, 4))) }),
    ...(random.chance(0.3) && { preferred_channel: random.pick(['phone', 'sms', 'email'] as const) }),
    consents: random.chance(0.25)
      ? [
          {
            channel: 'sms',
            state: random.chance(0.85) ? 'granted' : 'revoked',
            at: layout.days.at(-200, 15),
            source: 'lease',
          },
        ]
      : [],
  });
}

/** An offer per lease that ends within four months; the offer's own state depends on how near that is. */
function renewalOffers(layout: Layout, tenancy: Tenancy, leaseId: string): Lease['renewal_offers'] {
  const { end } = tenancy;
  if (end === undefined || tenancy.status !== 'current' || end > layout.days.day(120)) return [];
  const start_date = addDays(end, 1);
  const offer = (term_months: number, rent: number, suffix: number) => ({
    id: `${leaseId}${suffix}`,
    start_date,
    end_date: endOfTerm(start_date, term_months),
    term_months,
    rent,
    expires_on: addDays(end, -10) < layout.days.day(7) ? layout.days.day(7) : addDays(end, -10),
    status: 'offered' as const,
  });
  const raised = Math.round((tenancy.rent * 1.04) / 500) * 500;
  if (layout.random.chance(0.15)) return [{ ...offer(12, raised, 1), status: 'declined' }];
  return [offer(12, raised, 1), offer(6, raised + 4000, 2)];
}

/** Returns the first resident of the household. */
function addTenancy(layout: Layout, accounts: Accounts, unit: Unit, tenancy: Tenancy): string | undefined {
  const household = layout.nextId('household');
  const residents = tenancy.people.map((_, index) => addResident(layout, unit, household, tenancy, index));
  const names = new Set(residents.map(({ last_name, name }) => last_name ?? name));
  layout.add('household', {
    property_id: unit.property_id,
    unit_id: unit.id,
    name: [...names].join(' & '),
    resident_ids: residents.map(({ id }) => id),
  });
  const leaseId = layout.nextId('lease');
  const { given, moveOut } = tenancy.notice ?? {};
  const lease = layout.add('lease', {
    property_id: unit.property_id,
    unit_id: unit.id,
    household_id: household,
    status: tenancy.status,
    term: tenancy.end === undefined ? 'month_to_month' : 'fixed',
    start_date: tenancy.start,
    ...(tenancy.end !== undefined && { end_date: tenancy.end }),
    rent: tenancy.rent,
    deposit: Math.round(tenancy.rent / 2),
    parties: residents
      .filter(({ role }) => role !== 'occupant')
      .map(({ id, role }) => ({
        resident_id: id,
        ...(role !== 'guarantor' && tenancy.status !== 'future' && { move_in: tenancy.start }),
        ...(role !== 'guarantor' && given !== undefined && { notice_date: given, move_out: moveOut }),
      })),
    ...(given !== undefined && { notice_date: given, move_out_date: moveOut }),
    renewal_offers: renewalOffers(layout, tenancy, leaseId),
  });
  addLedger(layout, accounts, lease);
  return residents[0]?.id;
}

/** One to three people; couples and families mostly share a surname, and some share a phone. */
function newPeople(layout: Layout): Pick<Tenancy, 'people' | 'phone' | 'guarantor'> {
  const { random, people } = layout;
  const surname = people.surname();
  const count = random.pick([1, 1, 1, 2, 2, 3]);
  return {
    people: Array.from({ length: count }, () => people.person(random.chance(0.7) ? surname : people.surname())),
    ...(count > 1 && random.chance(0.25) && { phone: people.phone() }),
    guarantor: count === 2 && random.chance(0.12),
  };
}

function currentTenancy(layout: Layout, unit: Unit, letting: Letting, availableOn: string): Tenancy {
  const { random, days } = layout;
  const start = days.firstOfMonth(-random.int(1, 30));
  const today = days.day(0);
  let end = endOfTerm(start, 12);
  while (end < today) end = endOfTerm(addDays(end, 1), 12);
  const tenancy: Tenancy = {
    status: letting === 'notice' ? 'notice' : letting === 'eviction' ? 'eviction' : 'current',
    ...newPeople(layout),
    start,
    ...(letting !== 'notice' && random.chance(0.85) && { end }),
    rent: (unit.market_rent ?? 150_000) - 1000 * random.int(0, 12),
  };
  if (letting !== 'notice') return tenancy;
  return { ...tenancy, notice: { given: days.day(-random.int(2, 20)), moveOut: addDays(availableOn, -5) } };
}

/** Somebody who lived there before; their ledger is settled. */
function pastTenancy(layout: Layout, unit: Unit): Tenancy {
  const start = layout.days.firstOfMonth(-layout.random.int(46, 60));
  const moveOut = endOfTerm(start, 12);
  return {
    status: 'past',
    ...newPeople(layout),
    start,
    end: moveOut,
    notice: { given: addDays(moveOut, -45), moveOut },
    rent: (unit.market_rent ?? 150_000) - 15_000,
  };
}

function futureTenancy(layout: Layout, unit: Unit): Tenancy {
  const start = layout.days.firstOfMonth(1);
  return {
    status: 'future',
    ...newPeople(layout),
    start,
    end: endOfTerm(start, 12),
    rent: unit.market_rent ?? 150_000,
  };
}

/*
 * Fixed casts near the front of each portfolio, for what tests and demonstrations are about: a father and a son of one
 * name in one unit, and several people called Maria in the blue building of the second property.
 */
function castOf(siteIndex: number, index: number): Partial<Tenancy> {
  const bearer = (name: string, last_name: string): PersonName => ({ name, first_name: 'Thomas', last_name });
  if (siteIndex === 0 && index === 1) {
    return { people: [bearer('Thomas Okafor', 'Okafor'), bearer('Thomas Okafor', 'Okafor')], guarantor: false };
  }
  if (siteIndex !== 1) return {};
  const marias: Readonly<Record<number, PersonName>> = {
    1: { name: 'Maria O’Hara', first_name: 'Maria', last_name: 'O’Hara' },
    4: { name: 'María Ibáñez', first_name: 'María', last_name: 'Ibáñez' },
    5: { name: 'Мария Иванова', first_name: 'Мария', last_name: 'Иванова' },
  };
  const maria = marias[index];
  return maria === undefined ? {} : { people: [maria], guarantor: false, ...(index < 5 && { phone: '+15125550143' }) };
}

/** Everybody who lives, lived or will live in a unit. Returns somebody who lives there now. */
export function addTenancies(
  layout: Layout,
  accounts: Accounts,
  unit: Unit,
  siteIndex: number,
  index: number,
): string | undefined {
  const letting = lettingOf(index);
  if (index % 10 === 2) addTenancy(layout, accounts, unit, pastTenancy(layout, unit));
  if (letting === 'vacant_reserved') addTenancy(layout, accounts, unit, futureTenancy(layout, unit));
  if (letting === 'vacant' || letting === 'vacant_reserved' || letting === 'down') return undefined;
  const tenancy = currentTenancy(layout, unit, letting, unit.available_on ?? layout.days.day(30));
  const resident = addTenancy(layout, accounts, unit, { ...tenancy, ...castOf(siteIndex, index) });
  if (letting === 'shared') {
    const second = currentTenancy(layout, unit, letting, layout.days.day(30));
    addTenancy(layout, accounts, unit, { ...second, people: [layout.people.person()], guarantor: false });
  }
  return resident;
}
