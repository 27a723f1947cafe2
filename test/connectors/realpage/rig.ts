import { createServer } from 'node:http';
import { afterEach, onTestFinished } from 'vitest';
import { settings } from '../../../src/connectors/realpage/connector.ts';
import type { Lease, RecordOf } from '../../../src/model/records.ts';
import type { GivenOptions } from '../../simulators/shared/options.ts';
import { wsdlOf, type Field } from '../../simulators/soap/contract.ts';
import { serveOn } from '../../simulators/soap/serve.ts';
import { connectTo, openVendor, type Connected, type VendorRig } from '../rig.ts';
import type { State } from '../samples.ts';

export interface Realpage extends VendorRig {
  /** The first site. */
  site: string;
  state: State;
  /** Another connector to the same simulator, with other settings. */
  again(more: object, mappings?: object): Promise<Connected>;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A simulator with a connector to it, which end with the test. */
export async function openRealpage(more: object = {}, options: GivenOptions = {}): Promise<Realpage> {
  const rig = await openVendor('realpage', { units: 24, ...options }, more);
  open.push(() => rig.close());
  const [site = ''] = await rig.connector.scopes();
  return {
    ...rig,
    site,
    state: (await rig.simulator.state()) as State,
    async again(other, mappings) {
      const connected = await connectTo(rig.simulator, mappings ?? (await rig.simulator.mappings()), other);
      open.push(() => connected.close());
      return connected;
    },
  };
}

/** A lease that runs, at a site. */
export function currentLease({ state, site }: Pick<Realpage, 'state' | 'site'>): Lease {
  return state.lease?.find(({ status, property_id }) => status === 'current' && property_id === site) as Lease;
}

/** The first guest card of a site. */
export function firstCard({ state, site }: Pick<Realpage, 'state' | 'site'>): RecordOf<'guest_card'> {
  return state.guest_card?.find(({ property_id }) => property_id === site) as RecordOf<'guest_card'>;
}

/** The addresses of the simulator's two services. */
export function services({ simulator }: Pick<VendorRig, 'simulator'>) {
  const [leasing, facilities] = (simulator.connection as unknown as { services: { url: string; wsdl: string }[] })
    .services;
  return { leasing: leasing?.url as string, facilities: facilities?.url as string, wsdl: facilities?.wsdl as string };
}

const text = (name: string, optional = true): Field => ({ name, type: 'string', optional });

/** Optional elements, and those that end with `!`, which are required. */
export const fields = (...names: string[]) => names.map((name) => text(name.replace('!', ''), !name.endsWith('!')));

/** A contract with these operations; the first parameter of each is the three credentials that newer licences have. */
export function contractWith(operations: Readonly<Record<string, readonly Field[]>>): string {
  const auth: Field = { name: 'auth', type: 'AuthDTO' };
  return wsdlOf(
    {
      ...{ name: 'Partner', namespace: 'http://tempuri.org/', action_prefix: 'http://tempuri.org/IRPXService/' },
      types: { AuthDTO: fields('pmcid', 'siteid', 'licensekey') },
      operations: Object.entries(operations).map(([name, own]) => ({ name, parameters: [auth, ...own] })),
    },
    'https://gateway.example/Partner.svc',
  );
}

/** What the settings' own schema says of a connection: the messages by their paths. */
export function objections(given: object): string[] {
  const checked = settings.safeParse({ id: 'a', pms: 'realpage', time_zones: { properties: {} }, ...given });
  return checked.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';

/** A SOAP answer with this content. */
export const envelope = (content: string) => `<s:Envelope xmlns:s="${SOAP}"><s:Body>${content}</s:Body></s:Envelope>`;

/** An answer to an operation. */
export const resultOf = (operation: string, content: string) =>
  envelope(
    `<${operation}Response xmlns="http://tempuri.org/"><${operation}Result>${content}</${operation}Result></${operation}Response>`,
  );

/** A connector whose service gives one answer to everything. */
export async function answering(rig: Realpage, status: number, body: string) {
  const server = createServer((_request, response) =>
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body),
  );
  const { url, close } = await serveOn(server);
  onTestFinished(close);
  const operations = [
    'unitlist',
    'insertprospect',
    'prospectsearch',
    'updateprospect',
    'getmarketingsourcesbyproperty',
    'getresidentlist',
  ];
  return (await rig.again({ services: [{ url: `${url}/A.svc`, operations }] })).connector;
}
