import { localhostAllowedHostnames, validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** JSON-RPC's code for refusals that its specification leaves to the server. */
const SERVER_ERROR = -32000;

/** Answers with a JSON-RPC error that belongs to no readable request. */
export function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
  code = SERVER_ERROR,
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }));
}

/** A bind address that stands for all of a machine's addresses, and therefore names no host. */
const WILDCARDS = ['0.0.0.0', '::', '[::]'];

/**
 * The check that stops web pages from reaching a local server by DNS rebinding: `Host` and, where a browser sends it,
 * `Origin` must name this machine's loopback, the address listened on, or the public URL. Answers and returns false
 * where they do not.
 */
export function hostGate(host: string, publicUrl: string | undefined) {
  const allowed = localhostAllowedHostnames();
  if (!WILDCARDS.includes(host)) allowed.push(host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
  if (publicUrl !== undefined) allowed.push(new URL(publicUrl).hostname);
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const checks = [
      validateHostHeader(request.headers.host, allowed),
      validateOriginHeader(request.headers.origin, allowed),
    ];
    const failed = checks.find((check) => !check.ok);
    if (!failed) return true;
    refuse(response, 403, 'Forbidden: the Host or Origin header does not name this server');
    return false;
  };
}

/** The token of an `Authorization: Bearer …` header (RFC 6750), else undefined. */
export function bearerToken(request: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** 401 as RFC 6750 has it: an error code only where a token was presented, and the scopes worth asking for. */
export function challenge(response: ServerResponse, presented: boolean, scopes: readonly string[]): void {
  const parts = ['Bearer realm="caretaker"', ...(presented ? ['error="invalid_token"'] : [])];
  if (scopes.length > 0) parts.push(`scope="${scopes.join(' ')}"`);
  const message = presented ? 'The access token is unknown, expired or revoked' : 'A bearer token is required';
  refuse(response, 401, message, { 'WWW-Authenticate': parts.join(', ') });
}
