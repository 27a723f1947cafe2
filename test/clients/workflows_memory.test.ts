import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, first, requestId, type Write } from './agent.ts';
import { type Key, Stage } from './stage.ts';

interface Line extends Write {
  group: string;
  tool: string;
  by: string;
  at: string;
  what?: string;
  request_id?: string;
  escalation_id?: string;
}
interface Writes {
  writes: Line[];
  counts: Record<string, number>;
}

let stage: Stage;
let key: Key;
let agent: Agent;
let unit: { unit_id: string; property_id: string };

beforeAll(async () => {
  stage = await Stage.open({ units: 24, properties: 2 });
  key = await stage.agentKey('maintenance_agent', 'night desk');
  agent = await stage.connect(key.key);
  const { candidates } = await agent.ok('search_portfolio', { query: 'Juniper Terrace A-1A', kinds: ['unit'] });
  unit = first(candidates);
});
afterAll(() => stage.close());

const job = (description: string) => ({
  property_id: unit.property_id,
  unit_id: unit.unit_id,
  description,
  entry: 'yes',
});

describe('15: what did the agents do last night?', () => {
  it('is answered to a person with everything: done, waiting, refused, handed over', async () => {
    const since = new Date(stage.now - 60_000).toISOString();
    const made = await agent.done('create_work_order', { request_id: requestId('night'), ...job('The tap drips') });
    await agent.refused('create_work_order', {
      request_id: requestId('night'),
      ...job('Nobody knows this unit'),
      unit_id: '999999',
    });
    await agent.refused('post_gl_charge', { request_id: requestId('night') });
    const { escalation_id } = await agent.ok('escalate_to_staff', {
      request_id: requestId('night'),
      reason: 'other',
      urgency: 'today',
      summary: 'Wants to speak to a person',
    });
    const { vendor_id } = first<{ vendor_id?: string }>(
      (await agent.ok('find_vendors', { work_order_id: made.work_order.work_order_id, visit_date: stage.day(1) }))
        .candidates,
      (one) => one.vendor_id !== undefined,
    );
    const waiting = await agent.ok<{ write: Write }>('dispatch_vendor', {
      request_id: requestId('night'),
      work_order_id: made.work_order.work_order_id,
      vendor_id,
      visit_start: `${stage.day(1)}T10:00`,
      not_to_exceed: '4000.00',
    });

    const person = await stage.connect(stage.adminKey);
    const night = await person.ok<Writes>('list_writes', {
      by: 'agents',
      since,
      until: new Date(stage.now + 60_000).toISOString(),
    });
    expect(night.counts).toMatchObject({ done: 1, awaiting_approval: 1, refused: 2 });
    const by = (fits: (line: Line) => boolean) => first(night.writes, fits);
    expect(by(({ write_id }) => write_id === made.write.write_id)).toMatchObject({
      state: 'done',
      proof: 'full',
      by: 'agent:night-desk',
      what: expect.stringContaining('tap drips'),
    });
    expect(by(({ write_id }) => write_id === waiting.write.write_id).group).toBe('awaiting_approval');
    expect(by((line) => line.escalation_id === escalation_id)).toBeTruthy();
    expect(night.writes.flatMap(({ error }) => error?.code ?? []).sort()).toEqual(['not_found', 'not_permitted']);

    const before = await person.ok<Writes>('list_writes', { by: 'agents', until: since });
    expect(before.writes).toEqual([]);
    expect((await person.ok<Writes>('list_writes', { by: 'me' })).writes).toEqual([]);
  });
});

describe('16: a crash in the middle of a call, and a restart without memory', () => {
  /** The work orders with this description in the PMS. */
  const inPms = async (description: string) =>
    (await stage.pms.state()).work_order.filter((one) => one.description === description);

  /** The state that the ledger has on disk for a request. */
  function stateOnDisk(request: string): string | undefined {
    const ledger = new DatabaseSync(join(stage.place.folder, 'caretaker.db'), { readOnly: true });
    try {
      return ledger.prepare('select state from writes where request_id = ?').get(request)?.['state'] as string;
    } finally {
      ledger.close();
    }
  }

  async function untilOnDisk(request: string, reached: (state: string | undefined) => boolean): Promise<void> {
    while (!reached(stateOnDisk(request))) await new Promise((resolve) => setImmediate(resolve));
  }

  const moments: { what: string; description: string; kill: (request: string) => Promise<void> }[] = [
    {
      what: 'after the intent was recorded, before the PMS took it',
      description: 'Pipe burst behind the wall',
      async kill(request) {
        const pms = new DatabaseSync(join(stage.place.folder, 'pms.db'));
        pms.exec('begin immediate');
        await expect.poll(() => stateOnDisk(request), { interval: 5, timeout: 20_000 }).toBe('sending');
        await stage.end('SIGKILL');
        pms.exec('rollback');
        pms.close();
      },
    },
    {
      what: 'as soon as the PMS has taken it',
      description: 'Pipe burst under the sink',
      async kill() {
        const before = await stage.taken();
        while ((await stage.taken()) === before) await new Promise((resolve) => setImmediate(resolve));
        await stage.end('SIGKILL');
      },
    },
    {
      what: 'as soon as anything of it is on disk',
      description: 'Pipe burst in the hall',
      async kill(request) {
        await untilOnDisk(request, (state) => state !== undefined);
        await stage.end('SIGKILL');
      },
    },
    {
      what: 'as soon as it is done, and perhaps nobody was told',
      description: 'Pipe burst in the bathroom',
      async kill(request) {
        await untilOnDisk(request, (state) => state === 'done');
        await stage.end('SIGKILL');
      },
    },
  ];

  it.each(moments)('is recovered from: killed $what', async ({ description, kill }) => {
    const since = new Date(stage.now - 1_000).toISOString();
    const request = requestId('crash');
    const killed = kill(request);
    const lost = agent.call('create_work_order', { request_id: request, ...job(description) }).then(
      () => 'answered',
      () => 'lost',
    );
    await killed;
    await agent.close();
    await lost;

    await stage.start();
    agent = await stage.connect(key.key);
    const mine = () =>
      agent.ok<Writes>('list_writes', {
        by: 'me',
        states: ['under_way', 'done', 'needs_attention'],
        since,
      });
    await expect
      .poll(async () => (await mine()).writes.find(({ request_id }) => request_id === request)?.group, {
        timeout: 30_000,
      })
      .toBe('done');
    const [found] = (await mine()).writes.filter(({ request_id }) => request_id === request);
    expect(found).toMatchObject({ tool: 'create_work_order', state: 'done', proof: 'full' });
    expect(await inPms(description)).toHaveLength(1);

    // Under the old key nothing is done twice; under a new one only where it is said to be another job.
    const again = await agent.done('create_work_order', { request_id: request, ...job(description) });
    expect(again.write.replayed).toBe(true);
    const fresh = await agent.refused('create_work_order', { request_id: requestId('crash'), ...job(description) });
    expect(fresh).toMatchObject({ code: 'duplicate' });
    expect(JSON.stringify(fresh)).toContain(found?.write_id);
    expect(await inPms(description)).toHaveLength(1);
    const second = await agent.done('create_work_order', {
      request_id: requestId('crash'),
      ...job(description),
      not_duplicate_of: again.work_order.work_order_id,
    });
    expect(second.work_order.work_order_id).not.toBe(again.work_order.work_order_id);
    expect(await inPms(description)).toHaveLength(2);
  });

  it('leaves the audit chain whole', async () => {
    expect(await stage.place.json(['audit', 'verify'])).toMatchObject({ ok: true });
  });
});
