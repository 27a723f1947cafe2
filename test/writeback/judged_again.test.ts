import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Connector } from '../../src/connectors/connector.ts';
import type { Command } from '../../src/model/commands.ts';
import { CaretakerError } from '../../src/model/errors.ts';
import { createWriteback } from '../../src/writeback/writeback.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { openRig } from './ledger_rig.ts';

describeOnEveryEngine('what was judged', (open) => {
  let rig: Awaited<ReturnType<typeof openRig>>;
  beforeEach(async () => {
    rig = await openRig(await open(), { wait_ms: 0 });
  });
  afterEach(async () => {
    expect(rig.troubles).toEqual([]);
    await rig.close();
  });

  it('is judged anew where another process changed the record before it was sent', async () => {
    const order = (await rig.sandbox.state()).work_order.find(({ status }) => status === 'new')!;
    const severity = (value: 'routine' | 'emergency'): Command => ({
      ...{ kind: 'update_work_order', work_order_id: order.id, property_id: order.property_id, severity: value },
    });
    const approvals = [{ rule: 'over_nte', reason: 'A person wants to see it.' }] as const;
    const more = { approvals, before: order };
    const first = await rig.submit(severity('routine'), more);
    const second = await rig.submit(severity('emergency'), more);

    const [prepared, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const connector = rig.runtime.connections.get('main') as Connector;
    const slow: Connector = {
      ...connector,
      prepare: async (...args) => {
        prepared.resolve();
        await goOn.promise;
        return connector.prepare(...args);
      },
    };
    const other = createWriteback({ ...rig.runtime, owner: 'host:2:2', connections: new Map([['main', slow]]) });
    await other.decide(rig.person(), second.write_id, { approve: true });
    await prepared.promise;
    await rig.writeback.decide(rig.person(), first.write_id, { approve: true });
    await rig.writeback.drain();
    expect(await rig.state(first.write_id)).toBe('done');

    rig.verdict.refusal = new CaretakerError('conflict', 'The record was changed meanwhile.');
    goOn.resolve();
    await other.drain();
    await rig.recover(2_000);
    expect(await rig.state(second.write_id)).toBe('failed');
    expect(await rig.effects()).toBe(1);
  });
});
