import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultySimulator, startFaulty } from '../simulators/faulty/start.ts';
import { newPlace, type Place } from './command_line.ts';

const WITH_FAULTY_PMS = resolve(import.meta.dirname, '../simulators/caretaker.ts');

interface Write {
  write_id: string;
  state: string;
}

interface Evidence {
  event: string;
}

describe('a write that no machine can find out about', () => {
  let pms: FaultySimulator;
  let place: Place;
  const keys: Record<string, string> = {};
  let home: { id: string; property_id: string };

  beforeAll(async () => {
    // Nothing tells its effects apart, and whatever is late is late by next to nothing.
    pms = await startFaulty({
      personality: 'short_field',
      units: 24,
      deadline_ms: 1_000,
      late_commit_ms: 0,
      read_lag_ms: 0,
    });
    place = newPlace(
      { connections: [{ ...pms.connection, time_zones: { default: 'UTC' } }] },
      { main: WITH_FAULTY_PMS, variables: { CARETAKER_KEYRING: `test:${Buffer.alloc(32, 7).toString('base64')}` } },
    );
    const make = async (by: string | undefined, ...args: string[]) =>
      (await place.json<{ key: string }>(['keys', 'create', ...args], by)).key;
    keys['first'] = await make(undefined, '--person', '--name', 'Ada', '--role', 'admin');
    keys['second'] = await make(keys['first'], '--person', '--name', 'Bea', '--role', 'admin');
    keys['agent'] = await make(
      keys['first'],
      '--agent',
      '--name',
      'Night',
      '--owner',
      'Ada',
      '--role',
      'property_manager',
    );
    home = (await pms.state()).unit[0]!;
  });
  afterAll(async () => {
    await pms?.stop();
    place?.remove();
  });

  async function lose(requestId: string, description: string, how: 'commit_then_drop' | 'drop_before_commit') {
    await pms.fault({ how, on: 'write' });
    const args = { request_id: requestId, property_id: home.property_id, unit_id: home.id, description, entry: 'yes' };
    const { write } = await place.json<{ write: Write }>(
      ['call', 'create_work_order', JSON.stringify(args)],
      keys['agent'],
    );
    return write;
  }

  async function untilNeedsAttention({ write_id }: Write): Promise<void> {
    for (;;) {
      const { writes } = await place.json<{ writes: Write[] }>(['writes', 'list'], keys['second']);
      if (writes.find((one) => one.write_id === write_id)?.state === 'needs_attention') return;
      // Any call lets the ledger go on with what was left.
      await place.json(['call', 'list_gl_accounts', '{"usage":"resident_charge"}'], keys['agent']);
    }
  }

  it('is shown with what was sent, when and what was found, and is settled by a person who did not ask', async () => {
    const write = await lose('lost-request-0001', 'The tap in the bath drips', 'commit_then_drop');
    await untilNeedsAttention(write);
    const shown = await place.json<{
      steps: { request: object; evidence: Evidence[]; retry: string }[];
    }>(['writes', 'show', write.write_id], keys['second']);
    const [step] = shown.steps;
    expect(step?.retry).toBe('none');
    expect(JSON.stringify(step?.request)).toContain('The tap in the bath drips');
    expect(step?.evidence.map(({ event }) => event).slice(0, 2)).toEqual(['sent', 'no answer']);

    const told = (await place.run(['writes', 'show', write.write_id], { key: keys['second'] })).out;
    for (const part of [write.write_id, 'needs_attention', 'no answer', 'never sent twice', 'writes resolve'])
      expect(told).toContain(part);
    // Seconds and a zone: the PMS's own history is to be held against it.
    expect(told).toMatch(/\d{4}-\d\d-\d\d/);

    const resolve = (key: string | undefined, ...finding: string[]) =>
      place.run(['writes', 'resolve', write.write_id, ...finding, '--note', 'seen in the PMS', '--json'], { key });
    for (const key of ['agent', 'first']) expect((await resolve(keys[key], '--happened')).code).toBe(1);
    expect((await resolve(keys['second'])).code).toBe(1);
    const [record] = (await pms.effects()).filter(({ label }) => label.startsWith(write.write_id));
    const settled = await resolve(keys['second'], '--happened', '--record', record!.record_id);
    expect(settled.code).toBe(0);
    expect(JSON.parse(settled.out)).toMatchObject({ state: 'done', record_id: record!.record_id });
    expect((await place.run(['audit', 'verify'], { key: keys['second'] })).code).toBe(0);
    expect((await resolve(keys['second'], '--did-not-happen')).code).toBe(1);
  });

  it('can be settled as not happened, and is never sent again', async () => {
    const write = await lose('lost-request-0002', 'The door to the cellar sticks', 'drop_before_commit');
    await untilNeedsAttention(write);
    const args = ['writes', 'resolve', write.write_id, '--did-not-happen', '--note', 'not in the PMS'];
    expect(await place.json(args, keys['second'])).toMatchObject({ state: 'failed' });
    await place.json(['call', 'list_gl_accounts', '{"usage":"resident_charge"}'], keys['agent']);
    expect((await pms.effects()).filter(({ label }) => label.startsWith(write.write_id))).toEqual([]);
  });
});
