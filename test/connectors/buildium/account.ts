import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Connector, Delivery } from '../../../src/connectors/connector.ts';
import { bodies, openBuildium, placesOf } from '../../simulators/buildium/rig.ts';
import type { GivenOptions } from '../../simulators/shared/options.ts';
import { connectTo, NOW } from '../rig.ts';

/** A simulated account with a connector to it, which both end with the test; `more` are further settings. */
export async function openAccount(more: object = {}, options: GivenOptions = {}) {
  const account = await openBuildium(options);
  const connected = await connectTo(account, await account.mappings(), more);
  onTestFinished(() => connected.close());
  const at = await placesOf(account);
  return { account, ...connected, at, ok: bodies(at) };
}

/** Takes the account's webhooks over HTTP and keeps them, in the order in which they come. */
export async function subscribe(account: Awaited<ReturnType<typeof openBuildium>>): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  const server = createServer(async (request, response) => {
    const body = new Uint8Array(await buffer(request));
    deliveries.push({ headers: new Headers(request.headers as Record<string, string>), body, received_at: NOW });
    response.writeHead(200).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  await account.webhooks({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  return deliveries;
}

/** What a connector makes of a delivery. */
export function received(connector: Connector, delivery: Delivery) {
  if (connector.receive === undefined) throw new Error('the connector takes no webhooks');
  return connector.receive(delivery);
}
