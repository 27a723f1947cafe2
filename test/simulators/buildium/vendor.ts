import { ONE_ZONE_STATES } from '../../../src/model/state_time_zones.ts';
import { Refused, type Answer, type SimRequest } from '../shared/message.ts';
import { routeTable, type Route } from '../shared/routes.ts';
import type { Vendor, World } from '../shared/vendor.ts';
import { Ask } from './ask.ts';
import { operationOf } from './contract/check.ts';
import { OPERATIONS, type OperationName } from './contract/operations.ts';
import { errorAnswer } from './errors.ts';
import { badQuery, bodyOf, checkAnswer, CLIENT_ID, CLIENT_SECRET, misnamed, turnedAway } from './gate.ts';
import { loadPortfolio } from './load/portfolio.ts';
import { tradeOf } from './load/words.ts';
import { HANDLERS } from './operations/all.ts';
import { stateOf } from './state/portfolio.ts';
import type { BuildiumTables } from './tables.ts';
import { WEBHOOKS } from './webhooks.ts';

/** Ten requests in a second, and ten at a time. Nothing is said of a Retry-After. */
const LIMITS = { windows: [{ requests: 10, per_ms: 1_000 }], concurrent: 10 };

/** Runs one operation; its answer, and even its refusal, is one that the contract has, or the simulator fails. */
function carryOut(name: OperationName, ask: Ask): Answer {
  try {
    const answer = HANDLERS[name](ask);
    checkAnswer(answer, name);
    return answer;
  } catch (error) {
    // Refusals of the query are made before; 409s and 404s have to be among those that the operation names.
    const isForeign = error instanceof Refused && operationOf(name).answers[error.answer.status] === undefined;
    if (isForeign) throw new Error(`${name} was refused with ${error.answer.status}, which its contract does not have`);
    throw error;
  }
}

function answerTo(name: OperationName, request: SimRequest, world: World<BuildiumTables>, params: Params): Answer {
  const refused = badQuery(request, name);
  if (refused !== undefined) return refused;
  const given = bodyOf(request, name);
  return 'refused' in given ? given.refused : carryOut(name, new Ask(request, world, params, given.body));
}

type Params = Readonly<Record<string, string>>;

function routeOf(name: OperationName): Route<BuildiumTables> {
  const [method = '', path = ''] = name.split(' ');
  return {
    ...{ method, path, operation: name, write: method !== 'GET' },
    handle: (request, world, params) => {
      // Ids are numbers; whatever is not one is no address.
      if (Object.values(params).some((value) => !/^\d{1,10}$/.test(value))) return errorAnswer(404, 'Not found.');
      return answerTo(name, request, world, params);
    },
  };
}

const match = routeTable(OPERATIONS.map(routeOf));

export const VENDOR: Vendor<BuildiumTables> = {
  pms: 'buildium',
  limits: [{ limits: LIMITS, retry_after: 'none' }],
  credentials: ['x-buildium-client-id', 'x-buildium-client-secret'],
  load: loadPortfolio,
  find(request, world) {
    const refused = turnedAway(request, world) ?? misnamed(request);
    if (refused !== undefined) return refused;
    const found = match(request);
    if (found === undefined) return errorAnswer(404, 'There is no such resource.');
    return 'call' in found ? found.call : errorAnswer(405, 'The resource does not have this method.');
  },
  state: stateOf,
  // The body of a 429 is not known; it has the form of all other errors.
  throttled: (after) => ({
    ...errorAnswer(429, 'Too many requests.'),
    ...(after !== undefined && { headers: { 'retry-after': after } }),
  }),
  failed: (status) => errorAnswer(status, 'The server failed.'),
  webhooks: WEBHOOKS,
  connection: (url, options, { tables }) => {
    const manager = tables.users
      .rows()
      .find(({ IsActive, UserRole }) => IsActive && UserRole.Name === 'Property Manager');
    const zones = tables.rentals.rows().map(({ Id, Address }) => [String(Id), ONE_ZONE_STATES[Address.State ?? '']]);
    return {
      ...{ id: 'buildium', pms: 'buildium', base_url: url },
      ...{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, webhook_secret: options.webhook_secret },
      defaults: { assigned_to: String(manager?.Id) },
      time_zones: {
        default: 'America/Chicago',
        properties: Object.fromEntries(zones.filter(([, zone]) => zone !== undefined)) as Record<string, string>,
      },
    };
  },
  mappings({ tables }) {
    const categories = tables.taskCategories.rows().flatMap(({ Id, Name }) => {
      const trade = tradeOf(Name);
      return trade === undefined ? [] : [[trade, String(Id)] as const];
    });
    return {
      trade: {
        to_pms: Object.fromEntries(categories),
        from_pms: Object.fromEntries(categories.map(([trade, id]) => [id, trade])),
      },
    };
  },
};
