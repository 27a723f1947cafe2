import type { SimRequest } from '../shared/message.ts';
import type { Vendor } from '../shared/vendor.ts';
import { createService, type Service } from '../soap/service.ts';
import { findIn, plain, throttled } from '../soap/services.ts';
import { ACTIVITY, ACTIVITY_SEARCH, AGENTS_AND_SOURCES, IMPORT_GUEST } from './leasing.ts';
import { loadPortfolio } from './load.ts';
import { CREATE_OR_EDIT, CUSTOM_VALUES, SEARCH } from './maintenance.ts';
import { MONEY, RENEWALS } from './money.ts';
import { RESIDENTS, UNITS } from './places.ts';
import { operationOf, propertyConfigurations, VERSION, type Asked, type Offered } from './service.ts';
import { stateOf } from './state.ts';
import type { YardiTables } from './tables.ts';
import { LICENCES, LOGIN, type LicensedName } from './words.ts';

const OFFERED: Readonly<Record<LicensedName, readonly Offered[]>> = {
  service_requests: [RESIDENTS, SEARCH, CREATE_OR_EDIT, CUSTOM_VALUES],
  ils_guest_card: [UNITS, AGENTS_AND_SOURCES, ACTIVITY, ACTIVITY_SEARCH, IMPORT_GUEST],
  billing_and_payments: MONEY,
  common_data: [],
  lease_renewals: RENEWALS,
};

const ROOT = '/maple/webservices/';
const NAMESPACE = 'http://tempuri.org/YSI.Interfaces.WebServices/';

const SERVICES: Readonly<Record<string, Service<Asked>>> = Object.fromEntries(
  (Object.keys(LICENCES) as LicensedName[]).map((name) => {
    const { file } = LICENCES[name];
    const operations = [VERSION, propertyConfigurations(name), ...OFFERED[name]].map((one) => operationOf(name, one));
    const service = createService<Asked>({
      ...{ name: file, namespace: NAMESPACE + file, action_prefix: `${NAMESPACE}${file}/`, operations },
      ...{ out_of_order: 'dropped', fault_status: 500 },
    });
    return [`${ROOT}${file}.asmx`.toLowerCase(), service];
  }),
);

const WRITES = new Set(
  Object.values(OFFERED)
    .flat()
    .filter(({ write }) => write)
    .map(({ name }) => name),
);

/** Some servers fail on a body of several lines. */
const hasLines = ({ body }: SimRequest) => body.includes(0x0a) || body.includes(0x0d);

export const VENDOR: Vendor<YardiTables> = {
  pms: 'yardi',
  // Limits were announced and are not published.
  limits: [],
  loggedBody: (body) => body.replaceAll(/<(UserName|Password|InterfaceLicense)>[^<]*</g, '<$1>…<'),
  load: loadPortfolio,
  find(request) {
    if (hasLines(request)) return plain(500, 'Server Error in Application.');
    return findIn(SERVICES, WRITES, request);
  },
  state: stateOf,
  throttled,
  failed: (status) => plain(status, 'Server Error in Application.'),
  connection: (url, _options, { tables }) => ({
    ...{ id: 'yardi', pms: 'yardi', base_url: `${url}${ROOT.slice(0, -1)}` },
    ...{ user_name: LOGIN.UserName, password: LOGIN.Password, server_name: LOGIN.ServerName },
    ...{ database: LOGIN.Database, platform: LOGIN.Platform },
    // The address of the renewals' service is told with its licence, which few have.
    interfaces: Object.fromEntries(
      (['service_requests', 'ils_guest_card', 'billing_and_payments', 'common_data'] as const).map((name) => [
        name,
        { entity: LICENCES[name].entity, license: LICENCES[name].license },
      ]),
    ),
    time_zones: { properties: Object.fromEntries(tables.properties.rows().map(({ Code, zone }) => [Code, zone])) },
  }),
  mappings: () => ({
    work_order_status: { to_pms: { on_hold: 'On Hold' }, from_pms: { 'On Hold': 'on_hold' } },
  }),
};
