import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/connectors/sandbox/connector.ts';
import { MAIN, newPlace, type Place } from '../main/command_line.ts';
import { CLIENTS, type TestClient } from '../mcp/clients.ts';
import { type Agent, errorOf, first, requestId, type Result, type Write } from './agent.ts';
import { Stage } from './stage.ts';

const writeOf = (result: Result) => (result.structuredContent as { write: Write }).write;

describe('many agents on one server', () => {
  let stage: Stage;
  /** Five agents with a key each; their calls come in turns. */
  let agents: Agent[];
  const agent = (turn: number) => agents[turn % agents.length] as Agent;

  beforeAll(async () => {
    stage = await Stage.open({ units: 24, properties: 2 });
    agents = await Promise.all(
      Array.from({ length: 5 }, (_, index) => stage.agent('property_manager', `agent ${index}`)),
    );
    await agent(0).ok('search_portfolio', { query: 'Juniper' });
  });
  afterAll(() => stage.close());

  it('book one slot once, however many race for it, and the others are offered three more', async () => {
    const { units } = await agent(0).ok<{ units: { unit_id: string; property_id: string }[] }>(
      'find_available_units',
      {},
    );
    const { unit_id, property_id } = first(units);
    const cards = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        agent(index).done('create_guest_card', {
          request_id: requestId('card'),
          property_id,
          unit_id,
          name: `Prospect ${index}`,
          phone: `+1512555${String(3_000 + index)}`,
          source: 'Phone',
        }),
      ),
    );
    expect(new Set(cards.map(({ guest_card }) => guest_card.guest_card_id)).size).toBe(50);
    const { slots } = await agent(0).ok<{ slots: { slot_id: string; start: string }[] }>('find_tour_slots', {
      unit_id,
    });
    const { slot_id } = first(slots);
    const tours = (await stage.pms.state()).tour.length;

    const results = await Promise.all(
      cards.map(({ guest_card }, index) =>
        agent(index).call('schedule_tour', {
          request_id: requestId('tour'),
          guest_card_id: guest_card.guest_card_id,
          unit_id,
          slot_id,
        }),
      ),
    );
    const booked = results.filter((result) => errorOf(result) === undefined);
    expect(booked.map((result) => writeOf(result).state)).toEqual(['done']);
    const refused = results.flatMap((result) => errorOf(result) ?? []);
    expect(refused.map(({ code }) => code)).toEqual(Array.from({ length: 49 }, () => 'slot_taken'));
    for (const { details } of refused) {
      const next = details?.['next_slots'] as { slot_id: string }[];
      expect(next).toHaveLength(3);
      expect(next.map((one) => one.slot_id)).not.toContain(slot_id);
    }
    const after = (await stage.pms.state()).tour;
    expect(after).toHaveLength(tours + 1);
    expect(after.at(-1)).toMatchObject({ unit_id, status: 'scheduled' });
    const { writes } = await agent(0).ok<{ writes: Write[] }>('list_writes', {
      by: 'agents',
      states: ['under_way', 'needs_attention'],
    });
    expect(writes).toEqual([]);
  });

  it('do a change once, however many copies of its request are in flight', async () => {
    const args = {
      request_id: requestId('same'),
      property_id: '12',
      location: 'Laundry',
      description: 'The dryer does not spin',
      entry: 'yes',
    };
    const before = await stage.taken();
    const results = await Promise.all(Array.from({ length: 20 }, () => agent(0).call('create_work_order', args)));
    const writes = results.map(writeOf);
    expect(new Set(writes.map(({ write_id }) => write_id)).size).toBe(1);
    expect(writes.filter(({ replayed }) => replayed !== true)).toHaveLength(1);
    expect(await stage.taken()).toBe(before + 1);
    expect((await stage.pms.state()).work_order.filter(({ location }) => location === 'Laundry')).toHaveLength(1);
    expect((await agent(0).done('create_work_order', args)).write.write_id).toBe(writes[0]?.write_id);
  });

  it('do an equal change once, however many ask for it under ids of their own', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        agent(index).call('create_work_order', {
          request_id: requestId('equal'),
          property_id: '12',
          location: 'Garage',
          description: 'The garage door is stuck',
          entry: 'yes',
        }),
      ),
    );
    const codes = results.map((result) => errorOf(result)?.code ?? 'done').toSorted();
    expect(codes).toEqual(['done', ...Array.from({ length: 19 }, () => 'duplicate')]);
    expect((await stage.pms.state()).work_order.filter(({ location }) => location === 'Garage')).toHaveLength(1);
  });

  it('change one record one after the other, and only from what it says now', async () => {
    const made = await agent(0).done('create_work_order', {
      request_id: requestId('version'),
      property_id: '12',
      location: 'Gate',
      description: 'The gate squeaks',
      entry: 'yes',
    });
    const { work_order_id, version } = made.work_order;
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        agent(index).call('update_work_order', {
          request_id: requestId('version'),
          work_order_id,
          version,
          trade: index % 2 === 0 ? 'carpentry' : 'painting',
        }),
      ),
    );
    const codes = results.map((result) => errorOf(result)?.code ?? 'done');
    expect(codes.filter((code) => code === 'done').length).toBeGreaterThan(0);
    expect(codes.filter((code) => code !== 'done' && code !== 'conflict')).toEqual([]);
    const done = results.filter((result) => errorOf(result) === undefined).map(writeOf);
    for (const { state } of done) expect(state).toBe('done');
    const effects = (await stage.pms.effects()).filter(({ record_id }) => record_id === work_order_id);
    expect(effects).toHaveLength(1 + done.length);
  });

  it('leave the audit chain whole', async () => {
    expect(await stage.place.json(['audit', 'verify'])).toMatchObject({ ok: true });
  });
});

describe('two stdio servers on one folder', () => {
  const WRITES = 15;
  let place: Place;
  let servers: TestClient[];

  beforeAll(async () => {
    place = newPlace();
    const connect = first(Object.values(CLIENTS));
    servers = await Promise.all(
      [1, 2].map(() =>
        connect({
          command: process.execPath,
          args: [MAIN, 'serve', '--stdio'],
          cwd: place.folder,
          env: place.environment(),
          stderr: 'ignore',
        }),
      ),
    );
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    place.remove();
  });

  it('fill the portfolio once between them, and write without being in each other’s way', async () => {
    const results = await Promise.all(
      servers.flatMap((server, which) =>
        Array.from({ length: WRITES }, (_, index) =>
          server.call('create_work_order', {
            request_id: requestId(`server-${which}`),
            property_id: '12',
            location: `Spot ${which}-${index}`,
            description: 'A light is out',
            entry: 'yes',
          }),
        ),
      ),
    );
    for (const result of results) expect(result.isError, JSON.stringify(result)).not.toBe(true);
    expect(results.map((result) => writeOf(result).state)).toEqual(results.map(() => 'done'));
    expect(JSON.stringify(results)).not.toMatch(/locked|busy/);

    const pms = createSandbox({ file: join(place.folder, 'pms.db'), clock: Date.now });
    const state = await pms.state();
    expect(state.property).toHaveLength(2);
    const made = state.work_order.filter(({ location = '' }) => location.startsWith('Spot '));
    expect(new Set(made.map(({ location }) => location)).size).toBe(2 * WRITES);
    expect(made).toHaveLength(2 * WRITES);
    expect(await pms.effects()).toHaveLength(2 * WRITES);
    await pms.close();
  });

  it('see each other’s writes, and keep one audit chain', async () => {
    const [one, other] = servers as [TestClient, TestClient];
    const args = {
      request_id: requestId('both'),
      property_id: '12',
      location: 'Cellar',
      description: 'The cellar smells damp',
      entry: 'yes',
    };
    const [a, b] = await Promise.all([one.call('create_work_order', args), other.call('create_work_order', args)]);
    expect(writeOf(a).write_id).toBe(writeOf(b).write_id);
    expect([writeOf(a).replayed, writeOf(b).replayed].filter((replayed) => replayed === true)).toHaveLength(1);
    const made = writeOf(await other.call('create_work_order', args));
    expect(made).toMatchObject({ state: 'done', replayed: true });
    const read = await other.call('list_work_orders', { work_order_id: String(made.record_id) });
    expect(read.structuredContent).toMatchObject({ work_orders: [{ location: 'Cellar' }] });
    expect(await place.json(['audit', 'verify'])).toMatchObject({ ok: true });
  });
});
