import type { Staff } from '../../../model/records.ts';
import type { Trade } from '../../../model/values.ts';
import type { Layout } from './layout.ts';
import type { Site } from './sites.ts';

export interface Team {
  technicians: Staff[];
  agents: Staff[];
  managers: Staff[];
}

type Role = Staff['roles'][number];

const WEEKDAYS = { 'mon-fri': '08:00-17:00' };
const EARLY = { 'mon-thu': '07:00-17:00' };
const LEASING = { 'mon-fri': '09:00-18:00', sat: '10:00-16:00' };

/** What house technicians do themselves; the rest goes to vendors. */
const SKILLS: readonly (readonly Trade[])[] = [
  ['plumbing', 'general', 'appliance'],
  ['hvac', 'electrical', 'general'],
  ['carpentry', 'painting', 'locksmith', 'general'],
];

function hire(layout: Layout, role: Role, properties: readonly string[], more: Partial<Staff> = {}): Staff {
  const name = layout.people.plain();
  const local = name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z]+/g, '.');
  return layout.add('staff', {
    name,
    roles: [role],
    trades: [],
    property_ids: [...properties],
    phone: layout.people.phone(),
    email: `${local}@office.example.com`,
    is_active: true,
    ...more,
  });
}

/**
 * The people of the manager: a technician of each skill set and two agents per three properties, one manager per six,
 * a bookkeeper, and three on the on-call rota.
 */
export function addTeam(layout: Layout, sites: readonly Site[]): Team {
  const team: Team = { technicians: [], agents: [], managers: [] };
  const ids = sites.map(({ property }) => property.id);
  for (let from = 0; from < ids.length; from += 3) {
    const region = ids.slice(from, from + 3);
    SKILLS.forEach((trades, i) => {
      const rota = from === 0 && i < 2 ? { on_call: i + 1 } : {};
      const hours = i === 1 ? EARLY : WEEKDAYS;
      team.technicians.push(hire(layout, 'technician', region, { trades: [...trades], hours, ...rota }));
    });
    for (let i = 0; i < 2; i += 1) team.agents.push(hire(layout, 'leasing_agent', region, { hours: LEASING }));
    if (from % 6 === 0) {
      const rota = from === 0 ? { on_call: 3 } : {};
      team.managers.push(hire(layout, 'manager', ids.slice(from, from + 6), rota));
    }
  }
  hire(layout, 'bookkeeper', []);
  // Colleagues who have left stay in the PMS.
  hire(layout, 'technician', [], { trades: ['general'], is_active: false });
  hire(layout, 'leasing_agent', [], { is_active: false });
  return team;
}
