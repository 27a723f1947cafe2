import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, JSON_BODY, modern, open, startFake } from './raw.ts';

let { app, diary } = {} as Awaited<ReturnType<typeof startFake>>;
beforeAll(async () => {
  ({ app, diary } = await startFake());
});
afterAll(() => app.close());

describe('sessions of 2025', () => {
  const legacy = (method: string, id: number | undefined, params: object = {}) =>
    JSON.stringify({ jsonrpc: '2.0', ...(id !== undefined && { id }), method, params });
  const hello = legacy('initialize', 1, {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 't', version: '1' },
  });
  const as = (token: string, session?: string) => ({
    ...JSON_BODY,
    authorization: `Bearer ${token}`,
    ...(session !== undefined && { 'mcp-session-id': session }),
  });
  const begin = async (to = app) => {
    const got = await ask(to, { headers: as('reader'), body: hello });
    return { got, session: String(got.headers['mcp-session-id']) };
  };

  test('belong to who opened them, and end when they are deleted', async () => {
    const { got, session } = await begin();
    expect(got.status).toBe(200);
    const list = (token: string) => ask(app, { headers: as(token, session), body: legacy('tools/list', 2) });
    expect((await list('reader')).status).toBe(200);
    expect((await list('writer')).status).toBe(404);
    expect((await list('nobody')).status).toBe(401);
    expect((await ask(app, { method: 'DELETE', headers: as('writer', session) })).status).toBe(404);
    expect((await ask(app, { method: 'DELETE', headers: as('reader', session) })).status).toBe(200);
    expect((await list('reader')).status).toBe(404);
  });

  test('keep a stream open for GET, one at a time', async () => {
    const { session } = await begin();
    const headers = { ...as('reader', session), accept: 'text/event-stream' };
    const stream = open(app, { method: 'GET', headers });
    const [answer] = (await once(stream, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/event-stream');
    expect((await ask(app, { method: 'GET', headers })).status).toBe(409);
    stream.destroy();
  });

  test('end the stream of a call that was cancelled', async () => {
    const { session } = await begin();
    const headers = as('reader', session);
    const { length } = diary.calls;
    const waiting = ask(app, { headers, body: legacy('tools/call', 5, { name: 'wait', arguments: {} }) });
    while (diary.calls.length === length) await ask(app, modern('tools/list', {}));
    const cancel = await ask(app, { headers, body: legacy('notifications/cancelled', undefined, { requestId: 5 }) });
    expect(cancel.status).toBe(202);
    expect((await waiting).text).not.toContain('"result"');
  });

  test('are not needed for a single request, and GET and DELETE need one', async () => {
    const got = await ask(app, { headers: as('reader'), body: legacy('tools/list', 2) });
    expect(got.status).toBe(200);
    expect(got.text).toContain('"echo"');
    for (const method of ['GET', 'DELETE', 'PUT']) {
      expect((await ask(app, { method, headers: { ...as('reader'), accept: 'text/event-stream' } })).status).toBe(405);
    }
  });

  test('give way to newer ones when there are too many', async () => {
    const { app: small } = await startFake({ maxSessions: 2 });
    const sessions = [];
    for (let count = 0; count < 3; count++) sessions.push((await begin(small)).session);
    const statuses = [];
    for (const session of sessions) {
      const body = legacy('tools/list', 2);
      statuses.push((await ask(small, { headers: as('reader', session), body })).status);
    }
    expect(statuses).toEqual([404, 200, 200]);
    await small.close();
  });
});
