import {
  PerRequestHTTPServerTransport,
  PROTOCOL_VERSION_META_KEY,
  type AuthInfo,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type TransportSendOptions,
} from '@modelcontextprotocol/server';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

const REVISION = '2026-07-28';
const CLASSIFICATION = { era: 'modern', revision: REVISION } as const;

/** HTTP statuses of errors that the protocol makes before a handler runs; every other error is an answer like any other. */
const EARLY_ERROR_STATUS: Readonly<Record<number, number>> = { [-32601]: 404, [-32602]: 400, [-32022]: 400 };

/** Intermediaries drop a stream that is silent for a minute or less. */
const KEEP_ALIVE_MS = 15_000;

/**
 * The tool call in `body`, if it is a flawless one of the 2026-07-28 protocol whose headers repeat its body exactly.
 * Everything else, valid or not, is undefined here and judged by the SDK, rule by rule.
 */
export function plainToolCall(headers: IncomingHttpHeaders, body: unknown): JSONRPCRequest | undefined {
  if (!isRecord(body) || body['jsonrpc'] !== '2.0' || body['method'] !== 'tools/call') return undefined;
  const { id, params } = body;
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return undefined;
  if (!isRecord(params) || !isRecord(params['_meta'])) return undefined;
  const agree =
    params['_meta'][PROTOCOL_VERSION_META_KEY] === REVISION &&
    headers['mcp-protocol-version'] === REVISION &&
    headers['mcp-method'] === 'tools/call' &&
    /^\w+$/.test(String(headers['mcp-name'])) &&
    headers['mcp-name'] === params['name'];
  return agree ? { jsonrpc: '2.0', id: id as string | number, method: 'tools/call', params } : undefined;
}

/**
 * One request of the 2026-07-28 protocol, answered straight onto a Node response. It behaves as the SDK's per-request
 * transport does (one JSON body; an event stream from the first notification on; a disconnect cancels), without the web
 * requests, responses and streams in between, which cost more than a small call itself.
 */
export class Exchange extends PerRequestHTTPServerTransport {
  readonly #response: ServerResponse;
  readonly #request: JSONRPCRequest;
  #dispatching = false;
  #answered = false;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse, request: JSONRPCRequest) {
    super({ classification: CLASSIFICATION });
    this.#response = response;
    this.#request = request;
  }

  /** Hands the request to the server that was connected; its answer comes through `send`. */
  run(authInfo: AuthInfo): void {
    this.#response.once('close', () => {
      clearInterval(this.#keepAlive);
      if (!this.#answered) void this.close();
    });
    this.#dispatching = true;
    this.onmessage?.(this.#request, { classification: CLASSIFICATION, authInfo });
    this.#dispatching = false;
  }

  override async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (this.#answered || this.#response.destroyed) return;
    if ('method' in message) {
      if (options?.relatedRequestId === this.#request.id) this.#notify(message);
    } else if (message.id === this.#request.id) {
      this.#answer(message);
    }
  }

  #notify(message: JSONRPCMessage): void {
    const response = this.#response;
    if (!response.headersSent) {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-cache, no-transform',
        'X-Accel-Buffering': 'no',
      });
      this.#keepAlive = setInterval(() => response.write(': keepalive\n\n'), KEEP_ALIVE_MS).unref();
    }
    response.write(eventOf(message));
  }

  #answer(message: JSONRPCMessage): void {
    this.#answered = true;
    clearInterval(this.#keepAlive);
    const response = this.#response;
    if (response.headersSent) return void response.end(eventOf(message));
    response.statusCode = this.#statusOf(message);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(message));
  }

  #statusOf(message: JSONRPCMessage): number {
    const code = 'error' in message ? message.error.code : undefined;
    if (code === -32021) return 400; // a client capability is missing: 400 whoever found it
    return (this.#dispatching && code !== undefined && EARLY_ERROR_STATUS[code]) || 200;
  }
}

const eventOf = (message: JSONRPCMessage) => `event: message\ndata: ${JSON.stringify(message)}\n\n`;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
