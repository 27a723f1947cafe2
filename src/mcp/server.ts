import { Server, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import type { Host } from './host.ts';
import { listRoutes, lookupRoutes } from './lookup_routes.ts';
import type { GrantOf, Report } from './route.ts';
import { toolRoute } from './tool_routes.ts';

/** Lists change with a release or a grant, hardly within a minute; they are never shared between tokens. */
const LIST_CACHE = { ttlMs: 60_000, cacheScope: 'private' } as const;
const CACHE_HINTS = {
  'server/discover': LIST_CACHE,
  'tools/list': LIST_CACHE,
  'prompts/list': LIST_CACHE,
  'resources/list': LIST_CACHE,
  'resources/templates/list': LIST_CACHE,
} as const;

/**
 * The versions spoken, newest of 2025 first. The SDK's list ends in 2025; a server takes 2026-07-28 from a transport of
 * ours only where it is named too.
 */
export const PROTOCOL_VERSIONS = [...SUPPORTED_PROTOCOL_VERSIONS, '2026-07-28'];

/**
 * A factory of protocol servers over one host, for every transport and both protocol eras. What does not depend on a
 * request is made once here, so that a server per request costs little. No tool may declare `x-mcp-header` in its
 * schema: the HTTP transport does not compare such headers with the arguments.
 */
export function mcpServers<G extends object>(host: Host<G>, grantOf: GrantOf<G>, report: Report): () => Server {
  const { instructions, ...info } = host.server;
  const options = {
    instructions,
    capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
    cacheHints: CACHE_HINTS,
    supportedProtocolVersions: PROTOCOL_VERSIONS,
  };
  const routes = [
    toolRoute(host, grantOf, report),
    ...listRoutes(host, grantOf, report),
    ...lookupRoutes(host, grantOf, report),
  ];
  return () => {
    const server = new Server(info, options);
    for (const teach of routes) teach(server);
    server.onerror = (error) => report(error, 'protocol');
    return server;
  };
}
