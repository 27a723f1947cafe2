import { createHmac, randomUUID } from 'node:crypto';
import { wsdlOf } from '../soap/contract.ts';
import { createService, type Service } from '../soap/service.ts';
import { type Asked, findIn, plain, throttled } from '../soap/services.ts';
import type { Change } from '../shared/table.ts';
import type { Vendor } from '../shared/vendor.ts';
import { LICENCE_KEY, PASSWORD, PMCID, USERNAME } from './calls.ts';
import { CHARGES } from './charges.ts';
import { FACILITIES_READS, FACILITIES_WRITES } from './facilities.ts';
import { loadPortfolio } from './load.ts';
import { PROSPECT_READS, PROSPECT_WRITES } from './prospects.ts';
import { READS } from './reads.ts';
import { stateOf } from './state.ts';
import type { RealpageTables } from './tables.ts';
import { HIGHEST, PRIORITIES, PROBLEMS } from './words.ts';

const SHARED = {
  namespace: 'http://tempuri.org/',
  action_prefix: 'http://tempuri.org/IRPXService/',
  fault_status: 500,
} as const;

/** Names of these services are issued to each partner. Theirs is the one that takes its parameters in any order. */
const LEASING = {
  ...{ ...SHARED, name: 'CaretakerLeasing', out_of_order: 'accepted' as const },
  operations: [...READS, ...PROSPECT_READS, ...PROSPECT_WRITES, ...CHARGES],
};
const FACILITIES = {
  ...{ ...SHARED, name: 'CaretakerFacilities', out_of_order: 'dropped' as const },
  operations: [...FACILITIES_READS, ...FACILITIES_WRITES],
};

const ROOT = '/rpxgateway/partner/caretaker/';
const SERVICES: Readonly<Record<string, Service<Asked<RealpageTables>>>> = {
  [`${ROOT}leasing.svc`]: createService<Asked<RealpageTables>>(LEASING),
  [`${ROOT}facilities.svc`]: createService<Asked<RealpageTables>>(FACILITIES),
};

const WRITES: ReadonlySet<string> = new Set(
  [...PROSPECT_WRITES, ...CHARGES, ...FACILITIES_WRITES].map(({ name }) => name),
);

export const VENDOR: Vendor<RealpageTables> = {
  pms: 'realpage',
  // None are published.
  limits: [],
  loggedBody: (body) => body.replaceAll(/<(username|password|licensekey)>[^<]*</g, '<$1>…<'),
  load: loadPortfolio,
  find: (request) => findIn(SERVICES, WRITES, request),
  state: stateOf,
  throttled,
  failed: (status) => plain(status, 'The server failed.'),
  webhooks: {
    events: (changes: readonly Change[]) =>
      changes
        .filter(({ table }) => table === 'cards')
        .map(({ id, after }) => {
          const { FirstName, LastName } = (after ?? {}) as { FirstName?: string; LastName?: string };
          const payload = { id: Number(id), name: `${FirstName} ${LastName}` };
          return JSON.stringify({ id: randomUUID(), topic: 'prospect.changed', payload });
        }),
    sign: (body, _now, { webhook_secret }) => ({
      headers: {
        'content-type': 'application/json',
        clientid: 'caretaker',
        'correlation-id': '1',
        signature: createHmac('sha256', webhook_secret).update(body).digest('hex'),
      },
      body,
    }),
    retry_ms: [60_000],
  },
  connection: (url, { webhook_secret }, { tables }) => ({
    ...{ id: 'realpage', pms: 'realpage', webhook_secret },
    ...{ pmcid: PMCID, license_key: LICENCE_KEY, username: USERNAME, password: PASSWORD },
    services: [
      { url: `${url}${ROOT}Leasing.svc`, operations: LEASING.operations.map(({ name }) => name) },
      { url: `${url}${ROOT}Facilities.svc`, wsdl: wsdlOf(FACILITIES, `${url}${ROOT}Facilities.svc`) },
    ],
    sites: Object.fromEntries(tables.sites.rows().map(({ SiteID }) => [SiteID, {}])),
    service_requests: { statuses: ['1', '4'], complete: true },
    time_zones: { properties: Object.fromEntries(tables.sites.rows().map(({ SiteID, zone }) => [SiteID, zone])) },
  }),
  mappings: ({ tables }) => ({
    work_order_status: { from_pms: { New: 'new' } },
    trade: {
      to_pms: Object.fromEntries(PROBLEMS),
      from_pms: Object.fromEntries(PROBLEMS.map(([trade, id]) => [id, trade])),
    },
    severity: {
      to_pms: { ...Object.fromEntries(PRIORITIES), life_safety: HIGHEST },
      from_pms: Object.fromEntries(PRIORITIES.map(([severity, id]) => [id, severity])),
    },
    charge_code: {
      to_pms: Object.fromEntries(
        tables.lines
          .rows()
          .filter(isCharged)
          .map(({ TrancName }) => [TrancName, TrancName]),
      ),
    },
  }),
};

const isCharged = ({ Amt, TrancName }: { Amt: string; TrancName: string }) =>
  !Amt.startsWith('-') && !['PAYMENT', 'CREDIT'].includes(TrancName);
