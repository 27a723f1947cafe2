import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Connector, type StepRequest, VendorError } from '../../src/connectors/connector.ts';
import type { Runtime } from '../../src/writeback/runtime.ts';
import { sendStep } from '../../src/writeback/send.ts';
import { recordIntent } from '../../src/writeback/submit.ts';
import { createWriteback } from '../../src/writeback/writeback.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { openRig } from './ledger_rig.ts';

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
    await second.recover();
    await second.recover();
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
    await rig.recover();
    expect(await rig.state(write.row.write_id)).toBe('done');
    expect(await rig.effects()).toBe(1);
  });

  it('does not send either where only the clock that cannot be set says so', async () => {
    const { write, request, since } = await recordIntent(rig.runtime, rig.intent(rig.createWorkOrder()));
    await sendStep(rig.runtime, write, request!, since - 60_000);
    expect(await rig.state(write.row.write_id)).toBe('ready');
    expect(await rig.effects()).toBe(0);
  });
});
