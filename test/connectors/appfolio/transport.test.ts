import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectorEnvironment } from '../../../src/connectors/connector.ts';
import { createClient } from '../../../src/connectors/appfolio/transport.ts';
import { NOW } from '../rig.ts';
import { openAppfolio } from './rig.ts';

const ID = '0a1b2c3d-0000-4000-8000-000000000001';
const CREDENTIALS = {
  ...{ client_id: 'client-of-ours', client_secret: 'secret-of-ours' },
  ...{ developer_id: 'developer-of-ours', developer_id_header: 'X-AppFolio-Developer-ID' },
};

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A server that gives the same answers to everybody, in order, and remembers how it was asked. */
async function answering(...answers: { status?: number; headers?: Record<string, string>; body: unknown }[]) {
  const asked: { url: string; names: string[] }[] = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', names: request.rawHeaders.filter((_, index) => index % 2 === 0) });
    const { status = 200, headers = {}, body } = answers[asked.length - 1] ?? { body: { data: [] } };
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  open.push(() => (server.close(), server.closeAllConnections()));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const environment = {
    clock: () => NOW,
    fetch: (path: string, init?: RequestInit) => fetch(new URL(path, base), init),
  } as unknown as ConnectorEnvironment;
  return { asked, client: createClient(CREDENTIALS, environment) };
}

describe('asking AppFolio', () => {
  it('writes brackets and commas of filters as they are, and the developer header as it is spelt', async () => {
    const { client, asked } = await answering();
    await client.page('units', { Id: [ID, ID], LastUpdatedAtFrom: '2026-11-24T15:00:00.000Z' }, { size: 5 });
    expect(asked[0]?.url).toBe(
      `/api/v0/units?filters[Id]=${ID},${ID}&filters[LastUpdatedAtFrom]=2026-11-24T15%3A00%3A00.000Z` +
        '&page[number]=1&page[size]=5',
    );
    expect(asked[0]?.names).toContain('X-AppFolio-Developer-ID');
  });

  it('follows the path of the next page until there is none', async () => {
    const next = '/api/v0/units?filters[LastUpdatedAtFrom]=x&page[number]=2&page[size]=1';
    const { client, asked } = await answering(
      { body: { data: [{ Id: 'a' }], next_page_path: next } },
      { body: { data: [{ Id: 'b' }], next_page_path: null } },
    );
    expect(await client.all('units', {})).toEqual([{ Id: 'a' }, { Id: 'b' }]);
    expect(asked.map(({ url }) => url)).toEqual([expect.stringContaining('page[number]=1'), next]);
  });

  it.each([
    'https://elsewhere.example/api/v0/units?page[number]=2',
    '//elsewhere.example/api/v0/units?page[number]=2',
    '/api/v0/tenants?page[number]=2',
    '/api/v0/units/../tenants?page[number]=2',
    '/api/v0/units?page[number]=2 HTTP/1.1\r\nX: y',
    '/api/v0/units?\\..\\..#',
    17,
  ])('follows no path that leads elsewhere: %s', async (next) => {
    const { client, asked } = await answering({ body: { data: [], next_page_path: next } });
    await expect(client.all('units', {})).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked).toHaveLength(1);
    await expect(client.page('units', {}, { cursor: String(next) })).rejects.toMatchObject({ code: 'refused' });
    expect(asked).toHaveLength(1);
  });

  it('does not go round in circles', async () => {
    const next = '/api/v0/units?page[number]=1&page[size]=1000';
    const { client } = await answering(
      { body: { data: [], next_page_path: next } },
      { body: { data: [], next_page_path: next } },
    );
    await expect(client.all('units', {})).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('asks for nothing where an id cannot be one, whatever it is', async () => {
    const { client, asked } = await answering();
    await fc.assert(
      fc.asyncProperty(fc.string(), async (id) => {
        fc.pre(!/^[0-9a-f-]{36}$/i.test(id));
        expect(await client.one('units', id)).toBeUndefined();
      }),
    );
    expect(asked).toEqual([]);
  });

  it('splits many ids over requests, each of which an address has room for', async () => {
    const { client, asked } = await answering();
    const ids = Array.from({ length: 250 }, (_, index) => `0a1b2c3d-0000-4000-8000-${String(index).padStart(12, '0')}`);
    await client.ofIds('tenants', 'OccupancyId', [...ids, ...ids]);
    expect(asked).toHaveLength(3);
    expect(Math.max(...asked.map(({ url }) => url.length))).toBeLessThan(8_000);
  });

  it.each([
    [533, {}, 'read', 'unavailable'],
    [533, {}, 'write', 'unavailable'],
    [701, {}, 'read', 'misconfigured'],
    [701, {}, 'write', 'misconfigured'],
    [403, {}, 'read', 'misconfigured'],
    [400, {}, 'read', 'refused'],
    [422, {}, 'write', 'refused'],
    [409, {}, 'write', 'conflict'],
    [409, { 'retry-after': '2' }, 'write', 'outcome_unknown'],
    [429, { 'retry-after': '3' }, 'write', 'rate_limited'],
    [503, {}, 'read', 'unavailable'],
    [503, {}, 'write', 'outcome_unknown'],
  ] as const)('takes status %i with %o on a %s for %s', async (status, headers, purpose, code) => {
    const body = { code: status, message: 'secret-of-ours belongs to Maria' };
    const { client } = await answering({ status, headers, body });
    const asking =
      purpose === 'read' ? client.page('units', {}, {}) : client.send('POST', 'api/v0/charges', '{}', { purpose });
    const error = await asking.then(
      () => undefined,
      (failure: Error) => failure,
    );
    expect(error).toMatchObject({ code });
    expect(error?.message).not.toMatch(/secret-of-ours|Maria/);
    if (status === 429) expect(error).toMatchObject({ retry_after_ms: 3_000 });
  });
});

describe('a database of AppFolio', () => {
  it('is read to its end where the server gives smaller pages than it was asked for', async () => {
    const rig = await openAppfolio();
    await rig.account({ PageCap: 3 });
    const page = await rig.connector.list('unit', { limit: 500 });
    expect(page.records).toHaveLength(3);
    expect(page.next_cursor).toBeDefined();
  });

  it('is unavailable during the nightly maintenance, for reading and for writing', async () => {
    const rig = await openAppfolio();
    await rig.account({ Maintenance: true });
    await expect(rig.connector.list('unit', {})).rejects.toMatchObject({ code: 'unavailable' });
    const request = { operation: 'post', address: 'charges', body: '{}', key: 'k', kind: 'ledger_entry' };
    await expect(rig.connector.send(request, new AbortController().signal)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('takes the developer header under the name that is set', async () => {
    const rig = await openAppfolio({}, { developer_id_header: 'X-Other' });
    await expect(rig.connector.list('unit', {})).rejects.toMatchObject({ code: 'refused' });
  });

  it('takes eight requests in a second and says of the ninth when to come again', async () => {
    const { PACE } = await import('../../../src/connectors/appfolio/limits.ts');
    const limits = { windows: [...PACE.windows] };
    const rig = await openAppfolio({ limits });
    for (let request = 0; request < 8; request += 1) await rig.connector.list('unit', { limit: 1 });
    await expect(rig.connector.list('unit', {})).rejects.toMatchObject({ code: 'rate_limited' });
    expect(await rig.simulator.requests()).toMatchObject({ violations: 1, throttled: 1 });
  });
});
