import { describe, expect, it } from 'vitest';
import { castOf, validCommands } from './cast.ts';
import { NOW, contextOf, openSandbox, refusalOf, submit } from './sandbox.ts';

const signal = new AbortController().signal;
const HOURS = 3_600_000;

describe('a retry', () => {
  it('of any command gets the first answer and changes nothing', async () => {
    const sandbox = openSandbox();
    for (const command of Object.values(validCommands(await castOf(sandbox)))) {
      const answer = await submit(sandbox, command, command.kind);
      const state = JSON.stringify(await sandbox.state());
      expect(await submit(sandbox, command, command.kind)).toEqual(answer);
      expect(JSON.stringify(await sandbox.state()), command.kind).toBe(state);
    }
  });

  it('with another body under the same key is refused', async () => {
    const sandbox = openSandbox();
    const command = validCommands(await castOf(sandbox)).create_work_order;
    await submit(sandbox, command, 'w1');
    expect(await refusalOf(submit(sandbox, { ...command, title: 'Other' }, 'w1'))).toEqual({
      code: 'refused',
      field: 'idempotency_key',
    });
    const reordered = Object.fromEntries(Object.entries(command).reverse()) as typeof command;
    expect(await submit(sandbox, reordered, 'w1')).toEqual(await submit(sandbox, command, 'w1'));
  });

  it('after a day is a new request, and the look-up still finds the latest', async () => {
    let now = NOW;
    const sandbox = openSandbox({ clock: () => now });
    const command = validCommands(await castOf(sandbox)).create_work_order;
    const one = await submit(sandbox, command, 'w1');
    now += 24 * HOURS - 1;
    expect(await submit(sandbox, command, 'w1')).toEqual(one);
    now += 1;
    const two = await submit(sandbox, command, 'w1');
    expect(two).not.toEqual(one);
    const request = await sandbox.prepare(command, 0, contextOf('w1'));
    expect(await sandbox.locate(command, 0, request, contextOf('w1'))).toEqual({ outcome: 'found', result: two });
  });

  it('of a refused request is looked at afresh', async () => {
    const sandbox = openSandbox();
    const cast = await castOf(sandbox);
    const charge = validCommands(cast).post_charge;
    await sandbox.asStaff().closePeriod(cast.property.id, charge.date);
    expect((await refusalOf(submit(sandbox, charge, 'w1'))).code).toBe('period_closed');
    await sandbox.asStaff().closePeriod(cast.property.id, '2026-09-30');
    expect(await submit(sandbox, charge, 'w1')).toMatchObject({ posting: 'posted' });
  });
});

describe('locate', () => {
  it('tells what happened from what did not, for certain', async () => {
    const sandbox = openSandbox();
    for (const command of Object.values(validCommands(await castOf(sandbox)))) {
      const request = await sandbox.prepare(command, 0, contextOf(command.kind));
      const look = () => sandbox.locate(command, 0, request, contextOf(command.kind));
      expect(await look()).toEqual({ outcome: 'absent', covers_all: true });
      const result = await sandbox.send(request, signal);
      expect(await look()).toEqual({ outcome: 'found', result });
    }
  });

  it('says where others changed what an update sets', async () => {
    const sandbox = openSandbox();
    const cast = await castOf(sandbox);
    const command = validCommands(cast).update_work_order;
    const context = contextOf('w1', cast.order);
    const request = await sandbox.prepare(command, 0, context);
    await sandbox.asStaff().updateWorkOrder(cast.order.id, { instructions: 'Ring twice' });
    expect(await sandbox.locate(command, 0, request, context)).toMatchObject({ outcome: 'absent' });
    await sandbox.asStaff().updateWorkOrder(cast.order.id, { severity: 'life_safety' });
    expect(await sandbox.locate(command, 0, request, context)).toEqual({
      outcome: 'differs',
      detail: 'changed meanwhile by others: severity',
    });
  });
});

it('does not send what was given up', async () => {
  const sandbox = openSandbox();
  const command = validCommands(await castOf(sandbox)).create_work_order;
  const request = await sandbox.prepare(command, 0, contextOf('w1'));
  expect((await refusalOf(sandbox.send(request, AbortSignal.abort()))).code).toBe('unavailable');
  expect(await sandbox.effects()).toEqual([]);
});

it('refuses a request without a key', async () => {
  const sandbox = openSandbox();
  const body = { ...validCommands(await castOf(sandbox)).create_work_order };
  expect(await refusalOf(sandbox.send({ operation: body.kind, body }, signal))).toEqual({
    code: 'refused',
    field: 'idempotency_key',
  });
});
