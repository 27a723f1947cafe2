import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN, newPlace } from '../main/command_line.ts';
import { type Agent, connect, errorOf, requestId } from './agent.ts';
import { type Key, Stage } from './stage.ts';

let stage: Stage;
let key: Key;
let agent: Agent;
let before: number;

beforeAll(async () => {
  stage = await Stage.open({ units: 24, properties: 2 });
  key = await stage.agentKey('maintenance_agent', 'desk');
  agent = await stage.connect(key.key);
  await agent.ok('search_portfolio', { query: 'Juniper' });
  before = await stage.taken();
});
afterAll(() => stage.close());

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const CALL = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'create_work_order', arguments: {}, _meta: META },
};

interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}
interface Got {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

/** Sends a request over HTTP, byte for byte. */
async function send({ method = 'POST', path = '/mcp', headers = {}, body = '' }: Sent): Promise<Got> {
  const { hostname, port } = new URL(stage.url);
  const all = {
    authorization: `Bearer ${key.key}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...headers,
  };
  const outgoing = request({ hostname, port, path, method, headers: all });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

/** What a refusal may show: no stack, no path, no name of a module. */
const INSIDE = /\.ts\b|node_modules|\bat \w+ \(|SQLITE|\/tmp\//;

async function stillWorks(): Promise<void> {
  expect(await stage.taken()).toBe(before);
  await agent.ok('search_portfolio', { query: 'Juniper' });
}

describe('malformed JSON-RPC over HTTP', () => {
  it.each<[what: string, body: string | Buffer, code: number]>([
    ['nothing', '', -32700],
    ['half an object', '{"jsonrpc":"2.0",', -32700],
    ['plain text', 'hello', -32700],
    ['no UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0x80]), -32700],
    ['a NaN', '{"jsonrpc":"2.0","id":NaN,"method":"tools/list"}', -32700],
    ['a single quote', "{'jsonrpc':'2.0'}", -32700],
    ['a number', '42', -32600],
    ['null', 'null', -32600],
    ['a text', '"tools/list"', -32600],
    ['an empty batch', '[]', -32600],
    ['no method', '{"jsonrpc":"2.0","id":1}', -32600],
    ['no version', '{"id":1,"method":"tools/list"}', -32600],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"tools/list"}', -32600],
    ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":7}', -32600],
    ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"tools/list"}', -32600],
    ['parameters that are a list', '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}', -32600],
    ['brackets without end', '['.repeat(200_000), -32700],
  ])('%s is refused', async (_what, body, code) => {
    const got = await send({ body });
    expect(got.status).toBe(400);
    expect(got.headers['content-type']).toContain('application/json');
    expect(JSON.parse(got.text)).toMatchObject({ jsonrpc: '2.0', error: { code, message: expect.any(String) } });
    expect(got.text).not.toMatch(INSIDE);
    await stillWorks();
  });

  const modern = (method: string) => ({ 'mcp-protocol-version': '2026-07-28', 'mcp-method': method });

  it.each<[what: string, sent: Sent, status: number, code?: number]>([
    ['a body of over 1 MiB', { body: JSON.stringify({ ...CALL, pad: 'x'.repeat(1_100_000) }) }, 413],
    [
      'a body of over 1 MiB in pieces',
      { headers: { 'transfer-encoding': 'chunked' }, body: `"${'x'.repeat(1_100_000)}"` },
      413,
    ],
    ['another kind of content', { headers: { 'content-type': 'text/plain' }, body: JSON.stringify(CALL) }, 415],
    ['another method of HTTP', { method: 'PUT', body: JSON.stringify(CALL) }, 405],
    ['a path beside it', { path: '/mcp/../../etc/passwd' }, 404],
    ['an encoded path', { path: '/%2e%2e/mcp%2f' }, 404],
    ['another host', { headers: { host: 'evil.example' }, body: JSON.stringify(CALL) }, 403],
    ['a page of another site', { headers: { origin: 'https://evil.example' }, body: JSON.stringify(CALL) }, 403],
    [
      'headers that tell of another method',
      { headers: { ...modern('tools/list'), 'mcp-name': 'create_work_order' }, body: JSON.stringify(CALL) },
      400,
      -32020,
    ],
    [
      'headers that tell of another tool',
      { headers: { ...modern('tools/call'), 'mcp-name': 'list_writes' }, body: JSON.stringify(CALL) },
      400,
      -32020,
    ],
    [
      'an unknown revision',
      { headers: { 'mcp-protocol-version': '2031-01-01' }, body: JSON.stringify({ ...CALL, method: 'tools/list' }) },
      400,
    ],
    [
      'an unknown method',
      {
        headers: modern('no/such'),
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'no/such', params: { _meta: META } }),
      },
      404,
      -32601,
    ],
  ])('%s is refused', async (_what, sent, status, code) => {
    const got = await send(sent);
    expect([got.status, got.text]).toEqual([status, got.text]);
    expect(got.text).not.toMatch(INSIDE);
    if (code !== undefined) expect(JSON.parse(got.text)).toMatchObject({ error: { code } });
    await stillWorks();
  });
});

describe('keys', () => {
  it.each<[what: string, authorization: string]>([
    ['none', ''],
    ['an empty one', 'Bearer '],
    ['another scheme', 'Basic YTpi'],
    ['another word', 'Bearer nothing'],
    ['one of the right form', `Bearer ctk_0123456789abcdef_${'A'.repeat(43)}`],
    ['two', 'Bearer a b'],
    ['quotes and a semicolon', `Bearer ctk_"';--`],
    ['a path', 'Bearer ../../keys'],
  ])('%s opens nothing', async (_what, authorization) => {
    const got = await send({ headers: { authorization }, body: JSON.stringify(CALL) });
    expect(got.status).toBe(401);
    expect(got.headers['www-authenticate']).toContain('Bearer');
    expect(got.text).not.toMatch(INSIDE);
    await stillWorks();
  });

  it('with one character changed opens nothing, and says nothing of the right one', async () => {
    const { key: right } = key;
    for (const at of [5, 25, right.length - 1]) {
      const wrong = right.slice(0, at) + (right[at] === 'a' ? 'b' : 'a') + right.slice(at + 1);
      const refused = connect(stage.url, wrong);
      await expect(refused).rejects.toThrow();
      await refused.catch((error: Error) => expect(String(error.message)).not.toContain(right.slice(-10)));
    }
  });

  it('that is revoked while its agent is connected ends what it may do', async () => {
    const made = await stage.agentKey('maintenance_agent', 'gone soon');
    const gone = await stage.connect(made.key);
    await gone.ok('search_portfolio', { query: 'Juniper' });
    await stage.place.json(['keys', 'revoke', made.key_id], stage.adminKey);
    const ask = () =>
      gone.ok('search_portfolio', { query: 'Juniper' }).then(
        () => 'answered',
        () => 'refused',
      );
    await expect.poll(ask, { timeout: 20_000 }).toBe('refused');
    const args = { request_id: requestId('gone'), property_id: '12', description: 'A door squeaks', entry: 'yes' };
    await expect(gone.call('create_work_order', args)).rejects.toThrow();
    await expect(connect(stage.url, made.key)).rejects.toThrow();
    await stillWorks();
  });

  it('of an agent manages no keys and decides nothing', async () => {
    for (const args of [
      ['keys', 'list'],
      ['keys', 'revoke', key.key_id],
      ['approvals', 'list'],
    ]) {
      const outcome = await stage.place.run([...args, '--json'], { key: key.key });
      expect(outcome).toMatchObject({ code: 1, out: '' });
      expect(JSON.parse(outcome.errors)).toMatchObject({ error: { code: 'not_permitted' } });
    }
  });
});

describe('malformed JSON-RPC over stdio', () => {
  it('is answered with an error each, and the server goes on', async () => {
    const place = newPlace();
    const child = spawn(process.execPath, [MAIN, 'serve', '--stdio'], { cwd: place.folder, env: place.environment() });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const reply = async () =>
      JSON.parse(String((await lines.next()).value)) as { id: unknown; error?: { code: number } };
    for (const [line, code] of [
      ['{"jsonrpc":', -32700],
      ['hello', -32700],
      ['null', -32600],
      ['[]', -32600],
      ['{"jsonrpc":"2.0","id":{},"method":"tools/list"}', -32600],
      ['['.repeat(100_000), -32700],
      [`{"x":"${'x'.repeat(1_100_000)}"}`, -32600],
    ] as const) {
      child.stdin.write(`${line}\n`);
      const answer = await reply();
      expect(answer, line.slice(0, 40)).toMatchObject({ error: { code } });
      expect(JSON.stringify(answer)).not.toMatch(INSIDE);
    }
    child.stdin.write(Buffer.concat([Buffer.from([0xff, 0xfe, 0x80]), Buffer.from('\n')]));
    expect(await reply()).toMatchObject({ error: { code: -32700 } });
    const call = {
      ...CALL,
      id: 'alive',
      params: { ...CALL.params, name: 'search_portfolio', arguments: { query: 'Maple' } },
    };
    child.stdin.end(`${JSON.stringify(call)}\n`);
    expect(await reply()).toMatchObject({ id: 'alive', result: { structuredContent: { found: expect.any(String) } } });
    expect(await once(child, 'close')).toEqual([0, null]);
    place.remove();
  });
});

describe('a configuration with a slip', () => {
  const sandbox = { id: 'sandbox', pms: 'sandbox', file: './pms.db', units: 24 };
  it.each<[names: string, config: object]>([
    ['orgnisation', { orgnisation: 'x' }],
    ['untis', { connections: [{ ...sandbox, untis: 5 }] }],
    ['connections.sandbox.units', { connections: [{ ...sandbox, units: '24' }] }],
    ['connections.1.id', { connections: [sandbox, sandbox] }],
    ['nte_defualt', { policy: { nte_defualt: '500.00' } }],
    ['policy.nte_default', { policy: { nte_default: '1e3' } }],
    ['policy.limits.post_gl_chrage', { policy: { limits: { post_gl_chrage: { call: '1.00', day: '1.00' } } } }],
    ['policy.limits.post_gl_charge.day', { policy: { limits: { post_gl_charge: { call: '1.00', day: '-5' } } } }],
    ['time_zones', { connections: [{ ...sandbox, time_zones: { default: 'Mars/Base' } }] }],
    ['http.port', { http: { port: 70_000 } }],
    ['leasing.hours', { leasing: { hours: { someday: '09:00-18:00' } } }],
  ])('does not start, and names %s', async (names, config) => {
    const place = newPlace(config);
    const outcome = await place.run(['serve', '--http', '--port', '0']);
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(outcome.errors).toContain(names);
    expect(outcome.errors).not.toMatch(/\bat \w+ \(|node_modules/);
    expect(existsSync(join(place.folder, 'caretaker.db'))).toBe(false);
    place.remove();
  });

  it('does not start on what is no JSON, or on no file', async () => {
    const place = newPlace();
    const file = place.write('broken.json', '{ "organisation": "x", }');
    for (const name of [file, 'nowhere.json']) {
      const outcome = await place.run(['serve', '--http', '--port', '0', '--config', name]);
      expect(outcome).toMatchObject({ code: 1, out: '' });
      expect(outcome.errors).toContain(name);
    }
    place.remove();
  });
});

it('shows refusals, and no stack, to a client that asks for nonsense in the right form', async () => {
  const result = await agent.call('create_work_order', {
    request_id: requestId('form'),
    property_id: '12',
    entry: 'maybe',
    description: 'x',
  });
  expect(errorOf(result)).toMatchObject({ code: 'invalid_input', field: 'entry' });
  expect(JSON.stringify(result)).not.toMatch(INSIDE);
});
