import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connector, type StepRequest, type StepResult, VendorError } from '../../src/connectors/connector.ts';
import { CaretakerError } from '../../src/model/errors.ts';
import { moveWrite } from '../../src/writeback/ledger.ts';
import { updateStep } from '../../src/writeback/step_rows.ts';
import type { Runtime } from '../../src/writeback/runtime.ts';
import { sendStep } from '../../src/writeback/send.ts';
import { recordIntent } from '../../src/writeback/submit.ts';
import { createTimerDispatcher } from '../../src/writeback/timer_dispatcher.ts';
import { createWriteback } from '../../src/writeback/writeback.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { openRig, START } from './ledger_rig.ts';

type Rig = Awaited<ReturnType<typeof openRig>>;

/** A door that something waits at until it is opened or slammed. */
function gate() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    open: resolve,
    slam: reject,
    async pass() {
      reached.resolve();
      await promise;
    },
  };
}

describeOnEveryEngine('the ledger under slow, late and repeated work', (open) => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await openRig(await open());
  });
  afterEach(() => rig.close());

  /** The same ledger and PMS, as another process sees them, with another way of sending. */
  function beside(owner: string, send: Connector['send']): Runtime {
    const connector = { ...(rig.runtime.connections.get('main') as Connector), send };
    return { ...rig.runtime, owner, connections: new Map([['main', connector]]) };
  }

  it('lets a sender whose lease is over change nothing about what another one is sending', async () => {
    const [slow, other] = [gate(), gate()];
    const sent: string[] = [];
    const sending = (name: string, door: ReturnType<typeof gate>) =>
      beside(name, async (request, signal) => {
        sent.push(name);
        await door.pass();
        return rig.sandbox.send(request, signal);
      });
    const [a, b] = [sending('host:1:1', slow), sending('host:2:2', other)];
    const { write, request, since } = await recordIntent(a, rig.intent(rig.createWorkOrder()));
    const late = sendStep(a, write, request!, since).catch((error: Error) => error.name);
    await slow.reached;
    rig.time.now += 600_000;
    const second = createWriteback(b);
    const sweep = second.recover();
    await other.reached;
    slow.slam(new VendorError('unavailable', 'The PMS is down.') as never);
    expect(await late).toBe('StaleWrite');
    expect(await rig.state(write.row.write_id)).toBe('sending');
    await rig.writeback.recover();
    other.open();
    await sweep;
    expect(await rig.state(write.row.write_id)).toBe('done');
    expect(sent).toEqual(['host:1:1', 'host:2:2']);
    expect(await rig.effects()).toBe(1);
  });

  it('does not send what was held up until its time was over', async () => {
    const sent: StepRequest[] = [];
    const held = beside('host:1:1', async (request, signal) => {
      sent.push(request);
      return rig.sandbox.send(request, signal);
    });
    const { write, request, since } = await recordIntent(held, rig.intent(rig.createWorkOrder()));
    rig.time.now += 10_000;
    await sendStep(held, write, request!, since);
    expect(sent).toEqual([]);
    expect(await rig.state(write.row.write_id)).toBe('ready');
    await rig.recover(1_000);
    expect(await rig.state(write.row.write_id)).toBe('done');
    expect(await rig.effects()).toBe(1);
  });

  it('does not send either where only the clock that cannot be set says so', async () => {
    const { write, request, since } = await recordIntent(rig.runtime, rig.intent(rig.createWorkOrder()));
    await sendStep(rig.runtime, write, request!, since - 60_000);
    expect(await rig.state(write.row.write_id)).toBe('ready');
    expect(await rig.effects()).toBe(0);
  });

  it('does not call failed what a repeated request found to be there already', async () => {
    let first = true;
    const connector = rig.runtime.connections.get('main') as Connector;
    const { send } = connector;
    connector.send = async (request, signal) => {
      if (!first) throw new VendorError('duplicate', 'There is such a work order already.');
      first = false;
      await send(request, signal);
      throw new VendorError('outcome_unknown', 'No answer.');
    };
    // It was committed later than a vendor is known to: the look-up in between saw nothing.
    rig.faults.push({ on: 'locate', how: 'absent' });
    const row = await rig.submit(rig.createWorkOrder());
    await rig.recover(120_000);
    expect(await rig.state(row.write_id)).toBe('done');
    expect(await rig.effects()).toBe(1);
  });

  it('calls failed what a repeated request was refused and a look-up does not find', async () => {
    rig.faults.push({ on: 'send', how: 'drop_before_commit' }, { on: 'locate', how: 'absent' });
    rig.faults.push({ on: 'send', how: 'refuse' });
    const row = await rig.submit(rig.createWorkOrder());
    await rig.recover(120_000);
    await rig.recover(120_000);
    expect((await rig.writeback.byId(row.write_id))?.row).toMatchObject({
      state: 'failed',
      error_code: 'invalid_input',
      error_message: 'The PMS refused it.',
    });
    expect(await rig.effects()).toBe(0);
  });

  it.each([
    ['done, where it was taken all the same', true, { state: 'done', error_code: null }],
    ['failed, where it is not there', false, { state: 'failed', error_message: 'There is no such code.' }],
  ])('sends what was refused without proof once, and calls it %s', async (_what, taken, end) => {
    const connector = rig.runtime.connections.get('main') as Connector;
    const { send } = connector;
    let times = 0;
    connector.send = async (request, signal) => {
      times += 1;
      if (taken) await send(request, signal);
      throw new VendorError('refused', 'There is no such code.', { unproved: true });
    };
    const row = await rig.submit(rig.createWorkOrder());
    for (let minute = 0; minute < 10; minute += 1) await rig.recover(60_000);
    expect((await rig.writeback.byId(row.write_id))?.row).toMatchObject(end);
    expect([times, await rig.effects()]).toEqual([1, taken ? 1 : 0]);
  });

  it('hands over what nobody can look up any more', async () => {
    const row = await rig.submit(rig.createWorkOrder(), { not_after: START + 3_600_000 });
    expect(row.state).toBe('done');
    rig.faults.push({ on: 'send', how: 'commit_then_drop' });
    const connector = rig.runtime.connections.get('main') as Connector;
    connector.locate = () => Promise.reject(new VendorError('misconfigured', 'The credentials are not valid.'));
    const lost = await rig.submit(rig.createWorkOrder('Lock'), { not_after: START + 3_600_000 });
    await rig.recover(1_800_000);
    expect(await rig.state(lost.write_id)).toBe('unknown');
    await rig.recover(3_600_000);
    expect(await rig.state(lost.write_id)).toBe('needs_attention');
  });

  it('looks for a lost answer no more often because the one who asked is gone', async () => {
    rig.faults.push({ on: 'send', how: 'drop_before_commit' });
    const row = await rig.submit(rig.createWorkOrder());
    let looked = 0;
    const connector = rig.runtime.connections.get('main') as Connector;
    const { locate } = connector;
    connector.locate = (...args) => {
      looked += 1;
      return locate(...args);
    };
    const survivor = createWriteback({ ...rig.runtime, owner: 'host:3:3', ownerIsAlive: () => false });
    for (let round = 0; round < 5; round += 1) await survivor.recover();
    expect(looked).toBe(0);
    expect(await rig.state(row.write_id)).toBe('unknown');
  });

  it('sees to other writes also where one can never be taken up', async () => {
    rig.faults.push({ on: 'send', how: 'unavailable' });
    const broken = await rig.submit(rig.createWorkOrder());
    await rig.store.transaction((trx) =>
      trx.updateTable('writes').set({ connection: 'gone' }).where('write_id', '=', broken.write_id).execute(),
    );
    rig.time.now += 60_000;
    await rig.writeback.recover();
    expect(rig.troubles).toHaveLength(1);
    expect(await rig.writeback.recover()).toBe(0);
    rig.time.now += 86_400_000;
    await rig.writeback.recover();
    expect(await rig.state(broken.write_id)).toBe('expired');
  });

  it('does not take the record of an equal write for its own because the PMS has named it', async () => {
    const connector = rig.runtime.connections.get('main') as Connector;
    const { send, get } = connector;
    let first: string | undefined;
    connector.send = async (request, signal) => {
      const result = await send(request, signal);
      first ??= result.record!.id;
      return { ...result, record: { ...result.record!, id: first } };
    };
    // The first one cannot be read back yet, and has claimed nothing, when the second one is answered.
    connector.get = () => Promise.resolve(undefined);
    const one = await rig.submit(rig.createWorkOrder(), { effect: 'the same' });
    connector.get = get;
    const other = await rig.submit(rig.createWorkOrder(), { effect: 'the same', not_duplicate_of: one.write_id });
    for (let minute = 0; minute < 5; minute += 1) await rig.recover(60_000);
    const ends = await Promise.all([one, other].map(({ write_id }) => rig.writeback.byId(write_id)));
    expect(ends.map((end) => end?.row.state)).toEqual(['done', 'done']);
    const [its, others] = ends.map((end) => end?.row.record_id);
    expect(its).toBe(first);
    expect(others).not.toBe(first);
    expect(await rig.effects()).toBe(2);
  });

  it('tells people of an override that the PMS asks for', async () => {
    rig.faults.push({ on: 'send', how: 'needs_override' });
    const row = await rig.submit(rig.createWorkOrder());
    expect(row.state).toBe('awaiting_approval');
    const notices = await rig.store.ledger.selectFrom('notifications').select('kind').execute();
    expect(notices).toEqual([{ kind: 'approval.requested' }]);
  });

  it('does not forget a change whose outcome is open because a day has passed', async () => {
    rig.faults.push({ on: 'send', how: 'drop_before_commit' }, { on: 'locate', how: 'differs' });
    const effect = ['same'];
    const first = await rig.submit(rig.createWorkOrder(), { effect });
    await rig.recover(120_000);
    expect(await rig.state(first.write_id)).toBe('needs_attention');
    rig.time.now += 3 * 86_400_000;
    await expect(rig.submit(rig.createWorkOrder(), { effect })).rejects.toMatchObject({
      code: 'duplicate',
      options: { details: { write_id: first.write_id } },
    });
  });

  it('judges again what was judged before another change of the same record was made', async () => {
    const made = await rig.submit(rig.createWorkOrder());
    const update = (text: string) =>
      rig.intent(
        {
          kind: 'add_work_order_note',
          work_order_id: made.record_id as string,
          property_id: rig.unit.property_id,
          note: { text, is_public: false },
        },
        { judged_at: START + 1_000 },
      );
    rig.time.now = START + 1_000;
    const [first, second] = [update('first'), update('second')];
    rig.time.now += 10;
    expect((await rig.writeback.submit(first)).state).toBe('done');
    rig.time.now += 10;
    rig.verdict.refusal = new CaretakerError('conflict', 'It is another one by now.');
    expect((await rig.writeback.submit(second)).state).toBe('failed');
    const later = rig.intent(first.command, { judged_at: rig.time.now + 1 });
    expect((await rig.writeback.submit(later)).state).toBe('done');
  });

  it('lets an earlier change be named by its record as callers with several connections know it', async () => {
    const effect = ['same'];
    const first = await rig.submit(rig.createWorkOrder(), { effect });
    const meant = rig.submit(rig.createWorkOrder(), { effect, not_duplicate_of: `main:${first.record_id}` });
    expect((await meant).state).toBe('done');
    const other = rig.submit(rig.createWorkOrder(), { effect, not_duplicate_of: `main:1${first.record_id}` });
    await expect(other).rejects.toMatchObject({ code: 'duplicate' });
  });

  it('tells whoever decides that the PMS cannot take it back, whatever else it waits for', async () => {
    const connector = rig.runtime.connections.get('main') as Connector;
    const { capabilities } = connector;
    const { create_work_order: command } = capabilities.commands;
    Object.assign(connector, {
      capabilities: {
        ...capabilities,
        commands: { ...capabilities.commands, create_work_order: { ...command, reversible: false } },
      },
    });
    const row = await rig.submit(rig.createWorkOrder(), {
      risk: 'money',
      amount: 100,
      approvals: [{ rule: 'looks_posted', reason: 'it looks like bill 7' }],
    });
    const { approval } = await rig.writeback.view(row);
    expect(approval?.reason).toMatch(/looks like bill 7.*cannot take it back/);
  });

  it('gives back the times of a tour that a person says was cancelled', async () => {
    const hold = (trx: Parameters<Parameters<typeof rig.store.transaction>[0]>[0], write_id: string) =>
      trx.insertInto('reservations').values({ connection: 'main', resource: 'unit:1', cell: 1, write_id }).execute();
    const booked = await rig.submit(rig.createWorkOrder());
    const cancel = rig.intent({ kind: 'cancel_tour', tour_id: '77', property_id: rig.unit.property_id });
    rig.faults.push(
      { on: 'send', how: 'drop_before_commit' },
      { on: 'locate', how: 'differs' },
      { on: 'locate', how: 'differs' },
    );
    const row = await rig.writeback.submit(cancel);
    await rig.store.transaction(async (trx) => {
      await hold(trx, booked.write_id);
      await trx
        .updateTable('writes')
        .set({ record_kind: 'tour', record_id: '77' })
        .where('write_id', '=', booked.write_id)
        .execute();
    });
    await rig.recover(120_000);
    await rig.writeback.resolve(rig.person(), row.write_id, { happened: true, note: 'seen in the PMS' });
    expect(await rig.store.ledger.selectFrom('reservations').selectAll().execute()).toEqual([]);
  });

  it('does not keep waiting for a record that nobody can name', async () => {
    rig.faults.push({ on: 'send', how: 'unavailable' });
    const made = await rig.submit(rig.createWorkOrder());
    const note = await rig.submit({
      kind: 'add_work_order_note',
      work_order_id: made.write_id,
      property_id: rig.unit.property_id,
      note: { text: 'worse', is_public: false },
    });
    expect(note.state).toBe('ready');
    rig.faults.push({ on: 'send', how: 'drop_before_commit' }, { on: 'locate', how: 'differs' });
    await rig.recover(5_000);
    await rig.recover(120_000);
    await rig.writeback.resolve(rig.person(), made.write_id, { happened: true, note: 'it is there, on paper' });
    await rig.recover(5_000);
    expect((await rig.writeback.byId(note.write_id))?.row).toMatchObject({ state: 'failed', error_code: 'conflict' });
  });

  it('takes up what is due while the PMS keeps another write waiting', async () => {
    const [slow, quick] = [gate(), gate()];
    const connector = rig.runtime.connections.get('main') as Connector;
    rig.faults.push({ on: 'send', how: 'unavailable' }, { on: 'send', how: 'unavailable' });
    const first = await rig.submit(rig.createWorkOrder('Slow'));
    rig.time.now += 10_000;
    const second = await rig.submit(rig.createWorkOrder('Quick'), { priority: 0 });
    const { send } = connector;
    connector.send = async (request, signal) => {
      const isSlow = JSON.stringify(request).includes('Slow');
      if (isSlow) await slow.pass();
      else void quick.pass();
      return send(request, signal);
    };
    rig.time.now = START + 5_000;
    const report = (_event: string, error: unknown) => void rig.troubles.push(String(error));
    rig.runtime.dispatcher = createTimerDispatcher({ clock: rig.runtime.clock, report, sweep_ms: 1 });
    const stop = await rig.writeback.start();
    await slow.reached;
    rig.time.now = START + 30_000;
    await quick.reached;
    slow.open();
    await stop();
    await rig.writeback.drain();
    expect([await rig.state(first.write_id), await rig.state(second.write_id)]).toEqual(['done', 'done']);
    expect(await rig.effects()).toBe(2);
  });

  describe('with a command of two requests', () => {
    let opened: number;
    beforeEach(() => {
      opened = 0;
      const connector = rig.runtime.connections.get('main') as Connector;
      const inner = { ...connector };
      Object.assign(connector, {
        compile: () => [
          { name: 'open', retry: 'natural_key' },
          { name: 'post', retry: 'idempotency_key' },
        ],
        prepare: async (...[command, step, context]: Parameters<Connector['prepare']>) =>
          step === 0 ? { open: true } : inner.prepare(command, 0, context),
        async send(request: StepRequest, signal: AbortSignal): Promise<StepResult> {
          if (request['open'] !== true) return inner.send(request, signal);
          opened += 1;
          return { values: { batch: '7' } };
        },
        locate: (...[command, step, ...rest]: Parameters<Connector['locate']>) =>
          step === 0
            ? Promise.resolve({ outcome: 'found', result: { values: { batch: '7' } } })
            : inner.locate(command, 0, ...rest),
      } satisfies Partial<Connector>);
    });

    /** A write whose first request was carried out, while the PMS took no second one. */
    async function halfDone(over: object = {}) {
      const connector = rig.runtime.connections.get('main') as Connector;
      const { send } = connector;
      connector.send = (request, signal) =>
        request['open'] === true
          ? send(request, signal)
          : Promise.reject(new VendorError('unavailable', 'The PMS is down.'));
      const row = await rig.submit(rig.createWorkOrder(), over);
      connector.send = send;
      expect(row).toMatchObject({ state: 'ready', step_index: 1 });
      return row;
    }

    it('goes on with the second after a crash between the two', async () => {
      const { write } = await recordIntent(rig.runtime, rig.intent(rig.createWorkOrder()));
      const { write_id } = write.row;
      await rig.store.transaction(async (trx) => {
        await updateStep(trx, write_id, 0, {
          state: 'proved',
          result_json: JSON.stringify({ values: { batch: '7' } }),
        });
        await moveWrite(trx, write.row, 'answer', rig.time.now, { lease_owner: null, next_attempt_at: rig.time.now });
      });
      await rig.recover();
      expect((await rig.writeback.byId(write_id))?.row).toMatchObject({ state: 'done', step_index: 1 });
      expect([opened, await rig.effects()]).toEqual([0, 1]);
    });

    it('keeps the first answer where the second request cannot be prepared', async () => {
      const connector = rig.runtime.connections.get('main') as Connector;
      const { prepare, locate } = connector;
      let failing = true;
      connector.prepare = (command, step, context) =>
        step === 1 && failing
          ? Promise.reject(new VendorError('unavailable', 'The PMS is down.'))
          : prepare(command, step, context);
      connector.locate = () => Promise.reject(new Error('there is nothing to look for'));
      const row = await rig.submit(rig.createWorkOrder());
      failing = false;
      await rig.recover(120_000);
      connector.locate = locate;
      expect(await rig.state(row.write_id)).toBe('done');
      expect([opened, await rig.effects()]).toEqual([1, 1]);
      expect(rig.troubles).toEqual([]);
    });

    it.each<[string, (row: { write_id: string }) => unknown]>([
      ['its time is over', () => (rig.time.now += 7_200_000)],
      [
        'the rules have changed',
        () => (rig.verdict.refusal = new CaretakerError('period_closed', 'The books are closed.')),
      ],
    ])('hands over what is half done when %s', async (_what, happens) => {
      const row = await halfDone({ not_after: START + 3_600_000 });
      happens(row);
      await rig.recover(60_000);
      expect(await rig.state(row.write_id)).toBe('needs_attention');
    });

    it('lets nobody take back what is half done', async () => {
      const row = await halfDone();
      await expect(rig.writeback.withdraw(rig.grant(), row.write_id)).rejects.toMatchObject({ code: 'conflict' });
      await rig.recover(60_000);
      expect(await rig.state(row.write_id)).toBe('done');
    });
  });
});
