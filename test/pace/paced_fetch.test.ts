import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../src/model/retry_after.ts';
import { VendorError } from '../../src/connectors/connector.ts';
import type { Pace, RequestOutcome } from '../../src/pace/pace.ts';
import { createPacedFetch, type PacedFetch } from '../../src/pace/paced_fetch.ts';
import { inRequestScope } from '../../src/pace/request_scope.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const LONG_MS = 30_000;

/** A pace that gives leave at once and keeps what it was told. */
class Told implements Pace {
  given = 0;
  back = 0;
  priorities: number[] = [];
  reports: RequestOutcome[] = [];
  refusal: VendorError | undefined;

  ask() {
    return this.wait(2);
  }
  async wait(priority: number) {
    this.priorities.push(priority);
    if (this.refusal) throw this.refusal;
    return this.permit();
  }
  permit() {
    this.given++;
    return { done: () => void this.back++ };
  }
  isDown() {
    return false;
  }
  report(outcome: RequestOutcome) {
    this.reports.push(outcome);
  }
  onRecovery() {
    return () => {};
  }
  close() {}
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function served(answer: RequestListener): Promise<string> {
  const server = createHttpServer(answer);
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return listening(server);
}

/** A server that is handed the bare socket of each connection. */
async function bare(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listening(server);
}

function client(base_url: string, deadline_ms = LONG_MS): { pace: Told; fetch: PacedFetch } {
  const pace = new Told();
  const fetch = createPacedFetch({ pace, base_url, deadline_ms, clock: () => NOW });
  closing.push(() => fetch.close());
  return { pace, fetch };
}

async function refusedBy(request: Promise<unknown>): Promise<VendorError> {
  const error = await request.then(
    () => new Error('it was answered'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VendorError);
  expect((error as Error).message).not.toMatch(/127\.0|localhost|http|secret|\d{4}|ECONN|socket/i);
  return error as VendorError;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

describe('an answer', () => {
  it.each<[number, string | undefined, RequestOutcome]>([
    [200, undefined, { kind: 'answered' }],
    [302, undefined, { kind: 'answered' }],
    [404, '7', { kind: 'answered' }],
    [422, undefined, { kind: 'answered' }],
    [701, undefined, { kind: 'answered' }],
    [429, undefined, { kind: 'throttled' }],
    [429, '7', { kind: 'throttled', retry_after_ms: 7_000 }],
    [429, new Date(NOW + 9_000).toUTCString(), { kind: 'throttled', retry_after_ms: 9_000 }],
    [429, 'soon', { kind: 'throttled' }],
    [500, undefined, { kind: 'failed' }],
    [503, '7', { kind: 'failed' }],
    [533, undefined, { kind: 'failed' }],
  ])('with status %i and Retry-After %s is given as it is, and reported', async (status, retry, outcome) => {
    const base = await served((_request, response) => {
      response.writeHead(status, retry === undefined ? {} : { 'retry-after': retry });
      response.end('{"a":1}');
    });
    const { pace, fetch } = client(base);
    const answer = await fetch('/x');
    expect(answer.status).toBe(status);
    expect(answer.ok).toBe(status === 200);
    expect(await answer.json()).toEqual({ a: 1 });
    expect(pace).toMatchObject({ given: 1, back: 1, reports: [outcome] });
  });

  it('is given decoded and whole, with its headers', async () => {
    const base = await served((_request, response) => {
      response.writeHead(201, { 'content-encoding': 'gzip', 'set-cookie': ['a=1', 'b=2'], location: '/x/1' });
      response.end(gzipSync('x'.repeat(100_000)));
    });
    const { pace, fetch } = client(base);
    const answer = await fetch('x');
    expect(pace.back).toBe(1);
    expect((await answer.text()).length).toBe(100_000);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(answer.headers.get('location')).toBe('/x/1');
    expect(answer.headers.has('content-encoding')).toBe(false);
  });

  it('without a body has none', async () => {
    const base = await served((_request, response) => void response.writeHead(204).end());
    const answer = await client(base).fetch('x');
    expect([answer.status, answer.body]).toEqual([204, null]);
  });

  it.each([
    [302, 302],
    [307, 307],
    [421, 'outcome_unknown'],
  ])('with status %i is not followed and makes no second request', async (status, told) => {
    let requests = 0;
    const base = await served((_request, response) => {
      requests++;
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    const sent = client(base).fetch('x', { method: 'POST', body: 'a' });
    const outcome = await sent.then(
      (answer) => answer.status,
      (error: VendorError) => error.code,
    );
    expect([outcome, requests]).toEqual([told, 1]);
  });

  it('of 32 MiB is read, and a longer one is not, which does not count against the PMS', async () => {
    const most = 32 * 1_048_576;
    const base = await served((request, response) => {
      response.end(Buffer.alloc(request.url === '/most' ? most : most + 1));
    });
    const { pace, fetch } = client(base);
    expect((await (await fetch('most')).arrayBuffer()).byteLength).toBe(most);
    expect(await refusedBy(fetch('more'))).toMatchObject({ code: 'outcome_unknown' });
    expect(pace).toMatchObject({ given: 2, back: 2, reports: [{ kind: 'answered' }] });
  });
});

describe('a request', () => {
  it('arrives with the names of its headers as they were given', async () => {
    const seen: string[] = [];
    const base = await served((request, response) => {
      seen.push(...request.rawHeaders.filter((_, index) => index % 2 === 0));
      response.end();
    });
    await client(base).fetch('x', { headers: { 'X-Vendor-Developer-ID': 'd' } });
    expect(seen).toContain('X-Vendor-Developer-ID');
  });

  it('arrives with method, headers and every kind of body', async () => {
    const seen: unknown[] = [];
    const base = await served(async (request, response) => {
      const type = String(request.headers['content-type']).split(';')[0];
      seen.push([request.method, request.url, request.headers['x-key'], type, await bodyOf(request)]);
      response.end();
    });
    const { fetch } = client(`${base}/v1`);
    const form = new FormData();
    form.set('file', new Blob(['abc']), 'a.txt');
    await fetch('leases?a=1', { headers: { 'x-key': 'k' } });
    await fetch('/other', { method: 'PUT', body: new URLSearchParams({ a: 'ä' }) });
    await fetch(new URL(`${base}/v1/x`), { method: 'POST', body: Buffer.from('bytes') });
    await fetch(new Request(`${base}/r`, { method: 'PATCH', body: 'text', headers: { 'x-key': 'r' } }));
    await fetch('form', { method: 'POST', body: form });
    expect(seen.slice(0, 4)).toEqual([
      ['GET', '/v1/leases?a=1', 'k', 'undefined', ''],
      ['PUT', '/other', undefined, 'application/x-www-form-urlencoded', 'a=%C3%A4'],
      ['POST', '/v1/x', undefined, 'undefined', 'bytes'],
      ['PATCH', '/r', 'r', 'text/plain', 'text'],
    ]);
    expect(seen[4]).toMatchObject([
      'POST',
      '/v1/form',
      undefined,
      'multipart/form-data',
      expect.stringContaining('abc'),
    ]);
  });

  it.each([
    'http://127.0.0.1:1/x',
    'https://pms.example/x',
    '//pms.example/x',
    'data:,x',
    'http://user:secret@pms.example/',
    'http://[',
    '\\\\pms.example\\x',
  ])('to %s goes nowhere', async (address) => {
    const { pace, fetch } = client(await served((_request, response) => void response.end()));
    expect(await refusedBy(fetch(address))).toMatchObject({ code: 'misconfigured' });
    expect(pace).toMatchObject({ given: 0, priorities: [], reports: [] });
  });

  it('waits for its turn with the priority of its scope, 2 without one', async () => {
    const { pace, fetch } = client(await served((_request, response) => void response.end()));
    await fetch('x');
    await inRequestScope({ priority: 0 }, () => fetch('x'));
    expect(pace.priorities).toEqual([2, 0]);
  });

  it('uses the leave of its scope first, and waits for further ones', async () => {
    const { pace, fetch } = client(await served((_request, response) => void response.end()));
    const permit = pace.permit();
    await inRequestScope({ priority: 1, permit }, async () => {
      await fetch('x');
      expect(pace).toMatchObject({ back: 1, priorities: [] });
      await fetch('x');
    });
    expect(pace).toMatchObject({ given: 2, back: 2, priorities: [1] });
  });

  it.each(['unavailable', 'rate_limited'] as const)('is not sent where the pace says %s', async (code) => {
    let requests = 0;
    const { pace, fetch } = client(await served((_request, response) => void response.end(String(requests++))));
    pace.refusal = new VendorError(code, 'no');
    expect(await refusedBy(fetch('x'))).toMatchObject({ code });
    expect([requests, pace.reports]).toEqual([0, []]);
  });
});

describe('a request that its sender may no longer send', () => {
  it('does not leave, and the lease is looked at when a connection is there', async () => {
    let accepted = 0;
    let bytes = 0;
    const base = await bare((socket) => {
      accepted++;
      socket.on('data', (data) => (bytes += data.length));
    });
    const { pace, fetch } = client(base);
    const looked: number[] = [];
    const may_send = () => {
      looked.push(accepted);
      return false;
    };
    const sent = inRequestScope({ priority: 1, may_send }, () => fetch('x', { method: 'POST', body: 'a' }));
    expect(await refusedBy(sent)).toMatchObject({ code: 'unavailable' });
    expect(looked).toHaveLength(1);
    expect([bytes, pace.given, pace.back, pace.reports]).toEqual([0, 1, 1, []]);
  });

  it('is asked once, before the first byte, on a connection that is used again', async () => {
    const events: string[] = [];
    const base = await served((request, response) => {
      events.push(`arrived ${request.url}`);
      response.end();
    });
    const { fetch } = client(base);
    for (const path of ['/1', '/2']) {
      const may_send = () => events.push(`asked ${path}`) > 0;
      await inRequestScope({ priority: 1, may_send }, () => fetch(path));
    }
    expect(events).toEqual(['asked /1', 'arrived /1', 'asked /2', 'arrived /2']);
  });

  it.each([
    ['its caller has gone', AbortSignal.abort()],
    ['its time is over', AbortSignal.abort(new DOMException('late', 'TimeoutError'))],
  ])('does not leave where %s, and that does not count against the PMS', async (_name, signal) => {
    let requests = 0;
    const { pace, fetch } = client(await served((_request, response) => void response.end(String(requests++))));
    expect(await refusedBy(fetch('x', { signal }))).toMatchObject({ code: 'unavailable' });
    expect([requests, pace.given, pace.back, pace.reports]).toEqual([0, 1, 1, []]);
  });
});

describe('a request without an answer', () => {
  const outcomes = (pace: Told) => ({ given: pace.given, back: pace.back, reports: pace.reports });
  const FAILED = { given: 1, back: 1, reports: [{ kind: 'failed' }] };

  it('is certainly not sent where the connection is refused', async () => {
    const server = createSocketServer();
    const base = await listening(server);
    server.close();
    await once(server, 'close');
    const { pace, fetch } = client(base);
    expect(await refusedBy(fetch('x', { method: 'POST', body: 'a' }))).toMatchObject({ code: 'unavailable' });
    expect(outcomes(pace)).toEqual(FAILED);
  });

  it('is certainly not sent where the name is not known, or the other end speaks no TLS', async () => {
    const unknown = client('http://pms.invalid');
    expect(await refusedBy(unknown.fetch('x'))).toMatchObject({ code: 'unavailable' });
    expect(outcomes(unknown.pace)).toEqual(FAILED);
    const plain = client((await bare((socket) => void socket.end('no'))).replace('http', 'https'));
    expect(await refusedBy(plain.fetch('x'))).toMatchObject({ code: 'unavailable' });
    expect(outcomes(plain.pace)).toEqual(FAILED);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['before it is read', (socket) => socket.destroy()],
    ['after it is read', (socket) => void socket.once('data', () => socket.destroy())],
    ['in the middle of the head', (socket) => void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nconte'))],
    [
      'in the middle of the body',
      (socket) => void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc')),
    ],
    [
      'in the middle of a chunk',
      (socket) =>
        void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nabc')),
    ],
    ['with what is not HTTP', (socket) => void socket.once('data', () => socket.end('nonsense\r\n\r\n'))],
  ])('is unknown where the connection ends %s', async (_name, onSocket) => {
    const { pace, fetch } = client(await bare(onSocket));
    expect(await refusedBy(fetch('x', { method: 'POST', body: 'a' }))).toMatchObject({ code: 'outcome_unknown' });
    expect(outcomes(pace)).toEqual(FAILED);
  });

  it('is unknown, and not sent again, where a connection that is used again ends', async () => {
    const requests: string[] = [];
    const base = await served((request, response: ServerResponse) => {
      requests.push(String(request.url));
      if (request.url === '/1') response.end('ok');
      else request.socket.destroy();
    });
    const { pace, fetch } = client(base);
    await fetch('/1');
    expect(await refusedBy(fetch('/2'))).toMatchObject({ code: 'outcome_unknown' });
    expect(requests).toEqual(['/1', '/2']);
    expect(pace).toMatchObject({ given: 2, back: 2 });
  });

  it.each([
    'HTTP/1.1 200 OK\r\nconte',
    'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nabc',
    'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 9\r\n\r\n',
  ])('has an end where nothing comes after %j', async (beginning) => {
    const base = await bare((socket) => void socket.once('data', () => socket.write(beginning)));
    const { pace, fetch } = client(base, 300);
    expect(await refusedBy(fetch('x'))).toMatchObject({ code: 'outcome_unknown' });
    expect(outcomes(pace)).toEqual(FAILED);
  });

  it.each<[string, boolean]>([
    ['its own deadline', true],
    ["its caller's deadline", true],
    ['its caller, who has lost interest', false],
  ])('is unknown where it is ended by %s', async (who, counts) => {
    const arrived = Promise.withResolvers<void>();
    const base = await served((request) => void request.resume().on('end', arrived.resolve));
    const { pace, fetch } = client(base, who === 'its own deadline' ? 300 : LONG_MS);
    const leaving = new AbortController();
    const signal = who.includes("caller's") ? AbortSignal.timeout(300) : leaving.signal;
    const sent = refusedBy(fetch('x', { method: 'POST', body: 'a', signal }));
    await arrived.promise;
    if (!counts) leaving.abort();
    expect(await sent).toMatchObject({ code: 'outcome_unknown' });
    expect(outcomes(pace)).toEqual(counts ? FAILED : { ...FAILED, reports: [] });
  });
});

describe('Retry-After', () => {
  it.each<[string | null, number | undefined]>([
    [null, undefined],
    ['', undefined],
    ['0', 0],
    [' 7 ', 7_000],
    ['3600', 3_600_000],
    ['3601', 3_600_000],
    ['9'.repeat(400), 3_600_000],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['soon', undefined],
    ['2026', 2_026_000],
    ['2026-03-01T12:00:09Z', undefined],
    [new Date(NOW + 9_000).toUTCString(), 9_000],
    ['Sunday, 01-Mar-26 12:00:09 GMT', 9_000],
    [new Date(NOW - 9_000).toUTCString(), 0],
    [new Date(NOW + 9e9).toUTCString(), 3_600_000],
    ['Sun, 99 Foo 2026 12:00:00 GMT', undefined],
    ['Sun Mar  1 12:00:09 2026', undefined],
  ])('%s is %s', (header, wait) => {
    expect(retryAfterMs(header, NOW)).toBe(wait);
  });
});
