import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../tools/catalogue.ts';
import { MAIN, newPlace, type Place } from './command_line.ts';

interface Answer {
  content: { text?: string }[];
  structuredContent?: unknown;
  isError?: boolean;
  _meta?: Record<string, unknown>;
}

const newClient = () => new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
const call = async (client: Client, name: string, args: Record<string, unknown>) =>
  (await client.callTool({ name, arguments: args })) as Answer;

async function overStdio(place: Place, args: readonly string[], key?: string): Promise<Client> {
  const client = newClient();
  const env = place.environment(key);
  const command = { command: process.execPath, args: [MAIN, 'serve', '--stdio', ...args], cwd: place.folder, env };
  await client.connect(new StdioClientTransport({ ...command, stderr: 'ignore' }));
  return client;
}

/** Starts the HTTP server and waits for its one line of JSON. */
async function overHttp(place: Place) {
  const child: ChildProcessWithoutNullStreams = spawn(
    process.execPath,
    [MAIN, 'serve', '--http', '--port', '0', '--json'],
    {
      cwd: place.folder,
      env: place.environment(),
    },
  );
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const started = JSON.parse(line) as { url: string; person_key?: string; agent_key?: string };
  return {
    ...started,
    async stop(signal: NodeJS.Signals): Promise<number | null> {
      child.kill(signal);
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
    async client(token: string): Promise<Client> {
      const client = newClient();
      const requestInit = { headers: { authorization: `Bearer ${token}` } };
      await client.connect(new StreamableHTTPClientTransport(new URL(started.url), { requestInit }));
      return client;
    },
  };
}

describe('serve --stdio', () => {
  let place: Place;
  beforeAll(() => {
    place = newPlace();
  });
  afterAll(() => place.remove());

  it('lists tools, prompts and resources without making or opening a file', async () => {
    const client = await overStdio(place, []);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(catalogue.map(({ name }) => name));
    expect((await client.listPrompts()).prompts.length).toBeGreaterThan(0);
    expect((await client.listResources()).resources).toMatchObject([{ uri: 'caretaker://connections/sandbox' }]);
    expect((await client.listResourceTemplates()).resourceTemplates).toMatchObject([
      { uriTemplate: 'caretaker://{connection}/{kind}/{id}' },
    ]);
    await client.close();
    expect(readdirSync(place.folder)).toEqual(['caretaker.config.json']);
  });

  it('shows a role its own tools only, and refuses the others', async () => {
    const client = await overStdio(place, ['--role', 'leasing_agent']);
    const { tools } = await client.listTools();
    const allowed = catalogue.filter(({ scope }) =>
      /^(portfolio:read|messages:write|leasing:(read|write))$/.test(scope),
    );
    expect(tools.map(({ name }) => name)).toEqual(allowed.map(({ name }) => name));
    const refused = await call(client, 'list_gl_accounts', {});
    expect(refused._meta?.['caretaker/error']).toMatchObject({ error: { code: 'not_permitted' } });
    await client.close();
  });

  it('answers calls, reads records as resources, and completes arguments of prompts', async () => {
    const client = await overStdio(place, []);
    const found = await call(client, 'search_portfolio', { query: 'Maple', kinds: ['property'] });
    const { candidates } = found.structuredContent as { candidates: { property_id: string; label: string }[] };
    const { property_id: id = '', label = '' } = candidates[0] ?? {};
    const { contents } = await client.readResource({ uri: `caretaker://sandbox/property/${id}` });
    expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject({
      kind: 'property',
      id,
      version: expect.stringMatching(/^[\w-]{16}$/),
      stale: false,
      record: { name: label },
    });
    const connection = await client.readResource({ uri: 'caretaker://connections/sandbox' });
    expect(JSON.parse((connection.contents[0] as { text: string }).text)).toMatchObject({
      pms: 'sandbox',
      calendar: 'pms',
      commands: { post_charge: { support: 'native' } },
      records: expect.arrayContaining([expect.objectContaining({ kind: 'property', count: 2, stale: false })]),
    });
    for (const uri of ['property/..%2F..%2Fetc', 'property/99999', 'nothing/1', 'property/%zz', `property/`])
      await expect(client.readResource({ uri: `caretaker://sandbox/${uri}` })).rejects.toMatchObject({ code: -32602 });
    await expect(client.readResource({ uri: 'caretaker://connections/other' })).rejects.toMatchObject({ code: -32602 });

    const completed = async (name: string, value: string) => {
      const { prompts } = await client.listPrompts();
      const prompt = prompts.find((one) => one.arguments?.some((argument) => argument.name === name));
      const ref = { type: 'ref/prompt' as const, name: String(prompt?.name) };
      return (await client.complete({ ref, argument: { name, value } })).completion.values;
    };
    expect(await completed('property', 'mapl')).toEqual([label]);
    expect(await completed('property_id', 'Maple')).toEqual([id]);
    expect(await completed('property_id', '')).toHaveLength(2);
    expect((await completed('unit_id', '1A')).length).toBeGreaterThan(0);
    expect(await completed('words', 'Maple')).toEqual([]);
    await client.close();
  });

  it('stops with exit code 0 when the client closes its end, and prints nothing but the protocol', async () => {
    const outcome = await place.run(['serve', '--stdio']);
    expect(outcome).toMatchObject({ code: 0, out: '' });
  });

  it.each([
    { what: 'an unknown role', args: ['--role', 'boss'], key: undefined, says: 'unknown role' },
    { what: 'a key that does not hold', args: [], key: 'ctk_nothing', says: 'CARETAKER_API_KEY' },
    { what: 'both transports', args: ['--http'], key: undefined, says: 'cannot be used with' },
  ])('does not start with $what', async ({ args, key, says }) => {
    const outcome = await place.run(['serve', '--stdio', ...args], { key });
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(outcome.errors).toContain(says);
  });

  it('ends what a revoked key may do, while the connection stays', async () => {
    const person = ['keys', 'create', '--person', '--name', 'Ada', '--role', 'admin'];
    const admin = await place.json<{ key: string }>(person);
    const made = await place.json<{ key: string; key_id: string }>(
      ['keys', 'create', '--agent', '--name', 'A', '--owner', 'Ada', '--role', 'maintenance_agent'],
      admin.key,
    );
    const client = await overStdio(place, [], made.key);
    const ask = () => call(client, 'assess_maintenance_request', { description: 'the toilet runs' });
    expect((await ask()).isError).toBeUndefined();
    await place.json(['keys', 'revoke', made.key_id], admin.key);
    await expect.poll(async () => (await ask()).isError, { timeout: 20_000 }).toBe(true);
    expect((await ask())._meta?.['caretaker/error']).toMatchObject({ error: { code: 'not_permitted' } });
    await client.close();
  });
});

describe('serve --http', () => {
  let place: Place;
  beforeAll(() => {
    place = newPlace();
  });
  afterAll(() => place.remove());

  it('makes and shows the first keys once, serves both, and stops cleanly', async () => {
    const first = await overHttp(place);
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
    const agent = await first.client(String(first.agent_key));
    expect((await agent.listTools()).tools.length).toBe(catalogue.length);
    const assessed = await call(agent, 'assess_maintenance_request', { description: 'I smell gas' });
    expect(assessed.structuredContent).toMatchObject({ severity: 'life_safety' });
    await agent.close();
    await expect(first.client(`${String(first.agent_key).slice(0, -2)}AA`)).rejects.toThrow();
    expect(await first.stop('SIGTERM')).toBe(0);

    const again = await overHttp(place);
    expect(again).not.toHaveProperty('person_key');
    await (await again.client(String(first.person_key))).close();
    expect(await again.stop('SIGINT')).toBe(0);
    expect((await place.run(['audit', 'verify'])).code).toBe(0);
  });

  it('makes no keys where it cannot listen', async () => {
    const other = newPlace();
    const running = await overHttp(place);
    const { port } = new URL(running.url);
    const outcome = await other.run(['serve', '--http', '--port', port]);
    expect(outcome).toMatchObject({ code: 1, out: '' });
    const person = ['keys', 'create', '--person', '--name', 'Ada', '--role', 'admin'];
    expect(await other.json(person)).toMatchObject({ principal: 'person:ada' });
    await running.stop('SIGTERM');
    other.remove();
  });
});

describe('a configuration', () => {
  it.each([
    { what: 'a misspelt key', config: { orgnisation: 'x' }, says: 'orgnisation' },
    { what: 'a misspelt key inside', config: { policy: { nte: '5.00' } }, says: 'policy' },
    {
      what: 'a limit of an unknown tool',
      config: { policy: { limits: { nope: { call: '1', day: '1' } } } },
      says: 'nope',
    },
    { what: 'an unknown PMS', config: { connections: [{ id: 'main', pms: 'ledgerworks' }] }, says: 'ledgerworks' },
    {
      what: 'a vendor without its keys',
      config: { connections: [{ id: 'main', pms: 'buildium' }] },
      says: 'connections.main.client_id',
    },
    {
      what: 'a key that the vendor does not know',
      config: { connections: [{ id: 'main', pms: 'buildium', client_id: 'a', client_secret: 'b', tocken: 'c' }] },
      says: 'tocken',
    },
    { what: 'an unset variable', config: { organisation: '${NOT_SET_ANYWHERE}' }, says: 'NOT_SET_ANYWHERE' },
  ])('with $what stops the start and is named', async ({ config, says }) => {
    const place = newPlace(config);
    for (const command of [
      ['serve', '--stdio'],
      ['tools', '--json'],
    ]) {
      const outcome = await place.run(command);
      expect(outcome).toMatchObject({ code: 1, out: '' });
      expect(outcome.errors).toContain(says);
    }
    expect(existsSync(join(place.folder, 'caretaker.db'))).toBe(false);
    place.remove();
  });
});
