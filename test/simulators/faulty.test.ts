import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validCommands } from '../connectors/sandbox/cast.ts';
import type { GivenFault } from './faulty/faults.ts';
import { LABEL, LEFT_AT } from './faulty/wire.ts';
import { errorOf, type Faulty, openFaulty } from './rig.ts';

let rig: Faulty;
beforeAll(async () => {
  rig = await openFaulty({ personality: 'marker' });
});
afterAll(() => rig.close());

let writes = 0;

/** A new work order under a write id of its own. */
async function newWrite() {
  const writeId = `write-${(writes += 1)}`;
  const command = { ...validCommands(rig.cast).create_work_order, title: `Leak ${writes}` };
  return { writeId, command, ...(await rig.write(command, writeId)) };
}

const ABSENT = { outcome: 'absent', covers_all: true };

describe('a write that meets a fault', () => {
  const CASES: [GivenFault, code: string, accepted: number][] = [
    [{ how: 'commit_then_drop' }, 'outcome_unknown', 1],
    [{ how: 'drop_before_commit' }, 'outcome_unknown', 0],
    [{ how: 'error_before_commit' }, 'outcome_unknown', 0],
    [{ how: 'error_before_commit', status: 503 }, 'outcome_unknown', 0],
    [{ how: 'error_after_commit', status: 502 }, 'outcome_unknown', 1],
    [{ how: 'truncated_body' }, 'outcome_unknown', 1],
    [{ how: 'throttle' }, 'rate_limited', 0],
    [{ how: 'nonsense', shape: 'html' }, 'outcome_unknown', 1],
    [{ how: 'nonsense', shape: 'empty' }, 'outcome_unknown', 1],
    [{ how: 'nonsense', shape: 'wrong_types' }, 'outcome_unknown', 1],
    [{ how: 'nonsense', shape: 'other_kind' }, 'outcome_unknown', 1],
  ];
  it.each(CASES)('%j ends as %s with %i accepted', async (fault, code, accepted) => {
    const write = await newWrite();
    await rig.simulator.fault(fault);
    expect((await errorOf(write.send())).code).toBe(code);
    expect(await rig.accepted(write.writeId)).toBe(accepted);
    const found = await write.locate();
    if (accepted === 0) expect(found).toEqual(ABSENT);
    else expect(found).toMatchObject({ outcome: 'found', result: { record: { kind: 'work_order' } } });
    if (accepted === 0) expect(await write.send()).toMatchObject({ record: { kind: 'work_order' } });
    expect(await rig.accepted(write.writeId)).toBe(1);
  });

  it('is told how long to wait, in each form, or is not', async () => {
    const write = await newWrite();
    for (const retry_after of ['seconds', 'date', 'none'] as const)
      await rig.simulator.fault({ how: 'throttle', ms: 7_000, retry_after });
    expect(await errorOf(write.send())).toEqual({ code: 'rate_limited', retry_after_ms: 7_000 });
    expect(await errorOf(write.send())).toEqual({ code: 'rate_limited', retry_after_ms: 7_000 });
    expect(await errorOf(write.send())).toEqual({ code: 'rate_limited', retry_after_ms: undefined });
  });

  it('is committed when its time has come, and not before', async () => {
    const write = await newWrite();
    await rig.simulator.fault({ how: 'late_commit' });
    expect((await errorOf(write.send())).code).toBe('outcome_unknown');
    await rig.pass(29_999);
    expect(await write.locate()).toEqual(ABSENT);
    expect(await rig.accepted(write.writeId)).toBe(0);
    await rig.pass(1);
    expect(await write.locate()).toMatchObject({ outcome: 'found' });
    expect(await rig.accepted(write.writeId)).toBe(1);
  });

  it('is dropped where the simulator itself comes to it later than it may', async () => {
    const write = await newWrite();
    const { label, operation, body } = write.request as { label: string; operation: string; body: object };
    const send = (leftAt: number) =>
      fetch(`${rig.simulator.url}/writes`, {
        method: 'POST',
        headers: { [LABEL]: label, [LEFT_AT]: String(leftAt) },
        body: JSON.stringify({ operation, body }),
      });
    await expect(send(Date.now() - 30_001)).rejects.toThrow();
    expect(await rig.accepted(write.writeId)).toBe(0);
    expect(await write.locate()).toEqual(ABSENT);
    expect(await rig.simulator.requests()).toMatchObject({ too_late: 1, beyond_limits: 0 });
    expect((await send(Date.now())).status).toBe(200);
    expect(await rig.accepted(write.writeId)).toBe(1);
  });

  it('is committed late, too, where the client gave up by itself', async () => {
    const write = await newWrite();
    const given = new AbortController();
    await rig.simulator.fault({ how: 'late_commit', hang: true, ms: 8_000 });
    const { faults } = await rig.simulator.requests();
    const sent = errorOf(write.send(given.signal));
    await rig.until(async () => (await rig.simulator.requests()).faults['late_commit'] !== faults['late_commit']);
    given.abort();
    expect((await sent).code).toBe('outcome_unknown');
    expect(await write.locate()).toEqual(ABSENT);
    await rig.pass(8_000);
    expect(await write.locate()).toMatchObject({ outcome: 'found' });
  });

  it('is committed at once where only the answer is slow', async () => {
    const write = await newWrite();
    const given = new AbortController();
    await rig.simulator.fault({ how: 'slow', ms: 600_000 });
    const sent = errorOf(write.send(given.signal));
    await rig.until(async () => (await rig.accepted(write.writeId)) === 1);
    given.abort();
    expect((await sent).code).toBe('outcome_unknown');
  });

  it('is answered with an earlier record, and made all the same', async () => {
    const [one, two] = [await newWrite(), await newWrite()];
    const first = await one.send();
    await rig.simulator.fault({ how: 'duplicate_answer' });
    expect(await two.send()).toEqual(first);
    const mine = (await rig.simulator.effects()).filter(({ label }) => label === `${two.writeId}/submit`);
    expect(mine).toHaveLength(1);
    expect(mine[0]?.record_id).not.toBe(first.record?.id);
    expect(await two.locate()).toMatchObject({ result: { record: { id: mine[0]?.record_id } } });
  });

  it('is answered with an id that is nobody’s', async () => {
    const write = await newWrite();
    await rig.simulator.fault({ how: 'nonsense', shape: 'unknown_id' });
    const { record } = await write.send();
    expect(await rig.connector.get('work_order', '', record?.id ?? '')).toBeUndefined();
    expect(await write.locate()).toMatchObject({ outcome: 'found' });
  });
});

describe('stale reads', () => {
  it('show a changed record as it was, everywhere, for their time', async () => {
    const { id } = rig.cast.closedOrder;
    const { property_id } = rig.cast.closedOrder;
    const note = { text: 'Seen again', is_public: false };
    const command = { kind: 'add_work_order_note' as const, property_id, work_order_id: id, note };
    const write = await rig.write(command, 'write-stale-update', { before: rig.cast.closedOrder });
    const since = (await rig.simulator.clock({ advance_ms: 0 })) - 1;
    const shown = async () => ({
      got: (await rig.connector.get('work_order', '', id))?.notes.length,
      listed: (await rig.connector.list('work_order', { property_id })).records.find((one) => one.id === id)?.notes
        .length,
      changed: (await rig.connector.list('work_order', { since: new Date(since).toISOString() })).records.length,
    });
    const before = await shown();
    await rig.simulator.fault({ how: 'stale_reads', ms: 10_000 });
    await write.send();
    await rig.pass(9_999);
    expect(await shown()).toEqual(before);
    expect(await write.locate()).toEqual(ABSENT);
    await rig.pass(1);
    const notes = (before.got ?? 0) + 1;
    expect(await shown()).toEqual({ got: notes, listed: notes, changed: before.changed + 1 });
    expect(await write.locate()).toMatchObject({ outcome: 'found' });
  });

  it('show no new record yet, though the state has it', async () => {
    const write = await newWrite();
    await rig.simulator.fault({ how: 'stale_reads' });
    const { record } = await write.send();
    const id = record?.id ?? '';
    expect(await rig.connector.get('work_order', '', id)).toBeUndefined();
    expect((await rig.simulator.state()).work_order.some((order) => order.id === id)).toBe(true);
    await rig.pass(10_000);
    expect(await rig.connector.get('work_order', '', id)).toMatchObject({ id, title: write.command.title });
  });
});

describe('a read that meets a fault', () => {
  const get = () => rig.connector.get('property', '', rig.cast.property.id);
  const CASES: [GivenFault, code: string][] = [
    [{ how: 'drop_answer_of_read' }, 'unavailable'],
    [{ how: 'error_on_read' }, 'unavailable'],
    [{ how: 'truncated_body', on: 'read' }, 'unavailable'],
    [{ how: 'throttle', on: 'read' }, 'rate_limited'],
    ...(['html', 'empty', 'wrong_types', 'unknown_id'] as const).map((shape): [GivenFault, string] => [
      { how: 'nonsense', shape, on: 'read' },
      'unavailable',
    ]),
  ];
  it.each(CASES)('%j ends as %s, and the next one is right', async (fault, code) => {
    await rig.simulator.fault(fault);
    expect((await errorOf(get())).code).toBe(code);
    expect(await get()).toEqual(rig.cast.property);
  });

  it('may be a look-up alone', async () => {
    const write = await newWrite();
    await rig.simulator.fault({ how: 'drop_answer_of_read', on: 'look_up' });
    expect(await get()).toEqual(rig.cast.property);
    expect((await errorOf(write.locate())).code).toBe('unavailable');
    expect(await write.locate()).toEqual(ABSENT);
  });

  it('ends with its signal', async () => {
    const gone = AbortSignal.abort();
    expect((await errorOf(rig.connector.list('unit', {}, gone))).code).toBe('unavailable');
    expect((await errorOf(rig.connector.get('property', '', '11', gone))).code).toBe('unavailable');
  });

  it('may be one of many pages', async () => {
    await rig.simulator.fault({ how: 'error_on_read', kind: 'unit', times: 2 });
    expect((await errorOf(rig.connector.list('unit', { limit: 10 }))).code).toBe('unavailable');
    const { records, next_cursor, total } = await rig.connector.list('property', { limit: 4 });
    expect([records.length, total]).toEqual([4, rig.cast.state.property.length]);
    const rest = await rig.connector.list('property', { limit: 4, cursor: next_cursor ?? '' });
    expect([...records, ...rest.records]).toEqual(rig.cast.state.property);
    expect((await errorOf(rig.connector.list('unit', { limit: 10 }))).code).toBe('unavailable');
  });
});

it('meets faults in order, by label, by command and so many times', async () => {
  const [one, two] = [await newWrite(), await newWrite()];
  await rig.simulator.fault(
    { how: 'error_before_commit', label: two.writeId, times: 2 },
    { how: 'throttle', operation: 'post_bill' },
    { how: 'drop_before_commit', label: `${one.writeId}/submit` },
  );
  const codes = [];
  for (const { send } of [one, two, one, two, two]) codes.push((await errorOf(send())).code);
  expect(codes).toEqual(['outcome_unknown', 'outcome_unknown', 'none', 'outcome_unknown', 'none']);
  await rig.simulator.order({ clear: true });
  const bill = await rig.write(validCommands(rig.cast).post_bill, 'write-bill');
  expect(await bill.send()).toMatchObject({ posting: 'posted' });
});

it('refuses faults that the requests cannot have', async () => {
  await expect(rig.simulator.fault({ how: 'error_on_read', on: 'write' })).rejects.toThrow(/no such fault/);
  await expect(rig.simulator.fault({ how: 'late_commit', on: 'read' })).rejects.toThrow(/no such fault/);
});

it('looks at nothing while it is down', async () => {
  const write = await newWrite();
  const now = await rig.simulator.clock({ advance_ms: 0 });
  await rig.simulator.order({ down: true });
  expect((await errorOf(write.send())).code).toBe('unavailable');
  expect((await errorOf(rig.connector.list('unit', {}))).code).toBe('unavailable');
  await rig.simulator.order({ down_until: now + 60_000 });
  await rig.pass(59_999);
  expect((await errorOf(write.send())).code).toBe('unavailable');
  await rig.pass(1);
  expect(await write.send()).toMatchObject({ record: { kind: 'work_order' } });
  expect(await rig.accepted(write.writeId)).toBe(1);
});

it('passes on what the PMS refuses', async () => {
  const { post_bill, create_work_order } = validCommands(rig.cast);
  const twice = await rig.write({ ...post_bill, invoice_number: 'INV-78' }, 'write-twice');
  await twice.send();
  expect((await errorOf(twice.send())).code).toBe('duplicate');
  const nowhere = await rig.write({ ...create_work_order, property_id: '1' }, 'write-nowhere');
  expect((await errorOf(nowhere.send())).code).toBe('refused');
  expect(await rig.accepted('write-nowhere')).toBe(0);
});
