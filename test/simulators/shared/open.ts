import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { handleOn, type Ready, type SimulatorHandle } from './handle.ts';
import { type GivenOptions, Options } from './options.ts';
import { makeServer } from './server.ts';
import type { Vendor } from './vendor.ts';
import { vendorNamed } from './vendors.ts';

/** Serves a vendor from this process; throws where an option is wrong. */
export async function serveVendor(
  vendor: Vendor,
  given: GivenOptions = {},
): Promise<{ ready: Ready; close: () => Promise<void> }> {
  const options = Options.parse(given);
  const { simulator, server } = await makeServer(vendor, options);
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { ready: { pms: vendor.pms, url, connection: vendor.connection(url, options, simulator.books.live) }, close };
}

/** Opens a simulator in this process, for tests that need no process of its own. */
export async function openSimulator(pms: string, options: GivenOptions = {}): Promise<SimulatorHandle> {
  const { ready, close } = await serveVendor(await vendorNamed(pms), options);
  return handleOn(ready, close);
}
