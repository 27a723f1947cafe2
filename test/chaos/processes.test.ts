import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GivenOptions } from '../simulators/faulty/options.ts';
import { type FaultySimulator, startFaulty } from '../simulators/faulty/start.ts';
import { portfolioOf } from './changes.ts';
import { type Place, runCommand } from './fleet.ts';
import { makePlace } from './settings.ts';

const MAIN = resolve(import.meta.dirname, '../simulators/caretaker.ts');
const SERVERS = 3;

interface Answer {
  structuredContent?: { write?: { write_id: string; state: string } };
  content: { text?: string }[];
  isError?: boolean;
}

/** Several servers over stdio on one SQLite store, each with a client of its own. */
async function openServers(options: GivenOptions) {
  const simulator = await startFaulty({ units: 40, properties: 2, personality: 'key', ...options });
  const place = makePlace(simulator, 'sqlite:./caretaker.db', 1);
  const { key: person } = await runCommand<{ key: string }>(place, [...KEY, '--person', '--name', 'Ada', ...ADMIN], '');
  const agent = ['--agent', '--name', 'A', '--owner', 'Ada', '--role', 'maintenance_agent'];
  const { key } = await runCommand<{ key: string }>(place, [...KEY, ...agent], person);
  const clients = await Promise.all(Array.from({ length: SERVERS }, () => connect(place, key)));
  const portfolio = portfolioOf(await simulator.state());
  return {
    simulator,
    /** A call at one of the servers, by its number. */
    async call(server: number, tool: string, args: Record<string, unknown>): Promise<Answer> {
      const client = clients[server % SERVERS] as Client;
      return (await client.callTool({ name: tool, arguments: args })) as Answer;
    },
    /** The arguments of a new work order. */
    newOrder: (number: number) => ({
      ...portfolio.places[number % portfolio.places.length],
      request_id: `processes-request-${number}`,
      description: `Cabinet door ${number} is loose.`,
      entry: 'yes',
    }),
    /** Waits until the PMS has taken so many requests, of one write where it is named. */
    async untilEffects(count: number, writeId?: string): Promise<void> {
      const counted = async () =>
        writeId === undefined ? (await simulator.effects()).length : effectsOf(simulator, writeId);
      await expect.poll(counted, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await simulator.stop();
      rmSync(place.folder, { recursive: true, force: true });
    },
  };
}

const KEY = ['keys', 'create'];
const ADMIN = ['--role', 'admin'];

async function connect({ folder, environment }: Place, key: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  const env = { PATH: process.env['PATH'] ?? '', ...environment, CARETAKER_API_KEY: key };
  const command = { command: process.execPath, args: [MAIN, 'serve', '--stdio'], cwd: folder, env };
  await client.connect(new StdioClientTransport({ ...command, stderr: 'ignore' }));
  return client;
}

const writeIdIn = ({ structuredContent: found }: Answer) => (found?.write === undefined ? [] : [found.write.write_id]);
const textOf = ({ content }: Answer) => content.map(({ text }) => text).join('\n');

/** Effects of a write, by the PMS's own count. */
async function effectsOf(simulator: FaultySimulator, writeId: string): Promise<number> {
  return (await simulator.effects()).filter(({ label }) => label.startsWith(`${writeId}/`)).length;
}

type Servers = Awaited<ReturnType<typeof openServers>>;
const numbersTo = (end: number) => Array.from({ length: end }, (_none, index) => index);

describe('several servers on one SQLite file', () => {
  let servers: Servers;
  beforeAll(async () => {
    servers = await openServers({});
  });
  afterAll(() => servers.close());

  it('let no caller see that there are others', async () => {
    const numbers = numbersTo(45);
    const answers = await Promise.all(
      numbers.flatMap((number) => [
        servers.call(number, 'create_work_order', servers.newOrder(number)),
        servers.call(number + 1, 'list_writes', {}),
      ]),
    );
    expect(answers.filter(({ isError }) => isError).map(textOf)).toEqual([]);
    const ids = answers.flatMap(writeIdIn);
    expect(new Set(ids).size).toBe(numbers.length);
    // Whoever has waited long enough gets its answer before the PMS has taken it.
    await servers.untilEffects(numbers.length);
    expect(await Promise.all(ids.map((id) => effectsOf(servers.simulator, id)))).toEqual(numbers.map(() => 1));
  });

  it('make one write and one effect of a request that comes to all of them at once', async () => {
    for (const number of numbersTo(10)) {
      const order = servers.newOrder(1_000 + number);
      const answers = await Promise.all(
        numbersTo(SERVERS).map((server) => servers.call(server, 'create_work_order', order)),
      );
      expect(answers.filter(({ isError }) => isError).map(textOf)).toEqual([]);
      const [id, ...others] = new Set(answers.flatMap(writeIdIn));
      expect(others).toEqual([]);
      await servers.untilEffects(1, String(id));
      expect(await effectsOf(servers.simulator, String(id))).toBe(1);
    }
  });
});

describe('several servers at a PMS with limits', () => {
  let servers: Servers;
  beforeAll(async () => {
    servers = await openServers({ limits: { windows: [{ requests: 10, per_ms: 1_000 }], concurrent: 4 } });
  });
  afterAll(() => servers.close());

  it('keep to them together', async () => {
    const numbers = numbersTo(12);
    await Promise.all(
      numbers.map((number) => servers.call(number, 'create_work_order', servers.newOrder(2_000 + number))),
    );
    await servers.untilEffects(numbers.length);
    const { violations, throttled, total, most_under_way } = await servers.simulator.requests();
    expect({ violations, throttled }).toEqual({ violations: 0, throttled: 0 });
    expect(total).toBeGreaterThan(20);
    expect(most_under_way).toBeLessThanOrEqual(4);
  });
});
