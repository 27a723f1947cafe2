import {
  PerRequestHTTPServerTransport,
  PROTOCOL_VERSION_META_KEY,
  type AuthInfo,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type TransportSendOptions,
} from '@modelcontextprotocol/server';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { serialise } from '../mcp/wire.ts';

const REVISION = '2026-07-28';
const CLASSIFICATION = { era: 'modern', revision: REVISION } as const;

/** HTTP statuses of errors that the protocol makes before a handler runs; every other error is an answer like any other. */
const EARLY_ERROR_STATUS: Readonly<Record<number, number>> = { [-32601]: 404, [-32602]: 400, [-32022]: 400 };

/** Intermediaries drop a stream that is silent for a minute or less. */
const KEEP_ALIVE_MS = 15_000;

/** Methods that are answered here, with the parameter that the `Mcp-Name` header repeats, if any. */
const NAMED_BY: Readonly<Record<string, string | undefined>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tools/list': undefined,
  'prompts/list': undefined,
  'resources/list': undefined,
  'resources/templates/list': undefined,
  'completion/complete': undefined,
};

/** What a header can carry as it is; anything else comes encoded. */
const PLAIN = /^(?!=\?)[\x21-\x7e]+$/;

/**
 * The request in `body`, if it is a flawless one of the 2026-07-28 protocol whose headers repeat its body exactly.
 * Everything else, valid or not, is undefined here and judged by the SDK, rule by rule.
 */
export function plainRequest(headers: IncomingHttpHeaders, body: unknown): JSONRPCRequest | undefined {
  if (!isRecord(body) || body['jsonrpc'] !== '2.0') return undefined;
  const { id, method, params } = body;
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return undefined;
  if (typeof method !== 'string' || !Object.hasOwn(NAMED_BY, method) || headers['mcp-method'] !== method)
    return undefined;
  if (!isRecord(params) || !isRecord(params['_meta'])) return undefined;
  if (params['_meta'][PROTOCOL_VERSION_META_KEY] !== REVISION || headers['mcp-protocol-version'] !== REVISION) {
    return undefined;
  }
  const namedBy = NAMED_BY[method];
  const name = headers['mcp-name'];
  if (namedBy !== undefined && (typeof name !== 'string' || !PLAIN.test(name) || name !== params[namedBy]))
    return undefined;
  return { jsonrpc: '2.0', id: id as string | number, method, params };
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
    if (this.#response.destroyed) return void this.close();
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
    response.end(serialise(message));
  }

  #statusOf(message: JSONRPCMessage): number {
    const code = 'error' in message ? message.error.code : undefined;
    if (code === -32021) return 400; // a client capability is missing: 400 whoever found it
    return (this.#dispatching && code !== undefined && EARLY_ERROR_STATUS[code]) || 200;
  }
}

const eventOf = (message: JSONRPCMessage) => `event: message\ndata: ${serialise(message)}\n\n`;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
