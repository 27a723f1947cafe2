import type { SimRequest } from '../shared/message.ts';
import { routeTable, type Route } from '../shared/routes.ts';
import type { Vendor, World } from '../shared/vendor.ts';
import { ACTIONS } from './actions.ts';
import { failure, NO_ROUTE } from './errors.ts';
import { loadPortfolio } from './load/portfolio.ts';
import { mappingFile } from './mappings.ts';
import { list, one } from './query.ts';
import { bodyOf, save } from './save.ts';
import {
  isAtLocation,
  LOCATION,
  nothingThere,
  PASSWORD,
  sessionCall,
  throttledAnswer,
  turnedAway,
  USERNAME,
  withoutPassword,
} from './session.ts';
import { stateOf } from './state/portfolio.ts';
import { DENIED, RESOURCES, type RentManagerTables, type Resource } from './tables.ts';
import { WEBHOOKS } from './webhooks.ts';

/** 500 requests in any minute, of all callers of the company. When there is room again stands in headers of its own. */
const LIMITS = { windows: [{ requests: 500, per_ms: 60_000 }] };

function routesOf(resource: Resource): Route<RentManagerTables>[] {
  const { name, fixed } = resource;
  const read = [
    {
      ...{ method: 'GET', path: `/${name}`, operation: `GET ${name}`, write: false },
      handle: (request: SimRequest, world: World<RentManagerTables>) => list(request, world, resource),
    },
    {
      ...{ method: 'GET', path: `/${name}/{id}`, operation: `GET ${name}/{id}`, write: false },
      handle: (request: SimRequest, world: World<RentManagerTables>, { id = '' }: Readonly<Record<string, string>>) =>
        one(request, world, resource, id),
    },
  ];
  if (fixed) return read;
  return [
    ...read,
    {
      ...{ method: 'POST', path: `/${name}`, operation: `POST ${name}`, write: true },
      handle: (request, world) => save(request, world, resource, bodyOf(request, 'list')),
    },
    {
      ...{ method: 'POST', path: `/${name}/{id}`, operation: `POST ${name}/{id}`, write: true },
      handle: (request, world, { id = '' }) => {
        const rows = bodyOf(request, 'either').map((row) => ({ ...row, [resource.key]: Number(id) }));
        return save(request, world, resource, rows);
      },
    },
  ];
}

const match = routeTable([...RESOURCES.flatMap(routesOf), ...ACTIONS]);

export const VENDOR: Vendor<RentManagerTables> = {
  pms: 'rentmanager',
  limits: [{ limits: LIMITS, retry_after: 'none' }],
  credentials: ['x-rm12api-apitoken', 'x-rm12api-partnertoken'],
  loggedBody: withoutPassword,
  load: loadPortfolio,
  find(request, world) {
    if (request.path.startsWith('/Authentication/')) return sessionCall(request);
    const refused = turnedAway(request, world);
    if (refused !== undefined) return refused;
    const resource = request.path.split('/')[1] ?? '';
    // A missing privilege is a 500 here and a 403 there; the one that is harder to tell is simulated.
    if (world.tables[DENIED]?.get(resource) !== undefined)
      return failure(500, 'PrivilegeException', `Required privilege: ${resource}`);
    const found = match(request);
    if (found === undefined) return NO_ROUTE;
    if (!('call' in found)) return failure(405, 'HttpException', 'The resource does not have this method.');
    return isAtLocation(request) ? found.call : nothingThere(request);
  },
  state: stateOf,
  throttled: throttledAnswer,
  failed: (status) => failure(status, 'Exception', 'The server failed.'),
  headers(usage, now): Record<string, string> {
    if (usage === undefined) return {};
    return {
      'x-ratelimit-limit': String(usage.limit),
      'x-ratelimit-observed': String(usage.observed),
      'x-ratelimit-remaining': String(Math.max(0, usage.limit - usage.observed)),
      'x-ratelimit-reset': String(Math.ceil(Math.max(usage.reset_at, now) / 1_000)),
    };
  },
  webhooks: WEBHOOKS,
  connection: (url, { webhook_secret }, { tables }) => ({
    ...{ id: 'rentmanager', pms: 'rentmanager', base_url: url, location_id: LOCATION },
    ...{ username: USERNAME, password: PASSWORD, webhook_secret },
    journal_debits: 'positive',
    time_zones: {
      properties: Object.fromEntries(
        (tables['Properties']?.rows() ?? []).map(({ PropertyID, $Zone }) => [String(PropertyID), String($Zone)]),
      ),
    },
  }),
  mappings: mappingFile,
};
