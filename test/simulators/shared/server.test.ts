import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NOW, openBoard } from './board_rig.ts';

describe('limits', () => {
  it('refuse what is one too many in a window, say when to come again, and count it', async () => {
    const board = await openBoard({ limits: undefined });
    const statuses = async (count: number) => {
      const seen = [];
      for (let n = 0; n < count; n += 1) seen.push((await board.get('/notices')).status);
      return seen;
    };
    expect(await statuses(5)).toEqual([200, 200, 200, 200, 200]);
    const refused = await board.get('/notices');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    await board.clock({ advance_ms: 1_000 });
    expect(await statuses(6)).toEqual([200, 200, 200, 200, 200, 429]);
    const { violations, most_per_window, throttled, total } = await board.requests();
    expect({ violations, most_per_window, throttled, total }).toEqual({
      ...{ violations: 2, most_per_window: [6], throttled: 2, total: 12 },
    });
  });

  it('refuse what is one too many at a time', async () => {
    const board = await openBoard({ limits: { concurrent: 2 } });
    await board.fault({ how: 'late_commit', hang: true, times: 2 });
    const waiting = [board.post('One'), board.post('Two')].map((answer) => answer.catch(() => undefined));
    while ((await board.requests()).most_under_way < 2);
    expect((await board.get('/notices')).status).toBe(429);
    await board.close();
    await Promise.all(waiting);
  });

  it('let the vendor say in every answer how much is used up', async () => {
    const board = await openBoard({ limits: undefined });
    await board.get('/notices');
    expect((await board.get('/notices')).headers.get('x-board-observed')).toBe('2');
  });
});

describe('the log of requests', () => {
  it('keeps what was sent, without what lets its sender in', async () => {
    const board = await openBoard({ keep_requests: 2 });
    await board.get('/notices');
    await board.get('/notices?b=%20x&a=1&b=2');
    await board.post('Hello');
    const { last, by_operation, by_status } = await board.requests();
    expect(last.map(({ method, url, body, operation, status }) => [method, url, body, operation, status])).toEqual([
      ['GET', '/notices?b=%20x&a=1&b=2', '', 'listNotices', 200],
      ['POST', '/notices', '{"Text":"Hello","Property":"11"}', 'postNotice', 201],
    ]);
    expect(JSON.stringify(last)).not.toContain('let-me-in');
    expect(by_operation).toEqual({ listNotices: 2, postNotice: 1 });
    expect(by_status).toEqual({ 200: 2, 201: 1 });
  });

  it('has requests that the vendor lets nowhere, without an operation', async () => {
    const board = await openBoard();
    expect((await board.get('/Notices')).status).toBe(404);
    expect((await fetch(`${board.url}/notices`)).status).toBe(401);
    expect((await board.requests()).last.map(({ status, operation }) => [status, operation])).toEqual([
      [404, undefined],
      [401, undefined],
    ]);
  });
});

describe('staff', () => {
  it('change, add and remove rows past the API, which counts as no effect of it', async () => {
    const board = await openBoard();
    await board.staff({ change: { table: 'notices', id: 1, set: { Text: 'Closed today' } } });
    await board.staff({ add: { table: 'notices', row: { Id: 50, Text: 'Lost cat', Property: '12' } } });
    await board.staff({ remove: { table: 'notices', id: '2' } });
    expect(await board.texts()).toEqual(['Closed today', 'Lost cat']);
    expect(await board.effects()).toEqual([]);
    await expect(board.staff({ remove: { table: 'notices', id: '2' } })).rejects.toThrow('no row 2');
    await expect(board.staff({ remove: { table: 'notes', id: '2' } })).rejects.toThrow('no table notes');
  });
});

/** Somebody who takes webhooks; answers with the statuses given, then with 200. */
async function subscriber(...statuses: number[]): Promise<{ url: string; bodies: string[] }> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push((await buffer(request)).toString('utf8'));
    response.writeHead(statuses.shift() ?? 200).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, bodies };
}

describe('webhooks', () => {
  const created = (id: number) => JSON.stringify({ event: 'created', id: String(id) });

  it('tell of the API and of people alike, and of nothing that was refused', async () => {
    const board = await openBoard();
    const { url, bodies } = await subscriber();
    await board.webhooks({ url });
    await board.post('Hello');
    await board.post('');
    await board.staff({ change: { table: 'notices', id: 1, set: { Text: 'Closed' } } });
    await board.webhooks();
    expect(bodies).toEqual([created(3), JSON.stringify({ event: 'updated', id: '1' })]);
  });

  it('come twice, the wrong way round or not at all, on request', async () => {
    const board = await openBoard();
    const { url, bodies } = await subscriber();
    await board.webhooks({ url, lose: 1, duplicates: 1, reorder: true });
    for (const text of ['Lost', 'One', 'Two']) await board.post(text);
    expect(bodies).toEqual([]);
    const { lost, kept } = await board.webhooks({ flush: true });
    expect(bodies).toEqual([created(5), created(5), created(4), created(4)]);
    expect({ lost, kept }).toEqual({ lost: 1, kept: 0 });
  });

  it('come again when the vendor tries again, and then no more', async () => {
    const board = await openBoard();
    const { url, bodies } = await subscriber(500, 503, 200);
    await board.webhooks({ url });
    await board.post('Hello');
    expect((await board.webhooks()).waiting).toBe(1);
    await board.clock({ advance_ms: 59_999 });
    expect(bodies.length).toBe(1);
    await board.clock({ advance_ms: 1 });
    const { attempts, waiting } = await board.webhooks();
    expect({ waiting, attempts }).toEqual({
      waiting: 0,
      attempts: [
        { at: new Date(NOW).toISOString(), body: created(3), attempt: 1, status: 500 },
        { at: new Date(NOW + 60_000).toISOString(), body: created(3), attempt: 2, status: 503 },
      ],
    });
  });
});
