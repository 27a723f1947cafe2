import { queryValue, type Answer, type SimRequest } from '../shared/message.ts';
import type { Route } from '../shared/routes.ts';
import { badField, MISSING } from './errors.ts';
import { auditDate, idsIn } from './moments.ts';
import { bodyOf, save } from './save.ts';
import { type RentManagerTables, resourceNamed } from './tables.ts';
import type { World } from '../shared/vendor.ts';

type Handler = Route<RentManagerTables>['handle'];

/** Links an issue with something; a second time changes nothing. */
function link(table: string, parameter: string, field: string): Handler {
  return (request, world, { id = '' }) => {
    const issues = world.tables['ServiceManagerIssues'];
    const issue = issues?.get(id);
    if (issues === undefined || issue === undefined) return MISSING;
    const target = Number(queryValue(request, parameter) ?? badField(parameter, 'The parameter is required.'));
    if (world.tables[table]?.get(target) === undefined) badField(parameter, 'No such record.');
    const known = idsIn(issue, field);
    const changed = { UpdateDate: auditDate(world.now(), world.ids.next('change')) };
    if (!known.includes(target)) issues.change(id, { [field]: [...known, target], ...changed });
    return { status: 204, text: '', wrote: [{ record: 'ServiceManagerIssues', id }] };
  };
}

const LINKS = [
  ['LinkUnit', 'Units', 'unitID', '$Units'],
  ['LinkProperty', 'Properties', 'propertyID', '$Properties'],
  ['LinkTenant', 'Tenants', 'tenantID', '$Tenants'],
] as const;

/** What has a history, and how it is called there. */
const HISTORIES: Readonly<Record<string, string>> = {
  ServiceManagerIssues: 'ServiceManagerIssue',
  Prospects: 'Prospect',
  Tenants: 'Tenant',
  Vendors: 'Vendor',
  Properties: 'Property',
};

function addNotes(request: SimRequest, world: World<RentManagerTables>, resource: string, entity: string): Answer {
  const rows = bodyOf(request, 'list');
  for (const { ParentID } of rows)
    if (world.tables[resource]?.get(ParentID as number) === undefined) badField('ParentID', 'No such record.');
  return save(request, world, resourceNamed('HistoryNotes'), rows, { EntityType: entity });
}

export const ACTIONS: readonly Route<RentManagerTables>[] = [
  ...LINKS.map(([action, table, parameter, field]) => ({
    ...{ method: 'POST', path: `/ServiceManagerIssues/{id}/${action}`, operation: action, write: true },
    handle: link(table, parameter, field),
  })),
  ...Object.entries(HISTORIES).map(([resource, entity]) => ({
    ...{ method: 'POST', path: `/${resource}/HistoryNotes`, operation: `${resource}/HistoryNotes`, write: true },
    handle: (request: SimRequest, world: World<RentManagerTables>) => addNotes(request, world, resource, entity),
  })),
];
