import { createHmac } from 'node:crypto';
import { jsonAnswer, Refused, type Answer, type SimRequest } from './message.ts';
import { type Route, routeTable } from './routes.ts';
import type { Change, Table } from './table.ts';
import type { Vendor, World } from './vendor.ts';

/*
 * The smallest vendor there can be, for the tests of what all vendors share: notices with a text, of which none may be
 * empty, one per property to begin with.
 */

interface Notice {
  Id: number;
  Text: string;
  Property: string;
}
type BoardTables = { notices: Table<Notice> };

const refusal = (status: number, message: string): Answer => jsonAnswer(status, { message });

function post({ body }: SimRequest, { tables, ids }: World<BoardTables>): Answer {
  const { Text, Property } = JSON.parse(body.toString('utf8')) as Notice;
  const row = tables.notices.insert({ Id: ids.next('notice'), Text, Property });
  // Looked at last, so that a refusal has something to take back.
  if (Text === '') throw new Refused(refusal(422, 'empty'));
  return { ...jsonAnswer(201, row), wrote: [{ record: 'notices', id: String(row.Id) }] };
}

const ROUTES: readonly Route<BoardTables>[] = [
  {
    ...{ method: 'GET', path: '/notices', operation: 'listNotices', write: false },
    handle: (_request, { tables }) => jsonAnswer(200, tables.notices.rows()),
  },
  { method: 'POST', path: '/notices', operation: 'postNotice', write: true, handle: post },
  {
    ...{ method: 'GET', path: '/notices/{id}', operation: 'getNotice', write: false },
    handle: (_request, { tables }, { id = '' }) => {
      const row = tables.notices.get(id);
      return row === undefined ? refusal(404, 'none') : jsonAnswer(200, row);
    },
  },
];

const match = routeTable(ROUTES);

export const NOTICE_BOARD: Vendor<BoardTables> = {
  pms: 'notice-board',
  limits: [{ limits: { windows: [{ requests: 5, per_ms: 1_000 }], concurrent: 3 }, retry_after: 'seconds' }],
  credentials: ['x-board-key'],
  load(portfolio, { table, ids }) {
    const notices = table<Notice>({
      name: 'notices',
      id: ({ Id }) => Id,
      indexes: { property: (row) => row.Property },
    });
    for (const { id, name } of portfolio.property)
      notices.insert({ Id: ids.int('notice', id), Text: `Welcome to ${name}`, Property: id });
    return { notices };
  },
  find(request) {
    if (request.headers['x-board-key'] !== 'let-me-in') return refusal(401, 'no key');
    const found = match(request);
    if (found === undefined) return refusal(404, 'no such address');
    return 'call' in found ? found.call : refusal(405, found.methods.join(', '));
  },
  state: ({ tables }) => ({
    communication: tables.notices.entries().map(({ row, created }) => ({
      ...{ id: String(row.Id), property_id: row.Property, channel: 'chat' as const, direction: 'outbound' as const },
      ...{ summary: row.Text, at: new Date(created).toISOString() },
    })),
  }),
  throttled: (after) => ({
    ...refusal(429, 'too many'),
    ...(after !== undefined && { headers: { 'retry-after': after } }),
  }),
  failed: (status) => refusal(status, 'broken'),
  headers: (usage) => ({ 'x-board-observed': String(usage?.observed) }),
  webhooks: {
    events: (changes: readonly Change[]) => changes.map(({ event, id }) => JSON.stringify({ event, id })),
    sign: (body, _now, { webhook_secret }) => ({
      headers: { 'x-board-signature': createHmac('sha256', webhook_secret).update(body).digest('hex') },
      body,
    }),
    retry_ms: [60_000],
  },
  connection: (url) => ({ id: 'board', pms: 'notice-board', base_url: url }),
};
