import type { Connector } from '../connectors/connector.ts';
import type { SidecarKey } from '../mirror/sidecar.ts';
import { Vendor } from '../model/records.ts';
import { refusedRead } from '../sync/refused_read.ts';
import type { Engine } from './engine.ts';
import { vendorFault } from './vendor_columns.ts';

/** One vendor at one place: a site or property where the PMS has vendors by those, else the whole connection. */
export interface VendorPlace {
  key: SidecarKey;
  /** As it is now, without what is kept beside it; where the PMS has no vendors, as Caretaker holds it. */
  known: Vendor | undefined;
}

/** A vendor as a person names it. */
export interface NamedVendor {
  /** Where it is named, for errors. */
  at: string;
  connection: string;
  vendor_id: string;
  property_id?: string | undefined;
  values: { name?: unknown };
}

/** Whether Caretaker alone holds the vendors of a connection. */
export function holdsVendors(pms: Connector | undefined): boolean {
  return pms?.capabilities.records.vendor?.read === 'sidecar';
}

/**
 * Finds the places that something said about a vendor counts for: the property that is named, else all where the vendor
 * is. A vendor that Caretaker alone holds and does not know yet comes into being at each of its places. Every list of the
 * PMS is read once. Throws `invalid_input` for what is not there or not clear, `pms_unavailable` and `rate_limited`.
 */
export function createVendorPlaces({ pms, sidecar }: Engine): (named: NamedVendor) => Promise<VendorPlace[]> {
  const scopes = new Map<string, Promise<readonly string[]>>();
  const lists = new Map<string, Promise<Map<string, Vendor>>>();

  const once = <T>(among: Map<string, Promise<T>>, name: string, read: () => Promise<T>): Promise<T> => {
    const found = among.get(name) ?? read();
    among.set(name, found);
    return found;
  };

  async function knownAt(connector: Connector, { connection, scope, record_id, ...key }: SidecarKey) {
    if (holdsVendors(connector)) {
      const fields = (await sidecar.get({ connection, scope, record_id, ...key }))?.fields;
      return fields?.['id'] === record_id ? Vendor.parse(fields) : undefined;
    }
    if (scope === '') return connector.get('vendor', scope, record_id);
    const list = await once(lists, `${connection}:${scope}`, () => vendorsAt(connector, scope));
    return list.get(record_id);
  }

  async function placesOf(named: NamedVendor, connector: Connector): Promise<VendorPlace[]> {
    const { at, connection, vendor_id: record_id, property_id, values } = named;
    const all = await once(scopes, connection, () => connector.scopes());
    if (property_id !== undefined) refuseUnlessAmong(all, named, connector);
    const places: VendorPlace[] = [];
    for (const scope of property_id === undefined ? all : [property_id]) {
      const key: SidecarKey = { connection, kind: 'vendor', scope, record_id };
      places.push({ key, known: await knownAt(connector, key) });
    }
    const there = places.filter(({ known }) => known !== undefined);
    if (there.length === places.length) return places;
    const where = property_id === undefined ? '' : ` at ${property_id}`;
    if (!holdsVendors(connector)) {
      if (there.length > 0) return there;
      throw vendorFault(at, 'vendor_id', `${record_id} is no vendor of this PMS${where}`);
    }
    if (values.name === undefined) {
      if (there.length > 0) return there;
      throw vendorFault(at, 'name', `is missing, and there is no vendor ${record_id} yet${where}`);
    }
    if (there.length === 0) return places;
    const [here] = there;
    throw vendorFault(
      at,
      'property_id',
      `is missing: vendor ${record_id} is kept at ${here?.key.scope} and not everywhere, so say which is meant`,
    );
  }

  return async (named) => {
    const connector = pms.get(named.connection);
    if (connector === undefined) throw vendorFault(named.at, 'connection', 'is not in the configuration');
    return placesOf(named, connector).catch((error: unknown) => {
      throw refusedRead(error, named.connection);
    });
  };
}

async function vendorsAt(connector: Connector, scope: string): Promise<Map<string, Vendor>> {
  const found = new Map<string, Vendor>();
  let cursor: string | undefined;
  do {
    const page = await connector.list('vendor', { scope, ...(cursor !== undefined && { cursor }) });
    for (const vendor of page.records) found.set(vendor.id, vendor);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return found;
}

function refuseUnlessAmong(
  scopes: readonly string[],
  { at, property_id = '' }: NamedVendor,
  { capabilities }: Connector,
) {
  if (scopes.includes(property_id)) return;
  const problem = scopes.includes('')
    ? `says nothing here: the vendors of ${capabilities.pms} are those of every property`
    : `${property_id} is no property of this connection`;
  throw vendorFault(at, 'property_id', problem);
}
