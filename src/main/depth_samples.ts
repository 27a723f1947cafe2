import { type Config, type ConnectionSettings, loadConfig } from '../config.ts';
import type { Connector } from '../connectors/connector.ts';
import { USES } from '../connectors/realpage/operations.ts';
import { createConnectors, knownPms } from './connections.ts';

/*
 * Connectors made from example settings, for what is said about a PMS without an account there. None of the names, ids
 * and secrets below is anybody's. Making a connector reaches no network, and the one that it is given refuses to.
 */

const EXAMPLE = 'example';

/** Stands where a real connection has a secret. */
const SECRET = 'example-and-no-secret';

const YARDI_LICENCE = { entity: 'EXAMPLE', license: SECRET };

/** Own keys of each PMS's example connection: everything that the vendor licenses, as far as it is known. */
const OWN_SETTINGS: Readonly<Record<string, object>> = {
  sandbox: { file: ':memory:', units: 1, properties: 1 },
  buildium: { client_id: EXAMPLE, client_secret: SECRET },
  appfolio: {
    client_id: EXAMPLE,
    client_secret: SECRET,
    developer_id: EXAMPLE,
    reports: { base_url: 'https://appfolio.example' },
  },
  yardi: {
    base_url: 'https://yardi.example/webservices',
    user_name: EXAMPLE,
    password: SECRET,
    server_name: EXAMPLE,
    database: EXAMPLE,
    interfaces: {
      service_requests: YARDI_LICENCE,
      ils_guest_card: YARDI_LICENCE,
      billing_and_payments: YARDI_LICENCE,
      common_data: YARDI_LICENCE,
      vendor_invoicing: { ...YARDI_LICENCE, path: 'example-vendor-invoicing.asmx' },
      lease_renewals: { ...YARDI_LICENCE, path: 'example-lease-renewals.asmx' },
    },
  },
  realpage: {
    pmcid: '1000000',
    license_key: SECRET,
    sites: { 2000000: {} },
    time_zones: { default: 'America/Chicago', properties: {} },
    services: [
      {
        url: 'https://realpage.example/rpxgateway/partner/Example/Example.svc',
        operations: [...new Set(Object.values(USES).flat())],
      },
    ],
  },
  rentmanager: { base_url: 'https://rentmanager.example', location_id: 1, username: EXAMPLE, password: SECRET },
};

const nothingIsReached = (): never => {
  throw new Error('an example connection reaches no PMS');
};

const network = {
  environment: () => ({
    clock: Date.now,
    fetch: nothingIsReached,
    kv: { get: nothingIsReached, set: nothingIsReached, once: nothingIsReached },
  }),
};

/**
 * An example connector of each named PMS (default: of all), by its name. Whoever asks closes them. Throws `ConfigError`
 * naming the key that an example lacks.
 */
export async function exampleConnectors(
  names: readonly string[] = knownPms(),
): Promise<ReadonlyMap<string, Connector>> {
  const config = exampleConfig();
  const connections = names.map(
    (pms): ConnectionSettings =>
      ({ ...config.connections[0], id: `${EXAMPLE}-${pms}`, pms, ...OWN_SETTINGS[pms] }) as ConnectionSettings,
  );
  const made = await createConnectors({ ...config, connections }, { clock: Date.now, network });
  return new Map(names.map((name) => [name, made.get(`${EXAMPLE}-${name}`) as Connector]));
}

/** The configuration where there is no file. */
function exampleConfig(): Config {
  return loadConfig({ cwd: import.meta.dirname, environment: {} }, { tools: [], pms: knownPms() });
}
