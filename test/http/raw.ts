import { once } from 'node:events';
import { request as send, type IncomingMessage } from 'node:http';
import { startHttp, type HttpApp, type HttpLimits } from '../../src/http/app.ts';
import { fakeHost } from '../mcp/fake_host.ts';

/** A request, byte for byte as a test wants it. */
export interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}
interface Got {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

export const BEARER = { authorization: 'Bearer reader' };
export const JSON_BODY = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** Sends a request and leaves its response to the caller. */
export function open(app: HttpApp, { method = 'POST', path = '/mcp', headers = {}, body = '' }: Sent) {
  const { hostname, port } = new URL(app.url);
  const outgoing = send({ hostname, port, path, method, headers });
  outgoing.on('error', () => {});
  outgoing.end(body);
  return outgoing;
}

/** Sends a request and reads the whole response. */
export async function ask(app: HttpApp, sent: Sent): Promise<Got> {
  const [answer] = (await once(open(app, sent), 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode!, headers: answer.headers, text };
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A request of 2026-07-28 as its clients send it. */
export function modern(method: string, params: Record<string, unknown>, meta: object = {}): Sent {
  const name = params['name'] ?? params['uri'];
  return {
    headers: {
      ...BEARER,
      ...JSON_BODY,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': name }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: { ...META, ...meta } } }),
  };
}
export const echo = (text: string) => modern('tools/call', { name: 'echo', arguments: { text } });

/** An app over a fake host of its own, on a free port. */
export async function startFake(limits: Partial<HttpLimits> = {}) {
  const { host, diary, secret } = fakeHost();
  const app = await startHttp({
    host,
    listen: { host: '127.0.0.1', port: 0 },
    publicUrl: 'https://caretaker.example.com',
    scopes: ['portfolio:read', 'maintenance:read'],
    report: () => {},
    limits: { maxBodyBytes: 100_000, ...limits },
  });
  return { app, host, diary, secret };
}
