import { getRequestListener } from '@hono/node-server';
import type { McpServerFactory, ServerNotifier } from '@modelcontextprotocol/server';
import { Hono } from 'hono';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Host } from '../mcp/host.ts';
import type { GrantOf, Report } from '../mcp/route.ts';
import { mcpServers } from '../mcp/server.ts';
import { Callers } from './callers.ts';
import { bearerToken, challenge, hostGate, refuse } from './gate.ts';
import { mcpEndpoint } from './mcp_endpoint.ts';

/** What one process takes on. The defaults suit one property manager's agents on one machine. */
export interface HttpLimits {
  /** Bytes of one request body; beyond it 413. */
  maxBodyBytes: number;
  /** Requests being worked on at once, streams not counted; beyond it 503. */
  maxInFlight: number;
  /** Sessions of clients of 2025. */
  maxSessions: number;
  /** Milliseconds for a request's headers to arrive. */
  headersTimeout: number;
  /** Milliseconds for a whole request to arrive. */
  requestTimeout: number;
  /** Milliseconds that a shutdown waits for requests being worked on. */
  drainTimeout: number;
}

const LIMITS: HttpLimits = {
  maxBodyBytes: 1024 * 1024,
  maxInFlight: 256,
  maxSessions: 1_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  drainTimeout: 10_000,
};

export interface HttpOptions<G extends object> {
  host: Host<G>;
  /** Address to listen on; port 0 takes a free one. */
  listen: { host: string; port: number };
  /** Where clients reach this server, if not at the address it listens on. */
  publicUrl?: string;
  /** Scopes named to a client that comes without a valid token. */
  scopes: readonly string[];
  report: Report;
  limits?: Partial<HttpLimits>;
  /** Everything besides `/mcp` and `/health`. */
  routes?: Hono;
  /** Replaces the servers made from `host`. */
  servers?: (grantOf: GrantOf<G>) => McpServerFactory;
}

export interface HttpApp {
  /** `http://host:port`, as listened on. */
  url: string;
  /** Tells subscribed clients of changes. */
  notify: ServerNotifier;
  /** Refuses new requests, waits for those being worked on, ends streams and sessions, and stops listening. */
  close(): Promise<void>;
}

/** Starts the HTTP server: MCP at `/mcp` behind bearer tokens, `/health` for whoever watches, and `routes`. */
export async function startHttp<G extends object>(options: HttpOptions<G>): Promise<HttpApp> {
  const { host, report } = options;
  const limits = { ...LIMITS, ...options.limits };
  const callers = new Callers(host);
  const newServer = options.servers?.(callers.grantOf) ?? mcpServers(host, callers.grantOf, report);
  const endpoint = mcpEndpoint({ newServer, report, ...limits });
  const admitsHost = hostGate(options.listen.host, options.publicUrl);
  const others = getRequestListener((options.routes ?? new Hono()).fetch, { overrideGlobalObjects: false });
  const work = new Work(limits.maxInFlight);

  async function mcp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const finished = work.begin(response);
    if (!finished) return refuse(response, 503, 'Too many requests at once', { 'Retry-After': '1' });
    const token = bearerToken(request);
    const grant = await host.authenticate(token);
    if (!grant) return challenge(response, request.headers.authorization !== undefined, options.scopes);
    await endpoint.serve(request, response, callers.infoOf(grant), finished);
  }

  const server = createServer({ ...limits, connectionsCheckingInterval: 5_000 }, (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path === '/health') return health(response, host.server.version, work.draining);
    if (!admitsHost(request, response)) return;
    if (work.draining) return refuse(response, 503, 'Shutting down', { Connection: 'close' });
    const served = path === '/mcp' ? mcp(request, response) : others(request, response);
    served.catch((error: unknown) => {
      report(error, `http ${path}`);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'Internal error', {}, -32603);
    });
  });
  await listen(server, options.listen);
  const { address, family, port } = server.address() as AddressInfo;

  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    notify: endpoint.notify,
    async close() {
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await work.drain(limits.drainTimeout);
      await endpoint.close();
      server.closeIdleConnections();
      setImmediate(() => server.closeAllConnections());
      await stopped;
    },
  };
}

function health(response: ServerResponse, version: string, draining: boolean): void {
  response.writeHead(draining ? 503 : 200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify({ status: draining ? 'draining' : 'ok', version }));
}

function listen(server: Server, at: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The requests being worked on: how many there may be, and when the last one is done. */
class Work {
  draining = false;
  #open = 0;
  #idle: (() => void) | undefined;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a request until its response is closed or the returned function is called; undefined where there are too many. */
  begin(response: ServerResponse): (() => void) | undefined {
    if (this.#open >= this.#limit) return undefined;
    this.#open++;
    let counted = true;
    const finished = () => {
      if (!counted) return;
      counted = false;
      if (--this.#open === 0) this.#idle?.();
    };
    response.once('close', finished);
    return finished;
  }

  async drain(timeout: number): Promise<void> {
    this.draining = true;
    if (this.#open === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeout);
      this.#idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
