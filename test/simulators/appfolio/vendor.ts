import { ONE_ZONE_STATES } from '../../../src/model/state_time_zones.ts';
import { jsonAnswer, type Answer, type SimRequest } from '../shared/message.ts';
import { routeTable, type Route } from '../shared/routes.ts';
import type { Vendor, World } from '../shared/vendor.ts';
import { isUuid } from './bodies.ts';
import { LISTS, type Resource } from './contract.ts';
import { errorAnswer } from './errors.ts';
import { onceByKey } from './keys.ts';
import { listed } from './lists.ts';
import { loadPortfolio } from './load/portfolio.ts';
import { LEASING } from './operations/leasing.ts';
import { MONEY } from './operations/money.ts';
import type { Operation } from './operations/operation.ts';
import { WORK_ORDERS } from './operations/work_orders.ts';
import { vendorDirectory } from './reports.ts';
import { stateOf } from './state/portfolio.ts';
import type { AppfolioTables } from './tables.ts';
import { CLIENT_ID, jwks, WEBHOOKS } from './webhooks.ts';

const CLIENT_SECRET = 'simulated-secret';
const DEVELOPER_ID = 'simulated-developer';
const REPORTS_ID = 'simulated-reports-client';
const REPORTS_SECRET = 'simulated-reports-secret';

const REPORTS = '/api/v2/reports/';
const isReport = ({ path }: SimRequest) => path.startsWith(REPORTS);

/** Three windows at once; reports have one of their own, which does not count further pages. */
const LIMITS = [
  {
    limits: {
      windows: [
        { requests: 8, per_ms: 1_000 },
        { requests: 256, per_ms: 60_000 },
        { requests: 4_096, per_ms: 3_600_000 },
      ],
    },
    applies: (request: SimRequest) => request.path.startsWith('/api/v0/'),
    retry_after: 'seconds',
  },
  {
    limits: { windows: [{ requests: 7, per_ms: 15_000 }] },
    applies: (request: SimRequest) => isReport(request) && request.raw_query === '',
    retry_after: 'seconds',
  },
] as const;

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** Who may not come in: in the night, with wrong credentials (701), beyond what the agreement covers. */
function turnedAway(request: SimRequest, { tables }: World<AppfolioTables>): Answer | undefined {
  const { headers, path } = request;
  const { Maintenance = false, Denied = [] } = tables.account.get(1) ?? {};
  if (Maintenance) return errorAnswer(533, 'Data is unavailable');
  if (isReport(request))
    return headers['authorization'] === basic(REPORTS_ID, REPORTS_SECRET)
      ? undefined
      : errorAnswer(401, 'Unauthorized');
  if (headers['x-appfolio-developer-id'] === undefined) return errorAnswer(400, 'Required header missing');
  if (headers['x-appfolio-developer-id'] !== DEVELOPER_ID) return errorAnswer(403, 'Forbidden');
  if (headers['authorization'] !== basic(CLIENT_ID, CLIENT_SECRET)) return errorAnswer(701, 'Bad credentials');
  const resource = path.split('/')[3] ?? '';
  return Denied.includes(resource) ? errorAnswer(403, 'Forbidden') : undefined;
}

function listRoute(resource: Resource): Route<AppfolioTables> {
  return {
    ...{ method: 'GET', path: `/api/v0/${resource}`, operation: `list ${resource}`, write: false },
    handle: (request, world) => listed(resource, request, world),
  };
}

function writeRoute({ method, path, handle }: Operation): Route<AppfolioTables> {
  return {
    ...{ method, path: `/api/v0/${path}`, operation: `${method} ${path}`, write: true },
    handle(request, world, { id = '' }) {
      if (path.includes('{id}') && !isUuid(id)) return errorAnswer(404, 'Not Found');
      return onceByKey(request, world, () => handle(request, world, id));
    },
  };
}

const match = routeTable<AppfolioTables>([
  ...(Object.keys(LISTS) as Resource[]).map(listRoute),
  ...[...WORK_ORDERS, ...LEASING, ...MONEY].map(writeRoute),
  {
    ...{ method: 'POST', path: `${REPORTS}vendor_directory.json`, operation: 'vendor directory', write: false },
    handle: vendorDirectory,
  },
]);

export const VENDOR: Vendor<AppfolioTables> = {
  pms: 'appfolio',
  limits: LIMITS,
  credentials: ['x-appfolio-developer-id'],
  load: loadPortfolio,
  find(request, world) {
    if (request.path === '/.well-known/jwks.json') return jsonAnswer(200, jwks());
    const refused = turnedAway(request, world);
    if (refused !== undefined) return refused;
    const found = match(request);
    if (found === undefined) return errorAnswer(404, 'Not Found');
    return 'call' in found ? found.call : errorAnswer(405, 'Method Not Allowed');
  },
  state: stateOf,
  // The body of a 429 is not known; it has the form of all other errors.
  throttled: (after) =>
    errorAnswer(429, 'Too Many Requests', after === undefined ? undefined : { 'retry-after': after }),
  failed: (status) => errorAnswer(status, 'Server error'),
  headers: () => ({ 'x-request-id': '00000000-0000-4000-8000-000000000000' }),
  webhooks: WEBHOOKS,
  connection: (url, _options, { tables }) => {
    const zones = tables.properties.rows().map(({ Id, State }) => [Id, ONE_ZONE_STATES[String(State)]]);
    return {
      ...{ id: 'appfolio', pms: 'appfolio', base_url: url },
      ...{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, developer_id: DEVELOPER_ID },
      reports: { base_url: url, client_id: REPORTS_ID, client_secret: REPORTS_SECRET },
      jwks_url: `${url}/.well-known/jwks.json`,
      time_zones: {
        default: 'America/Chicago',
        properties: Object.fromEntries(zones.filter(([, zone]) => zone !== undefined)) as Record<string, string>,
      },
    };
  },
};
