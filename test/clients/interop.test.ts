import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/connectors/sandbox/connector.ts';
import { catalogue } from '../../tools/catalogue.ts';
import { MAIN, newPlace } from '../main/command_line.ts';
import { CLIENTS, type TestClient } from '../mcp/clients.ts';
import { errorOf, first, requestId, type Result, type Write } from './agent.ts';
import { Stage } from './stage.ts';

/** A server on new data, and how a client reaches it: with all tools of a manager, or as a maintenance agent. */
interface Reached {
  folder: string;
  manager: TestClient;
  maintenance: TestClient;
  close(): Promise<void>;
}
type Connect = (typeof CLIENTS)[string];

async function overStdio(connect: Connect): Promise<Reached> {
  const place = newPlace();
  const as = (role: string) =>
    connect({
      command: process.execPath,
      args: [MAIN, 'serve', '--stdio', '--role', role],
      cwd: place.folder,
      env: place.environment(),
      stderr: 'ignore',
    });
  const [manager, maintenance] = await Promise.all([as('property_manager'), as('maintenance_agent')]);
  return {
    folder: place.folder,
    manager,
    maintenance,
    async close() {
      await Promise.all([manager.close(), maintenance.close()]);
      place.remove();
    },
  };
}

async function overHttp(connect: Connect): Promise<Reached> {
  const stage = await Stage.open({ units: 24, properties: 2 });
  const keys = await Promise.all([
    stage.agentKey('property_manager', 'manager'),
    stage.agentKey('maintenance_agent', 'maintenance'),
  ]);
  const [manager, maintenance] = await Promise.all(keys.map(({ key }) => connect({ url: stage.url, token: key })));
  if (manager === undefined || maintenance === undefined) throw new Error('two keys make two clients');
  return {
    folder: stage.place.folder,
    manager,
    maintenance,
    async close() {
      await Promise.all([manager.close(), maintenance.close()]);
      await stage.close();
    },
  };
}

const cases = Object.entries(CLIENTS).flatMap(([client, connect]) => [
  { client, over: 'stdio', open: () => overStdio(connect) },
  { client, over: 'HTTP', open: () => overHttp(connect) },
]);

describe.each(cases)('$client over $over', ({ open }) => {
  let reached: Reached;
  let pms: ReturnType<typeof createSandbox>;
  let unit: { unit_id: string; property_id: string };

  beforeAll(async () => {
    reached = await open();
    pms = createSandbox({ file: join(reached.folder, 'pms.db'), clock: Date.now });
  });
  afterAll(async () => {
    await reached.close();
    await pms.close();
  });

  const effects = async () => (await pms.effects()).length;
  const report = (description: string) => ({
    request_id: requestId('interop'),
    property_id: unit.property_id,
    unit_id: unit.unit_id,
    description,
    entry: 'yes',
  });
  const writeOf = (result: Result) => (result.structuredContent as { write: Write }).write;

  it('lists the tools of its grant, before anything is loaded', async () => {
    const { tools } = await reached.manager.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(catalogue.map(({ name }) => name));
    const fewer = (await reached.maintenance.client.listTools()).tools.map(({ name }) => name);
    expect(fewer).toContain('create_work_order');
    expect(fewer).not.toContain('list_gl_accounts');
  });

  it('is told of progress while the first call loads the portfolio', async () => {
    const seen: { progress: number; total?: number | undefined; message?: string | undefined }[] = [];
    const args = { query: 'Juniper Terrace A-1A', kinds: ['unit'] };
    const answer = await reached.manager.call('search_portfolio', args, { onprogress: (step) => seen.push(step) });
    unit = first((answer.structuredContent as { candidates: (typeof unit)[] }).candidates);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.map(({ progress }) => progress)).toEqual(
      seen.map(({ progress }) => progress).toSorted((a, b) => a - b),
    );
    expect(seen.at(-1)?.message).toMatch(/\w/);
  });

  it('reads', async () => {
    const answer = await reached.manager.call('get_unit', { unit_id: unit.unit_id });
    expect(answer.structuredContent).toMatchObject({ unit: { unit_id: unit.unit_id, name: 'A-1A' } });
    expect(answer.content[0]?.text).toContain('A-1A');
  });

  it('writes, and replays the same request without a second change', async () => {
    const before = await effects();
    const args = report('The tap drips');
    const made = writeOf(await reached.manager.call('create_work_order', args));
    expect(made).toMatchObject({ state: 'done', proof: 'full' });
    expect(await effects()).toBe(before + 1);
    const replay = writeOf(await reached.manager.call('create_work_order', args));
    expect(replay).toMatchObject({ write_id: made.write_id, state: 'done', replayed: true });
    const other = await reached.manager.call('create_work_order', { ...args, entry: 'no' });
    expect(errorOf(other)).toMatchObject({ code: 'conflict', field: 'request_id' });
    expect(await effects()).toBe(before + 1);
    expect(await pms.get('work_order', '', String(made.record_id))).toMatchObject({ description: 'The tap drips' });
  });

  it('is refused what is outside its scopes, and ids that nobody has', async () => {
    const before = await effects();
    const outside = await reached.maintenance.call('list_gl_accounts', {});
    expect(errorOf(outside)).toMatchObject({ code: 'not_permitted' });
    const unknown = await reached.maintenance.call('create_work_order', { ...report('x'), unit_id: '999999' });
    expect(errorOf(unknown)).toMatchObject({ code: 'not_found', field: 'unit_id' });
    await expect(reached.maintenance.call('no_such_tool', {})).rejects.toMatchObject({ code: -32602 });
    expect(await effects()).toBe(before);
  });

  it('reads a resource and one of a template', async () => {
    const { client } = reached.manager;
    const { resources } = await client.listResources();
    const [connection] = (await client.readResource({ uri: String(resources[0]?.uri) })).contents;
    expect(JSON.parse((connection as { text: string }).text)).toMatchObject({ pms: 'sandbox' });
    const { resourceTemplates } = await client.listResourceTemplates();
    const uri = String(resourceTemplates[0]?.uriTemplate)
      .replace('{connection}', 'sandbox')
      .replace('{kind}', 'unit')
      .replace('{id}', unit.unit_id);
    const [record] = (await client.readResource({ uri })).contents;
    expect(JSON.parse((record as { text: string }).text)).toMatchObject({ id: unit.unit_id, record: { name: 'A-1A' } });
    await expect(client.readResource({ uri: 'caretaker://sandbox/unit/999999' })).rejects.toMatchObject({
      code: -32602,
    });
    const kinds = await client.complete({
      ref: { type: 'ref/resource', uri: String(resourceTemplates[0]?.uriTemplate) },
      argument: { name: 'kind', value: 'wo' },
    });
    expect(kinds.completion.values).toEqual(['work_order']);
  });

  it('gets a prompt, with its arguments completed', async () => {
    const { client } = reached.manager;
    const { prompts } = await client.listPrompts();
    const { name } = first(prompts, (one) => one.arguments?.some((argument) => argument.name === 'property') === true);
    const argument = { name: 'property', value: 'junip' };
    const { completion } = await client.complete({ ref: { type: 'ref/prompt', name }, argument });
    expect(completion.values).toEqual(['Juniper Terrace']);
    const given = { words: 'gas', lead: 'a lead', contact: '+15125550143', property: 'Juniper Terrace' };
    const wanted = prompts.find((one) => one.name === name)?.arguments?.map((one) => one.name) ?? [];
    const { messages } = await client.getPrompt({
      name,
      arguments: Object.fromEntries(Object.entries(given).filter(([key]) => wanted.includes(key))),
    });
    expect(JSON.stringify(messages)).toContain('Juniper Terrace');
  });

  it('ends its wait when it cancels, and not what was recorded', async () => {
    const args = report('The wait for this one is given up');
    const lock = new DatabaseSync(join(reached.folder, 'pms.db'));
    const ledger = new DatabaseSync(join(reached.folder, 'caretaker.db'), { readOnly: true });
    const state = () => ledger.prepare('select state from writes where request_id = ?').get(args.request_id)?.['state'];
    try {
      const stop = new AbortController();
      lock.exec('begin immediate');
      const waiting = reached.manager.call('create_work_order', args, { signal: stop.signal });
      const ended = expect(waiting).rejects.toThrow();
      await expect.poll(state, { interval: 5, timeout: 20_000 }).toBe('sending');
      stop.abort();
      await ended;
      lock.exec('rollback');
      await expect.poll(state, { interval: 20, timeout: 30_000 }).toBe('done');
    } finally {
      lock.close();
      ledger.close();
    }
    const replay = writeOf(await reached.manager.call('create_work_order', args));
    expect(replay).toMatchObject({ state: 'done', replayed: true });
    const made = (await pms.state()).work_order.filter(({ description }) => description === args.description);
    expect(made).toHaveLength(1);
  });
});
