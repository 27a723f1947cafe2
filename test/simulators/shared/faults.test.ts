import { describe, expect, it } from 'vitest';
import type { GivenFault } from './control.ts';
import { NOW, openBoard } from './board_rig.ts';

const applied = ['Hello'];
const nothing: string[] = [];

/** What the client sees (a status, or `lost` where it gets no whole answer) and what is on the board afterwards. */
const CASES: readonly { fault: GivenFault; client: number | 'lost' | 'unreadable'; written: string[] }[] = [
  { fault: { how: 'commit_then_drop' }, client: 'lost', written: applied },
  { fault: { how: 'drop_before_commit' }, client: 'lost', written: nothing },
  { fault: { how: 'error_before_commit', status: 502 }, client: 502, written: nothing },
  { fault: { how: 'error_after_commit' }, client: 500, written: applied },
  { fault: { how: 'throttle' }, client: 429, written: nothing },
  { fault: { how: 'truncated_body' }, client: 'lost', written: applied },
  { fault: { how: 'nonsense', shape: 'html' }, client: 'unreadable', written: applied },
  { fault: { how: 'nonsense', shape: 'empty' }, client: 'unreadable', written: applied },
  { fault: { how: 'slow', ms: 1 }, client: 201, written: applied },
];

async function outcomeOf(answer: Promise<Response>): Promise<number | 'lost' | 'unreadable'> {
  let text: string;
  let response: Response;
  try {
    response = await answer;
    text = await response.text();
  } catch {
    return 'lost';
  }
  try {
    JSON.parse(text);
    return response.status;
  } catch {
    return 'unreadable';
  }
}

describe('a fault on a write', () => {
  it.each(CASES)('$fault.how $fault.shape: client sees $client', async ({ fault, client, written }) => {
    const board = await openBoard();
    const before = await board.texts();
    await board.fault(fault);
    expect(await outcomeOf(board.post('Hello'))).toBe(client);
    expect(await board.texts()).toEqual([...before, ...written]);
    expect((await board.effects()).map(({ operation }) => operation)).toEqual(written.map(() => 'postNotice'));
    // Used up: the next one goes through.
    expect((await board.post('Again')).status).toBe(201);
    expect((await board.requests()).faults).toEqual({ [fault.how]: 1 });
  });

  it('commits late, and no earlier than it says', async () => {
    const board = await openBoard();
    await board.fault({ how: 'late_commit', ms: 7_000 });
    expect(await outcomeOf(board.post('Hello'))).toBe('lost');
    expect(await board.effects()).toEqual([]);
    await board.clock({ advance_ms: 6_999 });
    expect(await board.effects()).toEqual([]);
    await board.clock({ advance_ms: 1 });
    expect(await board.effects()).toEqual([
      { number: 1, operation: 'postNotice', record: 'notices', id: '3', at: new Date(NOW + 7_000).toISOString() },
    ]);
  });

  it('takes back all of a late commit that the vendor refuses', async () => {
    const board = await openBoard();
    const before = await board.texts();
    await board.fault({ how: 'late_commit', ms: 1 });
    expect(await outcomeOf(board.post(''))).toBe('lost');
    await board.clock({ advance_ms: 1 });
    expect(await board.texts()).toEqual(before);
  });

  it('hides a write from readers, and only from them, until the lag is over', async () => {
    const board = await openBoard();
    const before = await board.texts();
    await board.fault({ how: 'stale_reads', ms: 5_000 });
    expect((await board.post('Hello')).status).toBe(201);
    expect((await board.post('Meanwhile')).status).toBe(201);
    expect(await board.texts()).toEqual(before);
    expect((await board.state()).communication?.length).toBe(before.length + 2);
    await board.clock({ advance_ms: 5_000 });
    expect(await board.texts()).toEqual([...before, 'Hello', 'Meanwhile']);
  });

  it('answers with the record before this one', async () => {
    const board = await openBoard();
    const first = (await (await board.post('One')).json()) as object;
    await board.fault({ how: 'duplicate_answer' });
    expect(await (await board.post('Two')).json()).toEqual(first);
    expect((await board.texts()).slice(-2)).toEqual(['One', 'Two']);
  });

  it.each([
    ['wrong_types', { Id: 'seventeen', Text: 17, Property: 17 }],
    ['unknown_id', { Id: 987654321, Text: 'Hello', Property: '11' }],
  ] as const)('answers with %s where it should name what it made', async (shape, answer) => {
    const board = await openBoard();
    await board.fault({ how: 'nonsense', shape });
    expect(await (await board.post('Hello')).json()).toEqual(answer);
  });

  it.each([
    ['seconds', '3'],
    ['date', new Date(NOW + 3_000).toUTCString()],
    ['none', null],
  ] as const)('throttles with Retry-After as %s', async (retry_after, value) => {
    const board = await openBoard();
    await board.fault({ how: 'throttle', ms: 2_500, retry_after });
    expect((await board.post('Hello')).headers.get('retry-after')).toBe(value);
  });

  it('meets only the operation that it names, as often as it says', async () => {
    const board = await openBoard();
    await board.fault({ how: 'error_on_read', operation: 'getNotice', times: 2, status: 503 });
    const statuses = [];
    for (const path of ['/notices', '/notices/1', '/notices', '/notices/1', '/notices/1'])
      statuses.push((await board.get(path)).status);
    expect(statuses).toEqual([200, 503, 200, 503, 200]);
  });

  it('comes by chance, the same for the same seed', async () => {
    const outcomes = async (fault_seed: number) => {
      const board = await openBoard({ fault_rate: 0.5, fault_seed, late_commit_ms: 2, deadline_ms: 1 });
      const seen = [];
      for (let n = 0; n < 12; n += 1) seen.push(await outcomeOf(board.post(`Notice ${n}`)));
      return { seen, faults: (await board.requests()).faults };
    };
    const [once, again, other] = [await outcomes(4), await outcomes(4), await outcomes(5)];
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
    expect(Object.keys(once.faults).length).toBeGreaterThan(1);
  });
});

describe('an outage', () => {
  it('lets nothing be looked at until it is over', async () => {
    const board = await openBoard();
    await board.order({ down_until: NOW + 1_000 });
    expect((await board.post('Hello')).status).toBe(503);
    await board.clock({ advance_ms: 1_000 });
    expect((await board.post('Hello')).status).toBe(201);
    await board.order({ down: true });
    expect((await board.get('/notices')).status).toBe(503);
    await board.order({ down: false });
    expect((await board.get('/notices')).status).toBe(200);
    expect((await board.requests()).down).toBe(2);
  });
});
