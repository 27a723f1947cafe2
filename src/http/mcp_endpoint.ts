import {
  classifyInboundRequest,
  createMcpHandler,
  isJsonContentType,
  isJSONRPCNotification,
  isJSONRPCRequest,
  type AuthInfo,
  type McpServerFactory,
  type RequestId,
} from '@modelcontextprotocol/server';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Report } from '../mcp/route.ts';
import { readJson, type BodyFault } from './body.ts';
import { Exchange, plainRequest } from './exchange.ts';
import { refuse } from './gate.ts';
import { Sessions } from './sessions.ts';
import { answerWith } from './web.ts';

export interface EndpointOptions {
  /** Makes the server of one request, or of one session of a client of 2025. */
  newServer: McpServerFactory;
  maxBodyBytes: number;
  maxSessions: number;
  report: Report;
}

const FAULTS: Readonly<Record<BodyFault, { status: number; message: string; code?: number }>> = {
  too_large: { status: 413, message: 'Payload too large' },
  not_json: { status: 400, message: 'Parse error: the request body is not valid JSON', code: -32700 },
  aborted: { status: 400, message: 'The request body was not received whole' },
};

/**
 * MCP over Streamable HTTP on one path, for clients of 2026-07-28 (each request stands alone) and of 2025 (in a session
 * where they ask for one with `initialize`, else each request alone). Expects requests that were admitted already.
 */
export function mcpEndpoint(options: EndpointOptions) {
  const { newServer, report, maxBodyBytes } = options;
  const modern = createMcpHandler(newServer, { onerror: (error) => report(error, 'mcp over http') });
  const sessions = new Sessions(newServer, options.maxSessions);

  /** `streams` is called once the request is known to be a stream that stays open, and not work to be waited for. */
  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    authInfo: AuthInfo,
    streams: () => void,
  ): Promise<void> {
    let body: unknown;
    if (request.method === 'POST') {
      if (!isJsonContentType(request.headers['content-type'])) {
        return refuse(response, 415, 'Unsupported media type: Content-Type must be application/json');
      }
      const read = await readJson(request, maxBodyBytes);
      if (read.fault) {
        const { status, message, code } = FAULTS[read.fault];
        return refuse(response, status, message, {}, code);
      }
      body = read.value;
      const plain = plainRequest(request.headers, body);
      if (plain) return servePlain(new Exchange(response, plain), authInfo);
    }
    if (request.method === 'GET' || isListen(body)) streams();
    await serveOther(request, response, authInfo, body);
  }

  async function servePlain(exchange: Exchange, authInfo: AuthInfo): Promise<void> {
    const product = await newServer({ era: 'modern', authInfo });
    await product.connect(exchange);
    exchange.run(authInfo);
  }

  async function serveOther(
    request: IncomingMessage,
    response: ServerResponse,
    authInfo: AuthInfo,
    body: unknown,
  ): Promise<void> {
    const given = { authInfo, ...(body !== undefined && { parsedBody: body }) };
    const respond = (handler: Parameters<typeof answerWith>[0]) => answerWith(handler, request, response, body);
    const outcome = classifyInboundRequest({
      httpMethod: request.method ?? '',
      protocolVersionHeader: header(request, 'mcp-protocol-version'),
      mcpMethodHeader: header(request, 'mcp-method'),
      mcpNameHeader: header(request, 'mcp-name'),
      body,
    });
    const sessionId = header(request, 'mcp-session-id');
    if (outcome.kind === 'legacy' && sessionId !== undefined) {
      const session = sessions.use(sessionId, authInfo.clientId);
      if (!session) return refuse(response, 404, 'Session not found', {}, -32001);
      await respond((web) => session.transport.handleRequest(web, given)).finally(session.release);
      // The SDK sends nothing for a cancelled call, and would keep its stream open for as long as the client does.
      const cancelled = cancelledId(body);
      if (cancelled !== undefined) session.transport.closeSSEStream(cancelled);
      return;
    }
    if (outcome.kind === 'legacy' && outcome.reason === 'initialize') {
      const transport = await sessions.open(authInfo.clientId);
      if (!transport) return refuse(response, 503, 'Too many sessions are in use', { 'Retry-After': '5' });
      return respond((web) => transport.handleRequest(web, given));
    }
    return respond((web) => modern.fetch(web, given));
  }

  return {
    serve,
    notify: modern.notify,
    async close(): Promise<void> {
      await Promise.all([modern.close(), sessions.close()]);
    },
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function isListen(body: unknown): boolean {
  return isJSONRPCRequest(body) && body.method === 'subscriptions/listen';
}

function cancelledId(body: unknown): RequestId | undefined {
  if (!isJSONRPCNotification(body) || body.method !== 'notifications/cancelled') return undefined;
  const id = body.params?.['requestId'];
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}
