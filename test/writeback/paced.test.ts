import { afterEach, beforeEach, expect, it } from 'vitest';
import { VendorError } from '../../src/connectors/connector.ts';
import { requestScope } from '../../src/pace/request_scope.ts';
import type { Pace, Permit, Refusal } from '../../src/pace/pace.ts';
import { createTimerDispatcher } from '../../src/writeback/timer_dispatcher.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { openRig, START } from './ledger_rig.ts';

/** A pace whose leave the test gives and takes back. */
class Door implements Pace {
  asked: number[] = [];
  given = 0;
  back = 0;
  refusal: Refusal | undefined;
  readonly #listeners = new Set<() => void>();

  async ask(priority: number) {
    this.asked.push(priority);
    if (this.refusal !== undefined) return this.refusal;
    this.given += 1;
    let over = false;
    return {
      done: () => {
        if (!over) this.back += 1;
        over = true;
      },
    };
  }
  async wait(priority: number) {
    const leave = await this.ask(priority);
    if ('done' in leave) return leave;
    throw new VendorError('unavailable', 'The PMS is down.');
  }
  isDown() {
    return this.refusal?.because === 'down';
  }
  report() {}
  onRecovery(listener: () => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  open() {
    this.refusal = undefined;
    for (const listener of this.#listeners) listener();
  }
  close() {}
}

describeOnEveryEngine('the ledger at a pace', (open) => {
  let rig: Awaited<ReturnType<typeof openRig>>;
  let door: Door;
  beforeEach(async () => {
    rig = await openRig(await open());
    door = new Door();
    rig.runtime.paceOf = () => door;
  });
  afterEach(async () => {
    // Whatever happened, no leave is kept.
    expect(door.back).toBe(door.given);
    expect(rig.troubles).toEqual([]);
    await rig.close();
  });

  const stateOf = async (writeId: string) => (await rig.writeback.byId(writeId))!.row;

  it('takes leave for each request and gives it back', async () => {
    const row = await rig.submit(rig.createWorkOrder());
    expect(row.state).toBe('done');
    expect(door.asked).toEqual([2]);
  });

  it.each([
    ['paced', 'rate_limited'],
    ['asked_to_wait', 'rate_limited'],
    ['down', 'pms_unavailable'],
  ] as const)('records what it has no leave for (%s), tells why, and holds no lease', async (because, code) => {
    door.refusal = { because, retry_at: START + 7_000 };
    const row = await rig.submit(rig.createWorkOrder());
    expect(row).toMatchObject({ state: 'ready', error_code: code, next_attempt_at: START + 7_000, lease_owner: null });
    expect((await rig.writeback.view(row)).next).toMatch(/sent as soon as/);
    await rig.recover(6_000);
    expect(await rig.effects()).toBe(0);
    door.refusal = undefined;
    await rig.recover(1_000);
    expect((await stateOf(row.write_id)).state).toBe('done');
    expect(await rig.effects()).toBe(1);
  });

  it('waits for a leave that is about to come, and does not judge anew what its own questions have put off', async () => {
    let judged = 0;
    const { judgeAgain } = rig.runtime;
    rig.runtime.judgeAgain = (write) => {
      judged += 1;
      return judgeAgain(write);
    };
    door.refusal = { because: 'paced', retry_at: START + 7_000 };
    const row = await rig.submit(rig.createWorkOrder());
    expect(row.state).toBe('ready');
    judged = 0;
    rig.time.now += 7_000;
    // The questions of the judgement have used up what the PMS allows in a second.
    door.refusal = { because: 'paced', retry_at: START + 7_900 };
    door.wait = async (priority) => {
      door.refusal = undefined;
      return (await door.ask(priority)) as Permit;
    };
    await rig.recover();
    expect((await stateOf(row.write_id)).state).toBe('done');
    expect(judged).toBe(1);
  });

  it('waits no longer for it than a moment', async () => {
    door.refusal = { because: 'paced', retry_at: START + 900 };
    door.wait = () => Promise.reject(new VendorError('rate_limited', 'It takes longer.'));
    const row = await rig.submit(rig.createWorkOrder());
    expect(row).toMatchObject({ state: 'ready', next_attempt_at: START + 900, lease_owner: null });
    door.refusal = undefined;
    await rig.recover(1_000);
    expect((await stateOf(row.write_id)).state).toBe('done');
  });

  it('asks with the urgency of the write, and tells whoever makes its requests', async () => {
    const seen: number[] = [];
    const connector = rig.runtime.connections.get('main')!;
    const { send, get } = connector;
    connector.send = (request, signal) => {
      seen.push(requestScope().priority);
      return send(request, signal);
    };
    connector.get = (...args) => {
      seen.push(requestScope().priority);
      return get(...args) as never;
    };
    await rig.submit(rig.createWorkOrder('Gas'), { priority: 0 });
    expect([...door.asked, ...seen]).toEqual([0, 0, 0]);
  });

  it('lets go of its lease right before the first byte, not only before it asks', async () => {
    const connector = rig.runtime.connections.get('main')!;
    const { send } = connector;
    let late = true;
    connector.send = async (request, signal) => {
      if (late) rig.time.now += 60_000;
      late = false;
      if (requestScope().may_send?.() === false) throw new VendorError('unavailable', 'It was not sent.');
      return send(request, signal);
    };
    const row = await rig.submit(rig.createWorkOrder());
    expect(row.state).toBe('ready');
    expect(await rig.effects()).toBe(0);
    await rig.recover(60_000);
    expect((await stateOf(row.write_id)).state).toBe('done');
    expect(await rig.effects()).toBe(1);
  });

  it('sends what waited for the PMS as soon as it answers, the most urgent first and then in order', async () => {
    const report = (_event: string, error: unknown) => void rig.troubles.push(String(error));
    rig.runtime.dispatcher = createTimerDispatcher({ clock: rig.runtime.clock, report, sweep_ms: 60_000 });
    door.refusal = { because: 'down', retry_at: START + 3_600_000 };
    const titles = ['Tap', 'Door', 'Lamp', 'Pipe'];
    const rows = [];
    for (const title of titles)
      rows.push(await rig.submit(rig.createWorkOrder(title), { priority: title === 'Pipe' ? 1 : 2 }));
    const stop = await rig.writeback.start();
    const sent: string[] = [];
    const all = Promise.withResolvers<void>();
    const connector = rig.runtime.connections.get('main')!;
    const { send } = connector;
    connector.send = (request, signal) => {
      sent.push((request['body'] as { title: string }).title);
      if (sent.length === titles.length) all.resolve();
      return send(request, signal);
    };
    door.open();
    await all.promise;
    await stop();
    await rig.writeback.drain();
    // On PostgreSQL the four are taken up in that order, and are then on their way side by side.
    const inOrder = ['Pipe', 'Tap', 'Door', 'Lamp'];
    expect(rig.store.engine === 'sqlite' ? sent : sent.toSorted()).toEqual(
      rig.store.engine === 'sqlite' ? inOrder : inOrder.toSorted(),
    );
    for (const { write_id } of rows) expect((await stateOf(write_id)).state).toBe('done');
  });
});
