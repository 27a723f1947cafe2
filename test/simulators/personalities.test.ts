import { afterAll, describe, expect, it } from 'vitest';
import type { StepResult } from '../../src/connectors/connector.ts';
import type { Command } from '../../src/model/commands.ts';
import { markerOf } from '../../src/writeback/ids.ts';
import { validCommands } from '../connectors/sandbox/cast.ts';
import type { GivenOptions } from './faulty/options.ts';
import { PERSONALITY_NAMES, type PersonalityName } from './faulty/personalities.ts';
import { errorOf, type Faulty, openFaulty } from './rig.ts';

const HOUR = 3_600_000;

const opened = new Map<string, Promise<Faulty>>();
afterAll(async () => {
  for (const rig of opened.values()) await (await rig).close();
});

/** The simulator of a personality; tests share it, each with write ids of its own. */
function rigOf(personality: PersonalityName, options: GivenOptions = {}): Promise<Faulty> {
  const name = JSON.stringify([personality, options]);
  const rig = opened.get(name) ?? openFaulty({ ...options, personality });
  opened.set(name, rig);
  return rig;
}

/** A command of each kind that changes something. */
function commandsOf({ cast }: Faulty) {
  const commands = validCommands(cast);
  const severity = cast.order.severity === 'urgent' ? 'emergency' : 'urgent';
  return { ...commands, update_work_order: { ...commands.update_work_order, severity } as const };
}

/** Sends a step into each of the two great doubts, and goes by what the connector promises to get out of them. */
async function sendInDoubt(rig: Faulty, retry: string, write: Awaited<ReturnType<Faulty['write']>>) {
  await rig.simulator.fault({ how: 'drop_before_commit' }, { how: 'commit_then_drop' });
  expect((await errorOf(write.send())).code).toBe('outcome_unknown');
  if (retry !== 'idempotency_key') expect(await write.locate()).toEqual({ outcome: 'absent', covers_all: true });
  expect((await errorOf(write.send())).code).toBe('outcome_unknown');
  if (retry === 'idempotency_key') return write.send();
  const found = await write.locate();
  if (found.outcome !== 'found') throw new Error(`it was done and is ${found.outcome}`);
  return found.result;
}

/** Carries out a command, whatever the PMS does to each of its steps. */
async function carryOut(rig: Faulty, command: Command, writeId: string): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const [step, { retry }] of rig.connector.compile(command).entries()) {
    const write = await rig.write(command, writeId, { step, results, before: beforeOf(rig, command) });
    results.push(await sendInDoubt(rig, retry, write));
  }
  return results;
}

function beforeOf({ cast }: Faulty, command: Command): unknown {
  if ('work_order_id' in command && command.kind !== 'record_communication') return cast.order;
  if (command.kind === 'update_guest_card') return cast.card;
  if (command.kind === 'update_lease') return cast.lease;
  return command.kind === 'update_resident' ? cast.resident : undefined;
}

describe.each(PERSONALITY_NAMES.filter((name) => name !== 'short_field'))('%s', (personality) => {
  it('has one effect of each step, whatever becomes of its answers', async () => {
    const rig = await rigOf(personality);
    for (const command of Object.values(commandsOf(rig)) as Command[]) {
      const { record } = (await carryOut(rig, command, command.kind)).at(-1) ?? {};
      const { record_id: id } = (await rig.simulator.effects()).at(-1) ?? {};
      expect(record?.id, command.kind).toBe(id);
      expect(await rig.accepted(command.kind), command.kind).toBe(rig.connector.compile(command).length);
    }
  });

  it('says of each command how it is retried, and does so', async () => {
    const rig = await rigOf(personality);
    const { commands } = rig.connector.capabilities;
    for (const command of Object.values(commandsOf(rig)))
      expect(commands[command.kind].steps, command.kind).toEqual(rig.connector.compile(command));
  });
});

it('short_field cannot tell, and says so', async () => {
  const rig = await rigOf('short_field');
  const commands = commandsOf(rig);
  expect(rig.connector.compile(commands.update_work_order)).toEqual([{ name: 'submit', retry: 'set_value' }]);
  for (const how of ['commit_then_drop', 'drop_before_commit'] as const) {
    expect(rig.connector.compile(commands.post_charge)).toEqual([{ name: 'submit', retry: 'none' }]);
    const write = await rig.write(commands.post_charge, how);
    await rig.simulator.fault({ how });
    expect((await errorOf(write.send())).code).toBe('outcome_unknown');
    expect(await write.locate()).toEqual({ outcome: 'absent', covers_all: false });
  }
});

describe('a key', () => {
  it('stands for its first request for as long as is said, and for no other', async () => {
    const rig = await rigOf('key');
    const life = rig.connector.capabilities.idempotency_key_life_ms ?? 0;
    const command = validCommands(rig.cast).post_charge;
    const write = await rig.write(command, 'key-life');
    const { replays } = await rig.simulator.requests();
    const first = await write.send();
    await rig.pass(life - 1);
    expect(await write.send()).toEqual(first);
    const other = await rig.write({ ...command, amount: 1 }, 'key-life');
    expect((await errorOf(other.send())).code).toBe('refused');
    expect(await rig.accepted('key-life')).toBe(1);
    expect((await rig.simulator.requests()).replays).toBe(replays + 1);
    await rig.pass(1);
    expect(await write.send()).not.toEqual(first);
    expect(await rig.accepted('key-life')).toBe(2);
  });

  it('is busy until its first request is settled', async () => {
    const rig = await rigOf('key');
    const write = await rig.write(validCommands(rig.cast).create_work_order, 'key-busy');
    await rig.simulator.fault({ how: 'late_commit', ms: 20_000 });
    expect((await errorOf(write.send())).code).toBe('outcome_unknown');
    expect((await errorOf(write.send())).code).toBe('rate_limited');
    expect(await write.locate()).toEqual({ outcome: 'absent', covers_all: false });
    await rig.pass(20_000);
    expect(await write.send()).toMatchObject({ record: { kind: 'work_order' } });
    expect(await rig.accepted('key-busy')).toBe(1);
  });

  it('stays busy beyond its own life', async () => {
    const rig = await rigOf('expiring_key');
    const life = rig.connector.capabilities.idempotency_key_life_ms ?? 0;
    const command = { ...validCommands(rig.cast).create_work_order, title: 'Door sticks' };
    const write = await rig.write(command, 'key-outlived');
    await rig.simulator.fault({ how: 'late_commit', ms: life + 1_000 });
    expect((await errorOf(write.send())).code).toBe('outcome_unknown');
    await rig.pass(life);
    expect((await errorOf(write.send())).code).toBe('rate_limited');
    await rig.pass(1_000);
    expect(await write.locate()).toMatchObject({ outcome: 'found' });
    expect(await rig.accepted('key-outlived')).toBe(1);
  });

  it('is free again after a refusal', async () => {
    const rig = await rigOf('key');
    const charge = validCommands(rig.cast).post_charge;
    const close = (books_locked_through: string) =>
      rig.simulator.staff({ change: { kind: 'property', id: charge.property_id, fields: { books_locked_through } } });
    const write = await rig.write(charge, 'key-refused');
    await close(charge.date);
    expect((await errorOf(write.send())).code).toBe('period_closed');
    await close('2026-09-30');
    expect(await write.send()).toMatchObject({ posting: 'posted' });
  });

  it('that is soon forgotten leaves the content to look for', async () => {
    const rig = await rigOf('expiring_key');
    const command = { ...validCommands(rig.cast).create_work_order, title: 'Tap drips' };
    const write = await rig.write(command, 'key-forgotten');
    expect(await write.locate()).toEqual({ outcome: 'absent', covers_all: true });
    const { record } = await write.send();
    await rig.pass(rig.connector.capabilities.idempotency_key_life_ms ?? 0);
    expect(await write.locate()).toEqual({ outcome: 'found', result: { record } });
  });
});

describe('a marker', () => {
  it('is in the PMS, whole, and the user’s text gives way; nobody else sees it', async () => {
    const rig = await rigOf('marker');
    const memo = 'Drain cleared twice in one week; tenant share per lease 12.4 (b)..';
    const charge = { ...validCommands(rig.cast).post_charge, memo: memo.slice(0, 65) };
    const { record } = await (await rig.write(charge, 'long-memo')).send();
    const stored = (await rig.simulator.state()).ledger_entry.find(({ id }) => id === record?.id);
    expect(stored?.memo).toBe(`${memo.slice(0, 48)} ${markerOf('long-memo')}`);
    expect(await rig.connector.get('ledger_entry', '', record?.id ?? '')).toMatchObject({ memo: memo.slice(0, 48) });
    const { household_id } = charge;
    const { records } = await rig.connector.list('ledger_entry', { household_id });
    expect(records.find(({ id }) => id === record?.id)?.memo).toBe(memo.slice(0, 48));
  });

  it('leaves no text where there was none', async () => {
    const rig = await rigOf('marker');
    const { schedule_tour, create_guest_card } = validCommands(rig.cast);
    const times = { start: '2027-01-07T17:00:00.000Z', end: '2027-01-07T17:30:00.000Z' };
    const tour = await (await rig.write({ ...schedule_tour, ...times }, 'bare-tour')).send();
    expect(await rig.connector.get('tour', '', tour.record?.id ?? '')).not.toHaveProperty('notes');
    const card = await (await rig.write(create_guest_card, 'bare-card')).send();
    expect((await rig.connector.get('guest_card', '', card.record?.id ?? ''))?.touches).toEqual([
      create_guest_card.touch,
    ]);
    const { guest_card } = await rig.simulator.state();
    expect(guest_card.at(-1)?.touches[0]?.message).toBe(markerOf('bare-card'));
  });

  it('makes an update with a note safe, which sets values alone without one', async () => {
    const rig = await rigOf('marker');
    const note = { text: 'Called twice', is_public: false };
    const command = { ...validCommands(rig.cast).update_work_order, note };
    expect(rig.connector.compile(command)).toEqual([{ name: 'submit', retry: 'marker' }]);
    const write = await rig.write(command, 'update-with-note', { before: rig.cast.order });
    expect(await write.locate()).toEqual({ outcome: 'absent', covers_all: true });
    await rig.simulator.fault({ how: 'commit_then_drop' });
    await errorOf(write.send());
    expect(await write.locate()).toMatchObject({ outcome: 'found' });
    expect((await rig.connector.get('work_order', '', rig.cast.order.id))?.notes.at(-1)?.text).toBe('Called twice');
  });

  it('on two records means that something was done twice', async () => {
    const rig = await rigOf('marker');
    const write = await rig.write(validCommands(rig.cast).create_work_order, 'done-twice');
    await write.send();
    await write.send();
    expect(await rig.accepted('done-twice')).toBe(2);
    expect(await write.locate()).toMatchObject({ outcome: 'differs' });
  });

  it('that does not fit is not used', async () => {
    const rig = await rigOf('marker', { marker_length: 15 });
    const command = validCommands(rig.cast).create_work_order;
    expect(rig.connector.compile(command)).toEqual([{ name: 'submit', retry: 'none' }]);
    const { record } = await (await rig.write(command, 'no-room')).send();
    const stored = (await rig.simulator.state()).work_order.find(({ id }) => id === record?.id);
    expect(stored?.description).toBe(command.description);
  });
});

it('finds without ids in the answers', async () => {
  const rig = await rigOf('no_ids');
  const write = await rig.write(validCommands(rig.cast).create_work_order, 'no-ids');
  expect(await write.send()).toEqual({});
  const made = (await rig.simulator.effects()).at(-1);
  expect(await write.locate()).toMatchObject({ outcome: 'found', result: { record: { id: made?.record_id } } });
});

describe('content', () => {
  it('names every record that fits, and none from before the request', async () => {
    const rig = await rigOf('natural_key');
    const { post_charge } = validCommands(rig.cast);
    const { id = '' } = await rig.simulator.staff({ submit: post_charge });
    await rig.pass(HOUR);
    // Changed just now, it is among the changes, and still older than the request.
    await rig.simulator.staff({ change: { kind: 'ledger_entry', id, fields: { reversed_amount: 100 } } });
    const one = await rig.write(post_charge, 'equal-1');
    expect(await one.locate()).toEqual({ outcome: 'absent', covers_all: true });
    const first = await one.send();
    const second = await (await rig.write(post_charge, 'equal-2')).send();
    await (await rig.write({ ...post_charge, memo: 'Another one' }, 'unequal')).send();
    expect(await one.locate()).toEqual({
      outcome: 'found',
      result: { record: first.record },
      others: [{ record: second.record }],
    });
  });

  it('counts a note only where it has been added', async () => {
    const rig = await rigOf('natural_key');
    const { add_work_order_note: command } = validCommands(rig.cast);
    await (await rig.write(command, 'note-1')).send();
    const before = await rig.connector.get('work_order', '', command.work_order_id);
    const write = await rig.write(command, 'note-2', { before });
    expect(await write.locate()).toEqual({ outcome: 'absent', covers_all: true });
    await write.send();
    expect(await write.locate()).toMatchObject({ outcome: 'found' });
  });
});

it('takes a work order in three steps', async () => {
  const rig = await rigOf('three_steps');
  const command = { ...validCommands(rig.cast).create_work_order, entry_notes: 'Ring twice' };
  const [created] = await carryOut(rig, command, 'in-three');
  const labels = (await rig.simulator.effects()).slice(-3).map(({ label }) => label);
  expect(labels).toEqual(['in-three/create', 'in-three/classify', 'in-three/annotate']);
  const { kind: _kind, ...fields } = command;
  const order = await rig.connector.get('work_order', '', created?.record?.id ?? '');
  expect(order).toMatchObject({ ...fields, notes: [{ text: 'Ring twice' }] });
});
