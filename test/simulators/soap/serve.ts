import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { RawRequest, Service } from './service.ts';

export interface Served {
  /** Without a slash at its end. */
  url: string;
  close(): void;
}

/** Answers HTTP on loopback. */
export function serve(listener: RequestListener): Promise<Served> {
  return serveOn(createServer(listener));
}

/** Lets a server answer on loopback. */
export async function serveOn(server: Server): Promise<Served> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Offers a service under every path. `requests` is given what came in, in order. */
export function serveSoap<World>(service: Service<World>, world: World, requests: RawRequest[] = []): Promise<Served> {
  return serve((request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '' } = request;
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const raw: RawRequest = { method, url, headers, body };
      requests.push(raw);
      const answer = service.answer(raw, world);
      response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.text);
    });
  });
}
