import fc from 'fast-check';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHttp } from '../../src/http/app.ts';
import { ask, BEARER, echo, JSON_BODY, modern, open, startFake, type Sent } from './raw.ts';

let { app, host, diary, secret } = {} as Awaited<ReturnType<typeof startFake>>;
beforeAll(async () => {
  ({ app, host, diary, secret } = await startFake());
});
afterAll(() => app.close());

async function expectAlive(): Promise<void> {
  const { status, text } = await ask(app, echo('alive'));
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({ id: 1, result: { structuredContent: { text: 'alive' } } });
}

describe('the door', () => {
  const hosts: [string, Record<string, string>, number][] = [
    ['loopback by name', { host: 'localhost:1' }, 200],
    ['loopback, IPv6', { host: '[::1]:8710' }, 200],
    ['the public name', { host: 'caretaker.example.com' }, 200],
    ['another name', { host: 'evil.example.com' }, 403],
    ['a name that contains ours', { host: 'localhost.evil.example.com' }, 403],
    ['no readable name', { host: '[' }, 403],
    ['our own origin', { origin: 'http://localhost:1' }, 200],
    ['the public origin', { origin: 'https://caretaker.example.com' }, 200],
    ['another origin', { origin: 'https://evil.example.com' }, 403],
    ['an opaque origin', { origin: 'null' }, 403],
  ];
  test.each(hosts)('judges Host and Origin: %s', async (_what, headers, status) => {
    const sent = echo('x');
    expect((await ask(app, { ...sent, headers: { ...sent.headers, ...headers } })).status).toBe(status);
  });

  const tokens: [string, Record<string, string>, string][] = [
    ['none', {}, 'Bearer realm="caretaker", scope="portfolio:read maintenance:read"'],
    ['unknown', { authorization: 'Bearer nobody' }, 'error="invalid_token"'],
    ['another scheme', { authorization: 'Basic cmVhZGVyOg==' }, 'error="invalid_token"'],
    ['two words', { authorization: 'Bearer reader writer' }, 'error="invalid_token"'],
  ];
  test.each(tokens)('wants a bearer token: %s', async (_what, headers, expected) => {
    for (const method of ['POST', 'GET', 'DELETE']) {
      const got = await ask(app, {
        method,
        headers: { ...JSON_BODY, ...headers },
        body: method === 'POST' ? '{}' : '',
      });
      expect(got.status).toBe(401);
      expect(got.headers['www-authenticate']).toContain(expected);
    }
  });

  test('gives each token its own tools', async () => {
    const names = async (token: string) => {
      const sent = modern('tools/list', {});
      const { text } = await ask(app, { ...sent, headers: { ...sent.headers, authorization: `bearer ${token}` } });
      const { result } = JSON.parse(text) as {
        result: { tools: { name: string }[]; ttlMs: number; cacheScope: string };
      };
      expect(result).toMatchObject({ ttlMs: 60_000, cacheScope: 'private' });
      return result.tools.map(({ name }) => name);
    };
    expect(await names('writer')).toContain('write');
    expect(await names('reader')).not.toContain('write');
  });
});

describe('what cannot be taken', () => {
  const bodies: [string, Sent, number, number][] = [
    ['not JSON', { body: '{"jsonrpc"' }, 400, -32700],
    ['nothing', { body: '' }, 400, -32700],
    ['not JSON-RPC', { body: '{"hello":1}' }, 400, -32600],
    ['an empty batch', { body: '[]' }, 400, -32600],
    ['another media type', { headers: { 'content-type': 'text/plain' }, body: '{}' }, 415, -32000],
    ['too much', { body: JSON.stringify({ x: 'x'.repeat(100_000) }) }, 413, -32000],
  ];
  test.each(bodies)('%s', async (_what, sent, status, code) => {
    const got = await ask(app, { ...sent, headers: { ...BEARER, ...JSON_BODY, ...sent.headers } });
    expect(got.status).toBe(status);
    expect(JSON.parse(got.text)).toMatchObject({ jsonrpc: '2.0', error: { code } });
    await expectAlive();
  });

  test('too much that was not announced', async () => {
    const got = await ask(app, {
      headers: { ...BEARER, ...JSON_BODY, 'transfer-encoding': 'chunked' },
      body: 'x'.repeat(5_000_000),
    });
    expect(got.status).toBe(413);
    await expectAlive();
  });

  const disagreements: [string, Sent, number, number][] = [
    ['another method', { ...echo('x'), headers: { ...echo('x').headers, 'mcp-method': 'tools/list' } }, 400, -32020],
    ['another tool', { ...echo('x'), headers: { ...echo('x').headers, 'mcp-name': 'write' } }, 400, -32020],
    ['an unknown tool', modern('tools/call', { name: 'nope' }), 200, -32602],
    ['an unknown method', modern('no/such', {}), 404, -32601],
    ['a cursor', modern('tools/list', { cursor: 'x' }), 200, -32602],
    ['no parameters', modern('tools/call', {}), 200, -32602],
    [
      'a malformed envelope',
      modern('tools/call', { name: 'echo' }, { 'io.modelcontextprotocol/clientCapabilities': 7 }),
      400,
      -32602,
    ],
  ];
  test.each(disagreements)('%s', async (_what, sent, status, code) => {
    const got = await ask(app, sent);
    expect(got.status).toBe(status);
    expect(JSON.parse(got.text)).toMatchObject({ error: { code } });
  });

  test('any JSON gets an answer of the protocol, and the server goes on', async () => {
    const message = fc.oneof(
      fc.jsonValue(),
      fc.record({
        jsonrpc: fc.constantFrom('2.0', '1.0', 2),
        id: fc.jsonValue(),
        method: fc.oneof(
          fc.constantFrom('tools/call', 'tools/list', 'initialize', 'subscriptions/listen'),
          fc.string(),
        ),
        params: fc.oneof(
          fc.jsonValue(),
          fc.record({ name: fc.jsonValue(), arguments: fc.jsonValue(), _meta: fc.jsonValue() }),
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(message, async (value) => {
        const got = await ask(app, { headers: { ...BEARER, ...JSON_BODY }, body: JSON.stringify(value) });
        expect(got.status).toBeLessThan(500);
        expect(got.text).not.toContain('node_modules');
      }),
      { numRuns: 150 },
    );
    await expectAlive();
  });

  test('bytes that are not HTTP', async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.end('\x16\x03\x01 this is not HTTP\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toContain('400 Bad Request');
    await expectAlive();
  });
});

describe('answers', () => {
  test('are one JSON body, and an event stream once there is progress to tell', async () => {
    const plain = await ask(app, echo('x'));
    expect(plain.headers['content-type']).toBe('application/json');
    const streamed = await ask(app, modern('tools/call', { name: 'count' }, { progressToken: 'p' }));
    expect(streamed.headers['content-type']).toBe('text/event-stream');
    const events = streamed.text
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)) as Record<string, unknown>);
    expect(events).toMatchObject([
      { method: 'notifications/progress', params: { progressToken: 'p', progress: 1, total: 3, message: 'one' } },
      { method: 'notifications/progress', params: { progressToken: 'p', progress: 3, total: 3 } },
      { id: 1, result: { structuredContent: { text: 'counted' } } },
    ]);
  });

  test('never carry what was thrown', async () => {
    for (const sent of [
      modern('tools/call', { name: 'explode' }),
      modern('resources/read', { uri: 'unit://explode' }),
    ]) {
      const { text } = await ask(app, sent);
      expect(text).toContain('nternal');
      expect(text).not.toContain(secret);
    }
  });

  test('are not waited for by a client that has gone: the tool is told', async () => {
    const { length } = diary.cancelled;
    const waiting = open(app, modern('tools/call', { name: 'wait' }));
    while (diary.calls.at(-1) !== 'reader wait') await ask(app, modern('tools/list', {}));
    waiting.destroy();
    while (diary.cancelled.length === length) await ask(app, modern('tools/list', {}));
    await expectAlive();
  });
});

describe('limits and the end', () => {
  test('more requests at once than it takes on are turned away, streams not counted', async () => {
    const { app: small, diary } = await startFake({ maxInFlight: 1 });
    const listen = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const listening = open(small, listen);
    await once(listening, 'response');
    const { length } = diary.calls;
    const waiting = open(small, modern('tools/call', { name: 'wait' }));
    while (diary.calls.length === length) await ask(small, { method: 'GET', path: '/health' });
    const refused = await ask(small, echo('x'));
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    waiting.destroy();
    let status = 503;
    while (status === 503) ({ status } = await ask(small, echo('x')));
    expect(status).toBe(200);
    listening.destroy();
    await small.close();
  });

  test('health is told to anyone, and other paths are not there', async () => {
    const got = await ask(app, { method: 'GET', path: '/health?x', headers: { host: '10.0.0.7' } });
    expect(got.status).toBe(200);
    expect(JSON.parse(got.text)).toEqual({ status: 'ok', version: '1.2.3' });
    for (const path of ['/', '/mcp/', '/mcp/../health', '/%6dcp', '//mcp']) {
      expect((await ask(app, { method: 'GET', path, headers: BEARER })).status).toBe(404);
    }
  });

  test('shutting down answers what was asked, ends streams, and takes nothing new', async () => {
    let answer: (() => void) | undefined;
    const slow = {
      ...host,
      call: async () => {
        await new Promise<void>((resolve) => (answer = resolve));
        return { structured: { text: 'late' }, text: 'late', isError: false };
      },
    };
    const other = await startHttp({
      host: slow,
      listen: { host: '127.0.0.1', port: 0 },
      scopes: [],
      report: () => {},
    });
    const listen = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const listening = open(other, listen);
    const [stream] = (await once(listening, 'response')) as [IncomingMessage];
    stream.resume();
    const ended = once(stream, 'close');
    const pending = ask(other, echo('x'));
    while (!answer) await ask(other, { method: 'GET', path: '/health' });
    const closed = other.close();
    answer();
    expect((await pending).text).toContain('late');
    await Promise.all([closed, ended]);
    await expect(once(open(other, echo('x')), 'response')).rejects.toThrow();
  });
});
