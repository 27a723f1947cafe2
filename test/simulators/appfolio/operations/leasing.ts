import { Refused } from '../../shared/message.ts';
import type { World } from '../../shared/vendor.ts';
import { errorAnswer, refuse } from '../errors.ts';
import { bodyOf } from '../bodies.ts';
import type { AppfolioTables } from '../tables.ts';
import { alter, enter, named, ofOccupancy, rowOf, type Operation } from './operation.ts';

interface Lead {
  [field: string]: unknown;
  UnitIds?: string[] | null;
}

function checkLead(world: World<AppfolioTables>, lead: Lead): void {
  named(world, 'properties', lead['PropertyId'], 'PropertyId');
  named(world, 'users', lead['AssignedUserId'], 'AssignedUserId');
  for (const unit of lead.UnitIds ?? []) named(world, 'units', unit, 'UnitIds');
}

/** Absent and null keep a list. */
function kept({ UnitIds, ...lead }: Lead): object {
  return { ...lead, ...(UnitIds !== null && UnitIds !== undefined && { UnitIds }) };
}

const LEADS: readonly Operation[] = [
  {
    ...{ method: 'POST', path: 'leads', resource: 'leads' },
    handle(request, world) {
      const body = bodyOf<Lead>(request, 'POST leads');
      checkLead(world, body);
      const fresh = { Status: 'active', InactiveReason: null, RentalApplicationId: null, Source: null, Email: null };
      return enter(world, 'leads', { ...fresh, GuestCardId: world.ids.nextUuid('guest_card_itself'), ...kept(body) });
    },
  },
  {
    ...{ method: 'PATCH', path: 'leads/{id}', resource: 'leads' },
    handle(request, world, id) {
      const lead = rowOf(world, 'leads', id);
      const body = bodyOf<Lead>(request, 'PATCH leads');
      checkLead(world, body);
      const status = body['Status'] ?? lead['Status'];
      if (body['Status'] === 'inactive' && body['InactiveReason'] === undefined) refuse('InactiveReason is required');
      return alter(world, 'leads', id, { ...kept(body), ...(status !== 'inactive' && { InactiveReason: null }) });
    },
  },
  {
    ...{ method: 'POST', path: 'leads/{id}/notes', resource: 'leads' },
    // The id is that of the guest card: the lead's own is not found.
    handle(request, world, id) {
      if (!world.tables.leads.rows().some(({ GuestCardId }) => GuestCardId === id))
        throw new Refused(errorAnswer(404, 'Not Found'));
      return enter(world, 'notes', { About: id, ...bodyOf(request, 'POST notes') });
    },
  },
];

interface Showing {
  [field: string]: unknown;
  StartAt?: string;
  EndAt?: string;
}

function checkTimes({ StartAt = '', EndAt = '' }: Showing): void {
  if (Date.parse(EndAt) <= Date.parse(StartAt)) refuse('EndAt is not after StartAt');
}

const SHOWINGS: readonly Operation[] = [
  {
    ...{ method: 'POST', path: 'showings', resource: 'showings' },
    handle(request, world) {
      const body = bodyOf<Showing>(request, 'POST showings');
      named(world, 'leads', body['LeadId'], 'LeadId');
      named(world, 'units', body['UnitId'], 'UnitId');
      named(world, 'users', body['AssignedUserId'], 'AssignedUserId');
      checkTimes(body);
      return enter(world, 'showings', { AssignedUserId: null, Notes: null, Status: 'scheduled', ...body });
    },
  },
  {
    ...{ method: 'PATCH', path: 'showings/{id}', resource: 'showings' },
    handle(request, world, id) {
      const showing = rowOf(world, 'showings', id);
      const body = bodyOf<Showing>(request, 'PATCH showings');
      named(world, 'users', body['AssignedUserId'], 'AssignedUserId');
      checkTimes({ ...showing, ...body });
      return alter(world, 'showings', id, body);
    },
  },
];

const LEASES: readonly Operation[] = [
  {
    ...{ method: 'PATCH', path: 'leases/{id}', resource: 'leases' },
    handle(request, world, id) {
      rowOf(world, 'leases', id);
      return alter(world, 'leases', id, bodyOf(request, 'PATCH leases'));
    },
  },
  {
    ...{ method: 'POST', path: 'recurring_charges', resource: 'recurring_charges' },
    handle(request, world) {
      const body = bodyOf<Record<string, unknown>>(request, 'POST recurring_charges');
      ofOccupancy(world, body['OccupancyId']);
      named(world, 'gl_accounts', body['GlAccountId'], 'GlAccountId');
      return enter(world, 'recurring_charges', { EndDate: null, Description: null, HiddenAt: null, ...body });
    },
  },
  {
    ...{ method: 'PATCH', path: 'recurring_charges/{id}', resource: 'recurring_charges' },
    handle(request, world, id) {
      rowOf(world, 'recurring_charges', id);
      return alter(world, 'recurring_charges', id, bodyOf(request, 'PATCH recurring_charges'));
    },
  },
];

/** Leads, showings, leases and the charges that come every month. */
export const LEASING: readonly Operation[] = [...LEADS, ...SHOWINGS, ...LEASES];
